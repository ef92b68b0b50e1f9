//! The holding of a spot trade, as its owner sees it.

use crate::trading::{Trading, market, order::intent::Intent};
use domain::{Decimal, TradeType};

/// The holding of a spot trade by its own orders, in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpotView {
    /// Bought, less the commission that was taken from it.
    pub received: Decimal,
    /// Sold by its orders.
    pub sold: Decimal,
    /// The rest, rounded down to the lot: it can be sold.
    pub held: Decimal,
    /// The part of the rest that is too small to be sold.
    pub dust: Decimal,
}

impl SpotView {
    /// Returns what a spot trade holds; `None` for futures, and if the market is not known.
    pub(in crate::trading::order) async fn of(desk: &Trading, trade: &Intent) -> Option<Self> {
        if trade.trade_type == TradeType::Futures {
            return None;
        }
        let market = market::find_market(desk, TradeType::Spot, &trade.symbol).await.ok()?;
        let (kept, held) = (trade.bought_and_kept(), trade.holds(market.lot));
        let received = trade.entered().unwrap_or_default();
        Some(Self { received, sold: trade.sold(), held, dust: kept - held })
    }
}

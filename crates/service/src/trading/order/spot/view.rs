//! What a spot trade has bought and holds, for its owner.

use crate::trading::{Trading, market, order::intent::Intent};
use domain::{Decimal, TradeType};

/// What a spot trade has bought, sold and holds, by its own orders, in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpotView {
    /// Bought, less the commission that was taken from it.
    pub received: Decimal,
    /// Sold by its orders.
    pub sold: Decimal,
    /// What can be sold: the rest, rounded down to the lot.
    pub held: Decimal,
    /// What is too small to be sold.
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

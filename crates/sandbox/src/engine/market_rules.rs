//! The current rules of a market: its filters, its status, and which orders it accepts.

use super::{MarketStatus, NewOrder, Reject, markets::MarketState};
use crate::market::MarketId;
use domain::{Market, OrderType, TradeType};

impl MarketState {
    /// The market's current filters.
    pub(super) fn rules(&self, market: MarketId) -> &Market {
        self.book(market).changed.as_ref().map_or_else(|| market.rules(), |changed| &changed.rules)
    }

    pub(super) fn status(&self, market: MarketId) -> MarketStatus {
        self.book(market).changed.as_ref().map_or(MarketStatus::Trading, |changed| changed.status)
    }

    /// Whether the market's orders fill and trigger.
    pub(super) fn trades(&self, market: MarketId) -> bool {
        matches!(self.status(market), MarketStatus::Trading | MarketStatus::PreSettle)
    }

    /// Checks that a market accepts a new order; `reduces` means that the order can only reduce a position.
    pub(super) fn admits(&self, market: MarketId, reduces: bool) -> Result<(), Reject> {
        match (self.status(market), market.kind) {
            (MarketStatus::Trading, _) => Ok(()),
            (_, TradeType::Spot) => Err(Reject::market_closed()),
            (MarketStatus::PreSettle, _) if reduces => Ok(()),
            (MarketStatus::PreSettle, _) => Err(Reject::no_opening()),
            _ => Err(Reject::symbol_closed()),
        }
    }

    /// Checks that a market order can execute against the book's prices.
    pub(super) fn within_band(&self, new: &NewOrder) -> Result<(), Reject> {
        let thin = self.book(new.market).changed.as_ref().is_some_and(|changed| changed.thin);
        if thin && new.kind == OrderType::Market { Err(Reject::market_order()) } else { Ok(()) }
    }
}

//! Readable names of the exchange's order terms.

use super::table;
use domain::{MarginMode, OrderType, PositionSide, Side};

table! {
    /// Types, sides and statuses.
    Orders, orders {
        buy: "Buy",
        sell: "Sell",
        long: "Long",
        short: "Short",
        market: "Market",
        limit: "Limit",
        stop: "Stop limit",
        stop_market: "Stop market",
        take_profit: "Take profit",
        trailing: "Trailing stop",
        isolated: "Isolated",
        cross: "Cross",
    }
}

impl Orders {
    pub(crate) const fn side(&self, side: Side) -> &'static str {
        match side {
            Side::Buy => self.buy,
            Side::Sell => self.sell,
        }
    }

    /// The position that an entry of this side opens.
    #[cfg(feature = "ssr")]
    pub(crate) const fn entered(&self, side: Side) -> &'static str {
        match side {
            Side::Buy => self.long,
            Side::Sell => self.short,
        }
    }

    pub(crate) const fn way(&self, side: PositionSide) -> &'static str {
        match side {
            PositionSide::Long => self.long,
            PositionSide::Short => self.short,
        }
    }

    pub(crate) const fn kind(&self, kind: OrderType) -> &'static str {
        match kind {
            OrderType::Market => self.market,
            OrderType::Limit => self.limit,
            OrderType::Stop => self.stop,
            OrderType::StopMarket => self.stop_market,
            OrderType::TakeProfit | OrderType::TakeProfitMarket => self.take_profit,
            OrderType::TrailingStopMarket => self.trailing,
        }
    }

    pub(crate) const fn margin(&self, mode: MarginMode) -> &'static str {
        match mode {
            MarginMode::Isolated => self.isolated,
            MarginMode::Crossed => self.cross,
        }
    }
}

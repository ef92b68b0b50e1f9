//! Positions and balances in ccxt's unified shapes.

use crate::{Decimal, MarginMode, Micros, Side, Symbol, key::words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// The direction of a position.
    pub PositionSide {
        /// Gains when the price rises.
        Long = "long",
        /// Gains when the price falls.
        Short = "short",
    }
}

impl PositionSide {
    /// Returns the side of an order that opens it.
    #[must_use]
    pub const fn opening(self) -> Side {
        self.closing().opposite()
    }

    /// Returns the direction of the position that an order of this side opens.
    #[must_use]
    pub const fn opened_by(side: Side) -> Self {
        match side {
            Side::Buy => Self::Long,
            Side::Sell => Self::Short,
        }
    }

    /// Returns the side of an order that closes it.
    #[must_use]
    pub const fn closing(self) -> Side {
        match self {
            Self::Long => Side::Sell,
            Self::Short => Side::Buy,
        }
    }
}

words! {
    /// One of the positions that a market of a futures account can have; Binance's `positionSide`.
    #[derive(Default)]
    pub PositionSlot {
        /// The only position of an account in one-way mode.
        #[default]
        Both = "BOTH",
        /// The long position of an account in hedge mode.
        Long = "LONG",
        /// The short position of an account in hedge mode.
        Short = "SHORT",
    }
}

impl PositionSlot {
    /// Returns the position that an order of this side opens, in an account in hedge mode if `hedged`.
    #[must_use]
    pub const fn opened_by(side: Side, hedged: bool) -> Self {
        match (side, hedged) {
            (_, false) => Self::Both,
            (Side::Buy, true) => Self::Long,
            (Side::Sell, true) => Self::Short,
        }
    }

    /// Returns whether it is a position of an account in hedge mode.
    #[must_use]
    pub const fn is_hedged(self) -> bool {
        !matches!(self, Self::Both)
    }

    /// Returns whether an order of this side can only close it. In one-way mode
    /// that does not follow from the side.
    #[must_use]
    pub const fn is_closed_by(self, side: Side) -> bool {
        matches!((self, side), (Self::Long, Side::Sell) | (Self::Short, Side::Buy))
    }
}

/// An open futures position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Trading pair.
    pub symbol: Symbol,
    /// Size in base units, always positive.
    pub contracts: Decimal,
    /// Profit at the mark price, in quote units.
    pub unrealized_pnl: Decimal,
    /// Leverage of the position.
    pub leverage: u16,
    /// Liquidation price; `None` if the position cannot be liquidated at any price.
    pub liquidation_price: Option<Decimal>,
    /// Margin that backs the position, in quote units.
    pub collateral: Decimal,
    /// Size times mark price, always positive.
    pub notional: Decimal,
    /// The exchange's mark price.
    pub mark_price: Decimal,
    /// Average entry price.
    pub entry_price: Decimal,
    /// Margin required to open the position.
    pub initial_margin: Decimal,
    /// Initial margin as a share of the notional: 0.25 at leverage 4.
    pub initial_margin_percentage: Decimal,
    /// Maintenance margin: the position is liquidated when its collateral falls below this.
    pub maintenance_margin: Decimal,
    /// Maintenance margin as a share of the notional.
    pub maintenance_margin_percentage: Decimal,
    /// Maintenance margin divided by collateral; `None` without collateral.
    pub margin_ratio: Option<Decimal>,
    /// When the exchange last changed it.
    pub at: Micros,
    /// Cross or isolated.
    pub margin_mode: MarginMode,
    /// Long or short.
    pub side: PositionSide,
    /// The one of its market's positions that it is.
    #[serde(default)]
    pub position_side: PositionSlot,
    /// Unrealized profit divided by initial margin, in percent.
    pub percentage: Decimal,
}

/// An account's balance of one asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funds {
    /// Available for new orders.
    pub free: Decimal,
    /// Locked by orders and positions.
    pub used: Decimal,
    /// Total balance; on futures including the unrealized profit and loss, like ccxt's total and Binance's margin
    /// balance.
    pub total: Decimal,
}

/// An account's balances.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Balances by asset name.
    pub assets: BTreeMap<String, Funds>,
    /// Unrealized profit and loss in USD (futures; zero otherwise). Already included in the totals of `assets`.
    pub unrealized_pnl: Decimal,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccountMode;

    #[test]
    fn an_order_closes_a_position_of_hedge_mode_by_its_side() {
        use PositionSlot::{Both, Long, Short};
        for side in [Side::Buy, Side::Sell] {
            let opened = PositionSlot::opened_by(side, true);
            assert!(!opened.is_closed_by(side) && opened.is_closed_by(side.opposite()));
            assert_eq!(PositionSlot::opened_by(side, false), Both);
            assert!(!Both.is_closed_by(side), "in one-way mode it may also open the opposite position");
        }
        assert_eq!(AccountMode::Hedge.positions(), [Long, Short]);
        assert_eq!(AccountMode::OneWay.positions(), [Both]);
        assert_eq!(AccountMode::Hedge.opened_by(Side::Sell), Short);
        assert_eq!(AccountMode::Hedge.problem(), None);
    }
}

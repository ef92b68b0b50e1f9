//! Positions and balances in ccxt's unified shapes.

use crate::{Decimal, MarginMode, Micros, Side, Symbol, key::words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// Which way a position gains.
    pub PositionSide {
        /// Gains when the price rises.
        Long = "long",
        /// Gains when the price falls.
        Short = "short",
    }
}

impl PositionSide {
    /// The side of an order that opens it.
    #[must_use]
    pub const fn opening(self) -> Side {
        self.closing().opposite()
    }

    /// The position that an order of this side opens.
    #[must_use]
    pub const fn opened_by(side: Side) -> Self {
        match side {
            Side::Buy => Self::Long,
            Side::Sell => Self::Short,
        }
    }

    /// The side of an order that closes it.
    #[must_use]
    pub const fn closing(self) -> Side {
        match self {
            Self::Long => Side::Sell,
            Self::Short => Side::Buy,
        }
    }
}

/// An open futures position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The pair.
    pub symbol: Symbol,
    /// Size in base units, always positive.
    pub contracts: Decimal,
    /// Profit at the mark price, in quote units.
    pub unrealized_pnl: Decimal,
    /// Times margin.
    pub leverage: u16,
    /// Where the exchange would close it; none when no price would.
    pub liquidation_price: Option<Decimal>,
    /// What stands behind it, in quote units.
    pub collateral: Decimal,
    /// Size times mark price, always positive.
    pub notional: Decimal,
    /// The exchange's fair price.
    pub mark_price: Decimal,
    /// Average price of its opening.
    pub entry_price: Decimal,
    /// Margin set aside for it.
    pub initial_margin: Decimal,
    /// Share of the notional, 0.25 at leverage 4.
    pub initial_margin_percentage: Decimal,
    /// Below this collateral it is liquidated.
    pub maintenance_margin: Decimal,
    /// Share of the notional.
    pub maintenance_margin_percentage: Decimal,
    /// Maintenance margin over collateral; none without collateral.
    pub margin_ratio: Option<Decimal>,
    /// When the exchange last changed it.
    pub at: Micros,
    /// Cross or isolated.
    pub margin_mode: MarginMode,
    /// Long or short.
    pub side: PositionSide,
    /// Profit over initial margin, in percent.
    pub percentage: Decimal,
}

/// One asset of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funds {
    /// Can be used for new orders.
    pub free: Decimal,
    /// Held by orders and positions.
    pub used: Decimal,
    /// What it is worth: on futures with the profit and loss of open positions, as ccxt and Binance's margin balance say it.
    pub total: Decimal,
}

/// An account's assets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// By asset name.
    pub assets: BTreeMap<String, Funds>,
    /// Profit and loss of open positions, in USD (futures; zero otherwise). The totals of `assets` hold it already.
    pub unrealized_pnl: Decimal,
}

//! Market properties that can change at run time: trading status, tick and lot size, and book depth.

use super::words::words;
use crate::market::MarketId;
use domain::{Decimal, Market, TradeType};
use serde::{Deserialize, Serialize};

words! {
    /// The trading status of a market, as reported by `exchangeInfo`.
    MarketStatus {
        /// The market is trading.
        Trading = "TRADING",
        /// Spot: trading is halted.
        Halt = "HALT",
        /// Spot: trading is interrupted.
        Break = "BREAK",
        /// Futures: not yet trading.
        PendingTrading = "PENDING_TRADING",
        /// Futures: positions can be closed but not opened.
        PreSettle = "PRE_SETTLE",
        /// Futures: trading has ended.
        Settling = "SETTLING",
        /// Futures: delisted. Its orders have been expired and its positions settled.
        Close = "CLOSE",
    }
}

impl MarketStatus {
    /// Whether a market of this kind can have the status.
    #[must_use]
    pub const fn of(self, kind: TradeType) -> bool {
        match self {
            Self::Trading => true,
            Self::Halt | Self::Break => matches!(kind, TradeType::Spot),
            Self::PendingTrading | Self::PreSettle | Self::Settling | Self::Close => {
                matches!(kind, TradeType::Futures)
            }
        }
    }
}

/// A change of a market. Fields that are `None` leave the property unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketChange {
    /// The market.
    pub market: MarketId,
    /// The new trading status.
    pub status: Option<MarketStatus>,
    /// The new tick size.
    pub tick: Option<Decimal>,
    /// The new lot size, which is also the minimum amount.
    pub lot: Option<Decimal>,
    /// Whether the book's best prices are outside the range that market orders may execute at
    /// (`PERCENT_PRICE`).
    pub thin: Option<bool>,
}

/// How a market differs from its initial configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Changed {
    pub(super) status: MarketStatus,
    pub(super) rules: Market,
    pub(super) thin: bool,
}

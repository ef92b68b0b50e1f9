//! Prices: the ticker and candles.

use crate::{Decimal, Micros, Symbol, key::words, time};
use serde::{Deserialize, Serialize};

/// The last 24 hours of a market, in ccxt's unified shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticker {
    /// The pair.
    pub symbol: Symbol,
    /// When it was told.
    pub at: Micros,
    /// Highest price.
    pub high: Decimal,
    /// Lowest price.
    pub low: Decimal,
    /// Average price by volume.
    pub vwap: Decimal,
    /// First price.
    pub open: Decimal,
    /// Last price.
    pub last: Decimal,
    /// Last less first.
    pub change: Decimal,
    /// Change in percent.
    pub percentage: Decimal,
    /// Volume in base units.
    pub base_volume: Decimal,
    /// Volume in quote units.
    pub quote_volume: Decimal,
}

impl Ticker {
    /// Half-way between the first and the last price.
    #[must_use]
    pub fn average(&self) -> Decimal {
        (self.open + self.last) / Decimal::TWO
    }
}

words! {
    /// The length of a candle, as Binance names it.
    pub Frame {
        /// One minute.
        M1 = "1m",
        /// Three minutes.
        M3 = "3m",
        /// Five minutes.
        M5 = "5m",
        /// A quarter of an hour.
        M15 = "15m",
        /// Half an hour.
        M30 = "30m",
        /// One hour.
        H1 = "1h",
        /// Two hours.
        H2 = "2h",
        /// Four hours.
        H4 = "4h",
        /// One day.
        D1 = "1d",
    }
}

impl Frame {
    /// Its length in microseconds.
    #[must_use]
    pub const fn micros(self) -> i64 {
        match self {
            Self::M1 => time::MINUTE,
            Self::M3 => 3 * time::MINUTE,
            Self::M5 => 5 * time::MINUTE,
            Self::M15 => 15 * time::MINUTE,
            Self::M30 => 30 * time::MINUTE,
            Self::H1 => time::HOUR,
            Self::H2 => 2 * time::HOUR,
            Self::H4 => 4 * time::HOUR,
            Self::D1 => time::DAY,
        }
    }

    /// Its length in seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.micros() / time::SECOND
    }

    /// The frame of so many seconds.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|frame| frame.seconds() == seconds)
    }

    /// The start of the candle that holds this moment.
    #[must_use]
    pub const fn floor(self, at: Micros) -> Micros {
        Micros(at.0.div_euclid(self.micros()) * self.micros())
    }
}

/// One candle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candle {
    /// When it opened.
    pub start: Micros,
    /// First price.
    pub open: Decimal,
    /// Highest price.
    pub high: Decimal,
    /// Lowest price.
    pub low: Decimal,
    /// Last price.
    pub close: Decimal,
    /// Volume in base units.
    pub volume: Decimal,
}

impl Candle {
    /// This candle and the one after it as one.
    #[must_use]
    pub fn merge(self, next: Self) -> Self {
        Self {
            start: self.start,
            open: self.open,
            high: self.high.max(next.high),
            low: self.low.min(next.low),
            close: next.close,
            volume: self.volume + next.volume,
        }
    }
}

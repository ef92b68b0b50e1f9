//! Prices: the ticker and candles.

use crate::{Decimal, Micros, Symbol, key::words, time};
use serde::{Deserialize, Serialize};

/// The last 24 hours of a market, in ccxt's unified shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticker {
    /// Trading pair.
    pub symbol: Symbol,
    /// Time of the ticker.
    pub at: Micros,
    /// Highest price.
    pub high: Decimal,
    /// Lowest price.
    pub low: Decimal,
    /// Volume-weighted average price.
    pub vwap: Decimal,
    /// First price of the window.
    pub open: Decimal,
    /// Last price of the window.
    pub last: Decimal,
    /// Last price minus first price.
    pub change: Decimal,
    /// Price change, in percent of the first price.
    pub percentage: Decimal,
    /// Volume in base units.
    pub base_volume: Decimal,
    /// Volume in quote units.
    pub quote_volume: Decimal,
}

impl Ticker {
    /// Returns the midpoint of the first and the last price.
    #[must_use]
    pub fn average(&self) -> Decimal {
        (self.open + self.last) / Decimal::TWO
    }
}

words! {
    /// A candle interval, named as Binance names it.
    pub Frame {
        /// One minute.
        M1 = "1m",
        /// Three minutes.
        M3 = "3m",
        /// Five minutes.
        M5 = "5m",
        /// 15 minutes.
        M15 = "15m",
        /// 30 minutes.
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
    /// Returns the interval's length in microseconds.
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

    /// Returns the interval's length in seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.micros() / time::SECOND
    }

    /// Returns the interval of the given length in seconds, or `None` if there is none.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|frame| frame.seconds() == seconds)
    }

    /// Returns the start of the candle that contains `at`.
    #[must_use]
    pub const fn floor(self, at: Micros) -> Micros {
        Micros(at.0.div_euclid(self.micros()) * self.micros())
    }
}

/// One OHLCV candle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candle {
    /// Opening time.
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
    /// Combines this candle with the candle that follows it.
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

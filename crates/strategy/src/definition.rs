//! A strategy as data. In JSON (decimals are strings, and unknown fields are rejected):
//!
//! ```json
//! {
//!   "entry": {
//!     "long":  { "crossesAbove": [{ "ema": { "length": 12 } }, { "ema": { "length": 26 } }] },
//!     "short": { "crossesBelow": [{ "ema": { "length": 12 } }, { "ema": { "length": 26 } }] }
//!   },
//!   "stop": { "atr": { "length": 14, "multiple": "3" } },
//!   "targets": [{ "r": "2" }, { "percent": "5" }]
//! }
//! ```

use domain::{Decimal, PositionSide};
use serde::{Deserialize, Serialize};

/// The rules of a strategy: entry and exit conditions, stop and targets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Conditions that open a position; at least one side is required.
    pub entry: Sides<Condition>,
    /// Conditions that close a position, in addition to stop, targets and the opposite entry.
    #[serde(default)]
    pub exit: Sides<Condition>,
    /// The stop. A strategy without one can be backtested but not followed, because copies are sized by their
    /// stop.
    #[serde(default)]
    pub stop: Option<Stop>,
    /// Take-profit targets, which share the position equally.
    #[serde(default)]
    pub targets: Vec<Target>,
}

/// A pair of values, one for long and one for short positions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
pub struct Sides<T> {
    /// For long positions.
    #[serde(default)]
    pub long: Option<T>,
    /// For short positions.
    #[serde(default)]
    pub short: Option<T>,
}

impl<T> Default for Sides<T> {
    fn default() -> Self {
        Self { long: None, short: None }
    }
}

impl<T> Sides<T> {
    /// The value of a side.
    #[must_use]
    pub const fn of(&self, side: PositionSide) -> Option<&T> {
        match side {
            PositionSide::Long => self.long.as_ref(),
            PositionSide::Short => self.short.as_ref(),
        }
    }
}

/// A condition evaluated at a bar's close.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    /// The first value is greater.
    Above(Expr, Expr),
    /// The first value is less.
    Below(Expr, Expr),
    /// The first value is greater, and was not at the previous bar.
    CrossesAbove(Expr, Expr),
    /// The first value is less, and was not at the previous bar.
    CrossesBelow(Expr, Expr),
    /// All conditions are true.
    All(Vec<Self>),
    /// At least one condition is true.
    Any(Vec<Self>),
    /// The condition is false.
    Not(Box<Self>),
}

/// An expression with a numeric value at each bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Expr {
    /// A field of the bar.
    Price(Source),
    /// A constant.
    Constant(Decimal),
    /// Exponential moving average: alpha = 2 / (length + 1), starting with the first value.
    Ema {
        /// The averaged field.
        #[serde(default)]
        of: Source,
        /// Number of bars.
        length: u32,
    },
    /// Simple moving average.
    Sma {
        /// The averaged field.
        #[serde(default)]
        of: Source,
        /// Number of bars.
        length: u32,
    },
    /// Wilder's relative strength index, 0 to 100.
    Rsi {
        /// The field whose changes are measured.
        #[serde(default)]
        of: Source,
        /// Number of changes averaged.
        length: u32,
    },
    /// Wilder's average true range.
    Atr {
        /// Number of bars averaged.
        length: u32,
    },
    /// Highest high of the preceding bars, without the current one.
    DonchianHigh {
        /// Number of bars.
        length: u32,
    },
    /// Lowest low of the preceding bars, without the current one.
    DonchianLow {
        /// Number of bars.
        length: u32,
    },
    /// The Supertrend line: below the price in an uptrend, above it in a downtrend.
    Supertrend {
        /// Number of bars of its ATR.
        length: u32,
        /// Distance of the bands, in ATRs.
        multiple: Decimal,
    },
}

/// A field of a bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// First price.
    Open,
    /// Highest price.
    High,
    /// Lowest price.
    Low,
    /// Last price.
    #[default]
    Close,
    /// Volume in base units.
    Volume,
}

/// The placement of the stop, relative to the close of the deciding bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Stop {
    /// At this percentage distance from the price.
    Percent(Decimal),
    /// At a multiple of the average true range.
    Atr {
        /// Number of bars averaged.
        length: u32,
        /// The multiple.
        multiple: Decimal,
    },
    /// At the value of an indicator.
    Level(Sides<Expr>),
}

/// The placement of a target, relative to the close of the deciding bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Target {
    /// At this multiple of the distance to the stop.
    R(Decimal),
    /// At this percentage distance from the price.
    Percent(Decimal),
}

impl Expr {
    /// An EMA of the close.
    #[must_use]
    pub const fn ema(length: u32) -> Self {
        Self::Ema { of: Source::Close, length }
    }

    /// An RSI of the close.
    #[must_use]
    pub const fn rsi(length: u32) -> Self {
        Self::Rsi { of: Source::Close, length }
    }

    /// The close itself.
    #[must_use]
    pub const fn close() -> Self {
        Self::Price(Source::Close)
    }
}

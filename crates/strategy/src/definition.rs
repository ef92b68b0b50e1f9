//! A strategy as data. In JSON (decimals are strings, and unknown fields are refused):
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

use crate::validate::{Fault, Problem, limits};
use domain::{Decimal, PositionSide};
use serde::{Deserialize, Serialize};

/// When to enter and leave a market, and where the protective orders stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What opens a position; at least one side.
    pub entry: Sides<Condition>,
    /// What closes one, beside stop, targets and the opposite entry.
    #[serde(default)]
    pub exit: Sides<Condition>,
    /// Where it is given up. Without one it can be tested, but nobody can follow it: a copy is sized by its stop.
    #[serde(default)]
    pub stop: Option<Stop>,
    /// Where equal shares of it are taken.
    #[serde(default)]
    pub targets: Vec<Target>,
}

/// One for long, one for short.
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
    /// That of a side.
    #[must_use]
    pub const fn of(&self, side: PositionSide) -> Option<&T> {
        match side {
            PositionSide::Long => self.long.as_ref(),
            PositionSide::Short => self.short.as_ref(),
        }
    }
}

/// Something that is true or false at a bar's close.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    /// The first is greater.
    Above(Expr, Expr),
    /// The first is less.
    Below(Expr, Expr),
    /// The first is greater, and was not at the bar before.
    CrossesAbove(Expr, Expr),
    /// The first is less, and was not at the bar before.
    CrossesBelow(Expr, Expr),
    /// Every one is true.
    All(Vec<Self>),
    /// At least one is true.
    Any(Vec<Self>),
    /// It is false.
    Not(Box<Self>),
}

/// A number at each bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Expr {
    /// A field of the bar.
    Price(Source),
    /// Always the same.
    Constant(Decimal),
    /// Exponential moving average: alpha = 2 / (length + 1), beginning with the first value.
    Ema {
        /// Of what.
        #[serde(default)]
        of: Source,
        /// Bars.
        length: u32,
    },
    /// Simple moving average.
    Sma {
        /// Of what.
        #[serde(default)]
        of: Source,
        /// Bars.
        length: u32,
    },
    /// Wilder's relative strength index, 0 to 100.
    Rsi {
        /// Of what.
        #[serde(default)]
        of: Source,
        /// Changes averaged.
        length: u32,
    },
    /// Wilder's average true range.
    Atr {
        /// Bars averaged.
        length: u32,
    },
    /// Highest high of the bars before this one.
    DonchianHigh {
        /// Bars.
        length: u32,
    },
    /// Lowest low of the bars before this one.
    DonchianLow {
        /// Bars.
        length: u32,
    },
    /// Supertrend's line: below the price in a rise, above it in a fall.
    Supertrend {
        /// Bars of its ATR.
        length: u32,
        /// The bands' distance in ATRs.
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

/// Where a position is given up, measured from the close of the bar that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Stop {
    /// So many percent of the price away.
    Percent(Decimal),
    /// So many average true ranges away.
    Atr {
        /// Bars averaged.
        length: u32,
        /// How many of it.
        multiple: Decimal,
    },
    /// At an indicator.
    Level(Sides<Expr>),
}

/// Where a share of a position is taken, measured from the close of the bar that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Target {
    /// So many times the distance to the stop.
    R(Decimal),
    /// So many percent of the price.
    Percent(Decimal),
}

impl Definition {
    /// Reads and validates JSON.
    ///
    /// # Errors
    /// Everything that is wrong with it, by the place where it stands.
    pub fn from_json(text: &str) -> Result<Self, Vec<Problem>> {
        let whole = |fault| vec![Problem { at: String::new(), fault }];
        if text.len() > limits::JSON {
            return Err(whole(Fault::TooLong));
        }
        let read: Self = serde_json::from_str(text).map_err(|e| whole(Fault::NotReadable(e.to_string())))?;
        read.validate()?;
        Ok(read)
    }

    /// Its canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Its maps have no keys but names: writing them to memory cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
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

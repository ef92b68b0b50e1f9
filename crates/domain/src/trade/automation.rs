//! Automation of an open trade: the desk moves its stop to breakeven after a take-profit, trails it behind the peak, and
//! closes the trade at its time limit.

use super::gains;
use crate::money::Arithmetic as _;
use crate::{
    Candle, Decimal, Micros, Side, dec,
    key::words,
    money,
    ticket::{MOST_TARGETS, Stop},
    time::MINUTE,
    validation::{FieldProblem, Problem},
};
use serde::{Deserialize, Serialize};

/// The longest time limit, in minutes: a year.
pub const LONGEST_TIME_LIMIT: u32 = 365 * 24 * 60;
/// The smallest and the largest distance of a trailing stop, in percent of the peak.
const TRAILING_PERCENT: (Decimal, Decimal) = (dec!(0.1), dec!(50));
/// The largest multiple of the average true range.
const MOST_ATR: Decimal = dec!(20);
/// The number of candles for an average true range: one more than ranges, because each has the close before it.
pub const ATR_CANDLES: u16 = 15;
/// A trailing stop moves by at least this part of its distance: each move costs two requests.
const STEPS: Decimal = dec!(20);

words! {
    /// The price that triggers a stop, and that a trailing stop follows.
    #[derive(Default)]
    pub PriceSource {
        /// The last price.
        #[default]
        Last = "last",
        /// The mark price.
        Mark = "mark",
    }
}

/// The settings by which the desk moves the stop of an open trade and closes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Automation {
    /// The number of filled take-profits after which the stop moves to breakeven.
    pub breakeven_after: Option<u16>,
    /// The distance of the trailing stop from the peak, in percent of the peak.
    pub trailing_percent: Option<Decimal>,
    /// The price that triggers the stop, and whose peak a trailing stop follows.
    pub trigger: PriceSource,
    /// How long the trade may be open, in minutes since the first fill of its entry.
    pub time_limit: Option<u32>,
}

/// The change of one setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Setting<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is disabled.
    Clear,
    /// It becomes this.
    Set(T),
}

/// A change of what the desk does by itself. What is not mentioned stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationChange {
    /// The new [`Automation::breakeven_after`].
    pub breakeven_after: Setting<u16>,
    /// The new [`Automation::trailing_percent`].
    pub trailing_percent: Setting<Decimal>,
    /// The distance of the trailing stop as a multiple of the average true range, which replaces `trailing_percent`
    /// ([`Self::with_distance`]).
    pub trailing_atr: Option<Decimal>,
    /// The new [`Automation::trigger`].
    pub trigger: Option<PriceSource>,
    /// The new [`Automation::time_limit`].
    pub time_limit: Setting<u32>,
}

/// The state of a trade that a change of its automation is checked against.
#[derive(Clone, Copy, Debug)]
pub struct AutomationFacts {
    /// The number of its take-profits, filled ones included.
    pub targets: usize,
    /// Whether it has a stop after the change.
    pub has_stop: bool,
    /// How long it has been open, in microseconds; `None` while nothing has filled.
    pub open_for: Option<i64>,
}

impl<T: Copy> Setting<T> {
    const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    fn set(self) -> Option<T> {
        self.apply(None)
    }
}

impl AutomationChange {
    /// Returns whether nothing would change.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.breakeven_after.is_keep()
            && self.trailing_percent.is_keep()
            && self.trailing_atr.is_none()
            && self.trigger.is_none()
            && self.time_limit.is_keep()
    }

    /// Returns the settings after the change.
    #[must_use]
    pub fn apply(self, before: Automation) -> Automation {
        Automation {
            breakeven_after: self.breakeven_after.apply(before.breakeven_after),
            trailing_percent: self.trailing_percent.apply(before.trailing_percent),
            trigger: self.trigger.unwrap_or(before.trigger),
            time_limit: self.time_limit.apply(before.time_limit),
        }
    }

    /// Checks the multiple of the average true range, and returns it; `None` without one.
    ///
    /// # Errors
    /// The problem of `trailingAtr`.
    pub fn atr_multiple(&self) -> Result<Option<Decimal>, FieldProblem> {
        let Some(multiple) = self.trailing_atr else { return Ok(None) };
        let problem = if self.trailing_percent.set().is_some() {
            Problem::Contradicts
        } else if multiple <= Decimal::ZERO || multiple > MOST_ATR {
            Problem::NotAtrMultiple
        } else {
            return Ok(Some(multiple));
        };
        Err(FieldProblem::new("trailingAtr", problem))
    }

    /// Returns the change with this distance of the trailing stop, in percent, in place of a multiple of the average true
    /// range.
    #[must_use]
    pub fn with_distance(self, percent: Decimal) -> Self {
        Self { trailing_percent: Setting::Set(percent), trailing_atr: None, ..self }
    }

    /// Checks the new settings.
    ///
    /// # Errors
    /// All problems together.
    pub fn check(&self, facts: &AutomationFacts) -> Result<(), Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut fail = |field, problem| problems.push(FieldProblem::new(field, problem));
        if let Some(after) = self.breakeven_after.set() {
            if !facts.has_stop {
                fail("breakevenAfter", Problem::NeedsStop);
            } else if after == 0 || usize::from(after) > facts.targets.min(MOST_TARGETS) {
                fail("breakevenAfter", Problem::NotTargetNumber);
            }
        }
        if let Some(percent) = self.trailing_percent.set() {
            let (least, most) = TRAILING_PERCENT;
            if !(least..=most).contains(&percent) {
                fail("trailingPercent", Problem::NotTrailingPercent);
            } else if !facts.has_stop {
                fail("trailingPercent", Problem::NeedsStop);
            }
        }
        if let Some(minutes) = self.time_limit.set() {
            if !(1..=LONGEST_TIME_LIMIT).contains(&minutes) {
                fail("timeLimit", Problem::NotTimeLimit);
            } else if facts.open_for.is_some_and(|open| open >= i64::from(minutes) * MINUTE) {
                fail("timeLimit", Problem::NotFuture);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

impl Automation {
    /// Returns what is left of the settings when the stop is removed.
    #[must_use]
    pub const fn without_stop(self) -> Self {
        Self { breakeven_after: None, trailing_percent: None, trigger: PriceSource::Last, ..self }
    }

    /// Returns when a trade that was entered at `entered` reaches its time limit; `None` without one.
    #[must_use]
    pub fn closes_at(&self, entered: Micros) -> Option<Micros> {
        self.time_limit.map(|minutes| entered.plus(i64::from(minutes) * MINUTE))
    }

    /// Returns the price of the trailing stop below `peak` (above it for a short position), rounded to the tick away from
    /// the peak. `None` without a trailing stop, or if numbers overflow.
    #[must_use]
    pub fn trailing_stop(&self, side: Side, peak: Decimal, tick: Decimal) -> Option<Decimal> {
        let distance = peak.times(self.trailing_percent?)?.over(Decimal::ONE_HUNDRED)?;
        match side {
            Side::Buy => Some(money::floor_to(peak.minus(distance)?, tick)),
            Side::Sell => {
                let exact = peak.plus(distance)?;
                let down = money::floor_to(exact, tick);
                if down < exact { down.plus(tick) } else { Some(down) }
            }
        }
    }

    /// Returns the smallest move of the trailing stop: a tick, or a twentieth of its distance if that is more.
    #[must_use]
    pub fn smallest_step(&self, peak: Decimal, tick: Decimal) -> Option<Decimal> {
        let distance = peak.times(self.trailing_percent?)?.over(Decimal::ONE_HUNDRED)?;
        Some(money::floor_to(distance.over(STEPS)?, tick).max(tick))
    }

    /// Returns the stop that replaces `stop` for a trade whose best price was `peak`: it only moves in favour of the
    /// position, and by at least [`Self::smallest_step`]. A limit price keeps its distance. `None` if the stop stays.
    #[must_use]
    pub fn trail(&self, side: Side, peak: Decimal, stop: Stop, tick: Decimal) -> Option<Stop> {
        let trigger = self.trailing_stop(side, peak, tick)?;
        let gained = match side {
            Side::Buy => trigger.minus(stop.trigger)?,
            Side::Sell => stop.trigger.minus(trigger)?,
        };
        if trigger <= Decimal::ZERO || gained < self.smallest_step(peak, tick)? {
            return None;
        }
        let limit = match stop.limit {
            Some(limit) => Some(limit.plus(trigger)?.minus(stop.trigger)?),
            None => None,
        };
        Some(Stop { trigger, limit })
    }
}

/// Returns `multiple` times the average true range of the newest candles (oldest first) in percent of `last`, with two
/// decimals. `None` if there are fewer than [`ATR_CANDLES`], or if numbers overflow.
#[must_use]
pub fn atr_percent(candles: &[Candle], multiple: Decimal, last: Decimal) -> Option<Decimal> {
    let newest = candles.get(candles.len().checked_sub(usize::from(ATR_CANDLES))?..)?;
    let mut sum = Decimal::ZERO;
    for (before, candle) in newest.iter().zip(&newest[1..]) {
        let (high, low) = (candle.high.max(before.close), candle.low.min(before.close));
        sum = sum.plus(high.minus(low)?)?;
    }
    let average = sum.over(Decimal::from(ATR_CANDLES - 1))?;
    Some(average.times(multiple)?.times(Decimal::ONE_HUNDRED)?.over(last)?.round_dp(2))
}

/// Returns the better price for a position entered on this side.
#[must_use]
pub fn better_price(side: Side, one: Decimal, other: Decimal) -> Decimal {
    if gains(side, one, other) { other } else { one }
}

#[cfg(test)]
mod tests;

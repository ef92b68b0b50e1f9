//! How copied entries were executed: the delay and the slippage of each against its signal, and their typical values.
//!
//! The delay is the time from the acceptance of the signal until the fill of the entry was recorded. Slippage is the
//! difference between the entry price and the signal's price; positive means a worse price.

mod fan_out;

pub use fan_out::{EntryFigures, FanOut, LEAST_USERS, Outcomes, SignalCopy, StrategyExecution};

use crate::{Decimal, Micros, Side};
use serde::{Deserialize, Serialize};

/// Microseconds in one millisecond.
const MILLISECOND: i64 = 1_000;
/// Decimal places of a slippage in percent.
const PLACES: u32 = 8;

/// The execution of one copied entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Side of the entry.
    pub side: Side,
    /// When the signal was accepted.
    pub signal_at: Micros,
    /// The signal's price; `None` if it had none.
    pub signal_price: Option<Decimal>,
    /// When the fill was recorded.
    pub filled_at: Micros,
    /// Average price of the fill.
    pub price: Decimal,
    /// Filled amount in base units.
    pub amount: Decimal,
}

impl Entry {
    /// Returns the delay in milliseconds. A clock that was set back in between gives zero.
    #[must_use]
    pub fn delay_ms(&self) -> i64 {
        self.filled_at.since(self.signal_at).max(0) / MILLISECOND
    }

    /// Returns the slippage per base unit, in quote units; `None` without a signal price.
    fn difference(&self) -> Option<Decimal> {
        let signal = self.signal_price.filter(|price| *price > Decimal::ZERO)?;
        match self.side {
            Side::Buy => self.price.checked_sub(signal),
            Side::Sell => signal.checked_sub(self.price),
        }
    }

    /// Returns the slippage of the whole entry in quote units; `None` without a signal price.
    #[must_use]
    pub fn slippage(&self) -> Option<Decimal> {
        self.difference()?.checked_mul(self.amount)
    }

    /// Returns the slippage in percent of the signal's price; `None` without one.
    #[must_use]
    pub fn slippage_percent(&self) -> Option<Decimal> {
        let percent = self.difference()?.checked_mul(Decimal::ONE_HUNDRED)?;
        Some(percent.checked_div(self.signal_price?)?.round_dp(PLACES))
    }
}

/// Delay and slippage of several entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// Number of filled entries.
    pub filled: u32,
    /// Median delay in milliseconds; `None` without entries.
    pub median_delay_ms: Option<i64>,
    /// The delay that nine of ten entries did not exceed, in milliseconds.
    pub p90_delay_ms: Option<i64>,
    /// Median slippage in percent; `None` if no entry had a signal price.
    pub median_slippage_percent: Option<Decimal>,
    /// The slippage that nine of ten entries did not exceed, in percent.
    pub p90_slippage_percent: Option<Decimal>,
}

impl Execution {
    /// Summarizes entries, in any order.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let mut delays: Vec<i64> = entries.iter().map(Entry::delay_ms).collect();
        let mut slippages: Vec<Decimal> = entries.iter().filter_map(Entry::slippage_percent).collect();
        delays.sort_unstable();
        slippages.sort_unstable();
        Self {
            filled: u32::try_from(entries.len()).unwrap_or(u32::MAX),
            median_delay_ms: percentile(&delays, 50),
            p90_delay_ms: percentile(&delays, 90),
            median_slippage_percent: percentile(&slippages, 50),
            p90_slippage_percent: percentile(&slippages, 90),
        }
    }
}

/// Returns a percentile of sorted values by the nearest rank: the smallest value that `percent` of them do not exceed.
/// The median of an even number of values is therefore the lower one of the two in the middle.
#[must_use]
pub fn percentile<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = sorted.len().saturating_mul(percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::parse;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        parse(text).unwrap()
    }

    fn entry(side: Side, signal: Option<&str>, price: &str, delay_ms: i64) -> Entry {
        Entry {
            side,
            signal_at: Micros(5_000_000),
            signal_price: signal.map(d),
            filled_at: Micros(5_000_000 + delay_ms * MILLISECOND),
            price: d(price),
            amount: d("0.5"),
        }
    }

    #[test]
    fn a_worse_price_is_a_positive_slippage_on_both_sides() {
        let bought = entry(Side::Buy, Some("20000"), "20010", 300);
        assert_eq!((bought.slippage_percent(), bought.slippage()), (Some(d("0.05")), Some(d("5"))));
        let sold = entry(Side::Sell, Some("20000"), "20010", 300);
        assert_eq!((sold.slippage_percent(), sold.slippage()), (Some(d("-0.05")), Some(d("-5"))));
        assert_eq!(sold.delay_ms(), 300);
    }

    #[test]
    fn without_a_signal_price_there_is_no_slippage() {
        for signal in [None, Some("0")] {
            let unknown = entry(Side::Buy, signal, "20010", -40);
            assert_eq!((unknown.slippage_percent(), unknown.slippage()), (None, None));
            assert_eq!(unknown.delay_ms(), 0, "the clock was set back");
        }
        let summary = Execution::of(&[entry(Side::Buy, None, "1", 7)]);
        assert_eq!((summary.filled, summary.median_delay_ms), (1, Some(7)));
        assert_eq!(summary.median_slippage_percent, None);
        assert_eq!(Execution::of(&[]), Execution::default());
    }

    #[test]
    fn the_summary_takes_the_nearest_rank() {
        let entries: Vec<_> = (1..=10)
            .map(|n| entry(Side::Buy, Some("100"), &format!("{}", 100 + n), 1_000 * (11 - n)))
            .collect();
        let summary = Execution {
            filled: 10,
            median_delay_ms: Some(5_000),
            p90_delay_ms: Some(9_000),
            median_slippage_percent: Some(d("5")),
            p90_slippage_percent: Some(d("9")),
        };
        assert_eq!(Execution::of(&entries), summary);
    }

    proptest! {
        #[test]
        fn a_percentile_is_a_value_that_enough_others_do_not_exceed(
            mut values in prop::collection::vec(-1_000_i64..1_000, 1..60), percent in 1_usize..=100,
        ) {
            values.sort_unstable();
            let found = percentile(&values, percent).unwrap();
            let below = values.iter().filter(|value| **value < found).count();
            let up_to = values.iter().filter(|value| **value <= found).count();
            prop_assert!(up_to * 100 >= values.len() * percent);
            prop_assert!(below * 100 < values.len() * percent);
        }

        #[test]
        fn opposite_sides_have_opposite_slippage(signal in 1_i64..1_000_000, price in 1_i64..1_000_000) {
            let of = |side| Entry {
                side,
                signal_at: Micros(0),
                signal_price: Some(Decimal::from(signal)),
                filled_at: Micros(0),
                price: Decimal::from(price),
                amount: Decimal::ONE,
            };
            prop_assert_eq!(of(Side::Buy).slippage(), of(Side::Sell).slippage().map(|other| -other));
            prop_assert_eq!(of(Side::Buy).slippage().unwrap(), Decimal::from(price - signal));
        }
    }
}

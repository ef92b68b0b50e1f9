//! The candles of its timeline that a pair played, by minute.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How many runs are kept. The oldest one that is left extends into the past.
const KEPT: usize = 1_000;

/// Minutes in which a pair played consecutive candles, one in each minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    /// The first minute.
    pub(super) minute: i64,
    /// The position of the first candle on the timeline.
    pub(super) candle: i64,
    /// Number of minutes.
    pub(super) count: i64,
    /// The fraction by which prices are scaled.
    pub(super) bend: (i64, i64),
}

/// A pair's runs, oldest first. A downtime or a price jump starts a new one. The minutes before the first run
/// played the candles before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Runs(Vec<Run>);

impl Runs {
    pub(super) fn new(first: Run) -> Self {
        Self(vec![first])
    }

    /// Records that a candle begins in a minute.
    pub(super) fn note(&mut self, minute: i64, candle: i64, bend: (i64, i64)) {
        if let Some(run) = self.0.last_mut() {
            let next = (run.minute + run.count, run.candle + run.count);
            if next == (minute, candle) && run.bend == bend {
                run.count += 1;
                return;
            }
            // A second candle in the same minute takes the place of the first.
            if minute < run.minute + run.count {
                run.count = (minute - run.minute).max(0);
            }
        }
        if self.0.last().is_some_and(|run| run.count == 0) {
            self.0.pop();
        }
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push(Run { minute, candle, count: 1, bend });
    }

    /// The runs that overlap a range of minutes, cut to it.
    pub(super) fn within(&self, range: Range<i64>) -> impl DoubleEndedIterator<Item = Run> + '_ {
        self.0.iter().enumerate().filter_map(move |(number, run)| {
            let first = if number == 0 { range.start.min(run.minute) } else { run.minute };
            let start = range.start.max(first);
            let end = range.end.min(run.minute + run.count);
            let candle = run.candle + (start - run.minute);
            (start < end).then_some(Run { minute: start, candle, count: end - start, bend: run.bend })
        })
    }

    /// The position and scale of the candle that began in a minute.
    pub(super) fn at(&self, minute: i64) -> Option<Run> {
        self.within(minute..minute.saturating_add(1)).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: (i64, i64) = (1, 1);

    fn parts(runs: &Runs, range: Range<i64>) -> Vec<(i64, i64, i64)> {
        runs.within(range).map(|run| (run.minute, run.candle, run.count)).collect()
    }

    #[test]
    fn a_downtime_is_a_gap_and_the_past_has_no_beginning() {
        let mut runs = Runs::new(Run { minute: 100, candle: 7, count: 3, bend: PLAIN });
        runs.note(103, 10, PLAIN);
        runs.note(110, 11, PLAIN);
        runs.note(111, 12, PLAIN);
        assert_eq!(parts(&runs, 98..200), [(98, 5, 6), (110, 11, 2)]);
        assert_eq!(parts(&runs, 104..110), []);
        assert_eq!(runs.at(-5).unwrap().candle, -98);
        assert!(runs.at(112).is_none());
    }

    #[test]
    fn a_jump_and_a_second_candle_in_a_minute_start_runs() {
        let mut runs = Runs::default();
        runs.note(5, 0, PLAIN);
        runs.note(6, 1, (2, 1));
        runs.note(6, 2, (2, 1));
        assert_eq!(parts(&runs, 4..9), [(4, -1, 2), (6, 2, 1)]);
        for minute in 0..2_000 {
            runs.note(10 + 2 * minute, minute, PLAIN);
        }
        assert_eq!(runs.0.len(), KEPT);
    }
}

//! Finding minutes and trade numbers among the kept and the computed candles of a pair.

use super::{
    minute::Minute,
    minutes::{HISTORY, Minutes, TRADES},
};
use std::ops::Range;

impl Minutes {
    /// The kept candle of a minute.
    pub(super) fn row(&self, minute: i64) -> Option<&Minute> {
        let at = self.rows.partition_point(|row| row.start < minute);
        self.rows.get(at).filter(|row| row.start == minute)
    }

    /// The first kept minute: all before it are computed.
    fn kept_from(&self) -> i64 {
        self.rows.front().map_or(i64::MAX, |row| row.start)
    }

    /// The minutes of a range that are computed.
    pub(super) fn computed(&self, range: Range<i64>) -> Range<i64> {
        range.start.max(HISTORY)..range.end.min(self.kept_from())
    }

    /// The earliest minute with a candle at or after `minute`.
    pub(super) fn next(&self, minute: i64) -> Option<i64> {
        let computed = self.runs.within(self.computed(minute..i64::MAX)).next().map(|run| run.minute);
        computed.or_else(|| {
            let at = self.rows.partition_point(|row| row.start < minute);
            self.rows.get(at).map(|row| row.start)
        })
    }

    /// The latest minute with a candle at or before `minute`.
    pub(super) fn previous(&self, minute: i64) -> Option<i64> {
        let end = minute.saturating_add(1);
        let at = self.rows.partition_point(|row| row.start < end);
        if let Some(row) = at.checked_sub(1).and_then(|at| self.rows.get(at)) {
            return Some(row.start);
        }
        let last = self.runs.within(self.computed(HISTORY..end)).next_back()?;
        Some(last.minute + last.count - 1)
    }

    /// The number of the latest trade before a minute.
    pub(super) fn counted_before(&self, minute: i64) -> i64 {
        let kept = self.rows.iter().rev().take_while(|row| row.start >= minute);
        let since: i64 = kept.map(|row| i64::from(row.trades)).sum();
        let computed: i64 = self.runs.within(self.computed(minute..i64::MAX)).map(|run| run.count).sum();
        self.counted - since - computed * TRADES
    }

    /// The minute of a trade number. Numbers before the first trade or after the last belong to the first or last
    /// minute.
    pub(super) fn minute_of(&self, number: i64) -> Option<i64> {
        let mut before = self.counted;
        for row in self.rows.iter().rev() {
            before -= i64::from(row.trades);
            if before < number {
                return Some(row.start);
            }
        }
        for run in self.runs.within(self.computed(HISTORY..i64::MAX)).rev() {
            let back = (before - number).div_euclid(TRADES);
            if back < run.count {
                return Some(run.minute + run.count - 1 - back.max(0));
            }
            before -= run.count * TRADES;
        }
        self.next(HISTORY)
    }
}

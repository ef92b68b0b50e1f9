//! What the supervisor's looks may cost, in the exchange's request weight.

use domain::{Micros, time::SECOND};

/// The weight of a full look at Binance: position 5, open orders 1, open conditional orders 1.
pub(super) const FULL: i64 = 7;
/// The weight of asking for one stop by its id.
pub(super) const STOP_ALONE: i64 = 1;
/// Weight a second that all looks share which nothing has asked for: a tenth of an address's weight of 2,400 a minute.
pub(super) const IN_AGREEMENT: i64 = 4;
/// The same while positions have never been looked at, as after a start: with what is saved up, at most half of it.
const AT_START: i64 = 19;
/// How many seconds' weight may be saved up.
const SAVED: i64 = 2;

/// A bucket of weight that fills with time. Looks at positions that differ, or where something has happened, do not use it.
#[derive(Clone, Copy, Default)]
pub(super) struct Budget {
    /// In millionths of a weight; below zero after a look that cost more than there was.
    left: i64,
    filled_at: Option<Micros>,
}

impl Budget {
    /// Fills the bucket for the time that has passed; `starting` while positions have never been looked at.
    pub(super) fn fill(&mut self, now: Micros, starting: bool) {
        let a_second = if starting { AT_START } else { IN_AGREEMENT };
        let longest = SAVED * SECOND;
        let elapsed = self.filled_at.map_or(longest, |at| now.since(at).clamp(0, longest));
        self.left = (self.left + elapsed * a_second).min(longest * a_second);
        self.filled_at = Some(now);
    }

    /// Takes the weight of a look. False when nothing is left.
    pub(super) const fn take(&mut self, weight: i64) -> bool {
        let any = self.left > 0;
        if any {
            self.left -= weight * SECOND;
        }
        any
    }
}

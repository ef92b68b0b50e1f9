//! The budget for the supervisor's inspections, in the exchange's request weight.

use domain::{Micros, time::SECOND};

/// Weight of a full inspection at Binance: position 5, open orders 1, open conditional orders 1.
pub(super) const FULL: i64 = 7;
/// Weight of querying a single stop by its id.
pub(super) const STOP_ALONE: i64 = 1;
/// Weight per second shared by all routine inspections: a tenth of the 2,400 a minute that Binance grants an
/// IP address.
pub(super) const IN_AGREEMENT: i64 = 4;
/// The same while some positions have never been inspected, as after a start: with the saved budget, at most
/// half of the address's weight.
const AT_START: i64 = 19;
/// How many seconds of budget may be saved up.
const SAVED: i64 = 2;

/// A token bucket of request weight. Inspections of positions that differ or have just changed do not use it.
#[derive(Clone, Copy, Default)]
pub(super) struct Budget {
    /// Remaining weight in millionths; negative after an inspection that cost more than was left.
    left: i64,
    filled_at: Option<Micros>,
}

impl Budget {
    /// Refills the bucket for the elapsed time; `starting` while some positions have never been inspected.
    pub(super) fn fill(&mut self, now: Micros, starting: bool) {
        let a_second = if starting { AT_START } else { IN_AGREEMENT };
        let longest = SAVED * SECOND;
        let elapsed = self.filled_at.map_or(longest, |at| now.since(at).clamp(0, longest));
        self.left = (self.left + elapsed * a_second).min(longest * a_second);
        self.filled_at = Some(now);
    }

    /// Takes the weight of an inspection. Returns `false` if nothing is left.
    pub(super) const fn take(&mut self, weight: i64) -> bool {
        let any = self.left > 0;
        if any {
            self.left -= weight * SECOND;
        }
        any
    }
}

//! Circuit breaker: if many positions cannot be protected within a minute, the cause is a fault of the
//! exchange or of this desk rather than of that many accounts. Closing unprotected positions and opening new ones is
//! then suspended for a while.

use domain::{
    Micros,
    time::{MINUTE, SECOND},
};
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// More rescues than this within [`WITHIN`] trip the breaker.
const MOST: usize = 20;
/// With more than [`MOST`] positions, so does this share of them, in percent, once there are [`FEWEST`]
/// rescues.
const SHARE: usize = 5;
const FEWEST: usize = 5;
const WITHIN: i64 = 60 * SECOND;
/// How long it stays tripped.
const TRIPPED: i64 = 10 * MINUTE;

/// Counts rescues. Times are boot times.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    rescues: VecDeque<Micros>,
    tripped_until: Option<Micros>,
}

/// The breaker's answer to a requested rescue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BreakerVerdict {
    /// The rescue may proceed.
    Go,
    /// This rescue has tripped the breaker; the operators must be notified.
    Trips,
    /// The breaker was already tripped.
    Tripped,
}

impl Breaker {
    /// Requests a rescue at `now` of one of `positions` supervised positions.
    pub(crate) fn rescue(&self, now: Micros, positions: usize) -> BreakerVerdict {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.tripped_until.is_some_and(|until| now < until) {
            return BreakerVerdict::Tripped;
        }
        while state.rescues.front().is_some_and(|at| now.since(*at) > WITHIN) {
            state.rescues.pop_front();
        }
        state.rescues.push_back(now);
        let count = state.rescues.len();
        if count > MOST || (count >= FEWEST && count * 100 > positions * SHARE && positions > MOST) {
            state.tripped_until = Some(now.plus(TRIPPED));
            state.rescues.clear();
            return BreakerVerdict::Trips;
        }
        BreakerVerdict::Go
    }

    /// Whether entries and rescues are suspended.
    pub(crate) fn is_tripped(&self, now: Micros) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.tripped_until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_rescues_in_a_minute_trip_it_for_ten() {
        let breaker = Breaker::default();
        let at = |second: i64| Micros(second * SECOND);
        for second in 0..20 {
            assert_eq!(breaker.rescue(at(second), 20), BreakerVerdict::Go);
        }
        assert_eq!(breaker.rescue(at(20), 20), BreakerVerdict::Trips);
        assert_eq!(breaker.rescue(at(21), 20), BreakerVerdict::Tripped);
        assert!(breaker.is_tripped(at(20 + 599)) && !breaker.is_tripped(at(20 + 600)));
        assert_eq!(breaker.rescue(at(621), 20), BreakerVerdict::Go);
    }

    #[test]
    fn rescues_over_time_do_not() {
        let breaker = Breaker::default();
        for minute in 0..100 {
            assert_eq!(breaker.rescue(Micros(minute * 10 * SECOND), 1), BreakerVerdict::Go);
        }
    }

    #[test]
    fn a_share_of_the_positions_trips_it_where_there_are_many() {
        let breaker = Breaker::default();
        let verdicts: Vec<_> = (0..6).map(|_| breaker.rescue(Micros(0), 100)).collect();
        assert_eq!(verdicts[..5], [BreakerVerdict::Go; 5]);
        assert_eq!(verdicts[5], BreakerVerdict::Trips);
    }
}

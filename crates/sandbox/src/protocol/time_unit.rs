//! The unit of times on spot: milliseconds, or microseconds where the client asks for them.
//!
//! Handlers and the builders of messages run synchronously on one thread, so the unit is set for that thread while
//! they run, and only [`stamp`] reads it. Futures have milliseconds only.

use super::{
    failure::{Reply, SandboxFailure},
    limits::Venue,
};
use domain::Micros;
use std::cell::Cell;

/// A time of a request from here on is in microseconds: in milliseconds it would be after the year 5000.
const LEAST_MICROS: i64 = 100_000_000_000_000;

/// The unit of the times in responses and messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TimeUnit {
    /// The default.
    #[default]
    Milliseconds,
    /// On spot, if the client asks for it.
    Microseconds,
}

thread_local! {
    static UNIT: Cell<TimeUnit> = const { Cell::new(TimeUnit::Milliseconds) };
}

/// Restores the unit, also after a panic: the thread serves other requests afterwards.
struct Restore(TimeUnit);

impl Drop for Restore {
    fn drop(&mut self) {
        UNIT.set(self.0);
    }
}

impl TimeUnit {
    /// The unit that a client of this venue has asked for: on spot `MICROSECOND` or `MILLISECOND`, in capitals or
    /// not. Futures have no choice, and ignore it.
    ///
    /// # Errors
    /// -1194 for any other word.
    pub(crate) fn requested(venue: Venue, word: Option<&str>) -> Reply<Self> {
        match word.filter(|_| venue == Venue::Spot) {
            None | Some("MILLISECOND" | "millisecond") => Ok(Self::Milliseconds),
            Some("MICROSECOND" | "microsecond") => Ok(Self::Microseconds),
            Some(_) => {
                let msg = "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.";
                Err(SandboxFailure::refused(-1194, msg))
            }
        }
    }

    /// Runs `write` with this unit.
    pub(crate) fn scope<T>(self, write: impl FnOnce() -> T) -> T {
        let _restore = Restore(UNIT.replace(self));
        write()
    }
}

/// A time since the Unix epoch as responses and messages give it, in the present unit.
pub(crate) fn stamp(at: Micros) -> i64 {
    match UNIT.get() {
        TimeUnit::Milliseconds => at.millis(),
        TimeUnit::Microseconds => at.0,
    }
}

/// A time of a request, given in milliseconds or in microseconds.
pub(crate) fn instant(number: i64) -> Micros {
    if number < LEAST_MICROS { Micros::from_millis(number) } else { Micros(number) }
}

/// The last time of a period that ends with the time of a request.
pub(crate) fn period_end(number: i64) -> Micros {
    if number < LEAST_MICROS { Micros::from_millis(number).plus(999) } else { Micros(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_holds_within_its_scope() {
        let at = Micros(1_700_000_000_123_456);
        assert_eq!(stamp(at), 1_700_000_000_123);
        let inside = TimeUnit::Microseconds.scope(|| {
            let plain = TimeUnit::Milliseconds.scope(|| stamp(at));
            (plain, stamp(at))
        });
        assert_eq!(inside, (1_700_000_000_123, 1_700_000_000_123_456));
        assert!(std::panic::catch_unwind(|| TimeUnit::Microseconds.scope(|| assert_eq!(1, 2))).is_err());
        assert_eq!(stamp(at), 1_700_000_000_123);
    }

    #[test]
    fn only_spot_has_a_choice_of_units() {
        for (word, unit) in [
            ("MICROSECOND", TimeUnit::Microseconds),
            ("microsecond", TimeUnit::Microseconds),
            ("MILLISECOND", TimeUnit::Milliseconds),
            ("millisecond", TimeUnit::Milliseconds),
        ] {
            assert_eq!(TimeUnit::requested(Venue::Spot, Some(word)), Ok(unit));
            assert_eq!(TimeUnit::requested(Venue::Futures, Some(word)), Ok(TimeUnit::Milliseconds));
        }
        assert_eq!(TimeUnit::requested(Venue::Spot, None), Ok(TimeUnit::Milliseconds));
        let refused = TimeUnit::requested(Venue::Spot, Some("Microsecond"));
        assert_eq!(refused.err().map(|failure| failure.code), Some(-1194));
    }

    #[test]
    fn a_request_gives_times_in_either_unit() {
        assert_eq!(instant(1_700_000_000_123), Micros(1_700_000_000_123_000));
        assert_eq!(instant(1_700_000_000_123_456), Micros(1_700_000_000_123_456));
        assert_eq!(period_end(1_700_000_000_123), Micros(1_700_000_000_123_999));
        assert_eq!(period_end(1_700_000_000_123_456), Micros(1_700_000_000_123_456));
    }
}

//! The outcome of the latest writes, used by `/healthz` to report whether the database is writable.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};

/// The timestamp of an event that has not happened.
const NEVER: i64 = -1;

/// When a write last succeeded and last failed, in microseconds of a process-local monotonic clock.
#[derive(Debug)]
pub(crate) struct Writes {
    since: Instant,
    succeeded: AtomicI64,
    failed: AtomicI64,
}

impl Default for Writes {
    fn default() -> Self {
        Self { since: Instant::now(), succeeded: AtomicI64::new(NEVER), failed: AtomicI64::new(NEVER) }
    }
}

/// How long ago a write last succeeded and last failed; `None` if that has not happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastWrites {
    /// A transaction that changed something was committed.
    pub succeeded: Option<Duration>,
    /// A transaction failed to begin, write or commit because of the database: a full disk, a lost connection, a
    /// lock that was never released. A taken unique key does not count.
    pub failed: Option<Duration>,
}

impl LastWrites {
    /// Returns whether the latest write failed.
    #[must_use]
    pub fn last_failed(&self) -> bool {
        match (self.failed, self.succeeded) {
            (Some(failed), Some(succeeded)) => failed <= succeeded,
            (failed, _) => failed.is_some(),
        }
    }
}

impl Writes {
    pub(crate) fn succeeded(&self) {
        self.succeeded.store(self.now(), Ordering::Relaxed);
    }

    pub(crate) fn failed(&self) {
        self.failed.store(self.now(), Ordering::Relaxed);
    }

    pub(crate) fn last(&self) -> LastWrites {
        let now = self.now();
        let ago = |at: &AtomicI64| {
            let at = at.load(Ordering::Relaxed);
            (at != NEVER).then(|| Duration::from_micros(u64::try_from(now - at).unwrap_or(0)))
        };
        LastWrites { succeeded: ago(&self.succeeded), failed: ago(&self.failed) }
    }

    /// Returns the microseconds since this value was created.
    fn now(&self) -> i64 {
        i64::try_from(self.since.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_of_two_outcomes_counts() {
        let after = |succeeded: Option<u64>, failed: Option<u64>| {
            LastWrites {
                succeeded: succeeded.map(Duration::from_secs),
                failed: failed.map(Duration::from_secs),
            }
            .last_failed()
        };
        assert!(!after(None, None) && !after(Some(1), None) && !after(Some(1), Some(2)));
        assert!(after(None, Some(9)) && after(Some(2), Some(1)));
    }
}

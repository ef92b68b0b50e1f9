//! What the last writes came to: whether this database can be written is a question for `/healthz`.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};

/// Nothing of the kind has happened yet.
const NEVER: i64 = -1;

/// When a write last succeeded and last failed, by this process's own clock.
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

/// How long ago a write last succeeded and last failed; none where that has not happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastWrites {
    /// A transaction that changed something was committed.
    pub succeeded: Option<Duration>,
    /// A transaction could not begin, write or commit, for a reason that is the database's: a full disk, a lost
    /// connection, a lock that was never released. A unique key that is taken is none.
    pub failed: Option<Duration>,
}

impl LastWrites {
    /// Whether the last write of all failed.
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

    /// Microseconds since this was made.
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

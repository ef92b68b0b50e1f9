//! Time and randomness as parameters, so that the whole trading path can be replayed deterministically.

use crate::time::Micros;
use std::{future::Future, pin::Pin, time::Duration};

/// A sleep started by a [`Clock`]; completes when its duration has elapsed.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A source of time. The server uses the wall clock; tests advance theirs manually.
pub trait Clock: Send + Sync {
    /// Returns the current time.
    fn now(&self) -> Micros;

    /// Returns the time since a fixed instant. It never jumps and keeps running while the machine is
    /// suspended (`CLOCK_BOOTTIME` on Linux), so use it to measure elapsed time. Not comparable between
    /// machines.
    fn boot(&self) -> Micros {
        self.now()
    }

    /// Sleeps for `time`. Code whose waiting must be testable sleeps through its clock, never through the
    /// runtime's timer. A clock without a timer, as in most tests, never wakes its sleepers.
    fn sleep(&self, _time: Duration) -> Sleep {
        Box::pin(std::future::pending())
    }
}

/// A source of randomness. The server uses the operating system's; tests use a seeded one.
pub trait Entropy: Send + Sync {
    /// Fills `out` with random bytes that are suitable for keys and tokens.
    fn fill(&self, out: &mut [u8]);
}

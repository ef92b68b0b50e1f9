//! Time and chance as parameters (house rule 2): the whole trading path replays deterministically.

use crate::time::Micros;
use std::{future::Future, pin::Pin, time::Duration};

/// A sleep that a [`Clock`] started; completes when its time is over.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells the time. The server's is the wall clock; a test's moves by command.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Micros;

    /// Time since a fixed instant. It is never set forward or back and keeps running while the machine is suspended
    /// (`CLOCK_BOOTTIME` on Linux), so it is the one to measure elapsed time with. Not comparable between machines.
    fn boot(&self) -> Micros {
        self.now()
    }

    /// Sleeps for `time`. Code whose waiting must be testable sleeps through its clock, never through the runtime's timer.
    /// A clock without a timer, as most tests have, never wakes its sleepers.
    fn sleep(&self, _time: Duration) -> Sleep {
        Box::pin(std::future::pending())
    }
}

/// Gives unpredictable bytes. The server's comes from the operating system; a test's from a seed.
pub trait Chance: Send + Sync {
    /// Fills `out` with random bytes fit for keys and tokens.
    fn fill(&self, out: &mut [u8]);
}

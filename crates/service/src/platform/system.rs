//! The system's clocks and randomness: the only place that asks the operating system for either.

use domain::{Clock, Entropy, Micros, Sleep};
use rand::{TryRng as _, rngs::SysRng};
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Reads the clocks of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl Clock for WallClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock that everyone else takes as a parameter")]
    fn now(&self) -> Micros {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn boot(&self) -> Micros {
        let since = clock_gettime(ClockId::Boottime);
        Micros(since.tv_sec.saturating_mul(1_000_000).saturating_add(since.tv_nsec / 1_000))
    }

    fn sleep(&self, time: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(time))
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[allow(clippy::panic, reason = "without randomness no secret is safe: nothing may go on")]
    fn fill(&self, out: &mut [u8]) {
        if let Err(error) = SysRng.try_fill_bytes(out) {
            panic!("the operating system provides no randomness: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_differs_and_the_clock_is_of_our_century() {
        let (mut a, mut b) = ([0_u8; 32], [0_u8; 32]);
        OsEntropy.fill(&mut a);
        OsEntropy.fill(&mut b);
        assert_ne!(a, b);
        assert!(WallClock.now() > Micros::from_date("2025-01-01").unwrap());
    }
}

//! Tests of the rate limits.

use super::*;
use crate::testing::TestClock;
use domain::{
    Micros,
    time::{HOUR, SECOND},
};
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock whose wall time steps independently of the time since boot.
struct Stepping {
    wall: AtomicI64,
    boot: AtomicI64,
}

impl Clock for Stepping {
    fn now(&self) -> Micros {
        Micros(self.wall.load(Ordering::SeqCst))
    }

    fn boot(&self) -> Micros {
        Micros(self.boot.load(Ordering::SeqCst))
    }
}

fn pace(most: u32) -> (Pace<u32>, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    let shared: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
    (Pace::new(most, &shared).unwrap(), clock)
}

#[test]
fn a_minutes_worth_passes_and_then_what_becomes_due() {
    let (pace, clock) = pace(60);
    assert!((0..60).all(|_| pace.count(&1).is_ok()));
    let Err(Error::TooMany { retry_after_s }) = pace.count(&1) else { panic!("heard") };
    assert_eq!(retry_after_s, 1);
    assert!(pace.count(&2).is_ok(), "another's count is another's");
    clock.advance(SECOND);
    assert!(pace.count(&1).is_ok() && pace.count(&1).is_err());
}

#[test]
fn a_quota_that_does_not_divide_a_minute_can_be_used_up() {
    let (pace, clock) = pace(7);
    assert!((0..7).all(|_| pace.count(&1).is_ok()));
    let Err(Error::TooMany { retry_after_s }) = pace.count(&1) else { panic!("accepted") };
    assert_eq!(retry_after_s, 9, "a seventh of a minute, rounded up");
    clock.advance(9 * SECOND);
    assert!(pace.count(&1).is_ok() && pace.count(&1).is_err());
}

#[test]
fn a_clock_that_steps_back_blocks_no_caller() {
    let clock = Arc::new(Stepping { wall: AtomicI64::new(100 * HOUR), boot: AtomicI64::new(5 * SECOND) });
    let shared: Arc<dyn Clock> = Arc::<Stepping>::clone(&clock);
    let pace: Pace<u32> = Pace::new(60, &shared).unwrap();
    clock.wall.fetch_add(2 * HOUR, Ordering::SeqCst);
    assert!((0..60).all(|_| pace.count(&1).is_ok()) && pace.count(&1).is_err());
    clock.wall.fetch_sub(HOUR, Ordering::SeqCst);
    clock.boot.fetch_add(SECOND, Ordering::SeqCst);
    assert!(pace.count(&1).is_ok(), "one request is due after a second");
    assert!(pace.count(&1).is_err(), "and no more");
}

#[test]
fn idle_callers_are_forgotten_and_a_flood_is_not_kept() {
    let (pace, clock) = pace(60);
    let kept = |pace: &Pace<u32>| pace.counts.lock().unwrap().full_at.len();
    (0..TIDY - 1).for_each(|key| drop(pace.count(&key)));
    clock.advance(120 * SECOND);
    assert!(pace.count(&0).is_ok());
    assert!(kept(&pace) <= 1, "{}", kept(&pace));
    (0..250_000).for_each(|key| drop(pace.count(&key)));
    assert!(kept(&pace) <= MOST + usize::try_from(TIDY).unwrap());
}

#[test]
fn nothing_is_counted_where_nothing_is_set() {
    let clock: Arc<dyn Clock> = Arc::new(TestClock::default());
    assert!(Pace::<u32>::new(0, &clock).is_none());
}

//! Rate limits for requests per user and per network. Counted in this process, so that a request costs no
//! database write; with two instances the limits double. (Password attempts are counted in the database:
//! `throttle`.)

use crate::{Desk, Error, Origin, Rates, Result, error::seconds_until_retry};
use domain::{Clock, UserId};
use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Idle keys are removed once per this many requests.
const TIDY: u32 = 4_096;
/// Maximum tracked keys. Beyond, all counters are reset: an attack from that many networks is not stopped by
/// limiting each.
const MOST: usize = 100_000;
/// A minute in nanoseconds.
const MINUTE: u64 = 60_000_000_000;

/// Counts a user's request.
///
/// # Errors
/// [`Error::TooMany`], with the seconds until the next request is accepted.
pub fn count_user_request(desk: &Desk, user: UserId) -> Result<()> {
    desk.edge.paces.person.as_ref().map_or(Ok(()), |pace| pace.count(&user))
}

/// Counts a request from an address's network.
///
/// # Errors
/// [`Error::TooMany`], with the seconds until the next request is accepted.
pub fn count_address_request(desk: &Desk, address: IpAddr) -> Result<()> {
    let network = || Origin::new(address, "").network();
    desk.edge.paces.address.as_ref().map_or(Ok(()), |pace| pace.count(&network()))
}

/// The rate limiters of an install; `None` where no limit is set.
pub(crate) struct Paces {
    person: Option<Pace<UserId>>,
    address: Option<Pace<IpAddr>>,
}

impl Paces {
    pub(crate) fn new(rates: Rates, clock: &Arc<dyn Clock>) -> Self {
        Self { person: Pace::new(rates.person, clock), address: Pace::new(rates.address, clock) }
    }
}

/// A rate limiter with a burst of one minute's quota (generic cell rate algorithm). Uses the time since boot: a
/// wall clock that steps back rejects no request until it has caught up.
struct Pace<K> {
    clock: Arc<dyn Clock>,
    /// How long one request takes to become due again, in nanoseconds.
    interval: u64,
    /// How long a whole quota takes, in nanoseconds.
    burst: u64,
    counts: Mutex<Counts<K>>,
}

struct Counts<K> {
    /// When each key has its whole quota again, in nanoseconds since boot.
    full_at: HashMap<K, u64>,
    /// Requests since idle keys were last removed.
    requests: u32,
}

impl<K: Hash + Eq + Clone> Pace<K> {
    fn new(per_minute: u32, clock: &Arc<dyn Clock>) -> Option<Self> {
        let quota = u64::from(per_minute);
        let interval = MINUTE.checked_div(quota)?;
        let counts = Mutex::new(Counts { full_at: HashMap::new(), requests: 0 });
        Some(Self { clock: Arc::clone(clock), interval, burst: interval * quota, counts })
    }

    fn count(&self, key: &K) -> Result<()> {
        let now = u64::try_from(self.clock.boot().0).unwrap_or(0).saturating_mul(1_000);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.tidy(now);
        let full_at = counts.full_at.get(key).map_or(now, |at| now.max(*at)).saturating_add(self.interval);
        let early = full_at.saturating_sub(now).saturating_sub(self.burst);
        if early > 0 {
            return Err(Error::TooMany { retry_after_s: seconds_until_retry(Duration::from_nanos(early)) });
        }
        counts.full_at.insert(key.clone(), full_at);
        Ok(())
    }
}

impl<K: Hash + Eq> Counts<K> {
    fn tidy(&mut self, now: u64) {
        self.requests += 1;
        if self.requests < TIDY {
            return;
        }
        self.requests = 0;
        self.full_at.retain(|_, full_at| *full_at > now);
        if self.full_at.len() > MOST {
            self.full_at = HashMap::new();
        }
    }
}

#[cfg(test)]
mod tests {
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
}

//! Rate limits for requests per user and per network. Counted in this process, so that a request costs no
//! database write; with two instances the limits double. (Password attempts are counted in the database:
//! `throttle`.)

use crate::{Desk, Error, Origin, Rates, Result, error::seconds_until_retry};
use domain::{Clock, UserId};
use governor::{
    Quota, RateLimiter,
    clock::{self, Clock as _},
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::keyed::DashMapStateStore,
};
use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Idle keys are removed once per this many requests.
const TIDY: u32 = 4_096;
/// Maximum tracked keys. Beyond, all counters are reset: an attack from that many networks is not stopped by
/// limiting each.
const MOST: usize = 100_000;

/// Counts a user's request.
///
/// # Errors
/// [`Error::TooMany`], with the seconds until the next request is accepted.
pub fn person(desk: &Desk, user: UserId) -> Result<()> {
    desk.paces.person.as_ref().map_or(Ok(()), |pace| pace.count(&user))
}

/// Counts a request from an address's network.
///
/// # Errors
/// [`Error::TooMany`], with the seconds until the next request is accepted.
pub fn address(desk: &Desk, address: IpAddr) -> Result<()> {
    let network = || Origin::new(address, "").network();
    desk.paces.address.as_ref().map_or(Ok(()), |pace| pace.count(&network()))
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

/// Adapts the desk's clock to `governor`. Counts on the time since boot: a wall clock that steps back
/// rejects no request until it has caught up.
#[derive(Clone)]
struct GovernorClock(Arc<dyn Clock>);

impl clock::Clock for GovernorClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(u64::try_from(self.0.boot().0).unwrap_or(0).saturating_mul(1_000))
    }
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, GovernorClock, NoOpMiddleware<Nanos>>;

/// A rate limiter with a burst of one minute's quota.
struct Pace<K: Hash + Eq + Clone> {
    quota: Quota,
    clock: GovernorClock,
    limiter: RwLock<Arc<Limiter<K>>>,
    counted: AtomicU32,
}

impl<K: Hash + Eq + Clone> Pace<K> {
    fn new(per_minute: u32, clock: &Arc<dyn Clock>) -> Option<Self> {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute)?);
        let governor = GovernorClock(Arc::clone(clock));
        let limiter = RwLock::new(Arc::new(Self::limiter(quota, &governor)));
        Some(Self { quota, clock: governor, limiter, counted: AtomicU32::new(0) })
    }

    fn limiter(quota: Quota, governor: &GovernorClock) -> Limiter<K> {
        RateLimiter::new(quota, DashMapStateStore::default(), governor.clone())
    }

    fn count(&self, key: &K) -> Result<()> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % TIDY == TIDY - 1 {
            self.tidy();
        }
        let limiter = Arc::clone(&self.limiter.read().unwrap_or_else(PoisonError::into_inner));
        limiter.check_key(key).map_err(|early| {
            let wait = early.wait_time_from(self.clock.now());
            Error::TooMany { retry_after_s: seconds_until_retry(wait) }
        })
    }

    fn tidy(&self) {
        let mut limiter = self.limiter.write().unwrap_or_else(PoisonError::into_inner);
        limiter.retain_recent();
        if limiter.len() > MOST {
            *limiter = Arc::new(Self::limiter(self.quota, &self.clock));
        }
    }
}

#[cfg(test)]
mod tests;

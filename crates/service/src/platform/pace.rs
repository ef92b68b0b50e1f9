//! Rate limits for requests per user and per network. Counted in this process, so that a request costs no
//! database write; with two instances the limits double. (Password attempts are counted in the database:
//! `throttle`.)

use crate::{
    actor::Origin,
    error::{Error, Result, seconds_until_retry},
    platform::{Platform, settings::Rates},
};
use domain::{Clock, StrategyId, UserId};
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
/// Calls per minute of one private signal source's webhook. Charting programs send far fewer.
const SOURCE_CALLS: u32 = 60;
/// A minute in nanoseconds.
const MINUTE: u64 = 60_000_000_000;

/// Counts a user's request.
///
/// # Errors
/// [`Error::TooMany`], with the seconds until the next request is accepted.
pub fn count_user_request(desk: &Platform, user: UserId) -> Result<()> {
    desk.paces.person.as_ref().map_or(Ok(()), |pace| pace.count(&user))
}

/// Counts a request from an address's network.
///
/// # Errors
/// [`Error::TooMany`], with the seconds until the next request is accepted.
pub fn count_address_request(desk: &Platform, address: IpAddr) -> Result<()> {
    let network = || Origin::new(address, "").network();
    desk.paces.address.as_ref().map_or(Ok(()), |pace| pace.count(&network()))
}

/// Counts a call of a private signal source's webhook. Its senders share their addresses with all others of the same
/// charting program, so that only the source can be limited.
///
/// # Errors
/// [`Error::TooMany`], with the seconds until the next call is accepted.
pub(crate) fn count_source_call(desk: &Platform, source: StrategyId) -> Result<()> {
    desk.paces.source.as_ref().map_or(Ok(()), |pace| pace.count(&source))
}

/// The rate limiters of an install; `None` where no limit is set.
pub(crate) struct Paces {
    person: Option<Pace<UserId>>,
    address: Option<Pace<IpAddr>>,
    source: Option<Pace<StrategyId>>,
}

impl Paces {
    pub(crate) fn new(rates: Rates, clock: &Arc<dyn Clock>) -> Self {
        Self {
            person: Pace::new(rates.person, clock),
            address: Pace::new(rates.address, clock),
            source: Pace::new(SOURCE_CALLS, clock),
        }
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
mod tests;

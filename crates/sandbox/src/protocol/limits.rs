//! Rate limits: request weight per IP address and order count per account, in fixed windows as on Binance.

mod failure;

use super::failure::{Reply, SandboxFailure};
use crate::engine::AccountId;
use domain::{Micros, TradeType, time};
use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// The part of Binance that a request is for; each has separate limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Venue {
    /// `api` and `sapi`.
    Spot,
    /// `fapi` and `dapi`.
    Futures,
}

impl Venue {
    /// The kind of market traded there.
    pub(crate) const fn kind(self) -> TradeType {
        match self {
            Self::Spot => TradeType::Spot,
            Self::Futures => TradeType::Futures,
        }
    }
}

/// The rate limits of callers.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Request weight per minute and IP address, spot.
    pub spot_weight: u32,
    /// Request weight per minute and IP address, futures.
    pub futures_weight: u32,
    /// New orders per account and 10 seconds, for spot and futures each.
    pub orders_10s: u32,
    /// New orders per account and minute, for spot and futures each.
    pub orders_1m: u32,
    /// Incoming WebSocket messages per second and connection, spot.
    pub spot_messages: u32,
    /// Incoming WebSocket messages per second and connection, futures.
    pub futures_messages: u32,
}

impl Limits {
    /// No limits: for benchmarks, and for tests that simulate many users.
    pub const NONE: Self = Self {
        spot_weight: u32::MAX,
        futures_weight: u32::MAX,
        orders_10s: u32::MAX,
        orders_1m: u32::MAX,
        spot_messages: u32::MAX,
        futures_messages: u32::MAX,
    };

    /// Incoming WebSocket messages per second and connection.
    pub(crate) const fn messages(&self, venue: Venue) -> u32 {
        match venue {
            Venue::Spot => self.spot_messages,
            Venue::Futures => self.futures_messages,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            spot_weight: 6_000,
            futures_weight: 2_400,
            orders_10s: 300,
            orders_1m: 1_200,
            spot_messages: 5,
            futures_messages: 10,
        }
    }
}

/// Counters of the current fixed-length window. Only callers of that window are kept.
#[derive(Debug)]
struct Window<K> {
    length: i64,
    number: i64,
    counts: HashMap<K, u32>,
}

impl<K: Hash + Eq> Window<K> {
    fn new(length: i64) -> Self {
        Self { length, number: i64::MIN, counts: HashMap::new() }
    }

    /// The count of `key` in the window of `now`, for modification.
    fn at(&mut self, now: Micros, key: K) -> &mut u32 {
        let number = now.0.div_euclid(self.length);
        if number != self.number {
            self.number = number;
            self.counts.clear();
        }
        self.counts.entry(key).or_default()
    }

    /// Whole seconds until the next window starts.
    fn rest(&self, now: Micros) -> u64 {
        let micros = self.length - now.0.rem_euclid(self.length);
        u64::try_from(micros / time::SECOND).unwrap_or(0) + 1
    }
}

#[derive(Debug)]
struct Windows {
    weight: Window<(IpAddr, Venue)>,
    orders_10s: Window<(AccountId, Venue)>,
    orders_1m: Window<(AccountId, Venue)>,
}

/// The number of orders that an account has sent in each window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrderCount {
    pub(crate) in_10s: u32,
    pub(crate) in_1m: u32,
}

/// The limits and current usage of all callers.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) limits: Limits,
    windows: Mutex<Windows>,
}

impl Budget {
    pub(crate) fn new(limits: Limits) -> Self {
        let windows = Windows {
            weight: Window::new(time::MINUTE),
            orders_10s: Window::new(10 * time::SECOND),
            orders_1m: Window::new(time::MINUTE),
        };
        Self { limits, windows: Mutex::new(windows) }
    }

    fn windows(&self) -> std::sync::MutexGuard<'_, Windows> {
        // These are only counters, so a panic elsewhere cannot have left them inconsistent.
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds request weight. Returns the weight used in this minute, and an error if that exceeds the limit.
    pub(crate) fn spend(&self, now: Micros, address: IpAddr, venue: Venue, weight: u32) -> (u32, Reply<()>) {
        let limit = match venue {
            Venue::Spot => self.limits.spot_weight,
            Venue::Futures => self.limits.futures_weight,
        };
        let mut windows = self.windows();
        let rest = windows.weight.rest(now);
        let used = windows.weight.at(now, (address, venue));
        *used = used.saturating_add(weight);
        let over = || SandboxFailure::too_many_requests(venue, limit, rest);
        let answer = if *used > limit { Err(over()) } else { Ok(()) };
        (*used, answer)
    }

    /// Counts more new orders of an account, in the window of ten seconds only, as a batch does.
    pub(crate) fn batch(&self, now: Micros, account: AccountId, venue: Venue, more: u32) {
        let mut windows = self.windows();
        let count = windows.orders_10s.at(now, (account, venue));
        *count = count.saturating_add(more);
    }

    /// Counts one new order of an account. Returns the counts, and an error if they exceed a limit.
    pub(crate) fn order(&self, now: Micros, account: AccountId, venue: Venue) -> (OrderCount, Reply<()>) {
        let mut windows = self.windows();
        let (rest_10s, rest_1m) = (windows.orders_10s.rest(now), windows.orders_1m.rest(now));
        let count = |window: &mut Window<(AccountId, Venue)>| {
            let count = window.at(now, (account, venue));
            *count = count.saturating_add(1);
            *count
        };
        let windows = &mut *windows;
        let sent =
            OrderCount { in_10s: count(&mut windows.orders_10s), in_1m: count(&mut windows.orders_1m) };
        let answer = if sent.in_10s > self.limits.orders_10s {
            Err(SandboxFailure::too_many_orders(self.limits.orders_10s, "10 SECONDS", rest_10s))
        } else if sent.in_1m > self.limits.orders_1m {
            Err(SandboxFailure::too_many_orders(self.limits.orders_1m, "1 MINUTE", rest_1m))
        } else {
            Ok(())
        };
        (sent, answer)
    }

    /// The number of orders that an account has sent in the current windows.
    pub(crate) fn order_usage(&self, now: Micros, account: AccountId, venue: Venue) -> OrderCount {
        let mut windows = self.windows();
        let windows = &mut *windows;
        OrderCount {
            in_10s: *windows.orders_10s.at(now, (account, venue)),
            in_1m: *windows.orders_1m.at(now, (account, venue)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn weight_is_refused_over_the_limit_and_forgiven_in_the_next_minute() {
        let budget = Budget::new(Limits { futures_weight: 10, ..Limits::default() });
        let now = Micros(30 * time::SECOND);
        assert_eq!(budget.spend(now, HERE, Venue::Futures, 10), (10, Ok(())));
        let (used, answer) = budget.spend(now, HERE, Venue::Futures, 1);
        let failure = answer.unwrap_err();
        assert_eq!((used, failure.code, failure.retry_after), (11, -1003, Some(31)));
        assert_eq!(budget.spend(now, HERE, Venue::Spot, 1), (1, Ok(())));
        let elsewhere = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
        assert_eq!(budget.spend(now, elsewhere, Venue::Futures, 1), (1, Ok(())));
        assert_eq!(budget.spend(now.plus(time::MINUTE), HERE, Venue::Futures, 1), (1, Ok(())));
    }

    #[test]
    fn orders_are_counted_per_account_in_two_windows() {
        let budget = Budget::new(Limits { orders_10s: 2, orders_1m: 3, ..Limits::default() });
        let order = |at: i64, who: u64| {
            let (_, answer) = budget.order(Micros(at), AccountId(who), Venue::Futures);
            answer.err().map(|failure| failure.code)
        };
        assert_eq!([order(0, 1), order(0, 1), order(0, 1)], [None, None, Some(-1015)]);
        assert_eq!(order(0, 2), None);
        assert_eq!(order(10 * time::SECOND, 1), Some(-1015), "the minute's limit counts refused ones too");
        assert_eq!(order(time::MINUTE, 1), None);
    }
}

//! Injected faults: network and exchange failures, for testing that clients survive them.

use super::{
    effect::Effect,
    scope::{Fault, RequestInfo, Scope},
};
use crate::market::noise;
use domain::{Micros, time};
use serde::Deserialize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A fault waiting for matching requests.
#[derive(Debug)]
struct Armed {
    fault: Fault,
    left: Option<u32>,
    until: Option<Micros>,
}

/// Makes a percentage of all requests fail in one of several ways, until it is ended.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Storm {
    /// Percentage of the requests; 0 ends the storm.
    pub(crate) share: u8,
    /// The possible effects, equally likely.
    pub(crate) faults: Vec<Effect>,
    /// The suffix of the affected paths; empty means all.
    path: String,
    /// Seed of the choices, which makes a storm reproducible.
    pub(crate) seed: u64,
}

/// Duplicates or reorders a percentage of the events of user-data streams, until it is ended.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Garbled {
    /// Percentage of events that are sent twice.
    pub(crate) duplicate: u8,
    /// Percentage of events that are swapped with the previous one of the same batch, if there is one.
    pub(crate) reorder: u8,
    /// Seed of the choices, which makes them reproducible.
    pub(crate) seed: u64,
}

/// All currently injected faults.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Mutex<Vec<Armed>>,
    storm: Mutex<Storm>,
    garbled: Mutex<Garbled>,
}

impl Faults {
    /// Starts a storm that replaces the current one, or ends it.
    pub(crate) fn storm(&self, storm: Storm) {
        *locked(&self.storm) = storm;
    }

    /// Starts garbling events, or ends it.
    pub(crate) fn garble(&self, garbled: Garbled) {
        *locked(&self.garbled) = garbled;
    }

    /// Applies the configured garbling to one batch of messages of a user-data stream.
    pub(crate) fn garbled<T: Clone>(&self, messages: Vec<T>) -> Vec<T> {
        let mut garbled = locked(&self.garbled);
        if garbled.duplicate == 0 && garbled.reorder == 0 {
            return messages;
        }
        let mut reported: Vec<T> = Vec::with_capacity(messages.len());
        for message in messages {
            if drawn(&mut garbled.seed, 100) < u64::from(garbled.duplicate) {
                reported.push(message.clone());
            }
            reported.push(message);
            let last = reported.len() - 1;
            if last > 0 && drawn(&mut garbled.seed, 100) < u64::from(garbled.reorder) {
                reported.swap(last, last - 1);
            }
        }
        reported
    }

    /// Adds a fault. A fault for zero requests clears the faults of its path instead.
    pub(crate) fn add(&self, now: Micros, fault: Fault) {
        let mut armed = locked(&self.armed);
        let Scope { next, until_cleared, for_ms, .. } = fault.scope;
        if next == Some(0) && !until_cleared {
            armed.retain(|old| old.fault.scope.path != fault.scope.path);
            return;
        }
        let left = next.filter(|_| !until_cleared);
        let until = for_ms.map(|millis| now.plus(i64::from(millis) * (time::SECOND / 1_000)));
        armed.push(Armed { fault, left, until });
    }

    /// Removes all faults, and ends the storm and the garbling of events.
    pub(crate) fn clear(&self) {
        locked(&self.armed).clear();
        self.storm(Storm::default());
        self.garble(Garbled::default());
    }

    /// The effect on this request, if any. Decrements the fault's remaining count.
    pub(crate) fn take(&self, now: Micros, request: &RequestInfo<'_>) -> Option<Effect> {
        self.take_armed(now, request).or_else(|| self.take_drawn(request))
    }

    fn take_drawn(&self, request: &RequestInfo<'_>) -> Option<Effect> {
        let mut storm = locked(&self.storm);
        if storm.share == 0 || !request.path.ends_with(&storm.path) {
            return None;
        }
        let hit = drawn(&mut storm.seed, 100) < u64::from(storm.share);
        let ways = u64::try_from(storm.faults.len()).ok().filter(|ways| hit && *ways > 0)?;
        let way = usize::try_from(drawn(&mut storm.seed, ways)).ok()?;
        storm.faults.get(way).filter(|effect| effect.can_meet(request)).cloned()
    }

    fn take_armed(&self, now: Micros, request: &RequestInfo<'_>) -> Option<Effect> {
        let mut list = locked(&self.armed);
        list.retain(|armed| armed.until.is_none_or(|until| now < until));
        let meets =
            |armed: &Armed| armed.fault.scope.matches(request) && armed.fault.effect.can_meet(request);
        let index = list.iter().position(meets)?;
        let armed = &mut list[index];
        let mut effect = armed.fault.effect.clone();
        if let (None, Some(until)) = (effect.seconds, armed.until) {
            // Whole seconds, rounded up.
            effect.seconds = u64::try_from(until.since(now) / time::SECOND).ok().map(|whole| whole + 1);
        }
        match &mut armed.left {
            Some(left) if *left > 1 => *left -= 1,
            Some(_) => {
                list.remove(index);
            }
            None => {}
        }
        Some(effect)
    }
}

/// The next pseudo-random number below `bound`.
fn drawn(seed: &mut u64, bound: u64) -> u64 {
    *seed = noise(*seed, &[]);
    *seed % bound.max(1)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{
        super::effect::{FaultKind, When},
        *,
    };

    const fn request_info<'a>(method: &'a str, path: &'a str) -> RequestInfo<'a> {
        RequestInfo { method, path, query: "", body: "", key: None }
    }

    fn met(faults: &Faults, request: RequestInfo<'_>) -> Option<(FaultKind, When)> {
        faults.take(Micros(0), &request).map(|effect| (effect.kind, effect.when))
    }

    fn armed(fault: &str) -> Faults {
        let faults = Faults::default();
        faults.add(Micros(0), serde_json::from_str(fault).unwrap());
        faults
    }

    #[test]
    fn a_fault_meets_the_account_the_symbol_and_the_kind_of_order_that_it_names() {
        let faults = armed(
            r#"{"untilCleared":true,"kind":"refuse","path":"/order","account":"me","symbol":"BTCUSDT","reduceOnly":true}"#,
        );
        let mine = RequestInfo {
            query: "symbol=BTCUSDT&side=SELL",
            body: "reduceOnly=true",
            key: Some("me"),
            ..request_info("POST", "/fapi/v1/order")
        };
        for (other, meets) in [
            (mine, true),
            (RequestInfo { key: Some("you"), ..mine }, false),
            (RequestInfo { key: None, ..mine }, false),
            (RequestInfo { query: "symbol=ETHUSDT", ..mine }, false),
            (RequestInfo { body: "reduceOnly=false", ..mine }, false),
            (RequestInfo { path: "/fapi/v1/algoOrder", ..mine }, false),
            (mine, true),
        ] {
            assert_eq!(met(&faults, other).is_some(), meets, "{other:?}");
        }
        faults.add(Micros(0), serde_json::from_str(r#"{"next":0,"kind":"drop","path":"/order"}"#).unwrap());
        assert_eq!(met(&faults, mine), None);
    }

    #[test]
    fn a_throttle_lets_what_reduces_and_what_cancels_pass() {
        let faults = armed(r#"{"untilCleared":true,"kind":"-1008"}"#);
        let entry = request_info("POST", "/fapi/v1/order");
        assert!(met(&faults, entry).is_some());
        assert_eq!(met(&faults, RequestInfo { body: "reduceOnly=true", ..entry }), None);
        assert_eq!(met(&faults, RequestInfo { query: "closePosition=true", ..entry }), None);
        assert_eq!(met(&faults, request_info("DELETE", "/fapi/v1/order")), None);
        assert_eq!(met(&faults, request_info("POST", "/fapi/v1/algoOrder")), None);
    }

    #[test]
    fn a_temporary_fault_ends_in_time_and_reports_its_duration() {
        let faults = armed(r#"{"forMs":120000,"kind":"418"}"#);
        let at = |second: i64| faults.take(Micros(second * time::SECOND), &request_info("GET", "/x"));
        assert_eq!(at(0).unwrap().seconds, Some(121));
        assert_eq!(at(119).unwrap().seconds, Some(2));
        assert_eq!(at(120), None);
        assert_eq!(at(0), None, "it is over");
    }

    #[test]
    fn a_fault_meets_so_many_matching_requests_and_no_others() {
        let faults = Faults::default();
        let fault = r#"{"next":2,"kind":"-1007","path":"/fapi/v1/order","method":"post","when":"after"}"#;
        faults.add(Micros(0), serde_json::from_str(fault).unwrap());
        let take = |method, path| met(&faults, request_info(method, path));
        assert_eq!(take("GET", "/binance/fapi/v1/order"), None);
        assert_eq!(take("POST", "/binance/fapi/v1/algoOrder"), None);
        let unknown = Some((FaultKind::StatusUnknown, When::After));
        assert_eq!(
            [take("POST", "/binance/fapi/v1/order"), take("POST", "/binance/fapi/v1/order")],
            [unknown, unknown]
        );
        assert_eq!(take("POST", "/binance/fapi/v1/order"), None);
    }

    #[test]
    fn a_storm_meets_its_share_alike_each_time() {
        let all_of = |seed: u64| {
            let faults = Faults::default();
            let storm = format!(
                r#"{{"share":20,"seed":{seed},"path":"/order","faults":[{{"kind":"503"}},{{"kind":"500","when":"after"}}]}}"#
            );
            faults.storm(serde_json::from_str(&storm).unwrap());
            assert_eq!(met(&faults, request_info("GET", "/fapi/v1/time")), None);
            (0..1_000).map(|_| met(&faults, request_info("POST", "/fapi/v1/order"))).collect::<Vec<_>>()
        };
        let all = all_of(1);
        assert_eq!(all, all_of(1));
        assert_ne!(all, all_of(2));
        let count = |wanted: Option<(FaultKind, When)>| all.iter().filter(|met| **met == wanted).count();
        let (before, after) = (
            count(Some((FaultKind::Unavailable, When::Before))),
            count(Some((FaultKind::ServerError, When::After))),
        );
        assert!((60..140).contains(&before) && (60..140).contains(&after), "{before} {after}");
        assert_eq!(count(None) + before + after, 1_000);
    }

    #[test]
    fn garbled_events_are_repeated_or_reordered_but_never_lost() {
        let faults = Faults::default();
        assert_eq!(faults.garbled(vec![1, 2, 3]), [1, 2, 3]);
        faults.garble(Garbled { duplicate: 50, reorder: 50, seed: 1 });
        let (mut longer, mut moved) = (0, 0);
        for _ in 0..100 {
            let reported = faults.garbled((0..5).collect());
            let mut once = reported.clone();
            longer += usize::from(reported.len() > 5);
            moved += usize::from(!reported.is_sorted());
            once.sort_unstable();
            once.dedup();
            assert_eq!(once, [0, 1, 2, 3, 4]);
        }
        assert!(longer > 50 && moved > 50, "{longer} {moved}");
        faults.garble(Garbled { duplicate: 100, reorder: 0, seed: 1 });
        faults.clear();
        assert_eq!(faults.garbled(vec![1, 2, 3]), [1, 2, 3]);
    }
}

//! Faults on demand: what the network and a tired exchange do, for the tests of those who must survive it.

use super::failure::Failure;
use crate::market::noise;
use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures::stream;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long a request hangs before it is given up.
const HANG: Duration = Duration::from_secs(60);
/// When a late request takes effect: within the window that it was signed for.
pub(crate) const LATE: Duration = Duration::from_secs(2);
/// Seconds to wait that a limit's fault asks for.
const SHORT_WAIT: u64 = 1;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Kind {
    /// The connection breaks off without an answer.
    #[serde(rename = "drop")]
    Drop,
    /// No answer comes for a minute.
    #[serde(rename = "timeout")]
    Timeout,
    /// 500, and nothing known.
    #[serde(rename = "500")]
    ServerError,
    /// -1007: execution status unknown.
    #[serde(rename = "-1007")]
    StatusUnknown,
    /// A definite no, without effect.
    #[serde(rename = "refuse")]
    Refuse,
    /// 503: the exchange is not there.
    #[serde(rename = "503")]
    Unavailable,
    /// 429: too many requests.
    #[serde(rename = "429")]
    TooMany,
    /// 418: banned for a moment.
    #[serde(rename = "418")]
    Banned,
    /// -1021: the request's time is wrong.
    #[serde(rename = "-1021")]
    ClockSkew,
    /// The connection breaks off at once, and the request takes effect a moment later: whoever looks for it too early
    /// finds nothing.
    #[serde(rename = "late")]
    Late,
}

/// Whether the request takes effect before it goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum When {
    /// It has no effect.
    #[default]
    Before,
    /// It has its effect, and the caller does not learn of it.
    After,
}

/// The next so many requests of a kind go wrong in a certain way.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fault {
    /// How many requests.
    pub(crate) next: u32,
    pub(crate) kind: Kind,
    /// The end of the path, such as `/fapi/v1/order`.
    pub(crate) path: String,
    /// Only requests of this method.
    #[serde(default)]
    pub(crate) method: Option<String>,
    #[serde(default)]
    pub(crate) when: When,
}

impl Fault {
    fn matches(&self, method: &str, path: &str) -> bool {
        path.ends_with(&self.path) && self.method.as_deref().is_none_or(|m| m.eq_ignore_ascii_case(method))
    }
}

/// What a request of a storm may meet.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Met {
    kind: Kind,
    #[serde(default)]
    when: When,
}

/// A share of all requests goes wrong, in one of several ways, until it is over.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Storm {
    /// Percent of the requests; 0 ends it.
    pub(crate) share: u8,
    /// How they go wrong, each as often.
    pub(crate) faults: Vec<Met>,
    /// The end of the paths; all of them when it is empty.
    path: String,
    /// The same storm meets the same requests in the same ways.
    pub(crate) seed: u64,
}

/// User-data streams tell a share of their events wrongly, until it is over.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Garbled {
    /// Percent of the events that are told twice.
    pub(crate) duplicate: u8,
    /// Percent of the events that change places with the one before, where one is told at the same time.
    pub(crate) reorder: u8,
    /// The same seed garbles alike.
    pub(crate) seed: u64,
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    next: Mutex<Vec<Fault>>,
    storm: Mutex<Storm>,
    garbled: Mutex<Garbled>,
}

impl Faults {
    fn list(&self) -> MutexGuard<'_, Vec<Fault>> {
        locked(&self.next)
    }

    /// Begins a storm in place of the present one, or ends it.
    pub(crate) fn storm(&self, storm: Storm) {
        *locked(&self.storm) = storm;
    }

    /// Begins to garble events, or ends it.
    pub(crate) fn garble(&self, garbled: Garbled) {
        *locked(&self.garbled) = garbled;
    }

    /// Tells a moment's messages of one user-data stream as they are to be told.
    pub(crate) fn garbled<T: Clone>(&self, messages: Vec<T>) -> Vec<T> {
        let mut garbled = locked(&self.garbled);
        if garbled.duplicate == 0 && garbled.reorder == 0 {
            return messages;
        }
        let mut told: Vec<T> = Vec::with_capacity(messages.len());
        for message in messages {
            if drawn(&mut garbled.seed, 100) < u64::from(garbled.duplicate) {
                told.push(message.clone());
            }
            told.push(message);
            let last = told.len() - 1;
            if last > 0 && drawn(&mut garbled.seed, 100) < u64::from(garbled.reorder) {
                told.swap(last, last - 1);
            }
        }
        told
    }

    /// Adds a fault; one for no requests clears those of its path.
    pub(crate) fn add(&self, fault: Fault) {
        let mut list = self.list();
        if fault.next == 0 {
            list.retain(|old| old.path != fault.path);
        } else {
            list.push(fault);
        }
    }

    /// The fault that this request meets, if any; one that was ordered is used up.
    pub(crate) fn take(&self, method: &str, path: &str) -> Option<(Kind, When)> {
        self.take_next(method, path).or_else(|| self.take_drawn(path))
    }

    fn take_drawn(&self, path: &str) -> Option<(Kind, When)> {
        let mut storm = locked(&self.storm);
        if storm.share == 0 || !path.ends_with(&storm.path) {
            return None;
        }
        let hit = drawn(&mut storm.seed, 100) < u64::from(storm.share);
        let ways = u64::try_from(storm.faults.len()).ok().filter(|ways| hit && *ways > 0)?;
        let way = usize::try_from(drawn(&mut storm.seed, ways)).ok()?;
        storm.faults.get(way).map(|met| (met.kind, met.when))
    }

    fn take_next(&self, method: &str, path: &str) -> Option<(Kind, When)> {
        let mut list = self.list();
        let index = list.iter().position(|fault| fault.matches(method, path))?;
        let fault = &mut list[index];
        fault.next -= 1;
        let met = (fault.kind, fault.when);
        if fault.next == 0 {
            list.remove(index);
        }
        Some(met)
    }
}

/// The next number below `bound`.
fn drawn(seed: &mut u64, bound: u64) -> u64 {
    *seed = noise(*seed, &[]);
    *seed % bound.max(1)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the caller gets of it.
pub(crate) async fn respond(kind: Kind) -> Response {
    match kind {
        Kind::Drop | Kind::Late => broken_off(),
        Kind::Timeout => {
            tokio::time::sleep(HANG).await;
            Failure::timed_out().into_response()
        }
        Kind::ServerError => Failure::unknown().into_response(),
        Kind::StatusUnknown => Failure::timed_out().into_response(),
        Kind::Unavailable => Failure::unavailable().into_response(),
        Kind::TooMany => Failure::too_many_requests(2_400, SHORT_WAIT).into_response(),
        Kind::Banned => Failure::banned(SHORT_WAIT).into_response(),
        Kind::ClockSkew => Failure::outside_window().into_response(),
        Kind::Refuse => Failure::refused(-2019, "Margin is insufficient.").into_response(),
    }
}

/// A response that promises a body and fails before its first byte: the server closes the connection.
fn broken_off() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset)) });
    let mut response = Response::new(Body::from_stream(broken));
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("1024"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_so_many_matching_requests_and_no_others() {
        let faults = Faults::default();
        let fault = r#"{"next":2,"kind":"-1007","path":"/fapi/v1/order","method":"post","when":"after"}"#;
        faults.add(serde_json::from_str(fault).unwrap());
        let take = |method, path| faults.take(method, path);
        assert_eq!(take("GET", "/binance/fapi/v1/order"), None);
        assert_eq!(take("POST", "/binance/fapi/v1/algoOrder"), None);
        let met = Some((Kind::StatusUnknown, When::After));
        assert_eq!(
            [take("POST", "/binance/fapi/v1/order"), take("POST", "/binance/fapi/v1/order")],
            [met, met]
        );
        assert_eq!(take("POST", "/binance/fapi/v1/order"), None);
    }

    #[test]
    fn a_storm_meets_its_share_alike_each_time() {
        let met = |seed: u64| {
            let faults = Faults::default();
            let storm = format!(
                r#"{{"share":20,"seed":{seed},"path":"/order","faults":[{{"kind":"503"}},{{"kind":"500","when":"after"}}]}}"#
            );
            faults.storm(serde_json::from_str(&storm).unwrap());
            assert_eq!(faults.take("GET", "/fapi/v1/time"), None);
            (0..1_000).map(|_| faults.take("POST", "/fapi/v1/order")).collect::<Vec<_>>()
        };
        let all = met(1);
        assert_eq!(all, met(1));
        assert_ne!(all, met(2));
        let count = |wanted: Option<(Kind, When)>| all.iter().filter(|met| **met == wanted).count();
        let (before, after) =
            (count(Some((Kind::Unavailable, When::Before))), count(Some((Kind::ServerError, When::After))));
        assert!((60..140).contains(&before) && (60..140).contains(&after), "{before} {after}");
        assert_eq!(count(None) + before + after, 1_000);
    }

    #[test]
    fn garbled_events_are_told_twice_or_in_another_order_but_never_lost() {
        let faults = Faults::default();
        assert_eq!(faults.garbled(vec![1, 2, 3]), [1, 2, 3]);
        faults.garble(Garbled { duplicate: 50, reorder: 50, seed: 1 });
        let (mut longer, mut moved) = (0, 0);
        for _ in 0..100 {
            let told = faults.garbled((0..5).collect());
            let mut once = told.clone();
            longer += usize::from(told.len() > 5);
            moved += usize::from(!told.is_sorted());
            once.sort_unstable();
            once.dedup();
            assert_eq!(once, [0, 1, 2, 3, 4]);
        }
        assert!(longer > 50 && moved > 50, "{longer} {moved}");
    }
}

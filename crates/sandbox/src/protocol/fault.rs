//! Faults on demand: what the network and a tired exchange do, for the tests of those who must survive it.

use super::failure::Failure;
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

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    fn list(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// The fault that this request meets, if any; it is used up.
    pub(crate) fn take(&self, method: &str, path: &str) -> Option<(Kind, When)> {
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

/// What the caller gets of it.
pub(crate) async fn respond(kind: Kind) -> Response {
    match kind {
        Kind::Drop => broken_off(),
        Kind::Timeout => {
            tokio::time::sleep(HANG).await;
            Failure::timed_out().into_response()
        }
        Kind::ServerError => Failure::unknown().into_response(),
        Kind::StatusUnknown => Failure::timed_out().into_response(),
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
}

//! The effect of an injected fault on a request and its response.

use super::{
    failure::SandboxFailure,
    limits::{Limits, Venue},
};
use axum::{
    body::{Body, Bytes, to_bytes},
    response::{IntoResponse, Response},
};
use domain::Micros;
use futures::stream;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use std::{io, time::Duration};

/// How long a hanging request is held open.
const HANG: Duration = Duration::from_secs(60);
/// The default delay of a late request, which is within its receive window.
const LATE: Duration = Duration::from_secs(2);
/// The default Retry-After of an injected rate limit, in seconds.
const SHORT_WAIT: u64 = 1;
/// Maximum size of a response that is truncated.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// The page a proxy in front of the exchange serves if the exchange does not respond.
const PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

/// The kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum FaultKind {
    /// The connection is closed without a response.
    #[serde(rename = "drop")]
    Drop,
    /// No response for a minute, or for `delayMs`.
    #[serde(rename = "timeout")]
    Timeout,
    /// The request takes effect immediately, and its response is sent after `delayMs`.
    #[serde(rename = "slow")]
    Slow,
    /// 500 with an unknown error.
    #[serde(rename = "500")]
    ServerError,
    /// -1007: execution status unknown.
    #[serde(rename = "-1007")]
    StatusUnknown,
    /// -1008: new orders are throttled. Orders that reduce a position, conditional orders and cancels are
    /// not.
    #[serde(rename = "-1008")]
    Throttled,
    /// A definite rejection without effect, with `code` and `message`.
    #[serde(rename = "refuse")]
    Refuse,
    /// 503: the exchange is unavailable.
    #[serde(rename = "503")]
    Unavailable,
    /// 429: rate limit exceeded; wait for `seconds`.
    #[serde(rename = "429")]
    TooMany,
    /// 418: banned for `seconds`.
    #[serde(rename = "418")]
    Banned,
    /// -1021: the request's timestamp is outside its window.
    #[serde(rename = "-1021")]
    ClockSkew,
    /// The connection is closed immediately, and the request takes effect two seconds later, or after
    /// `delayMs`, so that a client that queries it too early finds nothing. It is rejected if its receive
    /// window has passed, unless `ignoreWindow` is set.
    #[serde(rename = "late")]
    Late,
    /// 200 with a JSON body without meaning.
    #[serde(rename = "garbage")]
    Garbage,
    /// An HTML page of a proxy, with status 502 or `status`.
    #[serde(rename = "html")]
    Html,
    /// A JSON body that is cut off in the middle.
    #[serde(rename = "truncated")]
    Truncated,
    /// Affects no request: the matching engine rejects conditional orders that trigger.
    #[serde(rename = "rejectTrigger")]
    RejectTrigger,
}

/// Whether the request takes effect before the fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum When {
    /// It has no effect.
    #[default]
    Before,
    /// It takes effect, but the caller is not informed.
    After,
}

/// The complete description of a fault's effect.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Effect {
    pub(crate) kind: FaultKind,
    #[serde(default)]
    pub(crate) when: When,
    /// Error code of a rejection.
    pub(crate) code: Option<i32>,
    /// Error message of a rejection.
    pub(crate) message: Option<String>,
    /// HTTP status of a rejection or page; if `None`, the usual status of the code.
    pub(crate) status: Option<u16>,
    /// Delay of a late request, slow response or hanging request, in milliseconds.
    pub(crate) delay_ms: Option<u64>,
    /// A late request takes effect even if its receive window has passed, like a request that was queued
    /// inside the exchange.
    #[serde(default)]
    pub(crate) ignore_window: bool,
    /// Seconds to wait, as stated by a rate limit response (`Retry-After`).
    pub(crate) seconds: Option<u64>,
}

impl Effect {
    /// The delay of a late request.
    pub(crate) fn late(&self) -> Duration {
        self.delay(LATE)
    }

    fn delay(&self, usual: Duration) -> Duration {
        self.delay_ms.map_or(usual, Duration::from_millis)
    }

    fn refusal(&self) -> SandboxFailure {
        let code = self.code.unwrap_or(-2019);
        let usual = if code == -2019 { "Margin is insufficient." } else { "Refused." };
        let message = self.message.clone().map_or(usual.into(), Into::into);
        let given = self.status.and_then(|status| StatusCode::from_u16(status).ok());
        let status = given.unwrap_or(match code {
            -1001 | -1008 => StatusCode::SERVICE_UNAVAILABLE,
            -1003 | -1015 => StatusCode::TOO_MANY_REQUESTS,
            -1007 => StatusCode::REQUEST_TIMEOUT,
            -2014 | -2015 => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        });
        SandboxFailure { status, code, msg: message, retry_after: None, data: None }
    }

    /// Builds the response for the caller; `answer` is the exchange's own response if the request took
    /// effect.
    pub(crate) async fn respond(&self, venue: Venue, now: Micros, answer: Option<Response>) -> Response {
        let seconds = self.seconds.unwrap_or(SHORT_WAIT);
        match self.kind {
            FaultKind::Drop | FaultKind::Late => broken_off(),
            FaultKind::Timeout => {
                tokio::time::sleep(self.delay(HANG)).await;
                SandboxFailure::timed_out().into_response()
            }
            FaultKind::Slow => {
                tokio::time::sleep(self.delay(LATE)).await;
                answer.unwrap_or_else(|| SandboxFailure::timed_out().into_response())
            }
            FaultKind::ServerError => SandboxFailure::unknown().into_response(),
            FaultKind::StatusUnknown => SandboxFailure::timed_out().into_response(),
            FaultKind::Throttled => SandboxFailure::throttled().into_response(),
            FaultKind::Unavailable => SandboxFailure::unavailable().into_response(),
            FaultKind::TooMany => {
                let limits = Limits::default();
                let limit = match venue {
                    Venue::Spot => limits.spot_weight,
                    Venue::Futures => limits.futures_weight,
                };
                SandboxFailure::too_many_requests(venue, limit, seconds).into_response()
            }
            FaultKind::Banned => SandboxFailure::banned(venue, now, seconds).into_response(),
            FaultKind::ClockSkew => SandboxFailure::outside_window().into_response(),
            FaultKind::Refuse | FaultKind::RejectTrigger => self.refusal().into_response(),
            FaultKind::Garbage => axum::Json(serde_json::json!({ "foo": "bar" })).into_response(),
            FaultKind::Html => self.page(),
            FaultKind::Truncated => truncated(answer).await,
        }
    }

    fn page(&self) -> Response {
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok());
        let headers = [(header::CONTENT_TYPE, "text/html")];
        (status.unwrap_or(StatusCode::BAD_GATEWAY), headers, PAGE).into_response()
    }
}

/// The first half of a response.
async fn truncated(answer: Option<Response>) -> Response {
    let whole = match answer {
        Some(answer) => to_bytes(answer.into_body(), LARGEST_ANSWER).await.unwrap_or_default(),
        None => Bytes::from_static(b"{\"orderId\":283194212,\"symbol\":\"BTC"),
    };
    let half = whole.slice(..whole.len().div_ceil(2));
    ([(header::CONTENT_TYPE, "application/json")], half).into_response()
}

/// A response that declares a body and fails before its first byte, which makes the server close the
/// connection.
fn broken_off() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset)) });
    let mut response = Response::new(Body::from_stream(broken));
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("1024"));
    response
}

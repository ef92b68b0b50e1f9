//! What goes wrong with one request, and what its caller gets of it.

use super::failure::Failure;
use axum::{
    body::{Body, Bytes, to_bytes},
    response::{IntoResponse, Response},
};
use domain::Micros;
use futures::stream;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use std::{io, time::Duration};

/// How long a request hangs before it is given up.
const HANG: Duration = Duration::from_secs(60);
/// When a late request takes effect: within the window that it was signed for.
const LATE: Duration = Duration::from_secs(2);
/// Seconds to wait that a limit's fault asks for.
const SHORT_WAIT: u64 = 1;
/// No answer that is cut off is longer.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// What a proxy in front of the exchange says when the exchange does not answer.
const PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Kind {
    /// The connection breaks off without an answer.
    #[serde(rename = "drop")]
    Drop,
    /// No answer comes for a minute, or for `delayMs`.
    #[serde(rename = "timeout")]
    Timeout,
    /// The request takes effect at once, and its answer comes after `delayMs`.
    #[serde(rename = "slow")]
    Slow,
    /// 500, and nothing known.
    #[serde(rename = "500")]
    ServerError,
    /// -1007: execution status unknown.
    #[serde(rename = "-1007")]
    StatusUnknown,
    /// -1008: new orders are throttled. Orders that reduce a position, conditional orders and cancels pass.
    #[serde(rename = "-1008")]
    Throttled,
    /// A definite no, without effect: `code` and `message`.
    #[serde(rename = "refuse")]
    Refuse,
    /// 503: the exchange is not there.
    #[serde(rename = "503")]
    Unavailable,
    /// 429: too many requests; `seconds` to wait.
    #[serde(rename = "429")]
    TooMany,
    /// 418: banned for `seconds`.
    #[serde(rename = "418")]
    Banned,
    /// -1021: the request's time is wrong.
    #[serde(rename = "-1021")]
    ClockSkew,
    /// The connection breaks off at once, and the request arrives two seconds later, or after `delayMs`: who looks for
    /// it too early finds nothing. It is refused when its receive window has passed, unless `ignoreWindow` says so.
    #[serde(rename = "late")]
    Late,
    /// 200 with a JSON body that means nothing.
    #[serde(rename = "garbage")]
    Garbage,
    /// A proxy's HTML page: 502, or `status`.
    #[serde(rename = "html")]
    Html,
    /// The JSON body ends in the middle.
    #[serde(rename = "truncated")]
    Truncated,
    /// No request goes wrong: the matching engine refuses conditional orders that trigger.
    #[serde(rename = "rejectTrigger")]
    RejectTrigger,
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

/// What a request meets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Effect {
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) when: When,
    /// The refusal's code.
    pub(crate) code: Option<i32>,
    /// The refusal's words.
    pub(crate) message: Option<String>,
    /// The HTTP status of a refusal or a page; the usual one of the code when there is none.
    pub(crate) status: Option<u16>,
    /// Milliseconds that a late request, a slow answer or a hanging one takes.
    pub(crate) delay_ms: Option<u64>,
    /// A late request takes effect even when its receive window has passed, as one does that waited inside.
    #[serde(default)]
    pub(crate) ignore_window: bool,
    /// Seconds to wait that a limit's answer asks for.
    pub(crate) seconds: Option<u64>,
}

impl Effect {
    /// How long a late request is on its way.
    pub(crate) fn late(&self) -> Duration {
        self.delay(LATE)
    }

    fn delay(&self, usual: Duration) -> Duration {
        self.delay_ms.map_or(usual, Duration::from_millis)
    }

    fn refusal(&self) -> Failure {
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
        Failure { status, code, msg: message, retry_after: None }
    }

    /// What the caller gets of it; `answer` is what the exchange would have said, where the request had its effect.
    pub(crate) async fn respond(&self, now: Micros, answer: Option<Response>) -> Response {
        let seconds = self.seconds.unwrap_or(SHORT_WAIT);
        match self.kind {
            Kind::Drop | Kind::Late => broken_off(),
            Kind::Timeout => {
                tokio::time::sleep(self.delay(HANG)).await;
                Failure::timed_out().into_response()
            }
            Kind::Slow => {
                tokio::time::sleep(self.delay(LATE)).await;
                answer.unwrap_or_else(|| Failure::timed_out().into_response())
            }
            Kind::ServerError => Failure::unknown().into_response(),
            Kind::StatusUnknown => Failure::timed_out().into_response(),
            Kind::Throttled => Failure::throttled().into_response(),
            Kind::Unavailable => Failure::unavailable().into_response(),
            Kind::TooMany => Failure::too_many_requests(2_400, seconds).into_response(),
            Kind::Banned => Failure::banned(now, seconds).into_response(),
            Kind::ClockSkew => Failure::outside_window().into_response(),
            Kind::Refuse | Kind::RejectTrigger => self.refusal().into_response(),
            Kind::Garbage => axum::Json(serde_json::json!({ "foo": "bar" })).into_response(),
            Kind::Html => self.page(),
            Kind::Truncated => truncated(answer).await,
        }
    }

    fn page(&self) -> Response {
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok());
        let headers = [(header::CONTENT_TYPE, "text/html")];
        (status.unwrap_or(StatusCode::BAD_GATEWAY), headers, PAGE).into_response()
    }
}

/// The first half of an answer.
async fn truncated(answer: Option<Response>) -> Response {
    let whole = match answer {
        Some(answer) => to_bytes(answer.into_body(), LARGEST_ANSWER).await.unwrap_or_default(),
        None => Bytes::from_static(b"{\"orderId\":283194212,\"symbol\":\"BTC"),
    };
    let half = whole.slice(..whole.len().div_ceil(2));
    ([(header::CONTENT_TYPE, "application/json")], half).into_response()
}

/// A response that promises a body and fails before its first byte: the server closes the connection.
fn broken_off() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset)) });
    let mut response = Response::new(Body::from_stream(broken));
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("1024"));
    response
}

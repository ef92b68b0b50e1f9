//! Binance's errors: code, message and HTTP status.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use std::borrow::Cow;

/// The error response to a rejected request: `{"code":-1121,"msg":"Invalid symbol."}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SandboxFailure {
    pub(crate) status: StatusCode,
    pub(crate) code: i32,
    pub(crate) msg: Cow<'static, str>,
    /// Seconds to wait, for callers that exceeded a rate limit.
    pub(crate) retry_after: Option<u64>,
    /// Details, for requests of which only a part has failed.
    pub(crate) data: Option<Box<Value>>,
}

/// The result of a handler.
pub(crate) type Reply<T = Value> = Result<T, SandboxFailure>;

impl SandboxFailure {
    /// A rejection with status 400, as for most errors.
    pub(crate) fn refused(code: i32, msg: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, msg: msg.into(), retry_after: None, data: None }
    }

    fn with(status: StatusCode, code: i32, msg: &'static str) -> Self {
        Self { status, code, msg: msg.into(), retry_after: None, data: None }
    }

    /// The state can no longer be persisted; whether the request took effect is unknown.
    pub(crate) fn internal() -> Self {
        let msg = "Internal error; unable to process your request. Please try again.";
        Self::with(StatusCode::SERVICE_UNAVAILABLE, -1001, msg)
    }

    pub(crate) fn unknown() -> Self {
        let msg = "An unknown error occurred while processing the request.";
        Self::with(StatusCode::INTERNAL_SERVER_ERROR, -1000, msg)
    }

    pub(crate) fn timed_out() -> Self {
        let msg = "Timeout waiting for response from backend server. Send status unknown; execution status unknown.";
        Self::with(StatusCode::REQUEST_TIMEOUT, -1007, msg)
    }

    pub(crate) fn unavailable() -> Self {
        Self::with(StatusCode::SERVICE_UNAVAILABLE, -1001, "Service Unavailable.")
    }

    /// New orders are throttled; other requests are not.
    pub(crate) fn throttled() -> Self {
        let msg = "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.";
        Self::with(StatusCode::SERVICE_UNAVAILABLE, -1008, msg)
    }

    pub(crate) fn outside_window() -> Self {
        Self::refused(-1021, "Timestamp for this request is outside of the recvWindow.")
    }

    pub(crate) fn too_many_orders(limit: u32, interval: &str, retry_after: u64) -> Self {
        let msg = format!("Too many new orders; current limit is {limit} orders per {interval}.");
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            code: -1015,
            msg: msg.into(),
            retry_after: Some(retry_after),
            data: None,
        }
    }

    pub(crate) fn bad_key_format() -> Self {
        Self::with(StatusCode::UNAUTHORIZED, -2014, "API-key format invalid.")
    }

    pub(crate) fn unknown_key() -> Self {
        Self::with(StatusCode::UNAUTHORIZED, -2015, "Invalid API-key, IP, or permissions for action.")
    }

    /// The key has no permission for this kind of request.
    pub(crate) fn unauthorized() -> Self {
        Self::with(StatusCode::UNAUTHORIZED, -1002, "You are not authorized to execute this request.")
    }

    pub(crate) fn bad_signature() -> Self {
        Self::refused(-1022, "Signature for this request is not valid.")
    }

    pub(crate) fn invalid_symbol() -> Self {
        Self::refused(-1121, "Invalid symbol.")
    }

    pub(crate) fn missing(name: &str) -> Self {
        let msg = format!("Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");
        Self::refused(-1102, msg)
    }

    pub(crate) fn illegal(name: &str, range: &str) -> Self {
        Self::refused(
            -1100,
            format!("Illegal characters found in parameter '{name}'; legal range is '{range}'."),
        )
    }

    pub(crate) fn not_required(name: &str) -> Self {
        Self::refused(-1106, format!("Parameter '{name}' sent when not required."))
    }

    pub(crate) fn not_valid(name: &str) -> Self {
        Self::refused(-1130, format!("Data sent for parameter '{name}' is not valid."))
    }

    pub(crate) fn too_large() -> Self {
        Self::with(StatusCode::PAYLOAD_TOO_LARGE, -1101, "Too many parameters sent for this endpoint.")
    }

    pub(crate) fn no_such_path() -> Self {
        Self::with(StatusCode::NOT_FOUND, -1000, "Path not found.")
    }
}

impl IntoResponse for SandboxFailure {
    fn into_response(self) -> Response {
        let mut body = json!({ "code": self.code, "msg": self.msg });
        if let Some(data) = self.data {
            body["data"] = *data;
        }
        let mut response = (self.status, axum::Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

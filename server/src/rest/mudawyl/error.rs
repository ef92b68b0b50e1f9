//! The error responses of this surface: the single mapping from [`service::Error`] to the formats of the
//! original Express service.

use crate::rest::surface_error::SurfaceError;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use domain::validation::{FieldProblem, Problem};
use serde::Serialize;
use serde_json::Value;
use service::Error;
use utoipa::{IntoResponses, ToSchema};

/// The header that makes a repeated order request idempotent.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The result of a handler with a response body.
pub(super) type HandlerResult<T> = Result<Json<T>, MudawylFailure>;
/// The result of a handler without a response body: 204.
pub(super) type EmptyResult = Result<StatusCode, MudawylFailure>;

/// Why a request failed.
#[derive(Debug)]
pub enum MudawylFailure {
    /// Not valid HTTP or JSON for this surface (400).
    BadRequest(&'static str),
    /// The body is too large (413).
    TooLarge,
    /// Invalid fields (422).
    Fields(Vec<FieldError>),
    /// The version that the caller has seen is no longer current (412).
    Stale,
    /// A position or an entry is open on the market of a new trade (409).
    PositionOpen,
    /// The error of a use case.
    Service(Error),
}

impl From<Error> for MudawylFailure {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

/// A field error, as express-validator formats it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Value that was sent; omitted if the field was absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "BTCUSDT")]
    pub value: Option<Value>,
    /// Error message.
    #[schema(example = "must be valid exchange symbol")]
    pub msg: &'static str,
    /// Field name.
    #[schema(example = "symbol")]
    pub param: String,
    /// `body`, `query`, `params` or `headers`.
    #[schema(example = "query")]
    pub location: &'static str,
}

impl From<FieldProblem> for FieldError {
    fn from(problem: FieldProblem) -> Self {
        Self { value: None, msg: problem.problem.text(), param: problem.field, location: "body" }
    }
}

/// Field errors (422).
#[derive(Serialize, ToSchema)]
pub struct FieldErrors {
    /// All field errors, in the field order of the original document.
    pub errors: Vec<FieldError>,
}

/// A business error (433).
#[derive(Serialize, ToSchema)]
pub struct Refused {
    /// Error text with its code.
    #[schema(example = "invalid exchange symbol (1300)")]
    pub error: String,
}

/// An error message.
#[derive(Serialize, ToSchema)]
pub struct Message {
    /// Error text.
    #[schema(example = "route not found")]
    pub message: &'static str,
}

impl MudawylFailure {
    /// Sorts field problems into the document's order, if some were found later than others.
    #[must_use]
    pub fn in_order(self, fields: &[&str]) -> Self {
        match self {
            Self::Fields(mut errors) => {
                errors.sort_by_key(|error| fields.iter().position(|field| *field == error.param));
                Self::Fields(errors)
            }
            other => other,
        }
    }
}

impl IntoResponse for MudawylFailure {
    fn into_response(self) -> Response {
        match self {
            Self::BadRequest(why) => message(StatusCode::BAD_REQUEST, why),
            Self::TooLarge => message(StatusCode::PAYLOAD_TOO_LARGE, "body is too large"),
            Self::Fields(errors) => fields(errors),
            Self::Stale => message(StatusCode::PRECONDITION_FAILED, "was changed meanwhile"),
            Self::PositionOpen => message(StatusCode::CONFLICT, Problem::PositionOpen.text()),
            Self::Service(error) => answer(error),
        }
    }
}

fn answer(error: Error) -> Response {
    match error {
        Error::Refused(refusal) => {
            // 433 is not a registered status code, but the document requires it.
            let status = StatusCode::from_u16(433).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            (status, Json(Refused { error: refusal.to_string() })).into_response()
        }
        Error::Fields(problems) => fields(problems.into_iter().map(FieldError::from).collect()),
        Error::IdempotencyMismatch => fields(vec![FieldError {
            value: None,
            msg: Problem::IdempotencyKeyReused.text(),
            param: IDEMPOTENCY_KEY.to_owned(),
            location: "headers",
        }]),
        Error::Unauthenticated => message(StatusCode::UNAUTHORIZED, "unauthorized"),
        Error::StepUp => message(StatusCode::FORBIDDEN, "step_up_required"),
        Error::Forbidden => message(StatusCode::FORBIDDEN, "forbidden"),
        Error::NotFound => message(StatusCode::NOT_FOUND, "route not found"),
        Error::TooMany { retry_after_s } => {
            later(message(StatusCode::TOO_MANY_REQUESTS, "too many requests"), retry_after_s)
        }
        Error::Unavailable { retry_after_s } => {
            later(message(StatusCode::SERVICE_UNAVAILABLE, "temporarily unavailable"), retry_after_s)
        }
        Error::Fault(fault) => {
            tracing::error!(fault = format!("{fault:#}"), "a request failed with an internal error");
            message(StatusCode::INTERNAL_SERVER_ERROR, "internal server error")
        }
    }
}

/// The response to an error outside any handler of this surface.
pub(crate) fn error_response(failure: SurfaceError) -> Response {
    match failure {
        SurfaceError::Service(error) => answer(error),
        plain => {
            let (status, words) = plain.plain();
            message(status, words)
        }
    }
}

fn fields(errors: Vec<FieldError>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(FieldErrors { errors })).into_response()
}

fn message(status: StatusCode, message: &'static str) -> Response {
    (status, Json(Message { message })).into_response()
}

fn later(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The response of operations that change credentials while re-authentication is required.
#[derive(IntoResponses)]
#[allow(missing_docs)] // the description is the attribute's
pub enum StepUpDue {
    #[response(
        status = 403,
        description = "The password was confirmed more than 10 minutes ago: call POST /v1/auth/step-up, then retry.",
        example = json!({ "message": "step_up_required" })
    )]
    Due(Message),
}

/// The response to an `If-Match` that is not the current version.
#[derive(IntoResponses)]
#[allow(missing_docs)] // the description is the attribute's
pub enum StaleVersion {
    #[response(
        status = 412,
        description = "It was changed since the version in If-Match. Nothing was changed: read it again.",
        example = json!({ "message": "was changed meanwhile" })
    )]
    Stale(Message),
}

/// The responses to a new trade on a key that the caller does not have, or on a market where something is open.
#[derive(IntoResponses)]
#[allow(missing_docs)] // the description is the attribute's
pub enum OpeningErrors {
    #[response(
        status = 404,
        description = "The exchange key does not exist or belongs to another user.",
        example = json!({ "message": "route not found" })
    )]
    NoKey(Message),
    #[response(
        status = 409,
        description = "A position or an entry is open on the market, and is not a trade of the same side. Nothing was changed: send `replace`, or close it first.",
        example = json!({ "message": "position_open" })
    )]
    PositionOpen(Message),
}

/// The response to an act on a position that the caller does not have.
#[derive(IntoResponses)]
#[allow(missing_docs)] // the description is the attribute's
pub enum MissingPosition {
    #[response(
        status = 404,
        description = "The exchange key does not exist or belongs to another user, or no position is open on the market.",
        example = json!({ "message": "route not found" })
    )]
    Missing(Message),
}

/// The errors that a business rule or the exchange may cause. [`crate::document`] adds those that follow from
/// the route.
#[derive(IntoResponses)]
#[allow(missing_docs)] // the description is the attribute's
pub enum PrivateErrors {
    #[response(
        status = 433,
        description = "The request is valid, but a business rule or the exchange rejected it."
    )]
    Refused(Refused),
}

//! What this surface answers when it does not do what was asked: one mapping from [`service::Error`], in the Express
//! service's shapes (wire.md section 1).

use crate::rest::surface::Trouble;
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

/// Why a request was not carried out.
#[derive(Debug)]
pub enum Failure {
    /// It is not HTTP or JSON as we take it (400).
    BadRequest(&'static str),
    /// Its body is too large (413).
    TooLarge,
    /// Fields cannot be used (422).
    Fields(Vec<FieldError>),
    /// The use case said no.
    Service(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

/// One field's problem, as express-validator writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// What was sent; left out when nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "BTCUSDT")]
    pub value: Option<Value>,
    /// What is wrong.
    #[schema(example = "must be valid exchange symbol")]
    pub msg: &'static str,
    /// Its name.
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

/// 422.
#[derive(Serialize, ToSchema)]
pub struct FieldErrors {
    /// All of them, in the document's field order.
    pub errors: Vec<FieldError>,
}

/// 433.
#[derive(Serialize, ToSchema)]
pub struct Refused {
    /// Text and code.
    #[schema(example = "invalid exchange symbol (1300)")]
    pub error: String,
}

/// Everything else.
#[derive(Serialize, ToSchema)]
pub struct Message {
    /// In words.
    #[schema(example = "route not found")]
    pub message: &'static str,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::BadRequest(why) => message(StatusCode::BAD_REQUEST, why),
            Self::TooLarge => message(StatusCode::PAYLOAD_TOO_LARGE, "body is too large"),
            Self::Fields(errors) => fields(errors),
            Self::Service(error) => answer(error),
        }
    }
}

fn answer(error: Error) -> Response {
    match error {
        Error::Refused(refusal) => {
            // 433 is not registered, but it is what the document says.
            let status = StatusCode::from_u16(433).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            (status, Json(Refused { error: refusal.to_string() })).into_response()
        }
        Error::Fields(problems) => fields(problems.into_iter().map(FieldError::from).collect()),
        Error::IdempotencyMismatch => fields(vec![FieldError {
            value: None,
            msg: Problem::IdempotencyKeyReused.text(),
            param: super::order::IDEMPOTENCY_KEY.to_owned(),
            location: "headers",
        }]),
        Error::Unauthenticated => message(StatusCode::UNAUTHORIZED, "unauthorized"),
        Error::Forbidden => message(StatusCode::FORBIDDEN, "forbidden"),
        Error::NotFound => message(StatusCode::NOT_FOUND, "route not found"),
        Error::TooMany { retry_after_s } => {
            later(message(StatusCode::TOO_MANY_REQUESTS, "too many requests"), retry_after_s)
        }
        Error::Unavailable { retry_after_s } => {
            later(message(StatusCode::SERVICE_UNAVAILABLE, "temporarily unavailable"), retry_after_s)
        }
        Error::Fault(fault) => {
            tracing::error!(fault = format!("{fault:#}"), "request failed");
            message(StatusCode::INTERNAL_SERVER_ERROR, "internal server error")
        }
    }
}

/// What no handler of this surface had a say in.
pub(crate) fn tell(trouble: Trouble) -> Response {
    match trouble {
        Trouble::Service(error) => answer(error),
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

/// What any operation of this surface may answer besides its success; a description for the OpenAPI document.
#[derive(IntoResponses)]
#[allow(missing_docs)] // the descriptions are the attributes'
pub enum PublicErrors {
    #[response(status = 422, description = "A field cannot be used.")]
    Fields(FieldErrors),
    #[response(status = 429, description = "Too many requests; see Retry-After.")]
    TooMany(Message),
    #[response(status = 433, description = "Well formed, but refused by a rule or the exchange.")]
    Refused(Refused),
    #[response(status = 500, description = "We had a problem; its id is in x-request-id.")]
    Fault(Message),
    #[response(
        status = 503,
        description = "Not just now: the exchange does not answer, or the desk is closed; see Retry-After."
    )]
    Unavailable(Message),
}

/// What an operation may answer besides, where the operator has reCAPTCHA checked.
#[derive(IntoResponses)]
#[allow(missing_docs)] // the descriptions are the attributes'
pub enum CaptchaErrors {
    #[response(status = 403, description = "The token in recaptcha-token-v3 is missing, or not a person's.")]
    Forbidden(Message),
}

/// The same for operations that want a JWT.
#[derive(IntoResponses)]
#[allow(missing_docs)] // the descriptions are the attributes'
pub enum PrivateErrors {
    #[response(status = 400, description = "The body is not a JSON object.")]
    BadRequest(Message),
    #[response(status = 401, description = "The JWT is missing, malformed, expired or not ours.")]
    Unauthorized(Message),
    #[response(
        status = 403,
        description = "The JWT is good, but not for this; or the token in recaptcha-token-v3 is not a person's."
    )]
    Forbidden(Message),
    #[response(status = 404, description = "There is no such thing, or it is another's.")]
    NotFound(Message),
    #[response(status = 413, description = "The body is larger than 64 KB.")]
    TooLarge(Message),
    #[response(status = 422, description = "Fields cannot be used; all of them are named.")]
    Fields(FieldErrors),
    #[response(status = 429, description = "Too many requests; see Retry-After.")]
    TooMany(Message),
    #[response(status = 433, description = "Well formed, but refused by a rule or the exchange.")]
    Refused(Refused),
    #[response(status = 500, description = "We had a problem; its id is in x-request-id.")]
    Fault(Message),
    #[response(
        status = 503,
        description = "Not just now: the exchange does not answer, or the desk is closed; see Retry-After."
    )]
    Unavailable(Message),
}

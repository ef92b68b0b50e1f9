//! The error responses of this surface: `{error, error_description?, error_attributes?}`.

use crate::rest::surface_error::SurfaceError;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use domain::{
    Refusal,
    validation::{FieldProblem, Problem},
};
use serde::Serialize;
use service::Error;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Why a request failed.
#[derive(Debug)]
pub(crate) struct ThreeCommasFailure {
    status: StatusCode,
    body: ThreeCommasError,
    retry_after_s: Option<u64>,
}

/// An error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ThreeCommasError)]
pub(crate) struct ThreeCommasError {
    /// Error code.
    #[schema(example = "record_invalid")]
    error: &'static str,
    /// Error message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Invalid parameters")]
    error_description: Option<String>,
    /// Errors by parameter.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    error_attributes: BTreeMap<String, Vec<String>>,
}

impl ThreeCommasFailure {
    fn new(status: StatusCode, error: &'static str, words: &str) -> Self {
        let error_description = Some(words.to_owned());
        let body = ThreeCommasError { error, error_description, error_attributes: BTreeMap::new() };
        Self { status, body, retry_after_s: None }
    }

    /// Invalid parameters.
    pub(super) fn record_invalid(attributes: BTreeMap<String, Vec<String>>) -> Self {
        let mut failure = Self::new(StatusCode::BAD_REQUEST, "record_invalid", "Invalid parameters");
        failure.body.error_attributes = attributes;
        failure
    }

    /// One invalid parameter.
    pub(super) fn invalid(field: &str, words: impl Into<String>) -> Self {
        Self::record_invalid(BTreeMap::from([(field.to_owned(), vec![words.into()])]))
    }

    /// The signature does not match.
    pub(super) fn signature() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "signature_invalid", "Provided signature is invalid")
    }

    fn later(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }
}

/// Maps a field of the service to its parameter name on this surface.
fn name(field: &str) -> &str {
    match field {
        "apiKey" => "api_key",
        "apiSecretKey" => "secret",
        "tradeType" | "strategyType" => "type",
        other => other,
    }
}

fn of_fields(problems: Vec<FieldProblem>) -> ThreeCommasFailure {
    let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for FieldProblem { field, problem } in problems {
        let words = match problem {
            Problem::Required => "can't be blank",
            Problem::NameTooLong => "is too long (maximum is 24 characters)",
            other => other.text(),
        };
        attributes.entry(name(&field).to_owned()).or_default().push(words.to_owned());
    }
    ThreeCommasFailure::record_invalid(attributes)
}

fn refused(refusal: Refusal) -> ThreeCommasFailure {
    match refusal {
        Refusal::KeyExists => ThreeCommasFailure::invalid("api_key", "This account is already connected!"),
        Refusal::KeyUnauthorized => {
            ThreeCommasFailure::invalid("api_key", "The exchange does not accept this API key")
        }
        Refusal::PlanFeature => ThreeCommasFailure::new(
            StatusCode::FORBIDDEN,
            "access_denied",
            "Connections using manually created API keys are available only to Expert plan subscribers",
        ),
        other => ThreeCommasFailure::invalid("base", other.to_string()),
    }
}

impl From<Error> for ThreeCommasFailure {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refused(refusal),
            Error::Fields(problems) => of_fields(problems),
            Error::IdempotencyMismatch => {
                Self::invalid("base", "the idempotency key was used with another request")
            }
            Error::Unauthenticated => Self::new(
                StatusCode::UNAUTHORIZED,
                "api_key_invalid_or_expired",
                "Unauthorized. Invalid or expired api key.",
            ),
            // API clients act within their permissions and are never asked for a password.
            Error::Forbidden | Error::StepUp => {
                Self::new(StatusCode::FORBIDDEN, "access_denied", "Api key doesn't have enough permissions")
            }
            Error::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found", "Not Found"),
            Error::TooMany { retry_after_s } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests")
                    .later(retry_after_s)
            }
            Error::Unavailable { retry_after_s } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Temporarily unavailable")
                    .later(retry_after_s)
            }
            Error::Fault(fault) => {
                tracing::error!(fault = format!("{fault:#}"), "a request failed with an internal error");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Internal server error")
            }
        }
    }
}

impl From<SurfaceError> for ThreeCommasFailure {
    fn from(failure: SurfaceError) -> Self {
        let (status, words) = failure.plain();
        match failure {
            SurfaceError::Service(error) => error.into(),
            SurfaceError::NoRoute => Self::new(status, "not_found", "Not Found"),
            SurfaceError::TooLarge => Self::new(status, "payload_too_large", words),
            SurfaceError::TookTooLong => Self::new(status, "timeout", words),
            SurfaceError::Broken => Self::new(status, "internal_error", words),
        }
    }
}

impl IntoResponse for ThreeCommasFailure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

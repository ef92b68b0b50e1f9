//! The error responses of this surface: `{"error":{"code":"…","message":"…"}}`. The document's own examples
//! repeat the success body, which no client could use.

use crate::rest::surface_error::SurfaceError;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use domain::validation::{FieldProblem, Problem};
use serde::Serialize;
use service::Error;
use utoipa::ToSchema;

/// Why a request failed.
#[derive(Debug)]
pub(crate) struct LumetradeFailure {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after_s: Option<u64>,
}

/// An error.
#[derive(Serialize, ToSchema)]
#[schema(as = LumetradeError)]
pub(crate) struct LumetradeError {
    error: Reason,
}

/// Error details.
#[derive(Serialize, ToSchema)]
#[schema(as = LumetradeReason)]
pub(crate) struct Reason {
    /// Error code.
    #[schema(example = "account_exists")]
    code: &'static str,
    /// Error message.
    #[schema(example = "currency already exists")]
    message: String,
}

impl LumetradeFailure {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after_s: None }
    }

    /// Invalid fields (400).
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "validation_failed", message)
    }

    /// The body is too large (413).
    pub(super) fn too_large() -> Self {
        Self::from(SurfaceError::TooLarge)
    }
}

fn of_field(problem: &FieldProblem) -> LumetradeFailure {
    let message = format!("{} {}", problem.field, problem.problem.text());
    match problem.problem {
        Problem::CurrencyNotEnabled => {
            LumetradeFailure::new(StatusCode::NOT_FOUND, "currency_not_supported", message)
        }
        Problem::AccountExists => LumetradeFailure::new(StatusCode::CONFLICT, "account_exists", message),
        _ => LumetradeFailure::validation(message),
    }
}

impl From<Error> for LumetradeFailure {
    fn from(error: Error) -> Self {
        let later = |status, code, message: &str, seconds| Self {
            retry_after_s: Some(seconds),
            ..Self::new(status, code, message)
        };
        match error {
            Error::Fields(problems) => {
                problems.first().map_or_else(|| Self::validation("the request cannot be used"), of_field)
            }
            Error::Refused(refusal) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", refusal.to_string())
            }
            Error::IdempotencyMismatch => {
                Self::validation("the idempotency key was used with another request")
            }
            Error::Unauthenticated => {
                Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "API key or secret is missing or wrong")
            }
            // API clients act within their permissions and are never asked for a password.
            Error::Forbidden | Error::StepUp => {
                Self::new(StatusCode::FORBIDDEN, "forbidden", "the API key does not have this permission")
            }
            Error::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found", "there is no such account"),
            Error::TooMany { retry_after_s } => {
                later(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "too many requests", retry_after_s)
            }
            Error::Unavailable { retry_after_s } => later(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "temporarily unavailable",
                retry_after_s,
            ),
            Error::Fault(fault) => {
                tracing::error!(fault = format!("{fault:#}"), "a request failed with an internal error");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "internal server error")
            }
        }
    }
}

impl From<SurfaceError> for LumetradeFailure {
    fn from(failure: SurfaceError) -> Self {
        let (status, words) = failure.plain();
        match failure {
            SurfaceError::Service(error) => error.into(),
            SurfaceError::NoRoute => Self::new(status, "not_found", words),
            SurfaceError::TooLarge => Self::new(status, "too_large", words),
            SurfaceError::TookTooLong => Self::new(status, "timeout", words),
            SurfaceError::Broken => Self::new(status, "internal_error", words),
        }
    }
}

impl IntoResponse for LumetradeFailure {
    fn into_response(self) -> Response {
        let body = LumetradeError { error: Reason { code: self.code, message: self.message } };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

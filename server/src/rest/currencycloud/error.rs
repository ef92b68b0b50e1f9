//! The error responses of this surface, in Currencycloud's format.

use super::table::{self, CurrencycloudMessage};
use crate::rest::{fields::Unreadable, surface_error::SurfaceError};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use domain::{
    sub_account::SubAccountDraft,
    validation::{FieldProblem, Problem},
};
use serde::Serialize;
use serde_json::json;
use service::Error;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The result of a handler with a response body.
pub(super) type HandlerResult<T> = Result<Json<T>, CurrencycloudFailure>;

/// The error code of a failed log-in.
pub(super) const LOGIN_FAILED: &str = "auth_invalid_user_login_details";
/// The error code of a failed create.
pub(super) const CREATE_FAILED: &str = "account_create_failed";
/// The error code of a failed update.
pub(super) const UPDATE_FAILED: &str = "account_update_failed";
/// The error code of a failed find.
pub(super) const FIND_FAILED: &str = "account_find_failed";
/// The key of errors that concern no field.
const BASE: &str = "base";

/// Why a request failed.
#[derive(Debug)]
pub(crate) struct CurrencycloudFailure {
    status: StatusCode,
    body: CurrencycloudError,
    retry_after_s: Option<u64>,
}

/// An error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CurrencycloudError)]
pub(crate) struct CurrencycloudError {
    /// Error code.
    #[schema(example = "account_create_failed")]
    error_code: &'static str,
    /// Messages by field; general errors are under `base`.
    error_messages: BTreeMap<String, Vec<CurrencycloudMessage>>,
}

impl CurrencycloudFailure {
    fn one(status: StatusCode, code: &'static str, place: &str, message: CurrencycloudMessage) -> Self {
        let error_messages = BTreeMap::from([(place.to_owned(), vec![message])]);
        Self { status, body: CurrencycloudError { error_code: code, error_messages }, retry_after_s: None }
    }

    /// An error that needs no details beyond its code.
    fn general(status: StatusCode, code: &'static str, place: &str, words: &str) -> Self {
        Self::one(status, code, place, CurrencycloudMessage::new(code, words, json!({})))
    }

    /// Converts the error of a use case; `draft` holds the submitted fields.
    pub(super) fn of(code: &'static str, error: Error, draft: &SubAccountDraft) -> Self {
        let Error::Fields(problems) = error else { return error.into() };
        let mut messages: BTreeMap<String, Vec<CurrencycloudMessage>> = BTreeMap::new();
        let (extra, known): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|p| p.problem == Problem::Unknown);
        for FieldProblem { field, problem } in known {
            let row = table::row(&field, problem, draft.get(&field).unwrap_or(""));
            messages.entry(field).or_default().push(row);
        }
        if !extra.is_empty() {
            let names = extra.into_iter().map(|p| p.field).collect::<Vec<_>>().join(", ");
            messages.insert(BASE.to_owned(), vec![table::extra(&names)]);
        }
        let body = CurrencycloudError { error_code: code, error_messages: messages };
        Self { status: StatusCode::BAD_REQUEST, body, retry_after_s: None }
    }

    /// An unexpected parameter.
    pub(super) fn extra(code: &'static str, name: &str) -> Self {
        Self::one(StatusCode::BAD_REQUEST, code, BASE, table::extra(name))
    }

    /// Fields that cannot be parsed.
    pub(super) fn unreadable(code: &'static str, why: &Unreadable) -> Self {
        let words = match why {
            Unreadable::Twice(name) => return Self::extra(code, name),
            Unreadable::TooLarge => return Self::from(SurfaceError::TooLarge),
            Unreadable::NotText => "parameters must be UTF-8 text",
            Unreadable::NotAForm => "body must be a form or multipart form data without files",
        };
        Self::one(
            StatusCode::BAD_REQUEST,
            code,
            BASE,
            CurrencycloudMessage::new("invalid_body", words, json!({})),
        )
    }

    /// A key of the wrong length.
    pub(super) fn key_length() -> Self {
        let words = "API key has invalid length, must have 64 characters";
        let message = CurrencycloudMessage::new("api_key_length_is_invalid", words, json!({ "length": 64 }));
        Self::one(StatusCode::BAD_REQUEST, LOGIN_FAILED, "api_key", message)
    }

    /// A wrong login id or a wrong key; the response does not reveal which.
    pub(super) fn wrong_credentials() -> Self {
        let words = "Authentication failed with the supplied credentials";
        let message = CurrencycloudMessage::new("invalid_supplied_credentials", words, json!({}));
        Self::one(StatusCode::UNAUTHORIZED, "auth_failed", "username", message)
    }
}

impl From<Error> for CurrencycloudFailure {
    fn from(error: Error) -> Self {
        let (status, code, words) = match &error {
            Error::Refused(_) | Error::Fields(_) | Error::IdempotencyMismatch => {
                (StatusCode::BAD_REQUEST, "bad_request", "The request cannot be carried out")
            }
            Error::Unauthenticated => (
                StatusCode::UNAUTHORIZED,
                "invalid_supplied_credentials",
                "Authentication failed with the supplied credentials",
            ),
            // API clients act within their permissions and are never asked for a password.
            Error::Forbidden | Error::StepUp => {
                (StatusCode::FORBIDDEN, "permission_denied", "You do not have permission to do this")
            }
            Error::NotFound => {
                (StatusCode::NOT_FOUND, "account_not_found", "Account was not found for this id")
            }
            Error::TooMany { .. } => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too many requests have been made to the api. Please refer to the Developer Center for more information",
            ),
            Error::Unavailable { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", "Service is temporary unavailable")
            }
            Error::Fault(fault) => {
                tracing::error!(fault = format!("{fault:#}"), "a request failed with an internal error");
                (StatusCode::INTERNAL_SERVER_ERROR, "internal_server_error", "Internal server error")
            }
        };
        let place = if matches!(error, Error::Unauthenticated) { "username" } else { BASE };
        let retry_after_s = match error {
            Error::TooMany { retry_after_s } | Error::Unavailable { retry_after_s } => Some(retry_after_s),
            _ => None,
        };
        Self { retry_after_s, ..Self::general(status, code, place, words) }
    }
}

impl From<SurfaceError> for CurrencycloudFailure {
    fn from(failure: SurfaceError) -> Self {
        let (status, words) = failure.plain();
        let code = match failure {
            SurfaceError::Service(error) => return error.into(),
            SurfaceError::NoRoute => "resource_not_found",
            SurfaceError::TooLarge => "request_too_large",
            SurfaceError::TookTooLong => "gateway_timeout",
            SurfaceError::Broken => "internal_server_error",
        };
        Self::general(status, code, BASE, words)
    }
}

impl IntoResponse for CurrencycloudFailure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

//! Errors in Stripe's format.

use crate::{books::Declined, state::StateError};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum CheckoutFailure {
    /// The key is invalid.
    Unauthorized,
    /// The object or the endpoint does not exist.
    Missing(String),
    /// A parameter is missing or invalid.
    Param(&'static str, String),
    /// The object's state does not allow it.
    State(String),
    /// The idempotency key was already used with other parameters.
    Idempotency,
    /// The card was declined.
    Declined,
    /// The state cannot be persisted.
    Broken,
}

impl From<Declined> for CheckoutFailure {
    fn from(_: Declined) -> Self {
        Self::Declined
    }
}

impl From<StateError> for CheckoutFailure {
    fn from(error: StateError) -> Self {
        tracing::error!(%error, "test checkout: could not save the state");
        Self::Broken
    }
}

impl IntoResponse for CheckoutFailure {
    fn into_response(self) -> Response {
        let invalid = "invalid_request_error";
        let (status, kind, code, param, message) = match self {
            Self::Unauthorized => (401, invalid, None, None, "Invalid API Key provided.".to_owned()),
            Self::Missing(message) => (404, invalid, Some("resource_missing"), None, message),
            Self::Param(param, message) => (400, invalid, Some("parameter_invalid"), Some(param), message),
            Self::State(message) => (400, invalid, None, None, message),
            Self::Idempotency => {
                let message = "Keys for idempotent requests can only be used with the same parameters.";
                (400, "idempotency_error", None, None, message.to_owned())
            }
            Self::Declined => {
                (402, "card_error", Some("card_declined"), None, "Your card was declined.".to_owned())
            }
            Self::Broken => {
                (500, "api_error", None, None, "The checkout could not save its state.".to_owned())
            }
        };
        let error = json!({"error": {"type": kind, "code": code, "param": param, "message": message}});
        (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), Json(error)).into_response()
    }
}

//! The control API, for tests that cannot wait for a month.

use crate::{failure::CheckoutFailure, shared::CheckoutState};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

/// The request to advance the clock.
#[derive(Deserialize)]
pub(crate) struct Move {
    seconds: i64,
}

/// Advances the clock.
pub(crate) async fn clock(
    State(shared): State<Arc<CheckoutState>>,
    headers: HeaderMap,
    Json(by): Json<Move>,
) -> Response {
    let given = headers.get("x-checkout-control").map(|value| value.as_bytes()).unwrap_or_default();
    let known = bool::from(given.ct_eq(shared.control_token.as_bytes()));
    if !shared.options.controllable || !known {
        return StatusCode::FORBIDDEN.into_response();
    }
    let moved = tokio::task::spawn_blocking(move || shared.advance(by.seconds)).await;
    match moved {
        Ok(Ok(())) => Json(json!({"moved": by.seconds})).into_response(),
        _ => CheckoutFailure::Broken.into_response(),
    }
}

//! Request handling: authentication, parameters and idempotency.

use super::{calls, form::Form};
use crate::{failure::CheckoutFailure, shared::CheckoutState};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, Method, header::AUTHORIZATION},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

/// Handles any call.
pub(crate) async fn answer(
    State(shared): State<Arc<CheckoutState>>,
    method: Method,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !authorized(&headers, &shared.secret_key) {
        return CheckoutFailure::Unauthorized.into_response();
    }
    let query = query.unwrap_or_default();
    let form = if method == Method::POST { Form::parse(&body) } else { Form::parse(query.as_bytes()) };
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    // The state is written to disk and synced, which blocks.
    let done = tokio::task::spawn_blocking(move || {
        let way: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match method {
            Method::GET => calls::read(&shared, &way, &form),
            Method::POST => calls::change(&shared, &way, &form, key.as_deref()),
            Method::DELETE => calls::delete(&shared, &way),
            _ => Err(CheckoutFailure::Missing("Unrecognized request URL.".to_owned())),
        }
    });
    match done.await {
        Ok(Ok(value)) => Json(value).into_response(),
        Ok(Err(failure)) => failure.into_response(),
        Err(_) => CheckoutFailure::Broken.into_response(),
    }
}

/// Checks `Bearer <key>`, or the key as user name of Basic credentials.
fn authorized(headers: &HeaderMap, key: &str) -> bool {
    let Some(given) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else { return false };
    let same = |text: &[u8]| bool::from(text.ct_eq(key.as_bytes()));
    if let Some(token) = given.strip_prefix("Bearer ") {
        return same(token.trim().as_bytes());
    }
    let basic = given.strip_prefix("Basic ").and_then(|text| BASE64_STANDARD.decode(text.trim()).ok());
    basic.is_some_and(|pair| same(pair.split(|b| *b == b':').next().unwrap_or_default()))
}

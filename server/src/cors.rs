//! Scripts of other sites, where the operator allows them: at the HTTP APIs only, and never with cookies, which open no API
//! anyway.

use axum::http::{HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::CorsLayer;

/// What a script may send beside what any form could: how each surface's callers say who they are.
const SENT: [HeaderName; 9] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("recaptcha-token-v3"),
    HeaderName::from_static("apikey"),
    HeaderName::from_static("signature"),
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-api-secret"),
    HeaderName::from_static("x-auth-token"),
];
/// What a script may read of an answer.
const SEEN: [HeaderName; 3] = [header::ETAG, header::RETRY_AFTER, HeaderName::from_static("x-request-id")];
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
/// A browser asks again after this.
const KEPT: Duration = Duration::from_secs(600);

/// Lets scripts of these sites in; none where no site is named.
pub(crate) fn layer(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let layer = || {
        CorsLayer::new()
            .allow_origin(origins.clone())
            .allow_methods(METHODS)
            .allow_headers(SENT)
            .expose_headers(SEEN)
            .max_age(KEPT)
    };
    (!origins.is_empty()).then(layer)
}

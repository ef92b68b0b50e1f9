//! CORS for the origins that the operator allows: for the HTTP APIs only, and never with cookies, which give
//! no access to an API anyway.

use axum::http::{HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::CorsLayer;

/// Request headers that scripts may send in addition to the safelisted ones: the credentials of each surface.
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
/// Response headers that scripts may read.
const SEEN: [HeaderName; 3] = [header::ETAG, header::RETRY_AFTER, HeaderName::from_static("x-request-id")];
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
/// How long browsers cache a preflight response.
const KEPT: Duration = Duration::from_secs(600);

/// The CORS layer for these origins; `None` if no origin is configured.
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

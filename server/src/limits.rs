//! Limits on the size and duration of requests.

use crate::rest::{error_response::error_response, surface::Surface, surface_error::SurfaceError};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use http_body_util::{BodyExt as _, Limited};
use std::time::Duration;

/// The largest body, in bytes. Legitimate requests are far smaller.
pub(crate) const LARGEST: usize = 64 * 1024;
/// A rejected body up to this size is read to its end: if the connection closes while the caller is still
/// writing, it may not see the response.
const SWALLOWED: usize = 1024 * 1024;
/// The longest duration of a request. Work that it began at the exchange continues, because it is recorded in
/// the database.
const LONGEST: Duration = Duration::from_secs(30);

/// Rejects bodies whose declared length is too large, and cuts off those that turn out to be.
pub(crate) async fn body(request: Request, next: Next) -> Response {
    if let Some(length) = length(request.headers()).filter(|length| *length > LARGEST) {
        let surface = Surface::of(request.uri().path());
        if length <= SWALLOWED {
            swallow(request.into_body()).await;
        }
        return error_response(surface, SurfaceError::TooLarge);
    }
    next.run(request.map(|body| Body::new(Limited::new(body, LARGEST)))).await
}

async fn swallow(body: Body) {
    let mut body = Limited::new(body, SWALLOWED);
    while let Some(Ok(_)) = body.frame().await {}
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Times out requests that take too long.
pub(crate) async fn time(request: Request, next: Next) -> Response {
    let surface = Surface::of(request.uri().path());
    match tokio::time::timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => error_response(surface, SurfaceError::TookTooLong),
    }
}

//! How large a request may be and how long it may take.

use crate::rest::surface::{Surface, Trouble};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use http_body_util::{BodyExt as _, Limited};
use std::time::Duration;

/// The largest body. Nothing that people or programs send us is near it.
pub(crate) const LARGEST: usize = 64 * 1024;
/// A body that is refused and no larger than this is read to its end: a connection that is closed while the caller still
/// writes may cost them the answer.
const SWALLOWED: usize = 1024 * 1024;
/// The longest that a request may take. What it began with an exchange goes on: it is in the database.
const LONGEST: Duration = Duration::from_secs(30);

/// Refuses bodies that say they are too large, and cuts off those that turn out to be.
pub(crate) async fn body(request: Request, next: Next) -> Response {
    if let Some(length) = length(request.headers()).filter(|length| *length > LARGEST) {
        let surface = Surface::of(request.uri().path());
        if length <= SWALLOWED {
            swallow(request.into_body()).await;
        }
        return surface.tell(Trouble::TooLarge);
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

/// Gives up on a request that takes too long.
pub(crate) async fn time(request: Request, next: Next) -> Response {
    let surface = Surface::of(request.uri().path());
    match tokio::time::timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => surface.tell(Trouble::TookTooLong),
    }
}

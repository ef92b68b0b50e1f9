//! How many requests are heard (`service::pace`): from one address before anything else is looked at, of one person once
//! it is known who asks. Files, `/healthz`, `/metrics`, the stream and the sandbox are free of it.

use crate::{guard, pages, proxy, rest::surface::Surface};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::Response,
};
use service::{Error, SharedDesk, pace};

/// Stands before the routes for programs.
pub(crate) async fn programs(State(desk): State<SharedDesk>, request: Request, next: Next) -> Response {
    match pace::address(&desk, proxy::address(request.extensions(), request.headers())) {
        Ok(()) => next.run(request).await,
        Err(error) => Surface::of(request.uri().path()).tell(error.into()),
    }
}

/// Stands before pages and forms.
pub(crate) async fn people(State(desk): State<SharedDesk>, request: Request, next: Next) -> Response {
    match pace::address(&desk, proxy::address(request.extensions(), request.headers())) {
        Ok(()) => next.run(request).await,
        Err(error) => tell_person(&request, &error),
    }
}

/// Tells a browser, or its script, to wait.
pub(crate) fn tell_person(request: &Request, error: &Error) -> Response {
    let mut response = if guard::is_script(request.method(), request.headers()) {
        guard::tell_script(StatusCode::TOO_MANY_REQUESTS, "too-many")
    } else {
        pages::too_many()
    };
    if let Error::TooMany { retry_after_s } = error {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*retry_after_s));
    }
    response
}

//! Rate limits (`service::platform::pace`): per address before anything else is checked, per user once the caller is
//! known. Static files, `/healthz`, `/metrics`, the event stream and the sandbox are exempt.

use crate::{
    pages, proxy,
    rest::{error_response::error_response, surface::Surface},
    script::{is_script, script_rejection},
};
use app::notice::RequestError;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::Response,
};
use service::{Error, SharedDesk, platform::pace};

/// Middleware for the API routes.
pub(crate) async fn limit_api(State(desk): State<SharedDesk>, request: Request, next: Next) -> Response {
    match pace::count_address_request(&desk, proxy::address(request.extensions(), request.headers())) {
        Ok(()) => next.run(request).await,
        Err(error) => error_response(Surface::of(request.uri().path()), error.into()),
    }
}

/// Middleware for pages and forms.
pub(crate) async fn limit_pages(State(desk): State<SharedDesk>, request: Request, next: Next) -> Response {
    match pace::count_address_request(&desk, proxy::address(request.extensions(), request.headers())) {
        Ok(()) => next.run(request).await,
        Err(error) => too_many_requests(&request, &error),
    }
}

/// The 429 response for a browser or its script.
pub(crate) fn too_many_requests(request: &Request, error: &Error) -> Response {
    let mut response = if is_script(request.method(), request.headers()) {
        script_rejection(StatusCode::TOO_MANY_REQUESTS, RequestError::TooMany)
    } else {
        pages::too_many()
    };
    if let Error::TooMany { retry_after_s } = error {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*retry_after_s));
    }
    response
}

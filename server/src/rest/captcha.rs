//! The seed's reCAPTCHA: POST, PUT and DELETE of `/v1` come with a token in their header, where one is configured. The
//! browser's own forms are guarded otherwise (`router::people`), and hooks are machines.

use super::mudawyl::error::Failure;
use crate::proxy;
use axum::{
    extract::Request,
    http::Method,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use service::{SharedDesk, recaptcha};

/// Where the token comes.
pub(crate) const HEADER: &str = "recaptcha-token-v3";

/// Whether requests at this path come with a token.
pub(crate) fn guards(path: &str) -> bool {
    path.starts_with("/v1/priv/") || path.starts_with("/v1/auth/")
}

/// Stands behind the check of who asks.
pub(crate) async fn check(desk: SharedDesk, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let token = super::client::only(request.headers(), HEADER).map(str::to_owned);
    let origin = proxy::origin(request.extensions(), request.headers());
    match recaptcha::check(&desk, token.as_deref(), &origin).await {
        Ok(()) => next.run(request).await,
        Err(error) => Failure::Service(error).into_response(),
    }
}

//! reCAPTCHA as the Mudawyl document describes it: if configured, POST, PUT and DELETE of `/v1` require a
//! token in a header. Browser forms are protected separately (`router::page_routes`), and webhooks are called by
//! machines.

use super::{auth::Trader, mudawyl::error::MudawylFailure};
use crate::proxy;
use axum::{
    extract::Request,
    http::Method,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use service::{
    Error, SharedDesk,
    identity::recaptcha,
    platform::rejection::{self, Rejection},
};

/// The header of the token.
pub(crate) const HEADER: &str = "recaptcha-token-v3";

/// Whether requests to this path require a token.
pub(crate) fn guards(path: &str) -> bool {
    path.starts_with("/v1/priv/") || path.starts_with("/v1/auth/")
}

/// Middleware that runs after authentication.
pub(crate) async fn check(desk: SharedDesk, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let token = super::client::only(request.headers(), HEADER).map(str::to_owned);
    let origin = proxy::origin(request.extensions(), request.headers());
    match recaptcha::check(&desk, token.as_deref(), &origin).await {
        Ok(()) => next.run(request).await,
        Err(error) => {
            if matches!(error, Error::Forbidden) {
                let user = request.extensions().get::<Trader>().map(|Trader(actor)| actor.user);
                rejection::note(&desk, Rejection::Forbidden, user, &origin);
            }
            MudawylFailure::Service(error).into_response()
        }
    }
}

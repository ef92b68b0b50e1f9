//! The routes of Stripe's protocol, the pages and the control API.

use crate::{
    page,
    protocol::{answer, control},
    shared::CheckoutState,
};
use axum::{
    Router,
    routing::{any, get, post},
};
use std::sync::Arc;

/// The router of all paths.
pub(crate) fn router(shared: &Arc<CheckoutState>) -> Router {
    Router::new()
        .route("/v1/{*path}", any(answer::answer))
        .route("/pay/{id}", get(page::show).post(page::pay))
        .route("/invoice/{id}", get(page::invoice).post(page::pay_invoice))
        .route("/style.css", get(page::style))
        .route("/control/clock", post(control::clock))
        .with_state(Arc::clone(shared))
}

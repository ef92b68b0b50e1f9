//! The admins' API (`/v1/admin`): strategies, their webhooks and signals, the resulting copies, and
//! maintenance mode. It is our own, not part of the Mudawyl document, but follows that surface's request and
//! error formats.

mod bodies;
mod maintenance;
mod plan;
mod present;
mod signal;
mod source;
mod strategy;

use crate::api_router::ApiRouter;
use domain::Role;
use utoipa_axum::routes;

/// Registers the routes of this surface.
#[must_use]
pub fn register(routes: ApiRouter) -> ApiRouter {
    routes
        .route(Role::Admin, routes!(maintenance::get_maintenance, maintenance::set_maintenance))
        .route(Role::Admin, routes!(strategy::list_strategies, strategy::create_strategy))
        .route(Role::Admin, routes!(strategy::get_strategy, strategy::update_strategy))
        .route(Role::Admin, routes!(strategy::rotate_hook, strategy::remove_hook))
        .route(Role::Admin, routes!(plan::assign_plan))
        .route(Role::Admin, routes!(source::list_requests))
        .route(Role::Admin, routes!(source::decide_source))
        .route(Role::Admin, routes!(signal::send_signal))
        .route(Role::Admin, routes!(signal::preview_signal))
        .route(Role::Admin, routes!(signal::list_signals))
        .route(Role::Admin, routes!(signal::get_signal))
        .route(Role::Admin, routes!(signal::list_copies))
        .route(Role::Admin, routes!(signal::get_pause, signal::set_pause))
}

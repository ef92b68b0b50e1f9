//! The operators' API (`/v1/admin`): strategies, their webhooks and signals, the resulting copies, and
//! maintenance mode. It is our own, not part of the Mudawyl document, but follows that surface's request and
//! error formats.

mod bodies;
mod maintenance;
mod plan;
mod present;
mod signal;
mod strategy;

use crate::api_router::Doors;
use domain::Role;
use utoipa_axum::routes;

/// Registers the routes of this surface.
#[must_use]
pub fn open(doors: Doors) -> Doors {
    doors
        .route(Role::Admin, routes!(maintenance::show, maintenance::set))
        .route(Role::Admin, routes!(strategy::list, strategy::create))
        .route(Role::Admin, routes!(strategy::show, strategy::update))
        .route(Role::Admin, routes!(strategy::rotate_hook, strategy::remove_hook))
        .route(Role::Admin, routes!(plan::assign))
        .route(Role::Admin, routes!(signal::send))
        .route(Role::Admin, routes!(signal::list))
        .route(Role::Admin, routes!(signal::show))
        .route(Role::Admin, routes!(signal::copies))
        .route(Role::Admin, routes!(signal::paused, signal::pause))
}

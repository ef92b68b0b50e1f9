//! The operator's own operations (`/v1/admin`): strategies, their hooks and signals, what becomes of
//! those, and the switch that closes the desk. Ours, not
//! the Mudawyl document's; it keeps that surface's ways of asking and refusing.

mod bodies;
mod maintenance;
mod plan;
mod present;
mod signal;
mod strategy;

use crate::doors::Doors;
use domain::Role;
use utoipa_axum::routes;

/// Opens the doors of this surface.
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

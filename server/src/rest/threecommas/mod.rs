//! The 3Commas account API (`/ver1`, and the same under `/public/api/ver1`).

mod accounts;
mod bodies;
pub(crate) mod error;
pub(crate) mod guard;
mod market;
mod params;
mod present;

use super::surface::Surface;
use crate::api_router::{ApiRouter, describing};
use domain::{Permission, Role};
use utoipa_axum::routes;

/// Registers the routes of this surface.
#[must_use]
pub fn register(routes: ApiRouter) -> ApiRouter {
    let (read, write) = (Some(Permission::AccountsRead), Some(Permission::AccountsWrite));
    routes
        .route(Role::Anyone, routes!(accounts::market_list))
        .program(
            Surface::ThreeCommas,
            None,
            describing::<error::ThreeCommasError>(routes!(accounts::validate)),
        )
        .program(Surface::ThreeCommas, write, routes!(accounts::create))
        .program(Surface::ThreeCommas, read, routes!(accounts::list))
        .program(Surface::ThreeCommas, write, routes!(accounts::update))
        .program(Surface::ThreeCommas, read, routes!(accounts::get_account))
        .program(Surface::ThreeCommas, write, routes!(accounts::rename))
        .program(Surface::ThreeCommas, read, routes!(accounts::load_balances))
        .program(Surface::ThreeCommas, write, routes!(accounts::remove))
        .program(Surface::ThreeCommas, read, routes!(accounts::pie_chart_data))
        .program(Surface::ThreeCommas, read, routes!(accounts::account_table_data))
}

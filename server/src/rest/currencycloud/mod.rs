//! The Currencycloud account API (`/v2`).

mod accounts;
mod authenticate;
pub(crate) mod error;
#[allow(unused_qualifications, reason = "IntoParams writes out the path of its own trait")]
mod find;
pub(crate) mod guard;
mod present;
mod table;

use super::surface::Surface;
use crate::api_router::{ApiRouter, describing};
use domain::{Permission, Role};
use utoipa_axum::routes;

/// Registers the routes of this surface.
#[must_use]
pub fn register(routes: ApiRouter) -> ApiRouter {
    let (read, write) = (Some(Permission::AccountsRead), Some(Permission::AccountsWrite));
    routes
        .route(Role::Anyone, routes!(authenticate::sign_in))
        .program(
            Surface::Currencycloud,
            None,
            describing::<error::CurrencycloudError>(routes!(authenticate::sign_out)),
        )
        .program(Surface::Currencycloud, write, routes!(accounts::create))
        .program(Surface::Currencycloud, read, routes!(find::by_query))
        .program(Surface::Currencycloud, read, routes!(find::by_form))
        .program(Surface::Currencycloud, read, routes!(accounts::current))
        .program(Surface::Currencycloud, read, routes!(accounts::get_account))
        .program(Surface::Currencycloud, write, routes!(accounts::update))
}

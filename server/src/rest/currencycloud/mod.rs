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
use crate::api_router::{Doors, describing};
use axum::Json;
use domain::{Permission, Role};
use utoipa_axum::routes;

type Answer<T> = Result<Json<T>, error::Failure>;

/// Registers the routes of this surface.
#[must_use]
pub fn open(doors: Doors) -> Doors {
    let (read, write) = (Some(Permission::AccountsRead), Some(Permission::AccountsWrite));
    doors
        .route(Role::Anyone, routes!(authenticate::sign_in))
        .program(Surface::Currencycloud, None, describing::<error::Told>(routes!(authenticate::sign_out)))
        .program(Surface::Currencycloud, write, routes!(accounts::create))
        .program(Surface::Currencycloud, read, routes!(find::by_query))
        .program(Surface::Currencycloud, read, routes!(find::by_form))
        .program(Surface::Currencycloud, read, routes!(accounts::current))
        .program(Surface::Currencycloud, read, routes!(accounts::show))
        .program(Surface::Currencycloud, write, routes!(accounts::update))
}

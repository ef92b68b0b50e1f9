//! The admission of API clients to the routes of a surface.

use super::{
    client::Caller, currencycloud::guard as currencycloud, error_response::error_response,
    lumetrade::guard as lumetrade, surface::Surface, surface_error::SurfaceError,
    threecommas::guard as threecommas,
};
use axum::{extract::Request, middleware::Next, response::Response};
use domain::Permission;
use service::{Error, SharedDesk, platform::pace};

/// Middleware of a surface's routes for API clients; without a permission, every client may call them.
pub(crate) async fn check(
    desk: SharedDesk,
    surface: Surface,
    permission: Option<Permission>,
    request: Request,
    next: Next,
) -> Response {
    let admitted = match surface {
        Surface::ThreeCommas => threecommas::admit(&desk, permission, request).await,
        Surface::Lumetrade => lumetrade::admit(&desk, permission, request).await,
        Surface::Currencycloud => currencycloud::admit(&desk, permission, request).await,
        Surface::Mudawyl => Err(error_response(surface, SurfaceError::Service(Error::Unauthenticated))),
    };
    let request = match admitted {
        Ok(request) => request,
        Err(response) => return response,
    };
    let counted =
        request.extensions().get::<Caller>().map(|Caller(p)| pace::count_user_request(&desk, p.actor.user));
    match counted {
        Some(Err(error)) => error_response(surface, error.into()),
        _ => next.run(request).await,
    }
}

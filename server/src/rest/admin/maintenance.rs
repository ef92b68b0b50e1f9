//! The maintenance mode switch.

use super::{bodies::MaintenanceBody, present::Maintenance};
use crate::rest::{
    auth::Trader,
    mudawyl::{
        error::{MudawylFailure, PrivateErrors},
        present::Iso,
        raw_request::{FieldLocation, RawRequest},
        validate::{Check, flag, text},
    },
};
use axum::{Json, extract::State};
use service::{SharedDesk, identity::maintenance};

type HandlerResult = Result<Json<Maintenance>, MudawylFailure>;

/// Get Maintenance Mode
#[utoipa::path(
    get,
    path = "/v1/admin/maintenance",
    operation_id = "adminGetMaintenance",
    tag = "Admin",
    responses((status = 200, body = Maintenance), PrivateErrors)
)]
pub(super) async fn get_maintenance(State(desk): State<SharedDesk>, _: Trader) -> HandlerResult {
    seen(&desk).await
}

/// Set Maintenance Mode
///
/// While maintenance mode is on, API requests are answered with 503 and only admins can sign in. Open positions stay
/// protected, and signals are still copied.
#[utoipa::path(
    put,
    path = "/v1/admin/maintenance",
    operation_id = "adminSetMaintenance",
    tag = "Admin",
    request_body = MaintenanceBody,
    responses((status = 200, body = Maintenance), PrivateErrors)
)]
pub(super) async fn set_maintenance(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult {
    let mut check = Check::new(&request, FieldLocation::Body);
    let on = check.required("on", flag);
    let message = check.optional("message", text(|words| Ok(words.to_owned())));
    let on = check.finish(on)?;
    let message = message.unwrap_or_default();
    let done = maintenance::switch(&desk, &actor, on, &message).await;
    done.map_err(|error| request.refuse(error))?;
    seen(&desk).await
}

async fn seen(desk: &SharedDesk) -> HandlerResult {
    let closed = maintenance::closed(desk).await?;
    Ok(Json(match closed {
        Some(closed) => Maintenance { on: true, since: Some(Iso(closed.since)), message: closed.message },
        None => Maintenance { on: false, since: None, message: None },
    }))
}

//! The maintenance mode switch.

use super::{bodies::MaintenanceBody, present::Maintenance};
use crate::rest::{
    auth::Trader,
    mudawyl::{
        asked::{Asked, Place},
        error::{Failure, PrivateErrors},
        present::Iso,
        validate::{Check, flag, text},
    },
};
use axum::{Json, extract::State};
use service::{SharedDesk, maintenance};

type Answer = Result<Json<Maintenance>, Failure>;

/// Get whether the desk is closed
#[utoipa::path(
    get,
    path = "/v1/admin/maintenance",
    operation_id = "adminGetMaintenance",
    tag = "Admin",
    responses((status = 200, body = Maintenance), PrivateErrors)
)]
pub(super) async fn show(State(desk): State<SharedDesk>, _: Trader) -> Answer {
    seen(&desk).await
}

/// Close the desk, or open it
///
/// While it is closed programs are answered 503 and people see a page that says so; an admin may sign in and open it again.
/// What protects positions goes on, and so do copies of signals.
#[utoipa::path(
    put,
    path = "/v1/admin/maintenance",
    operation_id = "adminSetMaintenance",
    tag = "Admin",
    request_body = MaintenanceBody,
    responses((status = 200, body = Maintenance), PrivateErrors)
)]
pub(super) async fn set(State(desk): State<SharedDesk>, Trader(actor): Trader, asked: Asked) -> Answer {
    let mut check = Check::new(&asked, Place::Body);
    let on = check.required("on", flag);
    let message = check.optional("message", text(|words| Ok(words.to_owned())));
    let on = check.finish(on)?;
    let message = message.unwrap_or_default();
    let done = maintenance::switch(&desk, &actor, on, &message).await;
    done.map_err(|error| asked.refuse(error))?;
    seen(&desk).await
}

async fn seen(desk: &SharedDesk) -> Answer {
    let closed = maintenance::closed(desk).await?;
    Ok(Json(match closed {
        Some(closed) => Maintenance { on: true, since: Some(Iso(closed.since)), message: closed.message },
        None => Maintenance { on: false, since: None, message: None },
    }))
}

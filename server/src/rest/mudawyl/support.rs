//! Support requests. Not part of the original document, which has a heading without a body.

use super::{
    bodies::SupportBody,
    error::{HandlerResult, PrivateErrors},
    present::Iso,
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, text},
};
use crate::{proxy::ClientOrigin, rest::auth::Trader};
use axum::{Json, extract::State};
use domain::support;
use serde::Serialize;
use service::SharedDesk;
use utoipa::ToSchema;

/// A support request.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SupportTicket {
    /// Ticket id.
    id: String,
    /// Subject.
    #[schema(example = "My key was disabled")]
    subject: String,
    /// Message.
    message: String,
    /// OPEN or CLOSED.
    #[schema(example = "OPEN")]
    status: &'static str,
    /// Creation time.
    created_at: Iso,
}

/// Contact Support
///
/// Stores a support request and e-mails it to the admins, who reply by e-mail. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/support",
    operation_id = "contactSupport",
    tag = "Contact Support",
    request_body = SupportBody,
    responses((status = 200, body = SupportTicket), PrivateErrors)
)]
pub(super) async fn contact_support(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> HandlerResult<SupportTicket> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let subject = check.required("subject", text(support::subject));
    let message = check.required("message", text(support::message));
    let (subject, message) = check.finish(subject.zip(message))?;
    let ticket = service::messaging::support::send_request(&desk, &actor, &origin, &subject, &message).await;
    let ticket = ticket.map_err(|error| request.refuse(error))?;
    Ok(Json(SupportTicket {
        id: ticket.id.to_string(),
        status: ticket.status(),
        subject: ticket.subject,
        message: ticket.message,
        created_at: Iso(ticket.created_at),
    }))
}

//! The payment provider's webhook (`POST /v1/hook/stripe`). The signature is the caller's only credential.

use crate::rest::mudawyl::error::{Message, MudawylFailure};
use axum::{Json, body::Bytes, extract::State, http::HeaderMap};
use serde::Serialize;
use service::{
    SharedDesk,
    money::billing::{self, WebhookOutcome},
};
use utoipa::ToSchema;

/// The result of an event.
#[derive(Serialize, ToSchema)]
#[schema(as = StripeHeard)]
pub(crate) struct Received {
    /// Whether the event was received; it need not be sent again.
    received: bool,
    /// Whether the event was a duplicate and was ignored.
    repeated: bool,
}

/// Receive Stripe Event
///
/// Receives events from the payment provider. `Stripe-Signature` is verified over the raw body.
#[utoipa::path(
    post,
    path = "/v1/hook/stripe",
    operation_id = "tellPaymentEvent",
    tag = "Webhooks",
    params(("Stripe-Signature" = Option<String>, Header, description = "Signature, `t=…,v1=…`; at most 300 seconds old.")),
    request_body(content = String, content_type = "application/json"),
    responses(
        (status = 200, body = Received),
        (status = 403, body = Message, description = "The signature is invalid or too old."),
        (status = 404, body = Message, description = "Payments are not configured."),
    )
)]
pub(crate) async fn receive_webhook(
    State(desk): State<SharedDesk>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Received>, MudawylFailure> {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let received = billing::receive_webhook(&desk, signature, &body).await?;
    Ok(Json(Received { received: true, repeated: received == WebhookOutcome::Repeated }))
}

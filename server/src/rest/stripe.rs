//! The payment provider's webhook (`POST /v1/hook/stripe`). The signature is the caller's only credential.

use crate::rest::mudawyl::error::{Failure, Message};
use axum::{Json, body::Bytes, extract::State, http::HeaderMap};
use serde::Serialize;
use service::{
    SharedDesk,
    billing::{self, Heard},
};
use utoipa::ToSchema;

/// The result of a message.
#[derive(Serialize, ToSchema)]
#[schema(as = StripeHeard)]
pub(crate) struct Received {
    /// Whether the message was accepted and need not be sent again.
    received: bool,
    /// Whether the message had already been processed.
    repeated: bool,
}

/// Tell a Payment Event
///
/// For the payment provider. The body is read as it came: `Stripe-Signature` is over its bytes.
#[utoipa::path(
    post,
    path = "/v1/hook/stripe",
    operation_id = "tellPaymentEvent",
    tag = "Hook",
    params(("Stripe-Signature" = Option<String>, Header, description = "t=…,v1=…; at most 300 seconds old.")),
    request_body(content = String, content_type = "application/json"),
    responses(
        (status = 200, body = Received),
        (status = 403, body = Message, description = "Not signed by the payment provider, or old."),
        (status = 404, body = Message, description = "Plans are not for sale here."),
    )
)]
pub(crate) async fn hear(
    State(desk): State<SharedDesk>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Received>, Failure> {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let heard = billing::hear(&desk, signature, &body).await?;
    Ok(Json(Received { received: true, repeated: heard == Heard::Before }))
}

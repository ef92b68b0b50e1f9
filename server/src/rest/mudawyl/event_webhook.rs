//! Event webhooks and the event stream. Not in the original document.

mod shapes;

use super::{
    error::{EmptyResult, HandlerResult, MudawylFailure, StepUpDue},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, flag, id, text},
};
use crate::{
    events::{
        Streams,
        programs::{self, ProgramVisit},
    },
    proxy::ClientOrigin,
    rest::auth::{Trader, bearer},
};
use axum::{
    Extension, Json,
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode, header::UPGRADE},
    response::{IntoResponse as _, Response},
};
use domain::{EventDeliveryId, EventWebhookId, money, validation::Problem};
use serde_json::Value;
use service::{
    SharedDesk,
    identity::event_webhook::{self, MadeWebhook, NewWebhook, WebhookChange},
    trading::live,
};
use shapes::{
    DeliveryItem, DeliveryItems, EventItems, QueuedTest, ResendBody, WebhookBody, WebhookChangeBody,
    WebhookItem, WebhookItems, WebhookSecret,
};

/// List Event Webhooks
///
/// Returns the user's event webhooks, without their secrets. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/webhook",
    operation_id = "listEventWebhooks",
    tag = "Event",
    responses((status = 200, body = WebhookItems))
)]
pub(super) async fn list_webhooks(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<WebhookItems> {
    let all = event_webhook::list(&desk, &actor).await?;
    Ok(Json(WebhookItems { items: all.into_iter().map(WebhookItem::from).collect() }))
}

/// Create Event Webhook
///
/// Creates an event webhook: an https address of the user's own program that receives their events from now on, signed as
/// in Standard Webhooks. The secret is shown only in this response. At most 5 per user. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/webhook",
    operation_id = "createEventWebhook",
    tag = "Event",
    request_body = WebhookBody,
    responses((status = 200, body = WebhookSecret), StepUpDue)
)]
pub(super) async fn create_webhook(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> HandlerResult<WebhookSecret> {
    let made = event_webhook::create(&desk, &actor, &origin, new_webhook(&request)?).await;
    Ok(Json(secret(made.map_err(|error| request.refuse(error))?)))
}

/// Get Event Webhook
///
/// Returns one event webhook, without its secret. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/webhook/{id}",
    operation_id = "getEventWebhook",
    tag = "Event",
    params(("id" = String, Path, description = "EVENT_WEBHOOK_ID", format = Uuid)),
    responses((status = 200, body = WebhookItem))
)]
pub(super) async fn get_webhook(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<WebhookItem> {
    let webhook = event_webhook::get(&desk, &actor, only_id(&request)?).await?;
    Ok(Json(WebhookItem::from(webhook)))
}

/// Change Event Webhook
///
/// Changes an event webhook, enables or disables it. Another address needs a recent password. Not in the original document.
#[utoipa::path(
    put,
    path = "/v1/priv/webhook/{id}",
    operation_id = "changeEventWebhook",
    tag = "Event",
    params(("id" = String, Path, description = "EVENT_WEBHOOK_ID", format = Uuid)),
    request_body = WebhookChangeBody,
    responses((status = 200, body = WebhookItem), StepUpDue)
)]
pub(super) async fn change_webhook(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> HandlerResult<WebhookItem> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let id = check.path_id();
    let change = WebhookChange {
        name: check.optional("name", text(|name| Ok(name.to_owned()))),
        url: check.optional("url", text(|url| Ok(url.to_owned()))),
        topics: check.optional("topics", topics),
        active: check.optional("active", flag),
    };
    let id = check.finish(id)?;
    let changed = event_webhook::change(&desk, &actor, &origin, id, change).await;
    Ok(Json(WebhookItem::from(changed.map_err(|error| request.refuse(error))?)))
}

/// Remove Event Webhook
///
/// Removes an event webhook with its log. Not in the original document.
#[utoipa::path(
    delete,
    path = "/v1/priv/webhook/{id}",
    operation_id = "removeEventWebhook",
    tag = "Event",
    params(("id" = String, Path, description = "EVENT_WEBHOOK_ID", format = Uuid)),
    responses((status = 204, description = "The event webhook was removed."), StepUpDue)
)]
pub(super) async fn remove_webhook(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> EmptyResult {
    event_webhook::remove(&desk, &actor, &origin, only_id(&request)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rotate Event Webhook Secret
///
/// Gives an event webhook a new secret, which is shown only in this response. For 24 hours events are signed with both.
/// Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/webhook/{id}/secret",
    operation_id = "rotateEventWebhookSecret",
    tag = "Event",
    params(("id" = String, Path, description = "EVENT_WEBHOOK_ID", format = Uuid)),
    responses((status = 200, body = WebhookSecret), StepUpDue)
)]
pub(super) async fn rotate_secret(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> HandlerResult<WebhookSecret> {
    let made = event_webhook::rotate_secret(&desk, &actor, &origin, only_id(&request)?).await?;
    Ok(Json(secret(made)))
}

/// List Event Deliveries
///
/// Returns the newest deliveries of an event webhook with their answers. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/webhook/{id}/delivery",
    operation_id = "listEventDeliveries",
    tag = "Event",
    params(("id" = String, Path, description = "EVENT_WEBHOOK_ID", format = Uuid)),
    responses((status = 200, body = DeliveryItems))
)]
pub(super) async fn list_deliveries(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<DeliveryItems> {
    let all = event_webhook::list_deliveries(&desk, &actor, only_id(&request)?).await?;
    Ok(Json(DeliveryItems { items: all.into_iter().map(DeliveryItem::from).collect() }))
}

/// Test Event Webhook
///
/// Queues a `webhook.test` event, which is sent within seconds. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/webhook/{id}/test",
    operation_id = "testEventWebhook",
    tag = "Event",
    params(("id" = String, Path, description = "EVENT_WEBHOOK_ID", format = Uuid)),
    responses((status = 200, body = QueuedTest))
)]
pub(super) async fn test_webhook(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<QueuedTest> {
    let queued = event_webhook::send_test(&desk, &actor, only_id(&request)?).await;
    let delivery = queued.map_err(|error| request.refuse(error))?;
    Ok(Json(QueuedTest { delivery_id: delivery.0 }))
}

/// Send Event Again
///
/// Queues a delivery that was delivered or has failed again, under the same `webhook-id`. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/webhook/{id}/resend",
    operation_id = "resendEvent",
    tag = "Event",
    params(("id" = String, Path, description = "EVENT_WEBHOOK_ID", format = Uuid)),
    request_body = ResendBody,
    responses((status = 204, description = "The delivery was queued."))
)]
pub(super) async fn resend_event(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    let mut check = Check::new(&request, FieldLocation::Body);
    let webhook = check.path_id();
    let delivery = check.required("deliveryId", id::<EventDeliveryId>(Problem::NotUuid));
    let (webhook, delivery) = check.finish(webhook.zip(delivery))?;
    let queued = event_webhook::resend(&desk, &actor, webhook, delivery).await;
    queued.map_err(|error| request.refuse(error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// List Or Stream Events
///
/// Returns the user's events after a number, oldest first. As a WebSocket handshake it opens a stream of them instead: JSON
/// text messages, of which the first has the number from which the stream continues. The stream ends with the access
/// token. Events are kept for 7 days. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/events",
    operation_id = "listEvents",
    tag = "Event",
    params(("after" = Option<i64>, Query, description = "The number of the last event that the program has. Without it, a list begins with the oldest event and a stream with the next one.", minimum = 0)),
    responses((status = 200, body = EventItems))
)]
pub(super) async fn list_events(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    Extension(streams): Extension<Streams>,
    ClientOrigin(origin): ClientOrigin,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: RawRequest,
) -> Result<Response, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Query);
    let after = check.optional("after", event_number);
    let after = check.finish(Some(after))?;
    match (upgrade, bearer(&headers)) {
        (Ok(upgrade), Some(jwt)) => {
            let visit = ProgramVisit { actor, jwt: jwt.to_owned(), address: origin.address, after };
            Ok(programs::open(&streams, upgrade, visit).await?)
        }
        _ if headers.contains_key(UPGRADE) => Err(MudawylFailure::BadRequest("not a WebSocket handshake")),
        _ => {
            let items = live::list_events(&desk.trading(), &actor, after.unwrap_or(0)).await?;
            Ok(Json(EventItems { items }).into_response())
        }
    }
}

/// Parses a new webhook. The use case checks its address.
///
/// # Errors
/// 422 with the problems of the fields.
pub fn new_webhook(request: &RawRequest) -> Result<NewWebhook, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let name = check.required("name", text(|name| Ok(name.to_owned())));
    let url = check.required("url", text(|url| Ok(url.to_owned())));
    let topics = check.required("topics", topics);
    let new = || Some(NewWebhook { name: name?, url: url?, topics: topics? });
    check.finish(new())
}

/// Parses the number of an event.
fn event_number(value: &Value) -> Result<i64, Problem> {
    let number = value.as_str().map(money::parse).and_then(Result::ok).filter(|number| number.is_integer());
    let number = number.and_then(|number| i64::try_from(number).ok());
    number.filter(|number| *number >= 0).ok_or(Problem::NotNumber)
}

fn only_id(request: &RawRequest) -> Result<EventWebhookId, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Params);
    let id = check.path_id();
    check.finish(id)
}

fn topics(value: &Value) -> Result<Vec<String>, Problem> {
    let items = value.as_array().ok_or(Problem::NotTopic)?;
    let words = items.iter().map(|item| item.as_str().map(str::to_owned));
    words.collect::<Option<_>>().ok_or(Problem::NotTopic)
}

fn secret(made: MadeWebhook) -> WebhookSecret {
    WebhookSecret { id: made.webhook.id.0, secret: made.secret.to_string() }
}

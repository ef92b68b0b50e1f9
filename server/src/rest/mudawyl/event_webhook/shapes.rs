//! The bodies of requests and responses about event webhooks and the event stream.

use crate::rest::{mudawyl::present::Iso, words};
use domain::event_webhook::{EventBody, EventDelivery, EventWebhook};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An event webhook.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventWebhook)]
pub(in crate::rest) struct WebhookItem {
    /// EVENT_WEBHOOK_ID.
    id: Uuid,
    /// Name.
    #[schema(example = "Journal")]
    name: String,
    /// The address that receives the events.
    #[schema(example = "https://hooks.example.com/slipstream")]
    url: String,
    /// The topics that it receives.
    #[schema(value_type = Vec<words::EventTopic>)]
    topics: Vec<&'static str>,
    /// Whether it receives events.
    active: bool,
    /// Why it receives none: OWNER or FAILING.
    #[schema(value_type = Option<words::WebhookDisabled>)]
    disabled: Option<&'static str>,
    /// Since when its deliveries fail.
    failing_since: Option<Iso>,
    /// Until when the previous secret signs too.
    previous_secret_until: Option<Iso>,
    /// Creation time.
    created_at: Iso,
}

impl From<EventWebhook> for WebhookItem {
    fn from(webhook: EventWebhook) -> Self {
        Self {
            id: webhook.id.0,
            name: webhook.name,
            url: webhook.url,
            topics: webhook.topics.into_iter().map(|topic| topic.word()).collect(),
            active: webhook.disabled.is_none(),
            disabled: webhook.disabled.map(|why| why.word()),
            failing_since: webhook.failing_since.map(Iso),
            previous_secret_until: webhook.previous_until.map(Iso),
            created_at: Iso(webhook.created_at),
        }
    }
}

/// The user's event webhooks.
#[derive(Serialize, ToSchema)]
#[schema(as = EventWebhooks)]
pub(in crate::rest) struct WebhookItems {
    /// Oldest first.
    pub(super) items: Vec<WebhookItem>,
}

/// A webhook with its secret, which is shown only once.
#[derive(Serialize, ToSchema)]
#[schema(as = EventWebhookSecret)]
pub(in crate::rest) struct WebhookSecret {
    /// EVENT_WEBHOOK_ID.
    pub(super) id: Uuid,
    /// The secret that signs its events, as in Standard Webhooks.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")]
    pub(super) secret: String,
}

/// A new event webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = EventWebhookBody, example = json!({"name": "Journal", "url": "https://hooks.example.com/slipstream", "topics": ["fill", "trade"]}))]
pub(in crate::rest) struct WebhookBody {
    /// Name, 1 to 24 characters.
    #[schema(example = "Journal", min_length = 1, max_length = 24)]
    name: String,
    /// An https address whose host has only public IP addresses; at most 500 characters.
    #[schema(example = "https://hooks.example.com/slipstream", max_length = 500)]
    url: String,
    /// The topics that it receives; at least one.
    #[schema(value_type = Vec<words::EventTopic>, example = json!(["fill", "trade"]))]
    topics: Vec<String>,
}

/// Changes of an event webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = EventWebhookChangeBody, example = json!({"active": true, "topics": ["order", "fill"]}))]
pub(in crate::rest) struct WebhookChangeBody {
    /// Name, 1 to 24 characters.
    #[schema(example = "Journal", min_length = 1, max_length = 24)]
    name: Option<String>,
    /// An https address whose host has only public IP addresses; at most 500 characters.
    #[schema(example = "https://hooks.example.com/slipstream", max_length = 500)]
    url: Option<String>,
    /// The topics that it receives; at least one.
    #[schema(value_type = Option<Vec<words::EventTopic>>, example = json!(["order", "fill"]))]
    topics: Option<Vec<String>>,
    /// Enables or disables it. Events while it is disabled are not sent later.
    active: Option<bool>,
}

/// A delivery of an event.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventDelivery)]
pub(in crate::rest) struct DeliveryItem {
    /// The `webhook-id` of every attempt.
    id: Uuid,
    /// The event's number; null for a test.
    seq: Option<i64>,
    /// The type of the event.
    #[serde(rename = "type")]
    #[schema(value_type = words::EventType)]
    kind: &'static str,
    /// WAITING, RETRYING, DELIVERED or FAILED.
    #[schema(value_type = words::EventDeliveryState)]
    state: &'static str,
    /// Number of attempts.
    attempts: i64,
    /// When it was queued.
    created_at: Iso,
    /// When the next attempt is due.
    next_attempt_at: Option<Iso>,
    /// Time of the last attempt.
    attempted_at: Option<Iso>,
    /// HTTP status of the last answer.
    status: Option<i64>,
    /// Duration of the last attempt.
    duration_ms: Option<i64>,
    /// The first 1,024 bytes of the last answer.
    answer: Option<String>,
    /// Why the last attempt failed.
    #[schema(value_type = Option<words::EventDeliveryProblem>)]
    problem: Option<&'static str>,
    /// The body that is sent, as text.
    body: String,
}

impl From<EventDelivery> for DeliveryItem {
    fn from(delivery: EventDelivery) -> Self {
        Self {
            id: delivery.id.0,
            seq: delivery.seq,
            kind: delivery.kind.word(),
            state: delivery.state.word(),
            attempts: delivery.attempts,
            created_at: Iso(delivery.created_at),
            next_attempt_at: delivery.next_attempt_at.map(Iso),
            attempted_at: delivery.attempted_at.map(Iso),
            status: delivery.status,
            duration_ms: delivery.duration_ms,
            answer: delivery.answer,
            problem: delivery.problem.map(|problem| problem.word()),
            body: delivery.body,
        }
    }
}

/// The newest deliveries of a webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = EventDeliveries)]
pub(in crate::rest) struct DeliveryItems {
    /// Newest first; at most 50.
    pub(super) items: Vec<DeliveryItem>,
}

/// A test that was queued.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventTest)]
pub(in crate::rest) struct QueuedTest {
    /// Its `webhook-id`, as in the list of deliveries.
    pub(super) delivery_id: Uuid,
}

/// A delivery to send again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ResendBody)]
pub(in crate::rest) struct ResendBody {
    /// The id of a delivery that was delivered or has failed.
    #[schema(format = Uuid, example = "46a19fb1-4e90-4736-b820-257c947fd694")]
    delivery_id: String,
}

/// Events, as webhooks and the stream send them.
#[derive(Serialize, ToSchema)]
#[schema(as = Events)]
pub(in crate::rest) struct EventItems {
    /// Oldest first; at most 200.
    #[schema(
        value_type = Vec<Object>,
        example = json!([{
            "type": "trade.stop_loss",
            "seq": 1042,
            "timestamp": "2026-01-01T12:00:00.000Z",
            "keyId": "46a19fb1-4e90-4736-b820-257c947fd694",
            "data": {"symbol": "BTC/USDT", "profitUsd": "-12.5"}
        }])
    )]
    pub(super) items: Vec<EventBody>,
}

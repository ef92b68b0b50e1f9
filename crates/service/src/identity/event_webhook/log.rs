//! The log of a webhook: its newest deliveries, tests, and sending again.

use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::Identity,
};
use domain::{
    EventDeliveryId, EventWebhookId,
    event_webhook::{DeliveryState, EventBody, EventDelivery, EventType, KEPT_DELIVERIES, MOST_WAITING},
    validation::Problem,
};
use store::{
    event_delivery::{self, Delivery, NewDelivery},
    event_webhook::{self as rows, Webhook},
};

/// Returns the newest deliveries of the caller's webhook, newest first.
///
/// # Errors
/// Not found.
pub async fn list_deliveries(
    desk: &Identity,
    actor: &Actor,
    id: EventWebhookId,
) -> Result<Vec<EventDelivery>> {
    rows::get_webhook(&desk.db, actor.user, id).await?.ok_or(Error::NotFound)?;
    let all = event_delivery::list_deliveries(&desk.db, actor.user, id, KEPT_DELIVERIES).await?;
    Ok(all.into_iter().map(shown).collect())
}

/// Queues a test event for the caller's webhook. The job sends it within a second, and the log shows the answer.
///
/// # Errors
/// Not found; a field problem if the webhook is disabled, or too many deliveries wait.
pub async fn send_test(desk: &Identity, actor: &Actor, id: EventWebhookId) -> Result<EventDeliveryId> {
    let now = desk.clock.now();
    let body = serde_json::to_string(&EventBody::test(now)).map_err(Error::fault)?;
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    enabled(rows::get_webhook(&mut tx, actor.user, id).await?)?;
    if event_delivery::count_waiting(&mut tx, id).await? >= MOST_WAITING {
        return Err(Error::field("active", Problem::TooMany));
    }
    let new = NewDelivery {
        id: EventDeliveryId::mint(&*desk.clock, &*desk.entropy),
        webhook_id: id,
        seq: None,
        kind: EventType::Test,
        body: &body,
        at: now,
    };
    event_delivery::insert_delivery(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(new.id)
}

/// Queues a finished delivery of the caller's webhook again, under the same id.
///
/// # Errors
/// Not found, also if the delivery still waits; a field problem if the webhook is disabled.
pub async fn resend(
    desk: &Identity,
    actor: &Actor,
    id: EventWebhookId,
    delivery: EventDeliveryId,
) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    enabled(rows::get_webhook(&mut tx, actor.user, id).await?)?;
    let now = desk.clock.now();
    if !event_delivery::resend_delivery(&mut tx, actor.user, id, delivery, now).await? {
        return Err(Error::NotFound);
    }
    Ok(tx.commit().await?)
}

fn enabled(webhook: Option<Webhook>) -> Result<()> {
    match webhook {
        None => Err(Error::NotFound),
        Some(webhook) if webhook.disabled.is_some() => Err(Error::field("active", Problem::WebhookDisabled)),
        Some(_) => Ok(()),
    }
}

fn shown(row: Delivery) -> EventDelivery {
    let state = match (row.delivered_at, row.next_attempt_at) {
        (Some(_), _) => DeliveryState::Delivered,
        (None, None) => DeliveryState::Failed,
        (None, Some(_)) if row.attempts == 0 => DeliveryState::Waiting,
        (None, Some(_)) => DeliveryState::Retrying,
    };
    EventDelivery {
        id: row.id,
        seq: row.seq,
        kind: row.kind,
        body: row.body,
        state,
        attempts: row.attempts,
        created_at: row.created_at,
        next_attempt_at: row.next_attempt_at,
        attempted_at: row.attempted_at,
        status: row.status,
        duration_ms: row.duration_ms,
        answer: row.answer,
        problem: row.problem,
    }
}

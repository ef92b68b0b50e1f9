//! The deliveries of event webhooks: an attempt is counted before it is made, so that an interrupted one can be detected.

use crate::{Result, Source, Tx};
use domain::{
    EventDeliveryId, EventWebhookId, Micros, UserId,
    event_webhook::{DeliveryProblem, EventType},
};
use sqlx::FromRow;

/// A delivery.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Delivery {
    /// Id of the delivery.
    pub id: EventDeliveryId,
    /// The webhook.
    pub webhook_id: EventWebhookId,
    /// The event's number; `None` for a test.
    pub seq: Option<i64>,
    /// The type of the event.
    pub kind: EventType,
    /// The body.
    pub body: String,
    /// When it was written.
    pub created_at: Micros,
    /// Number of attempts, counted before each attempt.
    pub attempts: i64,
    /// When the next attempt is due; `None` after it succeeded or failed for good.
    pub next_attempt_at: Option<Micros>,
    /// Time of the last attempt.
    pub attempted_at: Option<Micros>,
    /// When the address accepted it.
    pub delivered_at: Option<Micros>,
    /// HTTP status of the last answer.
    pub status: Option<i64>,
    /// Duration of the last attempt, in milliseconds.
    pub duration_ms: Option<i64>,
    /// Start of the last answer.
    pub answer: Option<String>,
    /// Why the last attempt failed.
    pub problem: Option<DeliveryProblem>,
}

select! {
    deliveries -> Delivery,
    "d.id, d.webhook_id, d.seq, d.kind, d.body, d.created_at, d.attempts, d.next_attempt_at, d.attempted_at, \
     d.delivered_at, d.status, d.duration_ms, d.answer, d.problem",
    "from event_deliveries d"
}

/// A delivery to add.
#[derive(Clone, Copy, Debug)]
pub struct NewDelivery<'a> {
    /// Id of the delivery.
    pub id: EventDeliveryId,
    /// The webhook.
    pub webhook_id: EventWebhookId,
    /// The event's number; `None` for a test.
    pub seq: Option<i64>,
    /// The type of the event.
    pub kind: EventType,
    /// The body.
    pub body: &'a str,
    /// When it is written; the first attempt is due then.
    pub at: Micros,
}

/// Adds a delivery, unless the webhook has one of the same event.
pub async fn insert_delivery(tx: &mut Tx, new: &NewDelivery<'_>) -> Result<()> {
    exec!(
        tx,
        "insert into event_deliveries (id, webhook_id, seq, kind, body, created_at, attempts, next_attempt_at) \
         values ($1, $2, $3, $4, $5, $6, 0, $6) on conflict (webhook_id, seq) do nothing",
        new.id,
        new.webhook_id,
        new.seq,
        new.kind,
        new.body,
        new.at
    )?;
    Ok(())
}

/// Lists the due deliveries of a webhook: tests first, then in the order of their events. Ids do not decide, because several
/// may be generated at the same time.
pub async fn list_due_deliveries(
    from: impl Source,
    webhook: EventWebhookId,
    now: Micros,
    limit: i64,
) -> Result<Vec<Delivery>> {
    deliveries!(
        from,
        fetch_all,
        "where d.webhook_id = $1 and d.next_attempt_at <= $2 order by coalesce(d.seq, 0), d.id limit $3",
        webhook,
        now,
        limit
    )
}

/// Returns the oldest delivery of an event that is neither delivered nor failed for good.
pub async fn oldest_waiting(from: impl Source, webhook: EventWebhookId) -> Result<Option<Delivery>> {
    deliveries!(
        from,
        fetch_optional,
        "where d.webhook_id = $1 and d.next_attempt_at is not null and d.seq is not null order by d.seq limit 1",
        webhook
    )
}

/// Counts the deliveries of a webhook that are neither delivered nor failed for good.
pub async fn count_waiting(from: impl Source, webhook: EventWebhookId) -> Result<i64> {
    let count = value!(
        i64,
        from,
        "select count(*) from event_deliveries where webhook_id = $1 and next_attempt_at is not null",
        webhook
    )?;
    Ok(count.unwrap_or(0))
}

/// Counts an attempt before it is made, and records it as interrupted until its outcome is known. Returns whether the
/// delivery is still due.
pub async fn begin_attempt(tx: &mut Tx, id: EventDeliveryId, now: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update event_deliveries set attempts = attempts + 1, attempted_at = $2, problem = 'INTERRUPTED' \
         where id = $1 and next_attempt_at <= $2",
        id,
        now
    )?;
    Ok(rows == 1)
}

/// The outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptOutcome {
    /// When the address accepted it.
    pub delivered_at: Option<Micros>,
    /// When the next attempt is due.
    pub next_attempt_at: Option<Micros>,
    /// HTTP status of the answer.
    pub status: Option<i64>,
    /// Duration, in milliseconds.
    pub duration_ms: i64,
    /// Start of the answer.
    pub answer: Option<String>,
    /// Why it failed.
    pub problem: Option<DeliveryProblem>,
}

/// Records the outcome of an attempt.
pub async fn finish_attempt(tx: &mut Tx, id: EventDeliveryId, outcome: &AttemptOutcome) -> Result<()> {
    exec!(
        tx,
        "update event_deliveries set delivered_at = $2, next_attempt_at = $3, status = $4, duration_ms = $5, \
           answer = $6, problem = $7 where id = $1",
        id,
        outcome.delivered_at,
        outcome.next_attempt_at,
        outcome.status,
        outcome.duration_ms,
        outcome.answer.as_deref(),
        outcome.problem
    )?;
    Ok(())
}

/// Deletes the oldest deliveries of a webhook above `keep`, except those that wait.
pub async fn prune_deliveries(tx: &mut Tx, webhook: EventWebhookId, keep: i64) -> Result<u64> {
    exec!(
        tx,
        "delete from event_deliveries where webhook_id = $1 and next_attempt_at is null and id not in ( \
           select n.id from event_deliveries n where n.webhook_id = $1 \
           order by n.created_at desc, coalesce(n.seq, 0) desc, n.id desc limit $2)",
        webhook,
        keep
    )
}

/// Lists the deliveries of a user's webhook, newest first.
pub async fn list_deliveries(
    from: impl Source,
    owner: UserId,
    webhook: EventWebhookId,
    limit: i64,
) -> Result<Vec<Delivery>> {
    deliveries!(
        from,
        fetch_all,
        "join event_webhooks w on w.id = d.webhook_id \
         where d.webhook_id = $1 and w.user_id = $2 \
         order by d.created_at desc, coalesce(d.seq, 0) desc, d.id desc limit $3",
        webhook,
        owner,
        limit
    )
}

/// Makes a finished delivery of a user's webhook due again, with the same id; returns whether there was one.
pub async fn resend_delivery(
    tx: &mut Tx,
    owner: UserId,
    webhook: EventWebhookId,
    id: EventDeliveryId,
    now: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update event_deliveries set next_attempt_at = $4, attempts = 0, delivered_at = null \
         where id = $3 and webhook_id = $1 and next_attempt_at is null \
           and exists (select 1 from event_webhooks w where w.id = $1 and w.user_id = $2)",
        webhook,
        owner,
        id,
        now
    )?;
    Ok(rows == 1)
}

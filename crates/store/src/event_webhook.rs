//! Event webhooks; their deliveries are in [`crate::event_delivery`]. One instance at a time delivers to a webhook, so
//! that events arrive in order.

use crate::{Result, Source, Tx, event::READ_BY_PROGRAM};
use domain::{EventWebhookId, Micros, UserId, event_webhook::Disabled};
use sqlx::FromRow;
use std::fmt;

/// A webhook.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct Webhook {
    /// Id of the webhook.
    pub id: EventWebhookId,
    /// The owner.
    pub user_id: UserId,
    /// The name its owner gave it.
    pub name: String,
    /// The address.
    pub url: String,
    /// Topics, separated by spaces.
    pub topics: String,
    /// The secret, sealed.
    pub sealed_secret: Vec<u8>,
    /// The secret before the last rotation, sealed.
    pub sealed_previous: Option<Vec<u8>>,
    /// Until when the previous secret signs too.
    pub previous_until: Option<Micros>,
    /// Why it is disabled.
    pub disabled: Option<Disabled>,
    /// Events up to this number have their deliveries.
    pub after_seq: i64,
    /// Since when its deliveries fail.
    pub failing_since: Option<Micros>,
    /// When it was created.
    pub created_at: Micros,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("id", &self.id).finish_non_exhaustive()
    }
}

select! {
    webhooks -> Webhook,
    "w.id, w.user_id, w.name, w.url, w.topics, w.sealed_secret, w.sealed_previous, w.previous_until, w.disabled, \
     w.after_seq, w.failing_since, w.created_at",
    "from event_webhooks w"
}

/// Adds a webhook.
pub async fn insert_webhook(tx: &mut Tx, webhook: &Webhook) -> Result<()> {
    exec!(
        tx,
        "insert into event_webhooks (id, user_id, name, url, topics, sealed_secret, after_seq, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        webhook.id,
        webhook.user_id,
        &webhook.name,
        &webhook.url,
        &webhook.topics,
        webhook.sealed_secret.as_slice(),
        webhook.after_seq,
        webhook.created_at
    )?;
    Ok(())
}

/// Lists a user's webhooks, oldest first.
pub async fn list_by_user(from: impl Source, owner: UserId) -> Result<Vec<Webhook>> {
    webhooks!(from, fetch_all, "where w.user_id = $1 order by w.id", owner)
}

/// Returns a user's webhook.
pub async fn get_webhook(from: impl Source, owner: UserId, id: EventWebhookId) -> Result<Option<Webhook>> {
    webhooks!(from, fetch_optional, "where w.id = $1 and w.user_id = $2", id, owner)
}

/// Whether a user's programs receive events: by a webhook that is enabled, or by reading them
/// ([`crate::event::mark_read`]).
pub async fn has_program(from: impl Source, owner: UserId) -> Result<bool> {
    let count = value!(
        i64,
        from,
        "select count(*) from users u where u.id = $1 and ( \
           exists (select 1 from event_webhooks w where w.user_id = u.id and w.disabled is null) \
           or exists (select 1 from told t where t.user_id = u.id and t.once = $2))",
        owner,
        READ_BY_PROGRAM
    )?;
    Ok(count.unwrap_or(0) > 0)
}

/// Changes name, address and topics of a user's webhook; returns whether it exists. Another address has not failed yet.
pub async fn update_webhook(tx: &mut Tx, webhook: &Webhook) -> Result<bool> {
    let rows = exec!(
        tx,
        "update event_webhooks set name = $3, url = $4, topics = $5, \
           failing_since = case when url = $4 then failing_since end where id = $1 and user_id = $2",
        webhook.id,
        webhook.user_id,
        &webhook.name,
        &webhook.url,
        &webhook.topics
    )?;
    Ok(rows == 1)
}

/// Enables a user's webhook: it receives the events after number `after_seq`. Returns whether it was disabled.
pub async fn enable_webhook(tx: &mut Tx, owner: UserId, id: EventWebhookId, after_seq: i64) -> Result<bool> {
    let rows = exec!(
        &mut *tx,
        "update event_webhooks set disabled = null, failing_since = null, after_seq = $3 \
         where id = $1 and user_id = $2 and disabled is not null",
        id,
        owner,
        after_seq
    )?;
    if rows == 1 {
        // An attempt that was being made when it was disabled may have been scheduled again.
        fail_waiting(tx, id).await?;
    }
    Ok(rows == 1)
}

/// Disables a webhook; its waiting deliveries fail. Returns whether it was enabled.
pub async fn disable_webhook(tx: &mut Tx, id: EventWebhookId, why: Disabled) -> Result<bool> {
    let rows = exec!(
        &mut *tx,
        "update event_webhooks set disabled = $2 where id = $1 and disabled is null",
        id,
        why
    )?;
    if rows == 1 {
        fail_waiting(tx, id).await?;
    }
    Ok(rows == 1)
}

async fn fail_waiting(tx: &mut Tx, id: EventWebhookId) -> Result<u64> {
    exec!(
        tx,
        "update event_deliveries set next_attempt_at = null where webhook_id = $1 and next_attempt_at is not null",
        id
    )
}

/// Replaces the secret of a user's webhook; the previous one stays valid until `until`. Returns whether it exists.
pub async fn rotate_secret(
    tx: &mut Tx,
    owner: UserId,
    id: EventWebhookId,
    sealed: &[u8],
    until: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update event_webhooks set sealed_previous = sealed_secret, previous_until = $4, sealed_secret = $3 \
         where id = $1 and user_id = $2",
        id,
        owner,
        sealed,
        until
    )?;
    Ok(rows == 1)
}

/// Deletes a user's webhook with its deliveries; returns whether it existed.
pub async fn delete_webhook(tx: &mut Tx, owner: UserId, id: EventWebhookId) -> Result<bool> {
    Ok(exec!(tx, "delete from event_webhooks where id = $1 and user_id = $2", id, owner)? == 1)
}

/// Deletes all of a user's webhooks; returns their number.
pub async fn delete_all(tx: &mut Tx, owner: UserId) -> Result<u64> {
    exec!(tx, "delete from event_webhooks where user_id = $1", owner)
}

/// Lists webhooks in the order of their ids, starting after `after`, to iterate over all of them (rekey).
pub async fn list_webhooks_after(
    from: impl Source,
    after: EventWebhookId,
    limit: i64,
) -> Result<Vec<Webhook>> {
    webhooks!(from, fetch_all, "where w.id > $1 order by w.id limit $2", after, limit)
}

/// Replaces the sealed secrets (rekey), unless they were rotated meanwhile; returns whether they were replaced.
pub async fn reseal(tx: &mut Tx, webhook: &Webhook, secret: &[u8], previous: Option<&[u8]>) -> Result<bool> {
    let rows = exec!(
        tx,
        "update event_webhooks set sealed_secret = $2, sealed_previous = $3 where id = $1 and sealed_secret = $4",
        webhook.id,
        secret,
        previous,
        webhook.sealed_secret.as_slice()
    )?;
    Ok(rows == 1)
}

/// Lists the enabled webhooks that no instance holds and that have something to deliver; those that were held the
/// longest time ago come first. Those of suspended users wait.
pub async fn list_due(from: impl Source, now: Micros, limit: i64) -> Result<Vec<Webhook>> {
    webhooks!(
        from,
        fetch_all,
        "where w.disabled is null and (w.held_until is null or w.held_until <= $1) \
           and exists (select 1 from users u where u.id = w.user_id and u.suspended_at is null) \
           and (exists (select 1 from events e where e.user_id = w.user_id and e.seq > w.after_seq) \
             or exists (select 1 from event_deliveries d where d.webhook_id = w.id and d.next_attempt_at <= $1)) \
         order by coalesce(w.held_until, 0), w.id limit $2",
        now,
        limit
    )
}

/// Claims a webhook; of several concurrent calls, one succeeds.
pub async fn claim_webhook(
    tx: &mut Tx,
    id: EventWebhookId,
    holder: &str,
    now: Micros,
    until: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update event_webhooks set holder = $2, held_until = $4 \
         where id = $1 and disabled is null and (held_until is null or held_until <= $3)",
        id,
        holder,
        now,
        until
    )?;
    Ok(rows == 1)
}

/// Ends the claim of a holder.
pub async fn release_webhook(tx: &mut Tx, id: EventWebhookId, holder: &str, now: Micros) -> Result<()> {
    exec!(
        tx,
        "update event_webhooks set holder = null, held_until = $3 where id = $1 and holder = $2",
        id,
        holder,
        now
    )?;
    Ok(())
}

/// Ends all claims of a holder that has restarted.
pub async fn let_go(tx: &mut Tx, holder: &str) -> Result<u64> {
    exec!(tx, "update event_webhooks set holder = null, held_until = null where holder = $1", holder)
}

/// Records that events up to number `seq` have their deliveries, if the holder still has its claim and the webhook is
/// enabled; returns whether that is so.
pub async fn set_after_seq(tx: &mut Tx, id: EventWebhookId, holder: &str, seq: i64) -> Result<bool> {
    let rows = exec!(
        tx,
        "update event_webhooks set after_seq = $3 \
         where id = $1 and holder = $2 and after_seq < $3 and disabled is null",
        id,
        holder,
        seq
    )?;
    Ok(rows == 1)
}

/// Records that a delivery succeeded.
pub async fn set_working(tx: &mut Tx, id: EventWebhookId) -> Result<()> {
    exec!(
        tx,
        "update event_webhooks set failing_since = null where id = $1 and failing_since is not null",
        id
    )?;
    Ok(())
}

/// Records that a delivery failed; returns since when deliveries fail.
pub async fn begin_failing(tx: &mut Tx, id: EventWebhookId, at: Micros) -> Result<Option<Micros>> {
    exec!(
        &mut *tx,
        "update event_webhooks set failing_since = $2 where id = $1 and failing_since is null",
        id,
        at
    )?;
    value!(Micros, tx, "select failing_since from event_webhooks where id = $1", id)
}

//! The outbox: messages of every channel, sealed because they contain reset links. A message is marked before and
//! after its delivery, so that an interrupted delivery can be detected.

use crate::{Result, Source, Tx};
use domain::{
    MessageId, Micros, UserId,
    notification::{Channel, Stage},
};
use sqlx::FromRow;
use std::fmt;
use uuid::Uuid;

/// A message to send.
#[derive(Clone)]
pub struct NewMessage<'a> {
    /// Id of the message.
    pub id: MessageId,
    /// The user it is for, if the recipient is one.
    pub user_id: Option<UserId>,
    /// Delivery channel.
    pub channel: Channel,
    /// The mailbox or chat.
    pub to_address: &'a str,
    /// Deduplication key: a channel has at most one message with it.
    pub once: Option<&'a str>,
    /// Content, sealed.
    pub sealed_body: &'a [u8],
    /// When it was written; the first attempt may be made immediately.
    pub created_at: Micros,
}

/// A stored message of the outbox.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct Message {
    /// Id of the message.
    pub id: MessageId,
    /// The user it is for, if the recipient is one.
    pub user_id: Option<UserId>,
    /// Delivery channel.
    pub channel: Channel,
    /// The mailbox or chat.
    pub to_address: String,
    /// Content, sealed.
    pub sealed_body: Vec<u8>,
    /// When it was written.
    pub created_at: Micros,
    /// When it was accepted for delivery.
    pub sent_at: Option<Micros>,
    /// Number of attempts, counted before each attempt.
    pub attempts: i64,
    /// When the next attempt is due.
    pub next_attempt_at: Micros,
    /// When it was abandoned.
    pub failed_at: Option<Micros>,
    /// The instance of the last attempt, if the outcome of that attempt is unknown.
    pub holder: Option<String>,
    /// Until when no other instance may deliver it.
    pub sending_until: Option<Micros>,
    /// The error of the last failed attempt, as `domain::notification::DeliveryFailure` stores it.
    pub failure: Option<String>,
}

impl Message {
    /// Returns the stage of the message.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        match (self.failed_at, self.sent_at) {
            (Some(_), _) => Stage::Dead,
            (None, None) => Stage::Waiting,
            (None, Some(_)) => Stage::Sent,
        }
    }
}

/// The filters of a search in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// Restricts to this channel.
    pub channel: Option<Channel>,
    /// Restricts to this stage.
    pub stage: Option<Stage>,
    /// Continues after the message with this stage and id.
    pub after: Option<(Stage, MessageId)>,
    /// Maximum number of messages.
    pub limit: i64,
}

impl fmt::Debug for NewMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMessage").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

select! {
    messages -> Message,
    "id, user_id, channel, to_address, sealed_body, created_at, sent_at, attempts, next_attempt_at, \
     failed_at, holder, sending_until, failure",
    "from messages"
}

/// Adds a message; returns whether it was added, which is not the case if its deduplication key exists.
pub async fn insert_message(tx: &mut Tx, message: &NewMessage<'_>) -> Result<bool> {
    let written = exec!(
        tx,
        "insert into messages \
           (id, user_id, channel, to_address, once, sealed_body, created_at, attempts, next_attempt_at) \
         values ($1, $2, $3, $4, $5, $6, $7, 0, $7) on conflict (channel, once) do nothing",
        message.id,
        message.user_id,
        message.channel,
        message.to_address,
        message.once,
        message.sealed_body,
        message.created_at
    )?;
    Ok(written == 1)
}

/// Lists the due messages of a channel that no instance is delivering, the longest waiting first.
pub async fn list_due(from: impl Source, channel: Channel, now: Micros, limit: i64) -> Result<Vec<Message>> {
    // With `coalesce` the index of names is not used, whose first column is the channel: nearly all messages have the
    // same one, and few of them wait.
    messages!(
        from,
        fetch_all,
        "where coalesce(channel, '') = $1 and sent_at is null and failed_at is null and next_attempt_at <= $2 \
           and (sending_until is null or sending_until <= $2) \
         order by next_attempt_at, id limit $3",
        channel,
        now,
        limit
    )
}

/// Marks a message as being delivered if it is still due; of several concurrent calls, one succeeds. Counts the
/// attempt.
pub async fn claim_message(
    tx: &mut Tx,
    id: MessageId,
    holder: &str,
    now: Micros,
    until: Micros,
    failure: Option<&str>,
) -> Result<bool> {
    let claimed = exec!(
        tx,
        "update messages set holder = $2, sending_until = $4, attempts = attempts + 1, failure = coalesce($5, failure) \
         where id = $1 and sent_at is null and failed_at is null and next_attempt_at <= $3 \
           and (sending_until is null or sending_until <= $3)",
        id,
        holder,
        now,
        until,
        failure
    )?;
    Ok(claimed == 1)
}

/// Ends the claims of a holder that has restarted. It remains recorded as the holder of the messages it was
/// delivering, because it is unknown whether they arrived.
pub async fn let_go(tx: &mut Tx, holder: &str) -> Result<u64> {
    exec!(
        tx,
        "update messages set sending_until = null where holder = $1 and sending_until is not null \
           and sent_at is null and failed_at is null",
        holder
    )
}

/// Returns a message.
pub async fn get_message(from: impl Source, id: MessageId) -> Result<Option<Message>> {
    messages!(from, fetch_optional, "where id = $1", id)
}

/// Lists messages by stage: abandoned, waiting, sent; the newest of each stage first.
pub async fn search_messages(from: impl Source, search: &Search) -> Result<Vec<Message>> {
    let (one, other) = search.channel.map_or((Channel::Email, Channel::Telegram), |only| (only, only));
    let (first, last) = search.stage.map_or((Stage::Dead, Stage::Sent), |only| (only, only));
    // A position in a stage before the requested one has nothing to skip.
    let after = search.after.filter(|(stage, _)| *stage >= first);
    let (stage, id) = after.unwrap_or((first, MessageId(Uuid::max())));
    messages!(
        from,
        fetch_all,
        "where channel in ($1, $2) \
           and case when failed_at is not null then 0 when sent_at is null then 1 else 2 end \
             between cast($3 as bigint) and cast($4 as bigint) \
           and (id < $5 or case when failed_at is not null then 0 when sent_at is null then 1 else 2 end \
             > cast($3 as bigint)) \
         order by case when failed_at is not null then 0 when sent_at is null then 1 else 2 end, id desc limit $6",
        one,
        other,
        rank(stage),
        rank(last),
        id,
        search.limit
    )
}

/// Returns the position of a stage in the order of [`search_messages`].
const fn rank(stage: Stage) -> i64 {
    match stage {
        Stage::Dead => 0,
        Stage::Waiting => 1,
        Stage::Sent => 2,
    }
}

/// Returns when the oldest waiting message of a channel was written.
pub async fn oldest_waiting(from: impl Source, channel: Channel) -> Result<Option<Micros>> {
    // `coalesce` as in `list_due`.
    let at = value!(
        i64,
        from,
        "select min(created_at) from messages \
         where coalesce(channel, '') = $1 and sent_at is null and failed_at is null",
        channel
    )?;
    Ok(at.map(Micros))
}

/// Counts the abandoned messages.
pub async fn count_abandoned(from: impl Source) -> Result<i64> {
    Ok(value!(i64, from, "select count(*) from messages where failed_at is not null")?.unwrap_or(0))
}

/// Lists messages in the order of their ids, starting after `after`, to iterate over all of them (rekey).
pub async fn list_messages_after(from: impl Source, after: MessageId, limit: i64) -> Result<Vec<Message>> {
    messages!(from, fetch_all, "where id > $1 order by id limit $2", after, limit)
}

/// Records that a message was accepted for delivery.
pub async fn mark_sent(tx: &mut Tx, id: MessageId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update messages set sent_at = $2, holder = null, sending_until = null, failure = null where id = $1",
        id,
        at
    )?;
    Ok(())
}

/// Records a failed attempt, to be retried.
pub async fn postpone_message(
    tx: &mut Tx,
    id: MessageId,
    next_attempt_at: Micros,
    failure: &str,
) -> Result<()> {
    exec!(
        tx,
        "update messages set next_attempt_at = $2, holder = null, sending_until = null, failure = $3 where id = $1",
        id,
        next_attempt_at,
        failure
    )?;
    Ok(())
}

/// Records the last failed attempt.
pub async fn give_up(tx: &mut Tx, id: MessageId, at: Micros, failure: &str) -> Result<()> {
    exec!(
        tx,
        "update messages set failed_at = $2, holder = null, sending_until = null, failure = $3 where id = $1",
        id,
        at,
        failure
    )?;
    Ok(())
}

/// Retries an abandoned message; returns whether there was one.
pub async fn retry_message(tx: &mut Tx, id: MessageId, at: Micros) -> Result<bool> {
    let revived = exec!(
        tx,
        "update messages set failed_at = null, attempts = 0, next_attempt_at = $2 \
         where id = $1 and failed_at is not null",
        id,
        at
    )?;
    Ok(revived == 1)
}

/// Replaces the sealed content (rekey); returns whether the message exists.
pub async fn reseal(tx: &mut Tx, id: MessageId, sealed_body: &[u8]) -> Result<bool> {
    Ok(exec!(tx, "update messages set sealed_body = $2 where id = $1", id, sealed_body)? == 1)
}

/// Lists messages that were delivered before `before`, in the order of their ids, for the archive. Messages with a
/// deduplication key stay in the database, because the key must remain taken.
pub async fn archivable(from: impl Source, before: Micros, limit: i64) -> Result<Vec<Message>> {
    // A message is delivered after it was written, so the bound on the id excludes none and keeps the search short.
    messages!(
        from,
        fetch_all,
        "where id < $1 and sent_at < $2 and failed_at is null and once is null order by id limit $3",
        MessageId::first_at(before),
        before,
        limit
    )
}

/// Deletes archived messages; returns their number.
pub async fn delete_archived(tx: &mut Tx, messages: &[Message]) -> Result<u64> {
    if messages.is_empty() {
        return Ok(0);
    }
    bulk!(tx, "delete from messages where id in (", messages, |message: &Message| [message.id], ")")
}

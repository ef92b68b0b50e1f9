//! The outbox: messages of every channel, sealed because they carry reset links. A message is marked before it is handed
//! over and after, so that what was cut off in between is seen.

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
    /// Its id.
    pub id: MessageId,
    /// To which person, if to one of ours.
    pub user_id: Option<UserId>,
    /// How it goes.
    pub channel: Channel,
    /// To which mailbox or chat.
    pub to_address: &'a str,
    /// What makes it a message that is written once on its channel.
    pub once: Option<&'a str>,
    /// What it says, sealed.
    pub sealed_body: &'a [u8],
    /// When it was written; the first attempt may be made at once.
    pub created_at: Micros,
}

/// A message of the outbox.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// To which person, if to one of ours.
    pub user_id: Option<UserId>,
    /// How it goes.
    pub channel: Channel,
    /// To which mailbox or chat.
    pub to_address: String,
    /// What it says, sealed.
    pub sealed_body: Vec<u8>,
    /// When it was written.
    pub created_at: Micros,
    /// When it was taken.
    pub sent_at: Option<Micros>,
    /// How often it was tried; counted before each attempt.
    pub attempts: i64,
    /// When it is tried next.
    pub next_attempt_at: Micros,
    /// When it was given up.
    pub failed_at: Option<Micros>,
    /// Who handed it over last, when that attempt has no known end.
    pub holder: Option<String>,
    /// Until when nobody else hands it over.
    pub sending_until: Option<Micros>,
    /// Why the last attempt failed.
    pub failure: Option<String>,
}

impl Message {
    /// How far it is.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        match (self.failed_at, self.sent_at) {
            (Some(_), _) => Stage::Dead,
            (None, None) => Stage::Waiting,
            (None, Some(_)) => Stage::Sent,
        }
    }
}

/// Which messages of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// Of this channel only.
    pub channel: Option<Channel>,
    /// As far as this only.
    pub stage: Option<Stage>,
    /// Those that follow the message of this stage and id.
    pub after: Option<(Stage, MessageId)>,
    /// At most so many.
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

/// [`Message`] rows: the columns are written here once.
macro_rules! messages {
    ($from:expr, $method:ident, $rest:literal $(, $bind:expr)* $(,)?) => {
        rows!(
            Message,
            $from,
            $method,
            "select id, user_id, channel, to_address, sealed_body, created_at, sent_at, attempts, next_attempt_at, \
               failed_at, holder, sending_until, failure from messages " + $rest
            $(, $bind)*
        )
    };
}

/// Adds a message; whether it was written: one that is written once may be there.
///
/// # Errors
/// A database error.
pub async fn insert(tx: &mut Tx, message: &NewMessage<'_>) -> Result<bool> {
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

/// Messages of a channel whose time has come and that nobody is handing over, the longest waiting first.
///
/// # Errors
/// A database error.
pub async fn due(from: impl Source, channel: Channel, now: Micros, limit: i64) -> Result<Vec<Message>> {
    messages!(
        from,
        fetch_all,
        "where channel = $1 and sent_at is null and failed_at is null and next_attempt_at <= $2 \
           and (sending_until is null or sending_until <= $2) \
         order by next_attempt_at, id limit $3",
        channel,
        now,
        limit
    )
}

/// Marks a message as being handed over, if it is still due; of several who try at once, one gets it. The attempt counts
/// from here.
///
/// # Errors
/// A database error.
pub async fn claim(
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

/// Ends the claims of a holder that is starting anew. What it was handing over stays named as its: nobody knows whether
/// it arrived.
///
/// # Errors
/// A database error.
pub async fn let_go(tx: &mut Tx, holder: &str) -> Result<u64> {
    exec!(
        tx,
        "update messages set sending_until = null where holder = $1 and sending_until is not null",
        holder
    )
}

/// One message.
///
/// # Errors
/// A database error.
pub async fn get(from: impl Source, id: MessageId) -> Result<Option<Message>> {
    messages!(from, fetch_optional, "where id = $1", id)
}

/// Messages stage by stage: those that were given up, those that wait, those that were sent; of each the newest first.
///
/// # Errors
/// A database error.
pub async fn search(from: impl Source, search: &Search) -> Result<Vec<Message>> {
    let (one, other) = search.channel.map_or((Channel::Email, Channel::Telegram), |only| (only, only));
    let (first, last) = search.stage.map_or((Stage::Dead, Stage::Sent), |only| (only, only));
    // Nothing of another stage than the one that is asked for follows.
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

/// A stage's place in the order of [`search`].
const fn rank(stage: Stage) -> i64 {
    match stage {
        Stage::Dead => 0,
        Stage::Waiting => 1,
        Stage::Sent => 2,
    }
}

/// When the longest waiting message of a channel was written that nobody has taken yet, nor given up.
///
/// # Errors
/// A database error.
pub async fn oldest_waiting(from: impl Source, channel: Channel) -> Result<Option<Micros>> {
    let at = value!(
        i64,
        from,
        "select min(created_at) from messages where channel = $1 and sent_at is null and failed_at is null",
        channel
    )?;
    Ok(at.map(Micros))
}

/// How many were given up.
///
/// # Errors
/// A database error.
pub async fn dead(from: impl Source) -> Result<i64> {
    Ok(value!(i64, from, "select count(*) from messages where failed_at is not null")?.unwrap_or(0))
}

/// Messages in the order of their ids, from after `after`, for a walk over all of them (rekey).
///
/// # Errors
/// A database error.
pub async fn page(from: impl Source, after: MessageId, limit: i64) -> Result<Vec<Message>> {
    messages!(from, fetch_all, "where id > $1 order by id limit $2", after, limit)
}

/// Notes that it was taken.
///
/// # Errors
/// A database error.
pub async fn sent(tx: &mut Tx, id: MessageId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update messages set sent_at = $2, holder = null, sending_until = null, failure = null where id = $1",
        id,
        at
    )?;
    Ok(())
}

/// Notes a failed attempt, to be repeated.
///
/// # Errors
/// A database error.
pub async fn postpone(tx: &mut Tx, id: MessageId, next_attempt_at: Micros, failure: &str) -> Result<()> {
    exec!(
        tx,
        "update messages set next_attempt_at = $2, holder = null, sending_until = null, failure = $3 where id = $1",
        id,
        next_attempt_at,
        failure
    )?;
    Ok(())
}

/// Notes the last failed attempt.
///
/// # Errors
/// A database error.
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

/// Has a message that was given up tried again; whether there was one.
///
/// # Errors
/// A database error.
pub async fn revive(tx: &mut Tx, id: MessageId, at: Micros) -> Result<bool> {
    let revived = exec!(
        tx,
        "update messages set failed_at = null, attempts = 0, next_attempt_at = $2 \
         where id = $1 and failed_at is not null",
        id,
        at
    )?;
    Ok(revived == 1)
}

/// Puts another sealing in place (rekey); whether there is such a message.
///
/// # Errors
/// A database error.
pub async fn reseal(tx: &mut Tx, id: MessageId, sealed_body: &[u8]) -> Result<bool> {
    Ok(exec!(tx, "update messages set sealed_body = $2 where id = $1", id, sealed_body)? == 1)
}

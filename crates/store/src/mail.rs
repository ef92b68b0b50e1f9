//! The outbox: messages that are to be mailed, sealed because they carry reset links.

use crate::{Result, Source, Tx};
use domain::{MailId, Micros, UserId};
use sqlx::FromRow;
use std::fmt;

/// A message to send.
#[derive(Clone)]
pub struct NewMail<'a> {
    /// Its id.
    pub id: MailId,
    /// To which person, if to one of ours.
    pub user_id: Option<UserId>,
    /// To which address.
    pub to_address: &'a str,
    /// Subject and body, sealed.
    pub sealed_body: &'a [u8],
    /// When it was written; the first attempt may be made at once.
    pub created_at: Micros,
}

/// A message of the outbox.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// To which person, if to one of ours.
    pub user_id: Option<UserId>,
    /// To which address.
    pub to_address: String,
    /// Subject and body, sealed.
    pub sealed_body: Vec<u8>,
    /// When it was written.
    pub created_at: Micros,
    /// When a mail server took it.
    pub sent_at: Option<Micros>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next.
    pub next_attempt_at: Micros,
    /// When it was given up.
    pub failed_at: Option<Micros>,
}

impl fmt::Debug for NewMail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMail").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("id", &self.id).field("attempts", &self.attempts).finish_non_exhaustive()
    }
}

/// Adds a message.
///
/// # Errors
/// A fault.
pub async fn insert(tx: &mut Tx, mail: &NewMail<'_>) -> Result<()> {
    exec!(
        tx,
        "insert into mails (id, user_id, to_address, sealed_body, created_at, attempts, next_attempt_at) \
         values ($1, $2, $3, $4, $5, 0, $5)",
        mail.id,
        mail.user_id,
        mail.to_address,
        mail.sealed_body,
        mail.created_at
    )?;
    Ok(())
}

/// Messages whose time has come, the longest waiting first.
///
/// # Errors
/// A fault.
pub async fn due(from: impl Source, now: Micros, limit: i64) -> Result<Vec<Mail>> {
    rows!(
        Mail,
        from,
        fetch_all,
        "select id, user_id, to_address, sealed_body, created_at, sent_at, attempts, next_attempt_at, failed_at \
         from mails where sent_at is null and failed_at is null and next_attempt_at <= $1 \
         order by next_attempt_at, id limit $2",
        now,
        limit
    )
}

/// When the longest waiting message was written that nobody has taken yet, nor given up.
///
/// # Errors
/// A fault.
pub async fn oldest_waiting(from: impl Source) -> Result<Option<Micros>> {
    let at =
        value!(i64, from, "select min(created_at) from mails where sent_at is null and failed_at is null")?;
    Ok(at.map(Micros))
}

/// The newest messages, sent or not.
///
/// # Errors
/// A fault.
pub async fn latest(from: impl Source, limit: i64) -> Result<Vec<Mail>> {
    rows!(
        Mail,
        from,
        fetch_all,
        "select id, user_id, to_address, sealed_body, created_at, sent_at, attempts, next_attempt_at, failed_at \
         from mails order by id desc limit $1",
        limit
    )
}

/// Messages in the order of their ids, from after `after`, for a walk over all of them (rekey).
///
/// # Errors
/// A fault.
pub async fn page(from: impl Source, after: MailId, limit: i64) -> Result<Vec<Mail>> {
    rows!(
        Mail,
        from,
        fetch_all,
        "select id, user_id, to_address, sealed_body, created_at, sent_at, attempts, next_attempt_at, failed_at \
         from mails where id > $1 order by id limit $2",
        after,
        limit
    )
}

/// Notes that a mail server took it.
///
/// # Errors
/// A fault.
pub async fn sent(tx: &mut Tx, id: MailId, at: Micros) -> Result<()> {
    exec!(tx, "update mails set sent_at = $2, attempts = attempts + 1 where id = $1", id, at)?;
    Ok(())
}

/// Notes a failed attempt, to be repeated.
///
/// # Errors
/// A fault.
pub async fn postpone(tx: &mut Tx, id: MailId, next_attempt_at: Micros) -> Result<()> {
    exec!(
        tx,
        "update mails set next_attempt_at = $2, attempts = attempts + 1 where id = $1",
        id,
        next_attempt_at
    )?;
    Ok(())
}

/// Notes the last failed attempt.
///
/// # Errors
/// A fault.
pub async fn give_up(tx: &mut Tx, id: MailId, at: Micros) -> Result<()> {
    exec!(tx, "update mails set failed_at = $2, attempts = attempts + 1 where id = $1", id, at)?;
    Ok(())
}

/// Puts another sealing in place (rekey); whether there is such a message.
///
/// # Errors
/// A fault.
pub async fn reseal(tx: &mut Tx, id: MailId, sealed_body: &[u8]) -> Result<bool> {
    Ok(exec!(tx, "update mails set sealed_body = $2 where id = $1", id, sealed_body)? == 1)
}

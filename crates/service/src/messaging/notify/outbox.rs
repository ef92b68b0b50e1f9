//! The outbox: encrypted messages to users, and the state of their delivery.

use super::{content::Content, email, placeholder::is_placeholder};
use crate::{
    actor::Actor,
    error::{Error, Result},
    messaging::Messaging,
    platform::secrets::Sealed,
};
use domain::{
    MessageId, Role, UserId,
    notification::{Channel, Delivery, DeliveryFailure, Outgoing, Stage},
};
use store::{Tx, message as rows};
use uuid::Uuid;

/// Table name that bodies are bound to when encrypted; the table's name when the first ones were written.
const TABLE: &str = "mails";

/// A mail to a user, sent once.
pub struct Letter<'a> {
    /// Identifies the mail: a second one with the same name is not sent.
    pub once: &'a str,
    /// The content.
    pub content: &'a Content,
}

/// A message before encryption.
pub(crate) struct PlainMessage<'a> {
    pub(crate) user: Option<UserId>,
    pub(crate) channel: Channel,
    pub(crate) to: &'a str,
    pub(crate) once: Option<&'a str>,
    pub(crate) content: &'a Content,
}

/// Puts a mail to a user into the outbox; returns whether it was new. The caller has checked that they want
/// it ([`super::wants`]).
///
/// # Errors
/// [`Error::NotFound`] if there is no such user.
pub async fn letter(desk: &Messaging, tx: &mut Tx, user: UserId, letter: &Letter<'_>) -> Result<bool> {
    let person = store::user::get_user(&mut *tx, user).await?.ok_or(Error::NotFound)?;
    let draft = PlainMessage {
        user: Some(user),
        channel: Channel::Email,
        to: &person.email,
        once: Some(letter.once),
        content: letter.content,
    };
    put(desk, tx, &draft).await
}

/// Puts a message into the outbox; returns whether it was new.
pub(crate) async fn put(desk: &Messaging, tx: &mut Tx, draft: &PlainMessage<'_>) -> Result<bool> {
    let id = MessageId::mint(&*desk.clock, &*desk.entropy);
    put_as(desk, tx, id, draft).await
}

/// As [`put`], under a given id. Mails to placeholder addresses are dropped.
pub(crate) async fn put_as(
    desk: &Messaging,
    tx: &mut Tx,
    id: MessageId,
    draft: &PlainMessage<'_>,
) -> Result<bool> {
    if draft.channel == Channel::Email && is_placeholder(draft.to) {
        return Ok(false);
    }
    let plain = serde_json::to_vec(draft.content).map_err(Error::fault)?;
    let sealed = desk.sealer.seal(TABLE, id.0, owner(draft.user), &plain)?;
    let row = rows::NewMessage {
        id,
        user_id: draft.user,
        channel: draft.channel,
        to_address: draft.to,
        once: draft.once,
        sealed_body: &sealed.to_bytes(),
        created_at: desk.clock.now(),
    };
    Ok(rows::insert_message(tx, &row).await?)
}

fn owner(user: Option<UserId>) -> Uuid {
    user.map_or(Uuid::nil(), |user| user.0)
}

/// Decrypts a message.
pub(super) fn read(desk: &Messaging, row: &rows::Message) -> Result<Content> {
    let sealed = Sealed::from_bytes(&row.sealed_body)?;
    let plain = desk.sealer.open(TABLE, row.id.0, owner(row.user_id), &sealed)?;
    serde_json::from_slice(&plain).map_err(Error::fault)
}

/// A query of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// Only this channel.
    pub channel: Option<Channel>,
    /// Only this delivery stage.
    pub stage: Option<Stage>,
    /// Only messages after this one in the list.
    pub after: Option<MessageId>,
    /// Maximum number of messages; capped at 1,000.
    pub limit: u32,
}

impl Search {
    /// The first page of all messages.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self { channel: None, stage: None, after: None, limit }
    }
}

/// Messages for the admin, who passes them on if no mail server is configured. Failed ones come first, then
/// waiting, then sent; newest first within each. One that cannot be decrypted is listed without its text.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin.
pub async fn list(desk: &Messaging, actor: &Actor, search: &Search) -> Result<Vec<Outgoing>> {
    actor.must(Role::Admin)?;
    let after = match search.after {
        Some(id) => rows::get_message(&desk.db, id).await?.map(|row| (row.stage(), id)),
        None => None,
    };
    let limit = i64::from(search.limit.min(1_000));
    let search = rows::Search { channel: search.channel, stage: search.stage, after, limit };
    let rows = rows::search_messages(&desk.db, &search).await?;
    Ok(rows.into_iter().map(|row| outgoing(desk, row)).collect())
}

fn outgoing(desk: &Messaging, row: rows::Message) -> Outgoing {
    let content = match read(desk, &row) {
        Ok(content) => Some(content),
        Err(error) => {
            tracing::error!(message = %row.id, %error, "a message of the outbox cannot be decrypted");
            None
        }
    };
    let unreadable = content.is_none();
    let Content { subject, body, secret, .. } = content.unwrap_or_else(|| Content::plain("", ""));
    let withheld = is_withheld(&body, secret);
    let delivery = delivery(desk, &row);
    Outgoing {
        id: row.id,
        channel: row.channel,
        to: row.to_address,
        subject,
        body: if withheld { String::new() } else { body },
        withheld,
        unreadable,
        created_at: row.created_at,
        delivery,
        attempts: row.attempts,
        failure: row.failure.as_deref().map(DeliveryFailure::read),
    }
}

/// Whether a text must not be shown. Reset links from before [`Content::secret`] existed are recognized by
/// their address.
fn is_withheld(body: &str, secret: bool) -> bool {
    secret || body.contains("/reset?token=")
}

/// A mail as its recipient sees it, with the unsubscribe link but without the link that freezes the account.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin; not found if it is not a mail, or cannot or must not be shown.
pub async fn as_mailed(desk: &Messaging, actor: &Actor, id: MessageId) -> Result<String> {
    actor.must(Role::Admin)?;
    let row = rows::get_message(&desk.db, id).await?.filter(|row| row.channel == Channel::Email);
    let row = row.ok_or(Error::NotFound)?;
    let content = read(desk, &row).map_err(|_| Error::NotFound)?;
    if is_withheld(&content.body, content.secret) {
        return Err(Error::NotFound);
    }
    let content = Content { alarm: false, ..content };
    Ok(email::render(desk, &email::Envelope { row: &row, content: &content }).await?.html)
}

/// Number of failed messages of any age.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin.
pub async fn dead(desk: &Messaging, actor: &Actor) -> Result<i64> {
    actor.must(Role::Admin)?;
    Ok(rows::count_abandoned(&desk.db).await?)
}

fn delivery(desk: &Messaging, row: &rows::Message) -> Delivery {
    match (row.sent_at, row.failed_at) {
        (Some(at), _) => Delivery::Sent(at),
        (None, Some(at)) => Delivery::Dead(at),
        (None, None) if row.sending_until.is_some_and(|until| until > desk.clock.now()) => Delivery::Sending,
        (None, None) if row.attempts > 0 => Delivery::Again(row.next_attempt_at),
        (None, None) => Delivery::Waiting,
    }
}

/// Queues a failed message again (admins only).
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin; not found if the message has not failed.
pub async fn retry(desk: &Messaging, actor: &Actor, id: MessageId) -> Result<()> {
    actor.must(Role::Admin)?;
    let mut tx = desk.db.begin().await?;
    if !rows::retry_message(&mut tx, id, desk.clock.now()).await? {
        return Err(Error::NotFound);
    }
    Ok(tx.commit().await?)
}

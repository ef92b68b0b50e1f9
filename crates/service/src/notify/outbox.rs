//! The outbox: what is written for people, sealed, and what has become of it.

use super::email;
use crate::{Actor, Desk, Error, Result, Sealed, mail};
use domain::{
    MessageId, Role, UserId,
    notification::{Channel, Delivery, Outgoing, Stage, Topic},
};
use serde::{Deserialize, Serialize};
use store::{Tx, message as rows};
use uuid::Uuid;

/// The table that bodies are sealed for; it was called so when the first ones were.
const TABLE: &str = "mails";

/// What a message says. It may hold a reset link: it is sealed in the database and never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// One line.
    pub subject: String,
    /// As plain text.
    pub body: String,
    /// As a piece of HTML, everything in it escaped; made of the plain text where there is none.
    #[serde(default)]
    pub html: Option<String>,
    /// What the mail's own link switches off; none where it has no such link.
    #[serde(default)]
    pub topic: Option<Topic>,
    /// Whoever reads it can act as its reader: nobody but the server that delivers it is shown the text.
    #[serde(default)]
    pub secret: bool,
    /// As a mail it ends with the link that freezes its reader's account.
    #[serde(default)]
    pub alarm: bool,
}

impl Content {
    /// Plain text, which no link switches off.
    #[must_use]
    pub fn plain(subject: &str, body: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            body: body.to_owned(),
            html: None,
            topic: None,
            secret: false,
            alarm: false,
        }
    }
}

/// A letter to one of our people, written once.
pub struct Letter<'a> {
    /// Names it: written again under the same name it is not sent again.
    pub once: &'a str,
    /// What it says.
    pub content: &'a Content,
}

/// A message before it is sealed.
pub(crate) struct Draft<'a> {
    pub(crate) user: Option<UserId>,
    pub(crate) channel: Channel,
    pub(crate) to: &'a str,
    pub(crate) once: Option<&'a str>,
    pub(crate) content: &'a Content,
}

/// Puts a letter to a person into the outbox, for their mailbox; whether it was new. The caller has asked whether they
/// want it ([`super::wants`]).
///
/// # Errors
/// Not found when there is no such person.
pub async fn letter(desk: &Desk, tx: &mut Tx, user: UserId, letter: &Letter<'_>) -> Result<bool> {
    let person = store::user::get(&mut *tx, user).await?.ok_or(Error::NotFound)?;
    let draft = Draft {
        user: Some(user),
        channel: Channel::Email,
        to: &person.email,
        once: Some(letter.once),
        content: letter.content,
    };
    put(desk, tx, &draft).await
}

/// Puts a message into the outbox; whether it was new.
pub(crate) async fn put(desk: &Desk, tx: &mut Tx, draft: &Draft<'_>) -> Result<bool> {
    let id = MessageId::mint(&*desk.clock, &*desk.chance);
    put_as(desk, tx, id, draft).await
}

/// The same under an id that is known already. To people without an address nothing is mailed.
pub(crate) async fn put_as(desk: &Desk, tx: &mut Tx, id: MessageId, draft: &Draft<'_>) -> Result<bool> {
    if draft.channel == Channel::Email && mail::is_nowhere(draft.to) {
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
    Ok(rows::insert(tx, &row).await?)
}

fn owner(user: Option<UserId>) -> Uuid {
    user.map_or(Uuid::nil(), |user| user.0)
}

/// Opens a message.
pub(super) fn read(desk: &Desk, row: &rows::Message) -> Result<Content> {
    let sealed = Sealed::from_bytes(&row.sealed_body)?;
    let plain = desk.sealer.open(TABLE, row.id.0, owner(row.user_id), &sealed)?;
    serde_json::from_slice(&plain).map_err(Error::fault)
}

/// Which messages of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// Of this channel only.
    pub channel: Option<Channel>,
    /// As far as this only.
    pub stage: Option<Stage>,
    /// Those that follow this one.
    pub after: Option<MessageId>,
    /// At most so many, and at most a thousand.
    pub limit: u32,
}

impl Search {
    /// The first of all messages.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self { channel: None, stage: None, after: None, limit }
    }
}

/// Messages, for the admin: where no mail server is configured, this is how they reach anyone. What was given up comes
/// first, then what waits, then what was sent; the newest of each before the others.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin.
pub async fn list(desk: &Desk, actor: &Actor, search: &Search) -> Result<Vec<Outgoing>> {
    actor.must(Role::Admin)?;
    let after = match search.after {
        Some(id) => rows::get(&desk.db, id).await?.map(|row| (row.stage(), id)),
        None => None,
    };
    let limit = i64::from(search.limit.min(1_000));
    let search = rows::Search { channel: search.channel, stage: search.stage, after, limit };
    let rows = rows::search(&desk.db, &search).await?;
    rows.into_iter()
        .map(|row| {
            let Content { subject, body, secret, .. } = read(desk, &row)?;
            let withheld = is_withheld(&body, secret);
            let body = if withheld { String::new() } else { body };
            let delivery = delivery(desk, &row);
            Ok(Outgoing {
                id: row.id,
                channel: row.channel,
                to: row.to_address,
                subject,
                body,
                withheld,
                created_at: row.created_at,
                delivery,
                attempts: row.attempts,
                failure: row.failure,
            })
        })
        .collect()
}

/// Whether nobody is shown a text. Reset links of before [`Content::secret`] are known by their address.
fn is_withheld(body: &str, secret: bool) -> bool {
    secret || body.contains("/reset?token=")
}

/// A mail as its reader sees it, with the link that stops such mails, and without the one that freezes the account.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin; not found when it is no mail, or one that nobody is shown.
pub async fn as_mailed(desk: &Desk, actor: &Actor, id: MessageId) -> Result<String> {
    actor.must(Role::Admin)?;
    let row = rows::get(&desk.db, id).await?.filter(|row| row.channel == Channel::Email);
    let row = row.ok_or(Error::NotFound)?;
    let content = read(desk, &row)?;
    if is_withheld(&content.body, content.secret) {
        return Err(Error::NotFound);
    }
    let content = Content { alarm: false, ..content };
    Ok(email::said(desk, &email::Envelope { row: &row, content: &content }).await?.html)
}

/// How many messages were given up, however old they are.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin.
pub async fn dead(desk: &Desk, actor: &Actor) -> Result<i64> {
    actor.must(Role::Admin)?;
    Ok(rows::dead(&desk.db).await?)
}

fn delivery(desk: &Desk, row: &rows::Message) -> Delivery {
    match (row.sent_at, row.failed_at) {
        (Some(at), _) => Delivery::Sent(at),
        (None, Some(at)) => Delivery::Dead(at),
        (None, None) if row.sending_until.is_some_and(|until| until > desk.clock.now()) => Delivery::Sending,
        (None, None) if row.attempts > 0 => Delivery::Again(row.next_attempt_at),
        (None, None) => Delivery::Waiting,
    }
}

/// Has a message that was given up tried again, by the admin.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin; not found when it was not given up.
pub async fn retry(desk: &Desk, actor: &Actor, id: MessageId) -> Result<()> {
    actor.must(Role::Admin)?;
    let mut tx = desk.db.begin().await?;
    if !rows::revive(&mut tx, id, desk.clock.now()).await? {
        return Err(Error::NotFound);
    }
    Ok(tx.commit().await?)
}

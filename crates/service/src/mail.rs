//! Letters that somebody waits for, such as a reset link: written to the outbox in the transaction that causes them.

mod letters;

pub(crate) use letters::{reset_link, support_asked};

use crate::{
    Desk, Result,
    notify::{Content, outbox},
};
use domain::{UserId, notification::Channel};
use store::Tx;

/// A message before it has an address. Its body may hold a reset link: it is sealed in the database and never logged.
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) body: String,
    /// Whoever reads it can act as its reader.
    pub(crate) secret: bool,
    /// It tells of something that a thief does: it ends with the link that freezes the account.
    pub(crate) alarm: bool,
}

/// Nobody's mailbox: the name `invalid` is kept free for this (RFC 2606).
const NOWHERE: &str = "@identity.invalid";

/// The address of a person of whom we know none.
pub(crate) fn nowhere(user: UserId) -> String {
    format!("{user}{NOWHERE}")
}

/// Whether it is such an address: nothing is written to it.
pub(crate) fn is_nowhere(address: &str) -> bool {
    address.ends_with(NOWHERE)
}

/// Puts a letter into the outbox.
pub(crate) async fn enqueue(
    desk: &Desk,
    tx: &mut Tx,
    user: Option<UserId>,
    to: &str,
    letter: &Letter,
) -> Result<()> {
    let content = Content {
        secret: letter.secret,
        alarm: letter.alarm,
        ..Content::plain(&letter.subject, &letter.body)
    };
    let draft = outbox::Draft { user, channel: Channel::Email, to, once: None, content: &content };
    outbox::put(desk, tx, &draft).await.map(drop)
}

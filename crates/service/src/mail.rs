//! Transactional mails such as reset links: written to the outbox in the transaction that causes them.

mod letters;

pub(crate) use letters::{reset_link, support_requested};

use crate::{
    Desk, Result,
    notify::{Content, outbox},
};
use domain::{UserId, notification::Channel};
use store::Tx;

/// A mail without its address. The body may contain a reset link: it is encrypted in the database and never
/// logged.
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) body: String,
    /// Whether the mail gives its reader access to the account.
    pub(crate) secret: bool,
    /// Whether the mail reports something that an intruder might do: it then ends with the link that freezes
    /// the account.
    pub(crate) alarm: bool,
}

/// Domain of placeholder addresses: `invalid` is reserved (RFC 2606).
const NOWHERE: &str = "@identity.invalid";

/// The placeholder address of a user whose e-mail is unknown.
pub(crate) fn nowhere(user: UserId) -> String {
    format!("{user}{NOWHERE}")
}

/// Whether an address is a placeholder: no mail is sent to it.
pub(crate) fn is_nowhere(address: &str) -> bool {
    address.ends_with(NOWHERE)
}

/// Puts a mail into the outbox.
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
    let draft = outbox::PlainMessage { user, channel: Channel::Email, to, once: None, content: &content };
    outbox::put(desk, tx, &draft).await.map(drop)
}

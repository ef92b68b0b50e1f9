//! Transactional mails such as reset links: written to the outbox in the transaction that causes them.

mod letters;
mod words;

pub(crate) use letters::{audit_changed, reset_link, support_requested};

use crate::{
    error::Result,
    messaging::{
        Messaging,
        notify::{Content, outbox},
    },
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

/// Puts a mail into the outbox.
pub(crate) async fn enqueue(
    desk: &Messaging,
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

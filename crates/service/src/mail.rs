//! Letters that somebody waits for, such as a reset link: written to the outbox in the transaction that causes them.

mod letters;

pub(crate) use letters::reset_link;

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
}

/// Puts a letter into the outbox.
pub(crate) async fn enqueue(
    desk: &Desk,
    tx: &mut Tx,
    user: Option<UserId>,
    to: &str,
    letter: &Letter,
) -> Result<()> {
    let content = Content::plain(&letter.subject, &letter.body);
    let draft = outbox::Draft { user, channel: Channel::Email, to, once: None, content: &content };
    outbox::put(desk, tx, &draft).await.map(drop)
}

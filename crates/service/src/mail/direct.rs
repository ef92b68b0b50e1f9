//! Mail that passes the outbox by: from a program that watches the desk, and has no database.

use super::{Letter, Mailer};
use crate::MailSettings;
use anyhow::{Context as _, Result};
use lettre::message::Mailbox;

/// A mail server, without an outbox: what it does not take, the caller keeps.
pub struct Direct(Mailer);

impl Direct {
    /// Reads the settings; connects only when there is something to send. `to` is checked, too: better now than in the
    /// night.
    ///
    /// # Errors
    /// When they cannot be used.
    pub fn new(settings: &MailSettings, to: &str) -> Result<Self> {
        to.parse::<Mailbox>().with_context(|| format!("{to} is no address"))?;
        Ok(Self(Mailer::new(settings)?))
    }

    /// Sends a message.
    ///
    /// # Errors
    /// When it was not taken.
    pub async fn send(&self, to: &str, subject: &str, body: &str) -> Result<()> {
        let letter = Letter { subject: subject.to_owned(), body: body.to_owned() };
        self.0.send(to, &letter).await
    }
}

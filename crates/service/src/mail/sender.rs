//! Handing messages to a mail server.

use super::Letter;
use crate::MailSettings;
use anyhow::{Context as _, Result};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use std::time::Duration;

/// A mail server, or none: then messages stay in the outbox.
pub(crate) struct Mailer {
    server: Option<AsyncSmtpTransport<Tokio1Executor>>,
    from: Mailbox,
}

impl Mailer {
    /// Reads the settings; connects only when there is something to send.
    pub(crate) fn new(settings: &MailSettings) -> Result<Self> {
        let from = settings.from.parse().context("the sender of mails is no address")?;
        let server = settings.smtp_url.as_deref().map(|url| {
            // The address holds a password: it is not repeated in the error.
            let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
                .map_err(|_| anyhow::anyhow!("SMTP_URL is not like smtps://name:password@host:465"))?;
            anyhow::Ok(builder.timeout(Some(Duration::from_secs(20))).build())
        });
        Ok(Self { server: server.transpose()?, from })
    }

    /// Whether there is a server at all.
    pub(crate) const fn sends(&self) -> bool {
        self.server.is_some()
    }

    pub(crate) async fn send(&self, to: &str, letter: &Letter) -> Result<()> {
        let server = self.server.as_ref().context("no mail server is configured")?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to.parse()?)
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone())?;
        server.send(message).await?;
        Ok(())
    }
}

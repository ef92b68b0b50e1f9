//! Messages that pass the outbox by: from a program that watches the desk, and has no database.

use super::{email::Mailer, telegram::Bot};
use crate::{MailSettings, TelegramSettings};
use anyhow::{Context as _, Result, anyhow};
use lettre::message::Mailbox;

/// A way to somebody, without an outbox: what is not taken, the caller keeps.
pub struct Direct(Way);

enum Way {
    Mail(Box<Mailer>, Mailbox),
    Telegram(Bot, i64),
}

impl Direct {
    /// By mail. The settings and the address are read now, better than in the night; it connects only when there is
    /// something to send.
    ///
    /// # Errors
    /// When they cannot be used.
    pub fn mail(settings: &MailSettings, to: &str) -> Result<Self> {
        let to = to.parse().with_context(|| format!("{to} is not an e-mail address"))?;
        Ok(Self(Way::Mail(Box::new(Mailer::new(settings)?), to)))
    }

    /// By a bot, into a chat that it knows by its number.
    ///
    /// # Errors
    /// When they cannot be used.
    pub fn telegram(settings: &TelegramSettings, chat: &str) -> Result<Self> {
        let token = settings.token.clone().context("TELEGRAM_BOT_TOKEN is not set")?;
        let chat = chat.parse().with_context(|| format!("{chat} is not a Telegram chat id"))?;
        Ok(Self(Way::Telegram(Bot::new(&settings.api_base, token)?, chat)))
    }

    /// What it is called in a log.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.0 {
            Way::Mail(..) => "mail",
            Way::Telegram(..) => "telegram",
        }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// When it was not taken.
    pub async fn send(&self, subject: &str, body: &str) -> Result<()> {
        match &self.0 {
            Way::Mail(mailer, to) => mailer.send_plain(to, subject, body).await,
            Way::Telegram(bot, chat) => bot.send(*chat, body).await.map_err(|trouble| anyhow!("{trouble}")),
        }
    }
}

//! Messages that bypass the outbox, for the watchdog, which has no database.

use super::{email::Mailer, telegram::Bot};
use crate::platform::settings::{MailSettings, TelegramSettings};
use anyhow::{Context as _, Result, anyhow};
use language::Lang;
use lettre::message::Mailbox;

/// A channel without an outbox; if sending fails, the caller must retry.
pub struct Direct(Way);

enum Way {
    Mail(Box<Mailer>, Mailbox),
    Telegram(Bot, i64),
}

impl Direct {
    /// Sends by mail. Settings and address are validated here, so that a mistake shows at start; it connects
    /// only when sending.
    ///
    /// # Errors
    /// When the settings or the address are invalid.
    pub fn mail(settings: &MailSettings, to: &str) -> Result<Self> {
        let to = to.parse().with_context(|| format!("{to} is not an e-mail address"))?;
        Ok(Self(Way::Mail(Box::new(Mailer::new(settings)?), to)))
    }

    /// Sends by a bot to the chat with this id.
    ///
    /// # Errors
    /// When the settings or the chat id are invalid.
    pub fn telegram(settings: &TelegramSettings, chat: &str) -> Result<Self> {
        let token = settings.token.clone().context("TELEGRAM_BOT_TOKEN is not set")?;
        let chat = chat.parse().with_context(|| format!("{chat} is not a Telegram chat id"))?;
        Ok(Self(Way::Telegram(Bot::new(&settings.api_base, token)?, chat)))
    }

    /// Name in log lines.
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
    /// When the message was not accepted.
    pub async fn send(&self, subject: &str, body: &str) -> Result<()> {
        match &self.0 {
            Way::Mail(mailer, to) => mailer.send_plain(to, subject, body).await,
            Way::Telegram(bot, chat) => {
                bot.send(*chat, body, Lang::En).await.map_err(|failure| anyhow!("{failure}"))
            }
        }
    }
}

//! Why a message was not delivered. The outbox stores a word, so that its page shows it in the reader's language.

use crate::key::words;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// The kind of a failed delivery.
    pub FailureKind {
        /// The attempt was interrupted: the message may have arrived.
        Interrupted = "interrupted",
        /// No chat is linked.
        NoChat = "no-chat",
        /// The event of the message cannot be parsed.
        EventUnreadable = "event-unreadable",
        /// The message cannot be decrypted.
        Undecryptable = "undecryptable",
        /// The message cannot be formatted as an e-mail.
        NoMail = "no-mail",
        /// The chat belongs to the simulator, but a bot is configured.
        SimulatedChat = "simulated-chat",
        /// Telegram's rate limit was reached.
        RateLimited = "rate-limited",
        /// Telegram rejected the bot's token.
        TokenRejected = "token-rejected",
        /// The user has blocked the bot.
        BotBlocked = "bot-blocked",
        /// Telegram rejected the message.
        TelegramRejected = "telegram-rejected",
        /// Telegram answered with a failure of its own.
        TelegramFailed = "telegram-failed",
        /// Telegram did not answer: the message may have arrived.
        TelegramSilent = "telegram-silent",
        /// No connection to Telegram could be made.
        TelegramUnreachable = "telegram-unreachable",
        /// No mail server is configured.
        NoMailServer = "no-mail-server",
        /// The mail server rejected the message.
        MailRejected = "mail-rejected",
        /// The mail server did not answer in time.
        MailServerSilent = "mail-server-silent",
        /// No connection to the mail server could be made.
        MailServerUnreachable = "mail-server-unreachable",
    }
}

impl FailureKind {
    /// The sentence for logs, and in rows of releases that stored sentences.
    const fn sentence(self) -> &'static str {
        match self {
            Self::Interrupted => "delivery was interrupted: it may have arrived",
            Self::NoChat => "no chat is linked anymore",
            Self::EventUnreadable => "its event cannot be read",
            Self::Undecryptable => "the message cannot be decrypted",
            Self::NoMail => "the message cannot be formatted as an e-mail",
            Self::SimulatedChat => "the chat belongs to the simulator, but a real bot is configured",
            Self::RateLimited => "Telegram rate limit reached",
            Self::TokenRejected => "Telegram rejected the bot token",
            Self::BotBlocked => "the user blocked the bot",
            Self::TelegramRejected => "Telegram rejected the message",
            Self::TelegramFailed => "Telegram has a failure",
            Self::TelegramSilent => "Telegram did not answer",
            Self::TelegramUnreachable => "cannot reach Telegram",
            Self::NoMailServer => "no mail server is configured",
            Self::MailRejected => "the mail server rejected the message",
            Self::MailServerSilent => "the mail server did not answer in time",
            Self::MailServerUnreachable => "cannot reach the mail server",
        }
    }
}

/// Why a message was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryFailure {
    /// The kind, and the status code if the server answered with one.
    Known(FailureKind, Option<u16>),
    /// A sentence that an earlier release stored.
    Sentence(String),
}

impl DeliveryFailure {
    /// A failure without a status code.
    #[must_use]
    pub const fn of(kind: FailureKind) -> Self {
        Self::Known(kind, None)
    }

    /// A failure with the status code of the server's answer.
    #[must_use]
    pub const fn with_code(kind: FailureKind, code: u16) -> Self {
        Self::Known(kind, Some(code))
    }

    /// Returns the text for the database.
    #[must_use]
    pub fn stored(&self) -> String {
        match self {
            Self::Known(kind, None) => kind.word().to_owned(),
            Self::Known(kind, Some(code)) => format!("{kind} {code}"),
            Self::Sentence(text) => text.clone(),
        }
    }

    /// Parses a text of the database, also one of an earlier release.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let (word, code) =
            text.split_once(' ').map_or((text, None), |(word, code)| (word, code.parse().ok()));
        if let Some(kind) = FailureKind::parse(word) {
            return Self::Known(kind, code);
        }
        let earlier = FailureKind::ALL.iter().find(|kind| kind.sentence() == text);
        earlier.map_or_else(|| Self::Sentence(text.to_owned()), |kind| Self::of(*kind))
    }

    /// Returns whether the message may have arrived although it counts as not delivered.
    #[must_use]
    pub const fn may_have_arrived(&self) -> bool {
        matches!(self, Self::Known(FailureKind::Interrupted | FailureKind::TelegramSilent, _))
    }
}

/// The English sentence, for logs.
impl fmt::Display for DeliveryFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(kind, None) => f.write_str(kind.sentence()),
            Self::Known(kind, Some(code)) => write!(f, "{} ({code})", kind.sentence()),
            Self::Sentence(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_failure_is_read_again() {
        for kind in FailureKind::ALL {
            for failure in [DeliveryFailure::of(*kind), DeliveryFailure::with_code(*kind, 550)] {
                assert_eq!(DeliveryFailure::read(&failure.stored()), failure);
            }
        }
        assert_eq!(DeliveryFailure::with_code(FailureKind::MailRejected, 550).stored(), "mail-rejected 550");
    }

    #[test]
    fn sentences_of_earlier_releases_are_read() {
        for kind in FailureKind::ALL {
            assert_eq!(DeliveryFailure::read(kind.sentence()), DeliveryFailure::of(*kind));
        }
        let unknown = "Telegram answered 502";
        assert_eq!(DeliveryFailure::read(unknown), DeliveryFailure::Sentence(unknown.into()));
        assert!(DeliveryFailure::read("Telegram did not answer").may_have_arrived());
    }
}

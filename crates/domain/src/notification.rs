//! Notifications: event kinds, delivery channels, preferences and the state of each message.

mod failure;
mod link;

pub use failure::{DeliveryFailure, FailureKind};
pub use link::{BOTS, CODE_LENGTH, Method, link_code, typed_code};

use crate::{Clock, Entropy, MessageId, Micros, key::words};
use serde::{Deserialize, Serialize};

words! {
    /// The channel over which a message is delivered.
    pub Channel {
        /// E-mail.
        Email = "email",
        /// Telegram, or the simulator that replaces it.
        Telegram = "telegram",
    }
}

words! {
    /// The kind of event a user is notified about.
    pub Kind {
        /// The exchange accepted an order of the user, manual or copied.
        NewOrder = "new-order",
        /// A take-profit order was filled.
        TakeProfit = "take-profit",
        /// A stop order was filled.
        StopLoss = "stop-loss",
        /// The exchange rejected a key.
        KeyRefused = "key-refused",
        /// A key's permissions at the exchange have changed.
        KeyRights = "key-rights",
        /// An order that was not sent by Slipstream was filled.
        ForeignFill = "foreign-fill",
        /// A position had no stop.
        Unprotected = "unprotected",
        /// The exchange refuses to close a copied position whose strategy has exited.
        ExitLate = "exit-late",
        /// A private signal source refused an alert.
        AlertRefused = "alert-refused",
        /// A private signal source waits for approval, or an admin decided about it.
        SourceApproval = "source-approval",
        /// A strategy was paused because it sent too many signals.
        StrategyPaused = "strategy-paused",
        /// An event webhook was disabled.
        WebhookDisabled = "webhook-disabled",
        /// A risk rule tripped, or skipped an entry.
        RuleTripped = "rule-tripped",
        /// The subscription plan ends soon.
        PlanLapses = "plan-lapses",
        /// A sign-in from a new device or place.
        SignedIn = "signed-in",
        /// The password was changed.
        PasswordChanged = "password-changed",
        /// Another credential was created or changed.
        Credential = "credential",
    }
}

words! {
    /// A kind of mail that users can unsubscribe from by the link in it. All other mails concern their
    /// security.
    pub Topic {
        /// [`Kind::NewOrder`].
        NewOrder = "new-order",
        /// [`Kind::TakeProfit`].
        TakeProfit = "take-profit",
        /// [`Kind::StopLoss`].
        StopLoss = "stop-loss",
        /// The weekly report.
        WeeklyReport = "weekly-report",
        /// The monthly report.
        MonthlyReport = "monthly-report",
    }
}

impl Kind {
    /// Returns the topic that disables this notification, or `None` if it is always sent.
    #[must_use]
    pub const fn topic(self) -> Option<Topic> {
        match self {
            Self::NewOrder => Some(Topic::NewOrder),
            Self::TakeProfit => Some(Topic::TakeProfit),
            Self::StopLoss => Some(Topic::StopLoss),
            Self::KeyRefused
            | Self::KeyRights
            | Self::ForeignFill
            | Self::Unprotected
            | Self::ExitLate
            | Self::AlertRefused
            | Self::SourceApproval
            | Self::StrategyPaused
            | Self::WebhookDisabled
            | Self::RuleTripped
            | Self::PlanLapses
            | Self::SignedIn
            | Self::PasswordChanged
            | Self::Credential => None,
        }
    }

    /// Returns whether it reports a failure of a position's protection or of a key; these are recorded in the
    /// audit log.
    #[must_use]
    pub const fn is_protection(self) -> bool {
        matches!(self, Self::KeyRefused | Self::Unprotected | Self::ExitLate)
    }

    /// Returns whether it reports something that an attacker would do. Its mails contain the link that freezes
    /// the account.
    #[must_use]
    pub const fn is_security(self) -> bool {
        matches!(self, Self::SignedIn | Self::PasswordChanged | Self::Credential)
    }
}

/// A user's notification preferences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// Weekly report, by e-mail.
    pub weekly_report: bool,
    /// Monthly report, by e-mail.
    pub monthly_report: bool,
    /// New orders, by e-mail.
    pub email_new_order: bool,
    /// Take-profit fills, by e-mail.
    pub email_take_profit: bool,
    /// Stop-loss fills, by e-mail.
    pub email_stop_loss: bool,
    /// New orders, by Telegram.
    pub telegram_new_order: bool,
    /// Take-profit fills, by Telegram.
    pub telegram_take_profit: bool,
    /// Stop-loss fills, by Telegram.
    pub telegram_stop_loss: bool,
}

/// As in the API document's example of a user who has not linked Telegram.
impl Default for Switches {
    fn default() -> Self {
        Self {
            weekly_report: true,
            monthly_report: true,
            email_new_order: true,
            email_take_profit: true,
            email_stop_loss: true,
            telegram_new_order: false,
            telegram_take_profit: false,
            telegram_stop_loss: false,
        }
    }
}

impl Switches {
    /// Returns the e-mail switch of a topic.
    pub const fn by_email(&mut self, topic: Topic) -> &mut bool {
        match topic {
            Topic::NewOrder => &mut self.email_new_order,
            Topic::TakeProfit => &mut self.email_take_profit,
            Topic::StopLoss => &mut self.email_stop_loss,
            Topic::WeeklyReport => &mut self.weekly_report,
            Topic::MonthlyReport => &mut self.monthly_report,
        }
    }

    /// Returns a copy with all Telegram switches off, for a user whose chat is no longer linked.
    #[must_use]
    pub const fn without_telegram(self) -> Self {
        Self { telegram_new_order: false, telegram_take_profit: false, telegram_stop_loss: false, ..self }
    }
}

/// A user's notification preferences with their timestamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// The preferences.
    pub switches: Switches,
    /// When they were first saved, or could first have been.
    pub created_at: Micros,
    /// When they were last saved.
    pub updated_at: Micros,
}

words! {
    /// The stage of a message, in the order in which admins review them.
    pub Stage {
        /// Delivery failed permanently.
        Dead = "dead",
        /// Not accepted yet.
        Waiting = "waiting",
        /// Accepted by the mail server or by Telegram.
        Sent = "sent",
    }
}

/// The delivery state of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// Not attempted yet.
    Waiting,
    /// A worker is delivering it.
    Sending,
    /// The last attempt failed; the next one is at this time.
    Again(Micros),
    /// Accepted at this time.
    Sent(Micros),
    /// Abandoned at this time.
    Dead(Micros),
}

/// A message as the admin's outbox shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Id of the message.
    pub id: MessageId,
    /// The delivery channel.
    pub channel: Channel,
    /// The recipient.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The plain-text body.
    pub body: String,
    /// Whether the text contains a secret that grants access, so that only the recipient may read it.
    pub withheld: bool,
    /// Whether the message cannot be decrypted; subject and body are empty then.
    pub unreadable: bool,
    /// When the message was written.
    pub created_at: Micros,
    /// The delivery state.
    pub delivery: Delivery,
    /// Number of delivery attempts.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub failure: Option<DeliveryFailure>,
}

/// One message of the conversation with the bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Whether the bot sent it.
    pub ours: bool,
    /// The text.
    pub body: String,
    /// When it was sent.
    pub at: Micros,
}

/// Returns the time of the next attempt: now plus `pause` microseconds plus a random share of up to half of
/// it, so that messages that failed together are not retried together.
#[must_use]
pub fn jittered(clock: &dyn Clock, entropy: &dyn Entropy, pause: i64) -> Micros {
    let mut bytes = [0_u8; 4];
    entropy.fill(&mut bytes);
    let spread = i64::from(u32::from_be_bytes(bytes));
    clock.now().plus(pause + (pause / 2 * (spread >> 16)) / (1 << 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.fill(self.0);
        }
    }
    impl Clock for Fixed {
        fn now(&self) -> Micros {
            Micros(1_000)
        }
    }

    #[test]
    fn jitter_stays_within_half_the_pause() {
        let pause = 60_000_000;
        for byte in 0..=255 {
            let at = jittered(&Fixed(byte), &Fixed(byte), pause).since(Micros(1_000));
            assert!((pause..=pause + pause / 2).contains(&at), "{at}");
        }
    }

    #[test]
    fn every_topic_has_a_switch_of_its_own() {
        for topic in Topic::ALL {
            let mut switches = Switches::default();
            *switches.by_email(*topic) = false;
            assert_ne!(switches, Switches::default(), "{topic}");
        }
    }
}

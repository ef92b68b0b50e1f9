//! What a person is told of, where, and what has become of each message.

use crate::{Chance, Clock, MessageId, Micros, key::words};
use serde::{Deserialize, Serialize};

words! {
    /// How a message reaches a person.
    pub Channel {
        /// By e-mail.
        Email = "email",
        /// By Telegram, or the simulator that stands in for it.
        Telegram = "telegram",
    }
}

words! {
    /// What a person is told of.
    pub Kind {
        /// An order of theirs, by hand or copied, was taken by the exchange.
        NewOrder = "new-order",
        /// A take-profit order was filled.
        TakeProfit = "take-profit",
        /// A stop was filled.
        StopLoss = "stop-loss",
        /// The exchange refuses a key.
        KeyRefused = "key-refused",
        /// What a key may do at the exchange has changed.
        KeyRights = "key-rights",
        /// An order that Slipstream did not send was filled.
        ForeignFill = "foreign-fill",
        /// A position stood without its stop.
        Unprotected = "unprotected",
        /// The exchange refuses to close a copied position that its strategy left.
        ExitLate = "exit-late",
        /// The plan ends soon.
        PlanLapses = "plan-lapses",
        /// Somebody signed in from somewhere new.
        SignedIn = "signed-in",
        /// The password was changed.
        PasswordChanged = "password-changed",
        /// Another credential was made or changed.
        Credential = "credential",
    }
}

words! {
    /// What a person can switch off by the link in a mail. All else is about their safety.
    pub Topic {
        /// [`Kind::NewOrder`].
        NewOrder = "new-order",
        /// [`Kind::TakeProfit`].
        TakeProfit = "take-profit",
        /// [`Kind::StopLoss`].
        StopLoss = "stop-loss",
        /// The report of each week.
        WeeklyReport = "weekly-report",
        /// The report of each month.
        MonthlyReport = "monthly-report",
    }
}

impl Kind {
    /// What switches it off; none for what is always told.
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
            | Self::PlanLapses
            | Self::SignedIn
            | Self::PasswordChanged
            | Self::Credential => None,
        }
    }

    /// Whether it tells how a position's protection or a key failed: the audit has it.
    #[must_use]
    pub const fn is_protection(self) -> bool {
        matches!(self, Self::KeyRefused | Self::Unprotected | Self::ExitLate)
    }

    /// Whether it tells of something that a thief does: its mails carry the link that freezes the account.
    #[must_use]
    pub const fn is_security(self) -> bool {
        matches!(self, Self::SignedIn | Self::PasswordChanged | Self::Credential)
    }
}

/// What a person wants to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// The report of each week, by e-mail.
    pub weekly_report: bool,
    /// The report of each month, by e-mail.
    pub monthly_report: bool,
    /// New orders, by e-mail.
    pub email_new_order: bool,
    /// Take-profits, by e-mail.
    pub email_take_profit: bool,
    /// Stop-losses, by e-mail.
    pub email_stop_loss: bool,
    /// New orders, by Telegram.
    pub telegram_new_order: bool,
    /// Take-profits, by Telegram.
    pub telegram_take_profit: bool,
    /// Stop-losses, by Telegram.
    pub telegram_stop_loss: bool,
}

/// As in the document's example of somebody who has not linked Telegram.
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
    /// The switch of a mail's topic.
    pub const fn by_email(&mut self, topic: Topic) -> &mut bool {
        match topic {
            Topic::NewOrder => &mut self.email_new_order,
            Topic::TakeProfit => &mut self.email_take_profit,
            Topic::StopLoss => &mut self.email_stop_loss,
            Topic::WeeklyReport => &mut self.weekly_report,
            Topic::MonthlyReport => &mut self.monthly_report,
        }
    }

    /// The same without Telegram: for a person whose chat is gone.
    #[must_use]
    pub const fn without_telegram(self) -> Self {
        Self { telegram_new_order: false, telegram_take_profit: false, telegram_stop_loss: false, ..self }
    }
}

/// A person's switches, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// The switches.
    pub switches: Switches,
    /// When they were first set, or could first have been.
    pub created_at: Micros,
    /// When they were last set.
    pub updated_at: Micros,
}

/// How a person links Telegram, and whether they have.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// Where the bot is.
    pub bot_url: String,
    /// What to send to it. Only its owner is shown it.
    pub code: String,
    /// Until when it links.
    pub code_expires_at: Micros,
    /// Linked, and messages reach the chat.
    pub active: bool,
    /// When Telegram was first looked at.
    pub created_at: Micros,
    /// When anything of this last changed.
    pub updated_at: Micros,
}

/// The code links a chat to the person.
impl std::fmt::Debug for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Method").field("active", &self.active).finish_non_exhaustive()
    }
}

words! {
    /// How far a message is, in the order in which an operator looks at them.
    pub Stage {
        /// It was given up.
        Dead = "dead",
        /// It has not been taken yet.
        Waiting = "waiting",
        /// It was taken.
        Sent = "sent",
    }
}

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// It has not been tried yet.
    Waiting,
    /// Somebody is handing it over.
    Sending,
    /// It failed and is tried again at this moment.
    Again(Micros),
    /// It was taken at this moment.
    Sent(Micros),
    /// It was given up at this moment.
    Dead(Micros),
}

/// A message, as the admin's outbox shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Its id.
    pub id: MessageId,
    /// How it goes.
    pub channel: Channel,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub body: String,
    /// It lets its reader in: nobody else is shown the text.
    pub withheld: bool,
    /// When it was written.
    pub created_at: Micros,
    /// What has become of it.
    pub delivery: Delivery,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub failure: Option<String>,
}

/// A line of the conversation with the bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Said by the desk.
    pub ours: bool,
    /// What was said.
    pub body: String,
    /// When.
    pub at: Micros,
}

/// How long a link code is.
pub const CODE_LENGTH: usize = 8;
/// What link codes are made of: nothing that looks like something else, because people type them.
const LETTERS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// A new link code.
#[must_use]
pub fn link_code(chance: &dyn Chance) -> String {
    let mut bytes = [0_u8; CODE_LENGTH];
    chance.fill(&mut bytes);
    // 32 letters divide 256: no letter comes more often than another.
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// A link code as it was typed, if it can be one.
#[must_use]
pub fn typed_code(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_lowercase();
    (code.len() == CODE_LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte))).then_some(code)
}

/// A moment somewhat after `pause`, up to half as long again: what failed together is not tried again together.
#[must_use]
pub fn jittered(clock: &dyn Clock, chance: &dyn Chance, pause: i64) -> Micros {
    let mut bytes = [0_u8; 4];
    chance.fill(&mut bytes);
    let spread = i64::from(u32::from_be_bytes(bytes));
    clock.now().plus(pause + (pause / 2 * (spread >> 16)) / (1 << 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);
    impl Chance for Fixed {
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
    fn a_code_reads_back_however_it_is_typed() {
        for byte in 0..=255 {
            let code = link_code(&Fixed(byte));
            assert_eq!(typed_code(&format!(" {} ", code.to_uppercase())).as_deref(), Some(code.as_str()));
        }
        assert_eq!(
            ["", "2222222", "222222222", "2222222o", "22222222é"].map(typed_code),
            [const { None }; 5]
        );
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

//! What the operator decided, as far as use cases care. Read and checked by the server at start.

mod edge;

pub use edge::{EdgeSettings, OidcSettings, Rates, RecaptchaSettings, Secret};

use zeroize::Zeroizing;

/// Long enough for some hundred followers within Binance's request limits, short enough for a price to mean something.
pub const SIGNAL_MAX_AGE_S: i64 = 120;

/// Whether orders are played or real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Play money on the sandbox exchange: every page wears a PAPER badge.
    Sandbox,
    /// Real orders: every page wears a LIVE badge.
    Live,
}

/// The settings of an install.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Played or real.
    pub mode: Mode,
    /// Where people reach us, without a slash at the end: the base of links in mails, and whether cookies are `Secure`.
    pub public_url: String,
    /// Addresses that our requests to exchanges come from, shown to people for their exchange's whitelist.
    pub egress_ips: Vec<String>,
    /// Whether keys that work from any address may be connected in live mode.
    pub allow_unrestricted_keys: bool,
    /// Two letters; for a profile without a country.
    pub jurisdiction: String,
    /// How mail leaves.
    pub mail: MailSettings,
    /// How Telegram is reached.
    pub telegram: TelegramSettings,
    /// How many attempts are heard.
    pub throttles: Throttles,
    /// Whom else to believe, how much to hear, who may look in.
    pub edge: EdgeSettings,
    /// How many seconds after a signal an entry may still be sent, and how late an alert may come.
    pub signal_max_age_s: i64,
}

/// How mail leaves. Without a server it stays in the admin's outbox.
#[derive(Clone)]
pub struct MailSettings {
    /// `smtp://` or `smtps://`, with the account's name and password; none keeps mail in the outbox.
    pub smtp_url: Option<String>,
    /// The sender's address.
    pub from: String,
}

impl MailSettings {
    /// The sender where none is configured.
    pub const FROM: &str = "Slipstream <slipstream@localhost>";
}

/// The address holds the mail account's password.
impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let smtp = if self.smtp_url.is_some() { "set" } else { "unset" };
        f.debug_struct("MailSettings").field("smtp_url", &smtp).field("from", &self.from).finish()
    }
}

/// Where Telegram's own Bot API is.
pub const TELEGRAM: &str = "https://api.telegram.org";

/// How Telegram is reached. Without a token the desk's own page stands in for it.
#[derive(Clone)]
pub struct TelegramSettings {
    /// The bot's token; it is part of every address asked for, so addresses are never logged.
    pub token: Option<Zeroizing<String>>,
    /// Where the Bot API is.
    pub api_base: String,
}

impl Default for TelegramSettings {
    fn default() -> Self {
        Self { token: None, api_base: TELEGRAM.to_owned() }
    }
}

impl std::fmt::Debug for TelegramSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let token = if self.token.is_some() { "set" } else { "unset" };
        f.debug_struct("TelegramSettings").field("token", &token).field("api_base", &self.api_base).finish()
    }
}

/// How often something may be tried in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The most tries.
    pub most: i64,
    /// In how many seconds.
    pub window_s: i64,
}

impl Limit {
    /// `most` tries in `minutes`.
    #[must_use]
    pub const fn per_minutes(most: i64, minutes: i64) -> Self {
        Self { most, window_s: minutes * 60 }
    }
}

/// The limits on guessing passwords and on flooding the desk or a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttles {
    /// Sign-ins, sign-ups and resets from one network.
    pub address: Limit,
    /// Sign-ins to one account, whoever tries.
    pub account: Limit,
    /// Reset mails to one mailbox.
    pub reset: Limit,
    /// Requests of one person to the operator.
    pub support: Limit,
    /// Wrong keys and secrets of programs from one network.
    pub programs: Limit,
    /// Requests of one API client.
    pub client: Limit,
    /// Link codes sent from one chat.
    pub chat: Limit,
    /// Sandbox accounts that one person opens.
    pub sandbox: Limit,
}

impl Default for Throttles {
    fn default() -> Self {
        Self {
            address: Limit::per_minutes(60, 15),
            account: Limit::per_minutes(10, 15),
            reset: Limit::per_minutes(3, 60),
            support: Limit::per_minutes(5, 60),
            programs: Limit::per_minutes(60, 15),
            client: Limit::per_minutes(300, 1),
            chat: Limit::per_minutes(10, 15),
            sandbox: Limit::per_minutes(50, 24 * 60),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Sandbox,
            public_url: "http://127.0.0.1:3000".to_owned(),
            egress_ips: Vec::new(),
            jurisdiction: "ZA".to_owned(),
            mail: MailSettings { smtp_url: None, from: "slipstream@localhost".to_owned() },
            telegram: TelegramSettings::default(),
            throttles: Throttles::default(),
            edge: EdgeSettings::default(),
            signal_max_age_s: SIGNAL_MAX_AGE_S,
            allow_unrestricted_keys: false,
        }
    }
}

//! Settings of the use cases. Read and validated by the server at start.

mod edge;

pub use edge::{EdgeSettings, OidcSettings, Rates, RecaptchaSettings, Secret};

use domain::{Decimal, dec};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Default maximum age of a signal: long enough for some hundred followers within Binance's rate limits,
/// short enough for the price to be meaningful.
pub const SIGNAL_MAX_AGE_S: i64 = 120;

/// Default number of signals of one strategy within a minute above which it is paused: working strategies send a few.
pub const SIGNALS_PER_MINUTE: u16 = 30;

/// Default highest value of one order while the first-day limits of a key apply, in USD.
pub const FIRST_DAY_CAP_USD: Decimal = dec!(100);

/// Whether orders are simulated or real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Simulated money on the sandbox exchange: every page shows a PAPER badge.
    Sandbox,
    /// Real orders: every page shows a LIVE badge.
    Live,
}

/// The settings of an install.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Sandbox or live.
    pub mode: Mode,
    /// Whether paper accounts count against their owners' plans in sandbox mode, so that the limits of the plans can be
    /// tried. Without effect in live mode, which always applies them.
    pub sandbox_plan_limits: bool,
    /// Public address of the desk, without a trailing slash: the base of links in mails, and decides whether
    /// cookies are `Secure`.
    pub public_url: String,
    /// Addresses that requests to exchanges come from, shown to users for their exchange's whitelist.
    pub egress_ips: Vec<String>,
    /// Whether keys without an IP restriction may be connected in live mode.
    pub allow_unrestricted_keys: bool,
    /// Highest value in USD of one order of a key that is connected in live mode, until its owner ends the first-day
    /// limits; `None` if new keys get no such limits.
    pub first_day_cap_usd: Option<Decimal>,
    /// Default country for profiles without one, as two letters.
    pub jurisdiction: String,
    /// Outgoing mail.
    pub mail: MailSettings,
    /// Access to Telegram.
    pub telegram: TelegramSettings,
    /// Rate limits on attempts.
    pub throttles: Throttles,
    /// External issuer, reCAPTCHA, request rates, CORS and metrics.
    pub edge: EdgeSettings,
    /// Maximum age in seconds of a signal whose entry may still be sent, and of an alert on arrival.
    pub signal_max_age_s: i64,
    /// Whether event webhooks may have addresses on this machine, without TLS; for tests and sandbox mode only.
    pub local_webhooks: bool,
    /// The only hosts that event webhooks may have, in lower case; empty if they may have any public one.
    pub webhook_hosts: Vec<String>,
    /// Number of signals of one strategy within a minute above which it is paused for entries.
    pub max_signals_per_minute: u16,
    /// File with the SHA-1 of breached passwords, sorted, which no new password may be in.
    pub breached_passwords: Option<PathBuf>,
    /// Whether audit rows are written to the log as well, so that they can be collected on another machine.
    pub log_audit: bool,
    /// Folder for the newest seal of the audit log, outside the database; `None` keeps it in memory only.
    pub audit_folder: Option<PathBuf>,
    /// How long rows stay in the database.
    pub retention: Retention,
    /// Whether a browser may choose the pseudo-locale by its cookie, and messages to users without a language are
    /// in it; for tests only.
    pub pseudo_locale: bool,
}

/// For how many days rows stay in the database ([`crate::platform::archive`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Events, from which pages that reconnect catch up and the bell is filled.
    pub events_days: u16,
    /// Delivered messages. At least [`Retention::MIN_DAYS`].
    pub messages_days: u16,
    /// Legs of finished orders, and fills. At least [`Retention::MIN_DAYS`].
    pub orders_days: u16,
}

impl Retention {
    /// Reports of the last month read what is younger, and the names of notices are kept as long.
    pub const MIN_DAYS: u16 = 90;
}

impl Default for Retention {
    fn default() -> Self {
        Self { events_days: 7, messages_days: Self::MIN_DAYS, orders_days: 400 }
    }
}

/// Outgoing mail. Without a server, mails stay in the admin's outbox.
#[derive(Clone)]
pub struct MailSettings {
    /// `smtp://` or `smtps://` URL with the account's name and password; `None` keeps mails in the outbox.
    pub smtp_url: Option<String>,
    /// The sender's address.
    pub from: String,
}

impl MailSettings {
    /// Default sender.
    pub const FROM: &str = "Slipstream <slipstream@localhost>";
}

/// Hides the URL, which contains the mail account's password.
impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let smtp = if self.smtp_url.is_some() { "set" } else { "unset" };
        f.debug_struct("MailSettings").field("smtp_url", &smtp).field("from", &self.from).finish()
    }
}

/// Address of Telegram's own Bot API.
pub const TELEGRAM: &str = "https://api.telegram.org";

/// Access to Telegram. Without a token, the desk's own page simulates it.
#[derive(Clone)]
pub struct TelegramSettings {
    /// The bot's token; it is part of every URL, so URLs are never logged.
    pub token: Option<Zeroizing<String>>,
    /// Address of the Bot API.
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

/// Maximum attempts in a time window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Maximum attempts.
    pub most: i64,
    /// Length of the window, in seconds.
    pub window_s: i64,
}

impl Limit {
    /// `most` attempts in `minutes`.
    #[must_use]
    pub const fn per_minutes(most: i64, minutes: i64) -> Self {
        Self { most, window_s: minutes * 60 }
    }
}

/// Rate limits against guessing passwords, and against flooding the desk or a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttles {
    /// Sign-ins, sign-ups and resets from one network.
    pub address: Limit,
    /// Sign-ins to one account, from any origin.
    pub account: Limit,
    /// Reset mails to one mailbox.
    pub reset: Limit,
    /// Support requests of one user.
    pub support: Limit,
    /// Wrong keys and secrets of programs from one network.
    pub programs: Limit,
    /// Requests of one API client.
    pub client: Limit,
    /// Link codes sent from one chat.
    pub chat: Limit,
    /// Sandbox accounts opened by one user, and, counted apart, their private signal sources.
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
            sandbox_plan_limits: false,
            public_url: "http://127.0.0.1:3000".to_owned(),
            egress_ips: Vec::new(),
            jurisdiction: "ZA".to_owned(),
            mail: MailSettings { smtp_url: None, from: "slipstream@localhost".to_owned() },
            telegram: TelegramSettings::default(),
            throttles: Throttles::default(),
            edge: EdgeSettings::default(),
            signal_max_age_s: SIGNAL_MAX_AGE_S,
            allow_unrestricted_keys: false,
            first_day_cap_usd: Some(FIRST_DAY_CAP_USD),
            local_webhooks: false,
            webhook_hosts: Vec::new(),
            max_signals_per_minute: SIGNALS_PER_MINUTE,
            breached_passwords: None,
            log_audit: false,
            audit_folder: None,
            retention: Retention::default(),
            pseudo_locale: false,
        }
    }
}

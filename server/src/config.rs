//! Configuration: environment variables, read and checked once at startup. All problems are reported
//! together.

mod breached;
mod check;
mod edge;
mod first_day;
mod payments;
mod retention;
mod secret_files;
#[cfg(test)]
mod tests;

pub use payments::PaymentsAt;

use check::Check;
pub use service::platform::settings::Secret;

use crate::front::Wanted;
use service::platform::{
    secrets::MasterKey,
    settings::{
        Limit, MailSettings, Mode, SIGNAL_MAX_AGE_S, SIGNALS_PER_MINUTE, Settings, TELEGRAM,
        TelegramSettings, Throttles,
    },
};
use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};
use zeroize::Zeroizing;

/// All settings. docs/OPERATIONS.md has the table.
pub struct Config {
    /// The address to listen on.
    pub addr: SocketAddr,
    /// The directory of the database file, the master key and the sandbox's state.
    pub data_dir: PathBuf,
    /// `sqlite:...` or `postgres://...`; may contain a password.
    pub database_url: String,
    /// Where orders are sent.
    pub exchange: ExchangeAt,
    /// The payment provider for plans.
    pub payments: PaymentsAt,
    /// Whether the embedded sandbox applies Binance's rate limits.
    pub sandbox_limits: bool,
    /// Whether the embedded sandbox lets tests move its market and inject faults.
    pub sandbox_control: bool,
    /// Whether the embedded sandbox serves the listen keys of spot, which Binance has retired.
    pub sandbox_legacy_listen_key: bool,
    /// The master key from the environment; in sandbox mode it may be left to a file.
    pub master_key: Option<MasterKey>,
    /// The previous master key, during a key rotation.
    pub master_key_before: Option<MasterKey>,
    /// Additional host names under which the desk is served.
    pub allowed_hosts: Vec<String>,
    /// Limits on connections and streams.
    pub connections: Wanted,
    /// Proxies whose `X-Forwarded-For` header is trusted.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether log lines are JSON.
    pub log_json: bool,
    /// Settings of the service layer.
    pub settings: Settings,
    /// Warnings for the operator that do not prevent the start.
    pub warnings: Vec<String>,
}

/// The exchange that orders are sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExchangeAt {
    /// The sandbox inside this process.
    Embedded,
    /// A separate sandbox process.
    Sandbox {
        /// Where its router is nested: `http://127.0.0.1:4000/sandbox`.
        url: String,
        /// The token of its control API.
        token: Secret,
    },
    /// Binance, or any server that speaks its protocol.
    Binance {
        /// Base URL of the spot API.
        spot_url: String,
        /// Base URL of the futures API.
        futures_url: String,
    },
}

/// The problems of the environment variables, one line each.
#[derive(Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "invalid configuration:")?;
        self.0.iter().try_for_each(|problem| writeln!(f, "  {problem}"))
    }
}

impl std::error::Error for Problems {}

impl Config {
    /// Reads the configuration from the process's environment.
    ///
    /// # Errors
    /// Lists every variable that cannot be used and what it must be.
    pub fn from_env() -> Result<Self, Problems> {
        Self::read(
            std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))),
        )
    }

    /// Reads the configuration from the given variables.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn read(vars: impl IntoIterator<Item = (String, String)>) -> Result<Self, Problems> {
        let mut check = Check::new(vars.into_iter().collect::<BTreeMap<_, _>>());
        let addr =
            check.parsed("SLIPSTREAM_ADDR", "an address such as 127.0.0.1:3000").unwrap_or_else(default_addr);
        let data_dir = PathBuf::from(check.text("SLIPSTREAM_DATA_DIR").unwrap_or_else(|| "data".to_owned()));
        let database = format!("sqlite:{}", data_dir.join("slipstream.db").display());
        let database_url = check.text("DATABASE_URL").unwrap_or(database);
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| database_url.starts_with(scheme))
        {
            check.fail("DATABASE_URL", "sqlite:<path> or postgres://...");
        }
        let mode = match check.word("SLIPSTREAM_EXCHANGE", &["sandbox", "live"]) {
            Some("live") => Mode::Live,
            _ => Mode::Sandbox,
        };
        if mode == Mode::Live {
            check.encrypted_database(&database_url);
        }
        let exchange = exchange_at(&mut check, mode);
        let payments = payments::payments_at(&mut check, mode);
        let master_key = check.master_key("SLIPSTREAM_MASTER_KEY");
        if mode == Mode::Live
            && check.absent("SLIPSTREAM_MASTER_KEY")
            && check.absent("SLIPSTREAM_MASTER_KEY_FILE")
        {
            check.fail("SLIPSTREAM_MASTER_KEY", "set in live mode: 64 hex digits, or 32 bytes in Base64");
        }
        let config = Self {
            addr,
            data_dir,
            database_url,
            exchange,
            payments,
            sandbox_limits: check.word("SLIPSTREAM_SANDBOX_LIMITS", &["binance", "none"]) != Some("none"),
            sandbox_control: check.word("SLIPSTREAM_SANDBOX_CONTROL", &["off", "open"]) == Some("open"),
            sandbox_legacy_listen_key: check.word("SLIPSTREAM_SANDBOX_LISTEN_KEY", &["retired", "legacy"])
                == Some("legacy"),
            master_key,
            master_key_before: check.master_key("SLIPSTREAM_MASTER_KEY_BEFORE"),
            allowed_hosts: edge::hosts(&mut check),
            connections: edge::connections(&mut check),
            trusted_proxies: check.list("SLIPSTREAM_TRUSTED_PROXIES", "IP addresses, separated by commas"),
            log_json: check.word("SLIPSTREAM_LOG", &["text", "json"]) == Some("json"),
            settings: settings(&mut check, mode, addr),
            warnings: warnings(&mut check),
        };
        check.finish(config)
    }
}

fn default_addr() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 3000))
}

fn exchange_at(check: &mut Check, mode: Mode) -> ExchangeAt {
    let (spot, futures) = (check.url("BINANCE_SPOT_URL"), check.url("BINANCE_FUTURES_URL"));
    let sandbox = check.text("SLIPSTREAM_SANDBOX");
    let token = check.text("SLIPSTREAM_SANDBOX_TOKEN");
    if spot.is_some() || futures.is_some() || mode == Mode::Live {
        let paired = "set together with the other BINANCE_*_URL in sandbox mode, so that no orders go to Binance by accident";
        let mut or_binance = |given: Option<String>, name: &str, binance: &str| {
            if given.is_none() && mode == Mode::Sandbox {
                check.fail(name, paired);
            }
            let url = given.unwrap_or_else(|| binance.to_owned());
            if mode == Mode::Live {
                check.encrypted(name, &url);
            }
            url
        };
        return ExchangeAt::Binance {
            spot_url: or_binance(spot, "BINANCE_SPOT_URL", "https://api.binance.com"),
            futures_url: or_binance(futures, "BINANCE_FUTURES_URL", "https://fapi.binance.com"),
        };
    }
    match sandbox.as_deref() {
        None | Some("embedded") => ExchangeAt::Embedded,
        Some("off") => {
            check.fail(
                "SLIPSTREAM_SANDBOX",
                "embedded, unless BINANCE_SPOT_URL and BINANCE_FUTURES_URL are set",
            );
            ExchangeAt::Embedded
        }
        Some(_) => {
            let url = check.url("SLIPSTREAM_SANDBOX").unwrap_or_default();
            if token.is_none() {
                check.fail(
                    "SLIPSTREAM_SANDBOX_TOKEN",
                    "the sandbox's control token, found in its control.token file",
                );
            }
            ExchangeAt::Sandbox { url, token: Secret(token.unwrap_or_default()) }
        }
    }
}

fn settings(check: &mut Check, mode: Mode, addr: SocketAddr) -> Settings {
    let public_url = check.url("SLIPSTREAM_PUBLIC_URL").unwrap_or_else(|| format!("http://{addr}"));
    if mode == Mode::Live {
        check.encrypted("SLIPSTREAM_PUBLIC_URL", &public_url);
    }
    let usual = Throttles::default();
    let most = check.parsed("SLIPSTREAM_ATTEMPTS", "a number of attempts per address in 15 minutes");
    let max_age: Option<i64> = check.parsed("SLIPSTREAM_SIGNAL_MAX_AGE", "a number of seconds");
    if max_age.is_some_and(|seconds| !(1..=86_400).contains(&seconds)) {
        check.fail("SLIPSTREAM_SIGNAL_MAX_AGE", "from 1 to 86400 seconds");
    }
    let jurisdiction = check.text("DEFAULT_JURISDICTION").unwrap_or_else(|| "ZA".to_owned());
    if jurisdiction.len() != 2 || !jurisdiction.bytes().all(|b| b.is_ascii_uppercase()) {
        check.fail("DEFAULT_JURISDICTION", "a two-letter country code such as ZA");
    }
    let signals: Option<u16> = check.parsed("SLIPSTREAM_SIGNALS_PER_MINUTE", "a number of signals");
    if signals == Some(0) {
        check.fail("SLIPSTREAM_SIGNALS_PER_MINUTE", "at least 1");
    }
    let local_webhooks = check.word("SLIPSTREAM_LOCAL_WEBHOOKS", &["0", "1"]) == Some("1");
    if local_webhooks && mode == Mode::Live {
        check.fail("SLIPSTREAM_LOCAL_WEBHOOKS", "unset in live mode");
    }
    let egress: Vec<IpAddr> = check.list("EGRESS_IPS", "IP addresses, separated by commas");
    Settings {
        mode,
        sandbox_plan_limits: check.word("SLIPSTREAM_SANDBOX_PLAN_LIMITS", &["off", "on"]) == Some("on"),
        public_url,
        allow_unrestricted_keys: check
            .parsed("SLIPSTREAM_ALLOW_UNRESTRICTED_KEYS", "true or false")
            .unwrap_or(false),
        first_day_cap_usd: first_day::cap(check),
        egress_ips: egress.iter().map(IpAddr::to_string).collect(),
        jurisdiction,
        mail: MailSettings {
            smtp_url: smtp_url(check, mode),
            from: check.text("MAIL_FROM").unwrap_or_else(|| MailSettings::FROM.to_owned()),
        },
        telegram: telegram(check),
        throttles: Throttles {
            address: most.map_or(usual.address, |most| Limit { most, ..usual.address }),
            programs: most.map_or(usual.programs, |most| Limit { most, ..usual.programs }),
            ..usual
        },
        edge: edge::settings(check),
        retention: retention::retention(check),
        signal_max_age_s: max_age.unwrap_or(SIGNAL_MAX_AGE_S),
        max_signals_per_minute: signals.unwrap_or(SIGNALS_PER_MINUTE),
        local_webhooks: local_webhooks && mode == Mode::Sandbox,
        webhook_hosts: check.hosts("SLIPSTREAM_WEBHOOK_HOSTS"),
        breached_passwords: breached::list(check),
        // Set at the start, when the data folder exists.
        audit_folder: None,
        log_audit: check.word("SLIPSTREAM_LOG_AUDIT", &["0", "1"]) == Some("1"),
        pseudo_locale: check.word("SLIPSTREAM_PSEUDO_LOCALE", &["0", "1"]) == Some("1"),
    }
}

/// Mails contain links that reset passwords and freeze accounts, so in live mode they travel encrypted, as a password
/// of the mail server always does.
fn smtp_url(check: &mut Check, mode: Mode) -> Option<String> {
    let url = check.text("SMTP_URL")?;
    if mode == Mode::Live || url.contains('@') {
        check.encrypted("SMTP_URL", &url);
    }
    Some(url)
}

fn telegram(check: &mut Check) -> TelegramSettings {
    let token = check.text("TELEGRAM_BOT_TOKEN");
    // The token becomes part of URLs.
    if token
        .as_ref()
        .is_some_and(|text| !text.bytes().all(|b| b.is_ascii_alphanumeric() || b":_-".contains(&b)))
    {
        check.fail("TELEGRAM_BOT_TOKEN", "a bot token from Telegram's BotFather");
    }
    let api_base = check.url("TELEGRAM_API_BASE").unwrap_or_else(|| TELEGRAM.to_owned());
    if token.is_some() {
        check.encrypted("TELEGRAM_API_BASE", &api_base);
    }
    TelegramSettings { token: token.map(Zeroizing::new), api_base }
}

fn warnings(check: &mut Check) -> Vec<String> {
    check
        .unknown()
        .into_iter()
        .map(|name| format!("{name} is not a Slipstream variable; check the spelling"))
        .collect()
}

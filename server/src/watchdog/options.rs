//! The options of the watchdog.

use anyhow::{Context as _, Result, bail};
use clap::{Args, value_parser};
use reqwest::Url;
use service::platform::settings::{MailSettings, TelegramSettings};
use std::fmt;
use zeroize::Zeroizing;

/// An alert channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// A mail to this address.
    Mail(String),
    /// A message to this Telegram chat.
    Telegram(String),
    /// A shell command.
    Command(String),
}

/// The arguments of `slipstream watchdog`.
#[derive(Args)]
pub struct WatchdogArgs {
    /// The server's address. A text, so that no error message prints the credentials in it.
    #[arg(long, help = "The server's address")]
    url: Option<String>,
    /// Seconds between two checks
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = value_parser!(u64).range(1..=86_400))]
    every: u64,
    /// Failures in a row before an alert
    #[arg(long, value_name = "FAILURES", default_value_t = 3, value_parser = value_parser!(u32).range(1..=1_000))]
    after: u32,
    /// Send alerts to this address
    #[arg(long, value_name = "ADDRESS")]
    mail_to: Vec<String>,
    /// Send alerts to this Telegram chat
    #[arg(long, value_name = "CHAT", allow_hyphen_values = true)]
    telegram: Vec<String>,
    /// Run this shell command for each alert
    #[arg(long, allow_hyphen_values = true)]
    command: Vec<String>,
}

/// The options of the watchdog. The URL may contain credentials and is not printed.
#[derive(Clone)]
pub struct Options {
    /// The desk's URL.
    pub(super) url: Url,
    /// The interval of checks, in seconds.
    pub(super) every: u64,
    /// The number of consecutive failures that raise an alert.
    pub(super) after: u32,
    /// The alert channels.
    pub(super) ways: Vec<Way>,
    /// The mail settings.
    pub(super) mail: MailSettings,
    /// The Telegram settings.
    pub(super) telegram: TelegramSettings,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("every", &self.every)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// Checks the arguments, and reads secrets from the environment.
    ///
    /// # Errors
    /// If an argument or variable cannot be used, with the reason.
    pub fn read(arguments: WatchdogArgs, variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let url = address(&arguments.url.context("--url is required")?).context("--url")?;
        let mails = arguments.mail_to.into_iter().map(Way::Mail);
        let chats = arguments.telegram.into_iter().map(Way::Telegram);
        let ways: Vec<_> =
            mails.chain(chats).chain(arguments.command.into_iter().map(Way::Command)).collect();
        if ways.is_empty() {
            bail!("one of --mail-to, --telegram or --command is required");
        }
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mail = MailSettings {
            smtp_url: set("SMTP_URL"),
            from: set("MAIL_FROM").unwrap_or_else(|| MailSettings::FROM.to_owned()),
        };
        let usual = TelegramSettings::default();
        let telegram = TelegramSettings {
            token: set("TELEGRAM_BOT_TOKEN").map(Zeroizing::new),
            api_base: set("TELEGRAM_API_BASE").unwrap_or(usual.api_base),
        };
        address(&telegram.api_base).context("TELEGRAM_API_BASE")?;
        if mail.smtp_url.is_none() && ways.iter().any(|way| matches!(way, Way::Mail(_))) {
            bail!("--mail-to needs SMTP_URL");
        }
        if telegram.token.is_none() && ways.iter().any(|way| matches!(way, Way::Telegram(_))) {
            bail!("--telegram needs TELEGRAM_BOT_TOKEN");
        }
        Ok(Self { url, every: arguments.every, after: arguments.after, ways, mail, telegram })
    }
}

fn address(text: &str) -> Result<Url> {
    let url: Url = text.parse().context("must be an address such as https://desk.example")?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        bail!("must be an address such as https://desk.example");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: WatchdogArgs,
    }

    fn read(words: &[&str], set: &[(&str, &str)]) -> Result<Options> {
        let line = Line::try_parse_from(std::iter::once("watchdog").chain(words.iter().copied()))?;
        Options::read(line.arguments, |name| {
            set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn everything_has_a_default_but_the_url_and_the_channel() {
        let options = read(&["--url", "https://desk.example", "--command", "true"], &[]).unwrap();
        assert_eq!((options.every, options.after), (30, 3));
        assert_eq!(options.ways, [Way::Command("true".into())]);
        let all = [
            "--every",
            "5",
            "--after",
            "1",
            "--mail-to",
            "a@b.example",
            "--telegram",
            "-100",
            "--url",
            "http://d",
        ];
        let secrets = [("SMTP_URL", "smtp://m"), ("TELEGRAM_BOT_TOKEN", "1:hunter2")];
        let options = read(&all, &secrets).unwrap();
        assert_eq!((options.every, options.after, options.ways.len()), (5, 1, 2));
        assert!(!format!("{options:?}").contains("hunter2"));
    }

    #[test]
    fn invalid_options_are_named() {
        let desk = ["--url", "https://desk.example"];
        for (more, named) in [
            (&["--every", "0", "--command", "x"][..], "--every"),
            (&["--after", "many", "--command", "x"], "--after"),
            (&["--command"], "--command"),
            (&["--shout", "x"], "--shout"),
            (&[], "--command is required"),
            (&["--mail-to", "a@b.example"], "SMTP_URL"),
            (&["--telegram", "1"], "TELEGRAM_BOT_TOKEN"),
            (&["--url", "desk.example", "--command", "x"], "--url"),
            (&["--url", "file:///etc/passwd", "--command", "x"], "--url"),
        ] {
            let words: Vec<_> = desk.iter().chain(more).copied().collect();
            let error = format!("{:#}", read(&words, &[]).unwrap_err());
            assert!(error.contains(named), "{more:?}: {error}");
        }
        assert!(read(&["--command", "x"], &[]).is_err(), "no desk");
    }
}

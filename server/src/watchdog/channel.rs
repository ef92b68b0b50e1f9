//! Alert channels: mail, Telegram, or a command.

use super::{
    options::{Options, Way},
    watch::DeskStateChange,
};
use anyhow::{Context as _, Result, bail};
use service::messaging::notify::Direct;
use std::{process::Stdio, time::Duration};
use tokio::{process::Command, time::timeout};

/// The timeout of a delivery.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open alert channel.
pub(super) enum Channel {
    /// Mail or a Telegram bot.
    Direct(Direct),
    /// A shell command.
    Command(String),
}

impl Channel {
    pub(super) fn open(way: &Way, options: &Options) -> Result<Self> {
        Ok(match way {
            Way::Mail(to) => Self::Direct(Direct::mail(&options.mail, to)?),
            Way::Telegram(chat) => Self::Direct(Direct::telegram(&options.telegram, chat)?),
            Way::Command(command) => Self::Command(command.clone()),
        })
    }

    /// Its name in the log.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Direct(direct) => direct.name(),
            Self::Command(_) => "command",
        }
    }

    /// Delivers an alert; an error if it was not accepted.
    pub(super) async fn send(&self, change: &DeskStateChange, url: &str) -> Result<()> {
        match self {
            Self::Direct(direct) => {
                let sent = timeout(PATIENCE, direct.send(subject(change), &words(change, url))).await;
                sent.context("timed out")?
            }
            Self::Command(command) => run(command, change, url).await,
        }
    }
}

const fn subject(change: &DeskStateChange) -> &'static str {
    match change {
        DeskStateChange::Down { .. } => "Slipstream is down",
        DeskStateChange::Up { .. } => "Slipstream is back up",
    }
}

fn words(change: &DeskStateChange, url: &str) -> String {
    match change {
        DeskStateChange::Down { since, why } => {
            format!(
                "Slipstream is down.\n\n{url}\nSince: {since}\nReason: {why}\n\nStop losses already at the exchange stay active. Check the server now.\n"
            )
        }
        DeskStateChange::Up { since, at } => {
            format!("Slipstream is back up.\n\n{url}\nIt was down from {since} to {at}.\n")
        }
    }
}

/// Runs the command. The event is passed in environment variables, never in the command line, so that no part
/// of it can be interpreted by the shell.
async fn run(command: &str, change: &DeskStateChange, url: &str) -> Result<()> {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    shell.env("SLIPSTREAM_STATUS", change.status());
    shell.env("SLIPSTREAM_URL", url);
    shell.env("SLIPSTREAM_SINCE", change.since().to_string());
    shell.env("SLIPSTREAM_WHY", change.why());
    shell.env_remove("SMTP_URL").env_remove("TELEGRAM_BOT_TOKEN");
    let ended = timeout(PATIENCE, shell.status()).await.context("the command timed out")?;
    let ended = ended.context("could not run the command")?;
    if !ended.success() {
        bail!("the command failed: {ended}");
    }
    Ok(())
}

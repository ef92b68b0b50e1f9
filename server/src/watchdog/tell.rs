//! Telling somebody: by mail, by Telegram, or by a command.

use super::{
    options::{Options, Way},
    watch::Change,
};
use crate::config::Secret;
use anyhow::{Context as _, Result, bail};
use reqwest::{Client, Url};
use service::mail::Direct;
use std::{process::Stdio, time::Duration};
use tokio::{process::Command, time::timeout};

/// Longer than this is not taken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A way to somebody.
pub(super) enum Channel {
    /// By mail.
    Mail { post: Box<Direct>, to: String },
    /// By a Telegram bot.
    Telegram { http: Client, base: Url, token: Secret, chat: String },
    /// By a command of the shell.
    Command(String),
}

impl Channel {
    pub(super) fn open(way: &Way, options: &Options) -> Result<Self> {
        Ok(match way {
            Way::Mail(to) => Self::Mail { post: Box::new(Direct::new(&options.mail, to)?), to: to.clone() },
            Way::Telegram(chat) => Self::Telegram {
                http: Client::builder().timeout(PATIENCE).build().context("requests cannot be made")?,
                base: options.telegram_base.clone(),
                token: options.telegram_token.clone().context("TELEGRAM_BOT_TOKEN is not set")?,
                chat: chat.clone(),
            },
            Way::Command(command) => Self::Command(command.clone()),
        })
    }

    /// What it is called in the log.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Mail { .. } => "mail",
            Self::Telegram { .. } => "telegram",
            Self::Command(_) => "command",
        }
    }

    /// Tells it; an error when it was not taken.
    pub(super) async fn tell(&self, change: &Change, url: &str) -> Result<()> {
        match self {
            Self::Mail { post, to } => {
                let sent = timeout(PATIENCE, post.send(to, &subject(change), &words(change, url))).await;
                sent.context("the mail server takes too long")?
            }
            Self::Telegram { http, base, token, chat } => {
                send_telegram(http, base, token, chat, &words(change, url)).await
            }
            Self::Command(command) => run(command, change, url).await,
        }
    }
}

fn subject(change: &Change) -> String {
    match change {
        Change::Down { .. } => "Slipstream is down".to_owned(),
        Change::Up { .. } => "Slipstream is back".to_owned(),
    }
}

fn words(change: &Change, url: &str) -> String {
    match change {
        Change::Down { since, why } => {
            format!(
                "Slipstream is down.\n\n{url}\nSince: {since}\nLast seen: {why}\n\nProtective orders stand at the exchange. Look after the desk.\n"
            )
        }
        Change::Up { since, at } => {
            format!("Slipstream is back.\n\n{url}\nIt was away from {since} to {at}.\n")
        }
    }
}

/// The token is a part of the address: no error repeats it.
async fn send_telegram(http: &Client, base: &Url, token: &Secret, chat: &str, text: &str) -> Result<()> {
    let url = format!("{}/bot{}/sendMessage", base.as_str().trim_end_matches('/'), token.0);
    let body = serde_json::json!({ "chat_id": chat, "text": text });
    let response = http.post(url).json(&body).send().await.map_err(reqwest::Error::without_url)?;
    let status = response.status();
    if !status.is_success() {
        bail!("Telegram answers {}", status.as_u16());
    }
    Ok(())
}

/// The command is given what happened in its environment, and never in its words: nothing of it can be taken for more
/// of the command.
async fn run(command: &str, change: &Change, url: &str) -> Result<()> {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    shell.env("SLIPSTREAM_STATUS", change.status());
    shell.env("SLIPSTREAM_URL", url);
    shell.env("SLIPSTREAM_SINCE", change.since().to_string());
    shell.env("SLIPSTREAM_WHY", change.why());
    shell.env_remove("SMTP_URL").env_remove("TELEGRAM_BOT_TOKEN");
    let ended = timeout(PATIENCE, shell.status()).await.context("the command takes too long")?;
    let ended = ended.context("the command cannot be run")?;
    if !ended.success() {
        bail!("the command failed: {ended}");
    }
    Ok(())
}

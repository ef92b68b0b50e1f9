//! The calls of Telegram's Bot API that are used. The token is part of every URL, so URLs must never be
//! logged or shown.

use crate::messaging::notify::words::words;
use domain::notification::{DeliveryFailure, FailureKind};
use language::Lang;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::{fmt, time::Duration};
use zeroize::Zeroizing;

/// How long Telegram may hold a request for updates until there are some, in seconds.
const LONG_POLL: u64 = 25;
/// Timeout, longer than any call.
const PATIENCE: Duration = Duration::from_secs(40);
/// No connection could be made: the request did not arrive.
const NOT_THERE: FailureKind = FailureKind::TelegramUnreachable;
/// The request got no answer, or an unreadable one: it may have arrived.
const NO_ANSWER: FailureKind = FailureKind::TelegramSilent;
/// Maximum length of a message, in UTF-16 units.
const LONGEST: usize = 4_096;

/// A bot.
pub(in crate::messaging::notify) struct Bot {
    base: String,
    token: Zeroizing<String>,
    name: String,
    http: reqwest::Client,
}

/// Why a call failed.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::messaging::notify) enum TelegramFailure {
    /// No answer; whether the request took effect is unknown.
    Unreachable(FailureKind),
    /// 429: wait this many seconds.
    Limited(i64),
    /// 401, or 404, the answer to a malformed token: the token is invalid or was revoked.
    Unauthorized,
    /// 403: the user has blocked the bot.
    Blocked,
    /// Telegram rejects this particular message, with this status.
    Refused(u16),
    /// 409 and 5xx: Telegram has a failure, or another program reads the same updates.
    Broken(u16),
}

impl fmt::Display for TelegramFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(kind) => write!(f, "{}", DeliveryFailure::of(*kind)),
            Self::Limited(seconds) => write!(f, "Telegram rate limit: retry after {seconds} s"),
            Self::Unauthorized => f.write_str("Telegram rejected the bot token"),
            Self::Blocked => f.write_str("the user blocked the bot"),
            Self::Refused(code) | Self::Broken(code) => write!(f, "Telegram answered {code}"),
        }
    }
}

/// An update: a message sent to the bot.
#[derive(Debug, Deserialize)]
pub(super) struct Update {
    pub(super) update_id: i64,
    pub(super) message: Option<BotMessage>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BotMessage {
    pub(super) chat: Chat,
    pub(super) text: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Chat {
    pub(super) id: i64,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

#[derive(Deserialize)]
struct Me {
    username: Option<String>,
}

#[derive(Deserialize)]
struct ApiResponse<T> {
    result: Option<T>,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<i64>,
}

impl Bot {
    pub(in crate::messaging::notify) fn new(base: &str, token: Zeroizing<String>) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            // Its text may hold an address.
            .map_err(|_| anyhow::anyhow!("could not set up the Telegram client"))?;
        let name = hex::encode(Sha256::digest(token.as_bytes()))[..16].to_owned();
        Ok(Self { base: base.trim_end_matches('/').to_owned(), token, name, http })
    }

    /// Fingerprint of the token, used as the bot's name in the database.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The bot's username.
    pub(super) async fn username(&self) -> Result<String, TelegramFailure> {
        let me: Me = self.call("getMe", &json!({})).await?;
        Ok(me.username.unwrap_or_default())
    }

    /// Sends a text to a chat, as plain text without markup. If it is too long, the hint is in this language.
    pub(in crate::messaging::notify) async fn send(
        &self,
        chat: i64,
        text: &str,
        lang: Lang,
    ) -> Result<(), TelegramFailure> {
        let body = json!({
            "chat_id": chat,
            "text": cut(text, words(lang).cut),
            "link_preview_options": { "is_disabled": true },
        });
        self.call::<serde_json::Value>("sendMessage", &body).await.map(drop)
    }

    /// The updates from number `next` on; waits for a while if there are none.
    pub(super) async fn updates(&self, next: i64) -> Result<Vec<Update>, TelegramFailure> {
        let body = json!({ "offset": next, "timeout": LONG_POLL, "allowed_updates": ["message"] });
        self.call("getUpdates", &body).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        body: &serde_json::Value,
    ) -> Result<T, TelegramFailure> {
        let url = format!("{}/bot{}/{method}", self.base, self.token.as_str());
        let sent = self.http.post(url).json(body).send().await.map_err(|error| {
            // A request that was sent but not answered may have arrived.
            TelegramFailure::Unreachable(if error.is_connect() { NOT_THERE } else { NO_ANSWER })
        });
        let response = sent?;
        let status = response.status().as_u16();
        let answer: Option<ApiResponse<T>> = response.json().await.ok();
        match status {
            200 => answer.and_then(|answer| answer.result).ok_or(TelegramFailure::Unreachable(NO_ANSWER)),
            401 | 404 => Err(TelegramFailure::Unauthorized),
            403 => Err(TelegramFailure::Blocked),
            429 => {
                Err(TelegramFailure::Limited(answer.and_then(|a| a.parameters?.retry_after).unwrap_or(30)))
            }
            409 | 500.. => Err(TelegramFailure::Broken(status)),
            other => Err(TelegramFailure::Refused(other)),
        }
    }
}

/// Shortens a text to Telegram's limit at a line end, and appends a hint that there is more. The limit counts
/// UTF-16 units.
fn cut(text: &str, more: &str) -> String {
    let length = |text: &str| text.encode_utf16().count();
    if length(text) <= LONGEST {
        return text.to_owned();
    }
    let room = LONGEST - length(more) - 1;
    let mut out = String::new();
    let mut used = 0;
    for line in text.split_inclusive('\n') {
        used += length(line);
        if used > room {
            break;
        }
        out.push_str(line);
    }
    out.push_str(more);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_lines() {
        let line = "- 🔑 key: buy, 0.05 BTC, 19250 USDT\n";
        let text = line.repeat(1_000);
        let more = words(Lang::En).cut;
        let cut = cut(&text, more);
        assert!(cut.encode_utf16().count() <= LONGEST);
        let lines: Vec<_> = cut.lines().collect();
        assert!(lines.len() > 100);
        assert!(lines[..lines.len() - 1].iter().all(|l| *l == line.trim_end()));
        assert!(cut.ends_with("on your dashboard."));
        assert_eq!(super::cut("short", more), "short");
    }
}

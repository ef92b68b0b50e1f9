//! The health check of a desk.

use anyhow::{Context as _, Result};
use reqwest::{Client, StatusCode, Url, redirect::Policy};
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};

/// The request timeout.
const LONGEST: Duration = Duration::from_secs(10);
/// A larger response, in bytes, is not from a desk.
const LARGEST: usize = 64 * 1024;

/// The health check of one desk.
pub(super) struct Asker {
    http: Client,
    url: Url,
    shown: String,
}

#[derive(Deserialize)]
struct HealthResponse {
    status: String,
    database: Option<bool>,
    #[serde(default)]
    parts: Option<BTreeMap<String, Part>>,
}

/// The common fields of every part of the health report.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Part {
    status: String,
    lag_seconds: i64,
    last_reconciliation_seconds: i64,
    latest: Option<String>,
}

impl HealthResponse {
    /// The parts that are down, such as `jobs: telegram, 307 s`.
    fn down(&self) -> String {
        let parts = self.parts.iter().flatten().filter(|(_, part)| part.status == "down");
        let said = parts.map(|(name, part)| {
            let seconds = part.lag_seconds.max(part.last_reconciliation_seconds);
            let latest = part.latest.as_deref().map(|job| format!("{}, ", word(job))).unwrap_or_default();
            format!("{}: {latest}{seconds} s", word(name))
        });
        let database = (self.database == Some(false)).then(|| "the database is not responding".to_owned());
        said.chain(database).collect::<Vec<_>>().join("; ")
    }
}

/// Sanitises a name: anything a desk would not send is removed.
fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(40).collect()
}

impl Asker {
    /// Takes a desk's public URL, or the URL of its `/healthz`.
    pub(super) fn new(url: &Url, every_s: u64) -> Result<Self> {
        let mut url = url.clone();
        if matches!(url.path(), "" | "/") {
            url.set_path("/healthz");
        }
        let patience = Duration::from_secs(every_s).min(LONGEST);
        // A redirect is not followed: users would not find the desk there either.
        let http = Client::builder().timeout(patience).redirect(Policy::none()).build();
        let mut shown = url.clone();
        // Credentials of a proxy in front are for requests and must not appear in alerts.
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        shown.set_query(None);
        Ok(Self { http: http.context("could not set up the HTTP client")?, url, shown: shown.to_string() })
    }

    /// The URL without credentials.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Checks once: `Ok` if the desk is usable, else the reason.
    pub(super) async fn ask(&self) -> Result<(), String> {
        let mut response = match self.http.get(self.url.clone()).send().await {
            Ok(response) => response,
            Err(error) if error.is_timeout() => return Err("no response within the timeout".to_owned()),
            Err(error) if error.is_connect() => return Err("could not connect".to_owned()),
            Err(error) => return Err(format!("the request failed: {}", error.without_url())),
        };
        let code = response.status();
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(more)) if body.len() + more.len() <= LARGEST => body.extend_from_slice(&more),
                Ok(None) => break,
                Ok(Some(_)) => return Err("the response is too large to be a health response".to_owned()),
                Err(_) => return Err("the response was cut off".to_owned()),
            }
        }
        judge(code, &body)
    }
}

/// Judges a response. The status 200 alone is not enough: the body must be a desk's.
fn judge(code: StatusCode, body: &[u8]) -> Result<(), String> {
    let said = serde_json::from_slice::<HealthResponse>(body);
    match said.as_ref().map(|answer| (answer.status.as_str(), answer)) {
        Ok(("ok" | "degraded", _)) if code == StatusCode::OK => Ok(()),
        Ok(("down", answer)) => {
            let down = answer.down();
            let which = if down.is_empty() { down } else { format!(" ({down})") };
            Err(format!("the server reports that it is down{which}"))
        }
        Ok(_) => Err(format!("unexpected health response (HTTP {})", code.as_u16())),
        Err(_) => Err(format!("HTTP {}, not a Slipstream health response", code.as_u16())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_desk_that_can_be_used_is_well() {
        let judge = |code: u16, body: &str| judge(StatusCode::from_u16(code).unwrap(), body.as_bytes());
        assert_eq!(judge(200, r#"{"status":"ok","more":1}"#), Ok(()));
        assert_eq!(judge(200, r#"{"status":"degraded"}"#), Ok(()));
        assert_eq!(judge(503, r#"{"status":"down"}"#).unwrap_err(), "the server reports that it is down");
        let parts = r#"{"status":"down","database":true,"parts":{"exchange":{"status":"degraded","streamAgeSeconds":70},
            "jobs":{"status":"down","lagSeconds":307,"latest":"tele\u202egram\n"},
            "orders":{"status":"down","lastReconciliationSeconds":400,"lagSeconds":0}}}"#;
        assert_eq!(
            judge(503, parts).unwrap_err(),
            "the server reports that it is down (jobs: telegram, 307 s; orders: 400 s)"
        );
        assert_eq!(
            judge(503, r#"{"status":"down","database":false,"parts":null}"#).unwrap_err(),
            "the server reports that it is down (the database is not responding)"
        );
        for (code, body) in [
            (200, "<h1>Welcome to the hotel</h1>"),
            (200, ""),
            (200, r#"{"status":"fine"}"#),
            (302, r#"{"status":"ok"}"#),
            (502, "Bad gateway"),
        ] {
            assert!(judge(code, body).is_err(), "{code} {body}");
        }
    }

    #[test]
    fn the_health_url_is_used_and_shown_without_secrets() {
        let asker = |url: &str| Asker::new(&url.parse().unwrap(), 30).unwrap();
        let desk = asker("https://ada:hunter2@desk.example/?token=x");
        assert_eq!(desk.shown(), "https://desk.example/healthz");
        assert_eq!(desk.url.password(), Some("hunter2"));
        assert_eq!(asker("http://10.0.0.1:3000/desk/healthz").shown(), "http://10.0.0.1:3000/desk/healthz");
    }
}

//! Bot detection by reCAPTCHA v3, if the operator configured it. If the verifier does not answer, requests
//! are rejected temporarily: an attacker must not be able to bypass it by keeping the verifier busy.

use crate::{
    actor::Origin,
    error::{Error, Result},
    identity::Identity,
    platform::{outward, settings::RecaptchaSettings},
};
use domain::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use std::time::Duration;

/// Timeout of the verifier, for which a user waits.
const PATIENCE: Duration = Duration::from_secs(5);
/// Suggested delay after the verifier did not answer, in seconds.
const RETRY_AFTER_S: u64 = 5;
/// Maximum length of a token; Google's have some 2,000 characters.
const LONGEST: usize = 8_192;
/// Maximum size of the verifier's response, in bytes.
const LARGEST: usize = 64 * 1024;

/// HTTP client of the verifier.
pub(crate) struct Verifier(reqwest::Client);

impl Verifier {
    pub(crate) fn new(settings: Option<&RecaptchaSettings>) -> anyhow::Result<Self> {
        let url = settings.map_or("", |settings| &settings.verify_url);
        Ok(Self(outward::client(url, PATIENCE)?))
    }
}

#[derive(Serialize)]
struct Question<'a> {
    secret: &'a str,
    response: &'a str,
    remoteip: String,
}

/// The verifier's response. A token verified before is not a success.
#[derive(Deserialize)]
struct VerifierResponse {
    success: bool,
    score: Option<Number>,
    #[serde(default, rename = "error-codes")]
    errors: Vec<String>,
}

/// Whether requests must carry a token.
#[must_use]
pub fn wanted(desk: &Identity) -> bool {
    desk.settings.edge.recaptcha.is_some()
}

/// Checks with the verifier that a human sent the request; accepts every request if no verifier is configured.
///
/// # Errors
/// [`Error::Forbidden`] for a token that is missing, wrong, too old, used before, or of too low a score;
/// [`Error::Unavailable`] if the verifier does not answer.
pub async fn check(desk: &Identity, token: Option<&str>, origin: &Origin) -> Result<()> {
    let Some(settings) = &desk.settings.edge.recaptcha else { return Ok(()) };
    let token = token.filter(|token| (1..=LONGEST).contains(&token.len())).ok_or(Error::Forbidden)?;
    let verdict = ask(desk, settings, token, origin).await.map_err(|error| {
        tracing::warn!(error = format!("{error:#}"), "could not reach the reCAPTCHA verifier");
        Error::Unavailable { retry_after_s: RETRY_AFTER_S }
    })?;
    if verdict.errors.iter().any(|error| error.ends_with("-input-secret")) {
        tracing::error!("the reCAPTCHA verifier rejected RECAPTCHA_SECRET");
        return Err(Error::Unavailable { retry_after_s: RETRY_AFTER_S });
    }
    if verdict.success && score(&verdict).is_some_and(|score| score >= settings.floor) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

fn score(verdict: &VerifierResponse) -> Option<Decimal> {
    verdict.score.as_ref()?.to_string().parse().ok()
}

async fn ask(
    desk: &Identity,
    settings: &RecaptchaSettings,
    token: &str,
    origin: &Origin,
) -> anyhow::Result<VerifierResponse> {
    let remoteip = origin.address.to_string();
    let question = Question { secret: &settings.secret.0, response: token, remoteip };
    // The secret is sent in the form: reqwest's errors would contain the URL.
    let response = desk.verifier.0.post(&settings.verify_url).form(&question).send().await;
    outward::json(response, LARGEST).await
}

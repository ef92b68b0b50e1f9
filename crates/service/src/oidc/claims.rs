//! What a token says, and whether that is enough.

use crate::{Error, OidcSettings, Result};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

/// Clocks of the issuer and ours may differ by so many seconds.
const LEEWAY_S: i64 = 30;
/// The longest subject that is taken; OpenID Connect says 255 characters.
const LONGEST_SUBJECT: usize = 255;

/// The claims that count.
pub(super) struct Claims {
    pub(super) subject: String,
    /// The address that the issuer has made sure of, if it says so.
    pub(super) email: Option<String>,
    issuer: String,
    audience: Vec<String>,
    token_use: Option<String>,
    expires: i64,
    not_before: Option<i64>,
}

/// What a token says of its issuer; not believed, only used to know whom to ask.
pub(super) fn said_issuer(jwt: &str) -> Option<String> {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    text(&claims, "iss")
}

fn text(claims: &Value, name: &str) -> Option<String> {
    claims.get(name)?.as_str().map(str::to_owned)
}

/// Seconds; issuers may write fractions of them.
fn moment(claims: &Value, name: &str) -> Option<i64> {
    let number = claims.get(name)?.as_number()?.to_string();
    number.split('.').next()?.parse().ok()
}

impl Claims {
    /// None unless every claim that must be there is, in its form.
    pub(super) fn of(claims: &Value) -> Option<Self> {
        let audience = match claims.get("aud") {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(_) => return None,
            // Cognito's access tokens name their client and nobody else.
            None => text(claims, "client_id").into_iter().collect(),
        };
        // Some issuers write the flag as text.
        let verified = claims.get("email_verified").is_some_and(|v| *v == true || *v == "true");
        let not_before = match claims.get("nbf") {
            Some(_) => Some(moment(claims, "nbf")?),
            None => None,
        };
        Some(Self {
            subject: text(claims, "sub")?,
            email: text(claims, "email").filter(|_| verified),
            issuer: text(claims, "iss")?,
            audience,
            token_use: text(claims, "token_use"),
            expires: moment(claims, "exp")?,
            not_before,
        })
    }

    /// Until when (in seconds) the token holds.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it does not hold now, or is not for us.
    pub(super) fn check(&self, settings: &OidcSettings, now: i64) -> Result<i64> {
        let until = self.expires.saturating_add(LEEWAY_S);
        let begun = self.not_before.is_none_or(|begins| begins.saturating_sub(LEEWAY_S) <= now);
        let for_us = self.audience.contains(&settings.audience);
        let of_use = settings.token_use.is_none() || self.token_use == settings.token_use;
        let somebody = (1..=LONGEST_SUBJECT).contains(&self.subject.len())
            && !self.subject.chars().any(char::is_control);
        let good = self.issuer == settings.issuer && now < until && begun && for_us && of_use && somebody;
        if good { Ok(until) } else { Err(Error::Unauthenticated) }
    }
}

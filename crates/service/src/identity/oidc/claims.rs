//! The claims of a token and their validation.

use crate::{
    error::{Error, Result},
    platform::settings::OidcSettings,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

/// Permitted clock difference to the issuer, in seconds.
const LEEWAY_S: i64 = 30;
/// Maximum length of a subject (OpenID Connect: 255 characters).
const LONGEST_SUBJECT: usize = 255;

/// The relevant claims.
pub(super) struct Claims {
    pub(super) subject: String,
    /// The e-mail address, if the issuer has verified it.
    pub(super) email: Option<String>,
    issuer: String,
    audience: Vec<String>,
    token_use: Option<String>,
    expires: i64,
    not_before: Option<i64>,
    scopes: Vec<String>,
    acr: Option<String>,
    auth_time: Option<i64>,
    /// The token is an access token, see [`is_access_token`].
    access_token: bool,
}

/// The unverified issuer of a token; used only to select the keys.
pub(super) fn claimed_issuer(jwt: &str) -> Option<String> {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    text(&claims, "iss")
}

fn text(claims: &Value, name: &str) -> Option<String> {
    claims.get(name)?.as_str().map(str::to_owned)
}

/// The scopes: one text with spaces (RFC 8693), or a list.
fn scopes(claims: &Value) -> Vec<String> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    // Some issuers call the claim `scp`.
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(text)) => words(text.as_str()),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// Whether a token is an access token. What the issuer states decides: `token_use` (Cognito), `typ` among the claims
/// (Keycloak) or in the signed header (RFC 9068). Otherwise an access token has scopes or a `client_id`, and no hash of
/// another token, which only ID tokens have. A `nonce` belongs to ID tokens, but some issuers copy it into access
/// tokens; with it only scopes count.
fn is_access_token(header_type: Option<&str>, claims: &Value) -> bool {
    let stated =
        |name: &str, value: &str| text(claims, name).is_some_and(|kind| kind.eq_ignore_ascii_case(value));
    if stated("token_use", "id") || stated("typ", "ID") {
        return false;
    }
    let standard =
        |kind: &str| kind.eq_ignore_ascii_case("at+jwt") || kind.eq_ignore_ascii_case("application/at+jwt");
    if header_type.is_some_and(standard) || stated("token_use", "access") || stated("typ", "Bearer") {
        return true;
    }
    let has = |name: &str| claims.get(name).is_some();
    let hashed = has("at_hash") || has("c_hash") || has("s_hash");
    !hashed && (!scopes(claims).is_empty() || (has("client_id") && !has("nonce")))
}

/// A time in seconds; issuers may write fractions.
fn seconds(claims: &Value, name: &str) -> Option<i64> {
    let number = claims.get(name)?.as_number()?.to_string();
    number.split('.').next()?.parse().ok()
}

impl Claims {
    /// Parses the claims of a token with this `typ` in its header; `None` if a required one is missing or malformed.
    pub(super) fn of(header_type: Option<&str>, claims: &Value) -> Option<Self> {
        let audience = match claims.get("aud") {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(_) => return None,
            // Cognito's access tokens have a `client_id` instead of an audience.
            None => text(claims, "client_id").into_iter().collect(),
        };
        // Some issuers write the flag as a string.
        let verified = claims.get("email_verified").is_some_and(|v| *v == true || *v == "true");
        let not_before = match claims.get("nbf") {
            Some(_) => Some(seconds(claims, "nbf")?),
            None => None,
        };
        Some(Self {
            subject: text(claims, "sub")?,
            email: text(claims, "email").filter(|_| verified),
            issuer: text(claims, "iss")?,
            audience,
            token_use: text(claims, "token_use"),
            expires: seconds(claims, "exp")?,
            not_before,
            scopes: scopes(claims),
            acr: text(claims, "acr"),
            auth_time: seconds(claims, "auth_time"),
            access_token: is_access_token(header_type, claims),
        })
    }

    /// Validates the claims; returns the expiry, in seconds.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the token is not valid at `now`, or not for this desk.
    pub(super) fn check(&self, settings: &OidcSettings, now: i64) -> Result<i64> {
        let until = self.until(settings)?;
        let started = self.not_before.is_none_or(|begins| begins.saturating_sub(LEEWAY_S) <= now);
        let for_us = self.audience.contains(&settings.audience);
        let of_use = match &settings.token_use {
            Some(_) => self.token_use == settings.token_use,
            // An ID token identifies the user to an application; it is no permission to call an API.
            None => self.access_token,
        };
        let in_scope = settings.scopes.iter().all(|scope| self.scopes.contains(scope));
        let strong =
            settings.acr.is_empty() || self.acr.as_ref().is_some_and(|acr| settings.acr.contains(acr));
        let somebody = (1..=LONGEST_SUBJECT).contains(&self.subject.len())
            && !self.subject.chars().any(char::is_control);
        let good = self.issuer == settings.issuer && now < until && started && for_us && of_use && somebody;
        if good && in_scope && strong { Ok(until) } else { Err(Error::Unauthenticated) }
    }

    /// Whether they were valid until the token expired, or until the user's sign-in got too old.
    pub(super) fn have_expired(&self, settings: &OidcSettings, now: i64) -> bool {
        let until = self.until(settings).ok().filter(|until| *until <= now);
        until.is_some_and(|until| self.check(settings, until.saturating_sub(1)).is_ok())
    }

    /// When the token ends, in seconds.
    fn until(&self, settings: &OidcSettings) -> Result<i64> {
        Ok(self.expires.saturating_add(LEEWAY_S).min(self.sign_in_until(settings)?))
    }

    /// The latest time, in seconds, at which the user's sign-in is recent enough.
    fn sign_in_until(&self, settings: &OidcSettings) -> Result<i64> {
        let Some(max_age) = settings.max_age_s else { return Ok(i64::MAX) };
        // A token that does not state it may be of any age.
        let signed_in = self.auth_time.ok_or(Error::Unauthenticated)?;
        Ok(signed_in.saturating_add(max_age).saturating_add(LEEWAY_S))
    }
}

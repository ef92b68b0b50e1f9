//! Tokens of an external issuer such as a Cognito user pool: verifies the signature and the claims, and maps
//! the subject to a user, who is created at first use.

mod claims;
mod keys;
mod person;
#[cfg(test)]
mod tests;

use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::Identity,
    platform::{outward, settings::OidcSettings},
};
use claims::Claims;
use domain::{Micros, time::SECOND};
use jsonwebtoken::{TokenData, Validation};
use keys::Keys;
use serde_json::Value;
use std::time::Duration;

/// Maximum length of a token; issuers include groups and scopes.
const LONGEST: usize = 16 * 1024;
/// Timeout of requests to the issuer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The external issuer with its cached keys.
pub(crate) struct Issuer {
    settings: OidcSettings,
    http: reqwest::Client,
    keys: Keys,
}

impl Issuer {
    pub(crate) fn new(settings: OidcSettings) -> anyhow::Result<Self> {
        let http = outward::client(&settings.issuer, PATIENCE)?;
        Ok(Self { settings, http, keys: Keys::default() })
    }
}

/// The external issuer, if the token claims to come from it. Nothing is verified yet.
pub(crate) fn issuer<'a>(desk: &'a Identity, jwt: &str) -> Option<&'a Issuer> {
    let issuer = desk.issuer.as_ref()?;
    (jwt.len() <= LONGEST && claims::claimed_issuer(jwt)? == issuer.settings.issuer).then_some(issuer)
}

/// Verifies a token of the external issuer; returns its user, and until when the token is accepted.
///
/// # Errors
/// [`Error::Unauthenticated`] for anything but a valid token for this desk; [`Error::Unavailable`] if the
/// issuer's keys are not known and cannot be fetched.
pub(crate) async fn verify(desk: &Identity, issuer: &Issuer, jwt: &str) -> Result<(Actor, Micros)> {
    let claims = read(desk, issuer, jwt).await?;
    let until = claims.check(&issuer.settings, desk.clock.now().seconds())?;
    let user = person::find(desk, &issuer.settings.issuer, &claims).await?;
    user.state().must_be_active().map_err(|_| Error::Unauthenticated)?;
    let actor =
        Actor { user: user.id, email: user.email, role: user.role, session: None, token: None, from: None };
    Ok((actor, Micros(until.saturating_mul(SECOND))))
}

/// Whether a rejected token is the issuer's and has only expired, which happens to every client.
pub(crate) async fn has_expired(desk: &Identity, issuer: &Issuer, jwt: &str) -> bool {
    let now = desk.clock.now().seconds();
    read(desk, issuer, jwt).await.is_ok_and(|claims| claims.have_expired(&issuer.settings, now))
}

/// The claims of a token whose signature is valid.
async fn read(desk: &Identity, issuer: &Issuer, jwt: &str) -> Result<Claims> {
    let refused = |_| Error::Unauthenticated;
    let header = jsonwebtoken::decode_header(jwt).map_err(refused)?;
    let key = issuer.keys.find(desk, &issuer.http, &issuer.settings.issuer, header.kid.as_deref()).await?;
    let key = key.ok_or(Error::Unauthenticated)?;
    // The algorithm is that of the key: a header that names another is rejected. The claims are checked below
    // by the desk's clock, because the library would use the system's.
    let mut rules = Validation::new(key.algorithm);
    rules.required_spec_claims.clear();
    (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
    let read: TokenData<Value> = jsonwebtoken::decode(jwt, &key.verify, &rules).map_err(refused)?;
    Claims::of(read.header.typ.as_deref(), &read.claims).ok_or(Error::Unauthenticated)
}

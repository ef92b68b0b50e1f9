//! Tokens of another issuer, such as a Cognito user pool: its signature, its claims, and the person it vouches for. A
//! subject becomes a person at first use.

mod claims;
mod keys;
mod person;
#[cfg(test)]
mod tests;

use crate::{Actor, Desk, Error, OidcSettings, Result, outward};
use claims::Claims;
use domain::{Micros, time::SECOND};
use jsonwebtoken::{TokenData, Validation};
use keys::Keys;
use serde_json::Value;
use std::time::Duration;

/// Issuers put groups and scopes into their tokens; what is longer than this is not worth a look.
const LONGEST: usize = 16 * 1024;
/// A request waits for the issuer's keys for so long.
const PATIENCE: Duration = Duration::from_secs(5);
/// When trying again may help, once the issuer did not answer.
const RETRY_AFTER_S: u64 = 5;

/// The other issuer, and what is known of its keys.
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

/// The other issuer, if this token says that it is from there. Nothing is believed yet.
pub(crate) fn issuer<'a>(desk: &'a Desk, jwt: &str) -> Option<&'a Issuer> {
    let issuer = desk.edge.issuer.as_ref()?;
    (jwt.len() <= LONGEST && claims::said_issuer(jwt)? == issuer.settings.issuer).then_some(issuer)
}

/// Whom a token of the other issuer speaks for, and until when it may be believed.
///
/// # Errors
/// [`Error::Unauthenticated`] for anything but a living token for us; [`Error::Unavailable`] when the issuer's keys are not
/// known and cannot be had.
pub(crate) async fn verify(desk: &Desk, issuer: &Issuer, jwt: &str) -> Result<(Actor, Micros)> {
    let claims = read(desk, issuer, jwt).await?;
    let until = claims.check(&issuer.settings, desk.clock.now().seconds())?;
    let user = person::find(desk, &issuer.settings.issuer, &claims).await?;
    user.state().must_be_active().map_err(|_| Error::Unauthenticated)?;
    let actor =
        Actor { user: user.id, email: user.email, role: user.role, session: None, token: None, from: None };
    Ok((actor, Micros(until.saturating_mul(SECOND))))
}

/// What a token says, once its signature is known to be the issuer's.
async fn read(desk: &Desk, issuer: &Issuer, jwt: &str) -> Result<Claims> {
    let refused = |_| Error::Unauthenticated;
    let header = jsonwebtoken::decode_header(jwt).map_err(refused)?;
    let key = issuer.keys.find(desk, issuer, header.kid.as_deref()).await?;
    let key = key.ok_or(Error::Unauthenticated)?;
    // The algorithm is the key's: a header that names another is refused. Every claim is looked at below, by our own
    // clock: the library would ask the machine's.
    let mut rules = Validation::new(key.algorithm);
    rules.required_spec_claims.clear();
    (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
    let read: TokenData<Value> = jsonwebtoken::decode(jwt, &key.verify, &rules).map_err(refused)?;
    Claims::of(&read.claims).ok_or(Error::Unauthenticated)
}

//! Signing and verifying the desk's own JWTs, with EdDSA only.

use crate::{
    error::{Error, Result},
    identity::{Identity, signing},
};
use domain::{
    Micros, UserId,
    time::{MINUTE, SECOND},
};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use store::{TokenHash, user::User};

/// Life of an access token.
pub const ACCESS: i64 = 15 * MINUTE;
/// Audience of the desk's tokens.
pub(crate) const AUDIENCE: &str = "slipstream/v1";
/// Permitted clock difference between instances, in seconds.
const LEEWAY_S: i64 = 10;
/// Maximum length of a token; the desk's have about 500 bytes.
const LONGEST: usize = 2_048;

#[derive(Serialize, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    /// The user's role at the time of signing; only a hint for clients, since the desk reads the database.
    role: String,
    /// Hash of the accompanying refresh token, in hex.
    sid: String,
}

/// Content of a valid token.
pub(super) struct VerifiedClaims {
    pub(super) user: UserId,
    pub(super) refresh: TokenHash,
    pub(super) expires: Micros,
}

/// Signs a token for a user.
pub(super) async fn sign(desk: &Identity, user: &User, refresh: &TokenHash) -> Result<String> {
    let pair = signing::current(desk).await?;
    let mut unique = [0_u8; 16];
    desk.entropy.fill(&mut unique);
    let now = desk.clock.now().seconds();
    let claims = Claims {
        iss: desk.settings.public_url.clone(),
        aud: AUDIENCE.to_owned(),
        sub: user.id,
        iat: now,
        nbf: now,
        exp: now.saturating_add(ACCESS / SECOND),
        jti: hex::encode(unique),
        role: user.role.name().to_owned(),
        sid: hex::encode(refresh),
    };
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(pair.id.to_string());
    jsonwebtoken::encode(&header, &claims, &pair.sign).map_err(Error::fault)
}

impl Claims {
    /// The user that the token names.
    pub(super) const fn user(&self) -> UserId {
        self.sub
    }

    /// Whether the token is valid at this time, in seconds.
    pub(super) const fn is_current(&self, now: i64) -> bool {
        self.exp.saturating_add(LEEWAY_S) > now && self.nbf.saturating_sub(LEEWAY_S) <= now
    }
}

/// Verifies a token's signature, issuer, audience and times.
pub(super) async fn read(desk: &Identity, jwt: &str) -> Result<VerifiedClaims> {
    let claims = signed(desk, jwt).await?;
    if !claims.is_current(desk.clock.now().seconds()) {
        return Err(Error::Unauthenticated);
    }
    let expires = Micros(claims.exp.saturating_add(LEEWAY_S).saturating_mul(SECOND));
    let mut refresh = TokenHash::default();
    hex::decode_to_slice(&claims.sid, &mut refresh).map_err(|_| Error::Unauthenticated)?;
    Ok(VerifiedClaims { user: claims.sub, refresh, expires })
}

/// Verifies a token's signature, issuer and audience, but not its times.
pub(super) async fn signed(desk: &Identity, jwt: &str) -> Result<Claims> {
    if jwt.len() > LONGEST {
        return Err(Error::Unauthenticated);
    }
    let refused = |_| Error::Unauthenticated;
    let header = jsonwebtoken::decode_header(jwt).map_err(refused)?;
    let id = header.kid.and_then(|kid| kid.parse().ok()).ok_or(Error::Unauthenticated)?;
    let pair = signing::named(desk, id).await?.ok_or(Error::Unauthenticated)?;
    // The algorithm is the key's, never the header's. The times are checked by the desk's clock: the
    // library would use the system's, and cannot read `exp` while serde_json keeps numbers exactly.
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_required_spec_claims(&["iss", "aud", "sub"]);
    rules.set_issuer(&[&desk.settings.public_url]);
    rules.set_audience(&[AUDIENCE]);
    rules.validate_exp = false;
    Ok(jsonwebtoken::decode::<Claims>(jwt, &pair.verify, &rules).map_err(refused)?.claims)
}

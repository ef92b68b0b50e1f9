//! The issuer's public keys: fetched when the first token comes, and again when one names a key that is not known or the
//! known ones have grown old; at most once a minute. While the issuer does not answer, those that are known go on.

use super::{Issuer, RETRY_AFTER_S};
use crate::{Desk, Error, Result, outward};
use domain::{
    Micros,
    time::{HOUR, MINUTE},
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use std::sync::{Arc, PoisonError, RwLock};

/// Between two fetches: tokens with made-up keys must not make us a nuisance.
const PAUSE: i64 = MINUTE;
/// A key that the issuer has withdrawn is believed this long at most, while the issuer answers.
const OLD: i64 = HOUR;
/// The largest set of keys that is read.
const LARGEST: usize = 256 * 1024;

/// A public key.
pub(super) struct Key {
    id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) verify: DecodingKey,
}

#[derive(Default)]
struct Known {
    keys: Vec<Arc<Key>>,
    fetched_at: Option<Micros>,
    tried_at: Option<Micros>,
}

/// What is known.
#[derive(Default)]
pub(super) struct Keys {
    known: RwLock<Known>,
    /// One fetches; the others wait for what it brings.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

/// The part of an issuer's own description that is of use.
#[derive(Deserialize)]
struct Description {
    issuer: String,
    jwks_uri: String,
}

impl Keys {
    /// The key of that id; without one, the only key that there is.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when no key is known and none can be had.
    pub(super) async fn find(
        &self,
        desk: &Desk,
        issuer: &Issuer,
        id: Option<&str>,
    ) -> Result<Option<Arc<Key>>> {
        let now = desk.clock.now();
        let (key, due) = self.look(id, now);
        if key.is_some() && !due {
            return Ok(key);
        }
        // Who is fetching now may bring the key, or has brought it meanwhile.
        let turn = self.turn.lock().await;
        let (key, due) = self.look(id, now);
        if !due {
            return self.known_or_unavailable(key);
        }
        self.write().tried_at = Some(now);
        match fetch(issuer).await {
            Ok(keys) => {
                let mut known = self.write();
                (known.keys, known.fetched_at) = (keys, Some(now));
            }
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "could not fetch the signing keys of the OIDC issuer"
                );
            }
        }
        drop(turn);
        let (key, _) = self.look(id, now);
        self.known_or_unavailable(key)
    }

    /// The key, and whether it is time to ask the issuer.
    fn look(&self, id: Option<&str>, now: Micros) -> (Option<Arc<Key>>, bool) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let key = match (id, known.keys.as_slice()) {
            (Some(_), keys) => keys.iter().find(|key| key.id.as_deref() == id),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let since = |at: Option<Micros>, pause| at.is_none_or(|at| !(0..pause).contains(&now.since(at)));
        let wanted = key.is_none() || since(known.fetched_at, OLD);
        (key.cloned(), wanted && since(known.tried_at, PAUSE))
    }

    fn known_or_unavailable(&self, key: Option<Arc<Key>>) -> Result<Option<Arc<Key>>> {
        let never = self.known.read().unwrap_or_else(PoisonError::into_inner).fetched_at.is_none();
        if never { Err(Error::Unavailable { retry_after_s: RETRY_AFTER_S }) } else { Ok(key) }
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fetch(issuer: &Issuer) -> anyhow::Result<Vec<Arc<Key>>> {
    let base = issuer.settings.issuer.trim_end_matches('/');
    let described = issuer.http.get(format!("{base}/.well-known/openid-configuration")).send().await;
    let described: Option<Description> = outward::json(described, LARGEST).await.ok();
    // Keys come from where the issuer itself says, over a line as safe as its own; Cognito's stand at a fixed place, too.
    let secure = |url: &str| url.starts_with("https://") || outward::local(url);
    let place = described
        .filter(|it| it.issuer == issuer.settings.issuer && secure(&it.jwks_uri))
        .map_or_else(|| format!("{base}/.well-known/jwks.json"), |it| it.jwks_uri);
    let set: Set = outward::json(issuer.http.get(place).send().await, LARGEST).await?;
    Ok(set.keys.iter().filter_map(key).map(Arc::new).collect())
}

/// A key for signatures of a kind that we take; others may stand beside it.
fn key(jwk: &Value) -> Option<Key> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let (algorithm, name, verify) = match (text("kty")?, text("crv")) {
        ("RSA", _) => {
            (Algorithm::RS256, "RS256", DecodingKey::from_rsa_components(text("n")?, text("e")?).ok()?)
        }
        ("EC", Some("P-256")) => {
            (Algorithm::ES256, "ES256", DecodingKey::from_ec_components(text("x")?, text("y")?).ok()?)
        }
        _ => return None,
    };
    let for_this = text("alg").is_none_or(|wanted| wanted == name);
    for_this.then(|| Key { id: text("kid").map(str::to_owned), algorithm, verify })
}

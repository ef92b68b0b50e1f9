//! The issuer's public keys: fetched with the first token, and again if a token names an unknown key or the
//! keys are too old; at most once a minute. While the issuer does not answer, known keys stay valid.

use crate::{
    error::{Error, Result},
    identity::Identity,
    platform::outward,
};
use domain::{
    Micros,
    time::{HOUR, MINUTE},
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use std::sync::{Arc, PoisonError, RwLock};

/// Minimum time between two fetches, so that tokens with invented keys cannot be used to flood the issuer.
const PAUSE: i64 = MINUTE;
/// Maximum time a withdrawn key stays valid, while the issuer answers.
const OLD: i64 = HOUR;
/// Suggested delay after the issuer did not answer, in seconds.
const RETRY_AFTER_S: u64 = 5;
/// Maximum size of a key set, in bytes.
const LARGEST: usize = 256 * 1024;

pub(super) struct VerificationKey {
    id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) verify: DecodingKey,
}

#[derive(Default)]
struct Known {
    keys: Vec<Arc<VerificationKey>>,
    fetched_at: Option<Micros>,
    tried_at: Option<Micros>,
}

/// The cached keys.
#[derive(Default)]
pub(super) struct Keys {
    known: RwLock<Known>,
    /// Single-flight: one task fetches, the others wait for its result.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

/// The part of the OpenID configuration that is used.
#[derive(Deserialize)]
struct Description {
    issuer: String,
    jwks_uri: String,
}

impl Keys {
    /// The key with this id; without an id, the only key. `http` fetches keys from `issuer`, its address.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if no keys are known and none can be fetched.
    pub(super) async fn find(
        &self,
        desk: &Identity,
        http: &reqwest::Client,
        issuer: &str,
        id: Option<&str>,
    ) -> Result<Option<Arc<VerificationKey>>> {
        let now = desk.clock.now();
        let (key, due) = self.cached(id, now);
        if key.is_some() && !due {
            return Ok(key);
        }
        // Another task may have fetched the key meanwhile.
        let permit = self.fetching.lock().await;
        let (key, due) = self.cached(id, now);
        if !due {
            return self.known_or_unavailable(key);
        }
        self.write().tried_at = Some(now);
        match fetch(http, issuer).await {
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
        drop(permit);
        let (key, _) = self.cached(id, now);
        self.known_or_unavailable(key)
    }

    /// The cached key, and whether a fetch is due.
    fn cached(&self, id: Option<&str>, now: Micros) -> (Option<Arc<VerificationKey>>, bool) {
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

    fn known_or_unavailable(
        &self,
        key: Option<Arc<VerificationKey>>,
    ) -> Result<Option<Arc<VerificationKey>>> {
        let never = self.known.read().unwrap_or_else(PoisonError::into_inner).fetched_at.is_none();
        if never { Err(Error::Unavailable { retry_after_s: RETRY_AFTER_S }) } else { Ok(key) }
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fetch(http: &reqwest::Client, issuer: &str) -> anyhow::Result<Vec<Arc<VerificationKey>>> {
    let base = issuer.trim_end_matches('/');
    let described = http.get(format!("{base}/.well-known/openid-configuration")).send().await;
    let described: Option<Description> = outward::json(described, LARGEST).await.ok();
    // The keys' address is taken from the issuer's configuration if it is HTTPS or local; otherwise it is
    // Cognito's fixed path.
    let secure = |url: &str| url.starts_with("https://") || outward::local(url);
    let place = described
        .filter(|it| it.issuer == issuer && secure(&it.jwks_uri))
        .map_or_else(|| format!("{base}/.well-known/jwks.json"), |it| it.jwks_uri);
    let set: Set = outward::json(http.get(place).send().await, LARGEST).await?;
    Ok(set.keys.iter().filter_map(key).map(Arc::new).collect())
}

/// Parses a signature key of a supported algorithm; a set may contain others.
fn key(jwk: &Value) -> Option<VerificationKey> {
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
    for_this.then(|| VerificationKey { id: text("kid").map(str::to_owned), algorithm, verify })
}

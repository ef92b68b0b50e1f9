//! The keys that sign the desk's own access tokens: created on first use, stored encrypted, shared by all
//! instances.

use crate::{
    error::{Error, Result},
    identity::Identity,
    platform::secrets::Sealed,
};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use domain::{Micros, SigningKeyId, time::DAY, time::HOUR, time::SECOND};
use jsonwebtoken::{DecodingKey, EncodingKey};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long a key signs before it is replaced.
const LIFE: i64 = 90 * DAY;
/// How long it still verifies afterwards: longer than any token lives.
const GRACE: i64 = HOUR;
/// Minimum time between reloads caused by tokens that name an unknown key.
const RELOAD: i64 = SECOND;
/// Length of a private key, which is all that is stored of it, in bytes.
const SEED: usize = 32;

/// A key pair, ready for use.
pub(crate) struct Pair {
    pub(crate) id: SigningKeyId,
    pub(crate) sign: EncodingKey,
    pub(crate) verify: DecodingKey,
    made: Micros,
}

/// Cached signing keys.
#[derive(Default)]
pub(crate) struct Keyring {
    known: RwLock<(Vec<Arc<Pair>>, Option<Micros>)>,
}

impl Keyring {
    fn newest(&self, now: Micros) -> Option<Arc<Pair>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let usable = known.0.iter().filter(|k| now.since(k.made) < LIFE);
        usable.max_by_key(|k| k.made).cloned()
    }

    fn named(&self, id: SigningKeyId, now: Micros) -> Option<Arc<Pair>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let valid = |k: &&Arc<Pair>| k.id == id && now.since(k.made) < LIFE + GRACE;
        known.0.iter().find(valid).cloned()
    }

    /// Whether a reload is allowed now; if so, records it.
    fn may_reload(&self, now: Micros) -> bool {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let due = known.1.is_none_or(|last| now.since(last).abs() >= RELOAD);
        if due {
            known.1 = Some(now);
        }
        due
    }
}

/// The current signing key. The first caller of a new install creates it; if two instances do so
/// concurrently, there are two keys, and both verify.
pub(crate) async fn current(desk: &Identity) -> Result<Arc<Pair>> {
    let now = desk.clock.now();
    if let Some(pair) = desk.keyring.newest(now) {
        return Ok(pair);
    }
    reload(desk).await?;
    if let Some(pair) = desk.keyring.newest(now) {
        return Ok(pair);
    }
    make(desk).await?;
    reload(desk).await?;
    desk.keyring.newest(now).ok_or_else(|| Error::fault("a new signing key is missing after it was stored"))
}

/// The key with this id, if it still verifies.
pub(crate) async fn named(desk: &Identity, id: SigningKeyId) -> Result<Option<Arc<Pair>>> {
    let now = desk.clock.now();
    let known = desk.keyring.named(id, now);
    if known.is_none() && desk.keyring.may_reload(now) {
        reload(desk).await?;
        return Ok(desk.keyring.named(id, now));
    }
    Ok(known)
}

async fn make(desk: &Identity) -> Result<()> {
    let mut seed = Zeroizing::new([0_u8; SEED]);
    desk.entropy.fill(seed.as_mut());
    let id = SigningKeyId::mint(&*desk.clock, &*desk.entropy);
    let sealed = desk.sealer.seal("signing_keys", id.0, Uuid::nil(), seed.as_ref())?;
    let public = of_seed(seed.as_ref())?.public_key().as_ref().to_vec();
    let mut tx = desk.db.begin().await?;
    let now = desk.clock.now();
    let row = store::signing_key::SigningKey {
        id,
        public_key: public,
        sealed: sealed.to_bytes(),
        created_at: now,
        retired_at: None,
    };
    store::signing_key::insert(&mut tx, &row).await?;
    Ok(tx.commit().await?)
}

async fn reload(desk: &Identity) -> Result<()> {
    let rows = store::signing_key::list(&desk.db).await?;
    // A key retired manually by an operator (because it leaked) no longer signs or verifies.
    let pairs = rows
        .iter()
        .filter(|row| row.retired_at.is_none())
        .map(|row| open(desk, row))
        .collect::<Result<Vec<_>>>()?;
    desk.keyring.known.write().unwrap_or_else(PoisonError::into_inner).0 = pairs;
    Ok(())
}

fn open(desk: &Identity, row: &store::signing_key::SigningKey) -> Result<Arc<Pair>> {
    let sealed = Sealed::from_bytes(&row.sealed)?;
    let seed = desk.sealer.open("signing_keys", row.id.0, Uuid::nil(), &sealed)?;
    let key = of_seed(&seed)?;
    Ok(Arc::new(Pair {
        id: row.id,
        sign: encoding_key(&key)?,
        verify: DecodingKey::from_ed_der(key.public_key().as_ref()),
        made: row.created_at,
    }))
}

/// The key pair of a stored seed.
fn of_seed(seed: &[u8]) -> Result<Ed25519KeyPair> {
    if seed.len() != SEED {
        return Err(Error::fault("a stored signing key does not have 32 bytes"));
    }
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::fault("a stored signing key is invalid"))
}

/// The private half, in the form (PKCS#8) that signs tokens.
fn encoding_key(key: &Ed25519KeyPair) -> Result<EncodingKey> {
    let document = key.to_pkcs8().map_err(|_| Error::fault("could not encode a signing key"))?;
    Ok(EncodingKey::from_ed_der(document.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{Algorithm, crypto};

    /// The key pair of RFC 8032, 7.1, test 1, and the signature that RFC 8037, A.4, makes with it.
    const PRIVATE: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const MESSAGE: &[u8] = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const SIGNATURE: &str =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    #[test]
    fn a_stored_seed_has_the_key_pair_and_the_signatures_of_the_standard() {
        let key = of_seed(&hex::decode(PRIVATE).unwrap()).unwrap();
        assert_eq!(hex::encode(key.public_key()), PUBLIC);
        let signature = crypto::sign(MESSAGE, &encoding_key(&key).unwrap(), Algorithm::EdDSA).unwrap();
        assert_eq!(signature, SIGNATURE);
        let public = DecodingKey::from_ed_der(&hex::decode(PUBLIC).unwrap());
        assert!(crypto::verify(SIGNATURE, MESSAGE, &public, Algorithm::EdDSA).unwrap());
        assert!(!crypto::verify(SIGNATURE, b"another", &public, Algorithm::EdDSA).unwrap());
    }

    #[test]
    fn a_seed_of_another_length_is_refused() {
        assert!(of_seed(&[1; 31]).is_err() && of_seed(&[1; 33]).is_err() && of_seed(&[]).is_err());
    }
}

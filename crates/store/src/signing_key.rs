//! Keys that sign our JWTs, shared by all instances. The private keys are sealed by the service.

use crate::{Result, Source, Tx};
use domain::{Micros, SigningKeyId};
use sqlx::FromRow;
use std::fmt;

/// A signing key, as read and written.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct SigningKey {
    /// Id of the key, used as the `kid` of the tokens.
    pub id: SigningKeyId,
    /// The public key.
    pub public_key: Vec<u8>,
    /// The private key, sealed.
    pub sealed: Vec<u8>,
    /// When it was created.
    pub created_at: Micros,
    /// When it stopped signing. It still verifies until its tokens have expired.
    pub retired_at: Option<Micros>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Adds a key.
pub async fn insert(tx: &mut Tx, key: &SigningKey) -> Result<()> {
    exec!(
        tx,
        "insert into signing_keys (id, public_key, sealed, created_at, retired_at) values ($1, $2, $3, $4, $5)",
        key.id,
        key.public_key.as_slice(),
        key.sealed.as_slice(),
        key.created_at,
        key.retired_at
    )?;
    Ok(())
}

/// Lists every key, newest first; the first one that is not retired signs. This order makes two instances that
/// create their first keys at the same time agree on one.
pub async fn list(from: impl Source) -> Result<Vec<SigningKey>> {
    rows!(
        SigningKey,
        from,
        fetch_all,
        "select id, public_key, sealed, created_at, retired_at from signing_keys order by created_at desc, id desc"
    )
}

/// Replaces the sealed private key (rekey); returns whether the key exists.
pub async fn reseal(tx: &mut Tx, id: SigningKeyId, sealed: &[u8]) -> Result<bool> {
    Ok(exec!(tx, "update signing_keys set sealed = $2 where id = $1", id, sealed)? == 1)
}

//! The canary of the master key: a value sealed with the master key, which is opened first at startup to verify the
//! key.

use crate::{Result, Source, Tx};
use domain::Micros;
use sqlx::FromRow;
use uuid::Uuid;

/// The stored canary.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Canary {
    /// The row's id, an input of the sealing.
    pub row_id: Uuid,
    /// The sealed value.
    pub sealed: Vec<u8>,
}

/// Stores the canary unless there is one already. Of several instances that start together, one stores it.
pub async fn insert(tx: &mut Tx, canary: &Canary, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into master_key_canary (id, row_id, sealed, created_at) values (1, $1, $2, $3) \
         on conflict (id) do nothing",
        canary.row_id,
        canary.sealed.as_slice(),
        at
    )?;
    Ok(())
}

/// Returns the stored canary; `None` in a database that has not been used by a version with a canary.
pub async fn get(from: impl Source) -> Result<Option<Canary>> {
    rows!(Canary, from, fetch_optional, "select row_id, sealed from master_key_canary where id = 1")
}

/// Replaces the sealed value (rekey); returns whether there is a canary with this id.
pub async fn reseal(tx: &mut Tx, row_id: Uuid, sealed: &[u8]) -> Result<bool> {
    Ok(exec!(tx, "update master_key_canary set sealed = $2 where row_id = $1", row_id, sealed)? == 1)
}

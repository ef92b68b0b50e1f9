//! Secrets of the installation that belong to no user, sealed by the service.

use crate::{Result, Source, Tx};
use domain::Micros;
use sqlx::FromRow;
use std::fmt;
use uuid::Uuid;

/// A sealed secret.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct DeskSecret {
    /// Name of the secret, which states its purpose.
    pub name: String,
    /// The row's id, an input of the sealing.
    pub id: Uuid,
    /// The sealed secret.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for DeskSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeskSecret").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Adds a secret unless its name exists already. Of two instances that start at the same time, one creates it.
pub async fn insert(tx: &mut Tx, secret: &DeskSecret, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into desk_secrets (name, id, sealed, created_at) values ($1, $2, $3, $4) \
         on conflict (name) do nothing",
        secret.name.as_str(),
        secret.id,
        secret.sealed.as_slice(),
        at
    )?;
    Ok(())
}

select! {
    desk_secrets -> DeskSecret,
    "name, id, sealed",
    "from desk_secrets"
}

/// Returns the secret with a name.
pub async fn get(from: impl Source, name: &str) -> Result<Option<DeskSecret>> {
    desk_secrets!(from, fetch_optional, "where name = $1", name)
}

/// Lists all secrets (rekey).
pub async fn list(from: impl Source) -> Result<Vec<DeskSecret>> {
    desk_secrets!(from, fetch_all, "order by name")
}

/// Replaces the sealed value (rekey); returns whether the secret exists.
pub async fn reseal(tx: &mut Tx, id: Uuid, sealed: &[u8]) -> Result<bool> {
    Ok(exec!(tx, "update desk_secrets set sealed = $2 where id = $1", id, sealed)? == 1)
}

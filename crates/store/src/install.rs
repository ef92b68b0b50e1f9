//! The installation: the two characters in its client order ids, and whether its database is a restored backup.

use crate::{Result, Source, Tx};
use domain::Micros;
use sqlx::FromRow;

/// The installation.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Install {
    /// Two characters of `[A-Za-z0-9]`.
    pub code: String,
    /// When this database was copied as a backup; `None` if it is not a restored backup.
    pub copied_at: Option<Micros>,
}

/// Returns the installation; `None` in a database that only versions without client order ids of this form have used.
pub async fn get(from: impl Source) -> Result<Option<Install>> {
    rows!(Install, from, fetch_optional, "select code, copied_at from installs where id = 1")
}

/// Stores the code unless there is one already. Of several instances that start together, one stores it.
pub async fn insert(tx: &mut Tx, code: &str, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into installs (id, code, created_at) values (1, $1, $2) on conflict (id) do nothing",
        code,
        at
    )?;
    Ok(())
}

/// Marks a restored database as in use, so that it is no longer treated as a backup; returns whether it was one.
pub async fn mark_used(tx: &mut Tx) -> Result<bool> {
    Ok(exec!(tx, "update installs set copied_at = null where id = 1 and copied_at is not null")? == 1)
}

//! The install: two characters that its client order ids carry, and whether its database is a backup that was restored.

use crate::{Result, Source, Tx};
use domain::Micros;
use sqlx::FromRow;

/// The install.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Install {
    /// Two characters of `[A-Za-z0-9]`.
    pub code: String,
    /// When this database was copied as a backup; none in a database that no backup was restored to.
    pub copied_at: Option<Micros>,
}

/// The install; none in a database that no version with client order ids of this form has used yet.
///
/// # Errors
/// A fault.
pub async fn get(from: impl Source) -> Result<Option<Install>> {
    rows!(Install, from, fetch_optional, "select code, copied_at from installs where id = 1")
}

/// Stores the code, unless there is one: of several instances that start together, one stores it.
///
/// # Errors
/// A fault.
pub async fn insert(tx: &mut Tx, code: &str, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into installs (id, code, created_at) values (1, $1, $2) on conflict (id) do nothing",
        code,
        at
    )?;
    Ok(())
}

/// The restored database is in use: it is no backup any more. Whether it was one.
///
/// # Errors
/// A fault.
pub async fn used(tx: &mut Tx) -> Result<bool> {
    Ok(exec!(tx, "update installs set copied_at = null where id = 1 and copied_at is not null")? == 1)
}

//! Creates or upgrades the tables at startup. The migrations are embedded, so the program needs no other files.
//!
//! On Postgres a server whose tables are up to date needs no right to create any: `slipstream migrate`, run with
//! another role, can apply the migrations before.

use crate::{Db, Error, Result, db::Engine};
use sqlx::{Connection, PgConnection, migrate::Migrator};
use std::collections::HashMap;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

impl Db {
    /// Applies the pending migrations. Instances that start at the same time wait for each other.
    ///
    /// # Errors
    /// If the database contains a migration that this program does not know, or a migration fails.
    pub async fn migrate(&self) -> Result<()> {
        self.migrate_until(None).await
    }

    /// As [`Self::migrate`], up to the migration with this number; creates a database as left by an earlier
    /// release.
    ///
    /// # Errors
    /// As [`Self::migrate`].
    #[cfg(feature = "testing")]
    pub async fn migrate_to(&self, version: i64) -> Result<()> {
        self.migrate_until(Some(version)).await
    }

    async fn migrate_until(&self, last: Option<i64>) -> Result<()> {
        match &self.engine {
            Engine::Sqlite { writer, .. } => {
                // The driver has no migration lock for SQLite; the write lock around the whole migration serves as
                // one.
                let mut tx = writer.begin_with("begin immediate").await?;
                SQLITE.run_direct(last, &mut *tx, false).await?;
                tx.commit().await?;
            }
            Engine::Postgres { pool } => {
                // A migration, or waiting for another instance's, may take long, so the timeouts are disabled, but
                // not on a pooled connection.
                let mut connection = pool.acquire().await?.detach();
                sqlx::query("select set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false)")
                    .execute(&mut connection)
                    .await?;
                if last.is_none() && is_up_to_date(&mut connection).await? {
                    connection.close().await?;
                    return Ok(());
                }
                POSTGRES.run_direct(last, &mut connection, false).await?;
                connection.close().await?;
            }
        }
        Ok(())
    }
}

/// Returns a number that differs between different migrations of SQLite.
#[cfg(feature = "testing")]
pub(crate) fn sqlite_digest() -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    for one in SQLITE.iter() {
        (one.version, &*one.checksum).hash(&mut hasher);
    }
    hasher.finish()
}

/// Returns whether exactly the known migrations have been applied. Otherwise the migrator runs, which applies what is
/// missing, or reports what is wrong.
async fn is_up_to_date(connection: &mut PgConnection) -> Result<bool> {
    let table: Option<String> = sqlx::query_scalar("select to_regclass('_sqlx_migrations')::text")
        .fetch_one(&mut *connection)
        .await?;
    if table.is_none() {
        return Ok(false);
    }
    let rows: Vec<(i64, Vec<u8>, bool)> =
        sqlx::query_as("select version, checksum, success from _sqlx_migrations")
            .fetch_all(connection)
            .await?;
    let applied: HashMap<i64, &[u8]> = rows
        .iter()
        .filter(|(_, _, success)| *success)
        .map(|(version, checksum, _)| (*version, checksum.as_slice()))
        .collect();
    let same = |version: i64, checksum: &[u8]| applied.get(&version).is_some_and(|known| *known == checksum);
    Ok(rows.len() == POSTGRES.iter().count()
        && POSTGRES.iter().all(|one| same(one.version, one.checksum.as_ref())))
}

/// Migration failures are treated like other database errors.
impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        sqlx::Error::from(error).into()
    }
}

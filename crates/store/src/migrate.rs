//! The tables, made or brought up to date at start. Embedded: the program needs no files beside it.

use crate::{Db, Error, Result, db::Engine};
use sqlx::{Connection, migrate::Migrator};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

impl Db {
    /// Applies what is missing. Two instances that start at once wait for one another.
    ///
    /// # Errors
    /// When the database holds a migration that this program does not know, or one fails.
    pub async fn migrate(&self) -> Result<()> {
        self.migrate_until(None).await
    }

    /// As [`Self::migrate`], up to the migration of this number: a database as an earlier release left it.
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
                // The driver has no migration lock for SQLite; the write lock around it all is one.
                let mut tx = writer.begin_with("begin immediate").await?;
                SQLITE.run_direct(last, &mut *tx, false).await?;
                tx.commit().await?;
            }
            Engine::Postgres { pool } => {
                // A long migration, and waiting for another instance's, is right: but on no pooled connection.
                let mut connection = pool.acquire().await?.detach();
                sqlx::query("select set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false)")
                    .execute(&mut connection)
                    .await?;
                POSTGRES.run_direct(last, &mut connection, false).await?;
                connection.close().await?;
            }
        }
        Ok(())
    }
}

/// A migration's failure is a fault like any other.
impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        sqlx::Error::from(error).into()
    }
}

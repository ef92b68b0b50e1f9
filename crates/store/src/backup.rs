//! Online backup of an SQLite database.

use crate::{Db, Error, db::Engine, options::make_private_file};
use sqlx::{
    ConnectOptions as _, Connection as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{fs::File, path::Path};

/// Why a database could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum Uncopied {
    /// It is Postgres, which has a program of its own for this.
    #[error("back up a Postgres database with pg_dump")]
    Postgres,
    /// A backup overwrites nothing.
    #[error("the file already exists; a backup never overwrites a file")]
    Exists,
    /// With a mistyped path, the backup would be created where no one searches for it.
    #[error("the folder does not exist; create it or correct the path")]
    NoFolder,
    /// SQLite takes no other names.
    #[error("the file name must be valid Unicode")]
    NotUnicode,
    /// The copy failed.
    #[error(transparent)]
    Database(#[from] Error),
}

/// Marks the copy as a backup, so that a server started on it knows that the database was restored.
async fn mark_as_copy(path: &Path) -> sqlx::Result<()> {
    let options = SqliteConnectOptions::new().filename(path).journal_mode(SqliteJournalMode::Delete);
    let mut copy = options.connect().await?;
    // A copy made by a release without installations has no such table; its server generates a new code.
    let known =
        sqlx::query("select 1 from sqlite_schema where name = 'installs'").fetch_optional(&mut copy).await?;
    if known.is_some() {
        sqlx::query("update installs set copied_at = unixepoch() * 1000000").execute(&mut copy).await?;
    }
    copy.close().await
}

impl Db {
    /// Copies the current state of the database to a new file, without blocking readers and writers. When this
    /// returns, the copy is durable, and readable by its owner only.
    ///
    /// # Errors
    /// [`Uncopied`].
    pub async fn copy_to(&self, path: &Path) -> Result<(), Uncopied> {
        let Engine::Sqlite { writer, .. } = &self.engine else { return Err(Uncopied::Postgres) };
        if path.exists() {
            return Err(Uncopied::Exists);
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(Uncopied::NoFolder);
        }
        let name = path.to_str().ok_or(Uncopied::NotUnicode)?;
        make_private_file(path)?;
        // Takes only a read lock, which blocks no other connection in WAL mode.
        let copied = sqlx::query("vacuum into $1").bind(name).execute(writer).await;
        copied.map_err(Error::from)?;
        mark_as_copy(path).await.map_err(Error::from)?;
        let kept = File::open(path).and_then(|file| file.sync_all());
        kept.map_err(|error| Error::from(sqlx::Error::Io(error)).into())
    }
}

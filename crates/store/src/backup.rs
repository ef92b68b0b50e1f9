//! A copy of an SQLite database while it is used.

use crate::{Db, Error, Result, db::Engine, options::make_private_file};
use std::{fs::File, io, path::Path};

impl Db {
    /// Copies the database into a new file, as it is at this moment: readers and writers go on. The copy is durable when
    /// this returns, and readable by its owner only.
    ///
    /// # Errors
    /// When the file exists, cannot be written, or the database is Postgres, which has `pg_dump`.
    pub async fn copy_to(&self, path: &Path) -> Result<()> {
        let Engine::Sqlite { writer, .. } = &self.engine else {
            return Err(refused("a Postgres database is backed up with pg_dump"));
        };
        if path.exists() {
            return Err(refused("that file exists already: a backup overwrites nothing"));
        }
        let name = path.to_str().ok_or_else(|| refused("the file's name must be Unicode"))?;
        make_private_file(path)?;
        // Takes a read lock only: in WAL mode nobody waits for it.
        let copied = sqlx::query("vacuum into $1").bind(name).execute(writer).await;
        copied?;
        File::open(path).and_then(|file| file.sync_all()).map_err(|error| sqlx::Error::Io(error).into())
    }
}

fn refused(why: &'static str) -> Error {
    sqlx::Error::Io(io::Error::other(why)).into()
}

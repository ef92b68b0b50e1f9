//! An SQLite file with all tables, from which each test's database is copied: creating the tables takes twenty times as
//! long, and thousands of tests need them.

use crate::{Db, Options, db::Engine, migrate};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Copies a database with all tables to `file`.
///
/// # Errors
/// If the template can be neither read nor made. The caller then creates the tables.
pub(super) async fn copy_to(file: &Path) -> io::Result<()> {
    let template = path()?;
    if !template.is_file() {
        make(&template).await?;
    }
    fs::copy(&template, file).map(drop)
}

/// The file is beside the test programs, which share it, and is named after the migrations.
fn path() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or(io::ErrorKind::NotFound)?;
    Ok(folder.join(format!("tables-{:016x}.db", migrate::sqlite_digest())))
}

/// Makes it elsewhere and moves it, so that another process finds all of it or nothing.
async fn make(template: &Path) -> io::Result<()> {
    let folder = tempfile::tempdir_in(template.parent().ok_or(io::ErrorKind::NotFound)?)?;
    let file = folder.path().join("tables.db");
    let url = format!("sqlite:{}", file.display());
    let db = Db::connect(&url, &Options::default()).await.map_err(io::Error::other)?;
    db.migrate().await.map_err(io::Error::other)?;
    if let Engine::Sqlite { writer, .. } = &db.engine {
        // Everything is in the file itself then, not in the write-ahead log beside it.
        let merged = sqlx::query("pragma wal_checkpoint(truncate)").execute(writer).await;
        merged.map_err(io::Error::other)?;
    }
    db.close().await;
    fs::rename(&file, template)
}

#[cfg(test)]
mod tests {
    use crate::testing;

    #[tokio::test]
    async fn a_copy_has_what_the_migrations_create() {
        let migrated = testing::empty_sqlite().await;
        migrated.migrate().await.unwrap();
        let copied = testing::sqlite().await;
        for sql in [
            "select sql from sqlite_master where sql is not null order by name",
            "select hex(checksum) from _sqlx_migrations order by version",
        ] {
            let rows = copied.texts(sql).await;
            assert!(!rows.is_empty());
            assert_eq!(rows, migrated.texts(sql).await);
        }
        copied.migrate().await.unwrap();
    }
}

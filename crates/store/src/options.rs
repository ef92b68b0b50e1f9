//! How the engines are opened.

use crate::{Error, Result};
use sqlx::{
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{fs, io, path::Path, str::FromStr, time::Duration};

/// What may be turned. The defaults fit one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// SQLite: connections that read, beside the one that writes.
    pub readers: u32,
    /// Postgres: connections in all, one of them listening for events.
    pub connections: u32,
    /// How long a caller waits for a connection, or for another writer.
    pub patience: Duration,
    /// Postgres: the longest a statement may run.
    pub statement_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 4,
            connections: 16,
            patience: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(15),
        }
    }
}

impl Options {
    /// The one connection that writes. FULL: what was committed survives the machine, not only the process.
    pub(crate) fn sqlite_writer(&self, url: &str) -> Result<SqliteConnectOptions> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(self.patience);
        make_private_file(options.get_filename())?;
        Ok(options)
    }

    /// A connection that reads, and is held to it.
    pub(crate) fn sqlite_reader(&self, url: &str) -> Result<SqliteConnectOptions> {
        let options = SqliteConnectOptions::from_str(url)?
            .foreign_keys(true)
            .busy_timeout(self.patience)
            .pragma("query_only", "on");
        Ok(options)
    }

    /// Every Postgres connection.
    pub(crate) fn postgres(&self, url: &str) -> Result<PgConnectOptions> {
        let options = PgConnectOptions::from_str(url)?.application_name("slipstream").options([
            ("statement_timeout", self.statement_timeout.as_millis().to_string()),
            ("lock_timeout", self.patience.as_millis().to_string()),
            // A transaction that its owner forgot must not hold up everyone else's.
            ("idle_in_transaction_session_timeout", "60000".to_owned()),
        ]);
        Ok(options)
    }
}

/// Makes the file before SQLite does, so that nobody else on the machine may read it; the WAL takes over its mode.
pub(crate) fn make_private_file(path: &Path) -> Result<()> {
    let made = || -> io::Result<()> {
        if let Some(folder) =
            path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        {
            make_private_folder(folder)?;
        }
        let mut open = fs::OpenOptions::new();
        open.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
        open.open(path).map(drop)
    };
    made().map_err(|error| Error::from(sqlx::Error::Io(error)))
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

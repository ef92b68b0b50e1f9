//! Connection options of both engines.

use crate::{Error, Result};
use sqlx::{
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{fs, io, path::Path, str::FromStr, time::Duration};

/// Tunable options. The defaults suit a single machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// SQLite: number of reader connections, in addition to the writer.
    pub readers: u32,
    /// Postgres: total number of connections, one of which listens for events.
    pub connections: u32,
    /// How long a caller waits for a connection or for another writer.
    pub patience: Duration,
    /// Postgres: maximum duration of a statement.
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
    /// The writer connection. With synchronous FULL, commits survive a crash of the machine, not only of the
    /// process.
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

    /// A reader connection, restricted to queries.
    pub(crate) fn sqlite_reader(&self, url: &str) -> Result<SqliteConnectOptions> {
        let options = SqliteConnectOptions::from_str(url)?
            .foreign_keys(true)
            .busy_timeout(self.patience)
            .pragma("query_only", "on");
        Ok(options)
    }

    /// Options of every Postgres connection.
    pub(crate) fn postgres(&self, url: &str) -> Result<PgConnectOptions> {
        let options = PgConnectOptions::from_str(url)?.application_name("slipstream").options([
            ("statement_timeout", self.statement_timeout.as_millis().to_string()),
            ("lock_timeout", self.patience.as_millis().to_string()),
            // A forgotten transaction must not block all others.
            ("idle_in_transaction_session_timeout", "60000".to_owned()),
        ]);
        Ok(options)
    }
}

/// Creates the file before SQLite does, so that other users of the machine cannot read it; the WAL inherits its
/// mode.
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

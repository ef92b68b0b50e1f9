//! Connection options of both engines.

use crate::{Error, Result};
use sqlx::{
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{fs, io, net::IpAddr, path::Path, str::FromStr, time::Duration};

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

/// How the connection to a Postgres server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostgresLink {
    /// It stays on this machine.
    ThisMachine,
    /// It is encrypted, or not made: `sslmode` is `require`, `verify-ca` or `verify-full`.
    Encrypted,
    /// It may be unencrypted, depending on the server.
    Unprotected,
}

/// Returns how the connection of a `postgres://` URL is protected.
///
/// # Errors
/// If the URL cannot be used.
pub fn postgres_link(url: &str) -> Result<PostgresLink> {
    let options = PgConnectOptions::from_str(url)?;
    let host = options.get_host().trim_start_matches('[').trim_end_matches(']');
    let loopback =
        || host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if options.get_socket().is_some() || host.starts_with('/') || loopback() {
        return Ok(PostgresLink::ThisMachine);
    }
    Ok(match options.get_ssl_mode() {
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => PostgresLink::Encrypted,
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => PostgresLink::Unprotected,
    })
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
mod tests {
    use super::*;
    use crate::Db;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    #[test]
    fn only_encrypted_and_local_connections_are_protected() {
        for (url, link) in [
            ("postgres://desk:hunter2@127.0.0.1:5432/desk", PostgresLink::ThisMachine),
            ("postgres://desk@localhost/desk?sslmode=disable", PostgresLink::ThisMachine),
            ("postgres://desk@[::1]/desk", PostgresLink::ThisMachine),
            ("postgres:///desk?host=/var/run/postgresql", PostgresLink::ThisMachine),
            ("postgres://desk@db.example/desk?sslmode=require", PostgresLink::Encrypted),
            ("postgres://desk@db.example/desk?sslmode=verify-ca", PostgresLink::Encrypted),
            (
                "postgresql://desk@192.0.2.1/desk?sslmode=verify-full&sslrootcert=ca.pem",
                PostgresLink::Encrypted,
            ),
            ("postgres://desk@db.example/desk?sslmode=disable", PostgresLink::Unprotected),
            ("postgres://desk@db.example/desk?sslmode=allow", PostgresLink::Unprotected),
            ("postgres://desk@db.example/desk?sslmode=prefer", PostgresLink::Unprotected),
            ("postgres://desk@localhost.evil.example/desk?sslmode=prefer", PostgresLink::Unprotected),
        ] {
            assert_eq!(postgres_link(url).unwrap(), link, "{url}");
        }
        assert!(postgres_link("postgres://desk@db.example/desk?sslmode=sometimes").is_err());
    }

    /// Connects to a server that answers the request for TLS with `answer`; returns what the client sent next.
    async fn after(answer: &[u8], mode: &str) -> Vec<u8> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("postgres://desk:hunter2@{address}/desk?sslmode={mode}");
        let server = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0_u8; 8];
            socket.read_exact(&mut request).await.unwrap();
            assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47], "a request for TLS comes first");
            socket.write_all(answer).await.unwrap();
            let mut next = vec![0_u8; 64];
            let read = socket.read(&mut next).await.unwrap_or(0);
            next.truncate(read);
            next
        };
        let options = Options { connections: 1, patience: Duration::from_secs(5), ..Options::default() };
        let (sent, connected) = tokio::join!(server, Db::connect(&url, &options));
        assert!(connected.is_err(), "this is no database");
        sent
    }

    #[tokio::test]
    async fn a_server_without_tls_gets_no_password_where_it_is_required() {
        for mode in ["require", "verify-ca", "verify-full"] {
            assert!(after(b"N", mode).await.is_empty(), "{mode}: nothing is sent unencrypted");
        }
    }

    #[tokio::test]
    async fn a_server_with_tls_gets_a_handshake() {
        for mode in ["prefer", "require", "verify-ca", "verify-full"] {
            let sent = after(b"S", mode).await;
            assert_eq!(sent[..2], [0x16, 0x03], "{mode}: the first record of TLS");
        }
    }
}

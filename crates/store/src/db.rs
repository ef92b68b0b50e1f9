//! The database handle: SQLite or Postgres.

use crate::{
    Error, Options, Result, StoreErrorKind, Tx,
    appended::Appended,
    error,
    tx::{HeldConnection, Lend, Lent},
    writes::{LastWrites, Writes},
};
use sqlx::{
    Connection as _, Either, PgPool, SqlitePool, pool::PoolConnection, postgres::PgPoolOptions,
    sqlite::SqlitePoolOptions,
};
use std::{fmt, future::Future, sync::Arc};
use tokio::sync::broadcast;

/// Number of events that a slow listener may lag behind before it is notified of a gap.
const EVENTS_KEPT: usize = 1024;

/// A handle to the database. Clones share the connections.
#[derive(Clone)]
pub struct Db {
    pub(crate) engine: Engine,
    writes: Arc<Writes>,
    /// Called around each commit.
    #[cfg(feature = "testing")]
    hook: Option<Arc<dyn crate::commit_hook::CommitHook>>,
    /// The number that [`Db::calls`] returns.
    #[cfg(feature = "testing")]
    calls: Arc<std::sync::atomic::AtomicU64>,
}

impl From<Engine> for Db {
    fn from(engine: Engine) -> Self {
        Self {
            engine,
            writes: Arc::default(),
            #[cfg(feature = "testing")]
            hook: None,
            #[cfg(feature = "testing")]
            calls: Arc::default(),
        }
    }
}

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite {
        readers: SqlitePool,
        /// A single connection, so that writers queue here instead of competing for the file lock.
        writer: SqlitePool,
        appended: broadcast::Sender<Appended>,
    },
    Postgres {
        pool: PgPool,
    },
}

/// Numbers of pooled connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// Open connections.
    pub open: usize,
    /// Open connections that are not in use.
    pub idle: usize,
}

impl Db {
    /// Opens `sqlite:<path>` (created if missing, readable by its owner only) or `postgres://...`. [`Db::migrate`]
    /// creates the tables.
    ///
    /// # Errors
    /// If the database cannot be reached, or the URL is of neither kind.
    pub async fn connect(url: &str, options: &Options) -> Result<Self> {
        if url.starts_with("sqlite:") {
            return Self::connect_sqlite(url, options).await;
        }
        let pool = PgPoolOptions::new()
            .max_connections(options.connections)
            .acquire_timeout(options.patience)
            .connect_with(options.postgres(url)?)
            .await?;
        Ok(Engine::Postgres { pool }.into())
    }

    async fn connect_sqlite(url: &str, options: &Options) -> Result<Self> {
        if url.contains(":memory:") || url.contains("mode=memory") {
            let why = "an in-memory SQLite database cannot be shared between connections; use a file";
            return Err(sqlx::Error::Configuration(why.into()).into());
        }
        // The connections are kept open permanently: closing the last one would checkpoint and remove the WAL under
        // the readers. There is no network between us and the file, so connections are not tested before use.
        // However, after a failure such as a full disk SQLite ends the transaction by itself, and the driver, whose
        // own rollback then fails, counts it as open forever. That connection is closed and replaced: a
        // connection taken from the pool is never inside a transaction. Rollbacks are finished by then (the pool
        // waits for them when a connection is returned), so this check only reads a counter.
        let lasting = || {
            SqlitePoolOptions::new()
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
                .before_acquire(|connection, _| {
                    let usable = !connection.is_in_transaction();
                    Box::pin(async move { Ok(usable) })
                })
        };
        let writer = lasting()
            .max_connections(1)
            .acquire_timeout(options.patience)
            .connect_with(options.sqlite_writer(url)?)
            .await?;
        let readers = lasting()
            .max_connections(options.readers)
            .acquire_timeout(options.patience)
            .connect_with(options.sqlite_reader(url)?)
            .await?;
        let (appended, _) = broadcast::channel(EVENTS_KEPT);
        Ok(Engine::Sqlite { readers, writer, appended }.into())
    }

    /// Returns whether several instances can share the database, that is, whether it is Postgres. Instances then
    /// hold leases ([`crate::instance`]).
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres { .. })
    }

    /// Begins a write transaction. On SQLite, writers queue for one connection; waiting longer than
    /// [`Options::patience`] returns [`crate::StoreErrorKind::Busy`].
    ///
    /// # Errors
    /// If no connection is available.
    pub async fn begin(&self) -> Result<Tx> {
        #[cfg(feature = "testing")]
        self.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let tx = self.begin_on_engine().await;
        #[cfg(feature = "testing")]
        let tx = tx.map(|tx| tx.with_hook(self.hook.clone()));
        tx
    }

    /// Returns this database with `hook` called around the commit of every transaction begun through it.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn with_commit_hook(self, hook: Arc<dyn crate::commit_hook::CommitHook>) -> Self {
        Self { hook: Some(hook), ..self }
    }

    /// Returns how many statements were read, and transactions begun, through this handle and its clones. Tests
    /// compare two of them to count the reads of a request.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Returns how many of the connections to Postgres are in use; 0 on SQLite. Simulated time waits for them.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn connections_in_use(&self) -> usize {
        match &self.engine {
            Engine::Sqlite { .. } => 0,
            Engine::Postgres { pool } => (pool.size() as usize).saturating_sub(pool.num_idle()),
        }
    }

    async fn begin_on_engine(&self) -> Result<Tx> {
        let writes = Arc::clone(&self.writes);
        let size = match &self.engine {
            // IMMEDIATE, because a transaction that begins with a read could otherwise fail at its first write.
            Engine::Sqlite { writer, appended, .. } => {
                let size = writer.begin_with("begin immediate").await;
                size.map(|tx| Tx::sqlite(tx, appended.clone(), writes))
            }
            Engine::Postgres { pool } => pool.begin().await.map(|tx| Tx::postgres(tx, writes)),
        };
        size.map_err(|failure| {
            let outage = error::is_outage(&failure);
            let failure = Error::from(failure);
            // If no transaction can begin in that time, writes are not possible either, whatever the cause.
            if outage || failure.kind() == StoreErrorKind::Busy {
                self.writes.failed();
            }
            failure
        })
    }

    /// Returns how long ago a write through this handle or one of its clones last succeeded and last failed.
    #[must_use]
    pub fn last_writes(&self) -> LastWrites {
        self.writes.last()
    }

    /// Records a write that was abandoned because it took too long and on which the database has not reported an
    /// error.
    pub fn note_failed_write(&self) {
        self.writes.failed();
    }

    /// Checks that the database responds.
    ///
    /// # Errors
    /// If it does not respond.
    pub async fn ping(&self) -> Result<()> {
        match &self.engine {
            Engine::Sqlite { readers, .. } => sqlx::query("select 1").execute(readers).await.map(drop)?,
            Engine::Postgres { pool } => sqlx::query("select 1").execute(pool).await.map(drop)?,
        }
        Ok(())
    }

    /// Returns the usage of the connection pool; on SQLite that of the readers.
    #[must_use]
    pub fn connections(&self) -> Connections {
        let (open, idle) = match &self.engine {
            Engine::Sqlite { readers, .. } => (readers.size(), readers.num_idle()),
            Engine::Postgres { pool } => (pool.size(), pool.num_idle()),
        };
        Connections { open: usize::try_from(open).unwrap_or(usize::MAX), idle }
    }

    /// Closes the connections once those in use are returned.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { readers, writer, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres { pool } => pool.close().await,
        }
    }

    async fn acquire(&self) -> Result<Either<PoolConnection<sqlx::Sqlite>, PoolConnection<sqlx::Postgres>>> {
        #[cfg(feature = "testing")]
        self.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        match &self.engine {
            Engine::Sqlite { readers, .. } => readers.acquire().await.map(Either::Left),
            Engine::Postgres { pool } => pool.acquire().await.map(Either::Right),
        }
        .map_err(Error::from)
    }
}

/// Prints the engine only, because the URL may contain a password.
impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.engine {
            Engine::Sqlite { .. } => "Db(SQLite)",
            Engine::Postgres { .. } => "Db(Postgres)",
        })
    }
}

/// A source of connections for reads: `&Db` takes a pooled connection for one statement, `&mut Tx` reads within the
/// transaction.
///
/// The lifetime is the implementing type's own: a lifetime parameter here would keep callers' futures from being
/// `Send` in spawned tasks (rust-lang issue 100013).
pub trait Source: Send {
    /// A connection for one statement.
    #[doc(hidden)]
    type Lent: Lend + Send;

    /// Lends a connection.
    #[doc(hidden)]
    fn lend(self) -> impl Future<Output = Result<Self::Lent>> + Send;
}

impl<'a> Source for &'a Db {
    type Lent = Lent<'a>;

    async fn lend(self) -> Result<Lent<'a>> {
        Ok(match self.acquire().await? {
            Either::Left(connection) => Lent::Sqlite(HeldConnection::Pooled(connection)),
            Either::Right(connection) => Lent::Postgres(HeldConnection::Pooled(connection)),
        })
    }
}

impl<'a> Source for &'a mut Tx {
    type Lent = Lent<'a>;

    async fn lend(self) -> Result<Lent<'a>> {
        self.connection()
    }
}

//! The database, whichever of the two it is.

use crate::{
    Error, Kind, Options, Result, Tx, error,
    event::Appended,
    tx::{Held, Lend, Lent},
    writes::{LastWrites, Writes},
};
use sqlx::{
    Connection as _, Either, PgPool, SqlitePool, pool::PoolConnection, postgres::PgPoolOptions,
    sqlite::SqlitePoolOptions,
};
use std::{fmt, future::Future, sync::Arc};
use tokio::sync::broadcast;

/// Events that a slow listener may fall behind by before it is told that it missed some.
const EVENTS_KEPT: usize = 1024;

/// The database. Cloning it shares the connections.
#[derive(Clone)]
pub struct Db {
    pub(crate) engine: Engine,
    writes: Arc<Writes>,
    /// Called around each commit.
    #[cfg(feature = "testing")]
    hook: Option<Arc<dyn crate::testing::CommitHook>>,
}

impl From<Engine> for Db {
    fn from(engine: Engine) -> Self {
        Self {
            engine,
            writes: Arc::default(),
            #[cfg(feature = "testing")]
            hook: None,
        }
    }
}

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite {
        readers: SqlitePool,
        /// One connection: writers queue here instead of meeting in the file.
        writer: SqlitePool,
        appended: broadcast::Sender<Appended>,
    },
    Postgres {
        pool: PgPool,
    },
}

/// Pooled connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// Open ones.
    pub open: usize,
    /// Those that nobody uses.
    pub idle: usize,
}

impl Db {
    /// Opens `sqlite:<path>` (made if missing, readable by its owner only) or `postgres://...`. The tables are made by
    /// [`Db::migrate`].
    ///
    /// # Errors
    /// When it cannot be reached, or the address is of neither kind.
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
        // Kept open for good: closing the last connection would check-point and remove the WAL under the readers. Nothing
        // lies between us and a file that could break, so a connection is not asked first whether it still works.
        // But after a failure such as a full disk SQLite ends the transaction by itself, and the driver, whose own
        // rollback then fails, counts it as open for good. Such a connection is closed and a fresh one opened: nobody
        // who takes a connection from a pool is in a transaction. Rollbacks are done by then (the pool waits for them
        // when a connection is given back), so this is a look at a number.
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

    /// Whether several instances may share it: Postgres. Then instances hold leases ([`crate::instance`]).
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres { .. })
    }

    /// Begins to write. On SQLite writers take turns; waiting longer than [`Options::patience`] is [`crate::Kind::Busy`].
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self) -> Result<Tx> {
        let tx = self.begin_on_engine().await;
        #[cfg(feature = "testing")]
        let tx = tx.map(|tx| tx.with_hook(self.hook.clone()));
        tx
    }

    /// This database with `hook` called around every commit of transactions that are begun through it.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn with_commit_hook(self, hook: Arc<dyn crate::testing::CommitHook>) -> Self {
        Self { hook: Some(hook), ..self }
    }

    async fn begin_on_engine(&self) -> Result<Tx> {
        let writes = Arc::clone(&self.writes);
        let begun = match &self.engine {
            // IMMEDIATE: a transaction that begins by reading could otherwise fail at its first write.
            Engine::Sqlite { writer, appended, .. } => {
                let begun = writer.begin_with("begin immediate").await;
                begun.map(|tx| Tx::sqlite(tx, appended.clone(), writes))
            }
            Engine::Postgres { pool } => pool.begin().await.map(|tx| Tx::postgres(tx, writes)),
        };
        begun.map_err(|failure| {
            let outage = error::is_outage(&failure);
            let failure = Error::from(failure);
            // Who cannot begin in all that time cannot write either, whatever keeps them.
            if outage || failure.kind() == Kind::Busy {
                self.writes.failed();
            }
            failure
        })
    }

    /// How long ago something was last written through this value or one of its clones, and how long ago that last failed.
    #[must_use]
    pub fn last_writes(&self) -> LastWrites {
        self.writes.last()
    }

    /// Notes a write that was given up because it took too long: the database itself has not said anything about it.
    pub fn note_failed_write(&self) {
        self.writes.failed();
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ping(&self) -> Result<()> {
        match &self.engine {
            Engine::Sqlite { readers, .. } => sqlx::query("select 1").execute(readers).await.map(drop)?,
            Engine::Postgres { pool } => sqlx::query("select 1").execute(pool).await.map(drop)?,
        }
        Ok(())
    }

    /// How the connections are used, on SQLite those that read.
    #[must_use]
    pub fn connections(&self) -> Connections {
        let (open, idle) = match &self.engine {
            Engine::Sqlite { readers, .. } => (readers.size(), readers.num_idle()),
            Engine::Postgres { pool } => (pool.size(), pool.num_idle()),
        };
        Connections { open: usize::try_from(open).unwrap_or(usize::MAX), idle }
    }

    /// Closes the connections when those in use are given back.
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
        match &self.engine {
            Engine::Sqlite { readers, .. } => readers.acquire().await.map(Either::Left),
            Engine::Postgres { pool } => pool.acquire().await.map(Either::Right),
        }
        .map_err(Error::from)
    }
}

/// Says which engine, and nothing of the address: it may hold a password.
impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.engine {
            Engine::Sqlite { .. } => "Db(SQLite)",
            Engine::Postgres { .. } => "Db(Postgres)",
        })
    }
}

/// What a read may go through: `&Db` takes a pooled connection for the one statement, `&mut Tx` reads what the
/// transaction sees.
///
/// The lifetime is the implementing type's own: a lifetime parameter here would keep callers' futures from being `Send`
/// in spawned tasks (rust-lang issue 100013).
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
            Either::Left(connection) => Lent::Sqlite(Held::Pooled(connection)),
            Either::Right(connection) => Lent::Postgres(Held::Pooled(connection)),
        })
    }
}

impl<'a> Source for &'a mut Tx {
    type Lent = Lent<'a>;

    async fn lend(self) -> Result<Lent<'a>> {
        self.connection()
    }
}

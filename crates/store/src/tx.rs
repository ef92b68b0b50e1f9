//! Transactions, and the connections that statements run on.

use crate::{Error, Result, appended::Appended, error, writes::Writes};
use sqlx::{Database, Postgres, Sqlite, Transaction, pool::PoolConnection};
use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::broadcast;

static COMMITS: AtomicU64 = AtomicU64::new(0);

/// Returns the number of transactions committed by this process, for metrics.
#[must_use]
pub fn commits() -> u64 {
    COMMITS.load(Ordering::Relaxed)
}

/// A transaction. It takes effect at [`Tx::commit`]; if it is dropped before, it is rolled back.
pub struct Tx {
    pub(crate) inner: Inner,
    progress: Progress,
    /// Called around the commit.
    #[cfg(feature = "testing")]
    hook: Option<Hook>,
}

/// State of a transaction.
pub(crate) struct Progress {
    /// Whether a statement has changed rows.
    wrote: bool,
    /// Whether the database has ended the transaction after a failure, so that nothing of it will take effect.
    spent: bool,
    writes: Arc<Writes>,
}

impl Progress {
    const fn new(writes: Arc<Writes>) -> Self {
        Self { wrote: false, spent: false, writes }
    }

    /// Records the outcome of a statement: the number of rows it changed, or its error.
    fn note(&mut self, ended: bool, outcome: std::result::Result<u64, &sqlx::Error>) {
        match outcome {
            Ok(rows) => self.wrote |= rows > 0,
            Err(failure) => {
                self.spent |= ended;
                if error::is_outage(failure) {
                    self.writes.failed();
                }
            }
        }
    }
}

#[cfg(feature = "testing")]
type Hook = Arc<dyn crate::commit_hook::CommitHook>;

pub(crate) enum Inner {
    Sqlite {
        tx: Transaction<'static, Sqlite>,
        /// Events that are sent to listeners at commit. On Postgres, NOTIFY does the same.
        events: Vec<Appended>,
        appended: broadcast::Sender<Appended>,
    },
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) const fn sqlite(
        tx: Transaction<'static, Sqlite>,
        appended: broadcast::Sender<Appended>,
        writes: Arc<Writes>,
    ) -> Self {
        Self {
            inner: Inner::Sqlite { tx, events: Vec::new(), appended },
            progress: Progress::new(writes),
            #[cfg(feature = "testing")]
            hook: None,
        }
    }

    pub(crate) const fn postgres(tx: Transaction<'static, Postgres>, writes: Arc<Writes>) -> Self {
        Self {
            inner: Inner::Postgres(tx),
            progress: Progress::new(writes),
            #[cfg(feature = "testing")]
            hook: None,
        }
    }

    /// Sets a hook that is called around the commit.
    #[cfg(feature = "testing")]
    pub(crate) fn with_hook(self, hook: Option<Hook>) -> Self {
        Self { hook, ..self }
    }

    /// Commits the transaction.
    ///
    /// # Errors
    /// If the database does not confirm the commit, or has ended the transaction after an earlier failure. If the
    /// connection was lost, it is unknown whether the commit took effect: [`Error::may_be_committed`].
    pub async fn commit(self) -> Result<()> {
        self.usable()?;
        #[cfg(feature = "testing")]
        if let Some(hook) = &self.hook
            && !hook.before().await
        {
            // Dropping the transaction rolls it back.
            return Err(sqlx::Error::Protocol("the test made this commit fail".to_owned()).into());
        }
        #[cfg(feature = "testing")]
        let hook = self.hook.clone();
        let Self { inner, progress, .. } = self;
        let done = match inner {
            Inner::Sqlite { tx, events: said, appended } => {
                let done = tx.commit().await;
                if done.is_ok() {
                    // It is not an error if there is no listener.
                    said.into_iter().for_each(|event| drop(appended.send(event)));
                }
                done
            }
            Inner::Postgres(tx) => tx.commit().await,
        };
        match &done {
            Ok(()) if progress.wrote => progress.writes.succeeded(),
            Err(failure) if error::is_outage(failure) => progress.writes.failed(),
            _ => {}
        }
        done.map_err(Error::of_commit)?;
        COMMITS.fetch_add(1, Ordering::Relaxed);
        #[cfg(feature = "testing")]
        if let Some(hook) = &hook
            && !hook.after().await
        {
            let lost = sqlx::Error::Protocol("the test lost this commit's answer".to_owned());
            return Err(Error::of_commit(lost));
        }
        Ok(())
    }

    /// Checks that another statement may run.
    ///
    /// # Errors
    /// If the database has ended the transaction: SQLite would run the next statement outside of it and keep its
    /// effect.
    pub(crate) fn usable(&self) -> Result<()> {
        if self.progress.spent { Err(Error::spent()) } else { Ok(()) }
    }

    /// Returns the transaction's connection for one statement. Its outcome is reported by [`Lend::settled`].
    ///
    /// # Errors
    /// As [`Tx::usable`].
    pub(crate) fn connection(&mut self) -> Result<Lent<'_>> {
        self.usable()?;
        let progress = &mut self.progress;
        Ok(match &mut self.inner {
            Inner::Sqlite { tx, .. } => Lent::Sqlite(HeldConnection::Lent(&mut **tx, progress)),
            Inner::Postgres(tx) => Lent::Postgres(HeldConnection::Lent(&mut **tx, progress)),
        })
    }

    /// Records the outcome of a statement that ran directly on the transaction.
    pub(crate) fn note<T>(&mut self, outcome: &sqlx::Result<T>) {
        let ended = outcome.as_ref().is_err_and(|failure| match self.inner {
            Inner::Sqlite { .. } => ends_sqlite(failure),
            Inner::Postgres(_) => ends_postgres(failure),
        });
        self.progress.note(ended, outcome.as_ref().map(|_| 1));
    }
}

/// Returns whether SQLite has, or may have, rolled the transaction back by itself after this failure.
fn ends_sqlite(failure: &sqlx::Error) -> bool {
    error::is_outage(failure)
}

/// Returns whether Postgres has aborted the transaction after this failure, as it does after every failed
/// statement.
fn ends_postgres(failure: &sqlx::Error) -> bool {
    matches!(failure, sqlx::Error::Database(_)) || error::is_outage(failure)
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}

/// A connection for one statement. Public because [`crate::Source`] names it; only this crate can use it.
#[doc(hidden)]
pub enum Lent<'a> {
    Sqlite(HeldConnection<'a, Sqlite>),
    Postgres(HeldConnection<'a, Postgres>),
}

/// A lent connection for one statement.
#[doc(hidden)]
pub trait Lend {
    /// Returns the connection.
    fn on(&mut self) -> On<'_>;

    /// Records the outcome of the statement and the number of rows it changed.
    fn note(&mut self, outcome: std::result::Result<u64, &sqlx::Error>);

    /// As [`Lend::note`], for a statement that writes; returns the outcome with this crate's error type.
    fn settled(&mut self, outcome: sqlx::Result<u64>) -> Result<u64> {
        self.note(outcome.as_ref().copied());
        outcome.map_err(Error::from)
    }
}

#[doc(hidden)]
pub enum On<'a> {
    Sqlite(&'a mut sqlx::SqliteConnection),
    Postgres(&'a mut sqlx::PgConnection),
}

impl Lend for Lent<'_> {
    fn on(&mut self) -> On<'_> {
        match self {
            Self::Sqlite(held) => On::Sqlite(held),
            Self::Postgres(held) => On::Postgres(held),
        }
    }

    fn note(&mut self, outcome: std::result::Result<u64, &sqlx::Error>) {
        match self {
            Self::Sqlite(held) => held.note(ends_sqlite, outcome),
            Self::Postgres(held) => held.note(ends_postgres, outcome),
        }
    }
}

#[doc(hidden)]
#[expect(private_interfaces, reason = "only this crate can make one")]
pub enum HeldConnection<'a, DB: Database> {
    /// A connection from the pool, returned when dropped.
    Pooled(PoolConnection<DB>),
    /// The connection of a transaction.
    Lent(&'a mut DB::Connection, &'a mut Progress),
}

impl<DB: Database> HeldConnection<'_, DB> {
    fn note(&mut self, ends: impl Fn(&sqlx::Error) -> bool, outcome: std::result::Result<u64, &sqlx::Error>) {
        match self {
            // A connection that failed to read may be broken, so it is closed and the next reader gets a new one.
            Self::Pooled(connection) => {
                if outcome.is_err_and(error::is_outage) {
                    connection.close_on_drop();
                }
            }
            Self::Lent(_, progress) => progress.note(outcome.is_err_and(ends), outcome),
        }
    }
}

impl<DB: Database> Deref for HeldConnection<'_, DB> {
    type Target = DB::Connection;
    fn deref(&self) -> &DB::Connection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Lent(connection, _) => connection,
        }
    }
}

impl<DB: Database> DerefMut for HeldConnection<'_, DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Lent(connection, _) => connection,
        }
    }
}

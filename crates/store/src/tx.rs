//! A transaction, and the connection that a statement runs on.

use crate::{Result, event::Appended};
use sqlx::{Database, Postgres, Sqlite, Transaction, pool::PoolConnection};
use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::sync::broadcast;

static COMMITS: AtomicU64 = AtomicU64::new(0);

/// How many transactions this process has committed, for measuring.
#[must_use]
pub fn commits() -> u64 {
    COMMITS.load(Ordering::Relaxed)
}

/// A transaction: all of it happens at [`Tx::commit`], or, when it is dropped before, nothing.
pub struct Tx {
    pub(crate) inner: Inner,
    /// Called around the commit.
    #[cfg(feature = "testing")]
    hook: Option<Hook>,
}

#[cfg(feature = "testing")]
type Hook = std::sync::Arc<dyn crate::testing::CommitHook>;

pub(crate) enum Inner {
    Sqlite {
        tx: Transaction<'static, Sqlite>,
        /// Told to listeners once they are true: at commit. Postgres does the same for NOTIFY by itself.
        said: Vec<Appended>,
        appended: broadcast::Sender<Appended>,
    },
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) const fn sqlite(
        tx: Transaction<'static, Sqlite>,
        appended: broadcast::Sender<Appended>,
    ) -> Self {
        Self {
            inner: Inner::Sqlite { tx, said: Vec::new(), appended },
            #[cfg(feature = "testing")]
            hook: None,
        }
    }

    pub(crate) const fn postgres(tx: Transaction<'static, Postgres>) -> Self {
        Self {
            inner: Inner::Postgres(tx),
            #[cfg(feature = "testing")]
            hook: None,
        }
    }

    /// Has `hook` called around the commit.
    #[cfg(feature = "testing")]
    pub(crate) fn with_hook(self, hook: Option<Hook>) -> Self {
        Self { hook, ..self }
    }

    /// Makes everything that was written true, at once.
    ///
    /// # Errors
    /// When the database does not confirm it. Whether it happened is then unknown if the connection was lost.
    pub async fn commit(self) -> Result<()> {
        #[cfg(feature = "testing")]
        if let Some(hook) = &self.hook
            && !hook.before().await
        {
            // Dropping the transaction rolls it back.
            return Err(sqlx::Error::Protocol("the test made this commit fail".to_owned()).into());
        }
        match self.inner {
            Inner::Sqlite { tx, said, appended } => {
                tx.commit().await?;
                // No listener is no fault.
                said.into_iter().for_each(|event| drop(appended.send(event)));
            }
            Inner::Postgres(tx) => tx.commit().await?,
        }
        COMMITS.fetch_add(1, Ordering::Relaxed);
        #[cfg(feature = "testing")]
        if let Some(hook) = &self.hook
            && !hook.after().await
        {
            return Err(sqlx::Error::Protocol("the test lost this commit's answer".to_owned()).into());
        }
        Ok(())
    }

    pub(crate) fn connection(&mut self) -> Lent<'_> {
        match &mut self.inner {
            Inner::Sqlite { tx, .. } => Lent::Sqlite(Held::Lent(&mut **tx)),
            Inner::Postgres(tx) => Lent::Postgres(Held::Lent(&mut **tx)),
        }
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}

/// A connection for one statement. Public because [`crate::Source`] names it; only this crate can use it.
#[doc(hidden)]
pub enum Lent<'a> {
    Sqlite(Held<'a, Sqlite>),
    Postgres(Held<'a, Postgres>),
}

/// What a statement runs on.
#[doc(hidden)]
pub trait Lend {
    fn on(&mut self) -> On<'_>;
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
}

#[doc(hidden)]
pub enum Held<'a, DB: Database> {
    /// Taken from the pool; given back when dropped.
    Pooled(PoolConnection<DB>),
    /// A transaction's.
    Lent(&'a mut DB::Connection),
}

impl<DB: Database> Deref for Held<'_, DB> {
    type Target = DB::Connection;
    fn deref(&self) -> &DB::Connection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Lent(connection) => connection,
        }
    }
}

impl<DB: Database> DerefMut for Held<'_, DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Lent(connection) => connection,
        }
    }
}

//! Fresh databases for tests, here and in the crates above. Each test has its own: a file that vanishes, or a schema
//! that is dropped.

use crate::{Db, Options, db::Engine};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    future::Future,
    ops::Deref,
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering},
};

/// Called around every commit of a [`Db`] that was given it with [`Db::with_commit_hook`]. A future that never completes
/// stands for a process that is killed or paused at that point.
pub trait CommitHook: Send + Sync {
    /// Called before the commit. False makes the commit fail and rolls the transaction back.
    fn before(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;

    /// Called when the database has confirmed the commit and the caller does not know it yet. False has the caller told
    /// that the commit failed, as when the connection is lost before the answer.
    fn after(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;
}

/// A database with all its tables, gone when dropped.
#[derive(Debug)]
pub struct TestDb {
    db: Db,
    url: String,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Folder(tempfile::TempDir),
    Schema { server: String, name: String },
}

impl TestDb {
    /// Its address, for connecting once more.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where its file is; none on Postgres.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        match &self.kept {
            Kept::Folder(folder) => Some(folder.path()),
            Kept::Schema { .. } => None,
        }
    }

    /// Runs one statement as it stands: for states that no use case leaves behind, such as a killed process's.
    ///
    /// # Panics
    /// When the statement fails.
    #[expect(clippy::expect_used, reason = "a test without its state has nothing to say")]
    pub async fn execute(&self, sql: &'static str) {
        match &self.db.engine {
            Engine::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(drop),
            Engine::Postgres { pool } => sqlx::query(sql).execute(pool).await.map(drop),
        }
        .expect("the statement runs");
    }

    /// Runs a script of statements.
    pub async fn script(&self, sql: &'static str) {
        script(&self.db, sql).await;
    }

    /// The texts that a query of one column answers.
    ///
    /// # Panics
    /// When the query fails.
    #[expect(clippy::expect_used, reason = "a test without its state has nothing to say")]
    pub async fn texts(&self, sql: &'static str) -> Vec<String> {
        match &self.db.engine {
            Engine::Sqlite { writer, .. } => sqlx::query_scalar(sql).fetch_all(writer).await,
            Engine::Postgres { pool } => sqlx::query_scalar(sql).fetch_all(pool).await,
        }
        .expect("the query runs")
    }

    /// Whether the database takes one statement as it stands: for what it must refuse by itself.
    pub async fn takes(&self, sql: &'static str) -> bool {
        match &self.db.engine {
            Engine::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.is_ok(),
            Engine::Postgres { pool } => sqlx::query(sql).execute(pool).await.is_ok(),
        }
    }
}

impl Deref for TestDb {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

/// Runs a script of statements.
///
/// # Panics
/// When a statement fails.
#[expect(clippy::expect_used, reason = "a test without its state has nothing to say")]
pub async fn script(db: &Db, sql: &'static str) {
    match &db.engine {
        Engine::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(writer).await.map(drop),
        Engine::Postgres { pool } => sqlx::raw_sql(sql).execute(pool).await.map(drop),
    }
    .expect("the script runs");
}

/// A fresh SQLite database.
#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
pub async fn sqlite() -> TestDb {
    let db = empty_sqlite().await;
    db.migrate().await.expect("SQLite migrates");
    db
}

/// A fresh SQLite database without tables.
#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
pub async fn empty_sqlite() -> TestDb {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("slipstream.db").display());
    let db = Db::connect(&url, &Options::default()).await.expect("SQLite opens");
    TestDb { db, url, kept: Kept::Folder(folder) }
}

/// A fresh schema in the Postgres database of `TEST_POSTGRES_URL`. None only when `SLIPSTREAM_SKIP_POSTGRES=1` says
/// that half the proof is enough; without either variable the test fails.
#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
pub async fn postgres() -> Option<TestDb> {
    let db = empty_postgres().await?;
    db.migrate().await.expect("Postgres migrates");
    Some(db)
}

/// As [`postgres`], without tables.
#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
pub async fn empty_postgres() -> Option<TestDb> {
    let (server, name) = postgres_schema().await?;
    let url = with_schema(&server, &name);
    let options = Options { connections: 8, ..Options::default() };
    let db = Db::connect(&url, &options).await.expect("Postgres answers");
    Some(TestDb { db, url, kept: Kept::Schema { server, name } })
}

#[expect(clippy::expect_used, clippy::panic, reason = "a test without its database has nothing to say")]
async fn postgres_schema() -> Option<(String, String)> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        if std::env::var("SLIPSTREAM_SKIP_POSTGRES").is_ok_and(|skip| skip == "1") {
            return None;
        }
        panic!(
            "TEST_POSTGRES_URL names no Postgres: run `cargo xtask test`, or set SLIPSTREAM_SKIP_POSTGRES=1"
        );
    };
    // A process that crashed may have left one of this name behind.
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&server).await.expect("Postgres answers");
    let make = format!("drop schema if exists {name} cascade; create schema {name}");
    sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut connection).await.expect("may create schemas");
    connection.close().await.expect("Postgres answers");
    Some((server, name))
}

fn with_schema(server: &str, name: &str) -> String {
    let glue = if server.contains('?') { '&' } else { '?' };
    format!("{server}{glue}options=-c%20search_path%3D{name}")
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let Kept::Schema { server, name } = &self.kept else { return };
        let drop_it = format!("set lock_timeout = '2s'; drop schema if exists {name} cascade");
        let server = server.clone();
        // Dropping cannot await, and the test's own runtime may be ending.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server).await?;
                sqlx::raw_sql(AssertSqlSafe(drop_it)).execute(&mut connection).await?;
                connection.close().await
            })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            tracing::warn!(schema = %name, "could not drop a test schema");
        }
    }
}

/// Makes of each `async fn name(db: &TestDb)` in scope two tests, `sqlite::name` and `postgres::name`. Once a module.
#[macro_export]
macro_rules! each_engine {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&$crate::testing::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(db) = $crate::testing::postgres().await {
                    super::$name(&db).await;
                }
            })*
        }
    };
}

//! Test databases, for this crate and those that depend on it. Each test gets its own: a temporary file or a schema
//! that is dropped afterwards.

mod template;

pub use crate::commit_hook::CommitHook;

use crate::{Db, Options, db::Engine};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row as _};
use std::{
    ops::Deref,
    sync::atomic::{AtomicU32, Ordering},
};

/// A database with all tables, deleted when dropped.
#[derive(Debug)]
pub struct TestDb {
    db: Db,
    url: String,
    kept: Storage,
}

#[derive(Debug)]
enum Storage {
    Folder(tempfile::TempDir),
    Schema { server: String, name: String },
}

impl TestDb {
    /// Returns its URL, for opening further connections.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the folder of its file; `None` on Postgres.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        match &self.kept {
            Storage::Folder(folder) => Some(folder.path()),
            Storage::Schema { .. } => None,
        }
    }

    /// Runs one statement, to create states that no use case leaves behind, such as those of a killed process.
    ///
    /// # Panics
    /// If the statement fails.
    #[expect(clippy::expect_used, reason = "a test without its state has nothing to say")]
    pub async fn execute(&self, sql: &'static str) {
        match &self.db.engine {
            Engine::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(drop),
            Engine::Postgres { pool } => sqlx::query(sql).execute(pool).await.map(drop),
        }
        .expect("the statement runs");
    }

    /// Runs a script of several statements.
    pub async fn script(&self, sql: &'static str) {
        script(&self.db, sql).await;
    }

    /// Returns the texts read by a query of one column.
    ///
    /// # Panics
    /// If the query fails.
    #[expect(clippy::expect_used, reason = "a test without its state has nothing to say")]
    pub async fn texts(&self, sql: &'static str) -> Vec<String> {
        match &self.db.engine {
            Engine::Sqlite { writer, .. } => sqlx::query_scalar(sql).fetch_all(writer).await,
            Engine::Postgres { pool } => sqlx::query_scalar(sql).fetch_all(pool).await,
        }
        .expect("the query runs")
    }

    /// Returns whether the database accepts a statement; used to test its constraints.
    pub async fn takes(&self, sql: &'static str) -> bool {
        match &self.db.engine {
            Engine::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.is_ok(),
            Engine::Postgres { pool } => sqlx::query(sql).execute(pool).await.is_ok(),
        }
    }

    /// Returns the steps by which SQLite would run a statement; none on Postgres.
    ///
    /// # Panics
    /// If SQLite rejects the statement.
    #[expect(clippy::expect_used, reason = "a test without its plan has nothing to say")]
    pub async fn sqlite_plan(&self, sql: &str) -> Vec<String> {
        let Engine::Sqlite { writer, .. } = &self.db.engine else { return Vec::new() };
        let explained = AssertSqlSafe(format!("explain query plan {sql}"));
        let steps = sqlx::query(explained).fetch_all(writer).await.expect("the statement compiles");
        steps.iter().map(|step| step.try_get::<String, _>("detail").expect("a step has a text")).collect()
    }
}

impl Deref for TestDb {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

/// Runs a script of several statements.
///
/// # Panics
/// If a statement fails.
#[expect(clippy::expect_used, reason = "a test without its state has nothing to say")]
pub async fn script(db: &Db, sql: &'static str) {
    match &db.engine {
        Engine::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(writer).await.map(drop),
        Engine::Postgres { pool } => sqlx::raw_sql(sql).execute(pool).await.map(drop),
    }
    .expect("the script runs");
}

/// Creates an SQLite database.
#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
pub async fn sqlite() -> TestDb {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copied = template::copy_to(&sqlite_file(&folder)).await;
    let db = open_sqlite(folder).await;
    if copied.is_err() {
        db.migrate().await.expect("SQLite migrates");
    }
    db
}

/// Creates an SQLite database without tables.
#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
pub async fn empty_sqlite() -> TestDb {
    open_sqlite(tempfile::tempdir().expect("a temporary folder")).await
}

fn sqlite_file(folder: &tempfile::TempDir) -> std::path::PathBuf {
    folder.path().join("slipstream.db")
}

#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
async fn open_sqlite(folder: tempfile::TempDir) -> TestDb {
    let url = format!("sqlite:{}", sqlite_file(&folder).display());
    let db = Db::connect(&url, &Options::default()).await.expect("SQLite opens");
    TestDb { db, url, kept: Storage::Folder(folder) }
}

/// Creates a schema in the Postgres database of `TEST_POSTGRES_URL`. `None` only if `SLIPSTREAM_SKIP_POSTGRES=1`
/// opts out of the Postgres tests; without either variable the test fails.
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
    Some(TestDb { db, url, kept: Storage::Schema { server, name } })
}

/// Returns the URL of the test server. `None` as for [`postgres`].
#[expect(clippy::panic, reason = "a test without its database has nothing to say")]
fn postgres_server() -> Option<String> {
    if let Ok(server) = std::env::var("TEST_POSTGRES_URL") {
        return Some(server);
    }
    if std::env::var("SLIPSTREAM_SKIP_POSTGRES").is_ok_and(|skip| skip == "1") {
        return None;
    }
    panic!("TEST_POSTGRES_URL names no Postgres: run `cargo xtask test`, or set SLIPSTREAM_SKIP_POSTGRES=1")
}

#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
async fn postgres_schema() -> Option<(String, String)> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = postgres_server()?;
    // A crashed process may have left a schema with this name behind.
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
        let Storage::Schema { server, name } = &self.kept else { return };
        clean_up(server, format!("set lock_timeout = '2s'; drop schema if exists {name} cascade"));
    }
}

/// Runs a statement that removes what a test created. For `drop`, which cannot await; the test's own runtime may be
/// shutting down.
fn clean_up(server: &str, sql: String) {
    let server = server.to_owned();
    let cleaning = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(run(&server, sql))
    });
    if !matches!(cleaning.join(), Ok(Ok(()))) {
        tracing::warn!("could not remove a test's database or schema");
    }
}

async fn run(server: &str, sql: String) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}

/// A Postgres database that can be copied, in the server of `TEST_POSTGRES_URL`. It is dropped with the value.
#[derive(Debug)]
pub struct PgDatabase {
    server: String,
    name: String,
}

impl PgDatabase {
    /// Creates an empty database. `None` as for [`postgres`].
    ///
    /// # Panics
    /// If the server cannot create it.
    pub async fn create() -> Option<Self> {
        Some(Self::from_template(&postgres_server()?, "template1").await)
    }

    /// Creates a copy of this database, which must have no open connections.
    ///
    /// # Panics
    /// If the server cannot create it.
    pub async fn copy(&self) -> Self {
        Self::from_template(&self.server, &self.name).await
    }

    #[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
    async fn from_template(server: &str, template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_copy_{number}", std::process::id());
        run(server, format!("drop database if exists {name} with (force)"))
            .await
            .expect("may drop databases");
        run(server, format!("create database {name} template {template}"))
            .await
            .expect("may create databases");
        Self { server: server.to_owned(), name }
    }

    /// Returns its URL.
    #[must_use]
    pub fn url(&self) -> String {
        let (address, options) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let address = address.rsplit_once('/').map_or(address, |(address, _)| address);
        let glue = if options.is_empty() { "" } else { "?" };
        format!("{address}/{}{glue}{options}", self.name)
    }
}

impl Drop for PgDatabase {
    fn drop(&mut self) {
        clean_up(&self.server, format!("drop database if exists {} with (force)", self.name));
    }
}

/// Lets `elapsed` microseconds pass for the leases of instances, which Postgres measures by its own clock.
///
/// # Panics
/// If the database does not answer.
#[expect(clippy::expect_used, reason = "a test without its state has nothing to say")]
pub async fn age_leases(db: &Db, elapsed: i64) {
    if let Engine::Postgres { pool } = &db.engine {
        let aged = sqlx::query("update instances set lease_until = lease_until - $1").bind(elapsed);
        aged.execute(pool).await.expect("Postgres answers");
    }
}

/// Generates two tests of each `async fn name(db: &TestDb)` in scope: `sqlite::name` and `postgres::name`. Use it
/// once per module.
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

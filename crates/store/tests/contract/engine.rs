//! Properties of the engine: transactions, concurrent writers and startup.

use crate::samples::{NOW, kind, person, user, write};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{Db, Options, StoreErrorKind, testing::TestDb, user as users};
use tokio::task::JoinSet;

async fn a_dropped_transaction_never_happened(db: &TestDb) {
    let mut tx = db.begin().await.unwrap();
    users::insert_user(&mut tx, &user(1)).await.unwrap();
    assert!(
        users::get_user(&mut tx, user(1).id).await.unwrap().is_some(),
        "a transaction sees its own writes"
    );
    assert!(
        users::get_user(&**db, user(1).id).await.unwrap().is_none(),
        "no other connection does before the commit"
    );
    drop(tx);
    assert_eq!(users::count_users(&**db).await.unwrap(), 0);
    person(db, 1).await;
    assert_eq!(users::count_users(&**db).await.unwrap(), 1);
}

async fn a_failed_statement_takes_the_transaction_with_it(db: &TestDb) {
    person(db, 1).await;
    let twice = write(db, async |tx| {
        users::insert_user(tx, &user(2)).await?;
        users::insert_user(tx, &user(1)).await
    });
    assert_eq!(kind(twice.await), Some(StoreErrorKind::Unique));
    assert_eq!(users::count_users(&**db).await.unwrap(), 1);
}

async fn many_writers_lose_nothing(db: &TestDb) {
    let mut writers = JoinSet::new();
    for _ in 0..16 {
        let db = (**db).clone();
        writers.spawn(async move {
            for _ in 0..4 {
                write(&db, async |tx| {
                    store::throttle::count_attempt(tx, "one bucket", NOW, NOW.plus(1)).await
                })
                .await
                .unwrap();
            }
        });
    }
    writers.join_all().await;
    assert_eq!(store::throttle::get(&**db, "one bucket", NOW).await.unwrap().unwrap().count, 64);
}

/// `slipstream admin` next to a running server, or two servers: each reads before it writes.
async fn instances_that_read_then_write_take_turns(db: &TestDb) {
    let mut writers = JoinSet::new();
    for instance in 0..4 {
        let url = db.url().to_owned();
        writers.spawn(async move {
            let db = Db::connect(&url, &Options { connections: 1, ..Options::default() }).await?;
            for number in 0..8 {
                write(&db, async |tx| {
                    users::count_users(&mut *tx).await?;
                    users::insert_user(tx, &user(instance * 100 + number)).await
                })
                .await?;
            }
            Ok::<_, store::Error>(())
        });
    }
    for done in writers.join_all().await {
        done.unwrap();
    }
    assert_eq!(users::count_users(&**db).await.unwrap(), 32);
}

async fn two_instances_may_start_concurrently(db: &TestDb) {
    let url = emptied(db).await;
    let mut starting = JoinSet::new();
    for _ in 0..4 {
        let url = url.clone();
        starting.spawn(async move {
            let db = Db::connect(&url, &Options { connections: 2, ..Options::default() }).await?;
            db.migrate().await?;
            db.migrate().await?;
            users::count_users(&db).await
        });
    }
    for started in starting.join_all().await {
        assert_eq!(started.unwrap(), 0);
    }
}

/// On Postgres: the role of the server needs no rights on the schema but to use it.
async fn a_role_that_may_create_nothing_serves_migrated_tables(db: &TestDb) {
    if db.folder().is_some() {
        return;
    }
    let schema = db.texts("select current_schema()::text").await.remove(0);
    let role = format!("{schema}_server");
    let mut admin = PgConnection::connect(db.url()).await.unwrap();
    let make = format!(
        "create role {role} login password 'desk'; grant usage on schema {schema} to {role}; \
         grant select, insert, update, delete on all tables in schema {schema} to {role}; \
         revoke insert, update, delete on {schema}._sqlx_migrations from {role}"
    );
    sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut admin).await.unwrap();
    let (_, rest) = db.url().split_once("://").unwrap();
    let address = rest.split_once('@').map_or(rest, |(_, address)| address);
    let url = format!("postgres://{role}:desk@{address}");

    let server = Db::connect(&url, &Options { connections: 2, ..Options::default() }).await.unwrap();
    let started = server.migrate().await;
    let written = write(&server, async |tx| users::insert_user(tx, &user(1)).await).await;
    server.close().await;
    // A migration that is missing is not applied by this role.
    sqlx::query("delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)")
        .execute(&mut admin)
        .await
        .unwrap();
    let behind = Db::connect(&url, &Options { connections: 2, ..Options::default() }).await.unwrap();
    let refused = behind.migrate().await;
    behind.close().await;
    let remove = format!("drop owned by {role}; drop role {role}");
    sqlx::raw_sql(AssertSqlSafe(remove)).execute(&mut admin).await.unwrap();
    admin.close().await.unwrap();
    started.unwrap();
    written.unwrap();
    assert!(refused.is_err());
}

/// Returns the URL of a database without tables.
async fn emptied(db: &TestDb) -> String {
    if let Some(folder) = db.folder() {
        return format!("sqlite:{}", folder.join("empty.db").display());
    }
    let mut admin = PgConnection::connect(db.url()).await.unwrap();
    let schema: String =
        sqlx::query_scalar("select current_schema()::text").fetch_one(&mut admin).await.unwrap();
    let wipe = AssertSqlSafe(format!("drop schema {schema} cascade; create schema {schema}"));
    sqlx::raw_sql(wipe).execute(&mut admin).await.unwrap();
    admin.close().await.unwrap();
    db.url().to_owned()
}

async fn a_closed_database_returns_an_error(db: &TestDb) {
    db.ping().await.unwrap();
    db.close().await;
    assert!(db.ping().await.is_err());
}

async fn errors_and_debug_output_contain_no_secret(db: &TestDb) {
    person(db, 1).await;
    let error = write(db, async |tx| users::insert_user(tx, &user(1)).await).await.unwrap_err();
    let shown = format!("{db:?} {:?} {error} {error:?}", user(1));
    assert!(!shown.contains("argon2id") && !shown.contains("person1@example.com"), "{shown}");
}

store::each_engine!(
    a_dropped_transaction_never_happened,
    a_failed_statement_takes_the_transaction_with_it,
    many_writers_lose_nothing,
    instances_that_read_then_write_take_turns,
    two_instances_may_start_concurrently,
    a_role_that_may_create_nothing_serves_migrated_tables,
    a_closed_database_returns_an_error,
    errors_and_debug_output_contain_no_secret,
);

mod files {
    use sqlx::Connection;
    use store::{Db, Options};

    #[cfg(unix)]
    #[tokio::test]
    async fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("data");
        let url = format!("sqlite:{}", inside.join("slipstream.db").display());
        let db = Db::connect(&url, &Options::default()).await.unwrap();
        db.migrate().await.unwrap();
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&inside), 0o700);
        for file in std::fs::read_dir(&inside).unwrap() {
            let path = file.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }

    /// The flags of `.cargo/config.toml`; without them, a list of twenty takes about twice as long.
    #[tokio::test]
    async fn the_library_is_compiled_for_a_server() {
        let mut one = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let options: Vec<String> =
            sqlx::query_scalar("pragma compile_options").fetch_all(&mut one).await.unwrap();
        let has = |wanted: &str| options.iter().any(|option| option == wanted);
        assert!(has("DEFAULT_MEMSTATUS=0") && has("ENABLE_QPSG"), "{options:?}");
        assert!(!has("ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
    }

    #[tokio::test]
    async fn memory_and_strangers_are_refused() {
        for url in ["sqlite::memory:", "sqlite:x?mode=memory", "mysql://localhost/x", "nonsense"] {
            assert!(Db::connect(url, &Options::default()).await.is_err(), "{url}");
        }
    }
}

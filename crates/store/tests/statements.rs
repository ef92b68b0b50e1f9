//! The macros check statements against Postgres when the crate is compiled. This compiles the same statements on SQLite.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use serde_json::Value;
use std::{fs, path::Path};

/// Parts of the statements that run on Postgres only.
const POSTGRES_ONLY: &[&str] = &["clock_timestamp()", "for no key update"];

/// The statements that the macros have checked, from their offline data.
fn statements() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let read = |file: fs::DirEntry| -> String {
        let data: Value = serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap();
        data["query"].as_str().unwrap().to_owned()
    };
    fs::read_dir(folder).unwrap().map(|file| read(file.unwrap())).collect()
}

#[tokio::test]
async fn every_checked_statement_compiles_on_sqlite() {
    let db = store::testing::sqlite().await;
    let all = statements();
    let shared: Vec<&String> =
        all.iter().filter(|sql| !POSTGRES_ONLY.iter().any(|part| sql.contains(part))).collect();
    assert!(shared.len() > 300, "{} statements", shared.len());
    for sql in shared {
        // `explain` compiles the statement and does not run it. Parameters without a value are null.
        let explained: &'static str = Box::leak(format!("explain {sql}").into_boxed_str());
        assert!(db.takes(explained).await, "SQLite rejects: {sql}");
    }
    assert!(!db.takes("explain select no_such_column from users").await);
}

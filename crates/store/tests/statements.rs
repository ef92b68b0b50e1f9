//! The macros check statements against Postgres when the crate is compiled. This compiles the same statements on SQLite,
//! and checks how SQLite would run them: it knows nothing of the sizes of tables, so the text of a statement decides.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use serde_json::Value;
use std::{fs, path::Path};

/// Parts of the statements that run on Postgres only.
const POSTGRES_ONLY: &[&str] = &["clock_timestamp()", "for no key update"];

/// Tables that grow as long as the desk is used.
const HISTORIES: &[&str] =
    &["copies", "events", "fills", "intent_legs", "intents", "messages", "notices", "signals", "trades"];
/// Indexes that contain only the few rows that are not finished.
const UNFINISHED: &[&str] = &[
    "copies_open",
    "copies_queued",
    "copies_sending",
    "intents_unfinished",
    "intents_working",
    "mails_due",
    "notices_waiting",
    "signals_due",
];
/// The statements that may read a whole history, because only a page for admins needs them.
const RARE: &[&str] = &["select count(*) from messages where failed_at is not null"];
/// Parts of frequent statements, and the step that keeps each from reading a history.
const STEPS: &[(&str, &str)] = &[
    ("next_attempt_at <= $2 and (sending_until", "SEARCH messages USING INDEX mails_due"),
    ("select min(created_at) from messages", "messages USING INDEX mails_due"),
    (
        "c.finished_at is null and c.status = 'OPEN'",
        "copies_key_finished (exchange_key_id=? AND finished_at=?)",
    ),
    ("c.status in ('OPEN', 'SENDING')", "copies_key_finished (exchange_key_id=? AND finished_at=?)"),
    ("c.finished_at is null and c.follow_id", "copies_key_finished (exchange_key_id=? AND finished_at=?)"),
    ("cross join copies n", "SEARCH n USING INDEX copies_user (user_id=? AND id>?)"),
    ("cross join copies n", "SEARCH p USING INDEX copies_key_finished (exchange_key_id=? AND finished_at=?)"),
    ("coalesce(c.user_id, $2) = $2", "(signal_id=?)"),
    ("signals s cross join copies c", "SEARCH s USING INDEX signals_seq (strategy_id=? AND seq>?)"),
    ("signals s cross join copies c", "(signal_id=?)"),
    (
        "left join profiles p on p.user_id = c.user_id where c.user_id = $1 and c.action",
        "c USING INDEX copies_user (user_id=?)",
    ),
    ("external_id = $2 or (bar_at", "(strategy_id=? AND external_id=?)"),
    (
        "finished_at is not null and archived_at is null",
        "SEARCH intents USING INDEX intents_unarchived (id>?",
    ),
    (
        "union select e.id from copies e where e.user_id = $1",
        "SEARCH e USING INDEX copies_user_finished (user_id=? AND finished_at>?)",
    ),
    ("(f.strategy_id = $1 and f.active = true) or", "SCAN c USING INDEX copies_open"),
    ("cross join trade_automations a", "SEARCH a USING INDEX"),
];

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

/// Whether a step reads a history from its start to its end. Steps name a table by its alias.
fn reads_a_history(sql: &str, step: &str) -> bool {
    let Some(name) = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next()) else { return false };
    let is_history =
        HISTORIES.iter().any(|table| name == *table || sql.contains(&format!(" {table} {name} ")));
    is_history && !UNFINISHED.iter().any(|index| step.ends_with(&format!(" {index}")))
}

#[tokio::test]
async fn no_checked_statement_reads_a_whole_history_on_sqlite() {
    let db = store::testing::sqlite().await;
    let all = statements();
    let shared = all.iter().filter(|sql| !POSTGRES_ONLY.iter().any(|part| sql.contains(part)));
    for sql in shared.filter(|sql| !RARE.contains(&sql.as_str())) {
        let plan = db.sqlite_plan(sql).await;
        let whole = plan.iter().find(|step| reads_a_history(sql, step));
        assert_eq!(whole, None, "{sql}");
    }
    assert!(reads_a_history("select 1 from copies c where c.detail = $1", "SCAN c"));
    assert!(!reads_a_history(
        "select 1 from copies c where c.status = 'OPEN'",
        "SCAN c USING INDEX copies_open"
    ));
}

#[tokio::test]
async fn frequent_statements_use_their_index_on_sqlite() {
    let db = store::testing::sqlite().await;
    let all = statements();
    for (part, wanted) in STEPS {
        let sql = all.iter().find(|sql| sql.contains(part)).unwrap();
        let plan = db.sqlite_plan(sql).await;
        assert!(plan.iter().any(|step| step.contains(wanted)), "{sql}\n{plan:#?}");
    }
}

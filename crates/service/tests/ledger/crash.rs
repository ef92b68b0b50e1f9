//! `kill -9` in the middle of movements: acknowledged movements have happened, all others have happened
//! completely or not at all, and the ledger is consistent. This test binary starts itself again as the
//! process to kill.

use super::setting::{Dice, desk, funded, sound};
use domain::ledger::Units;
use service::{money::ledger, testing};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};
use store::{Db, Options, testing::TestDb};

const DATABASE: &str = "LEDGER_CRASH_DATABASE";
const ROUND: &str = "LEDGER_CRASH_ROUND";

fn rounds() -> u64 {
    if std::env::var("SLIPSTREAM_DEEP").is_ok_and(|deep| deep == "1") { 20 } else { 3 }
}

/// The process to kill: moves money until then and reports each movement. Does nothing without its database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_one_to_be_killed() {
    let (Ok(url), Ok(round)) = (std::env::var(DATABASE), std::env::var(ROUND)) else { return };
    let db = Db::connect(&url, &Options::default()).await.unwrap();
    let desk = testing::desk(db).0;
    let accounts: Vec<_> =
        store::ledger::list_accounts_after(&desk.db, domain::LedgerAccountId(uuid::Uuid::nil()), 100)
            .await
            .unwrap();
    let people: Vec<_> = accounts.iter().filter(|a| a.user_id.is_some()).map(|a| a.id).collect();
    let mut dice = Dice(0xdead_beef + round.parse::<u64>().unwrap());
    for step in 0_u64.. {
        let (from, to) = (dice.one(&people), dice.one(&people));
        let reference = format!("{round}-{step}");
        if from != to && ledger::transfer_funds(&desk, from, to, Units(7), &reference).await.is_ok() {
            // A reader of this line may rely on the movement.
            writeln!(std::io::stderr(), "moved {reference}").unwrap();
        }
    }
}

/// Runs the other process until it has made some movements, and kills it. Returns the movements it
/// acknowledged.
fn run_and_kill(url: &str, round: u64) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "ledger::crash::the_one_to_be_killed", "--nocapture"])
        .env(DATABASE, url)
        .env(ROUND, round.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut moved = Vec::new();
    let wanted = usize::try_from(10 + round * 7).unwrap();
    while let Some(Ok(line)) = lines.next() {
        moved.extend(line.strip_prefix("moved ").map(str::to_owned));
        if moved.len() == wanted {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(moved.len() >= wanted, "{moved:?}");
    moved
}

async fn nothing_acknowledged_is_lost(db: &TestDb) {
    let desk = desk(db);
    let accounts = funded(&desk, 3).await;
    for round in 0..rounds() {
        let url = db.url().to_owned();
        let moved = tokio::task::spawn_blocking(move || run_and_kill(&url, round)).await.unwrap();
        for reference in moved {
            assert!(store::ledger::transaction_exists(&desk.db, &reference).await.unwrap(), "{reference}");
        }
        sound(&desk, &accounts).await;
    }
}

store::each_engine!(nothing_acknowledged_is_lost);

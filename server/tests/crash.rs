//! `kill -9` around an order: nothing acknowledged is lost, nothing is duplicated, and nothing is left
//! unprotected.
//!
//! The desk runs as the real program, the sandbox as a separate process; each round kills at another time.
//! `SLIPSTREAM_DEEP=1` runs 40 rounds instead of 8.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod common;

use common::{
    process::{PATIENCE, until},
    story::Story,
};
use reqwest::StatusCode;
use std::time::Duration;
use store::testing::TestDb;

/// A delay within the life of an order, different for each round and the same in each run.
fn random_delay(round: usize) -> Duration {
    let spread = round.wrapping_mul(2_654_435_761) % 97;
    Duration::from_millis(u64::try_from(spread).unwrap_or_default())
}

async fn an_order_survives_kill_9(db: &TestDb) {
    let rounds = if std::env::var_os("SLIPSTREAM_DEEP").is_some() { 40 } else { 8 };
    let mut story = Story::begin(db.url()).await;
    for round in 1..=rounds {
        let both = round % 4 == 0;
        let answered = story.round(round, random_delay(round), both).await;
        // A repetition with the same key returns the result, or executes the order now: never twice.
        let again = until("the order", PATIENCE, async || {
            let (status, answer) = story.order(round).await?;
            (status == StatusCode::OK).then_some(answer)
        })
        .await;
        if let Some((StatusCode::OK, before)) = answered {
            assert_eq!(before, again, "what was acknowledged is what is remembered");
        }
        story.check(round).await;
    }
}

store::each_engine![an_order_survives_kill_9];

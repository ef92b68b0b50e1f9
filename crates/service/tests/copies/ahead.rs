//! Preparations for a signal: an account with a stream is read before, and an entry that certainly is not sent is not
//! queued.

use super::world::{SECOND, World};
use crate::fake::d;
use domain::{
    Side,
    copy::{Reason, Status},
    risk_rule::{Kind, RuleAction, RuleTerms, Scope},
};
use exchange::AccountEvent;
use service::{
    following::{
        copy,
        risk::{self, NewRule},
    },
    trading::account_streams::AccountStreams,
};
use std::time::Duration;
use store::testing::TestDb;
use tokio::time::timeout;

store::each_engine!(
    an_entry_on_a_streamed_account_sends_nothing_but_orders,
    what_cannot_be_sent_is_not_queued,
    an_opposite_entry_still_closes_the_position_of_a_stopped_follow,
);

/// Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often the balance was read and a leverage set.
fn requests(world: &World) -> (usize, usize) {
    let state = world.fake.state.lock().unwrap();
    (state.balance_reads, state.leverage_changes)
}

/// Runs rounds until the account has been read again.
async fn read_ahead(world: &World, streams: &mut AccountStreams) {
    let before = requests(world).0;
    let read = async {
        while requests(world).0 == before {
            streams.round(&world.desk.following()).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, read).await.expect("the account is read ahead");
}

async fn an_entry_on_a_streamed_account_sends_nothing_but_orders(db: &TestDb) {
    let world = World::open(db).await;
    let mut streams = AccountStreams::default();
    streams.round(&world.desk.following()).await.unwrap();
    world.fake.emit(AccountEvent::Connected).await;
    read_ahead(&world, &mut streams).await;

    let (reads, changes) = requests(&world);
    // Flat, so that only the stream could change it.
    world.clock.advance(5 * 60 * SECOND);
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Open, "{:?}", world.last_copy().await);
    assert_eq!(requests(&world), (reads, changes + 1), "a fresh account: its leverage, then orders");

    world.give(world.exit()).await;
    world.clock.advance(31 * SECOND);
    read_ahead(&world, &mut streams).await;
    let (reads, changes) = requests(&world);
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Open, "{:?}", world.last_copy().await);
    assert_eq!(requests(&world), (reads, changes), "a known account: orders only");
}

async fn what_cannot_be_sent_is_not_queued(db: &TestDb) {
    let world = World::open(db).await;
    let fanned_out = async |expected: Reason, detail: Option<&str>| {
        world.accept(world.entry(Side::Buy)).await;
        copy::queue_signals(&world.desk).await.unwrap();
        let copy = world.last_copy().await;
        assert_eq!((copy.status, copy.reason), (Status::Skipped, Some(expected)), "{copy:?}");
        assert_eq!(copy.detail.as_deref(), detail);
    };
    world.switch_key(false).await;
    copy::pause_all(&world.desk, &world.admin, true).await.unwrap();
    fanned_out(Reason::KeyInactive, None).await;
    world.switch_key(true).await;
    fanned_out(Reason::AllPaused, None).await;
    db.execute("delete from switches").await;

    let terms = RuleTerms {
        kind: Kind::DayLoss,
        threshold: d("50"),
        cool_down_hours: None,
        action: RuleAction::StopEntries,
    };
    let new = NewRule { scope: Scope::Person, terms };
    risk::create_rule(&world.desk, &world.follower, new).await.unwrap();
    world.give(world.entry(Side::Buy)).await;
    world.fake.state.lock().unwrap().unrealized = Some(d("-60"));
    world.clock.advance(SECOND);
    risk::watch(&world.desk).await.unwrap();
    world.fake.state.lock().unwrap().unrealized = None;
    world.give(world.exit()).await;
    assert!(world.position().is_zero());
    let (reads, _) = requests(&world);
    fanned_out(Reason::DailyLoss, Some("daily-loss:60:50")).await;
    assert_eq!(requests(&world).0, reads, "no worker has read the account");
    // The first reason in the order is the same as a worker's.
    world.switch_key(false).await;
    fanned_out(Reason::KeyInactive, None).await;
}

/// A worker makes room first: the position on the other side is closed, and the entry skipped.
async fn an_opposite_entry_still_closes_the_position_of_a_stopped_follow(db: &TestDb) {
    let world = World::open(db).await;
    let terms = RuleTerms {
        kind: Kind::DayLoss,
        threshold: d("50"),
        cool_down_hours: None,
        action: RuleAction::StopEntries,
    };
    let new = NewRule { scope: Scope::Follow(world.follow), terms };
    risk::create_rule(&world.desk, &world.follower, new).await.unwrap();
    world.give(world.entry(Side::Buy)).await;
    world.fake.state.lock().unwrap().unrealized = Some(d("-60"));
    world.clock.advance(SECOND);
    risk::watch(&world.desk).await.unwrap();
    world.accept(world.entry(Side::Sell)).await;
    copy::queue_signals(&world.desk).await.unwrap();
    assert_eq!(world.last_copy().await.status, Status::Queued);
    world.work_off().await;
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Skipped, Some(Reason::DailyLoss)), "{copy:?}");
    assert!(world.position().is_zero());
}

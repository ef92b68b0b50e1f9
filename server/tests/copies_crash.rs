//! A signal to many followers while the exchange loses requests and responses and the desk is killed
//! repeatedly: in the end every follower who should have one has exactly one entry, every position has its
//! stop or was closed for want of one, and every copy has reached a final state. `SLIPSTREAM_DEEP=1` runs 1,000 followers and 25 kills
//! instead of 100 and 8.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod crowd;

use crate::common::process::until;
use crowd::Crowd;
use domain::copy::{Reason, Status};
use std::{collections::BTreeSet, time::Duration};
use store::testing::TestDb;

/// The number of followers and of kills.
fn measure() -> (usize, u32) {
    if std::env::var_os("SLIPSTREAM_DEEP").is_some() { (1_000, 25) } else { (100, 8) }
}

/// A delay below `bound` milliseconds, different for each round and the same in each run.
fn random_delay(round: u32, bound: u32) -> Duration {
    Duration::from_millis(u64::from(round.wrapping_mul(2_654_435_761) >> 8) % u64::from(bound))
}

/// Every second kill hits a running desk, the others hit its start: there it settles what the last one left,
/// which takes the time until an unknown outcome becomes certain.
async fn followers_survive_faults_and_kill_9(db: &TestDb) {
    let (followers, kills) = measure();
    let mut crowd = Crowd::gather(db, followers).await;
    crowd.start(0).await;
    crowd.ready(0).await;
    crowd.storm(20).await;
    crowd.signal().await;
    let mut interrupted = 0;
    for round in 0..kills {
        if round.is_multiple_of(2) {
            crowd.ready(0).await;
            crowd.working().await;
            tokio::time::sleep(random_delay(round, 250)).await;
        } else {
            tokio::time::sleep(random_delay(round, 3_000)).await;
        }
        crowd.kill(0);
        let left = crowd.count(|status| status == Status::Sending).await;
        interrupted += u32::from(left > 0);
        crowd.start(0).await;
    }
    assert!(interrupted >= 2, "only {interrupted} kills met work that was under way");
    crowd.settled(Duration::from_secs(600)).await;
    crowd.storm(0).await;
    // One request in five fails, so a stop may fail until its time is over, but seldom.
    let rescued = crowd.check().await;
    assert!(rescued * 20 <= followers, "{rescued} positions of {followers} were closed for want of a stop");
}

/// Two processes on one database share the work; when one is killed, the other takes over its work once its
/// leases have expired. SQLite supports only one process.
#[tokio::test]
async fn two_desks_share_a_signal_and_one_is_killed() {
    let Some(db) = store::testing::postgres().await else { return };
    let mut crowd = Crowd::gather(&db, 300).await;
    crowd.start(0).await;
    crowd.start(1).await;
    crowd.ready(0).await;
    crowd.ready(1).await;
    crowd.signal().await;
    let mut holders = BTreeSet::new();
    until("the work of both", Duration::from_secs(60), async || {
        holders.extend(
            store::intent::list_unfinished(&*db).await.unwrap().into_iter().filter_map(|i| i.lease_holder),
        );
        let ended = crowd.count(|status| status != Status::Queued && status != Status::Sending).await;
        (holders.len() == 2 && ended > 20).then_some(())
    })
    .await;
    crowd.kill(0);
    crowd.settled(Duration::from_secs(180)).await;
    assert_eq!(crowd.check().await, 0, "nothing failed at the exchange");
}

impl Crowd {
    /// Compares every follower's account at the exchange with the desk's records. Returns how many positions were
    /// closed because their stop could not be placed in time.
    async fn check(&self) -> usize {
        let mut rescued = 0;
        let copies = self.copies().await;
        assert_eq!(copies.len(), self.followers.len(), "one copy for each follower");
        for follower in &self.followers {
            let copy = copies.iter().find(|copy| copy.exchange_key_id == follower.key).expect("a copy");
            let (orders, open, positions) = self.account(follower).await;
            let entries: Vec<_> = orders
                .iter()
                .filter(|o| o.kind == domain::OrderType::Market && !o.reduce_only && !o.filled.is_zero())
                .collect();
            if !follower.trades {
                assert_eq!((copy.status, copy.reason), (Status::Skipped, Some(Reason::KeyInactive)));
                assert_eq!((entries.len(), open.len(), positions.len()), (0, 0, 0));
                continue;
            }
            assert_eq!(entries.len(), 1, "exactly one entry: {orders:?}");
            if (copy.status, copy.reason) == (Status::Failed, Some(Reason::StopRefused)) {
                assert_eq!((open.len(), positions.len()), (0, 0), "closed, and nothing is left: {open:?}");
                rescued += 1;
                continue;
            }
            assert_eq!(copy.status, Status::Open, "{:?} {:?}", copy.reason, copy.detail);
            assert_eq!(copy.order_id.as_deref(), Some(entries[0].id.as_str()));
            assert_eq!(copy.amount.map(|amount| amount.0), Some(entries[0].filled));
            assert_eq!(positions.len(), 1);
            assert_eq!(positions[0].contracts, entries[0].filled);
            let mut kinds: Vec<_> = open.iter().map(|order| order.kind.word()).collect();
            kinds.sort_unstable();
            assert_eq!(kinds, ["stop_market", "take_profit", "take_profit"], "{open:?}");
        }
        assert!(
            store::intent::list_unfinished(&self.desk.db).await.unwrap().is_empty(),
            "nothing is left over"
        );
        rescued
    }
}

store::each_engine![followers_survive_faults_and_kill_9];

//! Instances and their leases: by the database's clock on Postgres, a formality on SQLite.

use crate::samples::{NOW, id, intent, person, write};
use domain::{IntentId, Micros, time::SECOND};
use store::{
    instance::{self, Renewal},
    intent as intents,
    testing::TestDb,
};

const LASTING: i64 = 30 * SECOND;

async fn a_lease_is_renewed_by_its_generation_alone(db: &TestDb) {
    let first = instance::take_name(&**db, "one", LASTING).await.unwrap();
    assert_eq!(instance::renew_lease(&**db, "one", first, LASTING).await.unwrap(), Renewal::Renewed);
    let second = instance::take_name(&**db, "one", LASTING).await.unwrap();
    assert_eq!(instance::renew_lease(&**db, "one", second, LASTING).await.unwrap(), Renewal::Renewed);
    if db.is_shared() {
        assert_eq!((first, second), (1, 2));
        assert_eq!(instance::renew_lease(&**db, "one", first, LASTING).await.unwrap(), Renewal::Taken);
        assert!(!instance::resume_lease(&**db, "one", first, LASTING).await.unwrap());
        instance::release_lease(&**db, "one", first).await.unwrap();
        assert_eq!(
            instance::renew_lease(&**db, "one", second, LASTING).await.unwrap(),
            Renewal::Renewed,
            "an instance cannot end what another has taken"
        );
    }
}

async fn a_lease_that_has_ended_begins_anew(db: &TestDb) {
    let generation = instance::take_name(&**db, "one", LASTING).await.unwrap();
    db.execute("update instances set lease_until = lease_until - 31000000").await;
    let renewal = instance::renew_lease(&**db, "one", generation, LASTING).await.unwrap();
    assert_eq!(renewal, if db.is_shared() { Renewal::Lapsed } else { Renewal::Renewed });
    for _ in 0..2 {
        assert!(
            instance::resume_lease(&**db, "one", generation, LASTING).await.unwrap(),
            "as often as one likes"
        );
    }
    assert_eq!(instance::renew_lease(&**db, "one", generation, LASTING).await.unwrap(), Renewal::Renewed);
    instance::release_lease(&**db, "one", generation).await.unwrap();
    let renewal = instance::renew_lease(&**db, "one", generation, LASTING).await.unwrap();
    assert_eq!(renewal, if db.is_shared() { Renewal::Lapsed } else { Renewal::Renewed }, "it was given back");
}

/// Stores an intent of this holder.
async fn held(db: &TestDb, number: u128, holder: &str) -> IntentId {
    let mut new = intent(person(db, number).await, number + 50, number + 10);
    new.lease_holder = Some(holder.to_owned());
    new.lease_until = NOW.plus(LASTING);
    write(db, async |tx| intents::insert_intent(tx, &new, &[]).await).await.unwrap();
    new.id
}

async fn freed(db: &TestDb, holder: &str, now: Micros) -> u64 {
    write(db, async |tx| instance::give_back(tx, holder, now).await).await.unwrap()
}

async fn overdue_since(db: &TestDb) -> Option<Micros> {
    intents::oldest_claim(&**db).await.unwrap()
}

async fn claimed(db: &TestDb, id: IntentId, by: &str) -> bool {
    write(db, async |tx| intents::claim_intent(tx, id, by, NOW, NOW.plus(LASTING)).await).await.unwrap()
}

async fn work_is_freed_ten_seconds_after_its_holders_lease(db: &TestDb) {
    let work = held(db, 1, "one").await;
    assert_eq!(instance::other_holders(&**db, "two").await.unwrap(), ["one"]);
    assert!(instance::other_holders(&**db, "one").await.unwrap().is_empty());
    instance::take_name(&**db, "one", LASTING).await.unwrap();
    if db.is_shared() {
        // However far the caller's own clock is ahead.
        assert_eq!(freed(db, "one", Micros(i64::MAX)).await, 0);
        db.execute("update instances set lease_until = lease_until - 31000000").await;
        assert_eq!(freed(db, "one", Micros(i64::MAX)).await, 0, "it ended a second ago");
        assert!(!claimed(db, work, "two").await);
        db.execute("update instances set lease_until = lease_until - 10000000").await;
    }
    assert_eq!(freed(db, "one", NOW).await, 1, "however far the desk's own clock is behind");
    assert_eq!(overdue_since(db).await, Some(NOW), "since it was freed, not since 1970");
    assert!(claimed(db, work, "two").await);
    assert!(!claimed(db, work, "one").await);
}

async fn work_without_a_known_holder_is_freed_by_its_own_times(db: &TestDb) {
    let work = held(db, 1, "old version").await;
    if db.is_shared() {
        assert_eq!(freed(db, "old version", NOW.plus(LASTING - 1)).await, 0);
    }
    assert_eq!(freed(db, "old version", NOW.plus(LASTING)).await, 1);
    assert_eq!(overdue_since(db).await, Some(NOW.plus(LASTING)));
    assert!(claimed(db, work, "two").await);
}

/// Waits until a statement on this schema's `instances` waits for a lock.
async fn until_blocked(db: &TestDb) {
    let blocked = "select 'blocked' from pg_locks waiting join pg_locks held on held.pid = waiting.pid \
        where not waiting.granted and held.relation = 'instances'::regclass";
    let patience = std::time::Duration::from_secs(60);
    let polled = async {
        while db.texts(blocked).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(patience, polled).await.unwrap();
}

async fn an_instance_cannot_resume_during_a_takeover(db: &TestDb) {
    if !db.is_shared() {
        return;
    }
    let work = held(db, 1, "one").await;
    let generation = instance::take_name(&**db, "one", LASTING).await.unwrap();
    db.execute("update instances set lease_until = lease_until - 60000000").await;
    let mut tx = db.begin().await.unwrap();
    assert_eq!(instance::give_back(&mut tx, "one", NOW).await.unwrap(), 1);
    let other = (**db).clone();
    let resuming =
        tokio::spawn(
            async move { instance::resume_lease(&other, "one", generation, LASTING).await.unwrap() },
        );
    until_blocked(db).await;
    assert!(!resuming.is_finished(), "it waits for the one that takes over");
    tx.commit().await.unwrap();
    assert!(resuming.await.unwrap());
    assert_eq!(intents::get_intent(&**db, work).await.unwrap().unwrap().lease_holder, None);

    // The other way round: the work of an instance that is alive again is not taken over.
    assert!(claimed(db, work, "one").await);
    assert_eq!(freed(db, "one", Micros(i64::MAX)).await, 0);
    assert_eq!(work, IntentId(id(11)));
}

store::each_engine!(
    a_lease_is_renewed_by_its_generation_alone,
    a_lease_that_has_ended_begins_anew,
    work_is_freed_ten_seconds_after_its_holders_lease,
    work_without_a_known_holder_is_freed_by_its_own_times,
    an_instance_cannot_resume_during_a_takeover,
);

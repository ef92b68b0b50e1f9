use super::*;
use crate::{
    SharedDesk,
    testing::{Setup, TestClock, desk_with},
};
use futures::future::join_all;
use std::sync::Arc;
use store::testing::TestDb;

/// A desk with the default test name and its own clock.
fn desk(db: &TestDb) -> (SharedDesk, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    let setup = Setup { clock: Arc::<TestClock>::clone(&clock), ..Setup::default() };
    (desk_with((**db).clone(), setup), clock)
}

async fn many_requests_share_one_renewal(db: &TestDb) {
    let (desk, clock) = desk(db);
    let start = desk.clock.boot();
    let all = join_all((0..50).map(|_| desk.validity())).await;
    let expected = Validity { checked_at: start, window: Validity::LONGEST };
    assert!(all.iter().all(|validity| *validity == Ok(expected)));
    let renewals = || desk.fence.state().renewals;
    assert_eq!(renewals(), u64::from(db.is_shared()));

    clock.advance(RENEWAL_VALID_FOR);
    let later = desk.validity().await.unwrap();
    let shared = if db.is_shared() { start } else { start.plus(RENEWAL_VALID_FOR) };
    assert_eq!(later.checked_at, shared, "the instant is the renewal's, not the request's");
    clock.advance(1);
    assert_eq!(desk.validity().await.unwrap().checked_at, start.plus(RENEWAL_VALID_FOR + 1));
    assert_eq!(renewals(), 2 * u64::from(db.is_shared()));
    desk.keep_lease().await.unwrap();
    assert_eq!(renewals(), 3 * u64::from(db.is_shared()), "the job renews before a request has to");
}

async fn requests_started_before_a_gap_are_never_sent_after_it(db: &TestDb) {
    let (desk, clock) = desk(db);
    let before = desk.tenure().await.unwrap();
    assert!(desk.validity_in(before).await.is_ok());
    // The process is paused for longer than its lease.
    clock.advance(40 * SECOND);
    db.execute("update instances set lease_until = lease_until - 40000000").await;
    let late = desk.validity_in(before).await;
    if !db.is_shared() {
        assert!(late.is_ok(), "there is no other process");
        return;
    }
    assert_eq!(late, Err(ExchangeFailure::Expired));
    let after = desk.tenure().await.unwrap();
    assert_ne!(after, before);
    assert_eq!(desk.validity_in(after).await.map(|validity| validity.checked_at), Ok(desk.clock.boot()));
    assert_eq!(desk.validity_in(before).await, Err(ExchangeFailure::Expired), "for good");
}

async fn a_gap_that_the_wall_clock_does_not_show_is_found(db: &TestDb) {
    let (desk, _) = desk(db);
    let before = desk.tenure().await.unwrap();
    desk.validity_in(before).await.unwrap();
    // The boot clock stopped while the machine was suspended: only the database shows that time has passed.
    db.execute("update instances set lease_until = lease_until - 40000000").await;
    desk.keep_lease().await.unwrap();
    assert_eq!(desk.validity_in(before).await.is_ok(), !db.is_shared());
}

async fn a_second_process_of_the_name_ends_the_first(db: &TestDb) {
    let (first, clock) = desk(db);
    first.validity().await.unwrap();
    let (second, _) = desk(db);
    second.validity().await.unwrap();
    clock.advance(2 * SECOND);
    if !db.is_shared() {
        return;
    }
    for _ in 0..2 {
        assert_eq!(first.validity().await, Err(ExchangeFailure::Expired));
        clock.advance(60 * SECOND);
    }
    assert!(first.name_is_taken() && !second.name_is_taken());
    let parts = crate::health::measure(&first, &[]).await.unwrap();
    assert_eq!(parts.instance(), crate::health::Status::Down);
    first.keep_lease().await.unwrap();
    assert!(second.validity().await.is_ok(), "the first does not take it back");
}

async fn without_its_database_nothing_is_sent(db: &TestDb) {
    let (desk, clock) = desk(db);
    desk.validity().await.unwrap();
    db.close().await;
    clock.advance(RENEWAL_VALID_FOR);
    assert!(desk.validity().await.is_ok(), "what was checked serves for a while");
    clock.advance(SECOND);
    let all = join_all((0..20).map(|_| desk.validity())).await;
    let expected = if db.is_shared() { Err(ExchangeFailure::Unreachable) } else { desk.validity().await };
    assert!(all.iter().all(|validity| *validity == expected), "{all:?}");
}

async fn a_stopped_desk_sends_nothing_and_need_not_be_waited_for(db: &TestDb) {
    let (desk, _) = desk(db);
    desk.validity().await.unwrap();
    desk.end_lease().await.unwrap();
    if !db.is_shared() {
        return;
    }
    assert_eq!(desk.validity().await, Err(ExchangeFailure::Expired));
    assert!(!desk.name_is_taken());
    desk.keep_lease().await.unwrap();
    let generation = desk.fence.state().generation.unwrap();
    let renewal = instance::renew_lease(&desk.db, &desk.instance, generation, LEASE).await.unwrap();
    assert_eq!(renewal, Renewal::Lapsed, "it was given back");
}

#[test]
fn signed_requests_expire_before_a_takeover() {
    let window = i64::try_from(Validity::LONGEST.as_micros()).unwrap();
    // The last time at which a renewal can be used, and the last at which the exchange accepts what it
    // signed.
    let last = RENEWAL_VALID_FOR.max(window) + SECOND / 2 + SECOND;
    assert!(last < LEASE + instance::GRACE);
    assert!((LEASE - MARGIN) >= window);
}

store::each_engine!(
    many_requests_share_one_renewal,
    requests_started_before_a_gap_are_never_sent_after_it,
    a_gap_that_the_wall_clock_does_not_show_is_found,
    a_second_process_of_the_name_ends_the_first,
    without_its_database_nothing_is_sent,
    a_stopped_desk_sends_nothing_and_need_not_be_waited_for,
);

//! Tests of detached work and its end at shutdown.

use super::*;
use crate::testing;
use domain::{ExchangeKeyId, IntentId, TradeType, UserId, time::SECOND};
use std::sync::Arc;
use store::{intent::NewIntent, testing::TestDb, user::User};
use tokio::sync::Notify;
use uuid::Uuid;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

#[tokio::test]
async fn running_work_is_finished_and_no_new_work_starts() {
    let (work, go) = (Arc::new(Work::default()), Arc::new(Notify::new()));
    let (running, waiting) = (Arc::clone(&work), Arc::clone(&go));
    let caller = tokio::spawn(async move {
        running
            .run(async move {
                waiting.notified().await;
                Ok(7)
            })
            .await
    });
    while work.running().is_empty() {
        tokio::task::yield_now().await;
    }
    work.stop();
    assert!(matches!(work.run(async { Ok(()) }).await, Err(Error::Unavailable { .. })));
    assert!(!work.spawn(async {}));
    let (left, ()) = tokio::join!(work.finish(soon()), async { go.notify_one() });
    assert_eq!((left, caller.await.unwrap().unwrap()), (0, 7));
}

#[tokio::test]
async fn endless_work_is_cut_off_and_its_caller_gets_an_error() {
    let work = Arc::new(Work::default());
    let running = Arc::clone(&work);
    let caller = tokio::spawn(async move { running.run(std::future::pending::<Result<()>>()).await });
    while work.running().is_empty() {
        tokio::task::yield_now().await;
    }
    work.stop();
    work.stopping().await;
    assert_eq!(work.finish(Instant::now()).await, 1);
    assert!(matches!(caller.await.unwrap(), Err(Error::Unavailable { .. })));
}

#[tokio::test]
async fn a_caller_who_leaves_ends_nothing() {
    let (work, done) = (Work::default(), Arc::new(Notify::new()));
    let finished = Arc::clone(&done);
    let run = work.run(async move {
        tokio::task::yield_now().await;
        finished.notify_one();
        Ok(())
    });
    drop(tokio::time::timeout(Duration::ZERO, run).await);
    tokio::time::timeout(Duration::from_secs(60), done.notified()).await.unwrap();
}

async fn another_instance_immediately_takes_over_a_stopped_ones_work(db: &TestDb) {
    let (desk, _) = testing::desk((**db).clone());
    let now = desk.clock.now();
    let person = User {
        id: UserId(Uuid::from_u128(1)),
        email: "ada@example.org".into(),
        password_hash: String::new(),
        role: domain::Role::Trader,
        created_at: now,
        updated_at: now,
        frozen_at: None,
        suspended_at: None,
    };
    let intent = |number: u128, holder: &str| NewIntent {
        id: IntentId(Uuid::from_u128(number)),
        user_id: person.id,
        exchange_key_id: ExchangeKeyId(Uuid::from_u128(number)),
        trade_type: TradeType::Futures,
        symbol: "BTC/USDT".parse().unwrap(),
        kind: store::intent::Kind::Open,
        request: "{}".into(),
        idempotency: None,
        lease_holder: Some(holder.into()),
        lease_until: now.plus(30 * SECOND),
        protection: None,
        created_at: now,
        position_side: domain::PositionSlot::Both,
    };
    let mut tx = desk.db.begin().await.unwrap();
    store::user::insert_user(&mut tx, &person).await.unwrap();
    store::intent::insert_intent(&mut tx, &intent(1, desk.instance()), &[]).await.unwrap();
    store::intent::insert_intent(&mut tx, &intent(2, "third"), &[]).await.unwrap();
    tx.commit().await.unwrap();

    let claim = async |number: u128| {
        let mut tx = desk.db.begin().await.unwrap();
        let id = IntentId(Uuid::from_u128(number));
        let ours = store::intent::claim_intent(&mut tx, id, "second", now, now.plus(SECOND)).await.unwrap();
        tx.commit().await.unwrap();
        ours
    };
    assert!(!claim(1).await && !claim(2).await, "they are held");
    hand_over(&desk).await.unwrap();
    let lag = crate::health::measure(&desk, &[]).await.unwrap().order_lag;
    assert_eq!(lag, None, "what was handed over a moment ago is not late");
    assert!(claim(1).await && !claim(2).await, "what is another's stays so");
}

store::each_engine!(another_instance_immediately_takes_over_a_stopped_ones_work);

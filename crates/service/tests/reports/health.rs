//! Health reflects the work being done, not just that the process answers.

use super::setting::{btc, person, write};
use domain::{ExchangeKeyId, IntentId, TradeType, time::SECOND};
use service::{
    Origin,
    health::{self, Status},
    identity::account,
    platform::settings::{MailSettings, Settings},
    testing::{self, Setup, TestClock},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::{intent::NewIntent, testing::TestDb};
use uuid::Uuid;

store::each_engine!(
    a_job_that_does_not_run_is_late_and_then_stuck,
    jobs_are_judged_by_the_databases_clock,
    an_order_without_a_holder_is_reported,
    waiting_mail_is_reported_where_a_mail_server_is_set,
    a_hanging_write_is_reported_and_so_is_recovery,
);

const JOBS: [&str; 2] = ["messages", "equity"];

async fn a_job_that_does_not_run_is_late_and_then_stuck(db: &TestDb) {
    let (desk, clock) = testing::desk((**db).clone());
    let parts = async || health::measure(&desk, &JOBS).await.unwrap();
    let fresh = parts().await;
    assert_eq!([fresh.jobs(), fresh.orders(), fresh.copies(), fresh.outbox()], [Status::Ok; 4]);
    assert_eq!(fresh.latest_job, None);

    // Leases end by the database's clock, which on Postgres is not the test's.
    let pass = async |seconds: i64| {
        clock.advance(seconds * SECOND);
        if db.is_shared() {
            let passed = seconds * SECOND;
            db.execute(format!("update job_leases set until = until - {passed}").leak()).await;
        }
    };
    let now = async || store::instance::now(&**db).await.unwrap().unwrap_or_else(|| desk.clock.now());

    pass(60).await;
    let late = parts().await;
    assert_eq!((late.jobs(), late.orders()), (Status::Degraded, Status::Degraded), "no job has started");
    assert_eq!(late.stream_age, 60 * SECOND);
    let begun = now().await;
    write(&desk, async |tx| {
        for job in JOBS {
            store::lease::claim_job(tx, job, "one", begun, begun.plus(60 * SECOND)).await?;
        }
        // A row that an earlier release left for an account's feed is not a job.
        store::lease::claim_job(tx, "events:1:BTC/USDT", "one", begun, begun.plus(1)).await
    })
    .await;
    assert_eq!(parts().await.jobs(), Status::Ok);

    pass(60).await;
    let renewed = now().await;
    write(&desk, async |tx| {
        store::lease::claim_job(tx, "messages", "one", renewed, renewed.plus(600 * SECOND)).await
    })
    .await;
    pass(31).await;
    let (job, lag) = parts().await.latest_job.unwrap();
    assert_eq!(job, "equity");
    // Postgres's clock went on meanwhile.
    let exact = 31 * SECOND;
    assert!(if db.is_shared() { lag >= exact } else { lag == exact }, "{lag}");
    assert_eq!(parts().await.jobs(), Status::Degraded);
    pass(300).await;
    assert_eq!(parts().await.jobs(), Status::Down);
    assert_eq!(health::measure(&desk, &["messages"]).await.unwrap().jobs(), Status::Ok);

    // A desk just started on the same database has not missed anything yet.
    let setup = Setup { clock: clock.clone(), ..Setup::default() };
    let restarted = testing::desk_with((**db).clone(), setup);
    assert_eq!(health::measure(&restarted, &JOBS).await.unwrap().jobs(), Status::Ok);
}

async fn jobs_are_judged_by_the_databases_clock(db: &TestDb) {
    let (desk, clock) = testing::desk((**db).clone());
    let now = store::instance::now(&**db).await.unwrap().unwrap_or_else(|| desk.clock.now());
    write(&desk, async |tx| {
        for job in JOBS {
            store::lease::claim_job(tx, job, "one", now, now.plus(60 * SECOND)).await?;
        }
        Ok(())
    })
    .await;
    let jobs = async || health::measure(&desk, &JOBS).await.unwrap().jobs();
    assert_eq!(jobs().await, Status::Ok);
    if db.is_shared() {
        clock.advance(600 * SECOND);
        assert_eq!(jobs().await, Status::Ok, "ten minutes ahead");
        clock.advance(-1_200 * SECOND);
        assert_eq!(jobs().await, Status::Ok, "ten minutes behind");
    }
}

async fn an_order_without_a_holder_is_reported(db: &TestDb) {
    let (desk, clock) = testing::desk((**db).clone());
    let ada = person(&desk, "ada@example.org").await;
    let now = desk.clock.now();
    let intent = NewIntent {
        id: IntentId::mint(&*desk.clock, &*desk.entropy),
        user_id: ada.user,
        exchange_key_id: ExchangeKeyId(Uuid::nil()),
        trade_type: TradeType::Futures,
        symbol: btc(),
        kind: store::intent::Kind::Open,
        request: "{}".into(),
        idempotency: None,
        lease_holder: Some("dead".into()),
        lease_until: now.plus(30 * SECOND),
        protection: None,
        created_at: now,
        position_side: domain::PositionSlot::Both,
    };
    write(&desk, async |tx| store::intent::insert_intent(tx, &intent, &[]).await).await;
    assert_eq!(health::measure(&desk, &[]).await.unwrap().order_lag, None, "it is held");
    clock.advance(40 * SECOND);
    assert_eq!(health::measure(&desk, &[]).await.unwrap().order_lag, Some(10 * SECOND));
    clock.advance(300 * SECOND);
    assert_eq!(health::measure(&desk, &[]).await.unwrap().orders(), Status::Down);
}

async fn waiting_mail_is_reported_where_a_mail_server_is_set(db: &TestDb) {
    let clock = Arc::new(TestClock::default());
    // No connection is ever made to this address: nothing is sent here.
    let mail = MailSettings { smtp_url: Some("smtp://127.0.0.1:1".into()), from: "desk@example.org".into() };
    let settings = Settings { mail, ..Settings::default() };
    let sending = Setup { clock: clock.clone(), settings, ..Setup::default() };
    let sending = testing::desk_with((**db).clone(), sending);
    let keeping = Setup { clock: clock.clone(), ..Setup::default() };
    let keeping = testing::desk_with((**db).clone(), keeping);
    person(&sending, "ada@example.org").await;
    let origin = Origin::new([192, 0, 2, 1].into(), "Test/1.0");
    account::request_reset(&sending, origin, "ada@example.org").await.unwrap();
    clock.advance(901 * SECOND);
    let seen = health::measure(&sending, &[]).await.unwrap();
    assert_eq!((seen.message_lag, seen.outbox()), (Some(901 * SECOND), Status::Degraded));
    assert_eq!(
        health::measure(&keeping, &[]).await.unwrap().message_lag,
        None,
        "there it waits for the admin"
    );
}

/// Polls until the result is the expected one. Returns how long that took.
async fn until_writes(desk: &service::Desk, succeed: bool) -> Duration {
    let since = Instant::now();
    while health::writes_succeed(desk).await != succeed {
        assert!(since.elapsed() < Duration::from_secs(60), "writes_succeed is never {succeed}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    since.elapsed()
}

async fn a_hanging_write_is_reported_and_so_is_recovery(db: &TestDb) {
    let (desk, _) = testing::desk((**db).clone());
    // On SQLite this holds the only writer, on Postgres the row that the probe writes.
    let mut held = desk.db.begin().await.unwrap();
    store::write_probe::write(&mut held, desk.instance(), desk.clock.now()).await.unwrap();
    let reported = until_writes(&desk, false).await;
    assert!(reported < Duration::from_secs(5), "reported after {reported:?}");
    drop(held);
    let well = until_writes(&desk, true).await;
    assert!(well < Duration::from_secs(5), "well after {well:?}");
    assert!(desk.db.last_writes().succeeded.is_some());
}

/// As on a full disk: SQLite itself refuses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_write_is_reported_immediately() {
    let db = store::testing::sqlite().await;
    let (desk, _) = testing::desk((*db).clone());
    assert!(health::writes_succeed(&desk).await);
    db.execute("pragma query_only = on").await;
    assert!(health::writes_succeed(&desk).await, "a write succeeded a moment ago, and none followed");
    assert!(desk.db.begin().await.is_err());
    assert!(!health::writes_succeed(&desk).await);
    db.execute("pragma query_only = off").await;
    assert!(until_writes(&desk, true).await < Duration::from_secs(5));
}

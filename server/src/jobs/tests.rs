//! The started jobs, and the instance that runs each of them.

use super::*;
use domain::time::MINUTE;
use service::testing::{self, Setup, TestClock};
use std::sync::Arc;
use store::testing::TestDb;

store::each_engine!(
    every_job_that_health_checks_is_started,
    an_instance_with_a_wrong_clock_neither_steals_a_lease_nor_holds_it,
);

async fn every_job_that_health_checks_is_started(db: &TestDb) {
    let (desk, _) = testing::desk((**db).clone());
    let jobs = Jobs::start(&desk);
    let wanted = leased(&desk);
    assert!(!wanted.contains(&TELEGRAM), "there is no bot to ask");
    let claimed = async {
        loop {
            let leases = store::lease::list_job_leases(&desk.db).await?;
            if wanted.iter().all(|name| leases.iter().any(|lease| lease.name == *name)) {
                return store::Result::Ok(());
            }
            time::sleep(Duration::from_millis(10)).await;
        }
    };
    time::timeout(Duration::from_secs(60), claimed).await.expect("a job is not started").unwrap();
    jobs.stop().await;
}

/// An instance whose clock differs from the database's by so many microseconds.
async fn instance(db: &TestDb, name: &str, ahead: i64) -> SharedDesk {
    let clock = Arc::new(TestClock::default());
    let real = store::instance::now(&**db).await.unwrap().unwrap();
    clock.advance(real.since(clock.now()) + ahead);
    let setup = Setup { clock, instance: name.to_owned(), ..Setup::default() };
    testing::desk_with((**db).clone(), setup)
}

async fn an_instance_with_a_wrong_clock_neither_steals_a_lease_nor_holds_it(db: &TestDb) {
    if !db.is_shared() {
        return;
    }
    let right = instance(db, "right", 0).await;
    let ahead = instance(db, "ahead", 10 * MINUTE).await;
    let behind = instance(db, "behind", -10 * MINUTE).await;
    let claimed = async |desk: &SharedDesk| claim_for(desk, "mail", desk.instance(), MINUTE).await.unwrap();
    assert!(claimed(&right).await);
    assert!(!claimed(&ahead).await, "it ends in a minute, though that one's clock is past it");
    assert!(!claimed(&behind).await);
    assert!(claimed(&right).await, "its holder renews it");

    for wrong in [&ahead, &behind] {
        db.execute("update job_leases set until = until - 61000000").await;
        assert!(claimed(wrong).await, "it has ended");
        let until = store::lease::list_job_leases(&**db).await.unwrap()[0].until;
        let left = until.since(store::instance::now(&**db).await.unwrap().unwrap());
        assert!((0..=MINUTE).contains(&left), "{left}");
        assert!(!claimed(&right).await, "it is held for as long as one claimed by a right clock");
    }
}

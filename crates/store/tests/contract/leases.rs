//! Leases of background jobs.

use crate::samples::{NOW, write};
use store::{lease, testing::TestDb};
use tokio::task::JoinSet;

async fn a_job_is_its_holders_until_the_lease_runs_out(db: &TestDb) {
    let claim = async |name: &'static str, holder: &'static str, at: i64| {
        write(db, async |tx| lease::claim_job(tx, name, holder, NOW.plus(at), NOW.plus(at + 10)).await)
            .await
            .unwrap()
    };
    assert!(claim("mail", "one", 0).await);
    assert!(claim("equity", "two", 0).await, "another job");
    assert!(!claim("mail", "two", 9).await);
    assert!(claim("mail", "one", 9).await, "renewed");
    assert!(!claim("mail", "two", 18).await);
    assert!(claim("mail", "two", 19).await, "it has run out");
    write(db, async |tx| lease::release_job(tx, "mail", "one").await).await.unwrap();
    assert!(!claim("mail", "one", 20).await);
    write(db, async |tx| lease::release_job(tx, "mail", "two").await).await.unwrap();
    assert!(claim("mail", "one", 20).await);
}

async fn of_sixteen_who_want_a_job_one_gets_it(db: &TestDb) {
    for round in 0..3 {
        let mut racers = JoinSet::new();
        for number in 0..16 {
            let db = (**db).clone();
            racers.spawn(async move {
                let (holder, now) = (format!("racer {number}"), NOW.plus(round * 10));
                write(&db, async |tx| lease::claim_job(tx, "mail", &holder, now, now.plus(10)).await)
                    .await
                    .unwrap()
            });
        }
        let won = racers.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1, "round {round}");
    }
}

store::each_engine!(a_job_is_its_holders_until_the_lease_runs_out, of_sixteen_who_want_a_job_one_gets_it);

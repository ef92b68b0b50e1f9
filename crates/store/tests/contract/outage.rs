//! Recovery from a database that is temporarily not writable, without a restart.

use crate::samples::{person, user, write};
use std::{future::Future as _, pin::pin, task::Poll};
use store::{Db, Error, testing::TestDb, user as users};
use tokio::task::JoinSet;

/// Large enough for a few rows to need a new page.
const PADDING: usize = 3_000;

/// Stops the writer connection from growing the file, as on a full disk. The limit belongs to the connection: it
/// ends when the connection is closed.
async fn fill_the_disk(db: &TestDb) {
    db.execute("pragma max_page_count = 1").await;
}

async fn empty_the_disk(db: &TestDb) {
    db.execute("pragma max_page_count = 1000000").await;
}

async fn add(db: &Db, number: u128) -> store::Result<()> {
    let large = store::user::User { password_hash: "x".repeat(PADDING), ..user(number) };
    write(db, async |tx| users::insert_user(tx, &large).await).await
}

/// Writes until the disk is full.
async fn run_into_it(db: &Db, mut number: u128) -> Error {
    loop {
        number += 1;
        if let Err(error) = add(db, number).await {
            assert!(error.to_string().contains("full"), "{error}");
            return error;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_over_when_there_is_space_again() {
    let db = store::testing::sqlite().await;
    for time in 1..=3 {
        fill_the_disk(&db).await;
        run_into_it(&db, time * 1_000).await;
        assert!(db.last_writes().last_failed());
        let before = users::count_users(&*db).await.unwrap();
        // The failed connection is not reused, so its limit is gone too.
        add(&db, time * 1_000_000).await.unwrap();
        assert_eq!(users::count_users(&*db).await.unwrap(), before + 1, "of what failed nothing is there");
        assert!(!db.last_writes().last_failed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_find_their_way_back_together() {
    let db = store::testing::sqlite().await;
    fill_the_disk(&db).await;
    run_into_it(&db, 0).await;
    let before = users::count_users(&*db).await.unwrap();
    let mut writers = JoinSet::new();
    for number in 0..32 {
        let db = (*db).clone();
        writers.spawn(async move { add(&db, 10_000 + number).await });
    }
    for written in writers.join_all().await {
        written.unwrap();
    }
    assert_eq!(users::count_users(&*db).await.unwrap(), before + 32);
}

/// SQLite has rolled back by itself, so another statement would run outside the transaction and be kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_failed_writes_nothing_more() {
    let db = store::testing::sqlite().await;
    fill_the_disk(&db).await;
    let before = users::count_users(&*db).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let mut number = 0;
    let large = |number| store::user::User { password_hash: "x".repeat(PADDING), ..user(number) };
    loop {
        number += 1;
        if users::insert_user(&mut tx, &large(number)).await.is_err() {
            break;
        }
    }
    assert!(users::insert_user(&mut tx, &user(number + 1)).await.is_err());
    assert!(users::count_users(&mut tx).await.is_err());
    assert!(tx.commit().await.is_err());
    assert_eq!(users::count_users(&*db).await.unwrap(), before);
    empty_the_disk(&db).await;
    add(&db, 1).await.unwrap();
}

/// Callers that are dropped while writing, as when a request times out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_give_up_leave_a_usable_connection() {
    let db = store::testing::sqlite().await;
    for polls in 1..40 {
        if polls % 2 == 0 {
            fill_the_disk(&db).await;
        }
        {
            let mut work = pin!(add(&db, 100 + polls));
            let mut left = polls;
            std::future::poll_fn(|context| {
                left -= 1;
                match work.as_mut().poll(context) {
                    Poll::Pending if left > 0 => {
                        context.waker().wake_by_ref();
                        Poll::Pending
                    }
                    _ => Poll::Ready(()),
                }
            })
            .await;
        }
        // Whatever the outcome, the next writer can begin; at most the limit is still in place.
        empty_the_disk(&db).await;
        add(&db, 10_000 + polls).await.unwrap();
    }
}

/// A taken unique key does not indicate a full disk.
async fn only_the_databases_own_failures_count(db: &TestDb) {
    assert_eq!(db.last_writes().failed, None);
    person(db, 1).await;
    assert!(db.last_writes().succeeded.is_some());
    assert!(write(db, async |tx| users::insert_user(tx, &user(1)).await).await.is_err());
    assert_eq!(db.last_writes().failed, None);
    db.note_failed_write();
    assert!(db.last_writes().last_failed());
    let instance = "one";
    write(db, async |tx| store::write_probe::write(tx, instance, crate::samples::NOW).await).await.unwrap();
    write(db, async |tx| store::write_probe::write(tx, instance, crate::samples::NOW).await).await.unwrap();
    assert!(!db.last_writes().last_failed());
}

/// Postgres would report success for the commit of a failed transaction without storing anything.
async fn a_failed_transaction_is_not_committed(db: &TestDb) {
    person(db, 1).await;
    let mut tx = db.begin().await.unwrap();
    users::insert_user(&mut tx, &user(2)).await.unwrap();
    assert!(users::insert_user(&mut tx, &user(1)).await.unwrap_err().is_unique());
    let committed = tx.commit().await.is_ok();
    let kept = users::get_user(&**db, user(2).id).await.unwrap().is_some();
    assert_eq!(committed, kept, "a commit that succeeds has kept what it was to keep");
}

store::each_engine!(only_the_databases_own_failures_count, a_failed_transaction_is_not_committed);

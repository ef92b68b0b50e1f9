//! Group commit on both databases: every write has its own outcome, and writes do not block each other.

use async_trait::async_trait;
use domain::{Micros, Role, UserId};
use futures::future::join_all;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use store::{
    Tx, event,
    group_commit::{BatchedWrite, GroupCommit, Outcome},
    testing::TestDb,
    user::{self, User},
};
use uuid::Uuid;

/// A user with this number as id and this number in the address. The precondition of number 0 never holds.
struct Person(u128, u128);

#[async_trait]
impl BatchedWrite for Person {
    async fn write(&self, tx: &mut Tx) -> store::Result<bool> {
        let person = User {
            id: UserId(Uuid::from_u128(self.0)),
            email: format!("{}@example.org", self.1),
            password_hash: String::new(),
            role: Role::Trader,
            created_at: Micros(0),
            updated_at: Micros(0),
            frozen_at: None,
            suspended_at: None,
        };
        if self.0 > 0 {
            user::insert(tx, &person).await?;
        }
        Ok(self.0 > 0)
    }
}

async fn each_write_has_its_own_outcome_and_a_conflict_fails_no_other(db: &TestDb) {
    let batch = GroupCommit::default();
    let numbers = 0..200_u128;
    // Number 77 has the e-mail address of number 78.
    let address = |n: u128| if n == 77 { 78 } else { n };
    let all = join_all(numbers.clone().map(|n| batch.write(db, Person(n, address(n))))).await;
    let mut taken = 0;
    for (number, written) in numbers.zip(all) {
        match written.unwrap() {
            Outcome::PreconditionFailed => assert_eq!(number, 0),
            Outcome::Conflict => taken += 1,
            Outcome::Committed => {
                let id = UserId(Uuid::from_u128(number));
                assert!(user::get(&**db, id).await.unwrap().is_some(), "{number} is written");
            }
        }
    }
    assert_eq!(taken, 1, "of 77 and 78 one");
}

async fn a_write_is_committed_although_its_caller_has_gone(db: &TestDb) {
    let batch = GroupCommit::default();
    let first = batch.write(db, Person(1, 1));
    let second = batch.write(db, Person(2, 2));
    // The first caller commits for both, and both callers are dropped immediately.
    let left = tokio::time::timeout(Duration::ZERO, futures::future::join(first, second)).await;
    drop(left);
    assert_eq!(batch.write(db, Person(3, 3)).await.unwrap(), Outcome::Committed);
    for number in 1..=3 {
        let id = UserId(Uuid::from_u128(number));
        assert!(user::get(&**db, id).await.unwrap().is_some(), "{number}");
    }
}

/// An event of a user, which counts how often it is written.
struct Said(UserId, Arc<AtomicUsize>);

#[async_trait]
impl BatchedWrite for Said {
    fn appends_for(&self) -> Option<UserId> {
        Some(self.0)
    }

    async fn write(&self, tx: &mut Tx) -> store::Result<bool> {
        self.1.fetch_add(1, Ordering::SeqCst);
        event::append(tx, self.0, "{}", Micros(0)).await.map(|_| true)
    }
}

async fn two_instances_that_append_for_the_same_users_do_not_deadlock(db: &TestDb) {
    const PEOPLE: u128 = 40;
    let (one, two, writes) = (GroupCommit::default(), GroupCommit::default(), Arc::new(AtomicUsize::new(0)));
    let people = join_all((1..=PEOPLE).map(|n| one.write(db, Person(n, n)))).await;
    assert!(people.into_iter().all(|written| written.unwrap() == Outcome::Committed));
    let said = |n| Said(UserId(Uuid::from_u128(n)), Arc::clone(&writes));
    let forth = join_all((1..=PEOPLE).map(|n| one.write(db, said(n))));
    let back = join_all((1..=PEOPLE).rev().map(|n| two.write(db, said(n))));
    let (forth, back) = tokio::join!(forth, back);
    assert!(forth.into_iter().chain(back).all(|written| written.unwrap() == Outcome::Committed));
    assert_eq!(writes.load(Ordering::SeqCst), 80, "none was written again because two waited for each other");
}

store::each_engine!(
    two_instances_that_append_for_the_same_users_do_not_deadlock,
    each_write_has_its_own_outcome_and_a_conflict_fails_no_other,
    a_write_is_committed_although_its_caller_has_gone,
);

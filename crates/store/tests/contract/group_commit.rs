//! Group commit on both databases: every write has its own outcome, and writes do not block each other.

use async_trait::async_trait;
use domain::{Micros, Role, UserId};
use futures::future::join_all;
use std::{
    future::{Future, ready},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use store::{
    Tx, event,
    group_commit::{BatchedWrite, CommitOutcome, GroupCommit},
    testing::{CommitHook, TestDb},
    user::{self, User},
};
use tokio::sync::Notify;
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
            user::insert_user(tx, &person).await?;
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
            CommitOutcome::PreconditionFailed => assert_eq!(number, 0),
            CommitOutcome::Conflict => taken += 1,
            CommitOutcome::Committed => {
                let id = UserId(Uuid::from_u128(number));
                assert!(user::get_user(&**db, id).await.unwrap().is_some(), "{number} is written");
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
    assert_eq!(batch.write(db, Person(3, 3)).await.unwrap(), CommitOutcome::Committed);
    for number in 1..=3 {
        let id = UserId(Uuid::from_u128(number));
        assert!(user::get_user(&**db, id).await.unwrap().is_some(), "{number}");
    }
}

/// An event of a user, which counts how often it is written.
struct CountedEvent(UserId, Arc<AtomicUsize>);

#[async_trait]
impl BatchedWrite for CountedEvent {
    fn appends_for(&self) -> Option<UserId> {
        Some(self.0)
    }

    async fn write(&self, tx: &mut Tx) -> store::Result<bool> {
        self.1.fetch_add(1, Ordering::SeqCst);
        event::append_event(tx, self.0, "{}", Micros(0)).await.map(|_| true)
    }
}

async fn two_instances_that_append_for_the_same_users_do_not_deadlock(db: &TestDb) {
    const USERS: u128 = 40;
    let (one, two, writes) = (GroupCommit::default(), GroupCommit::default(), Arc::new(AtomicUsize::new(0)));
    let people = join_all((1..=USERS).map(|n| one.write(db, Person(n, n)))).await;
    assert!(people.into_iter().all(|written| written.unwrap() == CommitOutcome::Committed));
    let said = |n| CountedEvent(UserId(Uuid::from_u128(n)), Arc::clone(&writes));
    let forth = join_all((1..=USERS).map(|n| one.write(db, said(n))));
    let back = join_all((1..=USERS).rev().map(|n| two.write(db, said(n))));
    let (forth, back) = tokio::join!(forth, back);
    assert!(forth.into_iter().chain(back).all(|written| written.unwrap() == CommitOutcome::Committed));
    assert_eq!(writes.load(Ordering::SeqCst), 80, "none was written again because two waited for each other");
}

/// Makes the second commit fail: before it takes effect, or by losing the answer. The first waits for `go`, so that
/// the writes that arrive meanwhile share the second.
struct SecondFails {
    loses_answer: bool,
    started: AtomicUsize,
    first: Notify,
    go: Notify,
}

impl CommitHook for SecondFails {
    fn before(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move {
            let number = self.started.fetch_add(1, Ordering::SeqCst);
            if number == 0 {
                self.first.notify_one();
                self.go.notified().await;
            }
            number != 1 || self.loses_answer
        })
    }

    fn after(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        let second = self.started.load(Ordering::SeqCst) == 2;
        Box::pin(ready(!(second && self.loses_answer)))
    }
}

/// Writes users 1 to 4: the first alone, and the others in the transaction whose commit fails. Returns the outcomes
/// of the others, and the number of commits.
async fn second_fails(db: &TestDb, loses_answer: bool) -> (Vec<store::Result<CommitOutcome>>, usize) {
    let (started, first, go) = (AtomicUsize::new(0), Notify::new(), Notify::new());
    let hook = Arc::new(SecondFails { loses_answer, started, first, go });
    let db = (**db).clone().with_commit_hook(Arc::<SecondFails>::clone(&hook));
    let batch = GroupCommit::default();
    let others = async {
        hook.first.notified().await;
        let others = join_all((2..=4).map(|n| batch.write(&db, Person(n, n))));
        // `join` polls in this order: the writes wait when the first commit goes on.
        futures::future::join(others, async { hook.go.notify_one() }).await.0
    };
    let (first, others) = tokio::join!(batch.write(&db, Person(1, 1)), others);
    assert_eq!(first.unwrap(), CommitOutcome::Committed);
    for number in 1..=4 {
        assert!(user::get_user(&db, UserId(Uuid::from_u128(number))).await.unwrap().is_some(), "{number}");
    }
    (others, hook.started.load(Ordering::SeqCst))
}

async fn writes_whose_commit_may_have_taken_effect_are_not_run_again(db: &TestDb) {
    let (others, commits) = second_fails(db, true).await;
    assert_eq!((others.len(), commits), (3, 2));
    let unknown = others.into_iter().all(|written| written.is_err_and(|error| error.may_be_committed()));
    assert!(unknown, "they are committed, which none of the callers may take for a conflict");
}

async fn writes_that_were_not_committed_are_run_again_alone(db: &TestDb) {
    let (others, commits) = second_fails(db, false).await;
    assert!(others.into_iter().all(|written| written.unwrap() == CommitOutcome::Committed));
    assert_eq!(commits, 5, "the first, the one that failed, and three alone");
}

store::each_engine!(
    writes_whose_commit_may_have_taken_effect_are_not_run_again,
    writes_that_were_not_committed_are_run_again_alone,
    two_instances_that_append_for_the_same_users_do_not_deadlock,
    each_write_has_its_own_outcome_and_a_conflict_fails_no_other,
    a_write_is_committed_although_its_caller_has_gone,
);

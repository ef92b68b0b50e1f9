//! Writing together: what many copies have to write at the same time goes into one transaction, so that a disk flush is
//! paid for by many followers. Whoever is first in line writes for all who wait.

use crate::{Error, Result};
use async_trait::async_trait;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use store::{
    Db, Tx,
    copy::{self, Begun as Sized},
    follow,
    intent::{self, NewIntent, NewLeg},
};
use tokio::sync::oneshot;

use domain::{CopyId, FollowId, Micros, UserId, copy::Reason};

/// No transaction holds more than this: the others' wait for the writer stays short.
const MOST: usize = 64;
/// How long whoever is first in line waits for company, where there was company a moment ago: shorter than one answer of an
/// exchange takes, and a single order never waits.
const GATHER: Duration = Duration::from_millis(16);

/// Something to write. It may be written more than once, of which one is committed.
#[async_trait]
pub(crate) trait Write: Send + Sync + 'static {
    /// Writes it; false when it finds that it is not to be, having written nothing that matters.
    async fn write(&self, tx: &mut Tx) -> store::Result<bool>;

    /// Whose events it appends. Appending takes that person's turn until the commit, so all batches, of all instances, take
    /// turns in the same order: two that wait for each other would end one.
    fn appends_for(&self) -> Option<UserId> {
        None
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is committed.
    Yes,
    /// It was not to be.
    No,
    /// Something stands in its place (a unique key).
    Taken,
}

struct Job {
    write: Box<dyn Write>,
    done: oneshot::Sender<store::Result<Written>>,
}

/// The line of those who wait.
#[derive(Default)]
pub(crate) struct Batch(Arc<Line>);

#[derive(Default)]
struct Line {
    jobs: Mutex<Vec<Job>>,
    turn: Arc<tokio::sync::Mutex<()>>,
    /// The last transaction was of several.
    busy: AtomicBool,
}

impl Batch {
    /// Writes, together with whoever else waits; returns when it is committed.
    pub(crate) async fn write(&self, db: &Db, write: impl Write) -> Result<Written> {
        let (done, mut told) = oneshot::channel();
        locked(&self.0.jobs).push(Job { write: Box::new(write), done });
        let told = loop {
            tokio::select! {
                biased;
                told = &mut told => break told,
                turn = Arc::clone(&self.0.turn).lock_owned() => {
                    let (line, db) = (Arc::clone(&self.0), db.clone());
                    // Others' writes are in it: it goes on when this caller is dropped, and keeps its turn until then,
                    // so that who comes after finds it written.
                    let flush = tokio::spawn(async move {
                        line.flush(&db).await;
                        drop(turn);
                    });
                    flush.await.map_err(Error::fault)?;
                }
            }
        };
        Ok(told.map_err(Error::fault)??)
    }
}

impl Line {
    async fn flush(&self, db: &Db) {
        if self.busy.load(Ordering::Relaxed) && locked(&self.jobs).len() < MOST {
            tokio::time::sleep(GATHER).await;
        }
        let mut jobs: Vec<Job> = {
            let mut jobs = locked(&self.jobs);
            let most = jobs.len().min(MOST);
            jobs.drain(..most).collect()
        };
        jobs.sort_by_key(|job| job.write.appends_for());
        self.busy.store(jobs.len() > 1, Ordering::Relaxed);
        if let (2.., Ok(all)) = (jobs.len(), together(db, &jobs).await) {
            // Who does not listen any more has been written nevertheless.
            jobs.into_iter().zip(all).for_each(|(job, written)| drop(job.done.send(Ok(written))));
            return;
        }
        for job in jobs {
            let written = alone(db, &job).await;
            drop(job.done.send(written));
        }
    }
}

async fn together(db: &Db, jobs: &[Job]) -> store::Result<Vec<Written>> {
    if jobs.len() < 2 {
        return Ok(Vec::new());
    }
    let mut tx = db.begin().await?;
    let mut all = Vec::with_capacity(jobs.len());
    for job in jobs {
        all.push(if job.write.write(&mut tx).await? { Written::Yes } else { Written::No });
    }
    tx.commit().await?;
    Ok(all)
}

async fn alone(db: &Db, job: &Job) -> store::Result<Written> {
    let mut tx = db.begin().await?;
    match job.write.write(&mut tx).await {
        Ok(true) => tx.commit().await.map(|()| Written::Yes),
        Ok(false) => tx.commit().await.map(|()| Written::No),
        Err(error) if error.is_unique() => Ok(Written::Taken),
        Err(error) => Err(error),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// On what condition an intent is begun.
#[derive(Clone, Debug)]
pub(crate) enum Begin {
    /// The follow wants it still, and the copy is this holder's.
    Entry { follow: FollowId, copy: CopyId, sized: Sized },
    /// The copy is this holder's; what was entered is closed whether new copies are wanted or not.
    Exit { copy: CopyId },
    /// None.
    Free,
}

/// An intent and its condition, written before anything is sent.
pub(crate) struct Begun {
    pub(crate) begin: Begin,
    pub(crate) intent: NewIntent,
    pub(crate) legs: Vec<NewLeg>,
}

#[async_trait]
impl Write for Begun {
    async fn write(&self, tx: &mut Tx) -> store::Result<bool> {
        let at = self.intent.created_at;
        let holder = self.intent.lease_holder.as_deref().unwrap_or_default();
        let wanted = match &self.begin {
            Begin::Entry { follow, copy, sized } => {
                follow::begin_copy(&mut *tx, *follow, at).await?
                    && copy::begin(&mut *tx, *copy, holder, Some(sized), at).await?
            }
            Begin::Exit { copy } => copy::begin(&mut *tx, *copy, holder, None, at).await?,
            Begin::Free => true,
        };
        if wanted {
            intent::insert(tx, &self.intent, &self.legs).await?;
        }
        Ok(wanted)
    }
}

/// What was decided about a queued copy, other than to trade.
pub(crate) enum Decided {
    /// It does not happen.
    Skip(Reason, Option<String>),
    /// It is looked at again later; what keeps it, in words.
    Postpone(Micros, &'static str),
}

/// A decision to be written.
pub(crate) struct Decision {
    pub(crate) copy: CopyId,
    pub(crate) holder: String,
    pub(crate) decided: Decided,
    pub(crate) at: Micros,
}

#[async_trait]
impl Write for Decision {
    async fn write(&self, tx: &mut Tx) -> store::Result<bool> {
        match &self.decided {
            Decided::Skip(reason, detail) => {
                copy::skip(tx, self.copy, &self.holder, *reason, detail.as_deref(), self.at).await
            }
            Decided::Postpone(until, why) => {
                copy::postpone(tx, self.copy, &self.holder, *until, why, self.at).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Role;
    use futures::future::join_all;
    use std::sync::atomic::AtomicUsize;
    use store::{
        event,
        testing::TestDb,
        user::{self, User},
    };
    use uuid::Uuid;

    /// A person of this number and with this number's address; one of number 0 is not to be.
    struct Person(u128, u128);

    #[async_trait]
    impl Write for Person {
        async fn write(&self, tx: &mut Tx) -> store::Result<bool> {
            let person = User {
                id: UserId(Uuid::from_u128(self.0)),
                email: format!("{}@example.org", self.1),
                password_hash: String::new(),
                role: Role::Trader,
                created_at: Micros(0),
                updated_at: Micros(0),
            };
            if self.0 > 0 {
                user::insert(tx, &person).await?;
            }
            Ok(self.0 > 0)
        }
    }

    async fn each_write_has_its_own_answer_and_one_conflict_is_nobody_elses(db: &TestDb) {
        let batch = Batch::default();
        let numbers = 0..200_u128;
        // Number 77 comes with the address of number 78.
        let address = |n: u128| if n == 77 { 78 } else { n };
        let all = join_all(numbers.clone().map(|n| batch.write(db, Person(n, address(n))))).await;
        let mut taken = 0;
        for (number, written) in numbers.zip(all) {
            match written.unwrap() {
                Written::No => assert_eq!(number, 0),
                Written::Taken => taken += 1,
                Written::Yes => {
                    let id = UserId(Uuid::from_u128(number));
                    assert!(user::get(&**db, id).await.unwrap().is_some(), "{number} is written");
                }
            }
        }
        assert_eq!(taken, 1, "of 77 and 78 one");
    }

    async fn what_was_begun_is_written_when_its_caller_has_gone(db: &TestDb) {
        let batch = Batch::default();
        let first = batch.write(db, Person(1, 1));
        let second = batch.write(db, Person(2, 2));
        // The first in line writes for both, and both callers leave at once.
        let left = tokio::time::timeout(Duration::ZERO, futures::future::join(first, second)).await;
        drop(left);
        assert_eq!(batch.write(db, Person(3, 3)).await.unwrap(), Written::Yes);
        for number in 1..=3 {
            let id = UserId(Uuid::from_u128(number));
            assert!(user::get(&**db, id).await.unwrap().is_some(), "{number}");
        }
    }

    /// An event of a person, which counts how often it is written.
    struct Said(UserId, Arc<AtomicUsize>);

    #[async_trait]
    impl Write for Said {
        fn appends_for(&self) -> Option<UserId> {
            Some(self.0)
        }

        async fn write(&self, tx: &mut Tx) -> store::Result<bool> {
            self.1.fetch_add(1, Ordering::SeqCst);
            event::append(tx, self.0, "{}", Micros(0)).await.map(|_| true)
        }
    }

    async fn two_instances_that_tell_the_same_people_do_not_wait_for_each_other(db: &TestDb) {
        const PEOPLE: u128 = 40;
        let (one, two, writes) = (Batch::default(), Batch::default(), Arc::new(AtomicUsize::new(0)));
        let people = join_all((1..=PEOPLE).map(|n| one.write(db, Person(n, n)))).await;
        assert!(people.into_iter().all(|written| written.unwrap() == Written::Yes));
        let said = |n| Said(UserId(Uuid::from_u128(n)), Arc::clone(&writes));
        let forth = join_all((1..=PEOPLE).map(|n| one.write(db, said(n))));
        let back = join_all((1..=PEOPLE).rev().map(|n| two.write(db, said(n))));
        let (forth, back) = tokio::join!(forth, back);
        assert!(forth.into_iter().chain(back).all(|written| written.unwrap() == Written::Yes));
        assert_eq!(
            writes.load(Ordering::SeqCst),
            80,
            "none was written again because two waited for each other"
        );
    }

    store::each_engine!(
        two_instances_that_tell_the_same_people_do_not_wait_for_each_other,
        each_write_has_its_own_answer_and_one_conflict_is_nobody_elses,
        what_was_begun_is_written_when_its_caller_has_gone,
    );
}

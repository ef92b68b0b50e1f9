//! Group commit: writes that wait at the same time share one transaction, so that one disk flush serves many of them. The
//! caller that is first in line commits for all that wait.

use crate::{Db, Error, Result, Tx};
use async_trait::async_trait;
use domain::UserId;
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::oneshot;

/// The most writes of one transaction: what others wait for the writer stays short.
const MOST: usize = 64;
/// How long the first in line waits for others, where the last transaction held several writes. It is shorter than one
/// answer of an exchange takes, and a single order never waits.
const GATHER: Duration = Duration::from_millis(16);

/// A write that can share its transaction with others. When the shared transaction fails, each write is tried in one of its
/// own, so it may run more than once; at most one run is committed.
#[async_trait]
pub trait BatchedWrite: Send + Sync + 'static {
    /// Writes in the shared transaction. Returns false when its precondition no longer holds; then it has written nothing
    /// that matters.
    async fn write(&self, tx: &mut Tx) -> Result<bool>;

    /// The user whose events it appends, if any. Appending holds that user's lock until the commit, so all batches of all
    /// instances take these locks in the same order: two batches that wait for each other would end as a deadlock.
    fn appends_for(&self) -> Option<UserId> {
        None
    }
}

/// The outcome of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is committed.
    Committed,
    /// Its precondition no longer held; nothing was written.
    PreconditionFailed,
    /// A unique key is taken by something else; nothing was written.
    Conflict,
}

struct Job {
    write: Box<dyn BatchedWrite>,
    done: oneshot::Sender<Result<Outcome>>,
}

/// The writes that wait, and the turn to commit them.
#[derive(Default)]
pub struct GroupCommit(Arc<Queue>);

#[derive(Default)]
struct Queue {
    jobs: Mutex<Vec<Job>>,
    turn: Arc<tokio::sync::Mutex<()>>,
    /// The last transaction held several writes.
    busy: AtomicBool,
}

impl GroupCommit {
    /// Writes together with all others that wait. Returns when the write is committed or certainly is not.
    ///
    /// # Errors
    /// When the database fails. A unique conflict is no error but [`Outcome::Conflict`].
    pub async fn write(&self, db: &Db, write: impl BatchedWrite) -> Result<Outcome> {
        let (done, mut answer) = oneshot::channel();
        locked(&self.0.jobs).push(Job { write: Box::new(write), done });
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return answer.map_err(lost)?,
                turn = Arc::clone(&self.0.turn).lock_owned() => {
                    let (queue, db) = (Arc::clone(&self.0), db.clone());
                    // Others' writes are in it: it goes on when this caller is dropped, and keeps its turn until then,
                    // so that the next caller finds it written.
                    let flush = tokio::spawn(async move {
                        queue.flush(&db).await;
                        drop(turn);
                    });
                    flush.await.map_err(lost)?;
                }
            }
        }
    }
}

/// The task that committed has ended without an answer.
fn lost(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    sqlx::Error::Io(std::io::Error::other(error)).into()
}

impl Queue {
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
            // A caller that has gone has its write committed nevertheless.
            jobs.into_iter().zip(all).for_each(|(job, outcome)| drop(job.done.send(Ok(outcome))));
            return;
        }
        for job in jobs {
            let outcome = alone(db, &job).await;
            drop(job.done.send(outcome));
        }
    }
}

async fn together(db: &Db, jobs: &[Job]) -> Result<Vec<Outcome>> {
    if jobs.len() < 2 {
        return Ok(Vec::new());
    }
    let mut tx = db.begin().await?;
    let mut all = Vec::with_capacity(jobs.len());
    for job in jobs {
        all.push(outcome(job.write.write(&mut tx).await?));
    }
    tx.commit().await?;
    Ok(all)
}

async fn alone(db: &Db, job: &Job) -> Result<Outcome> {
    let mut tx = db.begin().await?;
    match job.write.write(&mut tx).await {
        Ok(holds) => tx.commit().await.map(|()| outcome(holds)),
        Err(error) if error.is_unique() => Ok(Outcome::Conflict),
        Err(error) => Err(error),
    }
}

const fn outcome(holds: bool) -> Outcome {
    if holds { Outcome::Committed } else { Outcome::PreconditionFailed }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

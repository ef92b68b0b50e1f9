//! Group commit: writes that wait at the same time share one transaction, so that one disk flush serves many of
//! them. The first caller in the queue commits for all that wait.

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

/// Maximum number of writes per transaction, so that other transactions do not wait long for the writer.
const MOST: usize = 64;
/// How long the first caller waits for others if the last transaction held several writes. This is shorter than one
/// response of an exchange, and a single order never waits.
const GATHER: Duration = Duration::from_millis(16);

/// A write that can share a transaction with others. If the shared transaction fails and is not committed, each
/// write is retried in its own transaction, so it may run more than once.
#[async_trait]
pub trait BatchedWrite: Send + Sync + 'static {
    /// Runs the write in the shared transaction. Returns `false` if its precondition no longer holds; then it has
    /// written nothing that matters.
    async fn write(&self, tx: &mut Tx) -> Result<bool>;

    /// The user to which it appends events, or whose row it locks, if any. Both hold a lock until the commit, so the
    /// batches of all instances take these locks in the same order; otherwise two batches could deadlock.
    fn appends_for(&self) -> Option<UserId> {
        None
    }
}

/// The outcome of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// Committed.
    Committed,
    /// The precondition no longer held; nothing was written.
    PreconditionFailed,
    /// A unique key was already taken by another row; nothing was written.
    Conflict,
}

struct Job {
    write: Box<dyn BatchedWrite>,
    done: oneshot::Sender<Result<CommitOutcome>>,
}

/// The queue of waiting writes, with the lock held by the caller that commits.
#[derive(Default)]
pub struct GroupCommit(Arc<Queue>);

#[derive(Default)]
struct Queue {
    jobs: Mutex<Vec<Job>>,
    committing: Arc<tokio::sync::Mutex<()>>,
    /// Whether the last transaction held several writes.
    busy: AtomicBool,
}

impl GroupCommit {
    /// Runs the write together with all others that wait. Returns when it is committed or has failed.
    ///
    /// # Errors
    /// If the database fails. The write may be committed nevertheless ([`Error::may_be_committed`]); it is then not
    /// run again. A unique key conflict is not an error but [`CommitOutcome::Conflict`].
    pub async fn write(&self, db: &Db, write: impl BatchedWrite) -> Result<CommitOutcome> {
        let (done, mut answer) = oneshot::channel();
        locked(&self.0.jobs).push(Job { write: Box::new(write), done });
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return answer.map_err(lost)?,
                permit = Arc::clone(&self.0.committing).lock_owned() => {
                    let (queue, db) = (Arc::clone(&self.0), db.clone());
                    // The batch contains other callers' writes, so it continues if this caller is dropped, and
                    // holds the lock until it is done, so that the next caller finds its write committed.
                    let flush = tokio::spawn(async move {
                        queue.flush(&db).await;
                        drop(permit);
                    });
                    flush.await.map_err(lost)?;
                }
            }
        }
    }
}

/// The error if the committing task ended without sending a result.
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
        match together(db, &jobs).await {
            // The write is committed even if its caller has been dropped.
            Ok(Some(all)) => {
                jobs.into_iter().zip(all).for_each(|(job, outcome)| drop(job.done.send(Ok(outcome))));
            }
            // Run again, a committed write would be reported as a conflict, or be written twice.
            Err(error) if error.may_be_committed() => {
                jobs.into_iter().for_each(|job| drop(job.done.send(Err(error.for_another()))));
            }
            Ok(None) | Err(_) => {
                for job in jobs {
                    let outcome = alone(db, &job).await;
                    drop(job.done.send(outcome));
                }
            }
        }
    }
}

/// Runs the writes in one transaction; `None` if there are not several.
async fn together(db: &Db, jobs: &[Job]) -> Result<Option<Vec<CommitOutcome>>> {
    if jobs.len() < 2 {
        return Ok(None);
    }
    let mut tx = db.begin().await?;
    let mut all = Vec::with_capacity(jobs.len());
    for job in jobs {
        all.push(outcome(job.write.write(&mut tx).await?));
    }
    tx.commit().await?;
    Ok(Some(all))
}

async fn alone(db: &Db, job: &Job) -> Result<CommitOutcome> {
    let mut tx = db.begin().await?;
    match job.write.write(&mut tx).await {
        Ok(holds) => tx.commit().await.map(|()| outcome(holds)),
        Err(error) if error.is_unique() => Ok(CommitOutcome::Conflict),
        Err(error) => Err(error),
    }
}

const fn outcome(holds: bool) -> CommitOutcome {
    if holds { CommitOutcome::Committed } else { CommitOutcome::PreconditionFailed }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Work that continues when its caller disconnects: placing orders, closing positions. On shutdown, the desk
//! starts no more of it, waits a while for running tasks, and hands the rest over.

use crate::{
    error::{Error, Result},
    platform::Platform,
};
use std::{
    future::Future,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{oneshot, watch},
    task::JoinSet,
    time::{Instant, timeout_at},
};

/// Suggested delay for callers until another instance or the next start, in seconds.
const RETRY_AFTER_S: u64 = 5;
/// How long to wait for aborted tasks, which end at their next await.
const CUT_OFF: Duration = Duration::from_secs(1);

/// The running tasks, and whether the desk is shutting down.
pub struct Work {
    stop: watch::Sender<bool>,
    running: Mutex<JoinSet<()>>,
}

impl Default for Work {
    fn default() -> Self {
        Self { stop: watch::Sender::new(false), running: Mutex::default() }
    }
}

impl Work {
    /// Starts the shutdown: no new work begins.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Whether the desk is shutting down.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Called before anything new is recorded that would be sent to an exchange.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the desk is shutting down.
    pub(crate) fn begin(&self) -> Result<()> {
        if self.is_stopping() { Err(Error::Unavailable { retry_after_s: RETRY_AFTER_S }) } else { Ok(()) }
    }

    /// Returns when the shutdown begins.
    pub async fn stopping(&self) {
        // Cannot fail: the sender lives as long as this value.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }

    /// Runs the work in its own task and returns its result. If the caller is dropped, the work continues.
    ///
    /// # Errors
    /// The work's own; [`Error::Unavailable`] during shutdown: the work was not started, or was aborted and
    /// is resumed by another instance or at the next start.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let (done, outcome) = oneshot::channel();
        let started = self.spawn(async move {
            // The caller may have disconnected.
            let _ = done.send(work.await);
        });
        if !started {
            return Err(Error::Unavailable { retry_after_s: RETRY_AFTER_S });
        }
        match outcome.await {
            Ok(outcome) => outcome,
            Err(_) if self.is_stopping() => Err(Error::Unavailable { retry_after_s: RETRY_AFTER_S }),
            Err(_) => Err(Error::fault("the work panicked")),
        }
    }

    /// Runs the work in its own task; returns `false`, without starting it, if the desk is shutting down.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> bool {
        let mut running = self.running();
        while running.try_join_next().is_some() {}
        // Checked under the lock: `finish` takes it after `stop`, so it misses no task.
        if self.is_stopping() {
            return false;
        }
        running.spawn(work);
        true
    }

    /// Waits until `deadline` for running tasks and aborts the rest; returns their number. Call
    /// [`Work::stop`] first.
    pub async fn finish(&self, deadline: Instant) -> usize {
        let mut running = std::mem::take(&mut *self.running());
        while let Ok(Some(_)) = timeout_at(deadline, running.join_next()).await {}
        let left = running.len();
        running.abort_all();
        while let Ok(Some(_)) = timeout_at(deadline + CUT_OFF, running.join_next()).await {}
        left
    }

    fn running(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Releases the unfinished work that this instance has claimed, so that another one can take it over without
/// waiting for a lease to expire. Call it when nothing runs on this instance any more. Requests sent
/// immediately before may still reach the exchange; an instance that takes over an intent waits for that.
///
/// # Errors
/// When the database cannot be written; the leases then expire on their own.
pub async fn hand_over(desk: &Platform) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    let intents = store::intent::release_all(&mut tx, desk.instance(), desk.clock.now()).await?;
    let copies = store::copy::release_claimed(&mut tx, desk.instance()).await?;
    tx.commit().await?;
    if intents + copies > 0 {
        tracing::info!(
            intents,
            copies,
            "released unfinished orders and copies for the next start or another instance"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! Work that continues when its caller disconnects: placing orders, closing positions. On shutdown, the desk
//! starts no more of it, waits a while for running tasks, and hands the rest over.

use crate::{Desk, Error, Result};
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
pub async fn hand_over(desk: &Desk) -> Result<()> {
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
mod tests {
    use super::*;
    use crate::testing;
    use domain::{ExchangeKeyId, IntentId, TradeType, UserId, time::SECOND};
    use std::sync::Arc;
    use store::{intent::NewIntent, testing::TestDb, user::User};
    use tokio::sync::Notify;
    use uuid::Uuid;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[tokio::test]
    async fn what_is_under_way_is_finished_and_nothing_new_begins() {
        let (work, go) = (Arc::new(Work::default()), Arc::new(Notify::new()));
        let (running, waiting) = (Arc::clone(&work), Arc::clone(&go));
        let caller = tokio::spawn(async move {
            running
                .run(async move {
                    waiting.notified().await;
                    Ok(7)
                })
                .await
        });
        while work.running().is_empty() {
            tokio::task::yield_now().await;
        }
        work.stop();
        assert!(matches!(work.run(async { Ok(()) }).await, Err(Error::Unavailable { .. })));
        assert!(!work.spawn(async {}));
        let (left, ()) = tokio::join!(work.finish(soon()), async { go.notify_one() });
        assert_eq!((left, caller.await.unwrap().unwrap()), (0, 7));
    }

    #[tokio::test]
    async fn endless_work_is_cut_off_and_its_caller_gets_an_error() {
        let work = Arc::new(Work::default());
        let running = Arc::clone(&work);
        let caller = tokio::spawn(async move { running.run(std::future::pending::<Result<()>>()).await });
        while work.running().is_empty() {
            tokio::task::yield_now().await;
        }
        work.stop();
        work.stopping().await;
        assert_eq!(work.finish(Instant::now()).await, 1);
        assert!(matches!(caller.await.unwrap(), Err(Error::Unavailable { .. })));
    }

    #[tokio::test]
    async fn a_caller_who_leaves_ends_nothing() {
        let (work, done) = (Work::default(), Arc::new(Notify::new()));
        let finished = Arc::clone(&done);
        let run = work.run(async move {
            tokio::task::yield_now().await;
            finished.notify_one();
            Ok(())
        });
        drop(tokio::time::timeout(Duration::ZERO, run).await);
        tokio::time::timeout(Duration::from_secs(60), done.notified()).await.unwrap();
    }

    async fn another_instance_immediately_takes_over_a_stopped_ones_work(db: &TestDb) {
        let (desk, _) = testing::desk((**db).clone());
        let now = desk.clock.now();
        let person = User {
            id: UserId(Uuid::from_u128(1)),
            email: "ada@example.org".into(),
            password_hash: String::new(),
            role: domain::Role::Trader,
            created_at: now,
            updated_at: now,
            frozen_at: None,
            suspended_at: None,
        };
        let intent = |number: u128, holder: &str| NewIntent {
            id: IntentId(Uuid::from_u128(number)),
            user_id: person.id,
            exchange_key_id: ExchangeKeyId(Uuid::from_u128(number)),
            trade_type: TradeType::Futures,
            symbol: "BTC/USDT".parse().unwrap(),
            kind: store::intent::Kind::Open,
            request: "{}".into(),
            idempotency: None,
            lease_holder: Some(holder.into()),
            lease_until: now.plus(30 * SECOND),
            protection: None,
            created_at: now,
        };
        let mut tx = desk.db.begin().await.unwrap();
        store::user::insert_user(&mut tx, &person).await.unwrap();
        store::intent::insert_intent(&mut tx, &intent(1, desk.instance()), &[]).await.unwrap();
        store::intent::insert_intent(&mut tx, &intent(2, "third"), &[]).await.unwrap();
        tx.commit().await.unwrap();

        let claim = async |number: u128| {
            let mut tx = desk.db.begin().await.unwrap();
            let id = IntentId(Uuid::from_u128(number));
            let ours =
                store::intent::claim_intent(&mut tx, id, "second", now, now.plus(SECOND)).await.unwrap();
            tx.commit().await.unwrap();
            ours
        };
        assert!(!claim(1).await && !claim(2).await, "they are held");
        hand_over(&desk).await.unwrap();
        let lag = crate::health::measure(&desk, &[]).await.unwrap().order_lag;
        assert_eq!(lag, None, "what was handed over a moment ago is not late");
        assert!(claim(1).await && !claim(2).await, "what is another's stays so");
    }

    store::each_engine!(another_instance_immediately_takes_over_a_stopped_ones_work);
}

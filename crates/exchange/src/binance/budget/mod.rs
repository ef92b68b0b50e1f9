//! One request-weight budget per host, shared by all callers: stops before entries, entries before reads.

mod ledger;

use crate::Urgency;
use domain::{Clock, Micros};
use ledger::{Admission, Ledger, Place};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// The rate limit budget of one host.
pub(super) struct Budget {
    ledger: Mutex<Ledger>,
    moved: Notify,
    went: AtomicU64,
    clock: Arc<dyn Clock>,
    patience: Duration,
}

impl Budget {
    /// Creates a budget of `limit` weight per minute; callers wait at most `patience`.
    pub(super) fn new(limit: u32, patience: Duration, clock: Arc<dyn Clock>) -> Self {
        Self {
            ledger: Mutex::new(Ledger::new(limit)),
            moved: Notify::new(),
            went: AtomicU64::new(0),
            clock,
            patience,
        }
    }

    /// Waits until the call may proceed. `Err` is the time it would have to wait, if that exceeds the
    /// maximum.
    pub(super) async fn acquire(&self, weight: u32, urgency: Urgency) -> Result<(), Duration> {
        let place = self.ledger().join(urgency, weight);
        let seat = Seat { budget: self, place };
        let give_up = self.clock.now().plus(micros(self.patience));
        loop {
            // Registered before asking, so that a change in between is not missed.
            let moved = self.moved.notified();
            let now = self.clock.now();
            let (admission, minute_ends) = {
                let mut ledger = self.ledger();
                (ledger.ask(seat.place, now), ledger.minute_ends())
            };
            let until = match admission {
                Admission::Go => {
                    self.went.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Admission::NotBefore(until) if until > give_up => return Err(between(now, until)),
                Admission::NotBefore(until) => until,
                Admission::Behind if now >= give_up => return Err(between(now, minute_ends)),
                Admission::Behind => minute_ends.min(give_up),
            };
            tokio::select! {
                () = tokio::time::sleep(between(now, until)) => {}
                () = moved => {}
            }
        }
    }

    /// The weight that is left in this minute.
    pub(super) fn left(&self) -> u32 {
        let now = self.clock.now();
        self.ledger().left(now)
    }

    /// The weight of every minute that is reserved for protection.
    pub(super) fn reserved(&self) -> u32 {
        self.ledger().reserved()
    }

    /// How many requests have proceeded.
    pub(super) fn requests(&self) -> u64 {
        self.went.load(Ordering::Relaxed)
    }

    /// Records the used weight that the exchange reports.
    pub(super) fn record_usage(&self, used: u32) {
        let now = self.clock.now();
        self.ledger().record_usage(used, now);
    }

    /// Records the limit per minute that the exchange reports.
    pub(super) fn grant(&self, limit: u32) {
        self.ledger().grant(limit);
        self.moved.notify_waiters();
    }

    /// Blocks all calls for a while.
    pub(super) fn close(&self, wait: Duration) {
        let until = self.clock.now().plus(micros(wait));
        self.ledger().close(until);
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue that is released on every exit path, also when the caller is cancelled.
struct Seat<'a> {
    budget: &'a Budget,
    place: Place,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.budget.ledger().leave(self.place);
        self.budget.moved.notify_waiters();
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn between(now: Micros, until: Micros) -> Duration {
    // Never zero: a clock that does not advance must not turn the wait into a busy loop.
    Duration::from_micros(u64::try_from(until.since(now)).unwrap_or(0).max(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time;
    use std::sync::atomic::{AtomicI64, Ordering};
    use tokio::time::Instant;

    /// The wall clock of tokio's paused time, which advances when tasks sleep.
    struct Paused(Instant, AtomicI64);
    impl Clock for Paused {
        fn now(&self) -> Micros {
            Micros(self.1.load(Ordering::SeqCst)).plus(micros(self.0.elapsed()))
        }
    }

    fn budget(limit: u32, second_of_minute: i64) -> Arc<Budget> {
        let clock = Paused(Instant::now(), AtomicI64::new(second_of_minute * time::SECOND));
        Arc::new(Budget::new(limit, Duration::from_secs(10), Arc::new(clock)))
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_the_next_minute_when_it_is_near() {
        let budget = budget(10, 55);
        budget.acquire(10, Urgency::First).await.unwrap();
        let start = Instant::now();
        budget.acquire(10, Urgency::First).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn returns_the_wait_when_it_is_long() {
        let budget = budget(10, 5);
        budget.acquire(10, Urgency::First).await.unwrap();
        assert_eq!(budget.acquire(1, Urgency::First).await, Err(Duration::from_secs(55)));
        budget.close(Duration::from_secs(300));
        assert_eq!(budget.acquire(1, Urgency::First).await, Err(Duration::from_secs(300)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_order_overtakes_waiting_reads() {
        let budget = budget(10, 55);
        budget.acquire(10, Urgency::Last).await.unwrap();
        let done = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = [
            ("read", Urgency::Last),
            ("target", Urgency::Second),
            ("entry", Urgency::First),
            ("stop", Urgency::Protection),
        ]
        .into_iter()
        .map(|(name, urgency)| {
            let (budget, done) = (budget.clone(), done.clone());
            tokio::spawn(async move {
                budget.acquire(1, urgency).await.unwrap();
                done.lock().unwrap().push(name);
            })
        })
        .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*done.lock().unwrap(), ["stop", "entry", "target", "read"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_waiter_blocks_no_other() {
        let budget = budget(10, 55);
        budget.acquire(10, Urgency::First).await.unwrap();
        let gone = tokio::time::timeout(Duration::from_secs(1), budget.acquire(10, Urgency::First)).await;
        assert!(gone.is_err());
        budget.acquire(10, Urgency::First).await.unwrap();
    }
}

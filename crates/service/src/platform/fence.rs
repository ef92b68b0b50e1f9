//! Fencing of what this instance sends to an exchange. A request that changes something carries the time of
//! the sender's last lease check and a window ([`Validity`]), and the exchange rejects it after that window.
//! So a process that was paused after the check sends nothing late.
//!
//! On SQLite the lock on the data folder makes this the only process, and the check is made by the caller. On
//! Postgres the check is the renewal of this instance's lease, by the database's clock; one renewal per
//! second serves all requests. Another instance takes over our work only [`store::instance::GRACE`] after the
//! lease's end, when everything that we may have signed has expired. See
//! docs/decisions/0009-fenced-senders.md for the calculation.

use crate::{error::Result, platform::Platform};
use domain::{Micros, time::SECOND};
use exchange::{ExchangeFailure, ExchangeResult, Validity};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::instance::{self, Renewal};

/// Duration of a lease.
const LEASE: i64 = 30 * SECOND;
/// Difference between the lease and a request's window: the exchange accepts timestamps up to a second ahead,
/// our offset from its clock may be wrong by half a second, and the exchange executes a request slightly
/// after checking its timestamp.
const MARGIN: i64 = 3 * SECOND;
/// How long a renewal serves requests.
const RENEWAL_VALID_FOR: i64 = 3 * SECOND / 2;
/// Minimum time a request gets to arrive.
const MIN_WINDOW: i64 = SECOND / 2;
/// Timeout of a renewal at the database.
const RENEWAL_TIMEOUT: Duration = Duration::from_secs(5);

/// `checked_at` of a state whose last renewal must not be used.
const NEVER: Micros = Micros(i64::MIN / 2);

/// One unbroken period of holding the instance's lease. When the lease ends, another instance may take over
/// this one's work: work started in one tenure is never sent in a later one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tenure(u64);

/// This instance's knowledge of its lease.
#[derive(Default)]
pub(crate) struct Fence {
    state: Mutex<State>,
    /// Held during a renewal, so that concurrent requests share one (single-flight).
    renewing: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy, Default)]
struct State {
    /// Fencing token of the instance row, known to this process only; `None` until the row is taken.
    generation: Option<i64>,
    /// Counts the tenures of this process.
    tenure: u64,
    /// [`domain::Clock::boot`] before the last successful renewal.
    checked_at: Micros,
    /// Counts the renewals attempted, answered or not.
    renewals: u64,
    ended: Option<End>,
}

/// Why no further requests may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Another process has taken the instance's name.
    Taken,
    /// The desk is shutting down.
    Stopped,
}

impl State {
    /// The validity of a request signed at `now`; `None` if the lease must be renewed first.
    fn validity(&self, now: Micros) -> Option<Validity> {
        let window = (LEASE - MARGIN).min(i64::try_from(Validity::LONGEST.as_micros()).unwrap_or(i64::MAX));
        let age = now.since(self.checked_at);
        let usable =
            self.generation.is_some() && (0..=RENEWAL_VALID_FOR).contains(&age) && window - age >= MIN_WINDOW;
        let window = Duration::from_micros(u64::try_from(window).unwrap_or(0));
        usable.then_some(Validity { checked_at: self.checked_at, window })
    }
}

impl Fence {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state.
    ///
    /// # Errors
    /// [`ExchangeFailure::Expired`] once this instance must not send any more.
    fn usable_state(&self) -> ExchangeResult<State> {
        let state = *self.state();
        if state.ended.is_some() { Err(ExchangeFailure::Expired) } else { Ok(state) }
    }
}

impl Platform {
    /// The current tenure. Obtain it before claiming work, and send that work's requests with
    /// [`Platform::validity_in`].
    ///
    /// # Errors
    /// [`ExchangeFailure::Unreachable`] if the database does not answer, [`ExchangeFailure::Expired`] if this instance must
    /// not send any more.
    pub(crate) async fn tenure(&self) -> ExchangeResult<Tenure> {
        if !self.db.is_shared() {
            return Ok(Tenure::default());
        }
        if self.fence.usable_state()?.generation.is_none() {
            self.renew().await?;
        }
        self.fence.usable_state().map(|state| Tenure(state.tenure))
    }

    /// Whether this instance's lease has ended since `tenure` was obtained: work claimed in it can send nothing more.
    pub(crate) fn has_ended(&self, tenure: Tenure) -> bool {
        self.db.is_shared() && Tenure(self.fence.state().tenure) != tenure
    }

    /// The validity of a request that is decided on now and belongs to no earlier work. Obtain a new one for
    /// each request.
    ///
    /// # Errors
    /// As [`Platform::validity_in`].
    pub(crate) async fn validity(&self) -> ExchangeResult<Validity> {
        let tenure = self.tenure().await?;
        self.validity_in(tenure).await
    }

    /// The validity of a request for work claimed in `tenure`. Obtain a new one for each request.
    ///
    /// # Errors
    /// Nothing may be sent: [`ExchangeFailure::Expired`] if the tenure has ended, [`ExchangeFailure::Unreachable`] if the
    /// lease cannot be renewed.
    pub(crate) async fn validity_in(&self, tenure: Tenure) -> ExchangeResult<Validity> {
        if !self.db.is_shared() {
            return Ok(Validity::from_now(&*self.clock));
        }
        // A renewal that took too long is unusable for all who waited for it, so it is tried once more.
        for _ in 0..2 {
            let state = self.fence.usable_state()?;
            if Tenure(state.tenure) != tenure {
                return Err(ExchangeFailure::Expired);
            }
            if let Some(validity) = state.validity(self.clock.boot()) {
                return Ok(validity);
            }
            self.renew().await?;
        }
        let state = self.fence.usable_state()?;
        let validity = state.validity(self.clock.boot()).filter(|_| Tenure(state.tenure) == tenure);
        validity.ok_or(ExchangeFailure::Expired)
    }

    /// Renews the lease, or returns the result of another task's concurrent renewal.
    async fn renew(&self) -> ExchangeResult<()> {
        let before = self.fence.usable_state()?;
        let _renewing = self.fence.renewing.lock().await;
        let now = self.fence.usable_state()?;
        if now.renewals != before.renewals {
            let renewed = now.generation.is_some() && now.checked_at > before.checked_at;
            return if renewed { Ok(()) } else { Err(ExchangeFailure::Unreachable) };
        }
        // Read before the query: the lease lasts at least this long from here.
        let checked_at = self.clock.boot();
        let outcome = tokio::time::timeout(RENEWAL_TIMEOUT, self.take_or_renew_lease(now.generation)).await;
        let mut state = self.fence.state();
        state.renewals += 1;
        match outcome {
            Ok(Ok(Some(generation))) => {
                (state.generation, state.checked_at) = (Some(generation), checked_at);
                Ok(())
            }
            Ok(Ok(None)) => {
                state.ended = Some(End::Taken);
                tracing::error!(
                    instance = self.instance,
                    "another process took over this instance's name, so this process sends no more orders; stop one of the \
                     two, or give it its own data folder"
                );
                Err(ExchangeFailure::Expired)
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "could not renew the instance lease");
                Err(ExchangeFailure::Unreachable)
            }
            Err(_) => {
                tracing::warn!("could not renew the instance lease: the database is not responding");
                Err(ExchangeFailure::Unreachable)
            }
        }
    }

    /// Takes or renews the lease; returns the generation it was granted under, `None` if another process has
    /// the name.
    async fn take_or_renew_lease(&self, generation: Option<i64>) -> store::Result<Option<i64>> {
        let (db, name) = (&self.db, self.instance.as_str());
        let Some(generation) = generation else {
            return instance::take_name(db, name, LEASE).await.map(Some);
        };
        let ours = match instance::renew_lease(db, name, generation, LEASE).await? {
            Renewal::Renewed => true,
            Renewal::Taken => false,
            Renewal::Lapsed => {
                // Before a new lease is requested, since the answer to that may be lost.
                {
                    let mut state = self.fence.state();
                    (state.tenure, state.checked_at) = (state.tenure + 1, NEVER);
                }
                tracing::warn!("the instance lease had expired; recovering the orders that were being sent");
                instance::resume_lease(db, name, generation, LEASE).await?
            }
        };
        Ok(ours.then_some(generation))
    }

    /// Renews the instance's lease, and frees the work of instances that have ended. The server calls this at
    /// start, before anything is claimed, and then once a second. Does nothing on SQLite.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_lease(&self) -> Result<()> {
        if !self.db.is_shared() {
            return Ok(());
        }
        if self.fence.usable_state().is_ok() {
            self.renew().await?;
        }
        self.refresh_shares().await?;
        self.free_abandoned_work().await
    }

    /// Frees the unfinished intents and queued copies of instances whose lease has ended, so that
    /// [`store::intent::claim_intent`] and [`store::copy::claim_copies`] find them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn free_abandoned_work(&self) -> Result<()> {
        for holder in instance::other_holders(&self.db, &self.instance).await? {
            let mut tx = self.db.begin().await?;
            let freed = instance::give_back(&mut tx, &holder, self.clock.now()).await?;
            tx.commit().await?;
            if freed > 0 {
                tracing::info!(holder, freed, "taking over the work of an instance that has stopped");
            }
        }
        Ok(())
    }

    /// Releases the lease: this instance sends nothing more, and others need not wait for the lease to
    /// expire.
    ///
    /// # Errors
    /// When the database does not answer; the lease then expires on its own.
    pub async fn end_lease(&self) -> Result<()> {
        let _renewing = self.fence.renewing.lock().await;
        let Ok(State { generation, .. }) = self.fence.usable_state() else { return Ok(()) };
        self.fence.state().ended = Some(End::Stopped);
        if let Some(generation) = generation {
            instance::release_lease(&self.db, &self.instance, generation).await?;
        }
        Ok(())
    }

    /// Whether another process has taken this instance's name; this one then never sends an order again.
    #[must_use]
    pub fn name_is_taken(&self) -> bool {
        self.fence.state().ended == Some(End::Taken)
    }
}

#[cfg(test)]
mod tests;

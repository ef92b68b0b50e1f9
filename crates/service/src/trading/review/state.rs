//! The accounts under review, as known to this instance.

use crate::{
    error::Result,
    trading::{SharedTrading, Trading, order::Install},
};
use domain::{ExchangeKeyId, Micros};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

/// How often the list of accounts under review is read: another instance may have changed it.
const REFRESH: Duration = Duration::from_secs(5);

/// In-memory state of reviews.
#[derive(Default)]
pub(crate) struct Reviews {
    pub(super) install: OnceLock<Install>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) under_review: HashMap<ExchangeKeyId, Micros>,
    /// Accounts not yet checked since this process started; `None` before the list is first read.
    pub(super) due: Option<VecDeque<ExchangeKeyId>>,
}

impl Reviews {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The install's characters in client order ids; `None` until they are read at start.
    pub(crate) fn install(&self) -> Option<Install> {
        self.install.get().copied()
    }

    /// Since when an account is under review; `None` if it is not.
    pub(crate) fn since(&self, key: ExchangeKeyId) -> Option<Micros> {
        self.state().under_review.get(&key).copied()
    }

    /// Number of accounts under review.
    pub(crate) fn count(&self) -> usize {
        self.state().under_review.len()
    }
}

/// Reads the accounts under review.
pub(super) async fn refresh(desk: &Trading) -> Result<()> {
    let all = store::review::list_all(&desk.db).await?;
    desk.reviews.state().under_review =
        all.into_iter().map(|review| (review.exchange_key_id, review.created_at)).collect();
    Ok(())
}

/// Refreshes the accounts under review until shutdown. Runs on every instance.
pub async fn watch(desk: SharedTrading) {
    while !desk.work.is_stopping() {
        if let Err(error) = refresh(&desk).await {
            tracing::warn!(%error, "could not read the accounts under review");
        }
        tokio::select! {
            () = desk.clock.sleep(REFRESH) => {}
            () = desk.work.stopping() => {}
        }
    }
}

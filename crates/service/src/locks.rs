//! One task at a time for each place (a key and market, a person), within this process. Between processes the database
//! decides.

use domain::{ExchangeKeyId, Symbol};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Waiting lines, made when first wanted and forgotten when nobody waits.
pub(crate) struct Locks<Place = (ExchangeKeyId, Symbol)> {
    lines: Mutex<HashMap<Place, Weak<Turn<()>>>>,
}

impl<Place> Default for Locks<Place> {
    fn default() -> Self {
        Self { lines: Mutex::default() }
    }
}

impl Locks {
    /// Waits for this key's and market's turn; it lasts until the guard is dropped.
    pub(crate) async fn turn(&self, key: ExchangeKeyId, symbol: &Symbol) -> OwnedMutexGuard<()> {
        self.at((key, symbol.clone())).await
    }
}

impl<Place: Eq + Hash> Locks<Place> {
    /// Waits for this place's turn; it lasts until the guard is dropped.
    pub(crate) async fn at(&self, place: Place) -> OwnedMutexGuard<()> {
        let line = {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.retain(|_, line| line.strong_count() > 0);
            let place = lines.entry(place).or_default();
            place.upgrade().unwrap_or_else(|| {
                let line = Arc::new(Turn::new(()));
                *place = Arc::downgrade(&line);
                line
            })
        };
        line.lock_owned().await
    }
}

//! Async locks per place (a key and market, or a user) within this process. Between processes the database
//! arbitrates.

use domain::{ExchangeKeyId, Symbol};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Mutexes by place, created on demand and dropped when unused.
pub(crate) struct Locks<Place = (ExchangeKeyId, Symbol)> {
    lines: Mutex<HashMap<Place, Weak<Turn<()>>>>,
}

impl<Place> Default for Locks<Place> {
    fn default() -> Self {
        Self { lines: Mutex::default() }
    }
}

impl Locks {
    /// Acquires the lock of a key's market. It is held until the guard is dropped.
    pub(crate) async fn lock(&self, key: ExchangeKeyId, symbol: &Symbol) -> OwnedMutexGuard<()> {
        self.at((key, symbol.clone())).await
    }
}

impl<Place: Eq + Hash> Locks<Place> {
    /// Acquires the lock of a place. It is held until the guard is dropped.
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

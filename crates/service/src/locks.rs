//! One task at a time for each key and market, within this process. Between processes the database decides.

use domain::{ExchangeKeyId, Symbol};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

type Lines = HashMap<(ExchangeKeyId, Symbol), Weak<Turn<()>>>;

/// Waiting lines, made when first wanted and forgotten when nobody waits.
#[derive(Default)]
pub(crate) struct Locks {
    lines: Mutex<Lines>,
}

impl Locks {
    /// Waits for this key's and market's turn; it lasts until the guard is dropped.
    pub(crate) async fn turn(&self, key: ExchangeKeyId, symbol: &Symbol) -> OwnedMutexGuard<()> {
        let line = {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.retain(|_, line| line.strong_count() > 0);
            let place = lines.entry((key, symbol.clone())).or_default();
            place.upgrade().unwrap_or_else(|| {
                let line = Arc::new(Turn::new(()));
                *place = Arc::downgrade(&line);
                line
            })
        };
        line.lock_owned().await
    }
}

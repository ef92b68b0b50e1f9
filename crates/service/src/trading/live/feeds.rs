//! Parts that both kinds of feeds have.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Number of messages that a slow viewer may fall behind before it receives the current state instead.
pub(super) const BACKLOG: usize = 256;

/// Locks a value, also after a panic of another holder: each change is complete before its lock is released.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

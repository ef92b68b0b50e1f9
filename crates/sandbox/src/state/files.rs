//! The sandbox's state-directory lock, with the sandbox's error type.

use super::StateError;
use std::path::Path;

pub(crate) use keep::{private, private_dir, read_or_create, replace, sync_dir};

/// An exclusive lock on the state directory, held while the exchange runs.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "holding it is its use")] keep::Lock);

impl Lock {
    /// Acquires the lock, or fails with [`StateError::Locked`].
    pub(crate) fn take(dir: &Path) -> Result<Self, StateError> {
        keep::Lock::take(dir)?.map(Self).ok_or(StateError::Locked)
    }
}

//! The sandbox's lock, in its own words.

use super::StateError;
use std::path::Path;

pub(crate) use keep::{private, private_dir, read_or_create, replace, sync_dir};

/// Held while the exchange runs.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "holding it is its use")] keep::Lock);

impl Lock {
    /// Takes the lock of a directory.
    pub(crate) fn take(dir: &Path) -> Result<Self, StateError> {
        keep::Lock::take(dir)?.map(Self).ok_or(StateError::Locked)
    }
}

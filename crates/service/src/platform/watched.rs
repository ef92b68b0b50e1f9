//! Cache of a database value that every request reads and that rarely changes.

use crate::error::Result;
use domain::{Clock, Micros, time};
use std::sync::{PoisonError, RwLock};

/// How long another instance's change can remain unseen.
const LIFETIME: i64 = time::SECOND / 2;

/// A cached value. Any commit of this process invalidates it, so its own changes are visible immediately;
/// commits of other instances are visible after half a second.
pub(crate) struct Watched<T>(RwLock<Option<Seen<T>>>);

struct Seen<T> {
    value: T,
    commits: u64,
    at: Micros,
}

impl<T> Default for Watched<T> {
    fn default() -> Self {
        Self(RwLock::new(None))
    }
}

impl<T: Clone> Watched<T> {
    /// The value, read from the database only if it may have changed.
    pub(crate) async fn get(&self, clock: &dyn Clock, read: impl Future<Output = Result<T>>) -> Result<T> {
        // Read before the value: a commit in between makes the next caller read again.
        let (commits, at) = (store::commits(), clock.now());
        if let Some(seen) = self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref()
            && seen.commits == commits
            && (0..LIFETIME).contains(&at.since(seen.at))
        {
            return Ok(seen.value.clone());
        }
        let value = read.await?;
        let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // A read that started later may have finished earlier, with a newer value.
        if seen.as_ref().is_none_or(|seen| seen.commits <= commits) {
            *seen = Some(Seen { value: value.clone(), commits, at });
        }
        Ok(value)
    }
}

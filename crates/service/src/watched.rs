//! A value of the database that every request asks for, and that hardly ever changes.

use crate::Result;
use domain::{Clock, Micros, time};
use std::sync::{PoisonError, RwLock};

/// What another instance wrote is seen after this long.
const LIFETIME: i64 = time::SECOND / 2;

/// A value as it was last read. What this process has committed since makes it read anew, whatever that was: a change is
/// seen by the first request after it. What others commit is seen after half a second.
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
    /// The value, from the database only when it may have changed.
    pub(crate) async fn get(&self, clock: &dyn Clock, read: impl Future<Output = Result<T>>) -> Result<T> {
        // Counted before reading: a commit in between makes the next one read again.
        let (commits, at) = (store::commits(), clock.now());
        if let Some(seen) = self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref()
            && seen.commits == commits
            && (0..LIFETIME).contains(&at.since(seen.at))
        {
            return Ok(seen.value.clone());
        }
        let value = read.await?;
        let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // One that began later may have finished earlier, and knows better.
        if seen.as_ref().is_none_or(|seen| seen.commits <= commits) {
            *seen = Some(Seen { value: value.clone(), commits, at });
        }
        Ok(value)
    }
}

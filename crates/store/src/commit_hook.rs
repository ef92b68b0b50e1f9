//! A hook by which tests act around commits.

use std::{future::Future, pin::Pin};

/// Called around every commit of a [`Db`](crate::Db) that it was passed to with
/// [`with_commit_hook`](crate::Db::with_commit_hook). A future that never completes simulates a process that is killed
/// or paused at that point.
pub trait CommitHook: Send + Sync {
    /// Called before the commit. `false` makes the commit fail and rolls the transaction back.
    fn before(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;

    /// Called when the database has confirmed the commit but the caller does not know it yet. `false` reports the
    /// commit as failed, as if the connection was lost before the response.
    fn after(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;
}

//! Copy trading: executes a strategy's signals on its followers' accounts. The fan-out queues one copy per
//! follower (`crate::following::signal`); workers of every instance claim queued copies, decide and size them, and trade
//! them as intents. An entered copy is followed up until its position has ended. docs/ARCHITECTURE.md
//! describes the life of a copy, docs/decisions/0005-copies.md the reasons for the design.

mod decide;
mod decision;
mod end;
mod exit;
mod follow_up;
mod outcome;
mod switch;
mod worker;

pub(in crate::following) use end::close_copy;
pub use end::close_position;
pub(crate) use follow_up::settle_closed;
pub use switch::{PausedAll, pause_all, paused_all};
pub use worker::{run, work_off};

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
};
use domain::{CopyId, Role, SignalId, copy::Status};
use std::sync::atomic::AtomicI64;
use store::copy::{CopyTrade, Count};
use tokio::sync::Notify;

/// In-memory state of copy trading.
#[derive(Default)]
pub(crate) struct Copying {
    /// Notified when there may be copies to work on.
    pub(crate) wake: Notify,
    /// The end of the last claim's lease, in microseconds. It identifies the claim, so no two claims share
    /// it.
    last_claim: AtomicI64,
}

/// Fans out accepted signals into queued copies now. The workers do the same on their own.
///
/// # Errors
/// If the database cannot be queried.
pub async fn queue_signals(desk: &Following) -> Result<()> {
    crate::following::signal::fan_out_due(desk).await
}

/// Returns the caller's copies older than `before`, newest first.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list_copies(
    desk: &Following,
    actor: &Actor,
    before: Option<CopyId>,
    limit: u16,
) -> Result<Vec<CopyTrade>> {
    Ok(store::copy::list_by_user(&desk.db, actor.user, before, i64::from(limit)).await?)
}

/// Returns one of the caller's copies.
///
/// # Errors
/// Not found.
pub async fn get_copy(desk: &Following, actor: &Actor, id: CopyId) -> Result<CopyTrade> {
    let copy = store::copy::get_copy(&desk.db, id).await?;
    copy.filter(|copy| copy.user_id == actor.user).ok_or(Error::NotFound)
}

/// Returns a signal's copies for an operator, in the order they were queued.
///
/// # Errors
/// Forbidden for everyone but operators.
pub async fn of_signal(
    desk: &Following,
    actor: &Actor,
    signal: SignalId,
    after: Option<CopyId>,
    limit: u16,
) -> Result<Vec<CopyTrade>> {
    actor.must(Role::Admin)?;
    Ok(store::copy::list_by_signal(&desk.db, signal, after, i64::from(limit)).await?)
}

/// Progress of a signal's copies, for the operator who watches them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Number of copies per status and reason.
    pub counts: Vec<Count>,
    /// Total number of copies.
    pub copies: i64,
    /// Number of copies still queued or being sent.
    pub left: i64,
}

/// Returns the progress of a signal's copies.
///
/// # Errors
/// Forbidden for everyone but operators.
pub async fn signal_progress(desk: &Following, actor: &Actor, signal: SignalId) -> Result<Progress> {
    actor.must(Role::Admin)?;
    let counts = store::copy::count_by_outcome(&desk.db, signal).await?;
    let sum = |left: bool| {
        let busy = |c: &&Count| !left || matches!(c.status, Status::Queued | Status::Sending);
        counts.iter().filter(busy).filter_map(|c| c.copies).sum()
    };
    let (copies, left) = (sum(false), sum(true));
    Ok(Progress { counts, copies, left })
}

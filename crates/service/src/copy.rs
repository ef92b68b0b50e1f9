//! Copies: what a signal does to each of its followers. The fan-out queues them (`crate::signal`); workers of every
//! instance claim them, decide, size, and trade them as intents; what they entered is followed up until it has ended.
//! docs/ARCHITECTURE.md tells the life of a copy, docs/decisions/0005-copies.md why it is so.

mod accounts;
mod decide;
mod decision;
mod end;
mod exit;
mod follow_up;
mod loss;
mod switch;
mod worker;

pub use end::close;
pub(crate) use follow_up::settle_closed;
pub(crate) use loss::daily_loss;
pub use switch::{PausedAll, pause_all, paused_all};
pub use worker::{run, work_off};

use crate::{Actor, Desk, Error, Result};
use domain::{CopyId, Role, SignalId, copy::Status};
use std::sync::atomic::AtomicI64;
use store::copy::{Copy, Count};
use tokio::sync::Notify;

/// What the desk keeps in memory for copying.
#[derive(Default)]
pub(crate) struct Copying {
    /// Followers' accounts.
    pub(crate) accounts: accounts::Accounts,
    /// There may be something to copy.
    pub(crate) wake: Notify,
    /// The end of the last claim's lease: no two claims have the same.
    last_claim: AtomicI64,
}

/// Queues the copies of accepted signals now. The workers do it by themselves.
///
/// # Errors
/// When the database cannot be asked.
pub async fn queue(desk: &Desk) -> Result<()> {
    crate::signal::fan_out_due(desk).await
}

/// A person's copies, newest first, from before `before`.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(desk: &Desk, actor: &Actor, before: Option<CopyId>, limit: u16) -> Result<Vec<Copy>> {
    Ok(store::copy::list_by_user(&desk.db, actor.user, before, i64::from(limit)).await?)
}

/// A person's copy.
///
/// # Errors
/// Not found.
pub async fn get(desk: &Desk, actor: &Actor, id: CopyId) -> Result<Copy> {
    let copy = store::copy::get(&desk.db, id).await?;
    copy.filter(|copy| copy.user_id == actor.user).ok_or(Error::NotFound)
}

/// A signal's copies for the operator, in the order they were queued.
///
/// # Errors
/// Forbidden for others.
pub async fn of_signal(
    desk: &Desk,
    actor: &Actor,
    signal: SignalId,
    after: Option<CopyId>,
    limit: u16,
) -> Result<Vec<Copy>> {
    actor.must(Role::Admin)?;
    Ok(store::copy::list_by_signal(&desk.db, signal, after, i64::from(limit)).await?)
}

/// How far a signal's copies have come, for the operator who watches them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many stand where, and why.
    pub counts: Vec<Count>,
    /// How many there are.
    pub copies: i64,
    /// How many are still queued or being sent.
    pub left: i64,
}

/// How far a signal's copies have come.
///
/// # Errors
/// Forbidden for others than the operator.
pub async fn progress(desk: &Desk, actor: &Actor, signal: SignalId) -> Result<Progress> {
    actor.must(Role::Admin)?;
    let counts = store::copy::count(&desk.db, signal).await?;
    let sum = |left: bool| {
        let busy = |c: &&Count| !left || matches!(c.status, Status::Queued | Status::Sending);
        counts.iter().filter(busy).filter_map(|c| c.copies).sum()
    };
    let (copies, left) = (sum(false), sum(true));
    Ok(Progress { counts, copies, left })
}

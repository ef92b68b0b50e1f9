//! The operator's switch over all new copies.

use crate::{Actor, Desk, Result, audit};
use domain::{Micros, Role};
use store::switch::{self, PAUSE_COPIES};

/// Since when new copies are paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PausedAll {
    /// Since when.
    pub since: Micros,
}

/// Pauses all new entries, or lets them go on. Exits, stops and targets are never paused.
///
/// # Errors
/// Forbidden for others than the operator.
pub async fn pause_all(desk: &Desk, actor: &Actor, paused: bool) -> Result<()> {
    actor.must(Role::Admin)?;
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    if paused {
        switch::on(&mut tx, PAUSE_COPIES, actor.user, now).await?;
    } else {
        switch::off(&mut tx, PAUSE_COPIES).await?;
    }
    let deed = if paused { audit::Deed::CopiesPaused } else { audit::Deed::CopiesResumed };
    audit::record(desk, &mut tx, Some(actor.user), deed, PAUSE_COPIES, actor.from.as_ref()).await?;
    Ok(tx.commit().await?)
}

/// Whether all new entries are paused, for anybody: the pages say it.
///
/// # Errors
/// When the database cannot be asked.
pub async fn paused_all(desk: &Desk) -> Result<Option<PausedAll>> {
    let on = switch::get(&desk.db, PAUSE_COPIES).await?;
    Ok(on.map(|on| PausedAll { since: on.changed_at }))
}

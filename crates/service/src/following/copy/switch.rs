//! The operator's switch that pauses all new copies.

use crate::{actor::Actor, error::Result, following::Following, identity::step_up, platform::audit};
use domain::{Micros, Role};
use store::switch::{self, PAUSE_COPIES};

/// State of the global pause of new copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PausedAll {
    /// Time at which the pause began.
    pub since: Micros,
}

/// Pauses or resumes all new entries. Exits, stops and take-profit orders are never paused. Pausing needs no
/// step-up, because it must be possible immediately.
///
/// # Errors
/// Forbidden for everyone but operators; [`crate::Error::StepUp`] if the copies are to resume.
pub async fn pause_all(desk: &Following, actor: &Actor, paused: bool) -> Result<()> {
    actor.must(Role::Admin)?;
    if !paused {
        step_up::require_recent_password(desk, actor).await?;
    }
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    if paused {
        switch::turn_on(&mut tx, PAUSE_COPIES, actor.user, now).await?;
    } else {
        switch::turn_off(&mut tx, PAUSE_COPIES).await?;
    }
    let action = if paused { audit::AuditAction::CopiesPaused } else { audit::AuditAction::CopiesResumed };
    audit::record(desk, &mut tx, Some(actor.user), action, PAUSE_COPIES, actor.from.as_ref()).await?;
    Ok(tx.commit().await?)
}

/// Returns the global pause if it is on. Open to every caller, since the pages show it.
///
/// # Errors
/// If the database cannot be queried.
pub async fn paused_all(desk: &Following) -> Result<Option<PausedAll>> {
    let on = switch::get_switch(&desk.db, PAUSE_COPIES).await?;
    Ok(on.map(|on| PausedAll { since: on.changed_at }))
}

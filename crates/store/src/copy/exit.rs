//! Rejected exits: they stay in the queue until the position is closed.

use crate::{Result, Tx};
use domain::{CopyId, Micros, copy::exit_pause};

/// Finishes a queued exit whose position was closed by its own intent. Returns `false` if the holder no longer
/// holds it.
pub async fn finish_exit(tx: &mut Tx, id: CopyId, holder: &str, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update copies set status = 'CLOSED', exit_reason = 'SIGNAL', detail = null, updated_at = $3, finished_at = $3, \
           lease_holder = null, lease_until = 0 where id = $1 and status = 'QUEUED' and lease_holder = $2",
        id,
        holder,
        at
    )?;
    Ok(rows == 1)
}

/// Counts a rejected attempt of a queued exit, to be retried at `until`. Returns `false` if the holder no longer
/// holds it.
pub async fn retry_exit(
    tx: &mut Tx,
    id: CopyId,
    holder: &str,
    until: Micros,
    why: &str,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update copies set lease_holder = null, lease_until = $3, detail = $4, attempts = attempts + 1, updated_at = $5 \
         where id = $1 and status = 'QUEUED' and lease_holder = $2",
        id,
        holder,
        until,
        why,
        at
    )?;
    Ok(rows == 1)
}

/// Returns a rejected exit to the queue. Returns `false` if the copy is not an exit that was being sent.
pub(super) async fn requeue_exit(tx: &mut Tx, id: CopyId, detail: Option<&str>, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update copies set status = 'QUEUED', detail = $2, attempts = attempts + 1, updated_at = $3, lease_holder = null, \
           lease_until = $4 where id = $1 and status = 'SENDING' and action = 'EXIT'",
        id,
        detail,
        at,
        at.plus(exit_pause(0))
    )?;
    Ok(rows == 1)
}

//! Flash messages: the result of a failed form post, shown once and only in the same browser.

use crate::{Result, Tx};
use domain::{FlashId, Micros, SessionId};

/// Stores a flash message for a session.
///
/// # Errors
/// [`crate::StoreErrorKind::ForeignKey`] if the session has ended.
pub async fn insert(
    tx: &mut Tx,
    id: FlashId,
    session: SessionId,
    body: &str,
    expires_at: Micros,
) -> Result<()> {
    exec!(
        tx,
        "insert into flashes (id, session_id, body, expires_at) values ($1, $2, $3, $4)",
        id,
        session,
        body,
        expires_at
    )?;
    Ok(())
}

/// Reads and deletes a session's flash message.
pub async fn take(tx: &mut Tx, session: SessionId, id: FlashId, now: Micros) -> Result<Option<String>> {
    value!(
        String,
        tx,
        "delete from flashes where id = $1 and session_id = $2 and expires_at > $3 returning body",
        id,
        session,
        now
    )
}

/// Deletes expired flash messages; returns their number.
pub async fn prune(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from flashes where expires_at <= $1", now)
}

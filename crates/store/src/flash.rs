//! Flashes: what a failed form post tells its page, once, in that browser only.

use crate::{Result, Tx};
use domain::{FlashId, Micros, SessionId};

/// Keeps a flash for a session.
///
/// # Errors
/// [`crate::Kind::ForeignKey`] when the session has ended.
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

/// Takes a session's flash: the second time it is gone.
///
/// # Errors
/// A database error.
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

/// Removes what has expired; how many there were.
///
/// # Errors
/// A database error.
pub async fn prune(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from flashes where expires_at <= $1", now)
}

//! Submitted forms that wait for the user's password. The bodies are sealed by the service.

use crate::{Result, Source, Tx};
use domain::{FlashId, Micros, SessionId};

/// Stores a form for a session.
///
/// # Errors
/// [`crate::StoreErrorKind::ForeignKey`] if the session has ended.
pub async fn insert(
    tx: &mut Tx,
    id: FlashId,
    session: SessionId,
    body: &[u8],
    expires_at: Micros,
) -> Result<()> {
    exec!(
        tx,
        "insert into pending_forms (id, session_id, body, expires_at) values ($1, $2, $3, $4)",
        id,
        session,
        body,
        expires_at
    )?;
    Ok(())
}

/// Deletes a session's forms except the `most` newest; returns the number deleted.
pub async fn cut(tx: &mut Tx, session: SessionId, most: i64) -> Result<u64> {
    exec!(
        tx,
        "delete from pending_forms where session_id = $1 and id not in (select id from pending_forms \
           where session_id = $1 order by id desc limit $2)",
        session,
        most
    )
}

/// Returns a session's pending form, unless it has expired.
pub async fn get(from: impl Source, session: SessionId, id: FlashId, now: Micros) -> Result<Option<Vec<u8>>> {
    value!(
        Vec<u8>,
        from,
        "select body from pending_forms where id = $1 and session_id = $2 and expires_at > $3",
        id,
        session,
        now
    )
}

/// Reads and deletes a session's pending form.
pub async fn take(tx: &mut Tx, session: SessionId, id: FlashId, now: Micros) -> Result<Option<Vec<u8>>> {
    value!(
        Vec<u8>,
        tx,
        "delete from pending_forms where id = $1 and session_id = $2 and expires_at > $3 returning body",
        id,
        session,
        now
    )
}

/// Deletes expired forms; returns their number.
pub async fn prune(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from pending_forms where expires_at <= $1", now)
}

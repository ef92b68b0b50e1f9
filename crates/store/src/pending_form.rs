//! Forms that wait for their sender's password. The body is sealed by the service.

use crate::{Result, Source, Tx};
use domain::{FlashId, Micros, SessionId};

/// Keeps a form for a session.
///
/// # Errors
/// [`crate::Kind::ForeignKey`] when the session has ended.
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

/// Removes a session's forms beyond the `most` newest ones; how many those were.
///
/// # Errors
/// A database error.
pub async fn cut(tx: &mut Tx, session: SessionId, most: i64) -> Result<u64> {
    exec!(
        tx,
        "delete from pending_forms where session_id = $1 and id not in (select id from pending_forms \
           where session_id = $1 order by id desc limit $2)",
        session,
        most
    )
}

/// A session's form, while it waits.
///
/// # Errors
/// A database error.
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

/// Takes a session's form: the second time it is gone.
///
/// # Errors
/// A database error.
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

/// Removes what has expired; how many there were.
///
/// # Errors
/// A database error.
pub async fn prune(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from pending_forms where expires_at <= $1", now)
}

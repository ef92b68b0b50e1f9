//! Read marks: the last event that a user has seen.

use crate::{
    Result, Source, Tx,
    event::{Event, events},
};
use domain::UserId;

/// Returns the sequence number of the last event that a user has seen, or 0 if there is none.
pub async fn last_seen(from: impl Source, user: UserId) -> Result<i64> {
    Ok(value!(i64, from, "select seen from notice_marks where user_id = $1", user)?.unwrap_or(0))
}

/// Records that a user has seen the events up to `seq`; the mark never decreases.
pub async fn mark(tx: &mut Tx, user: UserId, seq: i64) -> Result<()> {
    exec!(
        tx,
        "insert into notice_marks (user_id, seen) values ($1, $2) \
         on conflict (user_id) do update set seen = excluded.seen where notice_marks.seen < excluded.seen",
        user,
        seq
    )?;
    Ok(())
}

/// Lists a user's newest events, newest first, starting before `before`.
pub async fn list_newest(from: impl Source, user: UserId, before: i64, limit: i64) -> Result<Vec<Event>> {
    events!(
        from,
        fetch_all,
        "where user_id = $1 and seq < $2 order by seq desc limit $3",
        user,
        before,
        limit
    )
}

/// Lists a user's unread events, newest first.
pub async fn list_unread(from: impl Source, user: UserId, limit: i64) -> Result<Vec<Event>> {
    events!(
        from,
        fetch_all,
        "where user_id = $1 \
           and seq > coalesce((select seen from notice_marks where user_id = $1), 0) order by seq desc limit $2",
        user,
        limit
    )
}

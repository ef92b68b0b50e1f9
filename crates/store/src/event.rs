//! Events for the pages' WebSockets: kept so that clients can resume, and published to every instance when
//! committed.

mod listener;

pub use crate::appended::Appended;
pub use listener::{Listener, ListenerMessage, listen};

use crate::{JsonText, Result, Source, Tx, tx::Inner};
use domain::{Micros, UserId, live::LiveEvent};
use sqlx::{FromRow, Row as _};

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Event {
    /// Sequence number, increasing for each user.
    pub seq: i64,
    /// The event itself.
    pub body: JsonText<LiveEvent>,
    /// Time of the event.
    pub at: Micros,
}

/// Appends an event; listeners are notified when the transaction commits. Returns its sequence number, which is
/// greater than those of all of the user's events that can already be read.
pub async fn append_event(tx: &mut Tx, user: UserId, body: &str, at: Micros) -> Result<i64> {
    tx.usable()?;
    let outcome = insert(&mut tx.inner, user, body, at).await;
    tx.note(&outcome);
    Ok(outcome?)
}

async fn insert(tx: &mut Inner, user: UserId, body: &str, at: Micros) -> sqlx::Result<i64> {
    match tx {
        Inner::Sqlite { tx, events: said, .. } => {
            let insert = "insert into events (user_id, body, at) values ($1, $2, $3) returning seq";
            let seq = sqlx::query_scalar(insert).bind(user).bind(body).bind(at).fetch_one(&mut **tx).await?;
            said.push(Appended { seq, user });
            Ok(seq)
        }
        Inner::Postgres(tx) => {
            // Sequence numbers are assigned before the commit: without a lock, a reader who saw 6 would miss 5 if
            // that is committed later. The lock is per user and lasts until the commit.
            sqlx::query(
                "select pg_advisory_xact_lock(hashtext('slipstream.events'), hashtext(($1::uuid)::text))",
            )
            .bind(user)
            .execute(&mut **tx)
            .await?;
            let insert = "with said as (insert into events (user_id, body, at) values ($1, $2, $3) \
                 returning seq, user_id) \
                 select seq, pg_notify('slipstream_events_' || current_schema(), seq || ':' || user_id) from said";
            let row = sqlx::query(insert).bind(user).bind(body).bind(at).fetch_one(&mut **tx).await?;
            row.try_get("seq")
        }
    }
}

/// Records that the user is notified of the occurrence named `once`; returns whether it is new. If so, the caller
/// appends the event.
pub async fn record_once(tx: &mut Tx, user: UserId, once: &str, at: Micros) -> Result<bool> {
    let noted = exec!(
        tx,
        "insert into told (user_id, once, at) values ($1, $2, $3) on conflict do nothing",
        user,
        once,
        at
    )?;
    Ok(noted > 0)
}

select! {
    events -> Event,
    "seq, body, at",
    "from events"
}
pub(crate) use events;

/// Lists a user's events after sequence number `after`, in order.
pub async fn after(from: impl Source, user: UserId, after: i64, limit: i64) -> Result<Vec<Event>> {
    events!(from, fetch_all, "where user_id = $1 and seq > $2 order by seq limit $3", user, after, limit)
}

/// Returns the sequence number of a user's newest stored event, or 0 if there is none.
pub async fn last_seq(from: impl Source, user: UserId) -> Result<i64> {
    Ok(value!(i64, from, "select max(seq) from events where user_id = $1", user)?.unwrap_or(0))
}

/// The name of the record that a user's programs read events ([`mark_read`]).
pub(crate) const READ_BY_PROGRAM: &str = "event-stream";

/// Whether a user's programs have read events after `since`.
pub async fn was_read_after(from: impl Source, user: UserId, since: Micros) -> Result<bool> {
    let count = value!(
        i64,
        from,
        "select count(*) from told where user_id = $1 and once = $2 and at > $3",
        user,
        READ_BY_PROGRAM,
        since
    )?;
    Ok(count.unwrap_or(0) > 0)
}

/// Records that a user's programs read events. It is forgotten as the records of [`record_once`] are.
pub async fn mark_read(tx: &mut Tx, user: UserId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into told (user_id, once, at) values ($1, $2, $3) \
         on conflict (user_id, once) do update set at = excluded.at",
        user,
        READ_BY_PROGRAM,
        at
    )?;
    Ok(())
}

/// Maximum number of events that [`prune_before`] deletes, so that it does not hold the database for long.
const PRUNED_PER_BATCH: i64 = 1_000;

/// Deletes some of the events older than `before`, the oldest first; returns their number, which is 0 when none are
/// left.
pub async fn prune_before(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(
        tx,
        "delete from events where seq in (select seq from events where at < $1 order by at limit $2)",
        before,
        PRUNED_PER_BATCH
    )
}

/// Deletes the records of [`record_once`] older than `before`; returns their number.
pub async fn forget_before(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from told where at < $1", before)
}

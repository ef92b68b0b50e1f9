//! What happened, for the pages' streams: kept for resuming, and told to every instance when it is committed.

mod listener;

pub use listener::{Heard, Listener, listen};

use crate::{Result, Source, Tx, tx::Inner};
use domain::{Micros, UserId};
use sqlx::{FromRow, Row as _};

/// Something happened to a person: its number, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its number.
    pub seq: i64,
    /// To whom.
    pub user: UserId,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Event {
    /// Its number: later ones of the same person have greater ones.
    pub seq: i64,
    /// What, as JSON.
    pub body: String,
    /// When.
    pub at: Micros,
}

/// Appends an event; listeners hear of it when the transaction commits. Its number, greater than those of all of the
/// person's events that anyone can have read.
///
/// # Errors
/// A fault.
pub async fn append(tx: &mut Tx, user: UserId, body: &str, at: Micros) -> Result<i64> {
    tx.usable()?;
    let outcome = insert(&mut tx.inner, user, body, at).await;
    tx.note(&outcome);
    Ok(outcome?)
}

async fn insert(tx: &mut Inner, user: UserId, body: &str, at: Micros) -> sqlx::Result<i64> {
    match tx {
        Inner::Sqlite { tx, said, .. } => {
            let insert = "insert into events (user_id, body, at) values ($1, $2, $3) returning seq";
            let seq = sqlx::query_scalar(insert).bind(user).bind(body).bind(at).fetch_one(&mut **tx).await?;
            said.push(Appended { seq, user });
            Ok(seq)
        }
        Inner::Postgres(tx) => {
            // Numbers are given before they are committed: without taking turns, a reader who saw 6 would miss 5,
            // committed later. Turns are per person, and last until the commit.
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

/// Notes that a person is told of what is named `once`; whether that is new. Who finds it new appends the event.
///
/// # Errors
/// A fault.
pub async fn first(tx: &mut Tx, user: UserId, once: &str, at: Micros) -> Result<bool> {
    let noted = exec!(
        tx,
        "insert into told (user_id, once, at) values ($1, $2, $3) on conflict do nothing",
        user,
        once,
        at
    )?;
    Ok(noted > 0)
}

/// A person's events after number `after`, in order.
///
/// # Errors
/// A fault.
pub async fn after(from: impl Source, user: UserId, after: i64, limit: i64) -> Result<Vec<Event>> {
    rows!(
        Event,
        from,
        fetch_all,
        "select seq, body, at from events where user_id = $1 and seq > $2 order by seq limit $3",
        user,
        after,
        limit
    )
}

/// The number of a person's last event that is still kept; 0 without any.
///
/// # Errors
/// A fault.
pub async fn last_seq(from: impl Source, user: UserId) -> Result<i64> {
    Ok(value!(i64, from, "select max(seq) from events where user_id = $1", user)?.unwrap_or(0))
}

/// Removes what happened before `before`; how many there were.
///
/// # Errors
/// A fault.
pub async fn prune_before(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from events where at < $1", before)
}

/// Forgets the names of what was told before `before`; how many there were.
///
/// # Errors
/// A fault.
pub async fn forget_before(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from told where at < $1", before)
}

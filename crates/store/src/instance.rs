//! Instances that share a Postgres database. Each holds a lease, measured by the database's clock; only the holder
//! sends orders, and some time after the lease has ended another instance takes over its unfinished work.
//!
//! An SQLite database belongs to one process, so there all of this is a formality: the lease is always held, and
//! the work of any other name can be taken over.

use crate::{
    Result, Source, Tx,
    tx::{Lend as _, On},
};
use domain::{IntentId, Micros, time::SECOND};
use sqlx::FromRow;

/// Grace period after the end of a lease, in microseconds, before the holder's work can be taken over: by then the
/// exchange rejects every request that the holder may have signed.
pub const GRACE: i64 = 10 * SECOND;

/// The outcome of a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// Renewed without a gap.
    Renewed,
    /// The lease had expired, so another instance may have taken over work. [`resume_lease`] starts a new one.
    Lapsed,
    /// Another process has taken the name.
    Taken,
}

/// Takes a name with a lease of `lasting` microseconds, no matter who held it. Returns the generation, a fencing
/// token that only this process knows.
pub async fn take_name(from: impl Source, name: &str, lasting: i64) -> Result<i64> {
    let mut lent = from.lend().await?;
    let On::Postgres(on) = lent.on() else { return Ok(1) };
    let generation = sqlx::query_scalar!(
        "insert into instances (name, generation, lease_until, updated_at) \
         values ($1, 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint + $2, \
           (extract(epoch from clock_timestamp()) * 1000000)::bigint) \
         on conflict (name) do update set generation = instances.generation + 1, \
           lease_until = excluded.lease_until, updated_at = excluded.updated_at \
         returning generation",
        name,
        lasting
    );
    Ok(generation.fetch_one(&mut *on).await?)
}

/// Renews an unexpired lease for `lasting` microseconds from now.
pub async fn renew_lease(from: impl Source, name: &str, generation: i64, lasting: i64) -> Result<Renewal> {
    let mut lent = from.lend().await?;
    let On::Postgres(on) = lent.on() else { return Ok(Renewal::Renewed) };
    let renewed = sqlx::query!(
        "update instances set lease_until = (extract(epoch from clock_timestamp()) * 1000000)::bigint + $3, \
           updated_at = (extract(epoch from clock_timestamp()) * 1000000)::bigint \
         where name = $1 and generation = $2 \
           and lease_until > (extract(epoch from clock_timestamp()) * 1000000)::bigint",
        name,
        generation,
        lasting
    );
    if renewed.execute(&mut *on).await?.rows_affected() == 1 {
        return Ok(Renewal::Renewed);
    }
    let current = sqlx::query_scalar!("select generation from instances where name = $1", name);
    let ours = current.fetch_optional(&mut *on).await? == Some(generation);
    Ok(if ours { Renewal::Lapsed } else { Renewal::Taken })
}

/// Starts a new lease with the same generation after the last one expired; can be repeated safely. Returns `false`
/// if another process has taken the name.
pub async fn resume_lease(from: impl Source, name: &str, generation: i64, lasting: i64) -> Result<bool> {
    let mut lent = from.lend().await?;
    let On::Postgres(on) = lent.on() else { return Ok(true) };
    let resumed = sqlx::query!(
        "update instances set lease_until = (extract(epoch from clock_timestamp()) * 1000000)::bigint + $3, \
           updated_at = (extract(epoch from clock_timestamp()) * 1000000)::bigint \
         where name = $1 and generation = $2",
        name,
        generation,
        lasting
    );
    Ok(resumed.execute(&mut *on).await?.rows_affected() == 1)
}

/// Ends a lease immediately, as at shutdown, so that others need not wait for its expiry. Does nothing if another
/// process has taken the name.
pub async fn release_lease(from: impl Source, name: &str, generation: i64) -> Result<()> {
    let mut lent = from.lend().await?;
    let On::Postgres(on) = lent.on() else { return Ok(()) };
    let ended = sqlx::query!(
        "update instances set \
           lease_until = least(lease_until, (extract(epoch from clock_timestamp()) * 1000000)::bigint) \
         where name = $1 and generation = $2",
        name,
        generation
    );
    ended.execute(&mut *on).await?;
    Ok(())
}

/// Lists the instances that hold a lease, by the database's clock; empty on SQLite, which has one process.
pub async fn list_alive(from: impl Source) -> Result<Vec<String>> {
    let mut lent = from.lend().await?;
    let On::Postgres(on) = lent.on() else { return Ok(Vec::new()) };
    let names = sqlx::query_scalar!(
        "select name from instances \
         where lease_until > (extract(epoch from clock_timestamp()) * 1000000)::bigint order by name"
    );
    Ok(names.fetch_all(&mut *on).await?)
}

/// The database's own time, by which instances that share it agree on leases; `None` on SQLite, where the one process has the
/// only clock.
pub async fn now(from: impl Source) -> Result<Option<Micros>> {
    let mut lent = from.lend().await?;
    let On::Postgres(on) = lent.on() else { return Ok(None) };
    let now =
        sqlx::query_scalar!(r#"select (extract(epoch from clock_timestamp()) * 1000000)::bigint as "now!""#);
    let now = now.fetch_one(&mut *on).await;
    lent.note(now.as_ref().map(|_| 0));
    Ok(Some(Micros(now?)))
}

/// Whether `holder` still holds an intent. The row stays locked until the transaction ends, so no other instance takes it over
/// in between. Always true on SQLite.
pub async fn lock_if_held(tx: &mut Tx, holder: &str, intent: IntentId) -> Result<bool> {
    let mut lent = tx.lend().await?;
    let On::Postgres(on) = lent.on() else { return Ok(true) };
    let held = sqlx::query_scalar!(
        "select id from intents where id = $1 and lease_holder = $2 for no key update",
        intent as _,
        holder
    );
    let held = held.fetch_optional(&mut *on).await;
    lent.note(held.as_ref().map(|_| 0));
    Ok(held?.is_some())
}

#[derive(FromRow)]
struct Holder {
    holder: Option<String>,
}

/// Lists the other instances that hold unfinished intents or queued copies, whether or not they are alive.
pub async fn other_holders(from: impl Source, me: &str) -> Result<Vec<String>> {
    let rows = rows!(
        Holder,
        from,
        fetch_all,
        "select lease_holder as holder from intents \
         where status in ('working', 'waiting') and lease_holder is not null and lease_holder <> $1 \
         union select lease_holder from copies \
         where status = 'QUEUED' and lease_holder is not null and lease_holder <> $1",
        me
    )?;
    Ok(rows.into_iter().filter_map(|row| row.holder).collect())
}

/// Frees the work of `holder` if its lease ended at least [`GRACE`] ago; returns the number of intents and copies.
/// A holder without a lease runs an older version: its work is freed by the times stored with each row, compared
/// with the caller's clock (`now`). The intents are free from `now` on.
///
/// The holder's row stays locked until the transaction ends, so it cannot start a new lease in between.
pub async fn give_back(tx: &mut Tx, holder: &str, now: Micros) -> Result<u64> {
    let until = match holder_state(&mut *tx, holder).await? {
        NameHolder::Held => return Ok(0),
        NameHolder::Ended => Micros(i64::MAX),
        NameHolder::Unknown => now,
    };
    let intents = exec!(
        &mut *tx,
        "update intents set lease_holder = null, lease_until = $3 \
         where status in ('working', 'waiting') and lease_holder = $1 and lease_until <= $2",
        holder,
        until,
        now
    )?;
    let copies = exec!(
        &mut *tx,
        "update copies set lease_holder = null, lease_until = 0 \
         where status = 'QUEUED' and lease_holder = $1 and lease_until <= $2",
        holder,
        until
    )?;
    Ok(intents.saturating_add(copies))
}

enum NameHolder {
    Held,
    Ended,
    Unknown,
}

async fn holder_state(from: impl Source, holder: &str) -> Result<NameHolder> {
    let mut lent = from.lend().await?;
    let On::Postgres(on) = lent.on() else { return Ok(NameHolder::Ended) };
    let ended = sqlx::query!(
        "update instances set updated_at = (extract(epoch from clock_timestamp()) * 1000000)::bigint \
         where name = $1 and lease_until + $2 <= (extract(epoch from clock_timestamp()) * 1000000)::bigint",
        holder,
        GRACE
    );
    if ended.execute(&mut *on).await?.rows_affected() == 1 {
        return Ok(NameHolder::Ended);
    }
    let known = sqlx::query_scalar!("select generation from instances where name = $1", holder);
    Ok(if known.fetch_optional(&mut *on).await?.is_some() { NameHolder::Held } else { NameHolder::Unknown })
}

//! Counts of attempts, each in a window of time that begins with the first.

use crate::{Result, Source, Tx};
use domain::Micros;
use sqlx::FromRow;

/// Attempts so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Attempts {
    /// How many, the last one included.
    pub count: i64,
    /// When counting begins anew.
    pub window_ends_at: Micros,
}

/// Counts an attempt. A window that has ended begins anew and ends at `window_ends_at`.
///
/// # Errors
/// A fault.
pub async fn hit(tx: &mut Tx, bucket: &str, now: Micros, window_ends_at: Micros) -> Result<Attempts> {
    rows!(
        Attempts,
        tx,
        fetch_one,
        "insert into throttle (bucket, count, window_ends_at) values ($1, 1, $3) \
         on conflict (bucket) do update set \
           count = case when throttle.window_ends_at <= $2 then 1 else throttle.count + 1 end, \
           window_ends_at = case when throttle.window_ends_at <= $2 then excluded.window_ends_at \
                                 else throttle.window_ends_at end \
         returning count, window_ends_at",
        bucket,
        now,
        window_ends_at
    )
}

/// Attempts in the running window.
///
/// # Errors
/// A fault.
pub async fn get(from: impl Source, bucket: &str, now: Micros) -> Result<Option<Attempts>> {
    rows!(
        Attempts,
        from,
        fetch_optional,
        "select count, window_ends_at from throttle where bucket = $1 and window_ends_at > $2",
        bucket,
        now
    )
}

/// Forgets the attempts, as after a success.
///
/// # Errors
/// A fault.
pub async fn clear(tx: &mut Tx, bucket: &str) -> Result<()> {
    exec!(tx, "delete from throttle where bucket = $1", bucket)?;
    Ok(())
}

/// Removes windows that have ended; how many there were.
///
/// # Errors
/// A fault.
pub async fn prune(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from throttle where window_ends_at <= $1", now)
}

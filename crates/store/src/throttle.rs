//! Attempt counters for rate limiting, each with a window that starts at the first attempt.

use crate::{Result, Source, Tx};
use domain::Micros;
use sqlx::FromRow;

/// The attempts in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Attempts {
    /// Number of attempts, including the latest.
    pub count: i64,
    /// End of the window.
    pub window_ends_at: Micros,
}

/// Counts an attempt. If the window has ended, a new one starts and ends at `window_ends_at`.
pub async fn count_attempt(
    tx: &mut Tx,
    bucket: &str,
    now: Micros,
    window_ends_at: Micros,
) -> Result<Attempts> {
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

/// Returns the attempts in the current window.
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

/// Resets a counter, as after a success.
pub async fn clear(tx: &mut Tx, bucket: &str) -> Result<()> {
    exec!(tx, "delete from throttle where bucket = $1", bucket)?;
    Ok(())
}

/// Deletes ended windows; returns their number.
pub async fn prune(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from throttle where window_ends_at <= $1", now)
}

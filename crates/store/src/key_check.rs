//! When keys were last checked at their exchange, and the number of consecutive failures to reach it.

use crate::{Result, Source, Tx};
use domain::{ExchangeKeyId, Micros};
use sqlx::FromRow;

#[derive(FromRow)]
struct Row {
    id: ExchangeKeyId,
    failures: Option<i64>,
}

/// A key that is due for a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Id of the key.
    pub id: ExchangeKeyId,
    /// Number of consecutive failures to reach its exchange.
    pub failures: i64,
}

/// Lists the enabled keys that were last checked no later than `checked`, or no later than `retried` if the
/// exchange could not be reached, the longest unchecked first.
pub async fn list_due(from: impl Source, checked: Micros, retried: Micros, limit: i64) -> Result<Vec<Due>> {
    let rows = rows!(
        Row,
        from,
        fetch_all,
        "select k.id, coalesce(c.failures, 0) as failures \
         from exchange_keys k left join key_checks c on c.exchange_key_id = k.id \
         where k.active = true and coalesce(c.checked_at, 0) <= \
           case when coalesce(c.failures, 0) > 0 then cast($2 as bigint) else cast($1 as bigint) end \
         order by coalesce(c.checked_at, 0), k.id limit $3",
        checked,
        retried,
        limit
    )?;
    Ok(rows.into_iter().map(|row| Due { id: row.id, failures: row.failures.unwrap_or(0) }).collect())
}

/// Counts the enabled keys.
pub async fn count(from: impl Source) -> Result<i64> {
    Ok(value!(i64, from, "select count(*) from exchange_keys where active = true")?.unwrap_or(0))
}

/// Records a check; does nothing if the key was deleted meanwhile.
pub async fn record_check(tx: &mut Tx, id: ExchangeKeyId, at: Micros, failures: i64) -> Result<()> {
    exec!(
        tx,
        "insert into key_checks (exchange_key_id, checked_at, failures) \
         select id, cast($2 as bigint), cast($3 as bigint) from exchange_keys where id = $1 \
         on conflict (exchange_key_id) do update set checked_at = excluded.checked_at, failures = excluded.failures",
        id,
        at,
        failures
    )?;
    Ok(())
}

//! The equity of accounts, day by day.

use crate::{DecimalText, Result, Source, Tx};
use domain::{Decimal, ExchangeKeyId, Micros};
use sqlx::FromRow;

/// The equity of one account on one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Start of the day.
    pub day: Micros,
    /// Equity in USD.
    pub total_usd: Decimal,
}

#[derive(FromRow)]
struct Row {
    day: Micros,
    total_usd: DecimalText,
}

impl From<Row> for Day {
    fn from(row: Row) -> Self {
        Self { day: row.day, total_usd: row.total_usd.0 }
    }
}

#[derive(FromRow)]
struct Due {
    id: ExchangeKeyId,
}

/// Adds a day; an existing one is kept. Does nothing if the key was deleted meanwhile.
pub async fn insert(tx: &mut Tx, key: ExchangeKeyId, day: &Day, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into daily_balances (exchange_key_id, day, total_usd, captured_at) \
         select id, cast($2 as bigint), $3, cast($4 as bigint) from exchange_keys where id = $1 \
         on conflict (exchange_key_id, day) do nothing",
        key,
        day.day,
        DecimalText(day.total_usd),
        at
    )?;
    Ok(())
}

/// Lists the enabled keys that have no row for a day, in the order of their ids, starting after `after`.
pub async fn missing(
    from: impl Source,
    day: Micros,
    after: ExchangeKeyId,
    limit: i64,
) -> Result<Vec<ExchangeKeyId>> {
    let rows = rows!(
        Due,
        from,
        fetch_all,
        "select k.id from exchange_keys k where k.active = true and k.id > $2 and not exists \
           (select 1 from daily_balances d where d.exchange_key_id = k.id and d.day = $1) \
         order by k.id limit $3",
        day,
        after,
        limit
    )?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Lists the newest days of a key, from `first` (inclusive) to `before` (exclusive), newest first.
pub async fn page(
    from: impl Source,
    key: ExchangeKeyId,
    first: Micros,
    before: Micros,
    limit: i64,
) -> Result<Vec<Day>> {
    let rows = rows!(
        Row,
        from,
        fetch_all,
        "select day, total_usd from daily_balances where exchange_key_id = $1 and day >= $2 and day < $3 \
         order by day desc limit $4",
        key,
        first,
        before,
        limit
    )?;
    Ok(rows.into_iter().map(Day::from).collect())
}

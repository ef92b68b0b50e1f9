//! The equity of accounts over time.

use crate::{DecimalText, Result, Source, Tx};
use domain::{Decimal, ExchangeKeyId, Micros, UserId};
use sqlx::FromRow;

/// The equity of one account at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The exchange key.
    pub key: ExchangeKeyId,
    /// Time of the point.
    pub at: Micros,
    /// Equity in USD.
    pub total_usd: Decimal,
}

#[derive(FromRow)]
struct Row {
    exchange_key_id: ExchangeKeyId,
    at: Micros,
    total_usd: DecimalText,
}

impl From<Row> for Point {
    fn from(row: Row) -> Self {
        Self { key: row.exchange_key_id, at: row.at, total_usd: row.total_usd.0 }
    }
}

/// Adds a point, replacing one with the same time. Does nothing if the key was deleted meanwhile.
pub async fn insert(tx: &mut Tx, point: &Point) -> Result<()> {
    exec!(
        tx,
        "insert into equity_points (exchange_key_id, at, total_usd) \
         select id, cast($2 as bigint), $3 from exchange_keys where id = $1 \
         on conflict (exchange_key_id, at) do update set total_usd = excluded.total_usd",
        point.key,
        point.at,
        DecimalText(point.total_usd)
    )?;
    Ok(())
}

select! {
    points -> Row,
    "exchange_key_id, at, total_usd",
    "from equity_points"
}

/// Returns the newest point of a key.
pub async fn latest_by_key(from: impl Source, key: ExchangeKeyId) -> Result<Option<Point>> {
    let row = points!(from, fetch_optional, "where exchange_key_id = $1 order by at desc limit 1", key)?;
    Ok(row.map(Point::from))
}

/// Returns the equity at a time: the newest point up to then, otherwise the first one after.
pub async fn as_of(from: impl Source, key: ExchangeKeyId, moment: Micros) -> Result<Option<Point>> {
    let row = points!(
        from,
        fetch_optional,
        "where exchange_key_id = $1 and at = coalesce( \
           (select max(b.at) from equity_points b where b.exchange_key_id = $1 and b.at <= $2), \
           (select min(a.at) from equity_points a where a.exchange_key_id = $1 and a.at > $2))",
        key,
        moment
    )?;
    Ok(row.map(Point::from))
}

/// Lists the points of all of a user's keys since `since`, in order of time.
pub async fn list_points(from: impl Source, user: UserId, since: Micros) -> Result<Vec<Point>> {
    let rows = points!(
        from,
        fetch_all,
        "p join exchange_keys k on k.id = p.exchange_key_id \
         where k.user_id = $1 and p.at >= $2 order by p.at, p.exchange_key_id",
        user,
        since
    )?;
    Ok(rows.into_iter().map(Point::from).collect())
}

/// Deletes points older than `before`; returns their number.
pub async fn prune(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from equity_points where at < $1", before)
}

/// Thins the points older than `before`: keeps those at multiples of `every` microseconds and each key's first one,
/// from which its profit is calculated. Returns the number of deleted points.
pub async fn thin(tx: &mut Tx, before: Micros, every: i64) -> Result<u64> {
    exec!(
        tx,
        "delete from equity_points where at < $1 and at % $2 <> 0 and exists \
           (select 1 from equity_points e where e.exchange_key_id = equity_points.exchange_key_id \
             and e.at < equity_points.at)",
        before,
        every
    )
}

//! Account values in USD, now and over time.

use crate::{
    actor::Actor,
    error::Result,
    trading::{SharedTrading, Trading, key, market},
};
use domain::{
    Balance, Decimal, ExchangeKey, ExchangeKeyId, Micros, Symbol, TradeType, UserId, dec, money, time,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use std::collections::BTreeMap;
use store::{equity::Point, key::KeyRow};

/// A value older than this is read again on the next request.
const FRESH: i64 = 2 * time::MINUTE;
/// Points are kept by the minute for this long, then by the hour.
const FINE: i64 = time::DAY;
/// Accounts read concurrently.
const CONCURRENCY: usize = 8;
/// Assets counted as one USD.
const DOLLARS: [&str; 5] = ["USDT", "USDC", "BUSD", "FDUSD", "USD"];

/// Returns the total value of the accounts of all active keys, at most two minutes old.
///
/// # Errors
/// If the database cannot be queried. An account that cannot be read counts with its last known value.
pub async fn total_usd(desk: &Trading, actor: &Actor) -> Result<Decimal> {
    sum(desk, actor.user, |key| key.active).await
}

/// Returns the value that counts against the user's plan limit: as [`total_usd`], without paper accounts unless the
/// settings count them.
pub(crate) async fn counted_usd_of(desk: &Trading, user: UserId) -> Result<Decimal> {
    if desk.settings.sandbox_plan_limits {
        return sum(desk, user, |key| key.active).await;
    }
    sum(desk, user, |key| key.active && !key.sandbox).await
}

async fn sum(desk: &Trading, user: UserId, counts: fn(&ExchangeKey) -> bool) -> Result<Decimal> {
    let keys = store::key::list_by_user(&desk.db, user).await?;
    let active = keys.into_iter().filter(counts);
    let worths: Vec<Decimal> = stream::iter(active)
        .map(|key| async move { present_worth(desk, key.id).await })
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    Ok(worths.into_iter().sum())
}

/// Returns the total over the last `hours`, oldest first: one point a minute, or an hour beyond the first
/// day.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list_history(desk: &Trading, actor: &Actor, hours: u32) -> Result<Vec<(Micros, Decimal)>> {
    let from = desk.clock.now().plus(-i64::from(hours) * time::HOUR);
    let points = store::equity::list_points(&desk.db, actor.user, from).await?;
    Ok(summed(points.into_iter()))
}

/// Sums the points of several keys into one series. A key counts with its last known value until its next
/// point.
fn summed(points: impl Iterator<Item = Point>) -> Vec<(Micros, Decimal)> {
    let mut last: BTreeMap<ExchangeKeyId, Decimal> = BTreeMap::new();
    let mut line: Vec<(Micros, Decimal)> = Vec::new();
    for Point { key, at, total_usd } in points {
        last.insert(key, total_usd);
        let total = last.values().sum();
        match line.last_mut() {
            Some(point) if point.0 == at => point.1 = total,
            _ => line.push((at, total)),
        }
    }
    line
}

/// Returns the value of an account's assets: dollar stablecoins at par, others at their spot price in USDT,
/// unknown assets as zero.
///
/// # Errors
/// If a price cannot be fetched.
pub async fn value_of(desk: &Trading, balance: &Balance) -> Result<Decimal> {
    let mut sum = Decimal::ZERO;
    for (asset, funds) in balance.assets.iter().filter(|(_, funds)| !funds.total.is_zero()) {
        sum += funds.total * price_usd(desk, asset).await?;
    }
    Ok(money::round_to(sum, dec!(0.00000001)))
}

/// Returns the USD price of one unit of an asset; zero if there is no market for it.
pub(crate) async fn price_usd(desk: &Trading, asset: &str) -> Result<Decimal> {
    if DOLLARS.contains(&asset) {
        return Ok(Decimal::ONE);
    }
    let Ok(symbol) = format!("{asset}/USDT").parse::<Symbol>() else { return Ok(Decimal::ZERO) };
    match market::last_price(desk, TradeType::Spot, &symbol).await {
        Err(crate::error::Error::Refused(domain::Refusal::SymbolInvalid)) => Ok(Decimal::ZERO),
        price => price,
    }
}

/// Records the value of every active key, once a minute. Keys that cannot be read are skipped this time.
///
/// # Errors
/// If the database cannot be queried.
pub async fn record_all(desk: &SharedTrading) -> Result<()> {
    let now = desk.clock.now();
    let minute = Micros(now.0.div_euclid(time::MINUTE) * time::MINUTE);
    let rows = store::key::list_active(&desk.db).await?;
    let worths = stream::iter(rows)
        .map(|row| async move { read_worth(desk, &row).await.ok().map(|worth| (row.key.id, worth)) })
        .buffer_unordered(CONCURRENCY)
        .filter_map(|point| async move { point })
        .collect::<Vec<_>>()
        .await;
    let mut tx = desk.db.begin().await?;
    for (key, total_usd) in worths {
        match store::equity::insert(&mut tx, &Point { key, at: minute, total_usd }).await {
            // The key was deleted meanwhile. On Postgres the transaction is aborted; the next minute records
            // the others.
            Err(error) if error.kind() == store::StoreErrorKind::ForeignKey => return Ok(()),
            noted => noted?,
        }
    }
    store::equity::thin(&mut tx, minute.plus(-FINE), time::HOUR).await?;
    Ok(tx.commit().await?)
}

async fn present_worth(desk: &Trading, id: ExchangeKeyId) -> Result<Decimal> {
    let latest = store::equity::latest_by_key(&desk.db, id).await?;
    let known = latest.map_or(Decimal::ZERO, |point| point.total_usd);
    if latest.is_some_and(|point| desk.clock.now().since(point.at) < FRESH) {
        return Ok(known);
    }
    let Some(row) = store::key::get_any(&desk.db, id).await? else { return Ok(Decimal::ZERO) };
    Ok(read_worth(desk, &row).await.unwrap_or(known))
}

/// Reads and records an account's value; `None` if it cannot be read.
///
/// # Errors
/// If the database cannot be used.
pub(crate) async fn record_value(desk: &Trading, row: &KeyRow) -> Result<Option<Point>> {
    let Ok(total_usd) = read_worth(desk, row).await else { return Ok(None) };
    let point = Point { key: row.key.id, at: desk.clock.now(), total_usd };
    let mut tx = desk.db.begin().await?;
    store::equity::insert(&mut tx, &point).await?;
    tx.commit().await?;
    Ok(Some(point))
}

async fn read_worth(desk: &Trading, row: &KeyRow) -> Result<Decimal> {
    let who = key::credentials(desk, row)?;
    let answer = desk.exchange.balance(&who, row.key.trade_type).await;
    let balance = key::disable_if_unauthorized(desk, row.key.id, &who, answer).await?;
    value_of(desk, &balance).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_counts_with_its_last_worth_until_its_next_point() {
        let d = Decimal::from;
        let point = |key: u128, at, worth: i64| Point {
            key: ExchangeKeyId(uuid::Uuid::from_u128(key)),
            at: Micros(at),
            total_usd: d(worth),
        };
        let points = [point(1, 10, 5), point(2, 10, 7), point(1, 20, 6), point(2, 30, 0)];
        assert_eq!(
            summed(points.into_iter()),
            [(Micros(10), d(12)), (Micros(20), d(13)), (Micros(30), d(6))]
        );
    }
}

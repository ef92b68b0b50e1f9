//! First-day limits of exchange keys that were connected in live mode.

use crate::{DecimalText, Result, Source, Tx};
use domain::{ExchangeKeyId, Micros, StrategyId, Symbol, UserId, first_day::FirstDayLimits};
use sqlx::FromRow;

#[derive(FromRow)]
struct Row {
    exchange_key_id: ExchangeKeyId,
    cap_usd: DecimalText,
    market: Option<Symbol>,
    started_at: Micros,
    ends_at: Option<Micros>,
    ended_at: Option<Micros>,
}

impl Row {
    fn limits(self) -> FirstDayLimits {
        let Self { cap_usd, market, started_at, ends_at, ended_at, .. } = self;
        FirstDayLimits { cap_usd: cap_usd.0, market, started_at, ends_at, ended_at }
    }
}

/// Adds the limits of a new key.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the key has limits; [`crate::StoreErrorKind::ForeignKey`] if it does not exist.
pub async fn insert_limits(tx: &mut Tx, key: ExchangeKeyId, limits: &FirstDayLimits) -> Result<()> {
    let market = limits.market.as_ref().map(Symbol::to_string);
    exec!(
        tx,
        "insert into first_day_limits (exchange_key_id, cap_usd, market, started_at, ends_at, ended_at) \
         values ($1, $2, $3, $4, $5, $6)",
        key,
        DecimalText(limits.cap_usd),
        market.as_deref(),
        limits.started_at,
        limits.ends_at,
        limits.ended_at
    )?;
    Ok(())
}

select! {
    first_day_limits -> Row,
    "exchange_key_id, cap_usd, market, started_at, ends_at, ended_at",
    "from first_day_limits"
}

/// Returns the limits of a key, whether they still apply or not; `None` if it never had any.
pub async fn get_limits(from: impl Source, key: ExchangeKeyId) -> Result<Option<FirstDayLimits>> {
    let row = first_day_limits!(from, fetch_optional, "where exchange_key_id = $1", key)?;
    Ok(row.map(Row::limits))
}

/// Lists the limits of a user's keys, whether they still apply or not.
pub async fn list_by_user(from: impl Source, user: UserId) -> Result<Vec<(ExchangeKeyId, FirstDayLimits)>> {
    let rows = first_day_limits!(
        from,
        fetch_all,
        "where exchange_key_id in (select id from exchange_keys where user_id = $1) order by exchange_key_id",
        user
    )?;
    Ok(rows.into_iter().map(|row| (row.exchange_key_id, row.limits())).collect())
}

/// Lists the limits of the keys that follow a strategy, whether they still apply or not.
pub async fn list_by_strategy(
    from: impl Source,
    strategy: StrategyId,
) -> Result<Vec<(ExchangeKeyId, FirstDayLimits)>> {
    let rows = first_day_limits!(
        from,
        fetch_all,
        "where exchange_key_id in ( \
           select f.exchange_key_id from follows f where f.strategy_id = $1 and f.stopped_at is null) \
         order by exchange_key_id",
        strategy
    )?;
    Ok(rows.into_iter().map(|row| (row.exchange_key_id, row.limits())).collect())
}

/// Makes a market the one that a key's limits allow, unless they already have one. Returns whether it is that market;
/// of several concurrent calls with different markets, one returns `true`.
pub async fn claim_market(tx: &mut Tx, key: ExchangeKeyId, market: &Symbol) -> Result<bool> {
    let rows = exec!(
        tx,
        "update first_day_limits set market = $2 where exchange_key_id = $1 and coalesce(market, $2) = $2",
        key,
        market
    )?;
    Ok(rows == 1)
}

/// Ends the limits of a key; returns whether that is new.
pub async fn end_limits(tx: &mut Tx, key: ExchangeKeyId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update first_day_limits set ended_at = $2 where exchange_key_id = $1 and ended_at is null",
        key,
        at
    )?;
    Ok(rows == 1)
}

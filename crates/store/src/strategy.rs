//! Trading strategies.

use crate::{Result, Source, TokenHash, Tx};
use domain::{ExchangeId, Micros, StrategyId, Symbol, UserId};
use sqlx::FromRow;

/// A strategy.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Strategy {
    /// Id of the strategy.
    pub id: StrategyId,
    /// Unique name.
    pub name: String,
    /// Description of the strategy, as free text.
    pub description: Option<String>,
    /// The exchange it trades at.
    pub exchange_id: ExchangeId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Length of its bars, in seconds.
    pub timeframe_s: i64,
    /// Its rules, as JSON; `None` if an external source gives its signals.
    pub definition: Option<String>,
    /// Whether it can be followed and its signals are copied.
    pub active: bool,
    /// Position in lists.
    pub position: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}

select! {
    strategies -> Strategy,
    "id, name, description, exchange_id, symbol, timeframe_s, definition, active, position, \
     created_at, updated_at",
    "from strategies"
}

/// Adds a strategy without a webhook.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the name is taken.
pub async fn insert(tx: &mut Tx, strategy: &Strategy) -> Result<()> {
    exec!(
        tx,
        "insert into strategies (id, name, description, exchange_id, symbol, timeframe_s, definition, active, \
           position, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        strategy.id,
        &strategy.name,
        strategy.description.as_deref(),
        strategy.exchange_id,
        &strategy.symbol,
        strategy.timeframe_s,
        strategy.definition.as_deref(),
        strategy.active,
        strategy.position,
        strategy.created_at,
        strategy.updated_at
    )?;
    Ok(())
}

/// Adds a strategy unless one with its id or name exists, even if that one was changed since; returns whether it is
/// new.
pub async fn insert_missing(tx: &mut Tx, strategy: &Strategy) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into strategies (id, name, description, exchange_id, symbol, timeframe_s, definition, active, \
           position, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         on conflict do nothing",
        strategy.id,
        &strategy.name,
        strategy.description.as_deref(),
        strategy.exchange_id,
        &strategy.symbol,
        strategy.timeframe_s,
        strategy.definition.as_deref(),
        strategy.active,
        strategy.position,
        strategy.created_at,
        strategy.updated_at
    )?;
    Ok(rows == 1)
}

/// Returns a strategy.
pub async fn get_strategy(from: impl Source, id: StrategyId) -> Result<Option<Strategy>> {
    strategies!(from, fetch_optional, "where id = $1", id)
}

/// Lists every strategy, in display order.
pub async fn list_strategies(from: impl Source) -> Result<Vec<Strategy>> {
    strategies!(from, fetch_all, "order by position, id")
}

/// Lists the strategies whose live record continues, in display order: the active ones, and those whose trade has not
/// ended.
pub async fn list_recorded(from: impl Source) -> Result<Vec<Strategy>> {
    strategies!(
        from,
        fetch_all,
        "where active = true or exists ( \
           select 1 from strategy_trades t where t.strategy_id = strategies.id and t.kind = 'LIVE' \
             and t.exited_at is null) order by position, id"
    )
}

/// Lists the strategies that everyone can see, in display order.
pub async fn list_public(from: impl Source) -> Result<Vec<Strategy>> {
    strategies!(
        from,
        fetch_all,
        "where not exists ( \
           select 1 from own_sources o where o.strategy_id = strategies.id and o.visibility = 'PRIVATE') \
         order by position, id"
    )
}

/// Lists the strategies that a user can see, in display order: the public ones and their own, removed ones included.
pub async fn list_visible(from: impl Source, user: UserId) -> Result<Vec<Strategy>> {
    strategies!(
        from,
        fetch_all,
        "where not exists ( \
           select 1 from own_sources o where o.strategy_id = strategies.id and o.visibility = 'PRIVATE' \
             and o.user_id <> $1) order by position, id",
        user
    )
}

/// Lists the strategies that a user can see or follows, in display order. A followed source of another user may have become
/// private again.
pub async fn list_visible_or_followed(from: impl Source, user: UserId) -> Result<Vec<Strategy>> {
    strategies!(
        from,
        fetch_all,
        "where not exists ( \
           select 1 from own_sources o where o.strategy_id = strategies.id and o.visibility = 'PRIVATE' \
             and o.user_id <> $1) \
         or id in (select f.strategy_id from follows f where f.user_id = $1 and f.stopped_at is null) \
         order by position, id",
        user
    )
}

/// Returns a strategy if everyone can see it.
pub async fn get_public(from: impl Source, id: StrategyId) -> Result<Option<Strategy>> {
    strategies!(
        from,
        fetch_optional,
        "where id = $1 and not exists ( \
           select 1 from own_sources o where o.strategy_id = $1 and o.visibility = 'PRIVATE')",
        id
    )
}

/// Returns a strategy if a user can see it.
pub async fn get_visible(from: impl Source, id: StrategyId, user: UserId) -> Result<Option<Strategy>> {
    strategies!(
        from,
        fetch_optional,
        "where id = $1 and not exists ( \
           select 1 from own_sources o where o.strategy_id = $1 and o.visibility = 'PRIVATE' and o.user_id <> $2)",
        id,
        user
    )
}

/// Returns the strategy whose webhook token has this hash.
pub async fn by_hook(from: impl Source, token: &TokenHash) -> Result<Option<Strategy>> {
    strategies!(from, fetch_optional, "where hook_token_hash = $1", token.as_slice())
}

/// Lists the strategies whose backtest is due.
pub async fn backtest_due(from: impl Source) -> Result<Vec<Strategy>> {
    strategies!(
        from,
        fetch_all,
        "where definition is not null and backtested_at is null order by position, id"
    )
}

#[derive(FromRow)]
struct Id {
    id: StrategyId,
}

/// Lists the strategies that have a webhook.
pub async fn list_with_webhook(from: impl Source) -> Result<Vec<StrategyId>> {
    let rows = rows!(
        Id,
        from,
        fetch_all,
        "select id from strategies where hook_token_hash is not null order by id"
    )?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Number of accounts that follow a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Followers {
    /// Id of the strategy.
    pub strategy_id: StrategyId,
    /// Number of follows that were not stopped.
    pub follows: Option<i64>,
}

/// Counts the followers of each strategy that has any.
pub async fn count_followers(from: impl Source) -> Result<Vec<Followers>> {
    rows!(
        Followers,
        from,
        fetch_all,
        "select strategy_id, count(*) as follows from follows where stopped_at is null group by strategy_id \
         order by strategy_id"
    )
}

/// Returns the position after the last one in lists.
pub async fn next_position(from: impl Source) -> Result<i64> {
    let last = value!(i64, from, "select max(position) from strategies")?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

/// Updates the changeable columns of a strategy: name, description, bar length and rules. Returns whether the
/// strategy exists.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the name is taken.
pub async fn update_strategy(tx: &mut Tx, strategy: &Strategy) -> Result<bool> {
    let rows = exec!(
        tx,
        "update strategies set name = $2, description = $3, timeframe_s = $4, definition = $5, updated_at = $6 \
         where id = $1",
        strategy.id,
        &strategy.name,
        strategy.description.as_deref(),
        strategy.timeframe_s,
        strategy.definition.as_deref(),
        strategy.updated_at
    )?;
    Ok(rows == 1)
}

/// Replaces the token of a strategy's webhook, which is shown to `by`, or removes the webhook; returns whether
/// the strategy exists.
pub async fn set_hook(
    tx: &mut Tx,
    id: StrategyId,
    token: Option<&TokenHash>,
    by: Option<UserId>,
    at: Micros,
) -> Result<bool> {
    let token = token.map(|hash| hash.as_slice());
    let rows = exec!(
        tx,
        "update strategies set hook_token_hash = $2, hook_by = $3, updated_at = $4 where id = $1",
        id,
        token,
        by,
        at
    )?;
    Ok(rows == 1)
}

/// Counts the webhooks whose token was shown to this user. With `unnamed`, also those for which that is not known.
pub async fn count_hooks_of(from: impl Source, user: UserId, unnamed: bool) -> Result<i64> {
    let hooks = value!(
        i64,
        from,
        "select count(*) from strategies where hook_token_hash is not null \
           and (hook_by = $1 or (hook_by is null and $2))",
        user,
        unnamed
    )?;
    Ok(hooks.unwrap_or(0))
}

/// Removes the webhooks whose token was shown to this user; returns their number. With `unnamed`, also those for
/// which that is not known.
pub async fn close_hooks_of(tx: &mut Tx, user: UserId, unnamed: bool, at: Micros) -> Result<u64> {
    exec!(
        tx,
        "update strategies set hook_token_hash = null, hook_by = null, updated_at = $3 \
         where hook_token_hash is not null and (hook_by = $1 or (hook_by is null and $2))",
        user,
        unnamed,
        at
    )
}

/// Activates or deactivates a strategy; returns whether the strategy exists.
pub async fn set_active(tx: &mut Tx, id: StrategyId, active: bool, at: Micros) -> Result<bool> {
    let rows = exec!(tx, "update strategies set active = $2, updated_at = $3 where id = $1", id, active, at)?;
    Ok(rows == 1)
}

/// Records that a strategy was backtested with `definition`; returns `false` if its definition has changed since,
/// or another instance was faster.
pub async fn set_backtested(tx: &mut Tx, id: StrategyId, definition: &str, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update strategies set backtested_at = $3 where id = $1 and definition = $2 and backtested_at is null",
        id,
        definition,
        at
    )?;
    Ok(rows == 1)
}

/// Marks a strategy's backtest as due, because its rules have changed.
pub async fn request_backtest(tx: &mut Tx, id: StrategyId) -> Result<()> {
    exec!(tx, "update strategies set backtested_at = null where id = $1", id)?;
    Ok(())
}

/// Marks the backtests over a market's candles as due, because new candles were stored.
pub async fn request_backtests(
    tx: &mut Tx,
    exchange: ExchangeId,
    symbol: &Symbol,
    timeframe_s: i64,
) -> Result<u64> {
    exec!(
        tx,
        "update strategies set backtested_at = null \
         where exchange_id = $1 and symbol = $2 and timeframe_s = $3 and definition is not null",
        exchange,
        symbol,
        timeframe_s
    )
}

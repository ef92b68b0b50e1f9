//! Strategies.

use crate::{Hash, Result, Source, Tx};
use domain::{ExchangeId, Micros, StrategyId, Symbol};
use sqlx::FromRow;

/// A strategy.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Strategy {
    /// Its id.
    pub id: StrategyId,
    /// Its name, unique.
    pub name: String,
    /// What it does, in words.
    pub description: Option<String>,
    /// At which exchange it trades.
    pub exchange_id: ExchangeId,
    /// On which pair.
    pub symbol: Symbol,
    /// The length of its bars in seconds.
    pub timeframe_s: i64,
    /// How it decides, as JSON; none: an outside brain decides.
    pub definition: Option<String>,
    /// Whether it may be followed and its signals are copied.
    pub active: bool,
    /// Its place in lists.
    pub position: i64,
    /// When it was made.
    pub created_at: Micros,
    /// When it last changed.
    pub updated_at: Micros,
}

/// Adds a strategy, without a hook.
///
/// # Errors
/// [`crate::Kind::Unique`] when the name is taken.
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

/// A strategy.
///
/// # Errors
/// A fault.
pub async fn get(from: impl Source, id: StrategyId) -> Result<Option<Strategy>> {
    rows!(
        Strategy,
        from,
        fetch_optional,
        "select id, name, description, exchange_id, symbol, timeframe_s, definition, active, position, created_at, \
           updated_at from strategies where id = $1",
        id
    )
}

/// Every strategy, in the order of lists.
///
/// # Errors
/// A fault.
pub async fn list(from: impl Source) -> Result<Vec<Strategy>> {
    rows!(
        Strategy,
        from,
        fetch_all,
        "select id, name, description, exchange_id, symbol, timeframe_s, definition, active, position, created_at, \
           updated_at from strategies order by position, id"
    )
}

/// The strategy whose hook's token has this hash.
///
/// # Errors
/// A fault.
pub async fn by_hook(from: impl Source, token: &Hash) -> Result<Option<Strategy>> {
    rows!(
        Strategy,
        from,
        fetch_optional,
        "select id, name, description, exchange_id, symbol, timeframe_s, definition, active, position, created_at, \
           updated_at from strategies where hook_token_hash = $1",
        token.as_slice()
    )
}

/// Gives a strategy's hook another token, or takes it away; whether there is such a strategy.
///
/// # Errors
/// A fault.
pub async fn set_hook(tx: &mut Tx, id: StrategyId, token: Option<&Hash>, at: Micros) -> Result<bool> {
    let token = token.map(|hash| hash.as_slice());
    let rows = exec!(
        tx,
        "update strategies set hook_token_hash = $2, updated_at = $3 where id = $1",
        id,
        token,
        at
    )?;
    Ok(rows == 1)
}

/// Activates or deactivates a strategy; whether there is such a strategy.
///
/// # Errors
/// A fault.
pub async fn set_active(tx: &mut Tx, id: StrategyId, active: bool, at: Micros) -> Result<bool> {
    let rows = exec!(tx, "update strategies set active = $2, updated_at = $3 where id = $1", id, active, at)?;
    Ok(rows == 1)
}

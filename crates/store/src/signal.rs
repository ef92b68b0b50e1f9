//! Signals: a strategy's instructions to trade.

use crate::{DecimalText, Result, Source, Tx};
use domain::{
    Micros, Side, SignalId, StrategyId,
    signal::{Action, Source as From},
};
use sqlx::FromRow;
use uuid::Uuid;

/// A signal.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Signal {
    /// Its id.
    pub id: SignalId,
    /// Whose instruction.
    pub strategy_id: StrategyId,
    /// Who decided.
    pub source: From,
    /// Enter or leave.
    pub action: Action,
    /// Which way; none for leaving.
    pub side: Option<Side>,
    /// The price it was decided at: as it was told, or else the market's.
    pub price: Option<DecimalText>,
    /// What the market paid when it was accepted; the live record trades a signal from outside at it. None for a bar's
    /// decision, and where the exchange could not be asked.
    pub market_price: Option<DecimalText>,
    /// Where to be stopped out; none for leaving.
    pub stop: Option<DecimalText>,
    /// Where to take profits, as JSON.
    pub targets: String,
    /// The outside brain's own id for it.
    pub external_id: Option<String>,
    /// The bar whose close decided it.
    pub bar_at: Option<Micros>,
    /// When it was accepted.
    pub at: Micros,
    /// When every follower had a copy of it.
    pub fanned_out_at: Option<Micros>,
}

/// Adds a signal.
///
/// # Errors
/// [`crate::Kind::Unique`] when it was said before. Drop the transaction, then ask [`said_before`].
pub async fn insert(tx: &mut Tx, signal: &Signal) -> Result<()> {
    exec!(
        tx,
        "insert into signals (id, strategy_id, source, action, side, price, market_price, stop, targets, external_id, \
           bar_at, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        signal.id,
        signal.strategy_id,
        signal.source,
        signal.action,
        signal.side,
        signal.price,
        signal.market_price,
        signal.stop,
        &signal.targets,
        signal.external_id.as_deref(),
        signal.bar_at,
        signal.at
    )?;
    Ok(())
}

/// A signal.
///
/// # Errors
/// A fault.
pub async fn get(from: impl Source, id: SignalId) -> Result<Option<Signal>> {
    rows!(
        Signal,
        from,
        fetch_optional,
        "select id, strategy_id, source, action, side, price, market_price, stop, targets, external_id, bar_at, at, fanned_out_at \
         from signals where id = $1",
        id
    )
}

/// The signal that was stored with the same external id, or for the same bar and action.
///
/// # Errors
/// A fault.
pub async fn said_before(
    from: impl Source,
    strategy: StrategyId,
    external_id: Option<&str>,
    bar: Option<(Micros, Action)>,
) -> Result<Option<Signal>> {
    let (bar_at, action) = (bar.map(|b| b.0), bar.map(|b| b.1));
    rows!(
        Signal,
        from,
        fetch_optional,
        "select id, strategy_id, source, action, side, price, market_price, stop, targets, external_id, bar_at, at, fanned_out_at \
         from signals where strategy_id = $1 and (external_id = $2 or (bar_at = $3 and action = $4)) \
         order by id limit 1",
        strategy,
        external_id,
        bar_at,
        action
    )
}

/// Signals that not every follower has a copy of yet, oldest first.
///
/// # Errors
/// A fault.
pub async fn due(from: impl Source) -> Result<Vec<Signal>> {
    rows!(
        Signal,
        from,
        fetch_all,
        "select id, strategy_id, source, action, side, price, market_price, stop, targets, external_id, bar_at, at, fanned_out_at \
         from signals where fanned_out_at is null order by id"
    )
}

/// Everyone's signals, newest first, from before `before`.
///
/// # Errors
/// A fault.
pub async fn list(from: impl Source, before: Option<SignalId>, limit: i64) -> Result<Vec<Signal>> {
    let before = before.unwrap_or(SignalId(Uuid::max()));
    rows!(
        Signal,
        from,
        fetch_all,
        "select id, strategy_id, source, action, side, price, market_price, stop, targets, external_id, bar_at, at, fanned_out_at \
         from signals where id < $1 order by id desc limit $2",
        before,
        limit
    )
}

/// A strategy's signals, newest first, from before `before`.
///
/// # Errors
/// A fault.
pub async fn list_by_strategy(
    from: impl Source,
    strategy: StrategyId,
    before: Option<SignalId>,
    limit: i64,
) -> Result<Vec<Signal>> {
    let before = before.unwrap_or(SignalId(Uuid::max()));
    rows!(
        Signal,
        from,
        fetch_all,
        "select id, strategy_id, source, action, side, price, market_price, stop, targets, external_id, bar_at, at, fanned_out_at \
         from signals where strategy_id = $1 and id < $2 order by id desc limit $3",
        strategy,
        before,
        limit
    )
}

/// Notes that every follower has a copy.
///
/// # Errors
/// A fault.
pub async fn set_fanned_out(tx: &mut Tx, id: SignalId, at: Micros) -> Result<()> {
    exec!(tx, "update signals set fanned_out_at = $2 where id = $1 and fanned_out_at is null", id, at)?;
    Ok(())
}

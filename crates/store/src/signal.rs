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
    /// Its place among its strategy's signals, counted from 1. [`insert`] assigns it, whatever is written here. Signals are
    /// ordered by it and by nothing else: ids and times come from wall clocks.
    pub seq: i64,
}

/// [`Signal`] rows: the columns are listed here once.
macro_rules! signals {
    ($from:expr, $method:ident, $rest:literal $(, $bind:expr)* $(,)?) => {
        rows!(
            Signal,
            $from,
            $method,
            "select id, strategy_id, source, action, side, price, market_price, stop, targets, external_id, bar_at, at, \
               fanned_out_at, seq from signals " + $rest
            $(, $bind)*
        )
    };
}

/// Adds a signal and returns its place among its strategy's signals. The strategy's counter stays locked until the
/// transaction ends, so of two signals the one with the higher place was committed later.
///
/// # Errors
/// [`crate::Kind::Unique`] when it was accepted before. Drop the transaction, then call [`said_before`].
pub async fn insert(tx: &mut Tx, signal: &Signal) -> Result<i64> {
    let next = value!(
        i64,
        &mut *tx,
        "insert into signal_sequences (strategy_id, last_seq) values ($1, 1) \
         on conflict (strategy_id) do update set last_seq = signal_sequences.last_seq + 1 returning last_seq",
        signal.strategy_id
    )?;
    let seq = next.unwrap_or(1);
    exec!(
        tx,
        "insert into signals (id, strategy_id, source, action, side, price, market_price, stop, targets, external_id, \
           bar_at, at, seq) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
        signal.at,
        seq
    )?;
    Ok(seq)
}

/// A signal.
///
/// # Errors
/// A database error.
pub async fn get(from: impl Source, id: SignalId) -> Result<Option<Signal>> {
    signals!(from, fetch_optional, "where id = $1", id)
}

/// The signal that was stored with the same external id, or for the same bar and action.
///
/// # Errors
/// A database error.
pub async fn said_before(
    from: impl Source,
    strategy: StrategyId,
    external_id: Option<&str>,
    bar: Option<(Micros, Action)>,
) -> Result<Option<Signal>> {
    let (bar_at, action) = (bar.map(|b| b.0), bar.map(|b| b.1));
    signals!(
        from,
        fetch_optional,
        "where strategy_id = $1 and (external_id = $2 or (bar_at = $3 and action = $4)) order by seq limit 1",
        strategy,
        external_id,
        bar_at,
        action
    )
}

/// Signals that not every follower has a copy of yet. Those of one strategy come in their order.
///
/// # Errors
/// A database error.
pub async fn due(from: impl Source) -> Result<Vec<Signal>> {
    signals!(from, fetch_all, "where fanned_out_at is null order by seq, id")
}

/// The place of a strategy's newest signal; none without signals.
///
/// # Errors
/// A database error.
pub async fn newest_seq(from: impl Source, strategy: StrategyId) -> Result<Option<i64>> {
    value!(i64, from, "select max(seq) from signals where strategy_id = $1", strategy)
}

/// Signals of all strategies, newest first, from before `before`. For a list that people read: signals of different
/// strategies have no order but that of their ids.
///
/// # Errors
/// A database error.
pub async fn list(from: impl Source, before: Option<SignalId>, limit: i64) -> Result<Vec<Signal>> {
    let before = before.unwrap_or(SignalId(Uuid::max()));
    signals!(from, fetch_all, "where id < $1 order by id desc limit $2", before, limit)
}

/// A strategy's signals, newest first, from before `before`.
///
/// # Errors
/// A database error.
pub async fn list_by_strategy(
    from: impl Source,
    strategy: StrategyId,
    before: Option<SignalId>,
    limit: i64,
) -> Result<Vec<Signal>> {
    signals!(
        from,
        fetch_all,
        "where strategy_id = $1 and seq < coalesce((select b.seq from signals b where b.id = $2), 9223372036854775807) \
         order by seq desc limit $3",
        strategy,
        before,
        limit
    )
}

/// Notes that every follower has a copy.
///
/// # Errors
/// A database error.
pub async fn set_fanned_out(tx: &mut Tx, id: SignalId, at: Micros) -> Result<()> {
    exec!(tx, "update signals set fanned_out_at = $2 where id = $1 and fanned_out_at is null", id, at)?;
    Ok(())
}

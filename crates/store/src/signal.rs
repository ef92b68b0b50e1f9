//! Trading signals of strategies.

use crate::{DecimalText, Result, Source, Targets, Tx};
use domain::{
    Micros, Side, SignalId, StrategyId,
    signal::{Action, Source as From},
};
use sqlx::FromRow;
use uuid::Uuid;

/// A signal.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Signal {
    /// Id of the signal.
    pub id: SignalId,
    /// The strategy that gave it.
    pub strategy_id: StrategyId,
    /// Source of the signal.
    pub source: From,
    /// Whether it enters or exits.
    pub action: Action,
    /// Side of the entry; `None` for an exit.
    pub side: Option<Side>,
    /// The price at which it was decided: as given by the source, otherwise the market price.
    pub price: Option<DecimalText>,
    /// Market price when it was accepted; the live record trades external signals at it. `None` for a decision at a
    /// bar's close, and if the exchange could not be reached.
    pub market_price: Option<DecimalText>,
    /// Stop price; `None` for an exit.
    pub stop: Option<DecimalText>,
    /// Take-profit prices.
    pub targets: Targets,
    /// The external source's own id for it.
    pub external_id: Option<String>,
    /// The bar at whose close it was decided.
    pub bar_at: Option<Micros>,
    /// When it was accepted.
    pub at: Micros,
    /// When copies had been queued for all followers.
    pub fanned_out_at: Option<Micros>,
    /// Sequence number within the strategy, starting at 1. Assigned by [`insert_signal`], which ignores the given value.
    /// Signals are ordered by it alone, because ids and times come from wall clocks.
    pub seq: i64,
}

select! {
    signals -> Signal,
    "id, strategy_id, source, action, side, price, market_price, stop, targets, external_id, bar_at, \
     at, fanned_out_at, seq",
    "from signals"
}

/// Adds a signal and returns its sequence number within the strategy. The strategy's counter stays locked until the
/// transaction ends, so of two signals the one with the higher number was committed later.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if it was accepted before. Drop the transaction, then call [`find_repeated`].
pub async fn insert_signal(tx: &mut Tx, signal: &Signal) -> Result<i64> {
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

/// Returns a signal.
pub async fn get_signal(from: impl Source, id: SignalId) -> Result<Option<Signal>> {
    signals!(from, fetch_optional, "where id = $1", id)
}

/// Returns the stored signal with the same external id, or for the same bar and action.
pub async fn find_repeated(
    from: impl Source,
    strategy: StrategyId,
    external_id: Option<&str>,
    bar: Option<(Micros, Action)>,
) -> Result<Option<Signal>> {
    let (bar_at, action) = (bar.map(|b| b.0), bar.map(|b| b.1));
    // `seq + 0` keeps SQLite from reading the strategy's signals in the order of `seq` until one fits.
    signals!(
        from,
        fetch_optional,
        "where strategy_id = $1 and (external_id = $2 or (bar_at = $3 and action = $4)) order by seq + 0 limit 1",
        strategy,
        external_id,
        bar_at,
        action
    )
}

/// Returns when the newest signal but `number - 1` of a strategy was accepted; `None` if it has fewer than `number`.
pub async fn nth_newest_at(from: impl Source, strategy: StrategyId, number: i64) -> Result<Option<Micros>> {
    value!(
        Micros,
        from,
        "select at from signals where strategy_id = $1 order by seq desc limit 1 offset $2",
        strategy,
        number.saturating_sub(1)
    )
}

/// Lists the signals whose copies have not all been queued. Those of one strategy are in order.
pub async fn list_due(from: impl Source) -> Result<Vec<Signal>> {
    signals!(from, fetch_all, "where fanned_out_at is null order by seq, id")
}

/// Returns the sequence number of a strategy's newest signal; `None` if it has none.
pub async fn newest_seq(from: impl Source, strategy: StrategyId) -> Result<Option<i64>> {
    value!(i64, from, "select max(seq) from signals where strategy_id = $1", strategy)
}

/// Returns the time and the sequence number of a strategy's newest signal; `None` if it has none.
pub async fn newest(from: impl Source, strategy: StrategyId) -> Result<Option<NewestSignal>> {
    rows!(
        NewestSignal,
        from,
        fetch_optional,
        "select at, seq from signals where strategy_id = $1 order by seq desc limit 1",
        strategy
    )
}

/// The newest signal of a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct NewestSignal {
    /// When it was accepted.
    pub at: Micros,
    /// Its sequence number.
    pub seq: i64,
}

/// Returns a strategy's first signal; `None` if it has none.
pub async fn first(from: impl Source, strategy: StrategyId) -> Result<Option<Signal>> {
    signals!(from, fetch_optional, "where strategy_id = $1 order by seq limit 1", strategy)
}

/// Lists signals of all strategies, newest first, starting before `before`. For display only: signals of different
/// strategies have no order but that of their ids.
pub async fn list_signals(from: impl Source, before: Option<SignalId>, limit: i64) -> Result<Vec<Signal>> {
    let before = before.unwrap_or(SignalId(Uuid::max()));
    signals!(from, fetch_all, "where id < $1 order by id desc limit $2", before, limit)
}

/// Lists a strategy's signals, newest first, starting before `before`.
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

/// Records that copies have been queued for all followers.
pub async fn set_fanned_out(tx: &mut Tx, id: SignalId, at: Micros) -> Result<()> {
    exec!(tx, "update signals set fanned_out_at = $2 where id = $1 and fanned_out_at is null", id, at)?;
    Ok(())
}

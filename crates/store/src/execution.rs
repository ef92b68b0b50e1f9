//! How strategies' signals were executed: the copies it is computed from, and the computed figures, which everyone can see.

use crate::{DecimalText, JsonText, Result, Source, Tx};
use domain::{
    Micros, Side, SignalId, StrategyId, UserId,
    copy::{Reason, Status},
    execution::StrategyExecution,
    signal::Action,
};
use sqlx::FromRow;

/// The figures of a strategy's execution, as JSON.
pub type Figures = JsonText<StrategyExecution>;

/// Stored figures.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StoredExecution {
    /// The figures.
    pub figures: Figures,
    /// When they were computed.
    pub computed_at: Micros,
}

/// Returns the stored figures of a strategy.
pub async fn get_execution(from: impl Source, strategy: StrategyId) -> Result<Option<StoredExecution>> {
    rows!(
        StoredExecution,
        from,
        fetch_optional,
        "select figures, computed_at from strategy_executions where strategy_id = $1",
        strategy
    )
}

/// Stores the figures of a strategy.
pub async fn put_execution(tx: &mut Tx, strategy: StrategyId, figures: &Figures, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into strategy_executions (strategy_id, figures, computed_at) values ($1, $2, $3) \
         on conflict (strategy_id) do update set figures = excluded.figures, computed_at = excluded.computed_at",
        strategy,
        figures.as_str(),
        at
    )?;
    Ok(())
}

/// A copy of a signal, of any user.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SignalCopyRow {
    /// The signal.
    pub signal_id: SignalId,
    /// When it was accepted.
    pub signal_at: Micros,
    /// The signal's price.
    pub signal_price: Option<DecimalText>,
    /// Whether it enters or exits.
    pub action: Action,
    /// Side of the entry; `None` for an exit.
    pub side: Option<Side>,
    /// The owner of the follow.
    pub user_id: UserId,
    /// Status of the copy.
    pub status: Status,
    /// Why it was skipped or failed.
    pub reason: Option<Reason>,
    /// Filled amount in base units.
    pub amount: Option<DecimalText>,
    /// Entry price.
    pub entry_price: Option<DecimalText>,
    /// When its position was opened and protected.
    pub opened_at: Option<Micros>,
    /// When the first fill of the entry became known.
    pub filled_at: Option<Micros>,
    /// When it reached a final status.
    pub finished_at: Option<Micros>,
}

/// Lists the copies of a strategy's signals after number `seq`, newest signal first.
pub async fn list_copies(
    from: impl Source,
    strategy: StrategyId,
    seq: i64,
    limit: i64,
) -> Result<Vec<SignalCopyRow>> {
    // `cross join` makes SQLite begin with the strategy's newest signals.
    rows!(
        SignalCopyRow,
        from,
        fetch_all,
        "select c.signal_id, s.at as signal_at, s.price as signal_price, c.action, c.side, c.user_id, c.status, \
           c.reason, c.amount, c.entry_price, c.opened_at, t.opened_at as filled_at, c.finished_at \
         from signals s cross join copies c left join trades t on t.intent_id = c.id \
         where s.strategy_id = $1 and s.seq > $2 and c.signal_id = s.id order by s.seq desc limit $3",
        strategy,
        seq,
        limit
    )
}

//! The candles that the stored backtests were computed over.

use crate::{DecimalText, Result, Source, Tx};
use domain::{Micros, StrategyId};
use sqlx::FromRow;

/// The candles of a backtest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct BacktestSpan {
    /// Number of candles.
    pub bars: i64,
    /// Opening time of the first one.
    pub first_at: Micros,
    /// End of the last one.
    pub last_at: Micros,
    /// Change of the price over that time, in percent.
    pub hold_percent: DecimalText,
}

/// Stores the span of a strategy's backtest, in the transaction that replaces its trades.
pub async fn put_span(tx: &mut Tx, strategy: StrategyId, span: &BacktestSpan) -> Result<()> {
    exec!(
        tx,
        "insert into backtests (strategy_id, bars, first_at, last_at, hold_percent) values ($1, $2, $3, $4, $5) \
         on conflict (strategy_id) do update set bars = excluded.bars, first_at = excluded.first_at, \
           last_at = excluded.last_at, hold_percent = excluded.hold_percent",
        strategy,
        span.bars,
        span.first_at,
        span.last_at,
        span.hold_percent
    )?;
    Ok(())
}

/// Returns the span of a strategy's backtest.
pub async fn get_span(from: impl Source, strategy: StrategyId) -> Result<Option<BacktestSpan>> {
    rows!(
        BacktestSpan,
        from,
        fetch_optional,
        "select bars, first_at, last_at, hold_percent from backtests where strategy_id = $1",
        strategy
    )
}

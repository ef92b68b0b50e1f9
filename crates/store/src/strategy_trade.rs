//! The trade records of strategies, from backtests or live.

use crate::{DecimalText, Result, Source, Tx};
use domain::{
    Micros, Side, SignalId, StrategyId, StrategyTradeId,
    strategy::{Exit, Kind, Trade},
};
use sqlx::FromRow;

/// Rows per statement: each has eleven parameters, and no engine accepts more than 32,766.
const BATCH: usize = 1_000;

/// A trade of a record.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StrategyTradeRow {
    /// Id of the trade.
    pub id: StrategyTradeId,
    /// The signal that entered it; `None` in a backtest.
    pub signal_id: Option<SignalId>,
    /// Side of the entry.
    pub side: Side,
    /// When it was entered.
    pub entered_at: Micros,
    /// Entry price.
    pub entry_price: DecimalText,
    /// Stop price.
    pub stop: Option<DecimalText>,
    /// When it ended; `None` while it is open.
    pub exited_at: Option<Micros>,
    /// Average exit price.
    pub exit_price: Option<DecimalText>,
    /// How it ended.
    pub exit_reason: Option<Exit>,
    /// Profit in percent of the value at entry.
    pub profit_percent: Option<DecimalText>,
}

impl From<StrategyTradeRow> for Trade {
    fn from(row: StrategyTradeRow) -> Self {
        Self {
            side: row.side,
            entered_at: row.entered_at,
            entry_price: row.entry_price.0,
            stop: row.stop.map(|text| text.0),
            exited_at: row.exited_at,
            exit_price: row.exit_price.map(|text| text.0),
            exit: row.exit_reason,
            profit_percent: row.profit_percent.map(|text| text.0),
        }
    }
}

select! {
    trades -> StrategyTradeRow,
    "id, signal_id, side, entered_at, entry_price, stop, exited_at, exit_price, exit_reason, \
     profit_percent",
    "from strategy_trades"
}

/// Replaces the stored backtest.
pub async fn replace_backtest(
    tx: &mut Tx,
    strategy: StrategyId,
    trades: &[(StrategyTradeId, Trade)],
) -> Result<()> {
    exec!(&mut *tx, "delete from strategy_trades where strategy_id = $1 and kind = 'BACKTEST'", strategy)?;
    for some in trades.chunks(BATCH) {
        bulk!(
            tx,
            "insert into strategy_trades (id, strategy_id, kind, side, entered_at, entry_price, stop, exited_at, \
               exit_price, exit_reason, profit_percent) ",
            some,
            |record: &(StrategyTradeId, Trade)| [
                record.0,
                strategy,
                Kind::Backtest,
                record.1.side,
                record.1.entered_at,
                DecimalText(record.1.entry_price),
                record.1.stop.map(DecimalText),
                record.1.exited_at,
                record.1.exit_price.map(DecimalText),
                record.1.exit,
                record.1.profit_percent.map(DecimalText)
            ]
        )?;
    }
    Ok(())
}

/// A trade entered by a signal.
#[derive(Clone, Copy, Debug)]
pub struct Entered {
    /// Id of the trade.
    pub id: StrategyTradeId,
    /// The strategy it belongs to.
    pub strategy: StrategyId,
    /// The signal that entered it.
    pub signal: SignalId,
    /// Side of the entry.
    pub side: Side,
    /// When it was entered.
    pub at: Micros,
    /// Entry price.
    pub price: domain::Decimal,
    /// Stop price.
    pub stop: domain::Decimal,
}

/// Adds a live trade; returns `false` if another instance was faster.
pub async fn insert_entry(tx: &mut Tx, trade: &Entered) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into strategy_trades (id, strategy_id, kind, signal_id, side, entered_at, entry_price, stop) \
         values ($1, $2, 'LIVE', $3, $4, $5, $6, $7) on conflict (signal_id) do nothing",
        trade.id,
        trade.strategy,
        trade.signal,
        trade.side,
        trade.at,
        DecimalText(trade.price),
        DecimalText(trade.stop)
    )?;
    Ok(rows == 1)
}

/// The exit of a live trade.
#[derive(Clone, Copy, Debug)]
pub struct Exited {
    /// When it ended.
    pub at: Micros,
    /// Average exit price.
    pub price: domain::Decimal,
    /// How it ended.
    pub exit: Exit,
    /// Profit in percent of the value at entry.
    pub profit_percent: domain::Decimal,
}

/// Ends a live trade; returns `false` if it had already ended.
pub async fn end_trade(tx: &mut Tx, signal: SignalId, how: &Exited) -> Result<bool> {
    let rows = exec!(
        tx,
        "update strategy_trades set exited_at = $2, exit_price = $3, exit_reason = $4, profit_percent = $5 \
         where signal_id = $1 and exited_at is null",
        signal,
        how.at,
        DecimalText(how.price),
        how.exit,
        DecimalText(how.profit_percent)
    )?;
    Ok(rows == 1)
}

/// Returns the open live trade, if there is one.
pub async fn open_trade(from: impl Source, strategy: StrategyId) -> Result<Option<StrategyTradeRow>> {
    trades!(
        from,
        fetch_optional,
        "where strategy_id = $1 and kind = 'LIVE' and exited_at is null order by id desc limit 1",
        strategy
    )
}

/// Returns the newest live trade, open or ended.
pub async fn newest_live(from: impl Source, strategy: StrategyId) -> Result<Option<StrategyTradeRow>> {
    trades!(
        from,
        fetch_optional,
        "where strategy_id = $1 and kind = 'LIVE' order by entered_at desc, id desc limit 1",
        strategy
    )
}

/// Lists the trades of a record that ended at `since` or later, in the order in which they ended.
pub async fn list_ended(
    from: impl Source,
    strategy: StrategyId,
    kind: Kind,
    since: Micros,
) -> Result<Vec<Trade>> {
    let rows = trades!(
        from,
        fetch_all,
        "where strategy_id = $1 and kind = $2 and exited_at >= $3 order by exited_at, entered_at, id",
        strategy,
        kind,
        since
    )?;
    Ok(rows.into_iter().map(Trade::from).collect())
}

/// Lists the newest trades of a record, newest first.
pub async fn list_newest(
    from: impl Source,
    strategy: StrategyId,
    kind: Kind,
    limit: i64,
) -> Result<Vec<Trade>> {
    let rows = trades!(
        from,
        fetch_all,
        "where strategy_id = $1 and kind = $2 order by entered_at desc, id desc limit $3",
        strategy,
        kind,
        limit
    )?;
    Ok(rows.into_iter().map(Trade::from).collect())
}

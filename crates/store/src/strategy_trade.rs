//! Strategies' own records: what their decisions came to, from a backtest or live.

use crate::{
    DecimalText, Result, Source, Tx,
    tx::{Lend as _, Lent},
};
use domain::{
    Micros, Side, SignalId, StrategyId, StrategyTradeId,
    strategy::{Exit, Kind, Trade},
};
use sqlx::{FromRow, QueryBuilder};

/// Rows of one statement: eleven parameters each, and no engine takes more than 32,766.
const AT_ONCE: usize = 1_000;

/// A trade of a record.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Row {
    /// Its id.
    pub id: StrategyTradeId,
    /// The signal that entered it; none in a backtest.
    pub signal_id: Option<SignalId>,
    /// Bought or sold.
    pub side: Side,
    /// When it was entered.
    pub entered_at: Micros,
    /// At what price.
    pub entry_price: DecimalText,
    /// Where it is stopped out.
    pub stop: Option<DecimalText>,
    /// When it ended; none while it stands.
    pub exited_at: Option<Micros>,
    /// At what average price.
    pub exit_price: Option<DecimalText>,
    /// How.
    pub exit_reason: Option<Exit>,
    /// Profit in percent of its worth at entry.
    pub profit_percent: Option<DecimalText>,
}

impl From<Row> for Trade {
    fn from(row: Row) -> Self {
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

/// [`Row`]s: the columns are written here once.
macro_rules! trades {
    ($from:expr, $method:ident, $rest:literal $(, $bind:expr)* $(,)?) => {
        rows!(
            Row,
            $from,
            $method,
            "select id, signal_id, side, entered_at, entry_price, stop, exited_at, exit_price, exit_reason, \
               profit_percent from strategy_trades " + $rest
            $(, $bind)*
        )
    };
}

/// One statement for many rows.
macro_rules! insert_trades {
    ($engine:ty, $on:expr, $strategy:expr, $trades:expr) => {{
        let columns = "insert into strategy_trades (id, strategy_id, kind, side, entered_at, entry_price, stop, \
                       exited_at, exit_price, exit_reason, profit_percent) ";
        let mut query = QueryBuilder::<$engine>::new(columns);
        query.push_values($trades, |mut row, (id, trade): &(StrategyTradeId, Trade)| {
            row.push_bind(*id)
                .push_bind($strategy)
                .push_bind(Kind::Backtest)
                .push_bind(trade.side)
                .push_bind(trade.entered_at)
                .push_bind(DecimalText(trade.entry_price))
                .push_bind(trade.stop.map(DecimalText))
                .push_bind(trade.exited_at)
                .push_bind(trade.exit_price.map(DecimalText))
                .push_bind(trade.exit)
                .push_bind(trade.profit_percent.map(DecimalText));
        });
        query.build().execute(&mut **$on).await.map(|done| done.rows_affected())
    }};
}

/// Puts a new backtest in the place of the one before.
///
/// # Errors
/// A database error.
pub async fn replace_backtest(
    tx: &mut Tx,
    strategy: StrategyId,
    trades: &[(StrategyTradeId, Trade)],
) -> Result<()> {
    exec!(&mut *tx, "delete from strategy_trades where strategy_id = $1 and kind = 'BACKTEST'", strategy)?;
    for some in trades.chunks(AT_ONCE) {
        let mut lent = tx.connection()?;
        let done = match &mut lent {
            Lent::Sqlite(on) => insert_trades!(sqlx::Sqlite, on, strategy, some),
            Lent::Postgres(on) => insert_trades!(sqlx::Postgres, on, strategy, some),
        };
        lent.settled(done)?;
    }
    Ok(())
}

/// A trade that a signal entered.
#[derive(Clone, Copy, Debug)]
pub struct Entered {
    /// Its id.
    pub id: StrategyTradeId,
    /// Whose.
    pub strategy: StrategyId,
    /// The signal.
    pub signal: SignalId,
    /// Bought or sold.
    pub side: Side,
    /// When.
    pub at: Micros,
    /// At what price.
    pub price: domain::Decimal,
    /// Where it is stopped out.
    pub stop: domain::Decimal,
}

/// Adds a live trade; false when another instance was faster.
///
/// # Errors
/// A database error.
pub async fn enter(tx: &mut Tx, trade: &Entered) -> Result<bool> {
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

/// How a live trade ended.
#[derive(Clone, Copy, Debug)]
pub struct Exited {
    /// When.
    pub at: Micros,
    /// At what average price.
    pub price: domain::Decimal,
    /// How.
    pub exit: Exit,
    /// Profit in percent of its worth at entry.
    pub profit_percent: domain::Decimal,
}

/// Ends a live trade; false when it had ended.
///
/// # Errors
/// A database error.
pub async fn exit(tx: &mut Tx, signal: SignalId, how: &Exited) -> Result<bool> {
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

/// The live trade that stands, if one does.
///
/// # Errors
/// A database error.
pub async fn standing(from: impl Source, strategy: StrategyId) -> Result<Option<Row>> {
    trades!(
        from,
        fetch_optional,
        "where strategy_id = $1 and kind = 'LIVE' and exited_at is null order by id desc limit 1",
        strategy
    )
}

/// The newest live trade, ended or not.
///
/// # Errors
/// A database error.
pub async fn newest_live(from: impl Source, strategy: StrategyId) -> Result<Option<Row>> {
    trades!(
        from,
        fetch_optional,
        "where strategy_id = $1 and kind = 'LIVE' order by entered_at desc, id desc limit 1",
        strategy
    )
}

/// The trades of a record that ended at `since` or later, in the order in which they ended.
///
/// # Errors
/// A database error.
pub async fn ended(from: impl Source, strategy: StrategyId, kind: Kind, since: Micros) -> Result<Vec<Trade>> {
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

/// The newest trades of a record, newest first.
///
/// # Errors
/// A database error.
pub async fn newest(from: impl Source, strategy: StrategyId, kind: Kind, limit: i64) -> Result<Vec<Trade>> {
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

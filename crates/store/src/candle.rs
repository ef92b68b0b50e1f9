//! Closed candles, from which strategies are computed.

use crate::{DecimalText, Result, Source, Tx};
use domain::{Candle, ExchangeId, Micros, Symbol};
use sqlx::FromRow;

/// Rows per statement: each has nine parameters, and no engine accepts more than 32,766.
const BATCH: usize = 1_000;

/// A series of candles.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CandleSeries {
    /// The exchange.
    pub exchange_id: ExchangeId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Length of the candles, in seconds.
    pub timeframe_s: i64,
}

#[derive(FromRow)]
struct Row {
    opens_at: Micros,
    open: DecimalText,
    high: DecimalText,
    low: DecimalText,
    close: DecimalText,
    volume: DecimalText,
}

impl From<Row> for Candle {
    fn from(row: Row) -> Self {
        Self {
            start: row.opens_at,
            open: row.open.0,
            high: row.high.0,
            low: row.low.0,
            close: row.close.0,
            volume: row.volume.0,
        }
    }
}

/// Stores closed candles; existing ones are left unchanged. Returns the number of new candles.
pub async fn insert_all(tx: &mut Tx, line: &CandleSeries, candles: &[Candle]) -> Result<u64> {
    let mut new = 0;
    for some in candles.chunks(BATCH) {
        new += bulk!(
            tx,
            "insert into candles (exchange_id, symbol, timeframe_s, opens_at, open, high, low, close, volume) ",
            some,
            |candle: &Candle| [
                line.exchange_id,
                &line.symbol,
                line.timeframe_s,
                candle.start,
                DecimalText(candle.open),
                DecimalText(candle.high),
                DecimalText(candle.low),
                DecimalText(candle.close),
                DecimalText(candle.volume)
            ],
            " on conflict do nothing"
        )?;
    }
    Ok(new)
}

/// Returns the opening time of the newest candle.
pub async fn newest_at(from: impl Source, line: &CandleSeries) -> Result<Option<Micros>> {
    let at = value!(
        i64,
        from,
        "select max(opens_at) from candles where exchange_id = $1 and symbol = $2 and timeframe_s = $3",
        line.exchange_id,
        &line.symbol,
        line.timeframe_s
    )?;
    Ok(at.map(Micros))
}

/// Lists the first `limit` candles that opened after `after`, oldest first.
pub async fn after(from: impl Source, line: &CandleSeries, after: Micros, limit: i64) -> Result<Vec<Candle>> {
    let rows = rows!(
        Row,
        from,
        fetch_all,
        "select opens_at, open, high, low, close, volume from candles \
         where exchange_id = $1 and symbol = $2 and timeframe_s = $3 and opens_at > $4 order by opens_at limit $5",
        line.exchange_id,
        &line.symbol,
        line.timeframe_s,
        after,
        limit
    )?;
    Ok(rows.into_iter().map(Candle::from).collect())
}

/// Returns the opening time of the `count`-th newest candle; `None` if there are fewer.
pub async fn nth_newest(from: impl Source, line: &CandleSeries, count: i64) -> Result<Option<Micros>> {
    value!(
        Micros,
        from,
        "select opens_at from candles where exchange_id = $1 and symbol = $2 and timeframe_s = $3 \
         order by opens_at desc limit 1 offset $4",
        line.exchange_id,
        &line.symbol,
        line.timeframe_s,
        count.saturating_sub(1)
    )
}

/// Returns the opening time of the oldest candle.
pub async fn oldest_at(from: impl Source, line: &CandleSeries) -> Result<Option<Micros>> {
    let at = value!(
        i64,
        from,
        "select min(opens_at) from candles where exchange_id = $1 and symbol = $2 and timeframe_s = $3",
        line.exchange_id,
        &line.symbol,
        line.timeframe_s
    )?;
    Ok(at.map(Micros))
}

/// Returns the newest candle.
pub async fn newest(from: impl Source, line: &CandleSeries) -> Result<Option<Candle>> {
    let row = rows!(
        Row,
        from,
        fetch_optional,
        "select opens_at, open, high, low, close, volume from candles \
         where exchange_id = $1 and symbol = $2 and timeframe_s = $3 order by opens_at desc limit 1",
        line.exchange_id,
        &line.symbol,
        line.timeframe_s
    )?;
    Ok(row.map(Candle::from))
}

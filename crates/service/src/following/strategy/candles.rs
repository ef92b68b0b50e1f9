//! Candles that strategies are computed from: fetched as they close, backfilled at first, or imported.

use crate::{
    error::{Error, Result},
    following::Following,
    platform::audit,
};
use domain::{Candle, ExchangeId, Frame, Micros, Symbol, TradeType, time::SECOND, validation::Problem};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use store::{candle::CandleSeries, strategy::Strategy};

/// Candles per request.
const PAGE: u16 = 1_500;
/// How far an empty series is backfilled: ten days of one-minute candles.
const PAGES: usize = 10;
/// Number of candles that a backtest covers if the exchange has them: the hours of the sandbox's record, which is 5.4 years,
/// and as many years of hourly candles elsewhere.
const HISTORY: i64 = 47_000;
/// Maximum number of older pages fetched in one run, for all series: each costs the exchange's weight, and time of the
/// database's only writer.
pub(super) const OLDER_PAGES: usize = 4;
/// Stored candles per read.
const STORED: i64 = 50_000;
/// A candle that ended this long ago counts as closed, even if the exchange has not begun the next one.
const SETTLED: i64 = 5 * SECOND;

/// Brings a series up to date with the exchange. Returns the number of new candles.
///
/// # Errors
/// If the exchange or the database cannot be queried.
pub(super) async fn refresh(desk: &Following, line: &CandleSeries, frame: Frame) -> Result<u64> {
    let newest = store::candle::newest_at(&desk.db, line).await?;
    if newest.is_some_and(|at| desk.clock.now().since(at) < 2 * frame.micros()) {
        return Ok(0);
    }
    let mut fetched = fetch(desk, line, frame, newest).await?;
    fetched.retain(|candle| newest.is_none_or(|at| candle.start > at));
    if fetched.is_empty() {
        return Ok(0);
    }
    let mut new = 0;
    // Other writers wait for one page only. The oldest is first, so that an interrupted run leaves no gap.
    for page in fetched.chunks(usize::from(PAGE)) {
        let mut tx = desk.db.begin().await?;
        new += store::candle::insert_all(&mut tx, line, page).await?;
        tx.commit().await?;
    }
    Ok(new)
}

/// Returns the closed candles after `newest`, oldest first, limited to [`PAGES`] pages.
async fn fetch(
    desk: &Following,
    line: &CandleSeries,
    frame: Frame,
    newest: Option<Micros>,
) -> Result<Vec<Candle>> {
    let mut pages = Vec::new();
    let mut before = None;
    for _ in 0..PAGES {
        let limit = match newest {
            // The gap, the open candle, and one in reserve.
            Some(at) => desk.clock.now().since(at) / frame.micros() + 2,
            None => i64::from(PAGE),
        };
        let limit = u16::try_from(limit).unwrap_or(PAGE).clamp(2, PAGE);
        let page = desk.exchange.candles(TradeType::Futures, &line.symbol, frame, before, limit).await?;
        let Some(first) = page.first().map(|candle| candle.start) else { break };
        let full = page.len() >= usize::from(limit);
        pages.push(page);
        if !full || newest.is_some_and(|at| first <= at) {
            break;
        }
        before = Some(first);
    }
    let mut all: Vec<Candle> = pages.into_iter().rev().flatten().collect();
    let ended = |candle: &Candle| desk.clock.now().since(candle.start) >= frame.micros() + SETTLED;
    if all.last().is_some_and(|last| !ended(last)) {
        all.pop();
    }
    Ok(all)
}

/// How far a series has been extended into the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extension {
    /// Older candles are left for the next run.
    Running,
    /// It is long enough, or the exchange has no older candles.
    Complete,
}

/// The series that were extended into the past since this process has started.
#[derive(Default)]
pub(crate) struct Extended(Mutex<HashMap<CandleSeries, Extension>>);

impl Extended {
    fn get(&self, line: &CandleSeries) -> Option<Extension> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(line).copied()
    }

    fn set(&self, line: &CandleSeries, extension: Option<Extension>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match extension {
            Some(extension) => all.insert(line.clone(), extension),
            None => all.remove(line),
        };
    }
}

/// Returns whether older candles of a series are left for the next run.
pub(super) fn is_extending(desk: &Following, line: &CandleSeries) -> bool {
    desk.extended.get(line) == Some(Extension::Running)
}

/// Extends a stored series into the past by at most `pages` pages, which it counts down, until it is long enough for a
/// backtest or the exchange has no older candles; then not again in this process. Each page is stored by itself and makes
/// the backtests over it due, so that a later run continues an interrupted one.
///
/// # Errors
/// If the exchange or the database cannot be queried.
pub(super) async fn extend(
    desk: &Following,
    line: &CandleSeries,
    frame: Frame,
    pages: &mut usize,
) -> Result<()> {
    if desk.extended.get(line) == Some(Extension::Complete) || *pages == 0 {
        return Ok(());
    }
    // If the exchange fails, backtests do not wait for older candles.
    desk.extended.set(line, None);
    let extension = fetch_older(desk, line, frame, pages).await?;
    desk.extended.set(line, extension);
    Ok(())
}

/// Fetches and stores older candles; `None` if the series is empty.
async fn fetch_older(
    desk: &Following,
    line: &CandleSeries,
    frame: Frame,
    pages: &mut usize,
) -> Result<Option<Extension>> {
    while store::candle::nth_newest(&desk.db, line, HISTORY).await?.is_none() {
        // Its first candles are fetched for its first backtest.
        let Some(oldest) = store::candle::oldest_at(&desk.db, line).await? else { return Ok(None) };
        if *pages == 0 {
            return Ok(Some(Extension::Running));
        }
        *pages -= 1;
        let market = TradeType::Futures;
        let mut page = desk.exchange.candles(market, &line.symbol, frame, Some(oldest), PAGE).await?;
        page.retain(|candle| candle.start < oldest);
        if page.is_empty() {
            break;
        }
        let mut tx = desk.db.begin().await?;
        store::candle::insert_all(&mut tx, line, &page).await?;
        let CandleSeries { exchange_id, symbol, timeframe_s } = line;
        store::strategy::request_backtests(&mut tx, *exchange_id, symbol, *timeframe_s).await?;
        tx.commit().await?;
    }
    Ok(Some(Extension::Complete))
}

/// The result of importing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Number of candles that were added.
    pub new: u64,
    /// Number of candles that already exist with other values. The existing ones are kept.
    pub differing: usize,
    /// Number of strategies whose rules use this series.
    pub strategies: usize,
}

/// Stores the candles of a file that was parsed without errors. Backtests over them become due again.
///
/// # Errors
/// The field `candles` if a candle has not closed yet; if the database cannot be written. Nothing is stored
/// then.
pub async fn import(desk: &Following, symbol: &Symbol, frame: Frame, candles: &[Candle]) -> Result<Imported> {
    let now = desk.clock.now();
    if candles.iter().any(|candle| candle.start.plus(frame.micros()) > now) {
        return Err(Error::field("candles", Problem::InFuture));
    }
    let line = CandleSeries {
        exchange_id: ExchangeId::Binance,
        symbol: symbol.clone(),
        timeframe_s: frame.seconds(),
    };
    let differing = differing(desk, &line, candles).await?;
    let over = |row: &&Strategy| row.definition.is_some() && super::line(row) == line;
    let strategies = store::strategy::list_strategies(&desk.db).await?.iter().filter(over).count();
    let mut tx = desk.db.begin().await?;
    let new = store::candle::insert_all(&mut tx, &line, candles).await?;
    if new > 0 {
        store::strategy::request_backtests(&mut tx, line.exchange_id, &line.symbol, line.timeframe_s).await?;
    }
    let (action, subject) = (audit::AuditAction::CandlesImported, format!("{symbol} {frame}"));
    audit::record(desk, &mut tx, None, action, &subject, audit::Via::CommandLine).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(Imported { new, differing, strategies })
}

/// Counts the candles, given oldest first, that exist with other values.
async fn differing(desk: &Following, line: &CandleSeries, candles: &[Candle]) -> Result<usize> {
    let Some(mut after) = candles.first().map(|candle| candle.start.plus(-1)) else { return Ok(0) };
    let mut differing = 0;
    let mut given = candles.iter().peekable();
    while given.peek().is_some() {
        let page = store::candle::after(&desk.db, line, after, STORED).await?;
        let Some(last) = page.last() else { break };
        after = last.start;
        for kept in &page {
            while given.next_if(|candle| candle.start < kept.start).is_some() {}
            differing +=
                usize::from(given.next_if(|candle| candle.start == kept.start).is_some_and(|c| c != kept));
        }
    }
    Ok(differing)
}

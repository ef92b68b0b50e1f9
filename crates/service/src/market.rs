//! Prices, candles and markets, for anyone.

use crate::{Desk, Result, recent::Recent, sandbox_control::Playing};
use domain::{Candle, Decimal, Frame, Market, Micros, Symbol, Ticker, TradeType, time};

/// How old a pushed price may be before the exchange is asked instead.
const FRESH: i64 = 5 * time::SECOND;
/// How long a fetched answer serves everyone.
const LIFETIME: i64 = time::SECOND;

type CandleQuestion = (TradeType, Symbol, Frame, Option<Micros>, u16);

/// The exchange's answers that many people ask for at once.
pub(crate) struct Cache {
    tickers: Recent<(TradeType, Symbol), Ticker>,
    candles: Recent<CandleQuestion, Vec<Candle>>,
    playing: Recent<(), Playing>,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            tickers: Recent::new(LIFETIME),
            candles: Recent::new(LIFETIME),
            playing: Recent::new(LIFETIME),
        }
    }
}

/// The last 24 hours of a market.
///
/// # Errors
/// 1300 when there is no such market; unavailable when the exchange does not answer.
pub async fn ticker(desk: &Desk, kind: TradeType, symbol: &Symbol) -> Result<Ticker> {
    if kind == TradeType::Futures
        && let Some(ticker) = desk.hub.ticker(symbol, desk.clock.now().plus(-FRESH))
    {
        return Ok(ticker);
    }
    let fetch = desk.exchange.ticker(kind, symbol);
    Ok(desk.cache.tickers.get((kind, symbol.clone()), &*desk.clock, fetch).await?)
}

/// The price that a market order would be entered at, about.
///
/// # Errors
/// As [`ticker`].
pub async fn last_price(desk: &Desk, kind: TradeType, symbol: &Symbol) -> Result<Decimal> {
    ticker(desk, kind, symbol).await.map(|t| t.last)
}

/// The newest `limit` candles, oldest first; with `before`, those that opened before it.
///
/// # Errors
/// As [`ticker`].
pub async fn candles(
    desk: &Desk,
    kind: TradeType,
    symbol: &Symbol,
    frame: Frame,
    before: Option<Micros>,
    limit: u16,
) -> Result<Vec<Candle>> {
    let limit = limit.clamp(1, 1_500);
    let question = (kind, symbol.clone(), frame, before, limit);
    let fetch = desk.exchange.candles(kind, symbol, frame, before, limit);
    Ok(desk.cache.candles.get(question, &*desk.clock, fetch).await?)
}

/// A market's rules.
///
/// # Errors
/// As [`ticker`].
pub async fn find(desk: &Desk, kind: TradeType, symbol: &Symbol) -> Result<Market> {
    Ok(desk.exchange.market(kind, symbol).await?)
}

/// Every market of one kind.
///
/// # Errors
/// Unavailable when the exchange does not answer.
pub async fn list(desk: &Desk, kind: TradeType) -> Result<Vec<Market>> {
    Ok(desk.exchange.markets(kind).await?)
}

/// What the sandbox is playing; none without a sandbox.
///
/// # Errors
/// Unavailable when the sandbox does not answer.
pub async fn playing(desk: &Desk) -> Result<Option<Playing>> {
    match &desk.sandbox {
        Some(sandbox) => desk.cache.playing.get((), &*desk.clock, sandbox.playing()).await.map(Some),
        None => Ok(None),
    }
}

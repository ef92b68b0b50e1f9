//! Prices, candles and market rules. No sign-in is needed.

use crate::{
    error::Result,
    platform::recent::Recent,
    trading::{Trading, sandbox_control::Playing},
};
use domain::{
    Candle, Decimal, Frame, Market, Micros, Symbol, Ticker, TradeType,
    live::{LiveEvent, LiveEventKind},
    money, time,
};

/// Maximum age of a pushed price before the exchange is queried instead.
const FRESH: i64 = 5 * time::SECOND;
/// How long a fetched answer is cached, in microseconds.
const LIFETIME: i64 = time::SECOND;

type CandleQuestion = (TradeType, Symbol, Frame, Option<Micros>, u16);

/// Cached exchange answers shared by all callers.
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

/// Returns a market's 24-hour ticker.
///
/// # Errors
/// 1300 if there is no such market; unavailable if the exchange does not answer.
pub async fn get_ticker(desk: &Trading, kind: TradeType, symbol: &Symbol) -> Result<Ticker> {
    if kind == TradeType::Futures
        && let Some(ticker) = desk.hub.ticker(symbol, desk.clock.now().plus(-FRESH))
    {
        return Ok(ticker);
    }
    let fetch = desk.exchange.ticker(kind, symbol);
    Ok(desk.cache.tickers.get((kind, symbol.clone()), &*desk.clock, fetch).await?)
}

/// Returns the last price, an estimate of a market order's entry price.
///
/// # Errors
/// As [`get_ticker`].
pub async fn last_price(desk: &Trading, kind: TradeType, symbol: &Symbol) -> Result<Decimal> {
    get_ticker(desk, kind, symbol).await.map(|t| t.last)
}

/// Returns the newest `limit` candles, oldest first; with `before`, only those that opened earlier.
///
/// # Errors
/// As [`get_ticker`].
pub async fn list_candles(
    desk: &Trading,
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

/// Returns a market's trading rules.
///
/// # Errors
/// As [`get_ticker`].
pub async fn find_market(desk: &Trading, kind: TradeType, symbol: &Symbol) -> Result<Market> {
    Ok(desk.exchange.market(kind, symbol).await?)
}

/// Rounds the average prices of the events' orders to their markets' ticks, as an order's other prices are; to seven digits if
/// the tick is unknown, or the exchange does not answer.
pub async fn round_averages(desk: &Trading, events: Vec<&mut LiveEvent>) {
    let mut orders = Vec::new();
    for event in events {
        if let LiveEventKind::Order(order, _) = &mut event.what {
            orders.push(order);
        }
    }
    orders.retain(|order| order.average.is_some());
    if orders.is_empty() {
        return;
    }
    let markets = list_markets(desk, TradeType::Futures).await.unwrap_or_default();
    for order in orders {
        let market = markets.iter().find(|market| market.symbol == order.symbol);
        order.average = order.average.map(|price| rounded(price, market.map(|market| market.tick)));
    }
}

/// A price at its market's tick; with seven digits if the tick is unknown.
fn rounded(price: Decimal, tick: Option<Decimal>) -> Decimal {
    tick.map_or_else(|| price.round_sf(7).unwrap_or(price), |tick| money::round_to(price, tick))
}

/// Returns every market of one kind.
///
/// # Errors
/// Unavailable if the exchange does not answer.
pub async fn list_markets(desk: &Trading, kind: TradeType) -> Result<Vec<Market>> {
    Ok(desk.exchange.markets(kind).await?)
}

/// Returns what the sandbox is currently replaying; `None` without a sandbox.
///
/// # Errors
/// Unavailable if the sandbox does not answer.
pub async fn playing(desk: &Trading) -> Result<Option<Playing>> {
    match &desk.sandbox {
        Some(sandbox) => desk.cache.playing.get((), &*desk.clock, sandbox.playing()).await.map(Some),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::dec;

    #[test]
    fn an_average_price_ends_at_the_tick_of_its_market() {
        assert_eq!(rounded(dec!(10_823.04804), Some(dec!(0.1))), dec!(10_823));
        assert_eq!(rounded(dec!(10_823.07804), Some(dec!(0.1))), dec!(10_823.1));
        assert_eq!(rounded(dec!(10_823.04804), None), dec!(10_823.05));
    }
}

//! Public prices: ticker, candles, mark price.

use super::{
    Binance, BinanceState,
    call::Call,
    num::{Num, cut, divide, plain},
    sign::Params,
};
use crate::{BudgetLeft, ExchangeFailure, ExchangeResult, MarketData};
use async_trait::async_trait;
use domain::{Candle, Decimal, Frame, Market, Micros, Symbol, Ticker, TradeType};
use serde::Deserialize;

/// Maximum number of candles that one call returns.
const SPOT_PAGE: u16 = 1_000;
const FUTURES_PAGE: u16 = 1_500;

#[async_trait]
impl MarketData for Binance {
    fn budgets(&self) -> Vec<BudgetLeft> {
        vec![self.shared.spot.left("spot"), self.shared.futures.left("futures")]
    }

    async fn server_time(&self) -> ExchangeResult<Micros> {
        self.shared.futures.server_time().await
    }

    async fn markets(&self, kind: TradeType) -> ExchangeResult<Vec<Market>> {
        Ok(self.shared.markets(kind).await?.all())
    }

    async fn market(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Market> {
        self.shared.markets(kind).await?.trading(symbol).cloned().ok_or(ExchangeFailure::UnknownSymbol)
    }

    async fn ticker(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Ticker> {
        let (path, weight) = match kind {
            TradeType::Spot => ("/api/v3/ticker/24hr", 2),
            TradeType::Futures => ("/fapi/v1/ticker/24hr", 1),
        };
        let raw: RawTicker = self.shared.api(kind).ask(Call::get(path, weight).params(pair(symbol))).await?;
        Ok(raw.into_ticker(symbol.clone()))
    }

    async fn mark_price(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Decimal> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Mark {
            #[serde(alias = "price")]
            mark_price: Num,
        }
        let (path, weight) = match kind {
            TradeType::Spot => ("/api/v3/ticker/price", 2),
            TradeType::Futures => ("/fapi/v1/premiumIndex", 1),
        };
        let mark: Mark = self.shared.api(kind).ask(Call::get(path, weight).params(pair(symbol))).await?;
        Ok(plain(mark.mark_price))
    }

    async fn candles(
        &self,
        kind: TradeType,
        symbol: &Symbol,
        frame: Frame,
        before: Option<Micros>,
        limit: u16,
    ) -> ExchangeResult<Vec<Candle>> {
        let page = if kind == TradeType::Spot { SPOT_PAGE } else { FUTURES_PAGE };
        let mut wanted = limit.clamp(1, FUTURES_PAGE);
        let mut before = before;
        let mut candles: Vec<Candle> = Vec::new();
        while wanted > 0 {
            let count = wanted.min(page);
            let mut older = self.shared.candle_page(kind, symbol, frame, before, count).await?;
            let ended = older.len() < usize::from(count);
            wanted -= count;
            before = older.first().map(|c| c.start);
            older.append(&mut candles);
            candles = older;
            if ended {
                break;
            }
        }
        Ok(candles)
    }
}

impl BinanceState {
    async fn candle_page(
        &self,
        kind: TradeType,
        symbol: &Symbol,
        frame: Frame,
        before: Option<Micros>,
        limit: u16,
    ) -> ExchangeResult<Vec<Candle>> {
        let (path, weight) = match (kind, limit) {
            (TradeType::Spot, _) => ("/api/v3/klines", 2),
            (TradeType::Futures, ..100) => ("/fapi/v1/klines", 1),
            (TradeType::Futures, ..500) => ("/fapi/v1/klines", 2),
            (TradeType::Futures, ..=1_000) => ("/fapi/v1/klines", 5),
            (TradeType::Futures, _) => ("/fapi/v1/klines", 10),
        };
        let params = pair(symbol)
            .with("interval", frame)
            .maybe("endTime", before.map(|at| at.plus(-1).millis()))
            .with("limit", limit);
        let rows: Vec<Kline> = self.api(kind).ask(Call::get(path, weight).params(params)).await?;
        let opened_before = |candle: &Candle| before.is_none_or(|at| candle.start < at);
        Ok(rows.into_iter().map(Kline::into_candle).filter(opened_before).collect())
    }
}

/// The `symbol` parameter of a pair.
pub(super) fn pair(symbol: &Symbol) -> Params {
    Params::default().with("symbol", symbol.joined())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawTicker {
    price_change: Num,
    price_change_percent: Num,
    weighted_avg_price: Num,
    last_price: Num,
    open_price: Num,
    high_price: Num,
    low_price: Num,
    volume: Num,
    quote_volume: Num,
    close_time: i64,
}

impl RawTicker {
    fn into_ticker(self, symbol: Symbol) -> Ticker {
        let (open, change) = (plain(self.open_price), plain(self.price_change));
        Ticker {
            symbol,
            at: Micros::from_millis(self.close_time),
            high: plain(self.high_price),
            low: plain(self.low_price),
            vwap: plain(self.weighted_avg_price),
            open,
            last: plain(self.last_price),
            change,
            percentage: percentage(plain(self.price_change_percent), change, open),
            base_volume: plain(self.volume),
            quote_volume: plain(self.quote_volume),
        }
    }
}

/// The reported percentage; if Binance has rounded it to zero, the exact one as ccxt computes it.
pub(super) fn percentage(reported: Decimal, change: Decimal, open: Decimal) -> Decimal {
    if reported.is_zero() {
        divide(change, open, 18).map_or(reported, |share| cut(share * Decimal::ONE_HUNDRED, 18))
    } else {
        reported
    }
}

/// A row of `klines`: open time, open, high, low, close, volume, and unused fields.
#[derive(Deserialize)]
struct Kline(
    i64,
    Num,
    Num,
    Num,
    Num,
    Num,
    serde::de::IgnoredAny,
    serde::de::IgnoredAny,
    serde::de::IgnoredAny,
    serde::de::IgnoredAny,
    serde::de::IgnoredAny,
    serde::de::IgnoredAny,
);

impl Kline {
    fn into_candle(self) -> Candle {
        Candle {
            start: Micros::from_millis(self.0),
            open: plain(self.1),
            high: plain(self.2),
            low: plain(self.3),
            close: plain(self.4),
            volume: plain(self.5),
        }
    }
}

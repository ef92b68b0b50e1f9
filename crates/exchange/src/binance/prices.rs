//! Public prices: ticker, candles, mark price.

use super::{
    Binance, BinanceState,
    call::Call,
    num::{self, Num, cut, divide, plain},
    sign::Params,
};
use crate::{BudgetLeft, ExchangeFailure, ExchangeResult, MarketData};
use async_trait::async_trait;
use domain::{Candle, Decimal, Frame, Market, Micros, Symbol, Ticker, TradeType};
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
};
use std::fmt;

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

    async fn takes_market_stops(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<bool> {
        Ok(self.shared.markets(kind).await?.takes_stop_loss(symbol))
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
            mark_price: Option<Num>,
            price: Option<Num>,
        }
        let (path, weight) = match kind {
            TradeType::Spot => ("/api/v3/ticker/price", 2),
            TradeType::Futures => ("/fapi/v1/premiumIndex", 1),
        };
        let mark: Mark = self.shared.api(kind).ask(Call::get(path, weight).params(pair(symbol))).await?;
        let price = mark.mark_price.or(mark.price);
        price.map(plain).ok_or_else(|| ExchangeFailure::Unknown("a price without a number".into()))
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
        Ok(rows.into_iter().map(|row| row.0).filter(opened_before).collect())
    }
}

/// The `symbol` parameter of a pair.
pub(super) fn pair(symbol: &Symbol) -> Params {
    Params::default().with("symbol", symbol.joined())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawTicker {
    #[serde(default, deserialize_with = "num::maybe")]
    price_change: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    price_change_percent: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    weighted_avg_price: Option<Num>,
    last_price: Num,
    open_price: Num,
    high_price: Num,
    low_price: Num,
    volume: Num,
    #[serde(default, deserialize_with = "num::maybe")]
    quote_volume: Option<Num>,
    close_time: i64,
}

impl RawTicker {
    fn into_ticker(self, symbol: Symbol) -> Ticker {
        // A market without a trade in the last 24 hours has no average and no change.
        let figure = |given: Option<Num>| given.map(plain).unwrap_or_default();
        let (open, change) = (plain(self.open_price), figure(self.price_change));
        Ticker {
            symbol,
            at: Micros::from_millis(self.close_time),
            high: plain(self.high_price),
            low: plain(self.low_price),
            vwap: figure(self.weighted_avg_price),
            open,
            last: plain(self.last_price),
            change,
            percentage: percentage(figure(self.price_change_percent), change, open),
            base_volume: plain(self.volume),
            quote_volume: figure(self.quote_volume),
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

/// A row of `klines`: open time, open, high, low, close, volume, and any number of unused fields.
struct Kline(Candle);

impl<'de> Deserialize<'de> for Kline {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_seq(KlineRow)
    }
}

struct KlineRow;

impl<'de> Visitor<'de> for KlineRow {
    type Value = Kline;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row with a time and five figures")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Kline, A::Error> {
        let short = || A::Error::custom("the row is too short");
        let start: i64 = row.next_element()?.ok_or_else(short)?;
        let mut figure =
            || -> Result<Decimal, A::Error> { row.next_element::<Num>()?.map(plain).ok_or_else(short) };
        let [open, high, low, close, volume] = [figure()?, figure()?, figure()?, figure()?, figure()?];
        while row.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Kline(Candle { start: Micros::from_millis(start), open, high, low, close, volume }))
    }
}

//! Messages of the market streams, with Binance's one-letter field names.

use super::events::MessageType;
use crate::{
    MarketEvent,
    binance::{
        num::{self, Num, plain},
        prices::percentage,
    },
};
use domain::{Candle, Micros, Symbol, Ticker};
use serde::Deserialize;
use std::collections::HashMap;

/// The subscribed markets, by Binance's names.
pub(super) type Wanted = HashMap<String, Symbol>;

/// The wrapper of each message in a combined stream.
#[derive(Deserialize)]
struct Wrapped<T> {
    data: T,
}

/// Parses a market message; `None` if it was not subscribed to or cannot be parsed.
pub(super) fn market(text: &str, wanted: &Wanted) -> Option<MarketEvent> {
    let Wrapped { data: MessageType { e } } = serde_json::from_str(text).ok()?;
    match e.as_str() {
        "24hrTicker" => {
            let Wrapped { data } = serde_json::from_str::<Wrapped<RawTicker>>(text).ok()?;
            let symbol = wanted.get(&data.s)?.clone();
            Some(MarketEvent::Ticker(data.into_ticker(symbol)))
        }
        "markPriceUpdate" => {
            let Wrapped { data } = serde_json::from_str::<Wrapped<RawMark>>(text).ok()?;
            let symbol = wanted.get(&data.s)?.clone();
            Some(MarketEvent::Mark { symbol, price: plain(data.p), at: Micros::from_millis(data.at) })
        }
        "kline" => {
            let Wrapped { data } = serde_json::from_str::<Wrapped<RawKline>>(text).ok()?;
            let symbol = wanted.get(&data.s)?.clone();
            let closed = data.k.x;
            Some(MarketEvent::Candle { symbol, candle: data.k.into_candle(), closed })
        }
        _ => None,
    }
}

#[derive(Deserialize)]
struct RawTicker {
    s: String,
    #[serde(default, deserialize_with = "num::maybe")]
    p: Option<Num>,
    #[serde(rename = "P", default, deserialize_with = "num::maybe")]
    percent: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    w: Option<Num>,
    c: Num,
    o: Num,
    h: Num,
    l: Num,
    v: Num,
    #[serde(default, deserialize_with = "num::maybe")]
    q: Option<Num>,
    #[serde(rename = "C")]
    closes: i64,
}

impl RawTicker {
    fn into_ticker(self, symbol: Symbol) -> Ticker {
        // A market without a trade in the last 24 hours has no average and no change.
        let figure = |given: Option<Num>| given.map(plain).unwrap_or_default();
        let (open, change) = (plain(self.o), figure(self.p));
        Ticker {
            symbol,
            at: Micros::from_millis(self.closes),
            high: plain(self.h),
            low: plain(self.l),
            vwap: figure(self.w),
            open,
            last: plain(self.c),
            change,
            percentage: percentage(figure(self.percent), change, open),
            base_volume: plain(self.v),
            quote_volume: figure(self.q),
        }
    }
}

#[derive(Deserialize)]
struct RawMark {
    s: String,
    p: Num,
    #[serde(rename = "E")]
    at: i64,
}

#[derive(Deserialize)]
struct RawKline {
    s: String,
    k: RawCandle,
}

#[derive(Deserialize)]
struct RawCandle {
    t: i64,
    o: Num,
    h: Num,
    l: Num,
    c: Num,
    v: Num,
    x: bool,
}

impl RawCandle {
    fn into_candle(self) -> Candle {
        Candle {
            start: Micros::from_millis(self.t),
            open: plain(self.o),
            high: plain(self.h),
            low: plain(self.l),
            close: plain(self.c),
            volume: plain(self.v),
        }
    }
}

//! Response bodies of futures statistics.

use super::{amount, market::close_time, price};
use crate::{
    market::{Interval, Kline, MarketId, Pair},
    protocol::number::{asset, fixed},
};
use domain::{Decimal, Micros};
use serde_json::{Value, json};

/// A candle of a price that is not traded: mark price, index or premium.
pub(crate) fn price_kline(interval: Interval, k: &Kline) -> Value {
    json!([
        k.start.millis(),
        asset(k.open),
        asset(k.high),
        asset(k.low),
        asset(k.close),
        "0",
        close_time(interval, k.start),
        "0",
        k.trades,
        "0",
        "0",
        "0",
    ])
}

pub(crate) fn open_interest(market: MarketId, interest: Decimal, now: Micros) -> Value {
    json!({
        "openInterest": amount(market, interest),
        "symbol": market.pair.joined(),
        "time": now.millis(),
    })
}

/// A row of `openInterestHist`.
pub(crate) fn open_interest_point(pair: Pair, interest: Decimal, value: Decimal, at: Micros) -> Value {
    json!({
        "symbol": pair.joined(),
        "sumOpenInterest": asset(interest),
        "sumOpenInterestValue": asset(value),
        "CMCCirculatingSupply": asset(Decimal::ZERO),
        "timestamp": at.millis(),
    })
}

/// A row of the ratios of longs to shorts.
pub(crate) fn long_short(pair: Pair, longs: Decimal, at: Micros) -> Value {
    let shorts = Decimal::ONE - longs;
    json!({
        "symbol": pair.joined(),
        "longShortRatio": fixed(longs.checked_div(shorts).unwrap_or_default(), 4),
        "longAccount": fixed(longs, 4),
        "shortAccount": fixed(shorts, 4),
        "timestamp": at.millis(),
    })
}

/// A row of `takerlongshortRatio`.
pub(crate) fn taker_volumes(bought: Decimal, sold: Decimal, at: Micros) -> Value {
    json!({
        "buySellRatio": fixed(bought.checked_div(sold).unwrap_or_default(), 4),
        "buyVol": fixed(bought, 4),
        "sellVol": fixed(sold, 4),
        "timestamp": at.millis(),
    })
}

/// A row of `basis`.
pub(crate) fn basis(pair: Pair, futures: Decimal, index: Decimal, at: Micros) -> Value {
    let basis = futures - index;
    json!({
        "indexPrice": asset(index),
        "contractType": "PERPETUAL",
        "basisRate": fixed(basis.checked_div(index).unwrap_or_default(), 4),
        "futuresPrice": price(MarketId::futures(pair), futures),
        "annualizedBasisRate": "",
        "basis": asset(basis),
        "pair": pair.joined(),
        "timestamp": at.millis(),
    })
}

pub(crate) fn constituents(pair: Pair, spot: Decimal, now: Micros) -> Value {
    json!({
        "symbol": pair.joined(),
        "time": now.millis(),
        "constituents": [{
            "exchange": "binance",
            "symbol": pair.joined(),
            "price": asset(spot),
            "weight": asset(Decimal::ONE),
        }],
    })
}

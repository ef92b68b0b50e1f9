//! Response bodies for market data.

use super::{amount, price};
use crate::{
    market::{
        BookTicker, DayTicker, Depth, FundingPoint, Interval, Kline, Level, MarkPrice, MarketId, Pair,
        PublicTrade,
    },
    protocol::{
        number::{asset, fixed},
        time_unit::stamp,
    },
};
use domain::{Decimal, Micros, TradeType, dec};
use serde_json::{Value, json};

/// Maximum absolute funding rate.
const FUNDING_CAP: Decimal = dec!(0.0075);
/// Interest component of the funding rate.
const INTEREST: Decimal = dec!(0.0001);

/// Adds a field to an object.
fn with(mut object: Value, name: &str, value: impl Into<Value>) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.insert(name.to_owned(), value.into());
    }
    object
}

const fn futures(market: MarketId) -> bool {
    matches!(market.kind, TradeType::Futures)
}

/// Book levels as `[["price","amount"], ...]`.
pub(crate) fn levels(market: MarketId, levels: &[Level]) -> Vec<[String; 2]> {
    levels.iter().map(|l| [price(market, l.price), amount(market, l.amount)]).collect()
}

pub(crate) fn depth(market: MarketId, depth: &Depth, now: Micros) -> Value {
    let body = json!({
        "lastUpdateId": depth.update_id,
        "bids": levels(market, &depth.bids),
        "asks": levels(market, &depth.asks),
    });
    if futures(market) { with(with(body, "E", stamp(now)), "T", stamp(now)) } else { body }
}

pub(crate) fn trade(market: MarketId, trade: &PublicTrade) -> Value {
    let body = json!({
        "id": trade.id,
        "price": price(market, trade.price),
        "qty": amount(market, trade.amount),
        "quoteQty": asset(trade.price * trade.amount),
        "time": stamp(trade.at),
        "isBuyerMaker": trade.buyer_maker,
    });
    if futures(market) { body } else { with(body, "isBestMatch", true) }
}

pub(crate) fn agg_trade(market: MarketId, trade: &PublicTrade) -> Value {
    let body = json!({
        "a": trade.id,
        "p": price(market, trade.price),
        "q": amount(market, trade.amount),
        "f": trade.id,
        "l": trade.id,
        "T": stamp(trade.at),
        "m": trade.buyer_maker,
    });
    if futures(market) { body } else { with(body, "M", true) }
}

/// The last time of a candle, in the present unit.
pub(crate) fn close_time(interval: Interval, start: Micros) -> i64 {
    stamp(interval.end(start)) - 1
}

pub(crate) fn kline(market: MarketId, interval: Interval, k: &Kline) -> Value {
    json!([
        stamp(k.start),
        price(market, k.open),
        price(market, k.high),
        price(market, k.low),
        price(market, k.close),
        amount(market, k.volume),
        close_time(interval, k.start),
        asset(k.quote_volume),
        k.trades,
        amount(market, k.taker_base),
        asset(k.taker_quote),
        "0",
    ])
}

pub(crate) fn day_ticker(market: MarketId, day: &DayTicker) -> Value {
    let body = json!({
        "symbol": market.pair.joined(),
        "priceChange": price(market, day.change()),
        "priceChangePercent": fixed(day.percent(), 3),
        "weightedAvgPrice": price(market, day.vwap()),
        "lastPrice": price(market, day.last),
        "lastQty": amount(market, day.last_amount),
        "openPrice": price(market, day.day.open),
        "highPrice": price(market, day.day.high),
        "lowPrice": price(market, day.day.low),
        "volume": amount(market, day.day.volume),
        "quoteVolume": asset(day.day.quote_volume),
        "openTime": stamp(day.from),
        "closeTime": stamp(day.at),
        "firstId": day.first_id,
        "lastId": day.last_id,
        "count": day.day.trades,
    });
    if futures(market) {
        return body;
    }
    [
        ("prevClosePrice", price(market, day.previous_close)),
        ("bidPrice", price(market, day.book.bid.price)),
        ("bidQty", amount(market, day.book.bid.amount)),
        ("askPrice", price(market, day.book.ask.price)),
        ("askQty", amount(market, day.book.ask.amount)),
    ]
    .into_iter()
    .fold(body, |body, (name, value)| with(body, name, value))
}

/// The statistics of a period of spot that ends at `close`. The short form leaves out what follows from the rest.
pub(crate) fn period_ticker(market: MarketId, ticker: &DayTicker, close: i64, mini: bool) -> Value {
    let body = json!({
        "symbol": market.pair.joined(),
        "openPrice": price(market, ticker.day.open),
        "highPrice": price(market, ticker.day.high),
        "lowPrice": price(market, ticker.day.low),
        "lastPrice": price(market, ticker.last),
        "volume": amount(market, ticker.day.volume),
        "quoteVolume": asset(ticker.day.quote_volume),
        "openTime": stamp(ticker.from),
        "closeTime": close,
        "firstId": ticker.first_id,
        "lastId": ticker.last_id,
        "count": ticker.day.trades,
    });
    if mini {
        return body;
    }
    [
        ("priceChange", price(market, ticker.change())),
        ("priceChangePercent", fixed(ticker.percent(), 3)),
        ("weightedAvgPrice", price(market, ticker.vwap())),
    ]
    .into_iter()
    .fold(body, |body, (name, value)| with(body, name, value))
}

pub(crate) fn price_ticker(market: MarketId, last: Decimal, now: Micros) -> Value {
    let body = json!({ "symbol": market.pair.joined(), "price": price(market, last) });
    if futures(market) { with(body, "time", stamp(now)) } else { body }
}

pub(crate) fn book_ticker(market: MarketId, book: &BookTicker, now: Micros) -> Value {
    let body = json!({
        "symbol": market.pair.joined(),
        "bidPrice": price(market, book.bid.price),
        "bidQty": amount(market, book.bid.amount),
        "askPrice": price(market, book.ask.price),
        "askQty": amount(market, book.ask.amount),
    });
    if futures(market) { with(with(body, "time", stamp(now)), "lastUpdateId", book.update_id) } else { body }
}

/// The volume-weighted average price of these candles.
pub(crate) fn average(rows: &[Kline]) -> Decimal {
    let volume: Decimal = rows.iter().map(|k| k.volume).sum();
    let quote: Decimal = rows.iter().map(|k| k.quote_volume).sum();
    let last = rows.last().map(|k| k.close).unwrap_or_default();
    quote.checked_div(volume).unwrap_or(last)
}

pub(crate) fn average_price(market: MarketId, rows: &[Kline], now: Micros) -> Value {
    json!({ "mins": 5, "price": price(market, average(rows)), "closeTime": stamp(now) })
}

pub(crate) fn premium_index(pair: Pair, mark: &MarkPrice, now: Micros) -> Value {
    json!({
        "symbol": pair.joined(),
        "markPrice": asset(mark.mark),
        "indexPrice": asset(mark.index),
        "estimatedSettlePrice": asset(mark.index),
        "lastFundingRate": asset(mark.funding_rate),
        "interestRate": asset(INTEREST),
        "nextFundingTime": stamp(mark.next_funding),
        "time": stamp(now),
    })
}

pub(crate) fn funding_rate(pair: Pair, point: &FundingPoint) -> Value {
    json!({
        "symbol": pair.joined(),
        "fundingTime": stamp(point.at),
        "fundingRate": asset(point.rate),
        "markPrice": asset(point.mark),
    })
}

pub(crate) fn funding_info(pair: Pair) -> Value {
    json!({
        "symbol": pair.joined(),
        "adjustedFundingRateCap": asset(FUNDING_CAP),
        "adjustedFundingRateFloor": asset(-FUNDING_CAP),
        "fundingIntervalHours": 8,
        "disclaimer": false,
    })
}

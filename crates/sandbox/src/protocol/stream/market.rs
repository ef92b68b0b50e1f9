//! Messages of market streams.

use super::{
    extra,
    name::{Subject, TickerWindow, Topic},
};
use crate::{
    engine::{Engine, MarketUpdate},
    market::{DayTicker, Interval, Kline, MarketId, PublicTrade},
    protocol::{
        number::{asset, fixed},
        shape::{amount, market::close_time, market::levels, price},
        time_unit::stamp,
    },
};
use domain::{Frame, Micros, TradeType};
use serde_json::{Value, json};

/// The messages that a subject's stream sends for one event batch: none, one or several.
pub(super) fn messages(
    engine: &Engine,
    at: Micros,
    subject: &Subject,
    updates: &[&MarketUpdate],
) -> Vec<Value> {
    let of_all = |one: &dyn Fn(&MarketUpdate) -> Option<Value>| {
        let rows: Vec<_> = updates.iter().filter_map(|update| one(update)).collect();
        if rows.is_empty() { Vec::new() } else { vec![Value::Array(rows)] }
    };
    match subject {
        Subject::AllTickers => of_all(&|update: &MarketUpdate| {
            Some(ticker(at, update.market, &engine.day_ticker(update.market)))
        }),
        Subject::AllMiniTickers => of_all(&|update: &MarketUpdate| {
            Some(mini_ticker(at, update.market, &engine.day_ticker(update.market)))
        }),
        Subject::AllWindowTickers(window) => {
            of_all(&|update: &MarketUpdate| Some(window_ticker(engine, at, update.market, *window)))
        }
        Subject::AllMarkPrices => of_all(&|update: &MarketUpdate| mark_price(at, update)),
        Subject::AllBookTickers => updates.iter().map(|update| book_ticker(at, update)).collect(),
        // Liquidations are events of accounts, not of the market.
        Subject::AllForceOrders => Vec::new(),
        Subject::Market(pair, topic) => updates
            .iter()
            .filter(|update| update.market.pair == *pair)
            .flat_map(|update| of_market(engine, at, *topic, update))
            .collect(),
    }
}

fn of_market(engine: &Engine, at: Micros, topic: Topic, update: &MarketUpdate) -> Vec<Value> {
    let market = update.market;
    match topic {
        Topic::Ticker => vec![ticker(at, market, &engine.day_ticker(market))],
        Topic::MiniTicker => vec![mini_ticker(at, market, &engine.day_ticker(market))],
        Topic::WindowTicker(window) => vec![window_ticker(engine, at, market, window)],
        Topic::BookTicker => vec![book_ticker(at, update)],
        Topic::Trade => update.trades.iter().map(|row| trade(at, market, row)).collect(),
        Topic::AggTrade => update.trades.iter().map(|row| agg_trade(at, market, row)).collect(),
        Topic::Kline(interval) => candles(engine, at, interval, update),
        Topic::ContinuousKline(interval) => {
            let rows = candles(engine, at, interval, update).into_iter();
            rows.map(|row| extra::continuous(row, market)).collect()
        }
        Topic::Depth(depth) => vec![partial_book(engine, at, market, depth.count())],
        Topic::MarkPrice => mark_price(at, update).into_iter().collect(),
        Topic::AveragePrice => vec![extra::average_price(engine, at, market)],
        // These do not follow from the market's state alone.
        Topic::BookDiff | Topic::ForceOrder => Vec::new(),
    }
}

const fn futures(market: MarketId) -> bool {
    matches!(market.kind, TradeType::Futures)
}

fn ticker(at: Micros, market: MarketId, t: &DayTicker) -> Value {
    let mut body = json!({
        "e": "24hrTicker",
        "E": stamp(at),
        "s": market.pair.joined(),
        "p": price(market, t.change()),
        "P": fixed(t.percent(), 3),
        "w": price(market, t.vwap()),
        "c": price(market, t.last),
        "Q": amount(market, t.last_amount),
        "o": price(market, t.day.open),
        "h": price(market, t.day.high),
        "l": price(market, t.day.low),
        "v": amount(market, t.day.volume),
        "q": asset(t.day.quote_volume),
        "O": stamp(t.from),
        "C": stamp(t.at),
        "F": t.first_id,
        "L": t.last_id,
        "n": t.day.trades,
    });
    if !futures(market) {
        body["x"] = price(market, t.previous_close).into();
        body["b"] = price(market, t.book.bid.price).into();
        body["B"] = amount(market, t.book.bid.amount).into();
        body["a"] = price(market, t.book.ask.price).into();
        body["A"] = amount(market, t.book.ask.amount).into();
    }
    body
}

fn mini_ticker(at: Micros, market: MarketId, t: &DayTicker) -> Value {
    json!({
        "e": "24hrMiniTicker",
        "E": stamp(at),
        "s": market.pair.joined(),
        "c": price(market, t.last),
        "o": price(market, t.day.open),
        "h": price(market, t.day.high),
        "l": price(market, t.day.low),
        "v": amount(market, t.day.volume),
        "q": asset(t.day.quote_volume),
    })
}

/// The ticker of a rolling window, which has the day's fields but those of the book and of the last trade.
fn window_ticker(engine: &Engine, at: Micros, market: MarketId, window: TickerWindow) -> Value {
    let statistics = engine.ticker_since(market, window.begin(at));
    let mut body = ticker(at, market, &statistics);
    if let Value::Object(fields) = &mut body {
        for name in ["Q", "x", "b", "B", "a", "A"] {
            fields.remove(name);
        }
    }
    body["e"] = format!("{}Ticker", window.word()).into();
    body
}

fn book_ticker(at: Micros, update: &MarketUpdate) -> Value {
    let (market, book) = (update.market, &update.book);
    let mut body = json!({
        "u": book.update_id,
        "s": market.pair.joined(),
        "b": price(market, book.bid.price),
        "B": amount(market, book.bid.amount),
        "a": price(market, book.ask.price),
        "A": amount(market, book.ask.amount),
    });
    if futures(market) {
        body["e"] = "bookTicker".into();
        body["E"] = stamp(at).into();
        body["T"] = stamp(at).into();
    }
    body
}

fn trade(at: Micros, market: MarketId, row: &PublicTrade) -> Value {
    let mut body = json!({
        "e": "trade",
        "E": stamp(at),
        "T": stamp(row.at),
        "s": market.pair.joined(),
        "t": row.id,
        "p": price(market, row.price),
        "q": amount(market, row.amount),
        "m": row.buyer_maker,
    });
    let (name, value) = if futures(market) { ("X", json!("MARKET")) } else { ("M", json!(true)) };
    body[name] = value;
    body
}

fn agg_trade(at: Micros, market: MarketId, row: &PublicTrade) -> Value {
    let mut body = json!({
        "e": "aggTrade",
        "E": stamp(at),
        "s": market.pair.joined(),
        "a": row.id,
        "p": price(market, row.price),
        "q": amount(market, row.amount),
        "f": row.id,
        "l": row.id,
        "T": stamp(row.at),
        "m": row.buyer_maker,
    });
    if !futures(market) {
        body["M"] = true.into();
    }
    body
}

/// The messages of an interval's candles.
fn candles(engine: &Engine, at: Micros, interval: Interval, update: &MarketUpdate) -> Vec<Value> {
    let last = last_trade_id(engine, update);
    write_candles(at, update.market, interval, &klines(engine, interval, update), last)
}

/// The id of the market's latest trade as of an update.
pub(super) fn last_trade_id(engine: &Engine, update: &MarketUpdate) -> u64 {
    update.trades.last().map_or_else(|| engine.last_trade_id(update.market), |trade| trade.id)
}

/// The messages of consecutive candles, oldest first, of which the last one ends with the trade `last`.
pub(super) fn write_candles(
    at: Micros,
    market: MarketId,
    interval: Interval,
    candles: &[(Kline, bool)],
    last: u64,
) -> Vec<Value> {
    let mut last = i64::try_from(last).unwrap_or(i64::MAX);
    let newest_first = candles.iter().rev().map(|(candle, closed)| {
        let trades = i64::try_from(candle.trades).unwrap_or(0);
        let ids = if trades == 0 { (-1, -1) } else { (last - trades + 1, last) };
        last -= trades;
        kline(at, market, interval, (candle, *closed), ids)
    });
    let mut messages: Vec<Value> = newest_first.collect();
    messages.reverse();
    messages
}

/// The current candle, preceded by the closed one if this batch closed one. The flag is set for the closed one.
fn klines(engine: &Engine, interval: Interval, update: &MarketUpdate) -> Vec<(Kline, bool)> {
    let market = update.market;
    let running = interval.floor(update.candle.start);
    let starting_at = |start: Micros, minute: &Kline| {
        if interval == Interval::from(Frame::M1) {
            return Some(*minute);
        }
        engine.candles(market, interval, Some(start), Some(start), 1).pop()
    };
    let mut rows = Vec::new();
    if let Some(minute) = &update.closed {
        let start = interval.floor(minute.start);
        if start != running
            && let Some(closed) = starting_at(start, minute)
        {
            rows.push((closed, true));
        }
    }
    rows.extend(starting_at(running, &update.candle).map(|now| (now, false)));
    rows
}

/// The message of a candle; `ids` are those of its first and its last trade.
fn kline(
    at: Micros,
    market: MarketId,
    interval: Interval,
    (k, closed): (&Kline, bool),
    ids: (i64, i64),
) -> Value {
    json!({
        "e": "kline",
        "E": stamp(at),
        "s": market.pair.joined(),
        "k": {
            "t": stamp(k.start),
            "T": close_time(interval, k.start),
            "s": market.pair.joined(),
            "i": interval.word(),
            "f": ids.0,
            "L": ids.1,
            "o": price(market, k.open),
            "c": price(market, k.close),
            "h": price(market, k.high),
            "l": price(market, k.low),
            "v": amount(market, k.volume),
            "n": k.trades,
            "x": closed,
            "q": asset(k.quote_volume),
            "V": amount(market, k.taker_base),
            "Q": asset(k.taker_quote),
            "B": "0",
        },
    })
}

fn partial_book(engine: &Engine, at: Micros, market: MarketId, count: usize) -> Value {
    let depth = engine.depth(market, count);
    let (bids, asks) = (levels(market, &depth.bids), levels(market, &depth.asks));
    if futures(market) {
        json!({
            "e": "depthUpdate",
            "E": stamp(at),
            "T": stamp(at),
            "s": market.pair.joined(),
            "U": depth.update_id,
            "u": depth.update_id,
            "pu": depth.update_id.saturating_sub(1),
            "b": bids,
            "a": asks,
        })
    } else {
        json!({ "lastUpdateId": depth.update_id, "bids": bids, "asks": asks })
    }
}

fn mark_price(at: Micros, update: &MarketUpdate) -> Option<Value> {
    let mark = update.mark?;
    Some(json!({
        "e": "markPriceUpdate",
        "E": stamp(at),
        "s": update.market.pair.joined(),
        "p": asset(mark.mark),
        "i": asset(mark.index),
        "P": asset(mark.index),
        "r": asset(mark.funding_rate),
        "T": stamp(mark.next_funding),
    }))
}

//! Messages that do not come from a market's update alone: average prices, continuous candles, liquidations.

use crate::{
    engine::{Engine, Event, EventKind, Execution, Order, Status},
    market::{MarketId, Pair},
    protocol::{
        shape::{amount, market::average, price},
        time_unit::stamp,
    },
};
use domain::{Frame, Micros};
use serde_json::{Value, json};

/// How many one-minute candles the average price covers; the message states it as `5m`.
const AVERAGED: usize = 5;

/// The message of `<symbol>@avgPrice`: the average price of the last minutes, and when the last trade was.
pub(super) fn average_price(engine: &Engine, at: Micros, market: MarketId) -> Value {
    let rows = engine.klines(market, Frame::M1, None, None, AVERAGED);
    let last = engine.trades(market, 1).pop().map_or(0, |trade| stamp(trade.at));
    json!({
        "e": "avgPrice",
        "E": stamp(at),
        "s": market.pair.joined(),
        "i": "5m",
        "w": price(market, average(&rows)),
        "T": last,
    })
}

/// Turns the message of a candle into that of a continuous contract's candle.
pub(super) fn continuous(mut kline: Value, market: MarketId) -> Value {
    let (at, mut candle) = (kline["E"].take(), kline["k"].take());
    if let Value::Object(fields) = &mut candle {
        fields.remove("s");
    }
    json!({ "e": "continuous_kline", "E": at, "ps": market.pair.joined(), "ct": "PERPETUAL", "k": candle })
}

/// The liquidation that an event completes; `only` restricts it to one pair.
pub(super) fn liquidation(event: &Event, only: Option<Pair>) -> Option<Value> {
    match &event.kind {
        EventKind::Order { order, execution: Execution::Calculated, fill: Some(fill), .. }
            if order.status == Status::Filled && only.is_none_or(|pair| order.market.pair == pair) =>
        {
            Some(force_order(event.at, order, &amount(order.market, fill.amount)))
        }
        _ => None,
    }
}

/// Binance reports a liquidation as a limit order; its price is the average price here.
fn force_order(at: Micros, order: &Order, last: &str) -> Value {
    let market = order.market;
    let average = price(market, order.average());
    json!({
        "e": "forceOrder",
        "E": stamp(at),
        "o": {
            "s": market.pair.joined(),
            "S": order.side.word(),
            "o": "LIMIT",
            "f": "IOC",
            "q": amount(market, order.amount),
            "p": average,
            "ap": average,
            "X": order.status.word(),
            "l": last,
            "z": amount(market, order.filled),
            "T": stamp(order.updated),
        },
    })
}

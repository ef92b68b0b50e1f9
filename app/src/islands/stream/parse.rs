//! Reading the stream's messages with the browser's own JSON parser (`domain::live::LiveMessage`).

use crate::islands::told::{Happened, OrderNews, Quote, What};
use js_sys::{JSON, Reflect};
use wasm_bindgen::JsValue;

/// A message that the small islands act on.
pub(super) enum Told {
    Hello(i64),
    Upstream(bool),
    Price(String, Quote),
    Happened(Happened),
    Reload,
}

/// Reads a message; what is meant for the desk alone, and what we do not know, is none.
pub(super) fn read(text: &str) -> Option<Told> {
    if text == "\"Reload\"" {
        return Some(Told::Reload);
    }
    // Frequent, and only for the desk.
    if text.starts_with("{\"Candle\"") || text.starts_with("{\"Account\"") || text.starts_with("{\"Mark\"") {
        return None;
    }
    let message = JSON::parse(text).ok()?;
    if let Some(ticker) = get(&message, "Price") {
        let quote = Quote {
            last: string(&ticker, "last"),
            percent: string(&ticker, "percentage"),
            high: string(&ticker, "high"),
            low: string(&ticker, "low"),
            up: true,
        };
        return Some(Told::Price(string(&ticker, "symbol"), quote));
    }
    if let Some(hello) = get(&message, "Hello") {
        return Some(Told::Hello(number(&hello, "seq")?));
    }
    if let Some(upstream) = get(&message, "Upstream") {
        return Some(Told::Upstream(get(&upstream, "live")?.is_truthy()));
    }
    let happened = get(&message, "Happened")?;
    let what = what(&get(&get(&happened, "event")?, "what")?)?;
    Some(Told::Happened(Happened { seq: number(&happened, "seq")?, what }))
}

fn what(value: &JsValue) -> Option<What> {
    if let Some(both) = get(value, "Order") {
        let order = Reflect::get_u32(&both, 0).ok()?;
        return Some(What::Order(OrderNews {
            symbol: string(&order, "symbol"),
            side: string(&order, "side"),
            status: string(&order, "status"),
            amount: string(&order, "amount"),
            filled: string(&order, "filled"),
            average: string(&order, "average"),
        }));
    }
    if let Some(symbol) = get(value, "ClosedWithoutStop") {
        return Some(What::ClosedWithoutStop(symbol.as_string()?));
    }
    if let Some(both) = get(value, "TargetRefused") {
        let part = |i| Reflect::get_u32(&both, i).ok()?.as_string();
        return Some(What::TargetRefused(part(0)?, part(1)?));
    }
    get(value, "KeyRefused")?.as_string().map(What::KeyRefused)
}

fn get(value: &JsValue, key: &str) -> Option<JsValue> {
    Reflect::get(value, &key.into()).ok().filter(|v| !v.is_undefined() && !v.is_null())
}

fn string(value: &JsValue, key: &str) -> String {
    get(value, key).and_then(|v| v.as_string()).unwrap_or_default()
}

#[allow(clippy::cast_possible_truncation)] // a sequence number stays far below 2^53
fn number(value: &JsValue, key: &str) -> Option<i64> {
    get(value, key)?.as_f64().map(|n| n as i64)
}

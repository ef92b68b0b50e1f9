//! Adds to the sandbox's messages what Binance may add one day: fields, words and other forms of numbers.

use serde_json::{Value, json};

/// A field that no version of the protocol has.
const NEW_FIELD: &str = "addedIn2027";

/// Dresses a REST response.
pub(crate) fn response(path: &str, value: &mut Value) {
    if path.ends_with("/exchangeInfo") {
        extend_exchange_info(value);
    }
    if path.ends_with("/klines")
        && let Some(rows) = value.as_array_mut()
    {
        rows.iter_mut().filter_map(Value::as_array_mut).for_each(|row| row.push(json!({ "new": [] })));
    }
    add_unknown(value);
}

/// Dresses a message of a stream; futures streams get an unknown event before it.
pub(crate) fn event(target: &str, text: &str) -> Vec<String> {
    let Ok(mut message) = serde_json::from_str::<Value>(text) else { return vec![text.to_owned()] };
    add_unknown(&mut message);
    let unknown = match target {
        path if path.starts_with("/futures/ws/") => json!({ "e": "SOMETHING_NEW", "E": 1, "o": [1, null] }),
        path if path.starts_with("/futures/stream") => json!({ "stream": "new", "data": { "e": "new" } }),
        _ => return vec![message.to_string()],
    };
    vec![unknown.to_string(), message.to_string()]
}

/// Rows that cannot be read, and a filter and a limit of new kinds.
fn extend_exchange_info(info: &mut Value) {
    if let Some(limits) = info["rateLimits"].as_array_mut() {
        limits.insert(0, json!({ "rateLimitType": "CONNECTIONS", "interval": "FORTNIGHT", "limit": null }));
    }
    let Some(symbols) = info["symbols"].as_array_mut() else { return };
    for symbol in symbols.iter_mut() {
        symbol["permissions"] = json!(["SPOT", "TRD_GRP_999"]);
        if let Some(filters) = symbol["filters"].as_array_mut() {
            filters.push(json!({ "filterType": "NEW_FILTER", "limit": { "of": [] }, "tickSize": ["?"] }));
        }
    }
    symbols.push(json!({ "symbol": null, "status": 7, "filters": "none" }));
}

/// Adds a field to every object, and changes words and forms that no decision depends on.
fn add_unknown(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if let Some(changed) = changed(name, field) {
                    *field = changed;
                }
                add_unknown(field);
            }
            fields.insert(NEW_FIELD.to_owned(), json!({ "level": 1, "words": ["NEW", null] }));
        }
        Value::Array(rows) => rows.iter_mut().for_each(add_unknown),
        _ => {}
    }
}

fn changed(name: &str, field: &Value) -> Option<Value> {
    Some(match (name, field.as_str()) {
        ("status" | "algoStatus" | "X", Some("NEW")) => json!("NEW_AND_QUEUED"),
        ("timeInForce" | "f", Some("GTC")) => json!("GTC_2027"),
        ("selfTradePreventionMode" | "priceMatch" | "workingType" | "accountType", Some(_)) => {
            json!("NEW_WORD")
        }
        ("contractType", Some("PERPETUAL")) => json!("TRADIFI_PERPETUAL"),
        ("stopPrice" | "avgPrice" | "liquidationPrice", Some(text)) if is_zero(text) => Value::Null,
        ("leverage", Some(text)) => json!(text.parse::<u32>().ok()?),
        ("updateTime", None) => json!(field.as_i64()?.to_string()),
        _ => return None,
    })
}

fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'0' || byte == b'.')
}

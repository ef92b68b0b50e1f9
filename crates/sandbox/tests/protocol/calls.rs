//! The calls of client libraries, one by one: each works, or is refused in Binance's words.
//!
//! `calls.json` has them in the order in which they are sent, by their names in `docs/protocols/sandbox-clients.md`,
//! and bad requests. `object` and `list` name fields that the answer, or the first of its rows, has; `null` is an
//! empty list; `refused` is the status and the body of an error.

use crate::{
    desk::Desk,
    ws_api::{Api, FUTURES, SPOT},
};
use serde_json::{Value, json};

const CALLS: &str = include_str!("calls.json");

fn has_fields(object: &Value, fields: &Value, name: &str) {
    for field in fields.as_array().into_iter().flatten() {
        assert!(object.get(field.as_str().unwrap()).is_some(), "{name} lacks {field}: {object}");
    }
}

/// Checks an answer against a call's `object`, `list` or `refused`.
fn check(call: &Value, (status, body): (u16, &Value)) {
    let name = call["call"].as_str().unwrap();
    if let Some(refused) = call.get("refused") {
        assert_eq!(&json!([status, body]), refused, "{name}");
        return;
    }
    assert_eq!(status, 200, "{name}: {body}");
    match (call.get("object"), call.get("list")) {
        (Some(fields), None) => {
            assert!(body.is_object(), "{name}: {body}");
            has_fields(body, fields, name);
        }
        (None, Some(Value::Null)) => assert_eq!(body, &json!([]), "{name}"),
        (None, Some(fields)) => {
            let first = body.as_array().and_then(|rows| rows.first());
            has_fields(first.unwrap_or_else(|| panic!("{name} is empty: {body}")), fields, name);
        }
        _ => panic!("{name} has no expected answer"),
    }
}

async fn send_all(venue: &str) {
    let desk = Desk::open().await;
    let all: Value = serde_json::from_str(CALLS).unwrap();
    let calls = all[venue].as_array().unwrap();
    assert!(calls.len() > 40);
    for call in calls {
        let (method, path) = call["request"].as_str().unwrap().split_once(' ').unwrap();
        let reply = desk.call(method, path, call["params"].as_str().unwrap()).await;
        check(call, (reply.status.as_u16(), &reply.body));
    }
}

#[tokio::test]
async fn calls_of_spot_work_or_are_refused_as_by_binance() {
    send_all("spot").await;
}

#[tokio::test]
async fn calls_of_futures_work_or_are_refused_as_by_binance() {
    send_all("futures").await;
}

#[tokio::test]
async fn bad_requests_are_refused_with_binances_codes_and_texts() {
    send_all("errors").await;
}

#[tokio::test]
async fn calls_of_the_websocket_api_work_or_are_refused_as_by_binance() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let minute = json!({ "symbol": "BTCUSDT", "interval": "1m" });
    let market = json!({ "symbol": "BTCUSDT" });
    let all = json!({});
    let unsupported =
        json!({ "refused": [400, { "code": -1020, "msg": "This operation is not supported." }] });
    let unknown = json!({ "refused": [400, { "code": -2011, "msg": "Unknown order sent." }] });
    let (object, list) =
        (|field: &str| json!({ "object": [field] }), |field: &str| json!({ "list": [field] }));
    let none = json!({ "list": null });
    for (name, path, method, params, expected) in [
        ("fetchOHLCVWs", SPOT, "klines", &minute, json!({ "list": [] })),
        ("fetchOHLCVWs", FUTURES, "klines", &minute, unsupported.clone()),
        ("fetchTradesWs", SPOT, "trades.recent", &market, list("id")),
        ("fetchTradesWs", FUTURES, "trades.recent", &market, unsupported.clone()),
        ("fetchMyTradesWs", SPOT, "myTrades", &market, none.clone()),
        ("fetchMyTradesWs", FUTURES, "myTrades", &market, unsupported),
        ("fetchTickerWs", FUTURES, "ticker.price", &market, object("price")),
        ("fetchOrderBookWs", FUTURES, "depth", &market, object("bids")),
        ("fetchOpenOrdersWs", SPOT, "openOrders.status", &market, none.clone()),
        ("fetchOrdersWs", SPOT, "allOrders", &market, none.clone()),
        ("fetchBalanceWs", SPOT, "account.status", &all, object("balances")),
        ("fetchPositionsWs", FUTURES, "v2/account.position", &all, none),
        ("cancelAllOrdersWs", SPOT, "openOrders.cancelAll", &market, unknown),
    ] {
        let mut call = expected;
        call["call"] = name.into();
        let mut api = Api::open(address, path).await;
        let frame = api.signed(&desk, method, params.clone()).await;
        let status = u16::try_from(frame["status"].as_u64().unwrap()).unwrap();
        check(&call, (status, frame.get("result").unwrap_or(&frame["error"])));
    }
}

#[tokio::test]
async fn bad_requests_of_the_websocket_api_are_refused_with_binances_codes_and_texts() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let (now, key) = (desk.clock_millis(), desk.key.as_str());
    let missing =
        |name: &str| format!("Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");
    let order = json!({ "symbol": "BTCUSDT", "side": "HOLD", "type": "MARKET", "quantity": "1",
        "apiKey": key, "timestamp": now, "signature": "00" });
    let account = "account.status";
    for (method, params, status, code, msg) in [
        ("depth", json!({}), 400, -1102, missing("symbol")),
        ("depth", json!({ "symbol": "NOSUCH" }), 400, -1121, "Invalid symbol.".into()),
        ("depth", json!({ "symbol": "" }), 400, -1105, "Parameter 'symbol' was empty.".into()),
        (account, json!({}), 400, -1102, missing("apiKey")),
        (account, json!({ "apiKey": "short" }), 401, -2014, "API-key format invalid.".into()),
        (
            account,
            json!({ "apiKey": "x".repeat(64) }),
            401,
            -2015,
            "Invalid API-key, IP, or permissions for action.".into(),
        ),
        (account, json!({ "apiKey": key }), 400, -1102, missing("timestamp")),
        (account, json!({ "apiKey": key, "timestamp": now }), 400, -1102, missing("signature")),
        (
            account,
            json!({ "apiKey": key, "timestamp": now - 6_000, "signature": "00" }),
            400,
            -1021,
            "Timestamp for this request is outside of the recvWindow.".into(),
        ),
        (
            account,
            json!({ "apiKey": key, "timestamp": now + 1_001, "signature": "00" }),
            400,
            -1021,
            "Timestamp for this request was 1000ms ahead of the server's time.".into(),
        ),
        ("order.place", order, 400, -1022, "Signature for this request is not valid.".into()),
        ("order.dance", json!({}), 400, -1020, "This operation is not supported.".into()),
    ] {
        for path in [SPOT, FUTURES] {
            let mut api = Api::open(address, path).await;
            let frame = api.call(method, params.clone()).await;
            let expected = (&json!(status), &json!({ "code": code, "msg": msg }));
            assert_eq!((&frame["status"], &frame["error"]), expected, "{path} {method} {params}");
        }
    }
}

//! Times in milliseconds and in microseconds.

use crate::{
    desk::{Desk, Reply},
    ear::Ear,
    ws_api::{Api, SPOT, result},
};
use axum::body::Body;
use domain::Clock;
use http::{Request, StatusCode};
use serde_json::{Value, json};

/// A sandbox whose time is not a whole millisecond.
async fn between_milliseconds() -> Desk {
    let desk = Desk::open().await;
    desk.clock.forward(123_456);
    desk.sandbox.tick(1).unwrap();
    desk
}

async fn send(desk: &Desk, method: &str, path: &str, unit: &str) -> Reply {
    let request = Request::builder().method(method).uri(format!("/binance{path}"));
    let request = request.header("X-MBX-APIKEY", &desk.key).header("X-MBX-TIME-UNIT", unit);
    desk.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_header_chooses_the_unit_of_answers() {
    let desk = between_milliseconds().await;
    let now = desk.clock.now();
    for (path, unit, time) in [
        ("/api/v3/time", "MICROSECOND", now.0),
        ("/api/v3/time", "microsecond", now.0),
        ("/api/v3/time", "MILLISECOND", now.millis()),
        ("/api/v3/time", "millisecond", now.millis()),
        ("/fapi/v1/time", "MICROSECOND", now.millis()),
        ("/fapi/v1/time", "NANOSECOND", now.millis()),
    ] {
        assert_eq!(send(&desk, "GET", path, unit).await.ok(), json!({ "serverTime": time }), "{path} {unit}");
    }
    let refused = send(&desk, "GET", "/api/v3/time", "NANOSECOND").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let msg = "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.";
    assert_eq!(refused.body, json!({ "code": -1194, "msg": msg }));
    assert_eq!(desk.get("/api/v3/time").await.ok(), json!({ "serverTime": now.millis() }));
}

#[tokio::test]
async fn candles_and_orders_have_the_unit() {
    let desk = between_milliseconds().await;
    let path = "/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1";
    let (plain, exact) = (desk.get(path).await.ok(), send(&desk, "GET", path, "MICROSECOND").await.ok());
    let time = |row: &Value, place: usize| row[0][place].as_i64().unwrap();
    assert_eq!(time(&exact, 0), time(&plain, 0) * 1_000);
    assert_eq!(time(&exact, 6), time(&exact, 0) + 59_999_999);
    assert_eq!(time(&plain, 6), time(&plain, 0) + 59_999);

    let order =
        desk.signed_query("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000");
    let placed = send(&desk, "POST", &format!("/api/v3/order?{order}"), "MICROSECOND").await.ok();
    let now = desk.clock.now();
    assert_eq!((&placed["transactTime"], &placed["workingTime"]), (&json!(now.0), &json!(now.0)));
    let open = desk.call("GET", "/api/v3/openOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(open[0]["time"], now.millis());
}

#[tokio::test]
async fn requests_give_times_in_either_unit() {
    let desk = Desk::open().await;
    let begin = desk.clock.now().millis() - 600_000;
    let path = "/api/v3/klines?symbol=BTCUSDT&interval=1m";
    let rows =
        async |start: i64, end: i64| desk.get(&format!("{path}&startTime={start}&endTime={end}")).await.ok();
    let (start, end) = (begin, begin + 240_000);
    let plain = rows(start, end).await;
    assert_eq!(plain.as_array().unwrap().len(), 5);
    assert_eq!(rows(start * 1_000, end * 1_000).await, plain);
    assert_eq!(rows(start * 1_000, end * 1_000 - 1).await.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn streams_have_the_unit_of_their_address() {
    let desk = between_milliseconds().await;
    let address = desk.serve().await;
    let mut one = Ear::open(address, "/spot/ws/btcusdt@trade?timeUnit=MICROSECOND").await;
    let mut combined = Ear::open(address, "/spot/stream?streams=btcusdt@kline_1m&timeUnit=microsecond").await;
    let mut plain = Ear::open(address, "/spot/ws/btcusdt@trade?timeUnit=MILLISECOND").await;
    let mut futures = Ear::open(address, "/futures/ws/btcusdt@trade?timeUnit=MICROSECOND").await;
    for ear in [&mut one, &mut combined, &mut plain, &mut futures] {
        ear.settled().await;
    }
    desk.sandbox.tick(1).unwrap();
    let now = desk.clock.now();
    assert_eq!(one.receive().await["E"], now.0);
    let candle = combined.receive().await["data"].clone();
    assert_eq!(candle["E"], now.0);
    let (start, end) = (candle["k"]["t"].as_i64().unwrap(), candle["k"]["T"].as_i64().unwrap());
    assert_eq!(end - start, 59_999_999);
    assert_eq!(plain.receive().await["E"], now.millis());
    assert_eq!(futures.receive().await["E"], now.millis());
    let wrong = format!("ws://{address}/sandbox/binance/spot/ws/btcusdt@trade?timeUnit=NANOSECOND");
    assert!(tokio_tungstenite::connect_async(wrong).await.is_err());
}

#[tokio::test]
async fn the_websocket_api_has_the_unit_of_its_address() {
    let desk = between_milliseconds().await;
    let address = desk.serve().await;
    let mut exact = Api::open(address, &format!("{SPOT}?timeUnit=MICROSECOND")).await;
    let mut plain = Api::open(address, SPOT).await;
    let now = desk.clock.now();
    assert_eq!(result(&exact.call("time", json!({})).await), &json!({ "serverTime": now.0 }));
    assert_eq!(result(&plain.call("time", json!({})).await), &json!({ "serverTime": now.millis() }));
    let status = exact.call("session.status", json!({})).await;
    assert_eq!(result(&status)["serverTime"], now.0);
    for api in [&mut exact, &mut plain] {
        result(&api.signed(&desk, "userDataStream.subscribe.signature", json!({})).await);
    }
    desk.call("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01").await.ok();
    let event = exact.event("executionReport").await;
    assert_eq!((&event["event"]["E"], &event["event"]["O"]), (&json!(now.0), &json!(now.0)));
    assert_eq!(plain.event("executionReport").await["event"]["E"], now.millis());
    let wrong = format!("ws://{address}/sandbox/binance{SPOT}?timeUnit=second");
    assert!(tokio_tungstenite::connect_async(wrong).await.is_err());
}

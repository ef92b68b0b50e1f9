//! User-data streams that send what the adapter does not know, and listen keys that are lost.

use super::{
    NOW, btc, d,
    fake::{Fake, Reply},
    ok, orders,
    streams::{fixture, next, send_json, soon},
    who,
};
use crate::{AccountEvent, ExchangeFailure, MarketData, Streams, binance::Binance};
use axum::extract::ws::{Message, WebSocket};
use domain::TradeType;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

const KEEP_ALIVE: &str = "PUT /fapi/v1/listenKey";

async fn connected(fake: &mut Fake, binance: &Binance) -> (Receiver<AccountEvent>, WebSocket) {
    let mut events = binance.account_stream(who(), TradeType::Futures);
    let (_, socket) = fake.socket().await;
    assert_eq!(next(&mut events).await, AccountEvent::Connected);
    (events, socket)
}

fn settings() -> Value {
    json!({ "e": "ACCOUNT_CONFIG_UPDATE", "E": 1, "T": 1, "ac": { "s": "BTCUSDT", "l": 25 } })
}

/// A fill with these fields beside those that each event of an order has.
fn fill(fields: Value) -> Value {
    let mut order = json!({ "s": "BTCUSDT", "c": "slip-1", "S": "SELL", "o": "MARKET", "q": "0.3", "x": "TRADE",
        "X": "PARTIALLY_FILLED", "i": 8_886_774, "z": "0.1", "T": 1_568_879_465_650_i64 });
    for (name, value) in fields.as_object().unwrap() {
        order[name] = value.clone();
    }
    json!({ "e": "ORDER_TRADE_UPDATE", "E": 1, "T": 1, "o": order })
}

#[tokio::test]
async fn unknown_events_are_left_out() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let (mut events, mut socket) = connected(&mut fake, &binance).await;
    for unknown in [
        json!({ "e": "SOMETHING_NEW", "o": { "s": "BTCUSDT" } }),
        json!({ "e": "TRADE_LITE", "E": 1, "T": 1, "s": "BTCUSDT", "q": "0.001" }),
        json!({ "e": "ACCOUNT_CONFIG_UPDATE", "E": 1, "ai": { "j": true } }),
        json!({ "e": null }),
        json!({ "result": null, "id": 1 }),
    ] {
        send_json(&mut socket, &unknown).await;
    }
    socket.send(Message::Binary(vec![1, 2, 3].into())).await.unwrap();
    send_json(&mut socket, &settings()).await;
    assert_eq!(next(&mut events).await, AccountEvent::Settings(btc(), Some(25)));
}

#[tokio::test]
async fn an_event_of_a_combined_stream_is_unwrapped() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let (mut events, mut socket) = connected(&mut fake, &binance).await;
    send_json(&mut socket, &json!({ "stream": "listen", "data": settings() })).await;
    assert_eq!(next(&mut events).await, AccountEvent::Settings(btc(), Some(25)));
}

#[tokio::test]
async fn an_order_event_with_unknown_words_and_empty_fields_is_read() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let (mut events, mut socket) = connected(&mut fake, &binance).await;
    let update = json!({ "e": "ORDER_TRADE_UPDATE", "E": "1568879465651", "T": "1568879465650", "o": {
        "s": "BTCUSDT", "c": "slip-1", "S": "SELL", "o": "NEW_TYPE", "f": null, "q": "0.300", "p": "", "ap": null,
        "sp": 7100, "P": "", "x": "CALCULATED", "X": "HALF_DONE", "i": "8886774", "l": "0.100", "z": "0.200",
        "L": "7103.00", "N": null, "n": "", "T": 1_568_879_465_650_i64, "t": "77", "R": "true", "ps": "BOTH", "rp": 0,
        "newField": { "a": [] },
    } });
    send_json(&mut socket, &update).await;
    let AccountEvent::Order(order, Some(fill)) = next(&mut events).await else { panic!("no fill") };
    assert!(!order.is_final() && order.reduce_only);
    assert_eq!((order.filled, order.stop_price), (d("0.2"), Some(d("7100"))));
    assert_eq!((fill.id.as_str(), fill.amount, fill.fee.currency.as_str()), ("77", d("0.1"), "USDT"));
}

#[tokio::test]
async fn an_unreadable_event_reloads_the_account_once() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let (mut events, mut socket) = connected(&mut fake, &binance).await;
    for unreadable in [
        json!({ "e": "ORDER_TRADE_UPDATE", "o": { "s": "BTCUSDT" } }),
        json!({ "e": "ALGO_UPDATE", "o": [] }),
        json!({ "e": "ACCOUNT_UPDATE", "a": "?" }),
        json!({ "e": "ACCOUNT_UPDATE", "a": { "P": [{ "s": "BTCUSDT", "pa": null, "up": "0" }] } }),
        // Fills without an amount, a price, an id or a profit.
        fill(json!({ "l": "0.100", "L": "7103.00", "t": 77, "ps": "BOTH", "rp": "" })),
        fill(json!({ "L": "7103.00", "t": 77 })),
        fill(json!({ "l": "0.100", "t": 77 })),
        fill(json!({ "l": "0.100", "L": "7103.00", "t": 0 })),
    ] {
        send_json(&mut socket, &unreadable).await;
    }
    socket.send(Message::text("<html>")).await.unwrap();
    assert_eq!(next(&mut events).await, AccountEvent::Connected);
    send_json(&mut socket, &settings()).await;
    assert_eq!(next(&mut events).await, AccountEvent::Settings(btc(), Some(25)));
}

#[tokio::test]
async fn a_conditional_order_whose_status_becomes_unknown_is_queried() {
    let (mut fake, binance) = fixture(|_| ()).await;
    fake.on("GET /fapi/v1/algoOrder", [ok(orders::algo(json!({ "algoStatus": "PAUSED" })))]);
    fake.on("GET /fapi/v1/openAlgoOrders", [ok(json!([]))]);
    let (mut events, mut socket) = connected(&mut fake, &binance).await;
    let update = json!({ "e": "ALGO_UPDATE", "T": 1, "E": 1, "o": { "caid": "slip-3", "aid": 7, "o": "STOP_MARKET",
        "s": "BTCUSDT", "S": "SELL", "X": "PAUSED", "tp": "19850", "cp": true } });
    send_json(&mut socket, &update).await;
    let AccountEvent::Order(order, None) = next(&mut events).await else { panic!("not reported") };
    assert_eq!((order.client_order_id.as_str(), order.is_final()), ("slip-3", true));
}

#[tokio::test]
async fn a_keepalive_without_an_answer_is_repeated_soon() {
    let (mut fake, binance) = fixture(|pacing| pacing.keepalive = Duration::from_millis(500)).await;
    fake.on(
        KEEP_ALIVE,
        [Reply::Body(503, Vec::new(), "<html>".into()), ok(json!({ "listenKey": "listen" }))],
    );
    let (mut events, mut socket) = connected(&mut fake, &binance).await;
    soon(async {
        while fake.seen(KEEP_ALIVE).len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    send_json(&mut socket, &settings()).await;
    assert_eq!(next(&mut events).await, AccountEvent::Settings(btc(), Some(25)), "the stream was kept");
}

#[tokio::test]
async fn a_key_that_was_replaced_elsewhere_is_noticed() {
    let (mut fake, binance) = fixture(|pacing| pacing.keepalive = Duration::from_millis(20)).await;
    fake.on(KEEP_ALIVE, [ok(json!({ "listenKey": "another" }))]);
    let (mut events, _socket) = connected(&mut fake, &binance).await;
    assert_eq!(next(&mut events).await, AccountEvent::Disconnected);
    fake.socket().await;
}

#[tokio::test]
async fn a_spot_subscription_is_signed_again_by_the_exchanges_clock() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let _events = binance.account_stream(who(), TradeType::Spot);
    let mut requested = Vec::new();
    for drift in [0, 1_500] {
        let (_, mut socket) = fake.socket().await;
        let request = soon(socket.recv()).await.unwrap().unwrap();
        let request: Value = serde_json::from_str(request.to_text().unwrap()).unwrap();
        requested.push(request["params"]["timestamp"].as_i64().unwrap() - NOW.millis() - drift);
        fake.set_time(NOW.millis() + 1_500);
        let refusal = json!({ "id": "subscribe", "status": 400, "error": { "code": -1021, "msg": "late" } });
        send_json(&mut socket, &refusal).await;
    }
    assert_eq!(requested, [0, 0]);
}

#[tokio::test]
async fn a_limited_spot_subscription_blocks_the_address() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let _events = binance.account_stream(who(), TradeType::Spot);
    let (_, mut socket) = fake.socket().await;
    soon(socket.recv()).await.unwrap().unwrap();
    let refusal = json!({ "id": "subscribe", "status": 429, "error": { "code": -1003, "msg": "Too many." } });
    send_json(&mut socket, &refusal).await;
    // The adapter closes the connection when it has read the refusal.
    while let Some(Ok(_)) = soon(socket.recv()).await {}
    let price = binance.mark_price(TradeType::Spot, &btc()).await;
    assert!(matches!(price, Err(ExchangeFailure::Limited(_))), "{price:?}");
    assert!(fake.seen("GET /api/v3/ticker/price").is_empty());
}

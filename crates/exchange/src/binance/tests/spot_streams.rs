//! The user-data stream of spot, which comes over the WebSocket API.

use super::{
    NOW, d,
    fake::Fake,
    streams::{fixture, next, send_json, soon},
    who,
};
use crate::{AccountEvent, Streams, binance::sign::signature};
use axum::extract::ws::WebSocket;
use domain::{Funds, Micros, TradeType};
use serde_json::{Value, json};

fn report() -> Value {
    json!({
        "e": "executionReport", "E": 1_499_405_658_658_i64, "s": "LTCBTC", "c": "cancel-id", "S": "BUY",
        "o": "LIMIT_MAKER", "f": "GTC", "q": "1.00000000", "p": "0.10264410", "P": "0.00000000",
        "F": "0.00000000", "g": -1, "C": "slip-4", "x": "CANCELED", "X": "CANCELED", "r": "NONE",
        "i": 4_293_153, "l": "0.00000000", "z": "0.00000000", "L": "0.00000000", "n": "0", "N": null,
        "T": 1_499_405_658_657_i64, "t": -1, "I": 8_641_984, "w": true, "m": false, "M": false,
        "O": 1_499_405_658_000_i64, "Z": "0.00000000", "Y": "0.00000000", "Q": "0.00000000", "W": 1, "V": "NONE",
    })
}

/// Accepts the next spot connection and its subscription.
async fn subscribed(fake: &mut Fake) -> WebSocket {
    let (target, mut socket) = fake.socket().await;
    assert_eq!(target, "/ws-api/v3");
    let request = soon(socket.recv()).await.unwrap().unwrap();
    let request: Value = serde_json::from_str(request.to_text().unwrap()).unwrap();
    assert_eq!(request["method"], "userDataStream.subscribe.signature");
    let payload = format!("apiKey=the-key&timestamp={}", NOW.millis());
    assert_eq!(request["params"]["signature"], signature("the-secret", &payload));
    send_json(&mut socket, &json!({ "id": request["id"], "status": 200, "result": { "subscriptionId": 0 } }))
        .await;
    socket
}

fn enveloped(event: &Value) -> Value {
    json!({ "subscriptionId": 0, "event": event })
}

#[tokio::test]
async fn a_spot_account_streams_orders_and_funds() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let mut events = binance.account_stream(who(), TradeType::Spot);
    let mut socket = subscribed(&mut fake).await;
    assert_eq!(next(&mut events).await, AccountEvent::Connected);
    send_json(&mut socket, &enveloped(&report())).await;
    let AccountEvent::Order(order, None) = next(&mut events).await else { panic!("no event arrived") };
    assert_eq!((order.client_order_id.as_str(), order.post_only), ("slip-4", true));
    assert_eq!(order.at, Micros::from_millis(1_499_405_658_000));
    // Other reports refer to no original order.
    let mut placed = report();
    (placed["c"], placed["C"], placed["x"]) = (json!("slip-5"), json!(""), json!("NEW"));
    send_json(&mut socket, &enveloped(&placed)).await;
    let AccountEvent::Order(order, None) = next(&mut events).await else { panic!("no event arrived") };
    assert_eq!(order.client_order_id, "slip-5");
    let position = json!({ "e": "outboundAccountPosition", "E": 1, "u": 1, "B": [
        { "a": "LTC", "f": "10000.000000", "l": "1.500000" }] });
    send_json(&mut socket, &enveloped(&position)).await;
    let AccountEvent::Account { balance: Some(balance), .. } = next(&mut events).await else {
        panic!("no funds")
    };
    assert_eq!(balance.assets["LTC"], Funds { free: d("10000"), used: d("1.5"), total: d("10001.5") });
}

#[tokio::test]
async fn a_spot_subscription_is_renewed_and_a_refused_key_ends_it() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let mut events = binance.account_stream(who(), TradeType::Spot);
    let mut socket = subscribed(&mut fake).await;
    assert_eq!(next(&mut events).await, AccountEvent::Connected);
    send_json(&mut socket, &enveloped(&json!({ "e": "eventStreamTerminated", "E": 1 }))).await;
    assert_eq!(next(&mut events).await, AccountEvent::Disconnected);
    drop(subscribed(&mut fake).await);
    assert_eq!(next(&mut events).await, AccountEvent::Connected);
    assert_eq!(next(&mut events).await, AccountEvent::Disconnected);
    let (_, mut socket) = fake.socket().await;
    soon(socket.recv()).await.unwrap().unwrap();
    send_json(
        &mut socket,
        &json!({ "id": "subscribe", "status": 401, "error": { "code": -2015, "msg": "no" } }),
    )
    .await;
    assert_eq!(next(&mut events).await, AccountEvent::Unauthorized);
}

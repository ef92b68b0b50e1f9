//! Streams that a test ends: closed after 24 hours, announced to close, or expired.

use crate::{
    desk::Desk,
    ear::Ear,
    ws_api::{Api, FUTURES, SPOT},
};
use axum::body::Body;
use futures::StreamExt;
use http::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

/// Waits until the server closes a connection.
async fn closed(ear: &mut Ear) {
    let end = async {
        while let Some(Ok(message)) = ear.0.next().await {
            if message.is_close() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), end).await.expect("the connection stays open");
}

async fn api(address: std::net::SocketAddr, path: &str) -> Api {
    let mut api = Api::open(address, path).await;
    api.call("ping", json!({})).await;
    api
}

async fn ear(address: std::net::SocketAddr, path: &str) -> Ear {
    let mut ear = Ear::open(address, path).await;
    ear.settled().await;
    ear
}

async fn listen_key(desk: &Desk) -> String {
    let opened = desk.keyed("POST", "/binance/fapi/v1/listenKey", Body::empty()).await.ok();
    opened["listenKey"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_connection_can_be_closed() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut ears = vec![
        ear(address, "/spot/ws/btcusdt@trade").await,
        ear(address, &format!("/futures/ws/{}", listen_key(&desk).await)).await,
        api(address, SPOT).await.ear,
        api(address, FUTURES).await.ear,
    ];
    desk.control("streams", json!({ "end": "close" })).await.ok();
    for ear in &mut ears {
        closed(ear).await;
    }
    // New connections are served.
    ear(address, "/spot/ws/btcusdt@trade").await;
}

#[tokio::test]
async fn spot_announces_a_shutdown() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut raw = ear(address, "/spot/ws/btcusdt@trade").await;
    let mut combined = ear(address, "/spot/stream?streams=btcusdt@trade").await;
    let mut spot = api(address, SPOT).await;
    let mut futures = ear(address, "/futures/ws/btcusdt@trade").await;
    desk.control("streams", json!({ "end": "shutdown" })).await.ok();
    let event = json!({ "e": "serverShutdown", "E": desk.clock_millis() });
    assert_eq!(raw.receive().await, event);
    assert_eq!(combined.receive().await, json!({ "stream": "!serverShutdown", "data": event }));
    assert_eq!(spot.ear.receive().await, json!({ "event": event }));
    // Futures have no such event, and all connections stay open.
    desk.sandbox.tick(1).unwrap();
    assert_eq!(futures.receive().await["e"], "trade");
    assert_eq!(raw.receive().await["e"], "trade");
}

#[tokio::test]
async fn the_streams_of_an_account_expire() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut futures = ear(address, &format!("/futures/ws/{}", listen_key(&desk).await)).await;
    let mut spot = api(address, SPOT).await;
    spot.signed(&desk, "userDataStream.subscribe.signature", json!({})).await;
    desk.control("streams", json!({ "end": "expire", "account": desk.key })).await.ok();
    assert_eq!(futures.receive().await["e"], "listenKeyExpired");
    assert_eq!(spot.event("eventStreamTerminated").await["subscriptionId"], 0);
    assert_eq!(desk.keyed("PUT", "/binance/fapi/v1/listenKey", Body::empty()).await.code(), -1125);
    let again = spot.signed(&desk, "userDataStream.subscribe.signature", json!({})).await;
    assert_eq!(again["result"], json!({ "subscriptionId": 1 }));
}

#[tokio::test]
async fn an_end_is_one_of_three() {
    let desk = Desk::open().await;
    let bad: [(Value, StatusCode); 5] = [
        (json!({}), StatusCode::BAD_REQUEST),
        (json!({ "end": "pause" }), StatusCode::BAD_REQUEST),
        (json!({ "end": "expire" }), StatusCode::BAD_REQUEST),
        (json!({ "end": "close", "account": desk.key }), StatusCode::BAD_REQUEST),
        (json!({ "end": "expire", "account": "nobody" }), StatusCode::NOT_FOUND),
    ];
    for (body, status) in bad {
        assert_eq!(desk.control("streams", body.clone()).await.status, status, "{body}");
    }
}

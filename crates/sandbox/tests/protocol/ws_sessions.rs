//! The WebSocket API's connections: user data, sessions, and faults.

use crate::{
    desk::{Desk, number},
    key_kinds::KeyPair,
    ws_api::{Api, FUTURES, SPOT, error, result, signed},
};
use domain::Clock;
use futures::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn spot_user_data_is_delivered_by_signed_subscription() {
    let desk = Desk::open().await;
    let mut api = Api::open(desk.serve().await, SPOT).await;
    let subscribed = api.signed(&desk, "userDataStream.subscribe.signature", json!({})).await;
    assert_eq!(result(&subscribed), &json!({ "subscriptionId": 0 }));
    let twice = api.signed(&desk, "userDataStream.subscribe.signature", json!({})).await;
    assert_eq!(error(&twice), (&json!(400), &json!(-2035)));
    let listed = api.call("session.subscriptions", json!({})).await;
    assert_eq!(result(&listed), &json!([{ "subscriptionId": 0 }]));

    let order = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newClientOrderId=go";
    desk.call("POST", "/api/v3/order", order).await.ok();
    let new = api.event("executionReport").await;
    assert_eq!(new["subscriptionId"], 0);
    assert_eq!((&new["event"]["x"], &new["event"]["c"]), (&json!("NEW"), &json!("go")));
    let filled = api.ear.receive_matching(|frame| frame["event"]["X"] == "FILLED").await;
    assert_eq!((&filled["event"]["x"], &filled["event"]["N"]), (&json!("TRADE"), &json!("BTC")));
    let position = api.event("outboundAccountPosition").await;
    let assets: Vec<_> = position["event"]["B"].as_array().unwrap().iter().map(|row| &row["a"]).collect();
    assert_eq!(assets, ["BTC", "USDT"]);
    assert!(number(&position["event"]["B"][0]["f"]) > domain::Decimal::ZERO);

    let ended = api.call("userDataStream.unsubscribe", json!({ "subscriptionId": 0 })).await;
    assert_eq!(result(&ended), &json!({}));
    let last = api.event("eventStreamTerminated").await;
    let now = desk.clock.now().millis();
    assert_eq!(last, json!({ "subscriptionId": 0, "event": { "e": "eventStreamTerminated", "E": now } }));
    let again = api.call("userDataStream.unsubscribe", json!({})).await;
    assert_eq!(error(&again), (&json!(400), &json!(-2036)));
}

#[tokio::test]
async fn a_session_signs_once() {
    let desk = Desk::open().await;
    let mut api = Api::open(desk.serve().await, SPOT).await;
    let now = desk.clock.now().millis();
    let refused = api.signed(&desk, "session.logon", json!({})).await;
    let reason = json!({ "code": -4056, "msg": "HMAC_SHA256 API key is not supported." });
    assert_eq!((&refused["status"], &refused["error"]), (&json!(400), &reason));

    let pair = KeyPair::ed25519();
    let key = pair.open_account(&desk).await;
    let logon = signed(&desk, &key, json!({}), |payload| pair.sign(payload));
    let status = json!({
        "apiKey": key, "authorizedSince": now, "connectedSince": now, "returnRateLimits": true,
        "serverTime": now, "userDataStream": false,
    });
    assert_eq!(result(&api.call("session.logon", logon).await), &status);
    let order = json!({
        "symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01", "timestamp": now,
    });
    let subscribed = api.call("userDataStream.subscribe", json!({})).await;
    assert_eq!(result(&subscribed), &json!({ "subscriptionId": 0 }));
    assert_eq!(result(&api.call("order.place", order.clone()).await)["status"], "FILLED");
    api.event("executionReport").await;
    assert_eq!(result(&api.call("session.status", json!({})).await)["userDataStream"], true);
    let other = api.signed(&desk, "myTrades", json!({ "symbol": "BTCUSDT" })).await;
    assert_eq!(result(&other), &json!([]), "a request's own key goes before the session's");

    let out = api.call("session.logout", json!({})).await;
    assert_eq!((&result(&out)["apiKey"], &result(&out)["authorizedSince"]), (&Value::Null, &Value::Null));
    api.event("eventStreamTerminated").await;
    assert_eq!(error(&api.call("order.place", order).await), (&json!(400), &json!(-1102)));
    assert_eq!(error(&api.call("userDataStream.subscribe", json!({})).await), (&json!(400), &json!(-1102)));
}

#[tokio::test]
async fn a_session_ends_with_its_key() {
    let desk = Desk::open().await;
    let mut api = Api::open(desk.serve().await, FUTURES).await;
    let pair = KeyPair::ed25519();
    let key = pair.open_account(&desk).await;
    let logon = signed(&desk, &key, json!({}), |payload| pair.sign(payload));
    let status = api.call("session.logon", logon).await;
    assert!(result(&status).get("userDataStream").is_none(), "futures have no user data here");
    desk.control(&format!("accounts/{key}/rights"), json!({ "deleted": true })).await.ok();
    api.ear.send(json!({ "id": 9, "method": "ping" })).await;
    let error = json!({ "code": -2015, "msg": "Invalid API-key, IP, or permissions for action." });
    assert_eq!(api.ear.receive().await, json!({ "id": null, "status": 401, "error": error }));
    assert_eq!(result(&api.call("session.status", json!({})).await)["apiKey"], Value::Null);
}

#[tokio::test]
async fn faults_meet_these_requests_too() {
    let desk = Desk::open().await;
    let mut api = Api::open(desk.serve().await, SPOT).await;
    let order = json!({ "symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01" });
    let fault =
        json!({ "next": 1, "kind": "-1007", "when": "after", "path": "/api/v3/order", "account": desk.key });
    desk.control("fault", fault).await.ok();
    let unknown = api.signed(&desk, "order.place", order.clone()).await;
    assert_eq!(error(&unknown), (&json!(408), &json!(-1007)));
    let fills = api.signed(&desk, "myTrades", json!({ "symbol": "BTCUSDT" })).await;
    assert!(!result(&fills).as_array().unwrap().is_empty(), "it took effect");
    desk.control("fault", json!({ "next": 1, "kind": "429", "path": "/api/v3/order", "seconds": 3 }))
        .await
        .ok();
    let limited = api.signed(&desk, "order.place", order.clone()).await;
    let now = desk.clock.now().millis();
    assert_eq!(error(&limited), (&json!(429), &json!(-1003)));
    assert_eq!(limited["error"]["data"], json!({ "serverTime": now, "retryAfter": now + 3_000 }));
    desk.control("fault", json!({ "next": 1, "kind": "drop", "path": "/api/v3/order" })).await.ok();
    let params = signed(&desk, &desk.key, order, |payload| desk.signature(payload));
    api.ear.send(json!({ "id": 99, "method": "order.place", "params": params })).await;
    while let Some(Ok(message)) = api.ear.0.next().await {
        assert!(!matches!(message, Message::Text(_)), "{message}");
    }
}

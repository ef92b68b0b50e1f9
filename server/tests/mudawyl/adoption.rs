//! Positions that were opened outside Slipstream, and acts on all positions of a key.

use super::{NOBODYS, number, supervision::Holding};
use crate::common::Person;
use domain::Decimal;
use reqwest::Method;
use serde_json::{Value, json};
use store::testing::TestDb;

const ADOPT: &str = "/v1/priv/trade/adopt";
const CLOSE_ALL: &str = "/v1/priv/trade/close-all";

/// A percentage of the mark price of the ETH position, to whole units.
async fn near_eth(holding: &Holding, percent: i64) -> Value {
    let path = format!("/v1/priv/exchange/position/{}?symbol=ETH/USDT", holding.id);
    let position = holding.ada.get(&path).await.ok(200);
    let price = number(&position["markPrice"]) * Decimal::new(percent, 2);
    serde_json::from_str(&price.round().normalize().to_string()).unwrap()
}

pub(crate) async fn a_position_opened_elsewhere_is_adopted(db: &TestDb) {
    let holding = Holding::open(db).await;
    let ada = &holding.ada;
    holding.order_elsewhere("web_eth", "ETH/USDT", "1", None).await;
    let (stop, target) = (near_eth(&holding, 95).await, near_eth(&holding, 110).await);
    let body = json!({
        "exchangeKeyId": holding.id, "symbol": "ETH/USDT", "stop": {"price": stop},
        "takeProfits": [{"price": target, "share": 0.5}],
    });
    let with = |field: &str, value: Value| {
        let mut body = body.clone();
        body[field] = value;
        body
    };
    ada.post(ADOPT, with("stop", Value::Null)).await.problem("stop", "is required");
    ada.post(ADOPT, with("stop", json!({"price": target})))
        .await
        .problem("stopTriggerPrice", "must be on the losing side of the price");
    assert_eq!(ada.post(ADOPT, with("symbol", json!("XRP/USDT"))).await.status, 404, "nothing is open there");
    ada.post(ADOPT, with("symbol", json!("BTC/USDT")))
        .await
        .problem("symbol", "must be a market without an open trade");
    assert_eq!(ada.post(ADOPT, with("exchangeKeyId", json!(NOBODYS))).await.status, 404);
    let eve = Person::sign_up(&holding.server, "eve").await;
    assert_eq!(eve.post(ADOPT, body.clone()).await.status, 404);

    let adopt = async || {
        let request = ada.request(Method::POST, ADOPT).header("idempotency-key", "adopt");
        ada.send(request.json(&body)).await.ok(200)
    };
    let adopted = adopt().await;
    let trade = &adopted["trade"];
    assert_eq!((&trade["status"], &trade["side"]), (&json!("OPEN"), &json!("BUY")), "{adopted}");
    assert_eq!(number(&trade["amount"]), Decimal::ONE);
    assert_eq!(adopted["stop"]["price"], stop);
    assert_eq!(adopted["takeProfits"], body["takeProfits"]);
    let adoption = &adopted["changes"][0];
    assert_eq!((&adoption["kind"], number(&adoption["after"]["amount"])), (&json!("ADOPT"), Decimal::ONE));
    assert_eq!(adopt().await["trade"]["id"], trade["id"], "a repeated request gets its answer");
    let path = format!("/v1/priv/exchange/position/{}/protection?symbol=ETH/USDT", holding.id);
    assert_eq!(ada.get(&path).await.ok(200), json!({"state": "SUPERVISED", "stopTriggerPrice": stop}));
    let open = ada.get("/v1/priv/trade").await.ok(200);
    assert_eq!(open["items"].as_array().unwrap().len(), 2, "{open}");
}

pub(crate) async fn all_positions_are_closed_with_their_results(db: &TestDb) {
    let holding = Holding::open(db).await;
    let ada = &holding.ada;
    holding.order_elsewhere("web_eth", "ETH/USDT", "1", None).await;
    let close = async |body: Value| ada.post(CLOSE_ALL, body).await;
    close(json!({})).await.problem("exchangeKeyId", "is required");
    close(json!({"exchangeKeyId": holding.id, "symbol": "BTC"}))
        .await
        .problem("symbol", "must be valid exchange symbol");
    assert_eq!(close(json!({"exchangeKeyId": NOBODYS})).await.status, 404);
    let one = close(json!({"exchangeKeyId": holding.id, "symbol": "ETH/USDT"})).await.ok(200);
    let item = &one["items"][0];
    assert_eq!((&item["symbol"], &item["side"]), (&json!("ETH/USDT"), &json!("long")), "{one}");
    assert_eq!((&item["closed"], &item["error"]), (&json!(true), &Value::Null), "{one}");
    let all = close(json!({"exchangeKeyId": holding.id})).await.ok(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 1, "the other market only: {all}");
    assert_eq!(all["items"][0]["symbol"], "BTC/USDT");
    assert_eq!(close(json!({"exchangeKeyId": holding.id})).await.ok(200), json!({"items": []}));
}

//! First-day limits of a key that was connected in live mode.

use super::KEYS;
use crate::common::{HttpAnswer, Person, TestServer};
use serde_json::{Value, json};
use service::platform::settings::{Mode, Settings};
use store::testing::TestDb;

/// Places a market order without a stop.
async fn place(ada: &Person, key: &str, symbol: &str, amount: &str) -> HttpAnswer {
    let order = json!({"symbol": symbol, "type": "MARKET", "side": "BUY", "amount": amount});
    ada.post(&format!("/v1/priv/exchange/order/{key}"), order).await
}

async fn the_first_day_of_a_key(db: &TestDb) {
    let settings = Settings { mode: Mode::Live, allow_unrestricted_keys: true, ..Settings::default() };
    let server = TestServer::with(db, settings).await;
    server.price("BTC/USDT", "10000").await;
    let ada = Person::sign_up(&server, "ada").await;
    service::identity::plan::assign_plan(&server.desk, "ada@example.org", "EXPERT").await.unwrap();
    let (api_key, secret) = ada.sandbox_account().await;
    let mut body = json!({
        "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Mine",
        "apiKey": api_key, "apiSecretKey": secret, "firstDaySymbol": "NOPE/USDT", "firstDayEnds": "maybe",
    });
    ada.post(KEYS, body.clone()).await.problem("firstDayEnds", "must be boolean");
    body["firstDayEnds"] = json!(true);
    ada.post(KEYS, body.clone()).await.refused("1300");
    body["firstDaySymbol"] = json!("BTC/USDT");
    let created = ada.post(KEYS, body).await.ok(200);
    assert!(created.get("firstDaySymbol").is_none(), "the document's answer has no such field: {created}");
    let id = created["id"].as_str().unwrap();

    let path = format!("{KEYS}/{id}/first-day");
    let limits = ada.get(&path).await.ok(200);
    assert_eq!((&limits["capUsd"], &limits["symbol"]), (&json!(100), &json!("BTC/USDT")));
    assert_eq!(limits["startedAt"], created["createdAt"]);
    assert!(limits["endsAt"].is_string(), "{limits}");
    let above = "must be within the first-day limit of the exchange key";
    place(&ada, id, "BTC/USDT", "0.02").await.problem("amount", above);
    let elsewhere = "must be the market of the exchange key's first-day limits";
    place(&ada, id, "XRP/USDT", "20").await.problem("symbol", elsewhere);
    place(&ada, id, "BTC/USDT", "0.005").await.ok(200);

    let eve = Person::sign_up(&server, "eve").await;
    eve.get(&path).await.not_found();
    eve.delete(&path, None).await.not_found();
    assert_eq!(ada.delete(&path, None).await.status, 204);
    assert_eq!(ada.get(&path).await.ok(200), Value::Null);
    ada.delete(&path, None).await.not_found();
    place(&ada, id, "BTC/USDT", "0.02").await.ok(200);
}

/// In sandbox mode keys have no limits, and the choices have no effect.
async fn a_paper_key_has_no_first_day(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let key = ada.key("FUTURES", "MANUAL").await;
    let path = format!("{KEYS}/{key}/first-day");
    assert_eq!(ada.get(&path).await.text, "null");
    ada.delete(&path, None).await.not_found();
}

store::each_engine!(the_first_day_of_a_key, a_paper_key_has_no_first_day);

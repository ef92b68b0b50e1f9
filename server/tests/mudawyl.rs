//! `/v1` on a whole server, on both databases, with the real sandbox behind it: the document's formats, codes
//! and checks, as a program meets them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod account;
mod adoption;
mod billing;
mod desk_forms;
mod events;
mod first_day;
mod hedge;
mod own_sources;
mod presets;
mod risk_rules;
mod supervision;
mod trades;

use crate::{
    common::{HttpAnswer, Person, TestServer, person::forged, shape::same},
    example,
};
use account::{asking_for_help, the_days_of_a_key, the_life_of_a_profile};
use adoption::{a_position_opened_elsewhere_is_adopted, all_positions_are_closed_with_their_results};
use desk_forms::*;
use hedge::*;
use presets::*;
use reqwest::Method;
use serde_json::{Value, json};
use service::platform::settings::{Limit, Settings, Throttles};
use store::testing::TestDb;
use supervision::*;
use trades::*;

const NOBODYS: &str = "46a19fb1-4e90-4736-b820-257c947fd694";
const KEYS: &str = "/v1/priv/account/exchange/key";

fn number(value: &Value) -> domain::Decimal {
    domain::money::parse(&value.to_string()).expect("a number")
}

/// The current price of BTC/USDT times a percentage, to the tick.
async fn near(person: &Person, percent: i64) -> Value {
    let ticker = person.get("/v1/pub/exchange/ticker").await.ok(200);
    let price = number(&ticker["last"]) * domain::Decimal::new(percent, 2);
    serde_json::from_str(&price.round().normalize().to_string()).unwrap()
}

/// A market order with two targets and a stop, as in the document's example.
async fn ticket(person: &Person) -> Value {
    json!({
        "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.05",
        "takeProfitPrices": [near(person, 102).await, near(person, 103).await],
        "stopTriggerPrice": near(person, 95).await, "stopTriggerType": "LIMIT", "stopPrice": near(person, 95).await,
    })
}

async fn prices_are_public(db: &TestDb) {
    let server = TestServer::open(db).await;
    let anyone = Person::anonymous(&server);
    for query in
        ["", "?symbol=BTC/USDT", "?symbol=BTC%2FUSDT%3AUSDT&type=FUTURES", "?exchangeId=BINANCE&type=SPOT"]
    {
        let ticker = anyone.get(&format!("/v1/pub/exchange/ticker{query}")).await.ok(200);
        same(&ticker, &example!("ticker"));
        assert_eq!(ticker["symbol"], "BTC/USDT");
    }
    let answer = anyone.get("/v1/pub/exchange/ticker?symbol=BTCUSDT").await;
    assert_eq!(answer.ok(422), example!("ticker_422"));
    let all = anyone.get("/v1/pub/exchange/ticker?type=x&symbol=&exchangeId=KRAKEN").await.ok(422);
    let fields: Vec<_> =
        all["errors"].as_array().unwrap().iter().map(|e| e["param"].as_str().unwrap()).collect();
    assert_eq!(fields, ["exchangeId", "symbol", "type"]);
    anyone.get("/v1/pub/exchange/ticker?symbol=NOPE/USDT").await.refused("1300");
}

async fn plans_are_public(db: &TestDb) {
    let server = TestServer::open(db).await;
    assert_eq!(Person::anonymous(&server).get("/v1/pub/subscription/list").await.ok(200), example!("plans"));
}

async fn a_person_opens_so_many_paper_accounts_a_day(db: &TestDb) {
    let throttles = Throttles { sandbox: Limit::per_minutes(2, 24 * 60), ..Throttles::default() };
    let server = TestServer::with(db, Settings { throttles, ..Settings::default() }).await;
    let (ada, eve) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "eve").await);
    ada.sandbox_account().await;
    ada.sandbox_account().await;
    assert_eq!(ada.post("/v1/priv/account/exchange/sandbox", json!({})).await.status, 429);
    eve.sandbox_account().await;
    assert_eq!(Throttles::default().sandbox, Limit::per_minutes(50, 24 * 60));
}

async fn account_wide_answers(db: &TestDb) {
    let egress_ips = vec!["15.137.11.254".to_owned(), "221.110.159.85".to_owned()];
    let server =
        TestServer::with(db, Settings { egress_ips: egress_ips.clone(), ..Settings::default() }).await;
    let ada = Person::sign_up(&server, "ada").await;
    assert_eq!(ada.get("/v1/priv/account/exchange/whitelist/ip").await.ok(200), json!(egress_ips));
    assert_eq!(ada.get("/v1/priv/account/exchange/balance").await.text, r#"{"USD":0}"#);
    ada.key("FUTURES", "MANUAL").await;
    let total = ada.get("/v1/priv/account/exchange/balance").await;
    assert_eq!(total.text, r#"{"USD":10000}"#);
    same(&total.ok(200), &example!("total_balance"));
}

async fn the_life_of_a_key(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let (api_key, secret) = ada.sandbox_account().await;
    let body = json!({
        "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Mine",
        "apiKey": api_key, "apiSecretKey": secret,
    });
    let created = ada.post(KEYS, body.clone()).await;
    same(&created.ok(200), &example!("key"));
    assert!(!created.text.contains(&secret));
    let id = created.ok(200)["id"].as_str().unwrap().to_owned();
    ada.post(KEYS, body.clone()).await.refused("1109");
    let other = Person::sign_up(&server, "eve").await;
    other.post(KEYS, body.clone()).await.refused("1109");

    let renamed = ada.put(&format!("{KEYS}/{id}"), json!({"name": "Renamed", "unknown": 1})).await.ok(200);
    same(&renamed, &example!("updated_key"));
    assert_eq!((&renamed["name"], &renamed["apiKey"]), (&json!("Renamed"), &json!(api_key)));
    let listed = ada.get(&format!("{KEYS}/list")).await.ok(200);
    same(&listed, &example!("keys"));
    assert_eq!(listed["items"], json!([renamed]));
    let balance = ada.get(&format!("{KEYS}/{id}/balance")).await.ok(200);
    assert_eq!(balance["total"]["USDT"].to_string(), "10000");
    assert_eq!(balance.as_object().unwrap().len(), 3);

    let gone = ada.delete(&format!("{KEYS}/{id}"), None).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    ada.delete(&format!("{KEYS}/{id}"), None).await.not_found();
    assert_eq!(ada.get(&format!("{KEYS}/list")).await.text, r#"{"items":[]}"#);
    ada.post(KEYS, body).await.ok(200);
}

/// The pair of RFC 8032, section 7.1, test 2.
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n-----END PRIVATE KEY-----";
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n-----END PUBLIC KEY-----";

async fn a_key_pair_signs_for_its_account(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let path = "/v1/priv/account/exchange/sandbox";
    let refused = ada.post(path, json!({ "publicKey": "none" })).await.ok(422);
    assert_eq!(refused["errors"][0]["param"], "publicKey");
    let opened = ada.post(path, json!({ "publicKey": PUBLIC_KEY })).await.ok(200);
    assert_eq!(opened.as_object().unwrap().len(), 1, "its owner has the secret");
    let body = json!({
        "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Pair",
        "apiKey": opened["apiKey"], "apiSecretKey": PRIVATE_KEY,
    });
    let created = ada.post(KEYS, body).await;
    assert_eq!(created.ok(200)["apiKey"], opened["apiKey"]);
    assert!(!created.text.contains("PRIVATE"));
}

async fn keys_that_are_not_taken(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let (api_key, secret) = ada.sandbox_account().await;
    let key = |api_key: &str, secret: &str| {
        json!({
            "exchangeId": "BINANCE", "tradeType": "SPOT", "strategyType": "MANUAL", "name": "Mine",
            "apiKey": api_key, "apiSecretKey": secret,
        })
    };
    ada.post(KEYS, key(&api_key, &"x".repeat(64))).await.refused("1103");
    ada.post(KEYS, key(&"y".repeat(64), &secret)).await.refused("1103");
    let dangerous = server.control("accounts", &json!({"withdrawals": true})).await;
    let text = |field: &str| dangerous[field].as_str().unwrap().to_owned();
    let answer = ada.post(KEYS, key(&text("apiKey"), &text("apiSecretKey"))).await;
    answer.problem("apiKey", "must not allow withdrawals");
    assert_eq!(answer.ok(422)["errors"][0]["value"], text("apiKey"));
    // The exchange has multi-assets mode; the desk does not trade it.
    let multi = server.control("accounts", &json!({})).await;
    let text = |field: &str| multi[field].as_str().unwrap().to_owned();
    server.control(&format!("accounts/{}/modes", text("apiKey")), &json!({"multiAssetsMargin": true})).await;
    let mut futures = key(&text("apiKey"), &text("apiSecretKey"));
    futures["tradeType"] = json!("FUTURES");
    let mode = "must belong to an account in single-asset mode, not multi-assets mode (Binance: Futures, Preferences, Asset Mode)";
    ada.post(KEYS, futures).await.problem("apiKey", mode);
    assert_eq!(ada.get(&format!("{KEYS}/list")).await.text, r#"{"items":[]}"#);
    // A failed attempt with a wrong secret does not block the right one.
    let id = ada.post(KEYS, key(&api_key, &secret)).await.ok(200)["id"].as_str().unwrap().to_owned();
    let change = json!({"apiKey": api_key, "apiSecretKey": "x".repeat(64)});
    ada.put(&format!("{KEYS}/{id}"), change).await.refused("1103");
    ada.get(&format!("{KEYS}/{id}/balance")).await.ok(200);
}

async fn the_life_of_an_order(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    let [order, position] = ["order", "position"].map(|noun| format!("/v1/priv/exchange/{noun}/{id}"));
    assert_eq!(ada.get(&format!("{position}?symbol=BTC/USDT")).await.text, "null");

    let legs = ada.post(&order, ticket(&ada).await).await.ok(200);
    let example = example!("created_orders");
    let kinds: Vec<_> = legs.as_array().unwrap().iter().map(|leg| leg["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["market", "take_profit", "take_profit", "stop"]);
    for (ours, theirs) in legs.as_array().unwrap().iter().zip(example.as_array().unwrap()) {
        same(ours, theirs);
        for field in
            ["side", "amount", "filled", "remaining", "status", "timeInForce", "reduceOnly", "trades"]
        {
            assert_eq!(ours[field], theirs[field], "{field} of {ours}");
        }
    }

    let open = ada.get(&format!("{order}/list?symbol=BTC/USDT")).await.ok(200);
    same(&open, &example!("open_orders"));
    assert_eq!(open.as_array().unwrap().len(), 3);
    let history = ada.get(&format!("{order}/history?symbol=BTC/USDT")).await.ok(200);
    same(&history, &example!("order_history"));
    assert!(history.as_array().unwrap().iter().any(|o| o["id"] == legs[0]["id"] && o["status"] == "closed"));
    let trades = ada.get(&format!("/v1/priv/exchange/trade/{id}/history?symbol=BTC/USDT")).await.ok(200);
    same(&trades, &example!("trade_history"));
    let filled: domain::Decimal = trades.as_array().unwrap().iter().map(|t| number(&t["amount"])).sum();
    assert_eq!(filled.to_string(), "0.05");

    let held = ada.get(&format!("{position}?symbol=BTC/USDT")).await.ok(200);
    same(&held, &example!("position"));
    assert_eq!((held["contracts"].to_string().as_str(), &held["side"]), ("0.05", &json!("long")));

    assert_eq!(ada.delete(&position, Some(json!({"symbol": "BTC/USDT"}))).await.status, 204);
    assert_eq!(ada.get(&format!("{position}?symbol=BTC/USDT")).await.text, "null");
    assert_eq!(ada.get(&format!("{order}/list?symbol=BTC/USDT")).await.text, "[]");
    // Closing a closed position is not an error.
    assert_eq!(ada.delete(&position, Some(json!({"symbol": "BTC/USDT"}))).await.status, 204);

    let origin = service::Origin::new([127, 0, 0, 1].into(), "Test/1.0");
    let email = "ada@example.org";
    let me = service::identity::account::sign_in(&server.desk, origin, email, "correct horse battery")
        .await
        .unwrap();
    let (week, complete) =
        service::following::report::so_far(&server.desk, &me.actor).await.unwrap().unwrap();
    assert!(
        complete && week.fees > domain::Decimal::ZERO,
        "who looks sees what was paid until now: {week:?}"
    );
}

async fn an_open_profit_counts_once(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    let order = json!({"symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.05});
    ada.post(&format!("/v1/priv/exchange/order/{id}"), order).await.ok(200);
    server.price("BTC/USDT", &near(&ada, 110).await.to_string()).await;
    // Long enough for every cached balance to expire.
    server.clock.advance(10 * domain::time::MINUTE);
    let held = ada.get(&format!("/v1/priv/exchange/position/{id}?symbol=BTC/USDT")).await.ok(200);
    assert!(number(&held["unrealizedPnl"]) > domain::Decimal::TEN, "{held}");
    let total = ada.get(&format!("{KEYS}/{id}/balance")).await.ok(200)["total"]["USDT"].clone();
    let worth = ada.get("/v1/priv/account/exchange/balance").await.ok(200)["USD"].clone();
    assert_eq!(number(&worth), number(&total));
}

async fn a_stop_that_triggers(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    let mut body = ticket(&ada).await;
    body["stopTriggerType"] = json!("MARKET");
    body["stopPrice"] = Value::Null;
    let legs = ada.post(&format!("/v1/priv/exchange/order/{id}"), body).await.ok(200);
    let stop = &legs[3];
    same(stop, &example!("created_orders")[3]);
    assert_eq!((&stop["type"], &stop["amount"]), (&json!("stop_market"), &Value::Null));
    server.price("BTC/USDT", &near(&ada, 94).await.to_string()).await;
    server.beat(4);
    assert_eq!(ada.get(&format!("/v1/priv/exchange/position/{id}?symbol=BTC/USDT")).await.text, "null");
    let history = ada.get(&format!("/v1/priv/exchange/order/{id}/history?symbol=BTC/USDT")).await.ok(200);
    same(&history, &example!("order_history"));
    let sold =
        history.as_array().unwrap().iter().find(|o| o["clientOrderId"] == stop["clientOrderId"]).unwrap();
    assert_eq!(
        (&sold["status"], sold["filled"].to_string().as_str()),
        (&json!("closed"), "0.05"),
        "{history}"
    );
    let trades = ada.get(&format!("/v1/priv/exchange/trade/{id}/history?symbol=BTC/USDT")).await.ok(200);
    assert_eq!(trades[0]["side"], "sell", "newest first");
}

async fn a_new_order_replaces_open_orders(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    let order = format!("/v1/priv/exchange/order/{id}");
    let limit = json!({
        "symbol": "BTC/USDT", "type": "LIMIT", "side": "BUY", "amount": 0.02, "price": near(&ada, 90).await,
    });
    let legs = ada.post(&order, limit.clone()).await.ok(200);
    assert_eq!(legs.as_array().unwrap().len(), 1);
    same(&legs[0], &example!("created_orders")[0]);
    assert_eq!((&legs[0]["type"], &legs[0]["status"]), (&json!("limit"), &json!("open")));

    ada.post(&order, ticket(&ada).await).await.ok(200);
    let short = json!({"symbol": "BTC/USDT", "type": "MARKET", "side": "SELL", "amount": 0.03});
    ada.post(&order, short).await.ok(200);
    let held = ada.get(&format!("/v1/priv/exchange/position/{id}?symbol=BTC/USDT")).await.ok(200);
    assert_eq!((held["contracts"].to_string().as_str(), &held["side"]), ("0.03", &json!("short")));
    assert_eq!(ada.get(&format!("{order}/list?symbol=BTC/USDT")).await.text, "[]");

    let trailing = json!({
        "symbol": "BTC/USDT", "type": "TRAILING_STOP", "side": "BUY", "amount": 0.02, "price": near(&ada, 90).await,
        "callbackRate": 1.5,
    });
    let legs = ada.post(&order, trailing).await.ok(200);
    same(&legs[0], &example!("created_orders")[3]);
    assert_eq!(legs[0]["type"], "trailing_stop_market");
    assert_eq!(ada.get(&format!("/v1/priv/exchange/position/{id}?symbol=BTC/USDT")).await.text, "null");
}

async fn the_same_order_sent_twice(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    let path = format!("/v1/priv/exchange/order/{id}");
    let body = ticket(&ada).await;
    let once = |key: &str, body: &Value| {
        let request = ada.request(Method::POST, &path).header("Idempotency-Key", key).json(body);
        ada.send(request)
    };
    let (first, second) = tokio::join!(once("k1", &body), once("k1", &body));
    assert_eq!(first.ok(200), second.ok(200), "two at the same time are one");
    assert_eq!(once("k1", &body).await.ok(200), first.ok(200));
    let trades = ada.get(&format!("/v1/priv/exchange/trade/{id}/history?symbol=BTC/USDT")).await.ok(200);
    let orders: std::collections::BTreeSet<_> =
        trades.as_array().unwrap().iter().map(|t| t["order"].as_str().unwrap().to_owned()).collect();
    assert_eq!(orders.len(), 1, "{trades}");

    let mut other = body.clone();
    other["amount"] = json!("0.04");
    let answer = once("k1", &other).await;
    answer.problem("idempotency-key", "was used with another request");
    let error = &answer.ok(422)["errors"][0];
    assert_eq!((&error["value"], &error["location"]), (&json!("k1"), &json!("headers")));
    once(&"k".repeat(201), &body).await.problem("idempotency-key", "is too long");
    // Another user's key is unknown.
    let eve = Person::sign_up(&server, "eve").await;
    let hers = eve.key("FUTURES", "MANUAL").await;
    let request = eve.request(Method::POST, &format!("/v1/priv/exchange/order/{hers}"));
    eve.send(request.header("Idempotency-Key", "k1").json(&other)).await.ok(200);
}

async fn keys_of_the_wrong_kind(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let (spot, automated) = (ada.key("SPOT", "MANUAL").await, ada.key("FUTURES", "AUTOMATED").await);
    let body = json!({"symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.01});
    let order = |id: &str| format!("/v1/priv/exchange/order/{id}");
    ada.post(&order(&spot), body.clone()).await.refused("1115");
    ada.post(&order(&automated), body.clone()).await.refused("1106");
    let position = format!("/v1/priv/exchange/position/{spot}");
    ada.get(&format!("{position}?symbol=BTC/USDT")).await.refused("1106");
    ada.delete(&position, Some(json!({"symbol": "BTC/USDT"}))).await.refused("1106");
    let (leverage, margin) = (format!("{}/leverage", order(&spot)), format!("{}/margin", order(&spot)));
    ada.put(&leverage, json!({"symbol": "BTC/USDT", "leverage": 5})).await.refused("1106");
    ada.put(&margin, json!({"symbol": "BTC/USDT", "type": "ISOLATED"})).await.refused("1106");
    // Reading works for both kinds of key.
    for read in ["order/{}/list", "order/{}/history", "trade/{}/history"] {
        let path = format!("/v1/priv/exchange/{}?symbol=BTC/USDT", read.replace("{}", &spot));
        assert_eq!(ada.get(&path).await.text, "[]");
    }
    ada.put(&format!("{KEYS}/{automated}"), json!({"active": false})).await.ok(200);
    let idle = ada.key("FUTURES", "MANUAL").await;
    ada.put(&format!("{KEYS}/{idle}"), json!({"active": false})).await.ok(200);
    ada.post(&order(&idle), body).await.refused("1110");
}

async fn leverage_and_margin(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    let order = format!("/v1/priv/exchange/order/{id}");
    let put = async |what: &str, body: Value| ada.put(&format!("{order}/{what}"), body).await;
    assert_eq!(put("leverage", json!({"symbol": "BTC/USDT", "leverage": "7"})).await.status, 204);
    assert_eq!(put("margin", json!({"symbol": "BTC/USDT", "type": "ISOLATED"})).await.status, 204);
    assert_eq!(put("margin", json!({"symbol": "BTC/USDT", "type": "ISOLATED"})).await.status, 204);
    put("leverage", json!({"symbol": "NOPE/USDT", "leverage": 7})).await.refused("1300");
    ada.post(&order, json!({"symbol": "BTC/USDT", "type": "MARKET", "side": "SELL", "amount": 0.01}))
        .await
        .ok(200);
    let held = ada.get(&format!("/v1/priv/exchange/position/{id}?symbol=BTC/USDT")).await.ok(200);
    assert_eq!((held["leverage"].to_string().as_str(), &held["marginMode"]), ("7", &json!("isolated")));
    put("margin", json!({"symbol": "BTC/USDT", "type": "CROSSED"})).await.refused("1500");
}

async fn orders_that_the_market_rejects(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    let good = ticket(&ada).await;
    let try_with = async |changes: Value| -> HttpAnswer {
        let mut body = good.clone();
        for (field, value) in changes.as_object().unwrap() {
            body[field] = value.clone();
        }
        ada.post(&format!("/v1/priv/exchange/order/{id}"), body).await
    };
    try_with(json!({"amount": "0.0505050505"}))
        .await
        .problem("amount", "must fit the LOT_SIZE of the exchange");
    let answer = try_with(json!({"stopPrice": 9000.123, "amount": 0.05})).await;
    answer.problem("stopPrice", "must fit the PRICE_FILTER of the exchange");
    assert_eq!(answer.ok(422)["errors"][0]["value"].to_string(), "9000.123");
    let wrong = try_with(json!({"stopTriggerPrice": near(&ada, 110).await})).await;
    wrong.problem("stopTriggerPrice", "must be on the losing side of the price");
    try_with(json!({"symbol": "NOPE/USDT"})).await.refused("1300");
    try_with(json!({"amount": 900})).await.refused("1500");
    assert_eq!(ada.get(&format!("/v1/priv/exchange/order/{id}/history?symbol=BTC/USDT")).await.text, "[]");
}

/// Every operation on a key, with a valid body.
async fn each_operation(person: &Person, id: &str) -> Vec<(String, HttpAnswer)> {
    let exchange = "/v1/priv/exchange";
    let symbol = json!({"symbol": "BTC/USDT"});
    let order = json!({"symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.01});
    let all = [
        (Method::GET, format!("{KEYS}/{id}/balance"), None),
        (Method::PUT, format!("{KEYS}/{id}"), Some(json!({"name": "Stolen"}))),
        (Method::GET, format!("{exchange}/order/{id}/list?symbol=BTC/USDT"), None),
        (Method::GET, format!("{exchange}/order/{id}/history?symbol=BTC/USDT"), None),
        (Method::GET, format!("{exchange}/trade/{id}/history?symbol=BTC/USDT"), None),
        (Method::GET, format!("{exchange}/position/{id}?symbol=BTC/USDT"), None),
        (Method::DELETE, format!("{exchange}/position/{id}"), Some(symbol)),
        (Method::POST, format!("{exchange}/order/{id}"), Some(order)),
        (
            Method::PUT,
            format!("{exchange}/order/{id}/leverage"),
            Some(json!({"symbol": "BTC/USDT", "leverage": 3})),
        ),
        (
            Method::PUT,
            format!("{exchange}/order/{id}/margin"),
            Some(json!({"symbol": "BTC/USDT", "type": "CROSSED"})),
        ),
        (Method::DELETE, format!("{KEYS}/{id}"), None),
    ];
    let mut answers = Vec::new();
    for (method, path, body) in all {
        let name = format!("{method} {path}");
        let request = person.request(method, &path);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        answers.push((name, person.send(request).await));
    }
    answers
}

async fn only_the_owner_has_access(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (ada, eve) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "eve").await);
    let id = ada.key("FUTURES", "MANUAL").await;
    let before = ada.get(&format!("{KEYS}/list")).await;
    for (name, answer) in each_operation(&eve, &id).await {
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (404, r#"{"message":"route not found"}"#),
            "{name}"
        );
    }
    for (name, answer) in each_operation(&eve, NOBODYS).await {
        assert_eq!(answer.status, 404, "{name}");
    }
    let token = ada.token.clone().unwrap();
    let forged = forged(&token);
    for caller in
        [Person::anonymous(&server), ada.with_token(&forged), ada.with_token("x.y.z"), ada.with_token("")]
    {
        for (name, answer) in each_operation(&caller, &id).await {
            assert_eq!(
                (answer.status, answer.text.as_str()),
                (401, r#"{"message":"unauthorized"}"#),
                "{name}"
            );
        }
    }
    assert_eq!(ada.get(&format!("{KEYS}/list")).await, before, "nothing of this changed anything");
    ada.with_token(&format!("Bearer {token}")).get(&format!("{KEYS}/list")).await.ok(200);
    server.clock.advance(16 * domain::time::MINUTE);
    assert_eq!(ada.get(&format!("{KEYS}/list")).await.status, 401, "tokens expire");
}

async fn checks_come_in_the_documents_order(db: &TestDb) {
    let server = TestServer::open(db).await;
    let anyone = Person::anonymous(&server);
    let ada = Person::sign_up(&server, "ada").await;
    let bad = json!({"symbol": "BTCUSDT", "type": "MARKET", "side": "BUY", "amount": 1});
    assert_eq!(anyone.post("/v1/priv/exchange/order/x", bad.clone()).await.status, 401);
    let both = ada.post("/v1/priv/exchange/order/x", bad.clone()).await.ok(422);
    let params: Vec<_> =
        both["errors"].as_array().unwrap().iter().map(|e| e["param"].as_str().unwrap()).collect();
    assert_eq!(params, ["id", "symbol"]);
    ada.post(&format!("/v1/priv/exchange/order/{NOBODYS}"), bad)
        .await
        .problem("symbol", "must be valid exchange symbol");
    let unknown = json!({"symbol": "NOPE/USDT", "type": "MARKET", "side": "BUY", "amount": 1});
    ada.post(&format!("/v1/priv/exchange/order/{NOBODYS}"), unknown).await.not_found();
    for path in ["/v1/nowhere", "/v1/priv/exchange/order", "/v1/priv/account/exchange/key/list/x"] {
        ada.get(path).await.not_found();
        anyone.get(path).await.not_found();
    }
    ada.post("/v1/pub/exchange/ticker", json!({})).await.not_found();
}

async fn bodies_that_are_none(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let send = async |kind: &str, body: String| {
        let request = ada.request(Method::POST, KEYS).header("content-type", kind).body(body);
        ada.send(request).await
    };
    for bad in ["{", "[]", "null", "\"x\"", "{\"name\":}"] {
        assert_eq!(send("application/json", bad.to_owned()).await.status, 400, "{bad}");
    }
    assert_eq!(send("text/plain", "{}".to_owned()).await.status, 400);
    assert_eq!(send("application/json; charset=utf-8", "{}".to_owned()).await.status, 422);
    assert_eq!(send("application/json", "[".repeat(20_000)).await.status, 400);
    let huge = json!({"name": "x".repeat(70_000)}).to_string();
    assert_eq!(send("application/json", huge).await.status, 413);
    assert_eq!(ada.get("/v1/pub/exchange/ticker?symbol=%FF%FE").await.status, 422);
    assert!(matches!(ada.get(&format!("{KEYS}/%FF/balance")).await.status, 400 | 422));
    ada.get(&format!("{KEYS}/%00/balance")).await.problem("id", "must be UUID");
}

store::each_engine!(
    prices_are_public,
    plans_are_public,
    account_wide_answers,
    a_person_opens_so_many_paper_accounts_a_day,
    the_life_of_a_key,
    a_key_pair_signs_for_its_account,
    the_life_of_a_profile,
    the_days_of_a_key,
    asking_for_help,
    keys_that_are_not_taken,
    the_life_of_an_order,
    an_open_profit_counts_once,
    a_stop_that_triggers,
    a_new_order_replaces_open_orders,
    the_same_order_sent_twice,
    keys_of_the_wrong_kind,
    leverage_and_margin,
    orders_that_the_market_rejects,
    only_the_owner_has_access,
    checks_come_in_the_documents_order,
    bodies_that_are_none,
    an_owner_ends_and_resumes_the_supervision_of_a_position,
    supervision_needs_a_position_with_a_stop,
    a_key_is_deleted_with_its_positions_closed_or_left_open,
    a_foreign_order_is_notified_unless_the_owner_trades_there_too,
    the_trade_page_has_the_controls_of_a_position_without_scripts,
    the_trade_page_lists_the_trades_of_a_shared_position,
    a_waiting_entry_shows_its_plan,
    the_ticket_opens_a_trade_with_its_automation,
    a_form_of_an_older_version_is_refused_at_its_field,
    orders_placed_elsewhere_are_marked_in_every_table,
    a_position_opened_elsewhere_is_adopted,
    all_positions_are_closed_with_their_results,
    a_long_and_a_short_trade_live_beside_each_other,
    one_side_or_both_are_closed,
    pages_show_both_sides_and_their_forms_name_one,
    a_mode_that_changes_at_the_exchange_refuses_one_order,
    a_trade_is_changed_and_closed_by_its_id,
    of_two_changes_of_one_version_the_second_is_412,
    a_close_is_repeated_with_its_key_and_meets_no_later_trade,
    changes_that_are_no_changes_are_refused,
    the_automation_of_a_trade_is_set_and_shown,
    a_trade_is_increased_and_reversed,
    a_trade_is_opened_beside_those_of_its_side_or_replaces_them,
    a_trade_has_a_time_in_force,
    a_reduce_only_order_closes_a_part_of_the_trade,
    a_reduce_only_limit_order_belongs_to_its_trade,
    a_trade_has_further_entry_types,
    presets_are_saved_by_name,
    a_user_has_so_many_presets,
);

//! Every rejection that the Mudawyl document lists for an operation on a key, verbatim; and what SPOT keys
//! can read.

use crate::{
    common::{HttpAnswer, Person, TestServer, shape::same, spot::spot_order},
    example,
};
use reqwest::Method;
use serde_json::{Value, json};
use store::testing::TestDb;

const UNAUTHORIZED: &str = "exchange API authorization failed (1103)";
const WRONG_KIND: &str = "exchange API key type is invalid (1106)";
const INACTIVE: &str = "exchange API key is inactive (1110)";
const UNSUPPORTED: &str = "exchange API key type is unsupported (1115)";
const NO_MARKET: &str = "invalid exchange symbol (1300)";
const BAD_REQUEST: &str = "exchange bad request (1500)";

/// An operation on a key at its exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    Balance,
    OpenOrders,
    Orders,
    Trades,
    Position,
    Close,
    Order,
    Leverage,
    Margin,
}

use On::{Balance, Close, Leverage, Margin, OpenOrders, Order, Orders, Position, Trades};

/// Calls it for a key and a market.
async fn call(person: &Person, on: On, id: &str, symbol: &str) -> HttpAnswer {
    let exchange = "/v1/priv/exchange";
    let query = format!("?symbol={}", symbol.replace('/', "%2F"));
    let market = json!({"symbol": symbol});
    let (method, path, body) = match on {
        Balance => (Method::GET, format!("/v1/priv/account/exchange/key/{id}/balance"), None),
        OpenOrders => (Method::GET, format!("{exchange}/order/{id}/list{query}"), None),
        Orders => (Method::GET, format!("{exchange}/order/{id}/history{query}"), None),
        Trades => (Method::GET, format!("{exchange}/trade/{id}/history{query}"), None),
        Position => (Method::GET, format!("{exchange}/position/{id}{query}"), None),
        Close => (Method::DELETE, format!("{exchange}/position/{id}"), Some(market)),
        Order => {
            let body = json!({"symbol": symbol, "type": "MARKET", "side": "BUY", "amount": 0.01});
            (Method::POST, format!("{exchange}/order/{id}"), Some(body))
        }
        Leverage => {
            let body = json!({"symbol": symbol, "leverage": 5});
            (Method::PUT, format!("{exchange}/order/{id}/leverage"), Some(body))
        }
        Margin => {
            let body = json!({"symbol": symbol, "type": "ISOLATED"});
            (Method::PUT, format!("{exchange}/order/{id}/margin"), Some(body))
        }
    };
    let request = person.request(method, &path);
    person.send(if let Some(body) = body { request.json(&body) } else { request }).await
}

#[track_caller]
fn refused(answer: &HttpAnswer, words: &str, what: impl std::fmt::Debug) {
    assert_eq!((answer.status, answer.ok(433)), (433, json!({ "error": words })), "{what:?}");
}

async fn a_key_that_its_exchange_does_not_know(db: &TestDb) {
    let before = TestServer::open(db).await;
    let ada = Person::sign_up(&before, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    // A new desk on the same database, with an exchange that does not know the key.
    let server = TestServer::open(db).await;
    let body = json!({"email": "ada@example.org", "password": "correct horse battery"});
    let tokens = Person::anonymous(&server).post("/v1/auth/sign-in", body).await.ok(200);
    let ada = Person::anonymous(&server).with_token(tokens["accessToken"].as_str().unwrap());
    for on in [Balance, OpenOrders, Orders, Trades, Position, Close, Leverage, Margin, Order] {
        refused(&call(&ada, on, &id, "BTC/USDT").await, UNAUTHORIZED, on);
    }
}

async fn keys_of_another_kind(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let (spot, automated) = (ada.key("SPOT", "MANUAL").await, ada.key("FUTURES", "AUTOMATED").await);
    for on in [Position, Close, Leverage, Margin] {
        refused(&call(&ada, on, &spot, "BTC/USDT").await, WRONG_KIND, on);
    }
    refused(&call(&ada, Order, &automated, "BTC/USDT").await, WRONG_KIND, "an order on an AUTOMATED key");
    refused(&call(&ada, Order, &spot, "BTC/USDT").await, UNSUPPORTED, "an order on a SPOT key");
    let follows = format!("/v1/priv/strategy/follow/exchange/key/{spot}");
    refused(&ada.get(&follows).await, WRONG_KIND, "follows of a MANUAL key");
}

async fn a_key_that_is_switched_off(db: &TestDb) {
    let server = TestServer::open(db).await;
    service::following::strategy::seed(&server.desk).await.unwrap();
    let ada = Person::sign_up(&server, "ada").await;
    let off = async |id: &str, active: bool| {
        ada.put(&format!("/v1/priv/account/exchange/key/{id}"), json!({ "active": active })).await.ok(200)
    };
    let manual = ada.key("FUTURES", "MANUAL").await;
    off(&manual, false).await;
    refused(&call(&ada, Order, &manual, "BTC/USDT").await, INACTIVE, "order");

    let automated = ada.key("FUTURES", "AUTOMATED").await;
    let strategies = ada.get("/v1/pub/strategy/list").await.ok(200);
    let profiles = ada.get("/v1/pub/strategy/profile/list").await.ok(200);
    let body = json!({
        "strategyAutomatedId": strategies["items"][0]["id"], "strategyRiskProfileId": profiles["items"][0]["id"],
    });
    let path = format!("/v1/priv/strategy/follow/exchange/key/{automated}");
    off(&automated, false).await;
    refused(&ada.post(&path, body.clone()).await, INACTIVE, "create follow");
    off(&automated, true).await;
    let mut paused = body;
    paused["active"] = json!(false);
    let follow = ada.post(&path, paused).await.ok(200);
    off(&automated, false).await;
    let path = format!("/v1/priv/strategy/follow/{}", follow["id"].as_str().unwrap());
    refused(&ada.put(&path, json!({"active": true})).await, INACTIVE, "update follow");
}

async fn markets_that_are_none(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let (futures, spot) = (ada.key("FUTURES", "MANUAL").await, ada.key("SPOT", "MANUAL").await);
    for on in [OpenOrders, Orders, Trades, Position, Close, Leverage, Margin, Order] {
        refused(&call(&ada, on, &futures, "NOPE/USDT").await, NO_MARKET, on);
    }
    for on in [OpenOrders, Orders, Trades] {
        refused(&call(&ada, on, &spot, "NOPE/USDT").await, NO_MARKET, on);
    }
    for kind in ["SPOT", "FUTURES"] {
        let path = format!("/v1/pub/exchange/ticker?symbol=NOPE/USDT&type={kind}");
        refused(&Person::anonymous(&server).get(&path).await, NO_MARKET, kind);
    }
}

async fn orders_that_the_exchange_rejects(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    let huge = json!({"symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 900});
    refused(&ada.post(&format!("/v1/priv/exchange/order/{id}"), huge).await, BAD_REQUEST, "funds");
    call(&ada, Order, &id, "BTC/USDT").await.ok(200);
    refused(&call(&ada, Margin, &id, "BTC/USDT").await, BAD_REQUEST, "margin of a market with a position");
}

async fn spot_keys_read_their_market(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let (api_key, secret) = ada.sandbox_account().await;
    let body = json!({
        "exchangeId": "BINANCE", "tradeType": "SPOT", "strategyType": "MANUAL", "name": "Spot",
        "apiKey": api_key, "apiSecretKey": secret,
    });
    let key = ada.post("/v1/priv/account/exchange/key", body).await.ok(200);
    same(&key, &example!("key"));
    let id = key["id"].as_str().unwrap();
    for on in [OpenOrders, Orders, Trades] {
        assert_eq!(call(&ada, on, id, "BTC/USDT").await.text, "[]", "{on:?}");
    }
    let market = "symbol=BTCUSDT&side=BUY";
    spot_order(&server, &api_key, &secret, &format!("{market}&type=MARKET&quantity=0.01")).await;
    let limit = format!("{market}&type=LIMIT&timeInForce=GTC&quantity=0.01&price=5000");
    spot_order(&server, &api_key, &secret, &limit).await;

    let list = async |on: On| -> Vec<Value> {
        call(&ada, on, id, "BTC/USDT").await.ok(200).as_array().unwrap().clone()
    };
    let open = list(OpenOrders).await;
    same(&json!(open), &example!("open_orders"));
    let reported = |order: &Value| {
        [&order["type"], &order["side"], &order["status"], &order["symbol"]].map(Clone::clone)
    };
    assert_eq!(
        open.iter().map(reported).collect::<Vec<_>>(),
        [["limit", "buy", "open", "BTC/USDT"].map(Value::from)]
    );
    let history = list(Orders).await;
    same(&json!(history), &example!("order_history"));
    assert_eq!(history.len(), 2);
    assert!(history.iter().any(|order| order["status"] == "closed" && order["type"] == "market"));
    let trades = list(Trades).await;
    same(&json!(trades), &example!("trade_history"));
    assert!(trades.iter().all(|trade| trade["side"] == "buy" && trade["symbol"] == "BTC/USDT"));
    let balance = call(&ada, Balance, id, "").await.ok(200);
    assert_eq!(balance["total"]["BTC"].as_f64().map(|btc| btc > 0.0), Some(true), "{balance}");
    assert_eq!(balance.as_object().unwrap().keys().collect::<Vec<_>>(), ["free", "total", "used"]);
}

store::each_engine!(
    a_key_that_its_exchange_does_not_know,
    keys_of_another_kind,
    a_key_that_is_switched_off,
    markets_that_are_none,
    orders_that_the_exchange_rejects,
    spot_keys_read_their_market,
);

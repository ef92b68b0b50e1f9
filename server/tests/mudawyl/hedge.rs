//! Accounts in hedge mode: a long and a short position of one market beside each other.

use super::{
    KEYS, near, number,
    supervision::{cookie_at, page_of},
};
use crate::common::{Person, TestServer};
use domain::Decimal;
use serde_json::{Value, json};
use store::testing::TestDb;

const TRADE: &str = "/v1/priv/trade";
const CLOSE_ALL: &str = "/v1/priv/trade/close-all";

/// A desk whose user has a key of an account in hedge mode.
struct Hedged {
    server: TestServer,
    ada: Person,
    id: String,
    api_key: String,
}

impl Hedged {
    async fn open(db: &TestDb) -> Self {
        let server = TestServer::open(db).await;
        let ada = Person::sign_up(&server, "ada").await;
        let (api_key, secret) = ada.sandbox_account().await;
        switch(&server, &api_key, true).await;
        let key = json!({
            "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Mine",
            "apiKey": api_key, "apiSecretKey": secret,
        });
        let id = ada.post(KEYS, key).await.ok(200)["id"].as_str().unwrap().to_owned();
        Self { server, ada, id, api_key }
    }

    /// Opens a trade with a stop.
    async fn trade(&self, side: &str, amount: &str) -> Value {
        let stop = near(&self.ada, if side == "BUY" { 95 } else { 105 }).await;
        let body = json!({
            "exchangeKeyId": self.id, "symbol": "BTC/USDT", "type": "MARKET", "side": side, "amount": amount,
            "stop": {"price": stop},
        });
        self.ada.post(TRADE, body).await.ok(200)
    }

    async fn protection(&self, side: &str) -> Value {
        let path = format!("/v1/priv/exchange/position/{}/protection", self.id);
        self.ada.get(&format!("{path}?symbol=BTC/USDT&positionSide={side}")).await.ok(200)
    }

    async fn position(&self) -> Value {
        let path = format!("/v1/priv/exchange/position/{}?symbol=BTC/USDT", self.id);
        self.ada.get(&path).await.ok(200)
    }

    async fn open_trades(&self) -> Vec<String> {
        let open = self.ada.get(TRADE).await.ok(200);
        let sides =
            open["items"].as_array().unwrap().iter().map(|trade| trade["side"].as_str().unwrap().to_owned());
        sides.collect()
    }
}

/// Switches an account's position mode at the exchange.
async fn switch(server: &TestServer, api_key: &str, hedge: bool) {
    server.control(&format!("accounts/{api_key}/modes"), &json!({"dualSidePosition": hedge})).await;
}

pub(crate) async fn a_long_and_a_short_trade_live_beside_each_other(db: &TestDb) {
    let hedged = Hedged::open(db).await;
    let (ada, id) = (&hedged.ada, &hedged.id);
    let long = hedged.trade("BUY", "0.05").await;
    hedged.trade("SELL", "0.02").await;
    assert_eq!(hedged.open_trades().await, ["SELL", "BUY"]);
    let position = hedged.position().await;
    assert_eq!((&position["side"], &position["hedged"]), (&json!("long"), &json!(true)));
    for side in ["long", "short"] {
        assert_eq!(hedged.protection(side).await["state"], "SUPERVISED", "{side}");
    }
    let wrong = format!("/v1/priv/exchange/position/{id}/protection?symbol=BTC/USDT&positionSide=both");
    ada.get(&wrong).await.problem("positionSide", "must be long or short");

    // A second one on the same side shares its position, and is closed without the first.
    let second = hedged.trade("BUY", "0.01").await;
    assert_eq!(number(&hedged.position().await["contracts"]), Decimal::new(6, 2));
    let path = format!("{TRADE}/{}/close", second["trade"]["id"].as_str().unwrap());
    ada.post(&path, json!({"share": 1})).await.ok(200);
    assert_eq!(number(&hedged.position().await["contracts"]), Decimal::new(5, 2));
    for side in ["long", "short"] {
        assert_eq!(hedged.protection(side).await["state"], "SUPERVISED", "{side}");
    }

    // A sell that only reduces is of the long position.
    let reduce = json!({
        "exchangeKeyId": id, "symbol": "BTC/USDT", "type": "MARKET", "side": "SELL", "amount": "0.01",
        "reduceOnly": true,
    });
    let reduced = ada.post(TRADE, reduce).await.ok(200);
    assert_eq!(reduced["trade"]["id"], long["trade"]["id"]);
    assert_eq!(number(&hedged.position().await["contracts"]), Decimal::new(4, 2));

    let body = json!({"symbol": "BTC/USDT", "supervised": false, "positionSide": "short"});
    let path = format!("/v1/priv/exchange/position/{id}/protection");
    assert_eq!(ada.put(&path, body).await.status, 204);
    assert_eq!(hedged.protection("short").await["state"], "RELEASED");
    assert_eq!(hedged.protection("long").await["state"], "SUPERVISED");
}

pub(crate) async fn one_side_or_both_are_closed(db: &TestDb) {
    let hedged = Hedged::open(db).await;
    let (ada, id) = (&hedged.ada, &hedged.id);
    hedged.trade("BUY", "0.05").await;
    hedged.trade("SELL", "0.02").await;
    let close = async |body: Value| ada.post(CLOSE_ALL, body).await;
    close(json!({"exchangeKeyId": id, "positionSide": "up"}))
        .await
        .problem("positionSide", "must be long or short");
    let closed = close(json!({"exchangeKeyId": id, "positionSide": "short"})).await.ok(200);
    let sides: Vec<_> = closed["items"].as_array().unwrap().iter().map(|item| &item["side"]).collect();
    assert_eq!(sides, [&json!("short")], "{closed}");
    assert_eq!(hedged.position().await["side"], "long");
    assert_eq!(hedged.protection("long").await["state"], "SUPERVISED");

    // The document's operation names a market, and closes all that is open there.
    hedged.trade("SELL", "0.02").await;
    let path = format!("/v1/priv/exchange/position/{id}");
    assert_eq!(ada.delete(&path, Some(json!({"symbol": "BTC/USDT"}))).await.status, 204);
    assert_eq!(hedged.position().await, Value::Null);
    let orders = ada.get(&format!("/v1/priv/exchange/order/{id}/list?symbol=BTC/USDT")).await.ok(200);
    assert_eq!(orders, json!([]));
}

/// Posts a form without scripts, as a browser does.
async fn post_form(server: &TestServer, cookie: &str, action: &str, fields: &[(&str, &str)]) {
    let http =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let request = http.post(format!("{}/api/{action}", server.base)).header("cookie", cookie);
    let request = request.header("origin", &server.base).header("accept", "text/html").form(fields);
    assert_eq!(request.send().await.unwrap().status(), 303, "{action}");
}

pub(crate) async fn pages_show_both_sides_and_their_forms_name_one(db: &TestDb) {
    let hedged = Hedged::open(db).await;
    let (server, id) = (&hedged.server, hedged.id.as_str());
    hedged.trade("BUY", "0.05").await;
    hedged.trade("SELL", "0.02").await;
    let cookie = cookie_at(server).await;
    let path = format!("/trade?key={id}&symbol=BTC%2FUSDT");
    let page = page_of(server, &cookie, &path).await;
    for side in ["long", "short"] {
        assert!(page.contains(&format!("data-side=\"{side}\"")), "{side}");
        let named = format!("name=\"positionSide\" value=\"{side}\"");
        let closes = |form: &&str| form.contains("action=\"/api/position-close\"") && form.contains(&named);
        assert!(page.split("<form").any(|form| closes(&form)), "the form that closes the {side} position");
    }
    assert!(!page.contains("data-testid=\"shared-trade\""), "each has a position of its own");
    assert!(page_of(server, &cookie, "/keys").await.contains("data-testid=\"hedge-mode\""));

    let wrong = [("key", id), ("symbol", "BTC/USDT"), ("positionSide", "up")];
    post_form(server, &cookie, "position-close", &wrong).await;
    assert_eq!(hedged.open_trades().await.len(), 2, "nothing is closed");
    let short = [("key", id), ("symbol", "BTC/USDT"), ("positionSide", "short")];
    post_form(server, &cookie, "position-close", &short).await;
    let page = page_of(server, &cookie, &path).await;
    assert!(page.contains("data-side=\"long\"") && !page.contains("data-side=\"short\""));
    let long = [("key", id), ("symbol", "BTC/USDT"), ("positionSide", "long")];
    post_form(server, &cookie, "open-position-close", &long).await;
    assert_eq!(hedged.position().await, Value::Null);
}

pub(crate) async fn a_mode_that_changes_at_the_exchange_refuses_one_order(db: &TestDb) {
    let hedged = Hedged::open(db).await;
    switch(&hedged.server, &hedged.api_key, false).await;
    let stop = near(&hedged.ada, 95).await;
    let body = json!({
        "exchangeKeyId": hedged.id, "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.05",
        "stop": {"price": stop},
    });
    let changed = "belongs to an account whose position mode has changed: nothing was sent; try again";
    hedged.ada.post(TRADE, body).await.problem("apiKey", changed);
    assert_eq!(hedged.position().await, Value::Null);
    hedged.trade("BUY", "0.05").await;
    assert_eq!(hedged.position().await["hedged"], false);
}

//! Owners' decisions about the supervision of a position, and the handling of positions when a key is deleted.

use super::{KEYS, near, number};
use crate::common::{Person, TestServer};
use domain::{Decimal, OrderType, Side, Symbol, TimeInForce, TradeType, live::ProtectionState};
use exchange::{Credentials, OrderRequest, Urgency, Validity};
use serde_json::{Value, json};
use service::{Origin, identity::account, trading::order::protection};
use std::{future::Future, time::Duration};
use store::testing::TestDb;

/// A desk whose user has a long position with a stop, on an account whose credentials are known.
pub(crate) struct Holding {
    pub(crate) server: TestServer,
    pub(crate) ada: Person,
    pub(crate) id: String,
    credentials: (String, String),
}

impl Holding {
    pub(crate) async fn open(db: &TestDb) -> Self {
        let server = TestServer::open(db).await;
        let ada = Person::sign_up(&server, "ada").await;
        let credentials = ada.sandbox_account().await;
        let key = json!({
            "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Mine",
            "apiKey": credentials.0, "apiSecretKey": credentials.1,
        });
        let id = ada.post(KEYS, key).await.ok(200)["id"].as_str().unwrap().to_owned();
        let order = json!({
            "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.05",
            "stopTriggerPrice": near(&ada, 95).await, "stopTriggerType": "MARKET",
        });
        ada.post(&format!("/v1/priv/exchange/order/{id}"), order).await.ok(200);
        Self { server, ada, id, credentials }
    }

    fn position(&self) -> String {
        format!("/v1/priv/exchange/position/{}", self.id)
    }

    async fn protection(&self) -> Value {
        self.ada.get(&format!("{}/protection?symbol=BTC/USDT", self.position())).await.ok(200)
    }

    async fn supervise(&self, supervised: bool) -> u16 {
        let body = json!({"symbol": "BTC/USDT", "supervised": supervised});
        self.ada.put(&format!("{}/protection", self.position()), body).await.status
    }

    async fn open_orders(&self) -> Vec<Value> {
        let path = format!("/v1/priv/exchange/order/{}/list?symbol=BTC/USDT", self.id);
        self.ada.get(&path).await.ok(200).as_array().unwrap().clone()
    }

    fn who(&self) -> Credentials {
        Credentials::new(self.credentials.0.clone(), self.credentials.1.clone())
    }

    /// Cancels the stop at the exchange, outside Slipstream.
    async fn cancel_stop_elsewhere(&self) {
        let stop = self.open_orders().await.remove(0);
        let id = stop["clientOrderId"].as_str().unwrap();
        let validity = Validity::from_now(&*self.server.desk.clock);
        let exchange = &self.server.desk.exchange;
        exchange.cancel(&self.who(), TradeType::Futures, &btc(), id, true, validity).await.unwrap();
    }

    /// Places an order at the exchange, outside Slipstream: at a price, or at the market.
    pub(crate) async fn order_elsewhere(&self, id: &str, symbol: &str, amount: &str, price: Option<Decimal>) {
        let request = OrderRequest {
            client_order_id: id.to_owned(),
            symbol: symbol.parse().unwrap(),
            side: Side::Buy,
            kind: if price.is_some() { OrderType::Limit } else { OrderType::Market },
            amount: Some(amount.parse().unwrap()),
            price,
            stop_price: None,
            trigger: domain::trade::PriceSource::Last,
            callback_rate: None,
            time_in_force: TimeInForce::Gtc,
            good_till: None,
            reduce_only: false,
            trade_type: TradeType::Futures,
            urgency: Urgency::First,
            position_side: domain::PositionSlot::Both,
        };
        let validity = Validity::from_now(&*self.server.desk.clock);
        self.server.desk.exchange.place(&self.who(), &request, validity).await.unwrap();
    }

    async fn cookie(&self) -> String {
        cookie_at(&self.server).await
    }

    async fn page(&self, cookie: &str, path: &str) -> String {
        page_of(&self.server, cookie, path).await
    }

    /// Runs the supervisor, late enough for the position to be due.
    async fn tick(&self) {
        self.server.clock.advance(domain::time::MINUTE);
        protection::tick(&self.server.desk).await.unwrap();
    }

    async fn notified(&self, what: &str) -> usize {
        let user = store::user::by_email(&self.server.desk.db, "ada@example.org").await.unwrap().unwrap().id;
        let events = store::event::after(&self.server.desk.db, user, 0, 50).await.unwrap();
        events.iter().filter(|event| event.body.contains(what)).count()
    }
}

/// The cookie of a browser in which Ada is signed in.
pub(crate) async fn cookie_at(server: &TestServer) -> String {
    let origin = Origin::new([192, 0, 2, 1].into(), "Test/1.0");
    let session = account::sign_in(&server.desk, origin, "ada@example.org", "correct horse battery").await;
    format!("slipstream={}", session.unwrap().token)
}

/// Returns the HTML of a page, as the user's browser receives it.
pub(crate) async fn page_of(server: &TestServer, cookie: &str, path: &str) -> String {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.get(format!("{}{path}", server.base)).header("cookie", cookie);
    let answer = request.header("accept", "text/html").send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

fn btc() -> Symbol {
    "BTC/USDT".parse().unwrap()
}

fn state(protection: &Value) -> ProtectionState {
    ProtectionState::parse(protection["state"].as_str().unwrap()).unwrap()
}

/// Waits for an effect of a stream.
async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let reached = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reached).await.expect(what);
}

pub(crate) async fn an_owner_ends_and_resumes_the_supervision_of_a_position(db: &TestDb) {
    let holding = Holding::open(db).await;
    let shown = holding.protection().await;
    assert_eq!(state(&shown), ProtectionState::Supervised);
    assert!(shown["stopTriggerPrice"].is_number(), "{shown}");

    assert_eq!(holding.supervise(false).await, 204);
    assert_eq!(state(&holding.protection().await), ProtectionState::Released);
    assert_eq!(holding.open_orders().await.len(), 1, "the stop at the exchange stays");
    holding.cancel_stop_elsewhere().await;
    holding.tick().await;
    assert_eq!(holding.open_orders().await.len(), 0, "it is not put back");
    assert_eq!(state(&holding.protection().await), ProtectionState::Released);

    assert_eq!(holding.supervise(true).await, 204);
    assert_eq!(holding.open_orders().await.len(), 1, "the stop is back at once");
    assert_eq!(state(&holding.protection().await), ProtectionState::Supervised);
    holding.cancel_stop_elsewhere().await;
    holding.tick().await;
    assert_eq!(holding.open_orders().await.len(), 1, "it is put back again");
}

pub(crate) async fn supervision_needs_a_position_with_a_stop(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    let path = format!("/v1/priv/exchange/position/{id}/protection");
    let on = json!({"symbol": "BTC/USDT", "supervised": true});
    assert_eq!(ada.get(&format!("{path}?symbol=BTC/USDT")).await.text, "null");
    ada.put(&path, on.clone()).await.not_found();
    ada.put(&path, json!({"symbol": "BTC/USDT"})).await.problem("supervised", "is required");
    ada.put(&path, json!({"symbol": "NOPE/USDT", "supervised": true})).await.refused("1300");
    let bare = json!({"symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.05});
    ada.post(&format!("/v1/priv/exchange/order/{id}"), bare).await.ok(200);
    let shown = ada.get(&format!("{path}?symbol=BTC/USDT")).await.ok(200);
    assert_eq!(state(&shown), ProtectionState::NoStop);
    assert_eq!(ada.put(&path, on).await.status, 422, "there is no stop to supervise");
    let eve = Person::sign_up(&server, "eve").await;
    eve.put(&path, json!({"symbol": "BTC/USDT", "supervised": false})).await.not_found();
}

pub(crate) async fn a_key_is_deleted_with_its_positions_closed_or_left_open(db: &TestDb) {
    let holding = Holding::open(db).await;
    let key = format!("{KEYS}/{}", holding.id);
    holding.ada.delete(&format!("{key}?openPositions=burn"), None).await.ok(422);
    assert_eq!(holding.ada.delete(&key, None).await.status, 204);
    assert_eq!(
        holding.notified("LeftOpen").await,
        1,
        "the owner is notified that the stop is no longer supervised"
    );
    let left = holding.server.desk.exchange.positions(&holding.who(), Some(&btc())).await.unwrap();
    assert_eq!(left.len(), 1);

    let again = json!({
        "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Back",
        "apiKey": holding.credentials.0, "apiSecretKey": holding.credentials.1,
    });
    let id = holding.ada.post(KEYS, again).await.ok(200)["id"].as_str().unwrap().to_owned();
    let shown = format!("/v1/priv/exchange/position/{id}/protection?symbol=BTC/USDT");
    assert_eq!(state(&holding.ada.get(&shown).await.ok(200)), ProtectionState::Foreign);
    assert_eq!(holding.ada.delete(&format!("{KEYS}/{id}?openPositions=close"), None).await.status, 204);
    let left = holding.server.desk.exchange.positions(&holding.who(), Some(&btc())).await.unwrap();
    assert_eq!(left.len(), 0);
    let orders = holding.server.desk.exchange.open_orders(&holding.who(), TradeType::Futures, None).await;
    assert_eq!(orders.unwrap().len(), 0);
    assert_eq!(holding.notified("LeftOpen").await, 1, "nothing was left");
}

pub(crate) async fn a_foreign_order_is_notified_unless_the_owner_trades_there_too(db: &TestDb) {
    let holding = Holding::open(db).await;
    let mut streams = service::trading::account_streams::AccountStreams::default();
    streams.round(&holding.server.desk).await.unwrap();
    let elsewhere = async |id: &str| holding.order_elsewhere(id, "BTC/USDT", "0.01", None).await;
    until("the stream is connected", async || {
        // Only a stream reports it, so it is repeated until it does.
        elsewhere(&format!("web_{}", holding.server.desk.clock.now().0)).await;
        holding.server.clock.advance(domain::time::SECOND);
        holding.notified("ForeignFill").await > 0
    })
    .await;
    // Events arrive in their order: after this one, those of the orders before it have been counted.
    holding.order_elsewhere("web_last", "ETH/USDT", "0.1", None).await;
    until("the last order is reported", async || holding.notified("ForeignFill\":\"ETH/USDT").await > 0)
        .await;
    let body = json!({"tradedElsewhere": true});
    holding.ada.put(&format!("{KEYS}/{}", holding.id), body).await.ok(200);
    let before = holding.notified("ForeignFill").await;
    elsewhere("web_silent").await;
    // The cancellation of a stop outside Slipstream is reported after the fill that preceded it.
    holding.cancel_stop_elsewhere().await;
    until("the cancelled stop is put back", async || {
        protection::tick(&holding.server.desk).await.unwrap();
        holding.open_orders().await.len() == 1
    })
    .await;
    assert_eq!(holding.notified("ForeignFill").await, before);
    assert_eq!(holding.notified("Liquidated").await, 0);
}

/// Returns the rows of a page that have this test id.
fn rows<'a>(page: &'a str, id: &str) -> Vec<&'a str> {
    let id = format!("data-testid=\"{id}\"");
    let rows = page.split("<tr").filter_map(|row| row.split("</tr>").next());
    rows.filter(|row| row.contains(&id)).collect()
}

pub(crate) async fn orders_placed_elsewhere_are_marked_in_every_table(db: &TestDb) {
    let holding = Holding::open(db).await;
    let price = number(&near(&holding.ada, 90).await);
    holding.order_elsewhere("web_limit", "BTC/USDT", "0.01", Some(price)).await;
    holding.order_elsewhere("web_eth", "ETH/USDT", "1", None).await;
    let cookie = holding.cookie().await;

    let market = |symbol: &str| format!("key={}&symbol={symbol}", holding.id);
    let btc = market("BTC%2FUSDT");
    for (path, row) in [
        ("/dashboard".to_owned(), "order-row"),
        (format!("/history?{btc}"), "order-row"),
        (format!("/trade?{btc}"), "open-order"),
    ] {
        let page = holding.page(&cookie, &path).await;
        let orders = rows(&page, row);
        let foreign = orders.iter().filter(|order| order.contains("data-kind=\"limit\"")).count();
        assert!(foreign == 1 && orders.len() > 1, "{path}: {orders:?}");
        for order in orders {
            let marked = order.contains("data-testid=\"order-foreign\"");
            assert_eq!(marked, order.contains("data-kind=\"limit\""), "{path}: {order}");
            assert_eq!(marked, order.contains("Placed outside Slipstream"), "{path}: {order}");
        }
    }

    let dashboard = holding.page(&cookie, "/dashboard").await;
    let positions = rows(&dashboard, "position-row");
    assert_eq!(positions.len(), 2, "{positions:?}");
    for position in positions {
        let marked = position.contains("Opened outside Slipstream");
        assert_eq!(marked, position.contains("ETH/USDT"), "{position}");
    }
    for (symbol, foreign) in [("BTC%2FUSDT", false), ("ETH%2FUSDT", true)] {
        let page = holding.page(&cookie, &format!("/trade?{}", market(symbol))).await;
        assert_eq!(page.contains("Opened outside Slipstream: not supervised"), foreign, "{symbol}");
    }
}

pub(crate) async fn the_trade_page_lists_the_trades_of_a_shared_position(db: &TestDb) {
    let holding = Holding::open(db).await;
    let cookie = holding.cookie().await;
    let path = format!("/trade?key={}&symbol=BTC%2FUSDT", holding.id);
    let listed = |page: &str| page.matches("data-testid=\"shared-trade\"").count();
    assert_eq!(listed(&holding.page(&cookie, &path).await), 0, "one trade has the controls of the desk");
    let order = json!({
        "exchangeKeyId": holding.id, "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.02,
        "stop": {"price": near(&holding.ada, 94).await},
    });
    let second = holding.ada.post("/v1/priv/trade", order).await.ok(200)["trade"]["id"].clone();
    let page = holding.page(&cookie, &path).await;
    assert_eq!(listed(&page), 2);
    assert!(page.contains("Trade 1: 0.05 BTC long") && page.contains("Trade 2: 0.02 BTC long"));
    let id = format!("name=\"trade\" value={second}");
    assert!(page.matches(&id).count() >= 6, "each form names its trade");
    assert_eq!(state(&holding.protection().await), ProtectionState::Supervised);
}

pub(crate) async fn the_trade_page_has_the_controls_of_a_position_without_scripts(db: &TestDb) {
    let holding = Holding::open(db).await;
    let cookie = holding.cookie().await;
    let page = holding.page(&cookie, &format!("/trade?key={}&symbol=BTC%2FUSDT&share=25", holding.id)).await;
    assert!(page.contains("Available: "), "the balance is shown");
    let amount = page.split("id=\"ticket-amount\"").nth(1).and_then(|rest| rest.split('>').next()).unwrap();
    let value = amount.split(" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(domain::money::parse(value).is_ok_and(|value| value > Decimal::ZERO), "a quarter: {amount}");
    for action in [
        "trade-stop",
        "trade-targets",
        "trade-automation",
        "trade-breakeven",
        "trade-add",
        "trade-reverse",
        "trade-close-part",
    ] {
        let form =
            page.split("<form").find(|form| form.contains(&format!("action=\"/api/{action}\""))).unwrap();
        let form = form.split("</form>").next().unwrap();
        assert!(form.contains("name=\"key\"") && form.contains("name=\"symbol\""), "{form}");
        assert!(form.contains("name=\"idempotency\""), "{form}");
        // Closing and reversing act on what is open, whatever its version is.
        let of_any_version = ["trade-close-part", "trade-reverse"].contains(&action);
        assert_eq!(form.contains("name=\"version\""), !of_any_version, "{form}");
    }
    assert!(!page.contains("data-testid=\"cancel-entries\""), "there is no entry to cancel");
}

pub(crate) async fn a_waiting_entry_shows_its_plan(db: &TestDb) {
    let holding = Holding::open(db).await;
    let ticker = holding.ada.get("/v1/pub/exchange/ticker?symbol=ETH/USDT").await.ok(200);
    let at = |percent: i64| -> Value {
        let price = (number(&ticker["last"]) * Decimal::new(percent, 2)).round();
        serde_json::from_str(&price.to_string()).unwrap()
    };
    let order = json!({
        "symbol": "ETH/USDT", "type": "LIMIT", "side": "BUY", "price": at(90), "amount": "1",
        "takeProfitPrices": [at(110)], "stopTriggerPrice": at(80), "stopTriggerType": "MARKET",
    });
    holding.ada.post(&format!("/v1/priv/exchange/order/{}", holding.id), order).await.ok(200);
    let cookie = holding.cookie().await;
    let page = holding.page(&cookie, &format!("/trade?key={}&symbol=ETH%2FUSDT", holding.id)).await;
    let plan = rows(&page, "plan-row");
    assert_eq!(plan.len(), 2, "{plan:?}");
    assert!(plan[0].contains("Planned stop loss: ") && plan[1].contains("Planned take profit: "), "{plan:?}");
    assert!(page.contains("data-testid=\"cancel-entries\""), "the entry can be cancelled");
}

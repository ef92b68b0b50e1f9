//! A desk in live mode and its exchange as two processes with the proxy between them, and a trader who uses the API.

use super::proxy::Proxy;
use crate::common::{
    copying::btc,
    process::{PATIENCE, Process, answers, control_token, free_port, until},
};
use domain::{Decimal, Order, OrderType, Position, TradeType, ticket::RawTicket};
use exchange::{
    Credentials,
    binance::{Binance, BinanceConfig},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::{
    config::Config,
    run::{self, Rehearsal, Rehearsed, SandboxAt},
};
use service::{
    Desk, Parts, SharedDesk,
    identity::plan,
    platform::{
        secrets::{MasterKey, Sealer},
        settings::Settings,
        system::{OsEntropy, WallClock},
    },
};
use std::{sync::Arc, time::Duration};
use store::testing::TestDb;

/// Shared by the desk and the test, so that the desk can open what the test seals.
const MASTER_KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";
/// So large that the test's own requests never wait for the rate limit.
const WEIGHT: u32 = 10_000_000;
const TRADER: &str = "ada@example.org";

/// The processes and their users.
pub(crate) struct World {
    pub(crate) proxy: Proxy,
    /// A desk without jobs, which reads the exchange past the proxy.
    pub(crate) direct: SharedDesk,
    http: reqwest::Client,
    folder: tempfile::TempDir,
    sandbox: Process,
    desk: Process,
    settings: [(&'static str, String); 10],
    token: String,
    key: String,
    /// The trader's account.
    pub(crate) trader: Credentials,
}

impl World {
    /// Starts everything on this database. The market stays where it is until [`Self::move_price`].
    pub(crate) async fn begin(db: &TestDb) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
        let settings = [
            ("SLIPSTREAM_DATA_DIR", folder.path().join("exchange").display().to_string()),
            ("SLIPSTREAM_SANDBOX_LIMITS", "none".to_owned()),
            ("SLIPSTREAM_SANDBOX_CONTROL", "open".to_owned()),
        ];
        let sandbox = Process::start(&["sandbox"], free_port(), &settings);
        let ping = format!("{}/sandbox/binance/fapi/v1/ping", sandbox.base);
        answers(&http, "the sandbox's start", &ping).await;
        let proxy = Proxy::start(&sandbox.base).await;
        let direct = without_jobs(db, &sandbox.base);
        let port = free_port();
        let settings = desk_settings(db, &folder, port, &proxy);
        let desk = Process::start(&[], port, &settings);
        answers(&http, "the desk's start", &format!("{}/healthz", desk.base)).await;
        let (token, key, trader) = (String::new(), String::new(), Credentials::new("", ""));
        let mut world = Self { proxy, direct, http, folder, sandbox, desk, settings, token, key, trader };
        world.control("clock", &json!({ "running": false })).await;
        world.sign_up().await;
        world
    }

    async fn sign_up(&mut self) {
        self.trader = self.account().await;
        (self.token, self.key) = self.join(TRADER, "MANUAL", &self.trader).await;
    }

    /// Signs a user up and connects an account for this use, through the proxy. Returns the user's token and the
    /// key's id.
    pub(crate) async fn join(&self, email: &str, used: &str, who: &Credentials) -> (String, String) {
        let person = json!({ "email": email, "password": "correct horse battery" });
        let (status, tokens) = self.call("/v1/auth/sign-up", "", "", person).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{tokens}");
        let token = tokens["accessToken"].as_str().unwrap().to_owned();
        plan::assign_plan(&self.direct, email, "EXPERT").await.unwrap();
        let key = json!({
            "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": used, "name": "Live",
            "apiKey": who.api_key, "apiSecretKey": who.secret(),
        });
        let (status, key) = self.call("/v1/priv/account/exchange/key", &token, "", key).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{key}");
        (token, key["id"].as_str().unwrap().to_owned())
    }

    /// Posts to the desk; `None` if the connection broke.
    async fn call(
        &self,
        path: &str,
        token: &str,
        idempotency: &str,
        body: Value,
    ) -> Option<(StatusCode, Value)> {
        let request = self.http.request(Method::POST, format!("{}{path}", self.desk.base)).json(&body);
        let request = request.header("Authorization", token);
        let request =
            if idempotency.is_empty() { request } else { request.header("Idempotency-Key", idempotency) };
        let response = request.send().await.ok()?;
        let status = response.status();
        Some((status, serde_json::from_str(&response.text().await.ok()?).unwrap_or(Value::Null)))
    }

    /// Calls the sandbox's control interface.
    async fn control(&self, route: &str, body: &Value) -> Value {
        let url = format!("{}/sandbox/control/{route}", self.sandbox.base);
        let token = control_token(&self.folder.path().join("exchange"));
        let request = self.http.post(url).header("x-sandbox-control", token).json(body);
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{route}: {}", response.status());
        response.json().await.unwrap_or(Value::Null)
    }

    /// Opens an account whose key is restricted to addresses, as live mode requires.
    pub(crate) async fn account(&self) -> Credentials {
        let opened = self.control("accounts", &json!({ "ipRestricted": true })).await;
        let text = |field: &str| opened[field].as_str().unwrap().to_owned();
        Credentials::new(text("apiKey"), text("apiSecretKey"))
    }

    /// The price of BTC, in whole USDT.
    pub(crate) async fn price(&self) -> i64 {
        let price = self.direct.exchange.mark_price(TradeType::Futures, &btc()).await.unwrap();
        i64::try_from(price.trunc()).unwrap()
    }

    /// Moves the price of BTC directly to this one.
    pub(crate) async fn move_price(&self, price: i64) {
        self.control("price", &json!({ "symbol": "BTCUSDT", "price": price.to_string() })).await;
        self.control("tick", &json!({ "count": 1 })).await;
    }

    /// Sends the trader's order of a round, with a stop at this price.
    pub(crate) async fn order(&self, round: usize, stop: i64) -> Option<(StatusCode, Value)> {
        let body = json!({
            "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.01,
            "takeProfitPrices": [900_000], "stopTriggerPrice": stop, "stopTriggerType": "MARKET",
        });
        let path = format!("/v1/priv/exchange/order/{}", self.key);
        self.call(&path, &self.token, &format!("round-{round}"), body).await
    }

    /// Repeats the order of a round until it is accepted. A repetition never enters twice.
    pub(crate) async fn settled(&self, round: usize, stop: i64) {
        until("the order", PATIENCE * 2, async || {
            let (status, _) = self.order(round, stop).await?;
            (status == StatusCode::OK).then_some(())
        })
        .await;
    }

    /// Rehearses an order of the trader as the operator's command does, while the desk runs.
    pub(crate) async fn rehearse(&self, amount: &str, stop: i64, take_profit: i64) -> Rehearsed {
        let config =
            Config::read(self.settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let token = control_token(&self.folder.path().join("exchange"));
        let ticket = RawTicket {
            symbol: Some("BTC/USDT".into()),
            kind: Some("MARKET".into()),
            side: Some("BUY".into()),
            amount: Some(amount.into()),
            take_profit_prices: vec![take_profit.to_string()],
            stop_trigger_price: Some(stop.to_string()),
            stop_trigger_type: Some("MARKET".into()),
            ..RawTicket::default()
        };
        let sandbox = Some(SandboxAt { url: format!("{}/sandbox", self.sandbox.base), token });
        let rehearsal = Rehearsal { key: self.key.clone(), ticket, sandbox };
        run::rehearse(config.unwrap(), &rehearsal).await.unwrap()
    }

    /// An adapter of our own that reaches the exchange through the proxy, as the desk's does.
    pub(crate) fn adapter(&self) -> Binance {
        let config = BinanceConfig {
            spot_weight: WEIGHT,
            futures_weight: WEIGHT,
            ..BinanceConfig::new(&self.proxy.base, &self.proxy.base)
        };
        Binance::new(config, Arc::new(WallClock)).unwrap()
    }

    /// All orders, open orders and positions of an account, as the exchange has them.
    pub(crate) async fn state(&self, who: &Credentials) -> (Vec<Order>, Vec<Order>, Vec<Position>) {
        let (exchange, kind) = (&self.direct.exchange, TradeType::Futures);
        let symbol = btc();
        let (orders, open, positions) = tokio::join!(
            exchange.orders(who, kind, &symbol, 100),
            exchange.open_orders(who, kind, Some(&symbol)),
            exchange.positions(who, None),
        );
        (orders.unwrap(), open.unwrap(), positions.unwrap())
    }

    /// Checks that the trader has one entry per round, one position, one stop and one take-profit.
    pub(crate) async fn check(&self, rounds: usize) {
        let (orders, open, positions) = self.state(&self.trader).await;
        let entered =
            |order: &&Order| order.kind == OrderType::Market && !order.reduce_only && !order.filled.is_zero();
        assert_eq!(orders.iter().filter(entered).count(), rounds, "one entry for each order: {orders:?}");
        let mut kinds: Vec<_> = open.iter().map(|order| order.kind.word()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["stop_market", "take_profit"], "{open:?}");
        assert_eq!(positions.len(), 1, "{positions:?}");
        assert_eq!(positions[0].contracts, Decimal::new(1, 2));
    }

    /// Waits until an account has neither a position nor an open order.
    pub(crate) async fn flat(&self, who: &Credentials, patience: Duration) {
        until("the end of the position and its orders", patience, async || {
            let (_, open, positions) = self.state(who).await;
            (open.is_empty() && positions.is_empty()).then_some(())
        })
        .await;
    }

    /// Waits until an account has opened this many user-data streams.
    pub(crate) async fn streamed(&self, who: &Credentials, streams: usize, patience: Duration) {
        until("the user-data stream", patience, async || {
            (self.proxy.streams(&who.api_key) >= streams).then_some(())
        })
        .await;
    }
}

fn desk_settings(
    db: &TestDb,
    folder: &tempfile::TempDir,
    port: u16,
    proxy: &Proxy,
) -> [(&'static str, String); 10] {
    [
        ("SLIPSTREAM_EXCHANGE", "live".to_owned()),
        ("SLIPSTREAM_MASTER_KEY", MASTER_KEY.to_owned()),
        ("SLIPSTREAM_DATA_DIR", folder.path().join("desk").display().to_string()),
        ("SLIPSTREAM_PUBLIC_URL", format!("http://127.0.0.1:{port}")),
        ("SLIPSTREAM_SIGNAL_MAX_AGE", "3600".to_owned()),
        // The orders of these tests are larger than what a new key may send on its first day.
        ("SLIPSTREAM_FIRST_DAY_CAP", "off".to_owned()),
        ("DATABASE_URL", db.url().to_owned()),
        ("BINANCE_SPOT_URL", proxy.base.clone()),
        ("BINANCE_FUTURES_URL", proxy.base.clone()),
        // The machine's zone has daylight saving time; nothing may depend on it.
        ("TZ", "America/New_York".to_owned()),
    ]
}

fn without_jobs(db: &TestDb, sandbox: &str) -> SharedDesk {
    let binance = format!("{sandbox}/sandbox/binance");
    let config = BinanceConfig {
        spot_weight: WEIGHT,
        futures_weight: WEIGHT,
        ..BinanceConfig::new(&binance, &binance)
    };
    let clock = Arc::new(WallClock);
    Desk::new(Parts {
        db: (**db).clone(),
        payments: None,
        exchange: Arc::new(Binance::new(config, clock.clone()).unwrap()),
        sealer: Sealer::new(MasterKey::parse(MASTER_KEY).unwrap(), None, Arc::new(OsEntropy)),
        clock,
        entropy: Arc::new(OsEntropy),
        settings: Settings::default(),
        sandbox: None,
        instance: "observer".to_owned(),
    })
    .unwrap()
}

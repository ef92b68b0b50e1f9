//! Each event is notified once: an order and its end, a burst, and the work of a killed desk.

use super::{
    bot::{BotApi, Fault, TOKEN},
    setting::{PASSWORD, SETTINGS, actor, by, chat, deliver, link},
};
use crate::common::{
    Person, TestServer,
    process::{PATIENCE, Process, answers, free_port, until},
};
use domain::{
    notification::{Channel, Kind, Outgoing},
    time::SECOND,
};
use reqwest::Method;
use serde_json::{Value, json};
use service::{
    messaging::notify::{self, NotificationEvent},
    trading::order,
};
use store::{notice::NewNotice, testing::TestDb};

/// The whole price of BTC/USDT times a percentage.
async fn near(person: &Person, percent: i64) -> String {
    let ticker = person.get("/v1/pub/exchange/ticker").await.ok(200);
    let last = domain::money::parse(&ticker["last"].to_string()).unwrap();
    (last * domain::Decimal::new(percent, 2)).round().normalize().to_string()
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

const KEYS: &str = "/v1/priv/account/exchange/key";

/// The mails except those about the connected key and chat.
async fn mails_about_orders(server: &TestServer) -> Vec<Outgoing> {
    let mails = by(server, Channel::Email).await;
    mails.into_iter().filter(|mail| !mail.subject.contains("was connected")).collect()
}

async fn an_order_and_its_end_are_notified_once_on_every_channel(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let (api_key, secret) = ada.sandbox_account().await;
    let body = |name: &str| {
        json!({
            "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL",
            "name": name, "apiKey": api_key, "apiSecretKey": secret,
        })
    };
    // Characters that reverse the text direction are not valid in a name.
    ada.post(KEYS, body("<b>\u{202e}yek</b>")).await.ok(422);
    let key = ada.post(KEYS, body("<b>yek</b>")).await.ok(200)["id"].as_str().unwrap().to_owned();
    let me = actor(&server, "ada").await;
    link(&server, &me).await;
    let on = json!({ "telegramNewOrder": true, "telegramTakeProfit": true, "telegramStopLoss": true });
    ada.put(SETTINGS, on).await.ok(200);
    let answered = chat(&server, &me).await.len();

    let target = near(&ada, 102).await;
    let order = json!({
        "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.05",
        "takeProfitPrices": [number(&target)], "stopTriggerPrice": number(&near(&ada, 95).await),
        "stopTriggerType": "MARKET",
    });
    ada.post(&format!("/v1/priv/exchange/order/{key}"), order).await.ok(200);
    deliver(&server).await;
    deliver(&server).await;
    let mails = mails_about_orders(&server).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(
        (mails[0].to.as_str(), mails[0].subject.as_str()),
        ("ada@example.org", "New order: buy BTC/USDT")
    );
    for seen in ["Amount: 0.05 BTC", "Price: ", "Account: <b>yek</b>", "Time: 2026-01-01 00:0", "UTC"] {
        assert!(mails[0].body.contains(seen), "{seen} is not in {}", mails[0].body);
    }
    let said = chat(&server, &me).await.split_off(answered);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("New order: buy BTC/USDT\n\nMarket: BTC/USDT"), "{}", said[0]);

    // The target is passed while no stream is open.
    server.price("BTC/USDT", &near(&ada, 104).await).await;
    server.beat(8);
    for _ in 0..3 {
        server.clock.advance(30 * SECOND);
        order::protection::tick(&server.desk).await.unwrap();
        deliver(&server).await;
    }
    let mails = mails_about_orders(&server).await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert_eq!(mails[0].subject, "Take profit hit: BTC/USDT");
    assert!(mails[0].body.contains("Result: +"), "{}", mails[0].body);
    assert!(mails[0].body.contains("% of the entry value)"), "{}", mails[0].body);
    // Events are stored even though no stream was open: the entry, and the target with its profit.
    let seen = store::event::after(&server.desk.db, me.user, 0, 9).await.unwrap();
    let seen: Vec<_> = seen.iter().map(|event| event.body.as_str()).collect();
    assert!(seen.len() == 2 && seen[0].contains("\"Order\"") && seen[1].contains("TargetHit"), "{seen:?}");
    let said = chat(&server, &me).await.split_off(answered);
    assert_eq!(said.len(), 2, "{said:?}");
    let left = store::protection::list_all(&server.desk.db).await.unwrap();
    assert_eq!(left, [], "the position is at zero: nothing is supervised any more");
}

/// Stores the event of one of many orders.
fn ordered(key: &str) -> String {
    let order = notify::Ordered {
        key: key.parse().unwrap(),
        symbol: "BTC/USDT".parse().unwrap(),
        side: domain::Side::Buy,
        amount: Some(domain::Decimal::new(5, 2)),
        price: Some(domain::Decimal::new(10_000, 0)),
        copy: None,
    };
    serde_json::to_string(&NotificationEvent::NewOrder(order)).unwrap()
}

async fn a_burst_is_one_message(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let key = ada.key("FUTURES", "MANUAL").await;
    let me = actor(&server, "ada").await;
    link(&server, &me).await;
    ada.put(SETTINGS, json!({ "telegramNewOrder": true })).await.ok(200);
    let answered = chat(&server, &me).await.len();
    let now = server.desk.clock.now();
    let mut tx = server.desk.db.begin().await.unwrap();
    for number in 0..1_000 {
        let (once, body) = (format!("ordered:{number}"), ordered(&key));
        let notice = NewNotice {
            event_key: &once,
            user_id: me.user,
            kind: Kind::NewOrder,
            group_key: "signal",
            body: &body,
            at: now,
            ready_at: now.plus(5 * SECOND),
        };
        store::notice::notify(&mut tx, &notice).await.unwrap();
    }
    tx.commit().await.unwrap();
    deliver(&server).await;
    assert_eq!(mails_about_orders(&server).await.len(), 0, "the burst may go on");
    server.clock.advance(5 * SECOND);
    deliver(&server).await;
    let mails = mails_about_orders(&server).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "New order: buy BTC/USDT (1,000 accounts)");
    assert_eq!(mails[0].body.matches("- Test: buy, 0.05 BTC, 10,000 USDT").count(), 1_000);
    assert_eq!(chat(&server, &me).await.len(), answered + 1);
}

/// A desk as a real process that uses our fake bot API.
struct Running {
    api: BotApi,
    http: reqwest::Client,
    folder: tempfile::TempDir,
    database: String,
    port: u16,
    process: Option<Process>,
}

impl Running {
    async fn begin(db: &TestDb) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let (api, database) = (BotApi::start().await, db.url().to_owned());
        let mut running = Self { api, http, folder, database, port, process: None };
        running.start().await;
        running
    }

    async fn start(&mut self) {
        let settings = [
            ("SLIPSTREAM_DATA_DIR", self.folder.path().display().to_string()),
            ("DATABASE_URL", self.database.clone()),
            ("TELEGRAM_BOT_TOKEN", TOKEN.to_owned()),
            ("TELEGRAM_API_BASE", self.api.base.clone()),
        ];
        let process = Process::start(&[], self.port, &settings);
        answers(&self.http, "the desk's start", &format!("{}/healthz", process.base)).await;
        self.process = Some(process);
    }

    /// Kills the desk as `kill -9` does.
    fn kill(&mut self) {
        self.process = None;
    }

    async fn call(&self, method: Method, path: &str, token: &str, body: Value) -> Value {
        let request = self.http.request(method, format!("http://127.0.0.1:{}{path}", self.port));
        let response = request.header("authorization", token).json(&body).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null)
    }

    async fn sent(&self, count: usize) -> Vec<String> {
        until(&format!("message {count}"), PATIENCE, async || {
            let sent = self.api.sent(77);
            (sent.len() >= count).then_some(sent)
        })
        .await
    }
}

async fn a_killed_desk_notifies_once_or_visibly_again(db: &TestDb) {
    let mut desk = Running::begin(db).await;
    let person = json!({ "email": "ada@example.org", "password": PASSWORD });
    let tokens = desk.call(Method::POST, "/v1/auth/sign-up", "", person).await;
    let token = tokens["accessToken"].as_str().unwrap().to_owned();
    let method = desk.call(Method::GET, &format!("{SETTINGS}/method"), &token, json!({})).await;
    desk.api.write(77, &format!("/start {}", method["telegramAuthCode"].as_str().unwrap()));
    desk.sent(1).await;

    // Telegram accepts the message, and the desk is killed before it sees the response: it sends it again,
    // marked as repeated.
    desk.api.fail(Fault::Silent);
    desk.api.write(77, "/positions");
    assert_eq!(desk.sent(2).await[1], "No open positions.");
    desk.kill();
    desk.start().await;
    let sent = desk.sent(3).await;
    assert!(
        sent[2].ends_with("No open positions.") && sent[2].contains("may have received this before"),
        "{sent:?}"
    );

    // The desk is killed between the event and its notification: it is sent once.
    desk.call(Method::PUT, SETTINGS, &token, json!({ "telegramNewOrder": true })).await;
    let account = desk.call(Method::POST, "/v1/priv/account/exchange/sandbox", &token, json!({})).await;
    let key = json!({
        "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Test",
        "apiKey": account["apiKey"], "apiSecretKey": account["apiSecretKey"],
    });
    let key = desk.call(Method::POST, "/v1/priv/account/exchange/key", &token, key).await;
    let order = json!({ "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.01" });
    let path = format!("/v1/priv/exchange/order/{}", key["id"].as_str().unwrap());
    desk.call(Method::POST, &path, &token, order).await;
    desk.kill();
    desk.start().await;
    // The bot answers in order, so an answer to a later command shows that nothing else will come.
    desk.sent(4).await;
    desk.api.write(77, "/help");
    let said = |text: &String| text.starts_with("/status");
    let sent = until("the answer to /help", PATIENCE, async || {
        let sent = desk.api.sent(77);
        sent.iter().skip(3).any(said).then_some(sent)
    })
    .await;
    let orders: Vec<_> = sent.iter().filter(|text| text.contains("New order: buy BTC/USDT")).collect();
    let unasked = orders.iter().filter(|text| !text.contains("may have received this before")).count();
    assert!(unasked == 1 && orders.len() <= 2, "once, or visibly again: {sent:?}");
}

store::each_engine!(
    an_order_and_its_end_are_notified_once_on_every_channel,
    a_burst_is_one_message,
    a_killed_desk_notifies_once_or_visibly_again,
);

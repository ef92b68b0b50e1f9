//! Strategies, follows and histories on a whole server, on both databases, with the real sandbox behind it:
//! whole responses against the document's examples.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use crate::{
    common::{HttpAnswer, Person, TestServer, shape::same},
    example,
};
use domain::{
    Clock as _, Decimal, Micros, Side, SignalId, StrategyId, StrategyTradeId, signal, strategy::Exit, time,
};
use reqwest::Method;
use serde_json::{Value, json};
use service::{
    Origin,
    following::{copy, strategy},
    identity::account,
    platform::settings::{Mode, Settings},
};
use store::testing::TestDb;

const NOBODYS: &str = "46a19fb1-4e90-4736-b820-257c947fd694";
const MODERATE: &str = "3dc38f3d-4b4e-43b3-a102-e250b7cd3551";
const CONSERVATIVE: &str = "ab00673a-cd19-44d4-a7c4-05c63e309663";
const MANUAL_TRADES: &str = "/v1/priv/account/trade/manual/history";
const STRATEGY_TRADES: &str = "/v1/priv/account/trade/strategy/history";
const FOLLOWS: &str = "/v1/priv/strategy/follow/exchange/key";

fn d(text: &str) -> Decimal {
    domain::money::parse(text).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Creates an operator.
async fn admin(server: &TestServer) -> Person {
    let person = Person::sign_up(server, "operator").await;
    account::make_admin(&server.desk, "operator@example.org").await.unwrap();
    person
}

/// Creates a strategy with an external signal source.
async fn outside(admin: &Person, name: &str, symbol: &str) -> String {
    let body = json!({"name": name, "symbol": symbol, "active": true});
    text(&admin.post("/v1/admin/strategy", body).await.ok(200)["id"])
}

/// Records one trade of a live record.
async fn lived(server: &TestServer, strategy: StrategyId, side: Side, at: Micros, percent: &str) {
    let (clock, entropy) = (&*server.desk.clock, &*server.desk.entropy);
    let id = SignalId::mint(clock, entropy);
    let said = store::signal::Signal {
        id,
        strategy_id: strategy,
        source: signal::Source::Hook,
        action: signal::Action::Enter,
        side: Some(side),
        price: None,
        market_price: None,
        stop: Some(store::DecimalText(Decimal::ONE)),
        targets: "[]".into(),
        external_id: None,
        bar_at: None,
        at,
        fanned_out_at: None,
        seq: 1,
    };
    let (price, stop) = (Decimal::TWO, Decimal::ONE);
    let trade = StrategyTradeId::mint(clock, entropy);
    let entered = store::strategy_trade::Entered { id: trade, strategy, signal: id, side, at, price, stop };
    let exited = store::strategy_trade::Exited { at, price, exit: Exit::Target, profit_percent: d(percent) };
    let mut tx = server.desk.db.begin().await.unwrap();
    store::signal::insert_signal(&mut tx, &said).await.unwrap();
    assert!(store::strategy_trade::insert_entry(&mut tx, &entered).await.unwrap());
    assert!(store::strategy_trade::end_trade(&mut tx, id, &exited).await.unwrap());
    tx.commit().await.unwrap();
}

async fn strategies_and_profiles_are_public(db: &TestDb) {
    let server = TestServer::open(db).await;
    let anyone = Person::anonymous(&server);
    assert_eq!(anyone.get("/v1/pub/strategy/profile/list").await.ok(200), example!("risk_profiles"));
    assert_eq!(anyone.get("/v1/pub/strategy/list").await.text, r#"{"items":[]}"#);
    strategy::seed(&server.desk).await.unwrap();
    let list = anyone.get("/v1/pub/strategy/list").await.ok(200);
    same(&list, &example!("strategies"));
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 4);
    for item in items {
        assert_eq!(
            (&item["active"], &item["exchangeId"], &item["symbol"]),
            (&json!(true), &json!("BINANCE"), &json!("BTC/USDT"))
        );
    }
}

/// The document's four trades, which lost 5.62505875 % in a day; the first two cancel each other out.
async fn results_of_a_strategy(db: &TestDb) {
    let server = TestServer::open(db).await;
    strategy::seed(&server.desk).await.unwrap();
    let anyone = Person::anonymous(&server);
    let id = strategy::list_strategies(&server.desk).await.unwrap()[0].id;
    let today = server.clock.now().day();
    for (hour, percent) in [(0, "-2.34375"), (1, "2.4"), (2, "0"), (3, "-5.62505875")] {
        lived(&server, id, Side::Buy, today.plus(hour * time::HOUR), percent).await;
    }
    server.clock.advance(4 * time::HOUR);
    let history = anyone.get(&format!("/v1/pub/strategy/{id}/history?interval=1d&limit=3")).await;
    let mut expected = example!("strategy_history");
    for (item, back) in expected["items"].as_array_mut().unwrap().iter_mut().zip(0..) {
        let start = today.plus(-back * time::DAY);
        (item["start"], item["endAt"]) = (json!(start.date()), json!(start.plus(time::DAY).date()));
    }
    assert_eq!(history.ok(200), expected);
    let performance = anyone.get(&format!("/v1/pub/strategy/{id}/performance")).await;
    assert_eq!(performance.ok(200), example!("strategy_performance"));
    let months = anyone.get(&format!("/v1/pub/strategy/{id}/history?interval=1M&limit=2")).await.ok(200);
    assert_eq!(
        (&months["items"][0]["start"], &months["items"][0]["endAt"]),
        (&json!("2026-01-01"), &json!("2026-02-01"))
    );
    assert_eq!(months["items"][0]["trades"], 4);
    assert_eq!(
        (&months["items"][1]["start"], &months["items"][1]["winRate"]),
        (&json!("2025-12-01"), &Value::Null)
    );
    let list = anyone.get(&format!("/v1/pub/strategy/{id}/history")).await.ok(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 30);
    let most = anyone.get(&format!("/v1/pub/strategy/{id}/history?interval=1M&limit=1000")).await.ok(200);
    assert_eq!(most["items"].as_array().unwrap().len(), 1_000);
    let nothing = anyone.get(&format!("/v1/pub/strategy/{id}/performance?limit=0")).await;
    nothing.problem("limit", "must be integer between 1 and 1000");
    let bad = anyone.get("/v1/pub/strategy/x/history?interval=1h&limit=1001").await.ok(422);
    let fields: Vec<_> =
        bad["errors"].as_array().unwrap().iter().map(|e| (text(&e["param"]), text(&e["location"]))).collect();
    let field = |name: &str, place: &str| (name.to_owned(), place.to_owned());
    assert_eq!(fields, [field("id", "params"), field("interval", "query"), field("limit", "query")]);
    for path in ["history", "performance"] {
        anyone.get(&format!("/v1/pub/strategy/{NOBODYS}/{path}")).await.not_found();
        anyone
            .get(&format!("/v1/pub/strategy/{NOBODYS}/{path}?interval=x"))
            .await
            .problem("interval", "must be valid interval");
    }
}

/// Adds a user whose paper account follows a strategy.
async fn follower(server: &TestServer, name: &str, strategy: &str) -> Person {
    let person = Person::sign_up(server, name).await;
    let key = person.key("FUTURES", "AUTOMATED").await;
    let body = json!({"strategyAutomatedId": strategy, "strategyRiskProfileId": MODERATE});
    person.post(&format!("{FOLLOWS}/{key}"), body).await.ok(200);
    person
}

/// Fewer than three users would be recognized by their figures.
async fn how_a_strategys_signals_were_executed(db: &TestDb) {
    let server = TestServer::open(db).await;
    server.price("BTC/USDT", "10000").await;
    let admin = admin(&server).await;
    let id = outside(&admin, "One", "BTC/USDT").await;
    let (path, anyone) = (format!("/v1/pub/strategy/{id}/execution"), Person::anonymous(&server));
    let withheld = json!({"entries": null, "signals": []});
    let signal = async |body: Value| {
        server.clock.advance(10 * time::SECOND);
        admin.post(&format!("/v1/admin/strategy/{id}/signal"), body).await.ok(200);
        copy::work_off(&server.desk).await.unwrap();
        strategy::refresh_executions(&server.desk).await.unwrap();
        anyone.get(&path).await.ok(200)
    };
    follower(&server, "ada", &id).await;
    follower(&server, "ben", &id).await;
    assert_eq!(anyone.get(&path).await.ok(200), withheld);
    assert_eq!(signal(json!({"action": "EXIT"})).await, withheld);

    follower(&server, "dan", &id).await;
    let eve = follower(&server, "eve", &id).await;
    let key = text(&eve.get("/v1/priv/account/exchange/key/list").await.ok(200)["items"][0]["id"]);
    eve.put(&format!("/v1/priv/account/exchange/key/{key}"), json!({"active": false})).await.ok(200);
    let shown = signal(json!({"action": "ENTER", "side": "SELL", "stop": 10100, "price": 10010})).await;
    let entries = &shown["entries"];
    let counts = ["copies", "filled", "skipped", "failed"].map(|name| entries[name].as_u64().unwrap());
    assert_eq!(counts, [4, 3, 1, 0], "{shown}");
    assert_eq!(entries["reasons"], json!([{"reason": "KEY_INACTIVE", "entries": 1}]));
    assert!(
        money(&entries["medianSlippagePercent"]) > Decimal::ZERO,
        "sold below the signal's price: {shown}"
    );
    assert!(entries["medianDelayMs"].as_i64().unwrap() >= 0);
    let first = &shown["signals"][0];
    assert_eq!((&first["action"], &first["side"]), (&json!("ENTER"), &json!("SELL")));
    assert_eq!((&first["outcomes"]["copies"], &first["outcomes"]["filled"]), (&json!(4), &json!(3)));
    assert_eq!(shown["signals"][1]["outcomes"], Value::Null, "it reached two");
    let closed = signal(json!({"action": "EXIT"})).await;
    assert_eq!((&closed["entries"], &closed["signals"][0]["side"]), (entries, &Value::Null));
    for private in ["example.org", key.as_str()] {
        assert!(!closed.to_string().contains(private), "{closed}");
    }
    anyone.get(&format!("/v1/pub/strategy/{NOBODYS}/execution")).await.not_found();
    anyone.get("/v1/pub/strategy/x/execution").await.problem("id", "must be UUID");
}

/// The document's example with our ids and times.
fn expected_follow(mut example: Value, ours: &Value, strategy: &str) -> Value {
    for field in ["id", "createdAt", "updatedAt"] {
        example[field] = ours[field].clone();
    }
    example["StrategyAutomated"]["id"] = json!(strategy);
    example
}

async fn the_life_of_a_follow(db: &TestDb) {
    let server = TestServer::open(db).await;
    let admin = admin(&server).await;
    let (first, second) =
        (outside(&admin, "One", "BTC/USDT").await, outside(&admin, "Two", "BTC/USDT").await);
    let other_market = outside(&admin, "Three", "ETH/USDT").await;
    let ada = Person::sign_up(&server, "ada").await;
    let key = ada.key("FUTURES", "AUTOMATED").await;
    let path = format!("{FOLLOWS}/{key}");
    assert_eq!(ada.get(&path).await.text, r#"{"items":[]}"#);

    let body = json!({"strategyAutomatedId": first, "strategyRiskProfileId": CONSERVATIVE});
    let created = ada.post(&path, body.clone()).await.ok(200);
    assert_eq!(created, expected_follow(example!("follow"), &created, &first));
    let listed = ada.get(&path).await.ok(200);
    assert_eq!(listed, json!({"items": [created]}));
    same(&listed, &example!("follows"));
    ada.post(&path, body.clone()).await.refused("1309");
    ada.post(&path, json!({"strategyAutomatedId": second, "strategyRiskProfileId": MODERATE}))
        .await
        .refused("1309");
    let elsewhere =
        json!({"active": false, "strategyAutomatedId": other_market, "strategyRiskProfileId": MODERATE});
    assert_eq!(ada.post(&path, elsewhere).await.ok(200)["active"], json!(false));

    let follow = format!("/v1/priv/strategy/follow/{}", text(&created["id"]));
    server.clock.advance(time::MINUTE);
    let change = json!({"active": true, "strategyAutomatedId": second, "strategyRiskProfileId": MODERATE});
    let updated = ada.put(&follow, change).await.ok(200);
    assert_eq!(updated, expected_follow(example!("updated_follow"), &updated, &second));
    assert_eq!((&updated["id"], &updated["createdAt"]), (&created["id"], &created["createdAt"]));
    assert_ne!(updated["updatedAt"], created["updatedAt"]);
    server.clock.advance(time::MINUTE);
    assert_eq!(ada.put(&follow, json!({})).await.ok(200), updated, "what is left out stays");
    ada.put(&follow, json!({"strategyAutomatedId": other_market})).await.refused("1306");

    let earned = ada.get(&format!("{follow}/performance")).await.ok(200);
    let nothing = (&json!(0), &json!(0), &json!(0), &json!([]));
    let figures = (&earned["openResult"], &earned["totalResult"], &earned["closedTrades"], &earned["curve"]);
    assert_eq!((figures, &earned["inPosition"]), (nothing, &json!(false)));
    assert_eq!((&earned["medianDelayMs"], &earned["slippage"]), (&Value::Null, &Value::Null));
    ada.get("/v1/priv/strategy/follow/x/performance").await.problem("id", "must be UUID");

    let eve = Person::sign_up(&server, "eve").await;
    eve.put(&follow, json!({"active": false})).await.not_found();
    eve.get(&format!("{follow}/performance")).await.not_found();
    eve.get(&path).await.not_found();
    eve.post(&path, body.clone()).await.not_found();
    assert_eq!(Person::anonymous(&server).get(&path).await.status, 401);
    // The follow of a disabled key stays but copies nothing; it cannot be activated.
    ada.put(&format!("/v1/priv/account/exchange/key/{key}"), json!({"active": false})).await.ok(200);
    ada.put(&follow, json!({"active": true})).await.refused("1110");
    assert_eq!(ada.put(&follow, json!({"active": false})).await.ok(200)["active"], json!(false));
    ada.put(&format!("/v1/priv/strategy/follow/{NOBODYS}"), json!({"active": true})).await.not_found();
    let (actor, id) = (actor(&server, "ada").await, text(&created["id"]).parse().unwrap());
    service::following::follow::stop_follow(&server.desk, &actor, id, domain::follow::Leaving::Keep)
        .await
        .unwrap();
    ada.put(&follow, json!({"active": false})).await.not_found();
    assert_eq!(ada.get(&path).await.ok(200)["items"].as_array().unwrap().len(), 1);
    stopped_follows_stay(&ada, &eve, &follow, &key).await;
}

/// A follow that was stopped is listed with its result, and its performance stays available to its owner.
async fn stopped_follows_stay(ada: &Person, eve: &Person, follow: &str, key: &str) {
    let stopped = ada.get("/v1/priv/strategy/follow/stopped").await.ok(200);
    let [item] = &stopped["items"].as_array().unwrap()[..] else { panic!("{stopped}") };
    assert!(follow.ends_with(item["id"].as_str().unwrap()), "{item}");
    assert_eq!((&item["exchangeKeyId"], &item["active"]), (&json!(key), &json!(false)));
    assert!(item["stoppedAt"].is_string() && item["StrategyAutomated"]["id"].is_string(), "{item}");
    assert_eq!((&item["totalResult"], &item["closedTrades"]), (&json!(0), &json!(0)));
    let earned = ada.get(&format!("{follow}/performance")).await.ok(200);
    assert_eq!(earned["closedTrades"], json!(0));
    eve.get(&format!("{follow}/performance")).await.not_found();
    assert_eq!(eve.get("/v1/priv/strategy/follow/stopped").await.text, r#"{"items":[]}"#);
}

async fn actor(server: &TestServer, name: &str) -> service::Actor {
    let origin = Origin::new([127, 0, 0, 1].into(), "test");
    let email = format!("{name}@example.org");
    let session =
        account::sign_in(&server.desk, origin.clone(), &email, "correct horse battery").await.unwrap();
    service::identity::session::find(&server.desk, &session.token, &origin).await.unwrap().unwrap()
}

async fn follows_that_are_not_started(db: &TestDb) {
    let server = TestServer::open(db).await;
    let admin = admin(&server).await;
    let strategy = outside(&admin, "One", "BTC/USDT").await;
    let ada = Person::sign_up(&server, "ada").await;
    let key = ada.key("FUTURES", "AUTOMATED").await;
    let path = format!("{FOLLOWS}/{key}");
    let body = json!({"strategyAutomatedId": strategy, "strategyRiskProfileId": MODERATE});

    let unknown = json!({
        "strategyAutomatedId": "b184a167-b76d-40fa-82da-eeaf07f10e0d",
        "strategyRiskProfileId": "682e3707-5775-468e-b468-deca805bbeb4",
    });
    assert_eq!(ada.post(&path, unknown.clone()).await.ok(422), example!("create_follow_422"));
    let follow = text(&ada.post(&path, body.clone()).await.ok(200)["id"]);
    let put = format!("/v1/priv/strategy/follow/{follow}");
    assert_eq!(ada.put(&put, unknown.clone()).await.ok(422), example!("update_follow_422"));
    // Field problems come before "not found", and all of them together.
    let all = json!({"active": "perhaps", "strategyAutomatedId": "x"});
    let errors = ada.post(&format!("{FOLLOWS}/nonsense"), all).await.ok(422);
    let reported: Vec<_> =
        errors["errors"].as_array().unwrap().iter().map(|e| (text(&e["param"]), text(&e["msg"]))).collect();
    let field = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    assert_eq!(
        reported,
        [
            field("id", "must be UUID"),
            field("active", "must be boolean"),
            field("strategyAutomatedId", "must be active strategy automated id"),
            field("strategyRiskProfileId", "is required"),
        ]
    );
    ada.post(&format!("{FOLLOWS}/{NOBODYS}"), unknown).await.ok(422);
    ada.post(&format!("{FOLLOWS}/{NOBODYS}"), body.clone()).await.not_found();

    let by_hand = ada.key("FUTURES", "MANUAL").await;
    ada.post(&format!("{FOLLOWS}/{by_hand}"), body.clone()).await.refused("1106");
    ada.get(&format!("{FOLLOWS}/{by_hand}")).await.refused("1106");
    let off = ada.key("FUTURES", "AUTOMATED").await;
    ada.put(&format!("/v1/priv/account/exchange/key/{off}"), json!({"active": false})).await.ok(200);
    ada.post(&format!("{FOLLOWS}/{off}"), body.clone()).await.refused("1110");
    let mut resting = body.clone();
    resting["active"] = json!(false);
    ada.post(&format!("{FOLLOWS}/{off}"), resting).await.refused("1110");

    // A strategy deactivated between the form and its submission.
    let late = ada.key("FUTURES", "AUTOMATED").await;
    admin.put(&format!("/v1/admin/strategy/{strategy}"), json!({"active": false})).await.ok(200);
    ada.post(&format!("{FOLLOWS}/{late}"), body.clone())
        .await
        .problem("strategyAutomatedId", "must be active strategy automated id");
    admin.put(&format!("/v1/admin/strategy/{strategy}"), json!({"active": true})).await.ok(200);

    // The free plan allows no follows in live mode, and in sandbox mode where plans are applied.
    let limited = Settings { sandbox_plan_limits: true, ..Settings::default() };
    let live = Settings { mode: Mode::Live, allow_unrestricted_keys: true, ..Settings::default() };
    for settings in [limited, live] {
        let server = TestServer::with(db, settings).await;
        let stranger = Person::anonymous(&server);
        let secret = json!({"email": "ada@example.org", "password": "correct horse battery"});
        let tokens = stranger.post("/v1/auth/sign-in", secret).await.ok(200);
        let same_ada = stranger.with_token(tokens["accessToken"].as_str().unwrap());
        same_ada.post(&format!("{FOLLOWS}/{late}"), body.clone()).await.refused("2103");
    }
}

async fn nothing_was_traded(server: &TestServer, ada: &Person) {
    for path in [MANUAL_TRADES, STRATEGY_TRADES] {
        assert_eq!(ada.get(path).await.text, r#"{"items":[],"nextToken":null}"#);
        assert_eq!(Person::anonymous(server).get(path).await.status, 401);
        ada.get(&format!("{path}?nextToken=x")).await.problem("nextToken", "must be valid next token");
        let bad = ada.get(&format!("{path}?start=yesterday&limit=0")).await.ok(422);
        assert_eq!(
            (&bad["errors"][0]["msg"], &bad["errors"][1]["msg"]),
            (&json!("must be valid date"), &json!("must be integer between 1 and 1000"))
        );
        assert_eq!(bad["errors"][0]["location"], "query");
    }
}

async fn history_of_trades(db: &TestDb) {
    let server = TestServer::open(db).await;
    server.price("BTC/USDT", "10000").await;
    let admin = admin(&server).await;
    let strategy = outside(&admin, "strategy #1", "BTC/USDT").await;
    let ada = Person::sign_up(&server, "ada").await;
    nothing_was_traded(&server, &ada).await;
    let by_hand = ada.key("FUTURES", "MANUAL").await;
    let order = json!({
        "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.05", "takeProfitPrices": [10250, 10300],
        "stopTriggerPrice": 9000, "stopTriggerType": "LIMIT", "stopPrice": 9000,
    });
    let placed = ada.post(&format!("/v1/priv/exchange/order/{by_hand}"), order).await.ok(200);
    let key = ada.key("FUTURES", "AUTOMATED").await;
    ada.post(
        &format!("{FOLLOWS}/{key}"),
        json!({"strategyAutomatedId": strategy, "strategyRiskProfileId": MODERATE}),
    )
    .await
    .ok(200);
    let signal = json!({"action": "ENTER", "side": "SELL", "stop": 10100, "targets": [9900, 9800]});
    server.clock.advance(time::SECOND);
    let given = admin.post(&format!("/v1/admin/strategy/{strategy}/signal"), signal).await.ok(200);
    copy::work_off(&server.desk).await.unwrap();

    let history = ada.get(MANUAL_TRADES).await.ok(200);
    same(&history, &example!("manual_trades"));
    let item = &history["items"][0];
    assert_eq!(history["items"].as_array().unwrap().len(), 1, "a copy is no trade by hand");
    assert_eq!(
        (&item["orderId"], &item["amount"], &item["stop"]),
        (&placed[0]["id"], &json!(0.05), &json!(9000))
    );
    assert_eq!((&item["stopType"], &item["takeProfit"]), (&json!("LIMIT"), &json!([10250, 10300])));
    assert_eq!(money(&item["cost"]), money(&item["price"]) * money(&item["amount"]));

    let history = ada.get(STRATEGY_TRADES).await.ok(200);
    same(&history, &example!("strategy_trades"));
    let item = &history["items"][0];
    let trigger = json!({"StrategyAutomated": {"name": "strategy #1", "exchangeId": "BINANCE", "symbol": "BTC/USDT"}, "tradeSide": "SELL"});
    assert_eq!(item["StrategyAutomatedTrigger"], trigger);
    assert_eq!(
        (&item["riskProfilePercent"], &item["stop"], &item["stopType"]),
        (&json!(2), &json!(10100), &json!("MARKET"))
    );
    assert!(item["leverage"].as_u64().unwrap() >= 1);
    assert_eq!(money(&item["cost"]), money(&item["price"]) * money(&item["amount"]));

    an_admin_sees_the_copies(&admin, &ada, &given, &key).await;

    // Day ranges: one that ends before the trades, and one that begins before them.
    for path in [MANUAL_TRADES, STRATEGY_TRADES] {
        let count = |answer: HttpAnswer| answer.ok(200)["items"].as_array().unwrap().len();
        assert_eq!(count(ada.get(&format!("{path}?start=2025-06-01&limit=30")).await), 0);
        assert_eq!(count(ada.get(&format!("{path}?start=2025-12-31&limit=2")).await), 1);
        assert_eq!(count(ada.get(&format!("{path}?start=2026-01-01T00:00:00Z&limit=1")).await), 1);
        assert_eq!(count(ada.get(&format!("{path}?start=2027-01-01")).await), 0);
    }
    csv_files(&server, &key).await;
}

/// The operator's view of the same signal.
async fn an_admin_sees_the_copies(admin: &Person, ada: &Person, given: &Value, key: &str) {
    let watched = admin.get(&format!("/v1/admin/signal/{}", text(&given["id"]))).await.ok(200);
    assert_eq!(watched["copies"], json!([{"status": "OPEN", "reason": null, "copies": 1}]));
    let copies = admin.get(&format!("/v1/admin/signal/{}/copies", text(&given["id"]))).await.ok(200);
    assert_eq!(
        (&copies["items"][0]["status"], &copies["items"][0]["exchangeKeyId"]),
        (&json!("OPEN"), &json!(key))
    );
    assert_eq!(ada.get(&format!("/v1/admin/signal/{}", text(&given["id"]))).await.status, 403);
}

fn money(value: &Value) -> Decimal {
    d(&value.to_string())
}

async fn csv_files(server: &TestServer, key: &str) {
    let origin = Origin::new([127, 0, 0, 1].into(), "test");
    let session =
        account::sign_in(&server.desk, origin, "ada@example.org", "correct horse battery").await.unwrap();
    let person = Person::anonymous(server);
    let get = async |query: &str| {
        let request = person.request(Method::GET, &format!("/history.csv?{query}"));
        person.send(request.header("cookie", format!("slipstream={}", session.token))).await
    };
    let file = get(&format!(
        "of=strategy&key={key}&strategy=&symbol=BTC%2FUSDT&side=SELL&from=2025-12-01&to=2026-01-01"
    ))
    .await;
    assert_eq!(file.status, 200);
    let lines: Vec<_> = file.text.trim_start_matches('\u{feff}').split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{}", file.text);
    assert!(lines[0].starts_with("time,key,strategy,symbol,side,price,amount") && lines[2].is_empty());
    assert!(lines[1].contains(",Test,strategy #1,BTC/USDT,SELL,"), "{}", lines[1]);
    assert_eq!(get("of=strategy&side=BUY").await.text.split("\r\n").count(), 2);
    assert_eq!(get("of=manual").await.text.split("\r\n").count(), 3);
    assert_eq!(get("of=manual&key=x").await.status, 404);
    assert_eq!(get("of=everything").await.status, 404);
    let http =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let stranger = http.get(format!("{}/history.csv?of=manual", server.base)).send().await.unwrap();
    assert_eq!(stranger.status(), 303, "a stranger is sent to sign in");
    let cookie = format!("slipstream={}", session.token);
    for of in ["strategy", "manual", "closed"] {
        let request = http.get(format!("{}/history.csv?of={of}", server.base)).header("cookie", &cookie);
        let bytes = request.send().await.unwrap().bytes().await.unwrap();
        assert!(bytes.starts_with(b"\xef\xbb\xbf"), "Excel would read {of} as Windows-1252");
        assert!(!bytes[3..].starts_with(b"\xef\xbb\xbf"), "{of}");
    }
}

async fn an_external_signal_source_uses_its_webhook(db: &TestDb) {
    let server = TestServer::open(db).await;
    server.price("BTC/USDT", "10000").await;
    let admin = admin(&server).await;
    let strategy = outside(&admin, "Brain", "BTC/USDT").await;
    let hook = format!("/v1/admin/strategy/{strategy}/hook");
    let opened = admin.post(&hook, json!({})).await.ok(200);
    let token = text(&opened["token"]);
    assert_eq!(text(&opened["url"]), format!("{}/v1/hook/strategy/{token}", server.base));
    assert_eq!(admin.get(&format!("/v1/admin/strategy/{strategy}")).await.ok(200)["hook"], json!(true));
    let brain = Person::anonymous(&server);
    // As TradingView sends it: JSON with the content type of plain text.
    let tell = async |token: &str, body: &str| {
        let request = brain.request(Method::POST, &format!("/v1/hook/strategy/{token}"));
        brain.send(request.header("content-type", "text/plain; charset=utf-8").body(body.to_owned())).await
    };
    let alert = r#"{"action":"buy","price":"10000","stop":9900,"targets":["10200"],"id":"a-1"}"#;
    let received = tell(&token, alert).await.ok(200);
    assert_eq!(received["repeated"], json!(false));
    let again = tell(&token, alert).await.ok(200);
    assert_eq!((&again["id"], &again["repeated"]), (&received["id"], &json!(true)));
    let signals = admin.get(&format!("/v1/admin/signal?strategyId={strategy}")).await.ok(200);
    assert_eq!(signals["items"].as_array().unwrap().len(), 1, "nothing was done again");
    assert_eq!(
        (&signals["items"][0]["source"], &signals["items"][0]["externalId"]),
        (&json!("HOOK"), &json!("a-1"))
    );

    tell(&token, r#"{"side":"buy","stop":10100}"#)
        .await
        .problem("stop", "must be on the losing side of the price");
    tell(&token, r#"{"side":"buy"}"#).await.problem("stop", "is required");
    tell(&token, r#"{"side":"{{strategy.order.action}}","stop":1}"#)
        .await
        .problem("side", "must not be an unreplaced placeholder");
    tell(&token, r#"{"side":"sell","stop":"{{plot_0}}"}"#)
        .await
        .problem("stop", "must not be an unreplaced placeholder");
    tell(&token, r#"{"side":"exit","time":"2025-12-31T23:00:00Z"}"#).await.problem("time", "is too old");
    assert_eq!(tell(&token, "not json").await.status, 400);
    assert_eq!(tell(&token, &format!(r#"{{"side":"exit","id":"{}"}}"#, "x".repeat(9_000))).await.status, 413);
    assert_eq!(tell(&token, r#"{"side":"exit","id":"b"}"#).await.ok(200)["repeated"], json!(false));

    let newer = text(&admin.post(&hook, json!({})).await.ok(200)["token"]);
    tell(&token, alert).await.not_found();
    assert_eq!(tell(&newer, alert).await.ok(200)["repeated"], json!(true));
    admin.delete(&hook, None).await.ok(204);
    for wrong in [newer.as_str(), "x", NOBODYS] {
        // Without a valid token, a caller learns nothing about the format of alerts.
        tell(wrong, "not json").await.not_found();
    }
    let mut last = 0;
    for _ in 0..400 {
        last = tell("wrong", alert).await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429, "guessing tokens ends");
    assert_eq!(brain.get(&format!("/v1/hook/strategy/{token}")).await.status, 404);
}

async fn the_operators_routes(db: &TestDb) {
    let server = TestServer::open(db).await;
    let admin = admin(&server).await;
    let ada = Person::sign_up(&server, "ada").await;
    for path in ["/v1/admin/strategy", "/v1/admin/signal", "/v1/admin/copies/pause"] {
        assert_eq!(ada.get(path).await.status, 403);
        assert_eq!(Person::anonymous(&server).get(path).await.status, 401);
    }
    let definition: Value =
        serde_json::from_str(&::strategy::demo::demo_strategies()[0].definition.to_json()).unwrap();
    let body = json!({"name": "Mine", "symbol": "BTC/USDT", "timeframe": "1h", "definition": definition});
    let made = admin.post("/v1/admin/strategy", body.clone()).await.ok(200);
    assert_eq!(
        (&made["definition"], &made["active"], &made["timeframe"]),
        (&definition, &json!(false), &json!("1h"))
    );
    admin.post("/v1/admin/strategy", body).await.problem("name", "is already taken");
    let bad = json!({"name": "", "symbol": "BTC", "timeframe": "1w", "definition": 7, "active": "x"});
    let bad = admin.post("/v1/admin/strategy", bad).await.ok(422);
    let fields: Vec<_> = bad["errors"].as_array().unwrap().iter().map(|e| text(&e["param"])).collect();
    assert_eq!(fields, ["name", "symbol", "timeframe", "definition", "active"]);
    let unsound = json!({"name": "Unsound", "symbol": "BTC/USDT", "definition": {"entry": {}}});
    let unsound = admin.post("/v1/admin/strategy", unsound).await.ok(422);
    assert_eq!(unsound["errors"][0]["msg"], "must be valid strategy definition");
    admin.post("/v1/admin/strategy", json!({"name": "Nowhere", "symbol": "NOPE/USDT"})).await.refused("1300");
    admin.put(&format!("/v1/admin/strategy/{NOBODYS}"), json!({"active": true})).await.not_found();
    admin.post(&format!("/v1/admin/strategy/{NOBODYS}/hook"), json!({})).await.not_found();
    let signal = format!("/v1/admin/strategy/{}/signal", text(&made["id"]));
    let nonsense = admin.post(&signal, json!({"action": "GO", "side": "UP", "stop": "x"})).await.ok(422);
    let fields: Vec<_> = nonsense["errors"].as_array().unwrap().iter().map(|e| text(&e["param"])).collect();
    assert_eq!(fields, ["action", "side", "stop"]);
    let entry = json!({"action": "ENTER", "side": "BUY", "stop": 1});
    admin.post(&signal, entry).await.problem("strategy", "is not active");
    admin.post(&signal, json!({"action": "EXIT"})).await.ok(200);

    assert_eq!(admin.get("/v1/admin/copies/pause").await.text, r#"{"paused":false,"since":null}"#);
    let paused = admin.put("/v1/admin/copies/pause", json!({"paused": true})).await.ok(200);
    assert_eq!((&paused["paused"], paused["since"].is_string()), (&json!(true), true));
    assert_eq!(
        admin.put("/v1/admin/copies/pause", json!({"paused": false})).await.ok(200)["paused"],
        json!(false)
    );
    admin.put("/v1/admin/copies/pause", json!({})).await.problem("paused", "is required");
}

store::each_engine!(
    strategies_and_profiles_are_public,
    results_of_a_strategy,
    how_a_strategys_signals_were_executed,
    the_life_of_a_follow,
    follows_that_are_not_started,
    history_of_trades,
    an_external_signal_source_uses_its_webhook,
    the_operators_routes,
);

//! Event webhooks and the event stream over HTTP, as a program uses them.

use crate::common::{Person, TestServer, spot::spot_order};
use domain::{
    Clock as _, OrderType,
    live::{LiveEvent, LiveEventKind},
};
use futures::{SinkExt as _, StreamExt as _};
use reqwest::Method;
use serde_json::{Value, json};
use service::{
    Origin,
    identity::{
        account,
        person::{self, By, UserAction},
    },
    platform::settings::Settings,
    trading::{account_streams::AccountStreams, live},
};
use std::time::Duration;
use store::{JsonText, testing::TestDb};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

const WEBHOOKS: &str = "/v1/priv/webhook";
const EVENTS: &str = "/v1/priv/events";
/// The password that [`Person::sign_up`] chooses.
const PASSWORD: &str = "correct horse battery";
/// Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(60);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn open(db: &TestDb) -> TestServer {
    TestServer::with(db, Settings { local_webhooks: true, ..Settings::default() }).await
}

fn journal() -> Value {
    json!({"name": "Journal", "url": "http://127.0.0.1:9/in", "topics": ["trade", "fill"]})
}

async fn the_life_of_an_event_webhook(db: &TestDb) {
    let server = open(db).await;
    let (ada, eve) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "eve").await);
    assert_eq!(ada.get(WEBHOOKS).await.text, r#"{"items":[]}"#);
    let made = ada.post(WEBHOOKS, journal()).await.ok(200);
    assert!(text(&made["secret"]).starts_with("whsec_"), "{made}");
    let path = format!("{WEBHOOKS}/{}", text(&made["id"]));
    let read = ada.get(&path).await;
    assert!(!read.text.contains("whsec_"), "{}", read.text);
    let read = read.ok(200);
    assert_eq!((&read["name"], &read["url"]), (&json!("Journal"), &json!("http://127.0.0.1:9/in")));
    assert_eq!((&read["topics"], &read["active"]), (&json!(["fill", "trade"]), &json!(true)));
    assert_eq!(ada.get(WEBHOOKS).await.ok(200)["items"], json!([read]));

    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::PUT, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/secret")),
        (Method::POST, format!("{path}/test")),
        (Method::GET, format!("{path}/delivery")),
    ] {
        eve.send(eve.request(method, &path).json(&json!({}))).await.not_found();
    }

    let changed = ada.put(&path, json!({"topics": ["key"], "active": false})).await.ok(200);
    assert_eq!((&changed["topics"], &changed["active"]), (&json!(["key"]), &json!(false)));
    assert_eq!(changed["disabled"], json!("OWNER"));
    ada.post(&format!("{path}/test"), json!({})).await.problem("active", "must be enabled");
    ada.put(&path, json!({"active": true})).await.ok(200);
    let next = ada.post(&format!("{path}/secret"), json!({})).await.ok(200);
    assert_ne!(made["secret"], next["secret"]);
    assert!(ada.get(&path).await.ok(200)["previousSecretUntil"].is_string());

    let queued = ada.post(&format!("{path}/test"), json!({})).await.ok(200);
    let log = ada.get(&format!("{path}/delivery")).await.ok(200);
    assert_eq!(log["items"][0]["id"], queued["deliveryId"]);
    assert_eq!(
        (&log["items"][0]["state"], &log["items"][0]["type"]),
        (&json!("WAITING"), &json!("webhook.test"))
    );
    let again = json!({"deliveryId": queued["deliveryId"]});
    ada.post(&format!("{path}/resend"), again.clone()).await.not_found();
    eve.post(&format!("{path}/resend"), again.clone()).await.not_found();
    service::identity::event_webhook::deliver(&server.desk).await.unwrap();
    let log = ada.get(&format!("{path}/delivery")).await.ok(200);
    assert_eq!(
        (&log["items"][0]["state"], &log["items"][0]["problem"]),
        (&json!("RETRYING"), &json!("CONNECTION"))
    );
    assert_eq!(ada.delete(&path, None).await.status, 204);
    ada.get(&path).await.not_found();
}

async fn what_no_event_webhook_can_be(db: &TestDb) {
    let server = open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let with = |field: &str, value: Value| {
        let mut body = journal();
        body[field] = value;
        body
    };
    for (field, value, problem) in [
        ("name", json!(null), "is required"),
        ("name", json!("x".repeat(25)), "must be less than 25 characters"),
        ("url", json!(7), "must be string"),
        ("url", json!("http://example.com/"), "must be an https URL of a public host"),
        ("url", json!("https://10.0.0.1/"), "must be an https URL of a public host"),
        ("url", json!("https://user@1.1.1.1/"), "must be an https URL of a public host"),
        ("topics", json!([]), "must be valid event topics"),
        ("topics", json!(["orders"]), "must be valid event topics"),
        ("topics", json!("order"), "must be valid event topics"),
    ] {
        let answer = ada.post(WEBHOOKS, with(field, value.clone())).await;
        if field == "name" && value.is_string() {
            // The text of the rule about names is the document's.
            assert_eq!(answer.status, 422, "{answer:?}");
        } else {
            answer.problem(field, problem);
        }
    }
    let made = ada.post(WEBHOOKS, journal()).await.ok(200);
    let path = format!("{WEBHOOKS}/{}", text(&made["id"]));
    ada.put(&path, json!({"url": "https://[fd00::1]/"}))
        .await
        .problem("url", "must be an https URL of a public host");
    ada.put(&path, json!({"active": "perhaps"})).await.problem("active", "must be boolean");
    ada.post(&format!("{path}/resend"), json!({"deliveryId": "7"}))
        .await
        .problem("deliveryId", "must be UUID");
    for after in ["-1", "x", "1.5", "99999999999999999999"] {
        let answer = ada.get(&format!("{EVENTS}?after={after}")).await;
        answer.problem("after", "must be number");
    }
    assert_eq!(Person::anonymous(&server).get(EVENTS).await.status, 401);
}

/// Records an event of Ada's with this plan.
async fn plan_ends(server: &TestServer, plan: &str) {
    let user = store::user::by_email(&server.desk.db, "ada@example.org").await.unwrap().unwrap().id;
    let what = LiveEventKind::PlanEnded(plan.to_owned());
    let event = LiveEvent { key: None, at: server.clock.now(), what };
    let body = JsonText::of(&event).unwrap();
    let mut tx = server.desk.db.begin().await.unwrap();
    store::event::append_event(&mut tx, user, &body, event.at).await.unwrap();
    tx.commit().await.unwrap();
}

async fn stream(server: &TestServer, person: &Person, query: &str) -> Result<Socket, Error> {
    let url = format!("{}{EVENTS}{query}", server.base.replacen("http", "ws", 1));
    let mut request = url.into_client_request().unwrap();
    if let Some(token) = &person.token {
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

/// Waits until a stream has answered a ping.
async fn alive(socket: &mut Socket) {
    socket.send(Message::Ping("alive".into())).await.unwrap();
    let answered = async {
        while let Some(message) = socket.next().await {
            if matches!(message, Ok(Message::Pong(_))) {
                return;
            }
        }
        panic!("the stream has ended");
    };
    timeout(PATIENCE, answered).await.unwrap();
}

/// The next event of a stream.
async fn next(socket: &mut Socket) -> Value {
    let message = async {
        loop {
            if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    };
    timeout(PATIENCE, message).await.unwrap()
}

async fn events_stream_to_programs_and_resume(db: &TestDb) {
    let server = open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let desk = server.desk.clone();
    let listening = tokio::spawn(async move { live::listen(&desk).await });
    match stream(&server, &Person::anonymous(&server), "").await {
        Err(Error::Http(refused)) => assert_eq!(refused.status(), 401),
        other => assert!(other.is_err(), "it was opened"),
    }
    for plan in ["A", "B"] {
        plan_ends(&server, plan).await;
    }
    let listed = ada.get(EVENTS).await.ok(200);
    let items = listed["items"].as_array().unwrap();
    let (first, second) = (items[0]["seq"].as_i64().unwrap(), items[1]["seq"].as_i64().unwrap());
    assert_eq!((items.len(), &items[0]["data"]["plan"]), (2, &json!("A")));
    let later = ada.get(&format!("{EVENTS}?after={first}")).await.ok(200);
    assert_eq!(later["items"].as_array().map(Vec::len), Some(1));

    // From the number that the program has: nothing is repeated, nothing is left out.
    let mut socket = stream(&server, &ada, &format!("?after={first}")).await.unwrap();
    let opened = next(&mut socket).await;
    assert_eq!((&opened["type"], &opened["seq"]), (&json!("stream.opened"), &json!(first)));
    assert_eq!(next(&mut socket).await["seq"], json!(second));
    plan_ends(&server, "C").await;
    let third = next(&mut socket).await;
    assert_eq!((&third["type"], &third["data"]["plan"]), (&json!("account.plan_ended"), &json!("C")));
    drop(socket);

    // While it was away, an event happened; the stream of another user has none of them.
    plan_ends(&server, "D").await;
    let mut socket = stream(&server, &ada, &format!("?after={}", third["seq"])).await.unwrap();
    assert_eq!(next(&mut socket).await["seq"], third["seq"]);
    assert_eq!(next(&mut socket).await["data"]["plan"], json!("D"));
    let eve = Person::sign_up(&server, "eve").await;
    let mut theirs = stream(&server, &eve, "?after=0").await.unwrap();
    assert_eq!(next(&mut theirs).await["seq"], json!(0));
    assert_eq!(eve.get(EVENTS).await.text, r#"{"items":[]}"#);

    // Without a number, a stream begins now.
    let mut fresh = stream(&server, &ada, "").await.unwrap();
    let opened = next(&mut fresh).await;
    plan_ends(&server, "E").await;
    let event = next(&mut fresh).await;
    assert_eq!(event["data"]["plan"], json!("E"));
    assert!(event["seq"].as_i64() > opened["seq"].as_i64());
    listening.abort();
}

/// The stream of a page in a browser that Ada has signed in with.
async fn tab(server: &TestServer) -> Socket {
    let origin = Origin::new([127, 0, 0, 1].into(), "Test/1.0");
    let session = account::sign_in(&server.desk, origin, "ada@example.org", PASSWORD).await.unwrap();
    let url = format!("{}/events", server.base.replacen("http", "ws", 1));
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("cookie", format!("slipstream={}", session.token).parse().unwrap());
    connect_async(request).await.unwrap().0
}

async fn streams_end_with_the_account_of_their_user(db: &TestDb) {
    let server = open(db).await;
    let (ada, eve) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "eve").await);
    let (mut hers, mut other) =
        (stream(&server, &ada, "").await.unwrap(), stream(&server, &eve, "").await.unwrap());
    for socket in [&mut hers, &mut other] {
        assert_eq!(next(socket).await["type"], json!("stream.opened"));
    }
    let mut page = tab(&server).await;
    alive(&mut page).await;
    let user = store::user::by_email(&server.desk.db, "ada@example.org").await.unwrap().unwrap().id;
    person::act_on_user(&server.desk, By::CommandLine, user, UserAction::Freeze).await.unwrap();
    for socket in [&mut hers, &mut page] {
        // Long before the token is rechecked by schedule.
        let ended = async { while let Some(Ok(_)) = socket.next().await {} };
        timeout(Duration::from_secs(15), ended).await.expect("the stream has ended");
    }
    alive(&mut other).await;
}

/// Fills limit orders until the account's stream has recorded one; only the stream reports these fills.
async fn fill_is_recorded(server: &TestServer, ada: &Person) {
    server.price("BTC/USDT", "10000").await;
    let path = format!("/v1/priv/exchange/order/{}", ada.key("FUTURES", "MANUAL").await);
    let limit =
        json!({"symbol": "BTC/USDT", "type": "LIMIT", "side": "BUY", "price": "9900", "amount": "0.01"});
    let user = store::user::by_email(&server.desk.db, "ada@example.org").await.unwrap().unwrap().id;
    let mut streams = AccountStreams::default();
    let filled = async {
        loop {
            // Repeated until the stream is connected.
            ada.post(&path, limit.clone()).await.ok(200);
            streams.round(&server.desk).await.unwrap();
            server.price("BTC/USDT", "9850").await;
            server.beat(4);
            server.price("BTC/USDT", "10000").await;
            // Not by the API, where reading is what has orders recorded.
            let events = store::event::after(&server.desk.db, user, 0, 1_000).await.unwrap();
            let is_filled = |event: &store::event::Event| {
                matches!(event.body.value().unwrap().what, LiveEventKind::Order(order, _)
                    if order.kind == OrderType::Limit && !order.filled.is_zero())
            };
            if events.iter().any(is_filled) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, filled).await.expect("the fill is recorded");
}

/// Orders of users with a webhook are recorded from the account's stream: no page need be open.
async fn fills_are_recorded_for_a_webhook_while_no_page_is_open(db: &TestDb) {
    let server = open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    ada.post(WEBHOOKS, journal()).await.ok(200);
    fill_is_recorded(&server, &ada).await;
}

/// The same for programs that read the events, also while their stream is not open.
async fn fills_are_recorded_for_programs_that_read_events(db: &TestDb) {
    let server = open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    ada.get(EVENTS).await.ok(200);
    fill_is_recorded(&server, &ada).await;
    let events = ada.get(EVENTS).await.ok(200)["items"].clone();
    let filled = |event: &Value| event["type"] == "fill.created" && event["data"]["order"]["type"] == "limit";
    assert!(events.as_array().unwrap().iter().any(filled), "{events}");
}

/// Orders of a spot account come from its own stream: no page need be open.
async fn spot_orders_are_recorded_for_programs(db: &TestDb) {
    let server = open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let (api_key, secret) = ada.sandbox_account().await;
    let body = json!({
        "exchangeId": "BINANCE", "tradeType": "SPOT", "strategyType": "MANUAL", "name": "Spot",
        "apiKey": api_key, "apiSecretKey": secret,
    });
    let key = text(&ada.post("/v1/priv/account/exchange/key", body).await.ok(200)["id"]);
    let user = store::user::by_email(&server.desk.db, "ada@example.org").await.unwrap().unwrap().id;
    let recorded = async || {
        let events = store::event::after(&server.desk.db, user, 0, 1_000).await.unwrap();
        let is_order = |event: &&store::event::Event| {
            matches!(event.body.value().unwrap().what, LiveEventKind::Order(..))
        };
        events.iter().filter(is_order).count()
    };
    let mut streams = AccountStreams::default();
    let order = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01";
    for _ in 0..3 {
        streams.round(&server.desk).await.unwrap();
        spot_order(&server, &api_key, &secret, order).await;
    }
    assert_eq!(recorded().await, 0, "without a program nothing is recorded");

    ada.post(WEBHOOKS, journal()).await.ok(200);
    let filled = async {
        while recorded().await == 0 {
            // Repeated until the stream is connected.
            streams.round(&server.desk).await.unwrap();
            spot_order(&server, &api_key, &secret, order).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, filled).await.expect("the order is recorded");
    let events = ada.get(EVENTS).await.ok(200)["items"].clone();
    let of_key = |event: &Value| event["type"] == "fill.created" && event["keyId"] == json!(key);
    assert!(events.as_array().unwrap().iter().any(of_key), "{events}");
}

store::each_engine!(
    spot_orders_are_recorded_for_programs,
    fills_are_recorded_for_a_webhook_while_no_page_is_open,
    fills_are_recorded_for_programs_that_read_events,
    the_life_of_an_event_webhook,
    what_no_event_webhook_can_be,
    events_stream_to_programs_and_resume,
    streams_end_with_the_account_of_their_user,
);

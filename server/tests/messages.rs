//! What happens on a desk, and what its people are told: by e-mail, by Telegram and by the page that stands in for it,
//! once, whatever fails in between.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails where it stands")]

mod common;
#[path = "messages/bot.rs"]
mod bot;
#[path = "messages/smtp.rs"]
mod smtp;

use bot::{BotApi, Fault, TOKEN};
use common::{
    House, Person,
    process::{PATIENCE, Process, answers, free_port, until},
    shape::same,
};
use domain::{
    notification::{Channel, Delivery, Outgoing, Topic},
    time::{MINUTE, SECOND},
};
use reqwest::Method;
use serde_json::{Value, json};
use service::{
    Actor, MailSettings, Origin, Settings, SharedDesk, TelegramSettings, account,
    notify::{self, Content, Event, Letter, telegram},
    order,
};
use smtp::MailServer;
use std::collections::HashSet;
use store::testing::TestDb;
use zeroize::Zeroizing;

const PASSWORD: &str = "correct horse battery";
const SETTINGS: &str = "/v1/priv/account/notification";

fn origin() -> Origin {
    Origin::new([127, 0, 0, 1].into(), "Test/1.0")
}

async fn actor(house: &House, name: &str) -> Actor {
    let email = format!("{name}@example.org");
    account::sign_in(&house.desk, origin(), &email, PASSWORD).await.unwrap().actor
}

/// Everything that was written so far, newest first, as the admin sees it.
async fn outbox(house: &House) -> Vec<Outgoing> {
    let admin = "operator@example.org";
    if account::sign_in(&house.desk, origin(), admin, PASSWORD).await.is_err() {
        account::sign_up(&house.desk, origin(), admin, PASSWORD).await.unwrap();
        account::make_admin(&house.desk, admin).await.unwrap();
    }
    let admin = account::sign_in(&house.desk, origin(), admin, PASSWORD).await.unwrap().actor;
    notify::list(&house.desk, &admin, 1_000).await.unwrap()
}

async fn by(house: &House, channel: Channel) -> Vec<Outgoing> {
    outbox(house).await.into_iter().filter(|message| message.channel == channel).collect()
}

async fn deliver(house: &House) -> usize {
    notify::deliver(&house.desk).await.unwrap()
}

async fn code(house: &House, actor: &Actor) -> String {
    telegram::method(&house.desk, actor).await.unwrap().code
}

async fn say(house: &House, actor: &Actor, text: &str) -> String {
    telegram::say(&house.desk, actor, text).await.unwrap();
    chat(house, actor).await.pop().unwrap()
}

/// What the desk said in the simulated chat, oldest first.
async fn chat(house: &House, actor: &Actor) -> Vec<String> {
    let lines = telegram::chat(&house.desk, actor).await.unwrap();
    lines.into_iter().filter(|line| line.ours).map(|line| line.body).collect()
}

async fn link(house: &House, actor: &Actor) {
    let code = code(house, actor).await;
    let answer = say(house, actor, &format!("/start {code}")).await;
    assert!(answer.contains(&format!("linked to the desk of {}", actor.email)), "{answer}");
}

/// The example with our moments, which are no part of the comparison.
fn at_our_time(ours: &Value, mut example: Value) -> Value {
    for field in ["createdAt", "updatedAt"] {
        assert!(ours[field].as_str().unwrap().ends_with('Z'));
        example[field] = ours[field].clone();
    }
    example
}

async fn the_settings_are_the_documents(db: &TestDb) {
    let house = House::open(db).await;
    let ada = Person::sign_up(&house, "ada").await;
    let usual = ada.get(SETTINGS).await.ok(200);
    assert_eq!(usual, at_our_time(&usual, example!("notification")));
    house.clock.advance(SECOND);
    let request = example!("notification_request");
    let set = ada.put(SETTINGS, request).await.ok(200);
    assert_eq!(set, at_our_time(&set, example!("updated_notification")));
    assert_eq!(set["createdAt"], usual["createdAt"]);
    assert_ne!(set["updatedAt"], usual["updatedAt"]);
    assert_eq!(ada.get(SETTINGS).await.ok(200), set);
    assert_eq!(ada.put(SETTINGS, json!({})).await.ok(200)["monthlyReport"], false, "what is left out stays");

    let refused = ada.put(SETTINGS, json!({ "telegramNewOrder": true })).await.ok(422);
    assert_eq!(refused, example!("notification_422"));
    let all = json!({ "weeklyReport": "yes", "telegramStopLoss": 1 });
    let params: Vec<_> = ada.put(SETTINGS, all).await.ok(422)["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["param"].clone(), error["msg"].clone()))
        .collect();
    let wrong = json!("must be boolean");
    assert_eq!(params, [(json!("weeklyReport"), wrong.clone()), (json!("telegramStopLoss"), wrong)]);
    assert_eq!(ada.get(SETTINGS).await.ok(200)["weeklyReport"], true);
    let bob = Person::sign_up(&house, "bob").await;
    assert_eq!(bob.get(SETTINGS).await.ok(200)["monthlyReport"], true, "everybody's own");
    assert_eq!(Person::anonymous(&house).get(SETTINGS).await.status, 401);
}

async fn a_code_is_shown_until_it_is_used_or_old(db: &TestDb) {
    let house = House::open(db).await;
    let ada = Person::sign_up(&house, "ada").await;
    let path = &format!("{SETTINGS}/method");
    let method = ada.get(path).await.ok(200);
    same(&method, &example!("notification_method"));
    assert_eq!(method["telegramBotUrl"], format!("{}/telegram", house.base));
    assert_eq!((method["telegramAuthCode"].as_str().unwrap().len(), &method["telegramActive"]), (8, &json!(false)));
    assert_eq!(ada.get(path).await.ok(200), method, "shown again");
    house.clock.advance(15 * MINUTE);
    let later = ada.get(path).await.ok(200);
    assert_ne!(later["telegramAuthCode"], method["telegramAuthCode"]);

    let actor = actor(&house, "ada").await;
    let old = format!("/start {}", method["telegramAuthCode"].as_str().unwrap());
    assert!(say(&house, &actor, &old).await.contains("not valid"));
    let good = format!("/START@test_bot  {}", later["telegramAuthCode"].as_str().unwrap().to_uppercase());
    assert!(say(&house, &actor, &good).await.contains("linked to the desk of ada@example.org"));
    assert!(say(&house, &actor, &good).await.contains("not valid"), "a code works once");
    let linked = ada.get(path).await.ok(200);
    assert_eq!(linked["telegramActive"], true);
    assert_ne!(linked["telegramAuthCode"], later["telegramAuthCode"]);

    let on = ada.put(SETTINGS, json!({ "telegramNewOrder": true })).await.ok(200);
    assert_eq!((&on["telegramNewOrder"], &on["telegramStopLoss"]), (&json!(true), &json!(false)));
    assert!(say(&house, &actor, "/stop").await.contains("unlinked"));
    assert_eq!(ada.get(path).await.ok(200)["telegramActive"], false);
    assert_eq!(ada.get(SETTINGS).await.ok(200)["telegramNewOrder"], false, "nothing is promised that cannot be");
    assert!(say(&house, &actor, "/positions").await.contains("not linked"));
}

async fn codes_are_not_guessed_and_chats_are_not_taken(db: &TestDb) {
    let house = House::open(db).await;
    let (_, _) = (Person::sign_up(&house, "ada").await, Person::sign_up(&house, "bob").await);
    let (ada, bob) = (actor(&house, "ada").await, actor(&house, "bob").await);
    link(&house, &ada).await;
    let bobs = code(&house, &bob).await;
    let answer = say(&house, &ada, &format!("/start {bobs}")).await;
    assert!(answer.contains("another person's desk"), "{answer}");
    assert!(telegram::method(&house.desk, &ada).await.unwrap().active);
    assert_eq!(code(&house, &bob).await, bobs, "the code is not spent");

    for guess in 0..10 {
        assert!(say(&house, &bob, &format!("/start 2222222{}", 2 + guess % 8)).await.contains("not valid"));
    }
    let right = format!("/start {bobs}");
    assert!(say(&house, &bob, &right).await.contains("Too many"), "the right one is not looked at either");
    house.clock.advance(15 * MINUTE + SECOND);
    assert!(say(&house, &bob, &right).await.contains("not valid"));
    link(&house, &bob).await;
}

async fn the_bot_answers_and_the_panic_button_asks_once(db: &TestDb) {
    let house = House::open(db).await;
    let ada = Person::sign_up(&house, "ada").await;
    let key = ada.key("FUTURES", "MANUAL").await;
    let me = actor(&house, "ada").await;
    assert!(say(&house, &me, "/status").await.contains("not linked"));
    link(&house, &me).await;
    assert!(say(&house, &me, "hello").await.contains("/positions"));
    let status = say(&house, &me, "/status").await;
    assert!(status.contains("Worth: 10000 USD") && status.contains("1 of 1 switched on"), "{status}");
    assert_eq!(say(&house, &me, "/positions").await, "Nothing is open.");
    let order = json!({ "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.05" });
    ada.post(&format!("/v1/priv/exchange/order/{key}"), order).await.ok(200);
    let positions = say(&house, &me, "/positions").await;
    assert!(positions.starts_with("Test: long 0.05 BTC/USDT at "), "{positions}");

    assert!(say(&house, &me, "/panic yes").await.contains("within a minute"), "nobody presses it unasked");
    house.clock.advance(MINUTE + SECOND);
    assert!(say(&house, &me, "/panic yes").await.contains("within a minute"), "it was too long ago");
    assert!(say(&house, &me, "/panic no").await.contains("within a minute"));
    assert_ne!(say(&house, &me, "/positions").await, "Nothing is open.");
    let done = say(&house, &me, "/panic yes").await;
    assert!(done.contains("Following is paused") && done.contains("Test: nothing stands"), "{done}");
    assert_eq!(say(&house, &me, "/positions").await, "Nothing is open.");
    assert!(say(&house, &me, "/panic yes").await.contains("within a minute"), "pressed once");
}

/// The price of BTC/USDT, whole, and so many percent of it.
async fn near(person: &Person, percent: i64) -> String {
    let ticker = person.get("/v1/pub/exchange/ticker").await.ok(200);
    let last = domain::money::parse(&ticker["last"].to_string()).unwrap();
    (last * domain::Decimal::new(percent, 2)).round().normalize().to_string()
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

async fn an_order_and_its_end_are_told_once_on_every_channel(db: &TestDb) {
    let house = House::open(db).await;
    let ada = Person::sign_up(&house, "ada").await;
    let (api_key, secret) = ada.sandbox_account().await;
    let body = json!({
        "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL",
        "name": "<b>\u{202e}yek</b>", "apiKey": api_key, "apiSecretKey": secret,
    });
    let key = ada.post("/v1/priv/account/exchange/key", body).await.ok(200)["id"].as_str().unwrap().to_owned();
    let me = actor(&house, "ada").await;
    link(&house, &me).await;
    let on = json!({ "telegramNewOrder": true, "telegramTakeProfit": true, "telegramStopLoss": true });
    ada.put(SETTINGS, on).await.ok(200);
    let answered = chat(&house, &me).await.len();

    let target = near(&ada, 102).await;
    let order = json!({
        "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.05",
        "takeProfitPrices": [number(&target)], "stopTriggerPrice": number(&near(&ada, 95).await),
        "stopTriggerType": "MARKET",
    });
    ada.post(&format!("/v1/priv/exchange/order/{key}"), order).await.ok(200);
    deliver(&house).await;
    deliver(&house).await;
    let mails = by(&house, Channel::Email).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!((mails[0].to.as_str(), mails[0].subject.as_str()), ("ada@example.org", "New order: buy BTC/USDT"));
    for told in ["Amount: 0.05 BTC", "Price: ", "Key: <b>yek</b>", "Time: 2026-01-01 00:0", "UTC"] {
        assert!(mails[0].body.contains(told), "{told} is not in {}", mails[0].body);
    }
    assert!(!mails[0].body.contains('\u{202e}'));
    let said = chat(&house, &me).await.split_off(answered);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("New order: buy BTC/USDT\n\nMarket: BTC/USDT"), "{}", said[0]);

    // The target is passed while nobody watches.
    house.price("BTC/USDT", &near(&ada, 104).await).await;
    house.beat(8);
    for _ in 0..3 {
        house.clock.advance(30 * SECOND);
        order::look_after(&house.desk).await.unwrap();
        deliver(&house).await;
    }
    let mails = by(&house, Channel::Email).await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert_eq!(mails[0].subject, "Take-profit hit: BTC/USDT");
    assert!(mails[0].body.contains("Result: +"), "{}", mails[0].body);
    assert!(mails[0].body.contains(" USD (+"), "{}", mails[0].body);
    let said = chat(&house, &me).await.split_off(answered);
    assert_eq!(said.len(), 2, "{said:?}");
    let due = store::protection::due(&house.desk.db, house.desk.clock.now(), 9).await.unwrap();
    assert_eq!(due, [], "nothing stands, nothing is looked at any more");
}

fn bursting(house: &House, me: &Actor, key: &str, number: usize) -> (String, String) {
    let key = key.parse().unwrap();
    let order = notify::Ordered {
        key,
        symbol: "BTC/USDT".parse().unwrap(),
        side: domain::Side::Buy,
        amount: Some(domain::Decimal::new(5, 2)),
        price: Some(domain::Decimal::new(10_000, 0)),
        copy: None,
    };
    let _ = (house, me);
    (format!("ordered:{number}"), serde_json::to_string(&Event::NewOrder(order)).unwrap())
}

async fn a_burst_is_one_message(db: &TestDb) {
    let house = House::open(db).await;
    let ada = Person::sign_up(&house, "ada").await;
    let key = ada.key("FUTURES", "MANUAL").await;
    let me = actor(&house, "ada").await;
    link(&house, &me).await;
    ada.put(SETTINGS, json!({ "telegramNewOrder": true })).await.ok(200);
    let answered = chat(&house, &me).await.len();
    let now = house.desk.clock.now();
    let mut tx = house.desk.db.begin().await.unwrap();
    for number in 0..1_000 {
        let (once, body) = bursting(&house, &me, &key, number);
        let notice = store::notice::NewNotice {
            event_key: &once,
            user_id: me.user,
            kind: domain::notification::Kind::NewOrder,
            group_key: "signal",
            body: &body,
            at: now,
            ready_at: now.plus(5 * SECOND),
        };
        store::notice::tell(&mut tx, &notice).await.unwrap();
    }
    tx.commit().await.unwrap();
    deliver(&house).await;
    assert_eq!(by(&house, Channel::Email).await.len(), 0, "the burst may go on");
    house.clock.advance(5 * SECOND);
    deliver(&house).await;
    let mails = by(&house, Channel::Email).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "New order: buy BTC/USDT (1000 keys)");
    assert_eq!(mails[0].body.matches("- Test: buy, 0.05 BTC, 10000 USDT").count(), 1_000);
    assert_eq!(chat(&house, &me).await.len(), answered + 1);
}

fn with_bot(api: &BotApi) -> Settings {
    let token = Some(Zeroizing::new(TOKEN.to_owned()));
    Settings { telegram: TelegramSettings { token, api_base: api.base.clone() }, ..Settings::default() }
}

async fn poll(desk: &SharedDesk) {
    telegram::poll(desk).await.unwrap();
}

/// Somebody with a linked chat, who wants to be told of orders.
async fn linked(house: &House, api: &BotApi, name: &str, chat: i64) -> (Person, Actor) {
    let person = Person::sign_up(house, name).await;
    let me = actor(house, name).await;
    api.write(chat, &format!("/start {}", code(house, &me).await));
    poll(&house.desk).await;
    deliver(house).await;
    assert!(api.sent(chat).pop().unwrap().contains("linked to the desk of"), "{:?}", api.sent(chat));
    person.put(SETTINGS, json!({ "telegramNewOrder": true })).await.ok(200);
    (person, me)
}

/// Something to tell, for which no exchange is needed.
async fn changed_password(house: &House, me: &Actor) {
    let mut tx = house.desk.db.begin().await.unwrap();
    let (now, body) = (house.desk.clock.now(), serde_json::to_string(&Event::PasswordChanged).unwrap());
    let once = format!("test:{}", now.0);
    let notice = store::notice::NewNotice {
        event_key: &once,
        user_id: me.user,
        kind: domain::notification::Kind::PasswordChanged,
        group_key: &once,
        body: &body,
        at: now,
        ready_at: now,
    };
    store::notice::tell(&mut tx, &notice).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_real_bot_links_answers_and_hears_each_update_once(db: &TestDb) {
    let api = BotApi::start().await;
    let house = House::with(db, with_bot(&api)).await;
    let (ada, me) = linked(&house, &api, "ada", 77).await;
    let method = ada.get(&format!("{SETTINGS}/method")).await.ok(200);
    assert_eq!((&method["telegramBotUrl"], &method["telegramActive"]), (&json!("https://t.me/test_desk_bot"), &json!(true)));
    assert!(telegram::chat(&house.desk, &me).await.is_err(), "the simulator is not there beside a bot");
    api.write(77, "/positions");
    api.write_in_group(77, "/status");
    for _ in 0..3 {
        poll(&house.desk).await;
        deliver(&house).await;
    }
    let sent = api.sent(77);
    assert_eq!(sent.len(), 2, "each update is answered once, and groups are not: {sent:?}");
    assert_eq!(sent[1], "Nothing is open.");
    api.write(88, &format!("/start {}", code(&house, &me).await));
    poll(&house.desk).await;
    deliver(&house).await;
    assert!(api.sent(77).pop().unwrap().contains("linked to another chat now"), "who loses it is told");
    assert!(api.sent(88).pop().unwrap().contains("linked to the desk of"));
}

async fn telegrams_faults_lose_nothing(db: &TestDb) {
    let api = BotApi::start().await;
    let house = House::with(db, with_bot(&api)).await;
    let (_ada, me) = linked(&house, &api, "ada", 77).await;
    let sent = || api.sent(77).iter().filter(|text| text.starts_with("Your Slipstream password")).count();

    api.fail(Fault::Limited(90));
    changed_password(&house, &me).await;
    deliver(&house).await;
    house.clock.advance(89 * SECOND);
    deliver(&house).await;
    assert_eq!(sent(), 0, "Telegram is left alone for as long as it asked");
    let waiting = by(&house, Channel::Telegram).await;
    assert_eq!(waiting[0].failure.as_deref(), Some("Telegram asked us to wait"));
    house.clock.advance(SECOND);
    assert_eq!(deliver(&house).await, 1);
    assert_eq!(sent(), 1);

    api.fail(Fault::Broken);
    changed_password(&house, &me).await;
    deliver(&house).await;
    let waiting = by(&house, Channel::Telegram).await;
    assert!(matches!(waiting[0].delivery, Delivery::Again(_)), "{waiting:?}");
    assert_eq!(waiting[0].failure.as_deref(), Some("Telegram answered 502"));
    house.clock.advance(2 * MINUTE);
    deliver(&house).await;
    assert_eq!(sent(), 2);
    assert!(outbox(&house).await.iter().all(|m| !format!("{m:?}").contains(TOKEN)));
}

async fn a_blocked_bot_and_a_revoked_token_are_told(db: &TestDb) {
    let api = BotApi::start().await;
    let house = House::with(db, with_bot(&api)).await;
    let (ada, me) = linked(&house, &api, "ada", 77).await;
    outbox(&house).await;
    api.revoke(true);
    changed_password(&house, &me).await;
    for _ in 0..3 {
        deliver(&house).await;
        poll(&house.desk).await;
        house.clock.advance(6 * MINUTE);
    }
    let mails = by(&house, Channel::Email).await;
    let told: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("Telegram refuses")).collect();
    assert_eq!(told.len(), 1, "once: {mails:?}");
    assert_eq!(told[0].to, "operator@example.org");
    api.revoke(false);
    house.clock.advance(6 * MINUTE);
    poll(&house.desk).await;
    deliver(&house).await;
    assert_eq!(api.sent(77).iter().filter(|text| text.contains("password was changed")).count(), 1, "nothing is lost");

    api.fail(Fault::Blocked);
    house.clock.advance(SECOND);
    changed_password(&house, &me).await;
    deliver(&house).await;
    assert_eq!(ada.get(&format!("{SETTINGS}/method")).await.ok(200)["telegramActive"], false);
    assert_eq!(ada.get(SETTINGS).await.ok(200)["telegramNewOrder"], false);
    let dead = by(&house, Channel::Telegram).await.remove(0);
    assert!(matches!(dead.delivery, Delivery::Dead(_)), "{dead:?}");
    assert_eq!(dead.failure.as_deref(), Some("the person has blocked the bot"));
    api.write(77, "/status");
    poll(&house.desk).await;
    assert_eq!(ada.get(&format!("{SETTINGS}/method")).await.ok(200)["telegramActive"], true, "who writes is there again");
}

async fn an_unreachable_mail_server_loses_nothing(db: &TestDb) {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let mail = MailSettings { smtp_url: Some(format!("smtp://user:hunter2@127.0.0.1:{port}")), from: "Desk <desk@example.org>".into() };
    let house = House::with(db, Settings { mail, ..Settings::default() }).await;
    let (_, _) = (Person::sign_up(&house, "ada").await, Person::sign_up(&house, "bob").await);
    for name in ["ada", "bob"] {
        let me = actor(&house, name).await;
        house.clock.advance(1);
        changed_password(&house, &me).await;
    }
    assert_eq!(deliver(&house).await, 0);
    let mails = by(&house, Channel::Email).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails.iter().map(|mail| mail.attempts).sum::<i64>(), 1, "where nobody answers the others need not knock");
    let tried = mails.iter().find(|mail| mail.attempts == 1).unwrap();
    assert_eq!(tried.failure.as_deref(), Some("the mail server cannot be reached"));
    assert!(!format!("{mails:?}").contains("hunter2"));
    for _ in 0..30 {
        house.clock.advance(120 * MINUTE);
        deliver(&house).await;
    }
    let mails = by(&house, Channel::Email).await;
    assert!(mails.iter().all(|mail| matches!(mail.delivery, Delivery::Dead(_)) && mail.attempts == 10), "{mails:?}");
    let admin = actor(&house, "operator").await;
    notify::retry(&house.desk, &admin, mails[0].id).await.unwrap();
    let again = by(&house, Channel::Email).await;
    assert!(again.iter().any(|mail| mail.id == mails[0].id && matches!(mail.delivery, Delivery::Waiting)));
    let ada = actor(&house, "ada").await;
    assert!(matches!(notify::retry(&house.desk, &ada, mails[1].id).await, Err(service::Error::Forbidden)));
}

async fn a_letter_is_written_once_and_a_false_link_stops_nothing(db: &TestDb) {
    let house = House::open(db).await;
    let ada = Person::sign_up(&house, "ada").await;
    let me = actor(&house, "ada").await;
    let content = Content { topic: Some(Topic::WeeklyReport), ..Content::plain("Your week", "Nothing happened.") };
    let letter = Letter { once: "weekly:2026-01", content: &content };
    let mut written = HashSet::new();
    for _ in 0..2 {
        let mut tx = house.desk.db.begin().await.unwrap();
        assert!(notify::wants(&mut tx, me.user, Topic::WeeklyReport).await.unwrap());
        written.insert(notify::letter(&house.desk, &mut tx, me.user, &letter).await.unwrap());
        tx.commit().await.unwrap();
    }
    assert_eq!((written.len(), by(&house, Channel::Email).await.len()), (2, 1));
    let anyone = Person::anonymous(&house);
    let forged = format!("{}.weekly-report.{}", me.user.0.simple(), "ab".repeat(32));
    for token in ["", "x", forged.as_str()] {
        assert_eq!(anyone.post(&format!("/unsubscribe?token={token}"), json!({})).await.status, 404, "{token}");
        let page = anyone.get(&format!("/unsubscribe?token={token}")).await;
        assert!(page.status == 200 && page.text.contains("unsubscribe-invalid"), "{}", page.status);
    }
    assert_eq!(ada.get(SETTINGS).await.ok(200)["weeklyReport"], true);
}

/// The text without the folding and quoting of mails.
fn unfolded(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=").replace("\r\n", "\n").replace("\n ", "\n")
}

async fn a_mail_server_takes_html_and_text_and_one_click_stops_them(db: &TestDb) {
    let Some(server) = MailServer::start().await else { return };
    let mail = MailSettings { smtp_url: Some(server.url.clone()), from: "Desk <desk@example.org>".into() };
    let house = House::with(db, Settings { mail, ..Settings::default() }).await;
    let ada = Person::sign_up(&house, "ada").await;
    let me = actor(&house, "ada").await;
    let content = Content {
        topic: Some(Topic::WeeklyReport),
        html: Some("<p>Your <em>week</em></p>".into()),
        ..Content::plain("Your week – سلام", "Nothing <happened>.")
    };
    let mut tx = house.desk.db.begin().await.unwrap();
    notify::letter(&house.desk, &mut tx, me.user, &Letter { once: "weekly", content: &content }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(deliver(&house).await, 1);
    assert_eq!(deliver(&house).await, 0);
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 1, "{arrived:?}");
    let mail = unfolded(&arrived[0]);
    for told in [
        "From: Desk <desk@example.org>", "To: ada@example.org", "multipart/alternative", "text/plain", "text/html",
        "Nothing <happened>.", "Your <em>week</em>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "@example.org>",
    ] {
        assert!(mail.contains(told), "{told} is not in {mail}");
    }
    assert!(!mail.contains("<img"), "nothing tells on the reader");
    let token = mail.split_once("/unsubscribe?token=").unwrap().1.split(['>', '"', '\n', '<']).next().unwrap().to_owned();

    let anyone = Person::anonymous(&house);
    let page = anyone.get(&format!("/unsubscribe?token={token}")).await;
    assert!(page.status == 200 && page.text.contains("the report of each week"), "{}", page.status);
    assert_eq!(ada.get(SETTINGS).await.ok(200)["weeklyReport"], true, "opening a link changes nothing");
    let other = token.replace("weekly-report", "monthly-report");
    assert_eq!(anyone.post(&format!("/unsubscribe?token={other}"), json!({})).await.status, 404, "signed for one topic");
    let click = anyone.request(Method::POST, &format!("/unsubscribe?token={token}"));
    let click = click.header("content-type", "application/x-www-form-urlencoded").body("List-Unsubscribe=One-Click");
    assert_eq!(anyone.send(click).await.status, 200);
    let after = ada.get(SETTINGS).await.ok(200);
    assert_eq!((&after["weeklyReport"], &after["monthlyReport"]), (&json!(false), &json!(true)));
}

/// A desk as people run it, whose bot is ours.
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

    /// As `kill -9`.
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

async fn a_killed_desk_tells_once_or_visibly_again(db: &TestDb) {
    let mut desk = Running::begin(db).await;
    let person = json!({ "email": "ada@example.org", "password": PASSWORD });
    let tokens = desk.call(Method::POST, "/v1/auth/sign-up", "", person).await;
    let token = tokens["accessToken"].as_str().unwrap().to_owned();
    let method = desk.call(Method::GET, &format!("{SETTINGS}/method"), &token, json!({})).await;
    desk.api.write(77, &format!("/start {}", method["telegramAuthCode"].as_str().unwrap()));
    desk.sent(1).await;

    // Telegram takes the message, and the desk is killed before it hears so: it is told again, and says that.
    desk.api.fail(Fault::Silent);
    desk.api.write(77, "/positions");
    assert_eq!(desk.sent(2).await[1], "Nothing is open.");
    desk.kill();
    desk.start().await;
    let sent = desk.sent(3).await;
    assert!(sent[2].ends_with("Nothing is open.") && sent[2].contains("may have reached you before"), "{sent:?}");

    // The desk is killed between what happens and its telling: it is told once.
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
    // Asked after it, the bot answers after it: what was to come has come.
    desk.sent(4).await;
    desk.api.write(77, "/help");
    let said = |text: &String| text.starts_with("/status");
    let sent = until("the answer to /help", PATIENCE, async || {
        let sent = desk.api.sent(77);
        sent.iter().skip(3).any(said).then_some(sent)
    })
    .await;
    let orders: Vec<_> = sent.iter().filter(|text| text.contains("New order: buy BTC/USDT")).collect();
    let unasked = orders.iter().filter(|text| !text.contains("may have reached you before")).count();
    assert!(unasked == 1 && orders.len() <= 2, "once, or visibly again: {sent:?}");
}

store::each_engine!(
    the_settings_are_the_documents,
    a_code_is_shown_until_it_is_used_or_old,
    codes_are_not_guessed_and_chats_are_not_taken,
    the_bot_answers_and_the_panic_button_asks_once,
    an_order_and_its_end_are_told_once_on_every_channel,
    a_burst_is_one_message,
    a_real_bot_links_answers_and_hears_each_update_once,
    telegrams_faults_lose_nothing,
    a_blocked_bot_and_a_revoked_token_are_told,
    an_unreachable_mail_server_loses_nothing,
    a_letter_is_written_once_and_a_false_link_stops_nothing,
    a_mail_server_takes_html_and_text_and_one_click_stops_them,
    a_killed_desk_tells_once_or_visibly_again,
);

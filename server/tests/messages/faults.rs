//! Faults of the bot API.

use super::{
    bot::{BotApi, Fault, TOKEN},
    setting::{SETTINGS, actor, by, changed_password, code, deliver, outbox},
};
use crate::common::{Person, TestServer};
use domain::{
    notification::{Channel, Delivery, DeliveryFailure, FailureKind},
    time::{MINUTE, SECOND},
};
use serde_json::json;
use service::{
    Actor, SharedDesk, bot,
    messaging::notify::{self, telegram},
    platform::settings::{Settings, TelegramSettings},
};
use store::testing::TestDb;
use zeroize::Zeroizing;

fn with_bot(api: &BotApi) -> Settings {
    let token = Some(Zeroizing::new(TOKEN.to_owned()));
    Settings { telegram: TelegramSettings { token, api_base: api.base.clone() }, ..Settings::default() }
}

async fn poll(desk: &SharedDesk) {
    bot::poll(desk).await.unwrap();
}

/// A user with a linked chat who wants order notifications.
async fn linked(server: &TestServer, api: &BotApi, name: &str, chat: i64) -> (Person, Actor) {
    let person = Person::sign_up(server, name).await;
    let me = actor(server, name).await;
    api.write(chat, &format!("/start {}", code(server, &me).await));
    poll(&server.desk).await;
    deliver(server).await;
    assert!(api.sent(chat).pop().unwrap().contains("Telegram is connected to"), "{:?}", api.sent(chat));
    person.put(SETTINGS, json!({ "telegramNewOrder": true })).await.ok(200);
    (person, me)
}

async fn a_real_bot_links_answers_and_handles_each_update_once(db: &TestDb) {
    let api = BotApi::start().await;
    let server = TestServer::with(db, with_bot(&api)).await;
    let (ada, me) = linked(&server, &api, "ada", 77).await;
    let method = ada.get(&format!("{SETTINGS}/method")).await.ok(200);
    assert_eq!(
        (&method["telegramBotUrl"], &method["telegramActive"]),
        (&json!("https://t.me/test_desk_bot"), &json!(true))
    );
    assert!(telegram::chat(&server.desk, &me).await.is_err(), "the simulator is not there beside a bot");
    api.write(77, "/positions");
    api.write_in_group(77, "/status");
    for _ in 0..3 {
        poll(&server.desk).await;
        deliver(&server).await;
    }
    let sent = api.sent(77);
    assert_eq!(sent.len(), 2, "each update is answered once, and groups are not: {sent:?}");
    assert_eq!(sent[1], "No open positions.");
    api.write(88, &format!("/start {}", code(&server, &me).await));
    poll(&server.desk).await;
    deliver(&server).await;
    assert!(
        api.sent(77).pop().unwrap().contains("now connected to another chat"),
        "the user who loses it is notified"
    );
    assert!(api.sent(88).pop().unwrap().contains("Telegram is connected to"));
}

async fn telegrams_faults_lose_nothing(db: &TestDb) {
    let api = BotApi::start().await;
    let server = TestServer::with(db, with_bot(&api)).await;
    let (_ada, me) = linked(&server, &api, "ada", 77).await;
    let sent = || api.sent(77).iter().filter(|text| text.starts_with("Your Slipstream password")).count();

    api.fail(Fault::Limited(90));
    changed_password(&server, &me).await;
    deliver(&server).await;
    server.clock.advance(89 * SECOND);
    deliver(&server).await;
    assert_eq!(sent(), 0, "Telegram is left alone for as long as it asked");
    let waiting = by(&server, Channel::Telegram).await;
    assert_eq!(waiting[0].failure, Some(DeliveryFailure::of(FailureKind::RateLimited)));
    server.clock.advance(SECOND);
    assert_eq!(deliver(&server).await, 1);
    assert_eq!(sent(), 1);

    api.fail(Fault::Broken);
    changed_password(&server, &me).await;
    deliver(&server).await;
    let waiting = by(&server, Channel::Telegram).await;
    assert!(matches!(waiting[0].delivery, Delivery::Again(_)), "{waiting:?}");
    assert_eq!(waiting[0].failure, Some(DeliveryFailure::with_code(FailureKind::TelegramFailed, 502)));
    server.clock.advance(2 * MINUTE);
    deliver(&server).await;
    assert_eq!(sent(), 2);
    assert!(outbox(&server).await.iter().all(|m| !format!("{m:?}").contains(TOKEN)));
}

async fn a_blocked_bot_and_a_revoked_token_are_reported(db: &TestDb) {
    let api = BotApi::start().await;
    let server = TestServer::with(db, with_bot(&api)).await;
    let (_ada, me) = linked(&server, &api, "ada", 77).await;
    let active = async || telegram::is_linked(&server.desk, &me).await.unwrap();
    outbox(&server).await;
    api.revoke(true);
    changed_password(&server, &me).await;
    for _ in 0..3 {
        deliver(&server).await;
        poll(&server.desk).await;
        server.clock.advance(6 * MINUTE);
    }
    let mails = by(&server, Channel::Email).await;
    let seen: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("Telegram rejected")).collect();
    assert_eq!(seen.len(), 1, "once: {mails:?}");
    assert_eq!(seen[0].to, "operator@example.org");
    api.revoke(false);
    server.clock.advance(6 * MINUTE);
    poll(&server.desk).await;
    deliver(&server).await;
    assert_eq!(
        api.sent(77).iter().filter(|text| text.contains("password was changed")).count(),
        1,
        "nothing is lost"
    );

    api.fail(Fault::Blocked);
    server.clock.advance(SECOND);
    changed_password(&server, &me).await;
    deliver(&server).await;
    assert!(!active().await);
    assert!(!notify::preferences(&server.desk, &me).await.unwrap().switches.telegram_new_order);
    let dead = by(&server, Channel::Telegram).await.remove(0);
    assert!(matches!(dead.delivery, Delivery::Dead(_)), "{dead:?}");
    assert_eq!(dead.failure, Some(DeliveryFailure::of(FailureKind::BotBlocked)));
    api.write(77, "/status");
    poll(&server.desk).await;
    assert!(active().await, "who writes is there again");
}

/// Makes the database refuse what commands in the chats 99 and 66 write: on Postgres as in a conflict with another
/// transaction, which SQLite's triggers cannot raise.
async fn refuse_their_commands(db: &TestDb) {
    if db.folder().is_some() {
        db.execute(
            "create trigger refused_count before insert on throttle when new.bucket = 'chat:99' \
             begin select raise(abort, 'refused'); end",
        )
        .await;
        db.execute(
            "create trigger refused_link before update on telegram_links when new.chat_id = 66 \
             begin select raise(abort, 'refused'); end",
        )
        .await;
        return;
    }
    db.execute(
        "create function conflict() returns trigger language plpgsql as \
         $$ begin raise exception 'conflict' using errcode = '40001'; end $$",
    )
    .await;
    db.execute(
        "create trigger refused_count before insert on throttle for each row \
         when (new.bucket = 'chat:99') execute function conflict()",
    )
    .await;
    db.execute(
        "create trigger refused_link before update on telegram_links for each row \
         when (new.chat_id = 66) execute function conflict()",
    )
    .await;
}

async fn a_command_that_fails_delays_no_other(db: &TestDb) {
    let api = BotApi::start().await;
    let server = TestServer::with(db, with_bot(&api)).await;
    let (_ada, me) = linked(&server, &api, "ada", 77).await;
    let code = code(&server, &me).await;
    refuse_their_commands(db).await;
    // One command fails before the reply, the other when its change is written.
    api.write(99, "/start abcdefgh");
    api.write(66, &format!("/start {code}"));
    api.write(77, "/positions");
    poll(&server.desk).await;
    deliver(&server).await;
    let seen = if db.folder().is_some() { "Something went wrong" } else { "Try again in a moment" };
    for chat in [99, 66] {
        let sent = api.sent(chat);
        assert!(sent.len() == 1 && sent[0].contains(seen), "{chat}: {sent:?}");
    }
    assert_eq!(api.sent(77).pop().as_deref(), Some("No open positions."));
}

store::each_engine!(
    a_real_bot_links_answers_and_handles_each_update_once,
    telegrams_faults_lose_nothing,
    a_blocked_bot_and_a_revoked_token_are_reported,
    a_command_that_fails_delays_no_other,
);

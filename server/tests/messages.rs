//! Events on a desk and their notifications: by e-mail, by Telegram and by the page that simulates it,
//! exactly once, whatever fails in between. Here: the settings as the document has them, linking a chat, and
//! its commands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

pub(crate) mod bot;
mod events;
mod faults;
mod mails;
pub(crate) mod setting;

use crate::{
    common::{Person, TestServer, shape::same},
    example,
};
use domain::time::{MINUTE, SECOND};
use serde_json::{Value, json};
use service::identity::chat_link;
use setting::{SETTINGS, actor, code, link, send_text};
use store::testing::TestDb;

/// The example with our times, which are not compared.
fn at_our_time(ours: &Value, mut example: Value) -> Value {
    for field in ["createdAt", "updatedAt"] {
        assert!(ours[field].as_str().unwrap().ends_with('Z'));
        example[field] = ours[field].clone();
    }
    example
}

async fn the_settings_are_the_documents(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let usual = ada.get(SETTINGS).await.ok(200);
    assert_eq!(usual, at_our_time(&usual, example!("notification")));
    server.clock.advance(SECOND);
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
    let bob = Person::sign_up(&server, "bob").await;
    assert_eq!(bob.get(SETTINGS).await.ok(200)["monthlyReport"], true, "each user has their own");
    assert_eq!(Person::anonymous(&server).get(SETTINGS).await.status, 401);
}

async fn a_code_is_shown_until_it_is_used_or_old(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let path = &format!("{SETTINGS}/method");
    let method = ada.get(path).await.ok(200);
    same(&method, &example!("notification_method"));
    assert_eq!(method["telegramBotUrl"], format!("{}/telegram#say", server.base));
    assert_eq!(
        (method["telegramAuthCode"].as_str().unwrap().len(), &method["telegramActive"]),
        (26, &json!(false))
    );
    assert_eq!(ada.get(path).await.ok(200), method, "shown again");
    server.clock.advance(15 * MINUTE);
    let due = ada.get(path).await;
    assert_eq!((due.status, due.text.as_str()), (403, r#"{"message":"step_up_required"}"#));
    ada.post("/v1/auth/step-up", json!({ "password": setting::PASSWORD })).await.ok(204);
    let later = ada.get(path).await.ok(200);
    assert_ne!(later["telegramAuthCode"], method["telegramAuthCode"]);

    let actor = actor(&server, "ada").await;
    let old = format!("/start {}", method["telegramAuthCode"].as_str().unwrap());
    assert!(send_text(&server, &actor, &old).await.contains("invalid or has expired"));
    let good = format!("/START@test_bot  {}", later["telegramAuthCode"].as_str().unwrap().to_uppercase());
    let answer = send_text(&server, &actor, &good).await;
    assert!(answer.contains("Telegram is connected to ada@example.org"), "{answer}");
    assert!(answer.contains("only get security alerts") && answer.contains("/settings/notifications"));
    assert!(send_text(&server, &actor, &good).await.contains("invalid or has expired"), "a code works once");
    let linked = ada.get(path).await.ok(200);
    assert_eq!(linked["telegramActive"], true);
    assert_ne!(linked["telegramAuthCode"], later["telegramAuthCode"]);

    let on = ada.put(SETTINGS, json!({ "telegramNewOrder": true })).await.ok(200);
    assert_eq!((&on["telegramNewOrder"], &on["telegramStopLoss"]), (&json!(true), &json!(false)));
    assert!(send_text(&server, &actor, "/stop").await.contains("disconnected"));
    assert_eq!(ada.get(path).await.ok(200)["telegramActive"], false);
    assert_eq!(
        ada.get(SETTINGS).await.ok(200)["telegramNewOrder"],
        false,
        "nothing is promised that cannot be"
    );
    assert!(send_text(&server, &actor, "/positions").await.contains("isn't connected"));
}

async fn codes_are_not_guessed_and_chats_are_not_taken(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (_, _) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "bob").await);
    let (ada, bob) = (actor(&server, "ada").await, actor(&server, "bob").await);
    link(&server, &ada).await;
    let bobs = code(&server, &bob).await;
    let answer = send_text(&server, &ada, &format!("/start {bobs}")).await;
    assert!(answer.contains("connected to another account"), "{answer}");
    assert!(chat_link::method(&server.desk, &ada).await.unwrap().active);
    assert_eq!(code(&server, &bob).await, bobs, "the code is not spent");

    for guess in 0..10 {
        assert!(
            send_text(&server, &bob, &format!("/start {}{}", "2".repeat(25), 2 + guess % 8))
                .await
                .contains("invalid or has expired")
        );
    }
    let right = format!("/start {bobs}");
    assert!(
        send_text(&server, &bob, &right).await.contains("Too many"),
        "the right one is not looked at either"
    );
    server.clock.advance(15 * MINUTE + SECOND);
    assert!(send_text(&server, &bob, &right).await.contains("invalid or has expired"));
    // The sign-in of before is too old to be shown a code.
    assert!(matches!(chat_link::method(&server.desk, &bob).await, Err(service::Error::StepUp)));
    link(&server, &actor(&server, "bob").await).await;
}

async fn the_bot_answers_and_the_panic_button_asks_once(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let key = ada.key("FUTURES", "MANUAL").await;
    let me = actor(&server, "ada").await;
    assert!(send_text(&server, &me, "/status").await.contains("isn't connected"));
    link(&server, &me).await;
    assert!(send_text(&server, &me, "hello").await.contains("/positions"));
    let status = send_text(&server, &me, "/status").await;
    assert!(
        status.contains("Total equity: 10,000.00 USD") && status.contains("Accounts: 1 of 1 active"),
        "{status}"
    );
    assert_eq!(send_text(&server, &me, "/positions").await, "No open positions.");
    let order = json!({ "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.05" });
    ada.post(&format!("/v1/priv/exchange/order/{key}"), order).await.ok(200);
    let positions = send_text(&server, &me, "/positions").await;
    assert!(positions.starts_with("Test: long 0.05 BTC/USDT at "), "{positions}");
    assert!(positions.ends_with("% of margin)"), "{positions}");

    assert!(
        send_text(&server, &me, "/panic yes").await.contains("within one minute"),
        "it is never pressed without a confirmation"
    );
    server.clock.advance(MINUTE + SECOND);
    assert!(send_text(&server, &me, "/panic yes").await.contains("within one minute"), "it was too long ago");
    assert!(send_text(&server, &me, "/panic no").await.contains("within one minute"));
    assert_ne!(send_text(&server, &me, "/positions").await, "No open positions.");
    let done = send_text(&server, &me, "/panic yes").await;
    assert_eq!(
        done, "Test: no open orders or positions",
        "a manual account copies nothing that could be paused"
    );
    assert_eq!(send_text(&server, &me, "/positions").await, "No open positions.");
    assert!(send_text(&server, &me, "/panic yes").await.contains("within one minute"), "pressed once");
}

store::each_engine!(
    the_settings_are_the_documents,
    a_code_is_shown_until_it_is_used_or_old,
    codes_are_not_guessed_and_chats_are_not_taken,
    the_bot_answers_and_the_panic_button_asks_once,
);

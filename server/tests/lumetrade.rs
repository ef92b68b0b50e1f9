//! The Lumetrade surface on a whole server, on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use crate::common::{HttpAnswer, Person, TestServer, program::Program, shape::same};
use reqwest::Method;
use serde_json::{Value, json};
use service::{
    Actor,
    identity::{
        account,
        profile::{self, ProfileChange},
    },
    money::ledger::{self, Credit},
};
use std::collections::BTreeSet;
use store::{currency::Rule, testing::TestDb};

fn example() -> Value {
    serde_json::from_str(include_str!("seeds/lumetrade_account.json")).unwrap()
}

async fn program(server: &TestServer, name: &str) -> Program {
    let person = Person::sign_up(server, name).await;
    Program::of(&person, server, &["ACCOUNTS_READ", "ACCOUNTS_WRITE"]).await
}

/// The user of this name; `admin` makes them an admin first.
async fn actor(server: &TestServer, name: &str, admin: bool) -> Actor {
    let email = format!("{name}@example.org");
    if admin {
        account::make_admin(&server.desk, &email).await.unwrap();
    }
    let user = store::user::by_email(&server.desk.db, &email).await.unwrap().unwrap();
    Actor { user: user.id, email, role: user.role, session: None, token: None, from: None }
}

fn here() -> service::Origin {
    service::Origin::new([127, 0, 0, 1].into(), "Test")
}

#[track_caller]
fn refused(answer: &HttpAnswer, status: u16, code: &str) {
    let body = answer.ok(status);
    assert_eq!(body["error"]["code"], code, "{body}");
    same(&body, &json!({"error": {"code": "", "message": ""}}));
}

async fn the_documents_example(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = program(&server, "ada").await;
    let request: Value = serde_json::from_str(include_str!("seeds/lumetrade_request.json")).unwrap();
    let answer = ada.send(ada.lumetrade(Method::POST, "/accounts").json(&request)).await;
    let made = answer.ok(201);
    same(&made, &example());
    assert_eq!(
        (&made["currency"], answer.text.contains(r#""balance":0,"lockedBalance":0"#)),
        (&json!("ZAR"), true)
    );
    let id = made["id"].as_str().unwrap().to_owned();
    assert!(id.len() == 10 && id.starts_with("acc_"), "{id}");

    let admin = {
        program(&server, "op").await;
        actor(&server, "op", true).await
    };
    for _ in 0..2 {
        let credit = Credit { public_id: &id, amount: "2500", memo: "a gift", reference: "once" };
        ledger::credit_account(&server.desk, &admin, &here(), credit).await.unwrap();
    }
    let expected = example().to_string().replace("acc_8F4J2N", &id);
    let expected: Value = serde_json::from_str(&expected).unwrap();
    assert_eq!(ada.read(&format!("/accounts/{id}")).await.ok(200), expected);
    assert_eq!(ada.read("/accounts/currency/ZAR").await.ok(200), expected);
    assert_eq!(ada.read("/accounts").await.ok(200), json!([expected]));
}

async fn every_seeded_currency_opens_once(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = program(&server, "ada").await;
    let mut ids = BTreeSet::new();
    for code in ["ZAR", "USD", "EUR", "GBP", "AED", "SAR", "BTC", "ETH", "USDT", "USDC"] {
        ids.insert(ada.open(code).await.ok(201)["id"].to_string());
        refused(&ada.open(code).await, 409, "account_exists");
    }
    assert_eq!(ids.len(), 10);
    assert_eq!(ada.read("/accounts").await.ok(200).as_array().unwrap().len(), 10);
}

async fn accounts_that_cannot_be_opened(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = program(&server, "ada").await;
    let post = async |path: &str, kind: &str, body: Vec<u8>| {
        let request = ada.lumetrade(Method::POST, path).header("content-type", kind).body(body);
        ada.send(request).await
    };
    for bad in ["", "zar", "Z", "ZAR ", "ZÄR", "ABCDEFGHIJKL", "Z\0R"] {
        refused(&ada.open(bad).await, 400, "validation_failed");
    }
    refused(&ada.open("XYZ").await, 404, "currency_not_supported");
    let json_kind = "application/json";
    for bad in [
        &b"{}"[..],
        b"[]",
        b"{",
        b"",
        br#"{"currency":1}"#,
        br#"{"currency":null}"#,
        br#"{"currency":"ZAR","currency":"USD"}"#,
        b"{\"currency\":\"\xff\xfe\"}",
    ] {
        refused(&post("/accounts", json_kind, bad.to_vec()).await, 400, "validation_failed");
    }
    let good = br#"{"currency":"ZAR"}"#.to_vec();
    refused(&post("/accounts?currency=USD", json_kind, good.clone()).await, 400, "validation_failed");
    refused(&post("/accounts", "text/plain", good).await, 400, "validation_failed");
    refused(&post("/accounts", json_kind, vec![b' '; 100_000]).await, 413, "too_large");
    for path in ["/accounts/acc_000000", "/accounts/%00", "/accounts/currency/ZAR"] {
        refused(&ada.read(path).await, 404, "not_found");
    }
    refused(&ada.read("/accounts/%FF").await, 400, "validation_failed");
    refused(&ada.read("/accounts/currency/zar").await, 400, "validation_failed");
    assert_eq!(ada.read("/accounts").await.text, "[]", "nothing of this opened anything");
}

async fn the_country_decides(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = program(&server, "ada").await;
    let (person, admin) = (actor(&server, "ada", false).await, {
        program(&server, "op").await;
        actor(&server, "op", true).await
    });
    let rule = |country: &str, currency: &str, enabled| Rule {
        country: country.into(),
        currency: currency.into(),
        enabled,
    };
    let set = async |rule: &Rule| ledger::set_rule(&server.desk, &admin, &here(), rule).await;
    assert!(ledger::set_rule(&server.desk, &person, &here(), &rule("*", "ZAR", false)).await.is_err());
    assert!(set(&rule("za", "ZAR", false)).await.is_err() && set(&rule("ZA", "XYZ", true)).await.is_err());
    // The installation's default jurisdiction is ZA.
    set(&rule("ZA", "BTC", false)).await.unwrap();
    set(&rule("*", "EUR", false)).await.unwrap();
    set(&rule("DE", "EUR", true)).await.unwrap();
    refused(&ada.open("BTC").await, 404, "currency_not_supported");
    refused(&ada.open("EUR").await, 404, "currency_not_supported");
    let country = Some(Some("DE".to_owned()));
    let change = ProfileChange { country, ..ProfileChange::default() };
    profile::update(&server.desk, &person, change).await.unwrap();
    ada.open("EUR").await.ok(201);
    ada.open("BTC").await.ok(201);
    let place = ledger::place(&server.desk, &person).await.unwrap();
    assert!(place.stated && place.country == "DE" && place.currencies.len() == 10);
}

async fn anothers_account_is_not_there(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (ada, eve) = (program(&server, "ada").await, program(&server, "eve").await);
    let id = ada.open("ZAR").await.ok(201)["id"].as_str().unwrap().to_owned();
    refused(&eve.read(&format!("/accounts/{id}")).await, 404, "not_found");
    refused(&eve.read("/accounts/currency/ZAR").await, 404, "not_found");
    assert_eq!(eve.read("/accounts").await.text, "[]");
    eve.open("ZAR").await.ok(201);
}

async fn two_concurrent_requests_create_one(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = program(&server, "ada").await;
    for code in ["ZAR", "USD", "EUR", "GBP"] {
        let (one, two) = tokio::join!(ada.open(code), ada.open(code));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{one:?} {two:?}");
    }
    assert_eq!(ada.read("/accounts").await.ok(200).as_array().unwrap().len(), 4);
}

store::each_engine!(
    the_documents_example,
    every_seeded_currency_opens_once,
    accounts_that_cannot_be_opened,
    the_country_decides,
    anothers_account_is_not_there,
    two_concurrent_requests_create_one,
);

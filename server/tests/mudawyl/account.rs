//! A user's profile, the balance history of their accounts, and support requests.

use crate::{
    common::{HttpAnswer, Person, TestServer, shape::same},
    example,
};
use domain::time::DAY;
use serde_json::{Value, json};
use service::trading::balance_history;
use store::testing::TestDb;

const PROFILE: &str = "/v1/priv/account/profile";
const NOBODYS: &str = "46a19fb1-4e90-4736-b820-257c947fd694";

pub(crate) async fn the_life_of_a_profile(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (ada, eve) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "eve").await);
    assert_eq!(ada.get(PROFILE).await.text, "null");
    assert_eq!(ada.put(PROFILE, json!({"unknown": 1, "country": null})).await.text, "null");

    let mut whole = json!({"lastName": "John", "firstName": "Doe", "country": "CA", "language": "EN"});
    whole["timezone"] = json!("America/Toronto");
    let made = ada.put(PROFILE, whole).await.ok(200);
    let moment = |value: &Value| value.as_str().unwrap().to_owned();
    let (created, updated) = (moment(&made["createdAt"]), moment(&made["updatedAt"]));
    assert_eq!(created, updated);
    let mut example = example!("profile");
    (example["createdAt"], example["updatedAt"]) = (json!(created), json!(updated));
    assert_eq!(made, example);

    server.clock.advance(1_000_000);
    let changed = ada.put(PROFILE, example!("update_profile_request")).await.ok(200);
    assert!(moment(&changed["updatedAt"]) > updated);
    let mut example = example!("updated_profile");
    (example["createdAt"], example["updatedAt"]) = (json!(created), changed["updatedAt"].clone());
    assert_eq!(changed, example);
    same(&changed, &example!("updated_profile"));

    let bad = json!({
        "timezone": "America/Torontox", "language": "ENX", "country": "CAX", "lastName": "Doe123",
    });
    assert_eq!(ada.put(PROFILE, bad).await.ok(422), example!("update_profile_422"));
    for (field, text) in [
        ("lastName", "must be alpha character"),
        ("firstName", "must be alpha character"),
        ("country", "must be valid country"),
        ("language", "must be a valid language"),
        ("timezone", "must be a valid timezone"),
    ] {
        for value in [json!(""), json!(7), json!(true), json!(["EN"]), json!({}), json!("EN\u{0}")] {
            ada.put(PROFILE, json!({field: value})).await.problem(field, text);
        }
    }
    ada.put(PROFILE, json!({"lastName": "x".repeat(101)}))
        .await
        .problem("lastName", "exceeds the maximum length");
    assert_eq!(ada.get(PROFILE).await.ok(200), changed, "nothing of it was kept");
    assert_eq!(eve.get(PROFILE).await.text, "null");
}

pub(crate) async fn the_days_of_a_key(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let id = ada.key("FUTURES", "MANUAL").await;
    let path = |query: &str| format!("/v1/priv/account/exchange/key/{id}/balance/history{query}");
    assert_eq!(ada.get(&path("")).await.text, r#"{"items":[],"nextToken":null}"#);
    for _ in 0..3 {
        balance_history::snapshot(&server.desk).await.unwrap();
        server.clock.advance(DAY);
    }
    // Days later the first token has expired.
    let credentials = json!({"email": "ada@example.org", "password": "correct horse battery"});
    let signed_in = ada.post("/v1/auth/sign-in", credentials).await.ok(200);
    let ada = ada.with_token(signed_in["accessToken"].as_str().unwrap());
    let eve = Person::sign_up(&server, "eve").await;
    let whole = ada.get(&path("")).await;
    let day = |date: &str| format!(r#"{{"date":"2026-01-{date}","totalUSD":10000}}"#);
    let days = format!("{},{},{}", day("03"), day("02"), day("01"));
    assert_eq!(whole.text, format!(r#"{{"items":[{days}],"nextToken":null}}"#));
    same(&whole.ok(200), &example!("balance_history"));

    let first = ada.get(&path("?limit=2")).await.ok(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let token = first["nextToken"].as_str().unwrap();
    let second = ada.get(&path(&format!("?limit=2&nextToken={token}"))).await;
    assert_eq!(second.text, format!(r#"{{"items":[{}],"nextToken":null}}"#, day("01")));
    let from = ada.get(&path("?start=2026-01-01&limit=2")).await.ok(200);
    assert_eq!(from["items"][0]["date"], "2026-01-02");

    eve.get(&path("")).await.not_found();
    let other = eve.key("SPOT", "MANUAL").await;
    let theirs = format!("/v1/priv/account/exchange/key/{other}/balance/history?nextToken={token}");
    eve.get(&theirs).await.problem("nextToken", "must be valid next token");
    ada.get(&path("?nextToken=abc")).await.problem("nextToken", "must be valid next token");
    let nobodys = format!("/v1/priv/account/exchange/key/{NOBODYS}/balance/history");
    ada.get(&nobodys).await.not_found();
    let wrong = "/v1/priv/account/exchange/key/x/balance/history?start=x&limit=0&nextToken=";
    let fields: Vec<_> = fields(&ada.get(wrong).await);
    assert_eq!(fields, ["id", "start", "limit"]);
}

pub(crate) async fn asking_for_help(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let request = ada.post("/v1/priv/support", json!({"subject": "Help", "message": "Line\nline"})).await;
    let mut keys: Vec<_> = request.ok(200).as_object().unwrap().keys().cloned().collect();
    keys.sort_unstable();
    assert_eq!(keys, ["createdAt", "id", "message", "status", "subject"]);
    assert_eq!(request.ok(200)["status"], "OPEN");
    for nothing in [json!({}), json!({"subject": " ", "message": ""}), json!({"message": null})] {
        assert_eq!(fields(&ada.post("/v1/priv/support", nothing).await), ["subject", "message"]);
    }
    let bad = json!({"subject": ["x"], "message": "x".repeat(5_001)});
    let reported = ada.post("/v1/priv/support", bad).await.ok(422);
    assert_eq!(reported["errors"][0]["msg"], "must be string");
    assert_eq!(reported["errors"][1]["msg"], "exceeds the maximum length");
    for _ in 0..4 {
        ada.post("/v1/priv/support", json!({"subject": "Help", "message": "me"})).await.ok(200);
    }
    ada.post("/v1/priv/support", json!({"subject": "Help", "message": "me"})).await.ok(429);
}

fn fields(answer: &HttpAnswer) -> Vec<String> {
    let body = answer.ok(422);
    let errors = body["errors"].as_array().unwrap().iter();
    errors.map(|error| error["param"].as_str().unwrap().to_owned()).collect()
}

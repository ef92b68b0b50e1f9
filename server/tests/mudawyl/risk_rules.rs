//! Risk rules over HTTP: their life, and bad input.

use crate::common::{Person, TestServer};
use reqwest::Method;
use serde_json::{Value, json};
use store::testing::TestDb;

const RULES: &str = "/v1/priv/risk-rule";

async fn patch(person: &Person, path: &str, body: Value) -> crate::common::HttpAnswer {
    person.send(person.request(Method::PATCH, path).json(&body)).await
}

fn of_all() -> Value {
    json!({"level": "PERSON", "kind": "DAY_LOSS", "threshold": "50", "action": "FLATTEN"})
}

async fn the_life_of_a_risk_rule(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (ada, eve) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "eve").await);
    assert_eq!(ada.get(RULES).await.text, r#"{"items":[]}"#);
    let preview = ada.post(&format!("{RULES}/preview"), of_all()).await.ok(200);
    assert_eq!(
        (&preview["days"], &preview["copies"], &preview["stopped"]),
        (&json!(30), &json!(0), &json!([]))
    );
    assert_eq!(ada.get(RULES).await.text, r#"{"items":[]}"#, "a preview stores nothing");

    let made = ada.post(RULES, of_all()).await.ok(200);
    assert_eq!(
        (&made["level"], &made["threshold"], &made["tripped"]),
        (&json!("PERSON"), &json!(50), &json!(false))
    );
    assert_eq!((&made["trip"], &made["followId"]), (&Value::Null, &Value::Null));
    ada.post(RULES, of_all()).await.problem("kind", "has a rule with this action already");
    assert_eq!(ada.get(RULES).await.ok(200)["items"], json!([made]));
    let path = format!("{RULES}/{}", made["id"].as_str().unwrap());
    let key = ada.key("FUTURES", "AUTOMATED").await;
    let streak = json!({"level": "KEY", "exchangeKeyId": key, "kind": "LOSS_STREAK", "threshold": 3, "action": "STOP_ENTRIES"});
    let of_key = ada.post(RULES, streak.clone()).await.ok(200);
    assert_eq!((&of_key["exchangeKeyId"], &of_key["coolDownHours"]), (&json!(key), &json!(24)));

    patch(&eve, &path, json!({"threshold": 60})).await.not_found();
    eve.delete(&path, None).await.not_found();
    eve.post(&format!("{path}/resume"), json!({})).await.not_found();
    let own = "must be one of your automated exchange keys";
    eve.post(RULES, streak).await.problem("exchangeKeyId", own);
    assert_eq!(eve.get(RULES).await.text, r#"{"items":[]}"#);

    let changed = patch(&ada, &path, json!({"threshold": 60, "action": "STOP_ENTRIES"})).await.ok(200);
    assert_eq!((&changed["threshold"], &changed["action"]), (&json!(60), &json!("STOP_ENTRIES")));
    assert_eq!(ada.post(&format!("{path}/resume"), json!({})).await.ok(200)["tripped"], json!(false));
    assert_eq!(ada.delete(&path, None).await.status, 204);
    ada.delete(&path, None).await.not_found();
}

async fn a_bad_risk_rule_names_its_fields(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let manual = ada.key("FUTURES", "MANUAL").await;
    let threshold = "must be a percentage up to 100, or a whole number, as the kind of rule needs";
    for (change, field, text) in [
        (json!({"level": "ALL"}), "level", "must be one of the listed values"),
        (json!({"level": "FOLLOW"}), "followId", "is required"),
        (json!({"level": "KEY", "exchangeKeyId": "1"}), "exchangeKeyId", "must be UUID"),
        (json!({"kind": "LOSS"}), "kind", "must be one of the listed values"),
        (json!({"threshold": 0}), "threshold", "must be greater than 0"),
        (json!({"threshold": -1}), "threshold", "must be greater than 0"),
        (json!({"threshold": "much"}), "threshold", "must be number"),
        (json!({"kind": "DRAWDOWN", "threshold": 101}), "threshold", threshold),
        (
            json!({"kind": "OPEN_POSITIONS", "threshold": 1.5, "action": "STOP_ENTRIES"}),
            "threshold",
            threshold,
        ),
        (
            json!({"kind": "LEVERAGE", "threshold": 126, "action": "STOP_ENTRIES"}),
            "threshold",
            "must be integer between 1 and 125",
        ),
        (json!({"kind": "SLIPPAGE", "threshold": 1}), "action", "must be STOP_ENTRIES for this kind of rule"),
        (json!({"coolDownHours": 0}), "coolDownHours", "must be integer between 1 and 720"),
        (json!({"followId": {}}), "followId", "must be UUID"),
        (json!({"action": "PANIC"}), "action", "must be one of the listed values"),
    ] {
        let mut body = of_all();
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        ada.post(RULES, body.clone()).await.problem(field, text);
        ada.post(&format!("{RULES}/preview"), body).await.problem(field, text);
    }
    let of_manual = json!({"level": "KEY", "exchangeKeyId": manual, "kind": "DAY_LOSS", "threshold": 1, "action": "FLATTEN"});
    let automated = "must be one of your automated exchange keys";
    ada.post(RULES, of_manual).await.problem("exchangeKeyId", automated);
    let nobodys = json!({"level": "FOLLOW", "followId": manual, "kind": "DAY_LOSS", "threshold": 1, "action": "FLATTEN"});
    ada.post(RULES, nobodys).await.problem("followId", "must be one of your follows");
    patch(&ada, &format!("{RULES}/1"), json!({"threshold": 1})).await.problem("id", "must be UUID");
}

store::each_engine!(the_life_of_a_risk_rule, a_bad_risk_rule_names_its_fields);

//! Private signal sources: their life over HTTP, and their webhook.

use crate::common::{HttpAnswer, Person, TestServer};
use reqwest::Method;
use serde_json::{Value, json};
use store::testing::TestDb;

const SOURCES: &str = "/v1/priv/strategy/source";

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Sends an alert to a webhook, as charting programs do.
async fn alert(server: &TestServer, token: &str, kind: &str, body: &str) -> HttpAnswer {
    let anyone = Person::anonymous(server);
    let request = anyone.request(Method::POST, &format!("/v1/hook/strategy/{token}"));
    anyone.send(request.header("content-type", kind).body(body.to_owned())).await
}

async fn the_life_of_an_own_source(db: &TestDb) {
    let server = TestServer::open(db).await;
    server.price("BTC/USDT", "10000").await;
    let (ada, eve) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "eve").await);
    assert_eq!(ada.get(SOURCES).await.text, r#"{"items":[]}"#);
    ada.post(SOURCES, json!({"name": "Mine", "symbol": "NOPE/USDT"})).await.refused("1300");
    let body = json!({"name": "Mine", "symbol": "BTC/USDT", "stopPercent": 0});
    ada.post(SOURCES, body).await.problem("stopPercent", "must be greater than 0 and at most 100");
    let body = json!({"name": "Mine", "symbol": "BTC/USDT", "stopPercent": 2, "targetPercents": ["1", 3]});
    let made = ada.post(SOURCES, body).await.ok(200);
    let (path, token) = (format!("{SOURCES}/{}", text(&made["id"])), text(&made["token"]));
    assert!(text(&made["url"]).ends_with(&format!("/v1/hook/strategy/{token}")), "{made}");

    let source = ada.get(&path).await.ok(200);
    assert!(text(&source["name"]).starts_with("Mine #"), "{source}");
    assert_eq!((&source["visibility"], &source["webhook"]), (&json!("PRIVATE"), &json!(true)));
    assert_eq!((&source["stopPercent"], &source["targetPercents"]), (&json!(2), &json!([1, 3])));
    assert_eq!((&source["maxDistancePercent"], &source["liveSince"]), (&json!(5), &Value::Null));
    assert_eq!(ada.get(SOURCES).await.ok(200)["items"], json!([source]));
    let public = Person::anonymous(&server).get("/v1/pub/strategy/list").await.ok(200);
    assert!(!public.to_string().contains(&text(&made["id"])), "{public}");

    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::PUT, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/webhook")),
        (Method::DELETE, format!("{path}/webhook")),
        (Method::GET, format!("{path}/call")),
    ] {
        eve.send(eve.request(method, &path).json(&json!({}))).await.not_found();
    }
    eve.post(&format!("{path}/test"), json!({"alert": "BTC long"})).await.not_found();

    let rules = ada.put(&path, json!({"maxDistancePercent": 1, "active": false})).await.ok(200);
    assert_eq!((&rules["active"], &rules["maxDistancePercent"]), (&json!(false), &json!(1)));
    assert_eq!(rules["stopPercent"], Value::Null, "the percentages are replaced together");
    let next = ada.post(&format!("{path}/webhook"), json!({})).await.ok(200);
    alert(&server, &token, "text/plain", "BTC long").await.not_found();
    assert_eq!(ada.delete(&format!("{path}/webhook"), None).await.status, 204);
    alert(&server, &text(&next["token"]), "text/plain", "BTC long").await.not_found();
    assert_eq!(ada.delete(&path, None).await.status, 204);
    ada.get(&path).await.not_found();
}

async fn alerts_of_an_own_source(db: &TestDb) {
    let server = TestServer::open(db).await;
    server.price("BTC/USDT", "10000").await;
    let ada = Person::sign_up(&server, "ada").await;
    let made = ada.post(SOURCES, json!({"name": "Mine", "symbol": "BTC/USDT"})).await.ok(200);
    let (path, token) = (format!("{SOURCES}/{}", text(&made["id"])), text(&made["token"]));

    let missing = alert(&server, &token, "text/plain; charset=utf-8", "BTC long").await;
    missing.problem("stop", "is required");
    let other = alert(&server, &token, "text/plain", "ETH long SL 9000").await;
    other.problem("ticker", "must be the market of the signal source");
    let bot = r#"{"secret":"hunter2","max_lag":"300","tv_instrument":"BTCUSDT.P","action":"enter_long","stop":9000}"#;
    assert_eq!(alert(&server, &token, "application/json", bot).await.ok(200)["repeated"], json!(false));
    let tested = ada.post(&format!("{path}/test"), json!({"alert": "BTC short SL 9000"})).await.ok(200);
    assert_eq!(tested, json!({"verdict": "REFUSED", "reason": "BAD_STOP"}));

    let calls = ada.get(&format!("{path}/call")).await;
    assert!(!calls.text.contains("hunter2"), "{}", calls.text);
    let calls = calls.ok(200);
    let calls = calls["items"].as_array().unwrap();
    let with = |field: &str, value: &str| calls.iter().filter(|call| call[field] == json!(value)).count();
    assert_eq!((calls.len(), with("verdict", "REFUSED"), with("verdict", "ACCEPTED")), (4, 3, 1));
    assert_eq!(
        (with("reason", "NO_STOP"), with("reason", "OTHER_MARKET"), with("reason", "BAD_STOP")),
        (1, 1, 1)
    );
    assert_eq!(calls.iter().filter(|call| call["signalId"].is_string()).count(), 1);
}

async fn an_admin_makes_a_source_public(db: &TestDb) {
    let server = TestServer::open(db).await;
    server.price("BTC/USDT", "10000").await;
    let (ada, boss) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "boss").await);
    service::identity::account::make_admin(&server.desk, "boss@example.org").await.unwrap();
    let made = ada.post(SOURCES, json!({"name": "Mine", "symbol": "BTC/USDT"})).await.ok(200);
    let (id, path) = (text(&made["id"]), format!("{SOURCES}/{}", text(&made["id"])));
    let (ask, decide) = (format!("{path}/approval"), format!("/v1/admin/strategy/{id}/approval"));
    let public = async || Person::anonymous(&server).get("/v1/pub/strategy/list").await.ok(200).to_string();
    let requests = async || boss.get("/v1/admin/source/approval").await.ok(200)["items"].clone();

    boss.post(&decide, json!({"decision": "APPROVE"})).await.not_found();
    boss.post(&ask, json!({})).await.not_found();
    assert!(ada.post(&ask, json!({})).await.ok(200)["approvalRequestedAt"].is_string());
    let problem = "must be private and without an open request";
    ada.post(&ask, json!({})).await.problem("visibility", problem);
    assert_eq!(ada.delete(&ask, None).await.ok(200)["approvalRequestedAt"], Value::Null);
    ada.delete(&ask, None).await.not_found();
    ada.post(&ask, json!({})).await.ok(200);
    let listed = requests().await;
    assert_eq!((&listed[0]["id"], &listed[0]["owner"]), (&json!(id), &json!("ada@example.org")));
    assert_eq!(ada.get("/v1/admin/source/approval").await.status, 403);
    assert_eq!(ada.post(&decide, json!({"decision": "APPROVE"})).await.status, 403);
    boss.post(&decide, json!({"decision": "PERHAPS"}))
        .await
        .problem("decision", "must be one of the listed values");
    assert_eq!(boss.post(&decide, json!({"decision": "REJECT"})).await.status, 204);
    assert_eq!((requests().await, public().await.contains(&id)), (json!([]), false));

    ada.post(&ask, json!({})).await.ok(200);
    assert_eq!(boss.post(&decide, json!({"decision": "APPROVE"})).await.status, 204);
    let source = ada.get(&path).await.ok(200);
    assert_eq!((&source["visibility"], &source["approvalRequestedAt"]), (&json!("APPROVED"), &Value::Null));
    assert!(source["liveSince"].is_string(), "it is live since its approval: {source}");
    assert!(public().await.contains(&id));
    ada.post(&ask, json!({})).await.problem("visibility", problem);
    boss.post(&decide, json!({"decision": "REJECT"})).await.not_found();
    assert_eq!(boss.post(&decide, json!({"decision": "REVOKE"})).await.status, 204);
    assert!(!public().await.contains(&id));
}

store::each_engine!(the_life_of_an_own_source, alerts_of_an_own_source, an_admin_makes_a_source_public);

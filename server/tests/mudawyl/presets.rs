//! Presets of the ticket.

use super::NOBODYS;
use crate::common::{Person, TestServer};
use reqwest::Method;
use serde_json::{Value, json};
use store::testing::TestDb;

const PRESETS: &str = "/v1/priv/trade/preset";

pub(crate) async fn presets_are_saved_by_name(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (ada, eve) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "eve").await);
    assert_eq!(ada.get(PRESETS).await.ok(200), json!({"items": []}));
    let body = json!({
        "name": " Swing ", "riskPercent": 1.5, "stopPercent": "2", "takeProfitPercents": [3, 6.5],
        "takeProfitShares": [0.7, 0.3], "leverage": 10,
    });
    let saved = ada.post(PRESETS, body.clone()).await.ok(200);
    let id = saved["id"].clone();
    let swing = json!({
        "id": id, "name": "Swing", "amount": null, "riskPercent": 1.5, "stopPercent": 2,
        "takeProfitPercents": [3, 6.5], "takeProfitShares": [0.7, 0.3], "leverage": 10,
    });
    assert_eq!(saved, swing);
    let replaced = ada.post(PRESETS, json!({"name": "Swing", "amount": 0.05})).await.ok(200);
    assert_eq!((&replaced["id"], &replaced["amount"]), (&id, &json!(0.05)));
    assert_eq!(replaced["takeProfitPercents"], json!([]), "all of it is replaced");
    assert_eq!(replaced["takeProfitShares"], json!([]));
    assert_eq!(ada.get(PRESETS).await.ok(200), json!({"items": [replaced]}));
    assert_eq!(eve.get(PRESETS).await.ok(200), json!({"items": []}));

    let path = |id: &Value| format!("{PRESETS}/{}", id.as_str().unwrap());
    assert_eq!(eve.send(eve.request(Method::DELETE, &path(&id))).await.status, 404, "another's");
    assert_eq!(ada.send(ada.request(Method::DELETE, &path(&json!(NOBODYS)))).await.status, 404);
    assert_eq!(ada.send(ada.request(Method::DELETE, &path(&id))).await.status, 204);
    assert_eq!(ada.get(PRESETS).await.ok(200), json!({"items": []}));
}

pub(crate) async fn a_user_has_so_many_presets(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let save = async |body: Value| ada.post(PRESETS, body).await;
    for number in 0..20 {
        save(json!({"name": format!("Preset {number}"), "amount": 1})).await.ok(200);
    }
    save(json!({"name": "One more", "amount": 1})).await.problem("name", "are too many");
    save(json!({"name": "Preset 7", "amount": 2})).await.ok(200);
    let bad = [
        (json!({"amount": 1}), "name", "is required"),
        (json!({"name": "x"}), "amount", "is required"),
        (json!({"name": "x", "amount": 0}), "amount", "must be greater than 0"),
        (json!({"name": "x", "amount": 1, "riskPercent": 1}), "riskPercent", "contradicts another field"),
        (json!({"name": "x", "riskPercent": 101}), "riskPercent", "must be greater than 0 and at most 100"),
        (json!({"name": "x", "amount": 1, "stopPercent": -2}), "stopPercent", "must be greater than 0"),
        (
            json!({"name": "x", "amount": 1, "takeProfitPercents": "3"}),
            "takeProfitPercents",
            "must be number",
        ),
        (
            json!({"name": "x", "amount": 1, "takeProfitPercents": [3, 6], "takeProfitShares": [1]}),
            "takeProfitShares",
            "contradicts another field",
        ),
        (
            json!({"name": "x", "amount": 1, "takeProfitPercents": [3, 6], "takeProfitShares": [0.7, 0.7]}),
            "takeProfitShares",
            "must add up to at most 1",
        ),
        (json!({"name": "x", "amount": 1, "leverage": 126}), "leverage", "must be integer between 1 and 125"),
    ];
    for (body, field, words) in bad {
        save(body).await.problem(field, words);
    }
}

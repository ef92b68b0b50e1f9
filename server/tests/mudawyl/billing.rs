//! Paid plans over HTTP: every example of the document, and the provider's messages.

use crate::{
    common::{HttpAnswer, Person, TestServer, shape::same},
    example,
};
use reqwest::Method;
use serde_json::{Value, json};
use service::platform::settings::{Mode, Settings};
use store::testing::TestDb;

const BASE: &str = "/v1/priv/account/subscription";
const BASIC: &str = "336e0577-784d-4482-8a37-46649118aa51";
const ADVANCED: &str = "eedb6709-40be-4425-bc8c-3f27b0f16606";
const EXPERT: &str = "00000000-0000-7000-8000-000000000002";

store::each_engine!(
    the_life_of_a_subscription,
    plan_changes_that_are_rejected,
    a_message_counts_once_and_only_when_signed,
    the_operator_gives_a_plan,
    plans_that_are_not_for_sale,
);

/// Pays on a checkout page, as a browser does.
async fn pay(url: &str, card: &str) -> u16 {
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let answer = http.build().unwrap().post(url).form(&[("card", card)]).send().await.unwrap();
    answer.status().as_u16()
}

/// Delivers the provider's messages to the desk.
async fn deliver_events(server: &TestServer) {
    while server.checkout.beat().await.unwrap() > 0 {}
}

async fn checkout(person: &Person, plan: &str) -> HttpAnswer {
    person.post(&format!("{BASE}/stripe/checkout"), json!({"subscriptionId": plan})).await
}

async fn the_life_of_a_subscription(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    assert_eq!(ada.get(BASE).await.text, "null");
    assert_eq!(ada.get(&format!("{BASE}/stripe")).await.text, "null");
    assert_eq!(ada.get(&format!("{BASE}/stripe/billing/history")).await.text, "[]");

    let opened = checkout(&ada, BASIC).await.ok(200);
    same(&opened, &example!("checkout"));
    assert_eq!(opened["cancelUrl"], format!("{}/plans", server.base));
    assert_eq!(checkout(&ada, BASIC).await.ok(200), opened, "the same page while it can be paid at");
    assert_eq!(pay(opened["url"].as_str().unwrap(), "pays").await, 303);
    assert_eq!(ada.get(BASE).await.text, "null", "paying is not the provider's word");
    deliver_events(&server).await;

    let held = ada.get(BASE).await.ok(200);
    same(&held, &example!("subscription"));
    assert_eq!((&held["paymentType"], &held["SubscriptionType"]["id"]), (&json!("STRIPE"), &json!(BASIC)));
    assert_eq!(held["SubscriptionType"]["maxApiKey"], 2, "the plan's own limits, also in sandbox mode");
    let subscription = ada.get(&format!("{BASE}/stripe")).await.ok(200);
    same(&subscription, &example!("stripe_subscription"));
    let expected = json!({"amount": 2000, "currency": "usd", "interval": "month", "trialPeriodDays": null});
    assert_eq!(subscription["plan"], expected);

    let ending = ada.put(&format!("{BASE}/stripe"), json!({"cancelAtPeriodEnd": true})).await.ok(200);
    same(&ending, &example!("stripe_subscription"));
    assert_eq!(ending["cancelAt"], subscription["currentPeriodEnd"]);
    let both = json!({"cancelAtPeriodEnd": "false", "subscriptionId": ADVANCED});
    let changed = ada.put(&format!("{BASE}/stripe"), both).await.ok(200);
    assert_eq!((&changed["cancelAt"], &changed["plan"]["amount"]), (&Value::Null, &json!(4000)));
    assert_eq!(
        ada.put(&format!("{BASE}/stripe"), json!({})).await.ok(200),
        changed,
        "nothing changes nothing"
    );

    let paid = ada.get(&format!("{BASE}/stripe/billing/history")).await.ok(200);
    same(&paid, &example!("billing_history"));
    let amounts: Vec<_> =
        paid.as_array().unwrap().iter().map(|i| i["amountPaid"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [2000, 2000]);
    let page = reqwest::Client::builder().no_proxy().build().unwrap();
    let page = page.get(paid[0]["hostedUrl"].as_str().unwrap()).send().await.unwrap();
    assert!(page.status() == 200 && page.text().await.unwrap().contains("Paid"));
    checkout(&ada, BASIC).await.refused("3109");

    let eve = Person::sign_up(&server, "eve").await;
    assert_eq!(eve.get(&format!("{BASE}/stripe")).await.text, "null", "another's is not shown");
}

async fn plan_changes_that_are_rejected(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let unknown = checkout(&ada, "eefffe05-5d1d-4be8-a300-20c7c39c9fee").await;
    assert_eq!(unknown.ok(422), example!("subscription_422"));
    let unknown = json!({"subscriptionId": "eefffe05-5d1d-4be8-a300-20c7c39c9fee"});
    assert_eq!(ada.put(&format!("{BASE}/stripe"), unknown).await.ok(422), example!("subscription_422"));
    let private = checkout(&ada, EXPERT).await;
    assert_eq!(
        (private.status, private.text.as_str()),
        (433, r#"{"error":"invalid subscription type (2100)"}"#)
    );
    let none = ada.put(&format!("{BASE}/stripe"), json!({"cancelAtPeriodEnd": true})).await;
    let text = r#"{"error":"active stripe subscription does not exist (3104)"}"#;
    assert_eq!((none.status, none.text.as_str()), (433, text));
    let (missing, unusable) = ("is required", "must be valid subscription id");
    for (bad, why) in [
        (json!({}), missing),
        (json!({"subscriptionId": ""}), missing),
        (json!({"subscriptionId": 7}), unusable),
        (json!({"subscriptionId": [BASIC]}), unusable),
    ] {
        ada.post(&format!("{BASE}/stripe/checkout"), bad).await.problem("subscriptionId", why);
    }
    let bad = json!({"cancelAtPeriodEnd": "perhaps", "subscriptionId": "x"});
    let errors = ada.put(&format!("{BASE}/stripe"), bad).await.ok(422);
    assert_eq!(errors["errors"].as_array().unwrap().len(), 2);
    let bad = json!({"cancelAtPeriodEnd": "x", "subscriptionId": "eefffe05-5d1d-4be8-a300-20c7c39c9fee"});
    let errors = ada.put(&format!("{BASE}/stripe"), bad).await.ok(422);
    let named: Vec<_> = errors["errors"].as_array().unwrap().iter().map(|e| e["param"].clone()).collect();
    assert_eq!(named, ["cancelAtPeriodEnd", "subscriptionId"], "also what had to be looked up");
    let opened = checkout(&ada, BASIC).await.ok(200);
    assert_eq!(pay(opened["url"].as_str().unwrap(), "declined").await, 402);
    assert_eq!(pay(opened["url"].as_str().unwrap(), "pays_once").await, 303);
    let exists = checkout(&ada, BASIC).await;
    let text = r#"{"error":"active stripe subscription already exist (3109)"}"#;
    assert_eq!((exists.status, exists.text.as_str()), (433, text));
    ada.put(&format!("{BASE}/stripe"), json!({"subscriptionId": ADVANCED})).await.refused("3102");
}

async fn a_message_counts_once_and_only_when_signed(db: &TestDb) {
    let server = TestServer::open(db).await;
    let anyone = Person::anonymous(&server);
    let body = r#"{"id":"evt_1","object":"event"}"#;
    for signature in [None, Some("t=1,v1=00"), Some("nonsense"), Some("t=1767225600,v1=00")] {
        let request = anyone.request(Method::POST, "/v1/hook/stripe").body(body);
        let request = signature.into_iter().fold(request, |r, s| r.header("stripe-signature", s));
        let answer = anyone.send(request).await;
        assert_eq!((answer.status, answer.text.as_str()), (403, r#"{"message":"forbidden"}"#));
    }
    let huge = anyone.request(Method::POST, "/v1/hook/stripe").body(vec![b' '; 70_000]);
    assert_eq!(anyone.send(huge).await.status, 413);
}

async fn the_operator_gives_a_plan(db: &TestDb) {
    let server = TestServer::with(
        db,
        Settings { mode: Mode::Live, allow_unrestricted_keys: true, ..Settings::default() },
    )
    .await;
    let (ada, root) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "root").await);
    let give = |plan: &str| json!({"email": "ada@example.org", "plan": plan});
    assert_eq!(ada.put("/v1/admin/user/plan", give("EXPERT")).await.status, 403);
    service::identity::account::make_admin(&server.desk, "root@example.org").await.unwrap();
    let given = root.put("/v1/admin/user/plan", give("EXPERT")).await.ok(200);
    assert_eq!(given, json!({"email": "ada@example.org", "plan": "EXPERT"}));
    let held = ada.get(BASE).await.ok(200);
    same(&held, &example!("subscription"));
    assert_eq!((&held["paymentType"], &held["SubscriptionType"]["id"]), (&json!("MANUAL"), &json!(EXPERT)));
    root.put("/v1/admin/user/plan", give("GOLD")).await.problem("plan", "must be valid subscription id");
    let nobody = json!({"email": "nobody@example.org", "plan": "EXPERT"});
    root.put("/v1/admin/user/plan", nobody).await.not_found();
    root.put("/v1/admin/user/plan", give("FREE")).await.ok(200);
    assert_eq!(ada.get(BASE).await.text, "null");
}

async fn plans_that_are_not_for_sale(db: &TestDb) {
    let server = TestServer::unpaid(
        db,
        Settings { mode: Mode::Live, allow_unrestricted_keys: true, ..Settings::default() },
    )
    .await;
    let ada = Person::sign_up(&server, "ada").await;
    checkout(&ada, BASIC).await.refused("2100");
    ada.put(&format!("{BASE}/stripe"), json!({"cancelAtPeriodEnd": true})).await.refused("3104");
    assert_eq!(ada.get(&format!("{BASE}/stripe/billing/history")).await.text, "[]");
    let hook = ada.request(Method::POST, "/v1/hook/stripe").body("{}");
    assert_eq!(ada.send(hook).await.status, 404);
}

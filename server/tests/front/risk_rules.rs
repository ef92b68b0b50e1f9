//! The page of risk rules, without scripts.

use super::call::{ADA, Front, FullResponse, PASSWORD};
use axum::http::{StatusCode, header};
use domain::{
    Decimal, UserId,
    risk_rule::{RiskRule, Trip},
};
use service::{Origin, identity::session};
use store::{
    risk_rule::{self, OwnedRule},
    testing::TestDb,
};

store::each_engine!(a_rule_is_previewed_added_changed_and_removed, a_tripped_rule_is_resumed_on_its_page);

async fn sign_up(front: &Front) -> (String, UserId) {
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let cookie = front.post_form("/api/sign-up", &form, &[]).await.cookie();
    let (origin, token) = (Origin::new([127, 0, 0, 1].into(), ""), cookie.split_once('=').unwrap().1);
    let user = session::find(&front.desk, token, &origin).await.unwrap().unwrap().user;
    (cookie, user)
}

/// Posts a form and follows the redirect; returns the page.
async fn post(front: &Front, cookie: &str, form: &str, body: &str) -> FullResponse {
    let posted = front.post_form(form, body, &[("cookie", cookie)]).await;
    assert_eq!(posted.status, StatusCode::SEE_OTHER, "{}", posted.text);
    front.get(posted.header(header::LOCATION), &[("cookie", cookie)]).await
}

async fn rules(front: &Front, user: UserId) -> Vec<RiskRule> {
    risk_rule::list_by_user(&front.desk.db, user).await.unwrap()
}

const OF_ALL: &str = "scope=PERSON&kind=DAY_LOSS&threshold=50&coolDownHours=&action=FLATTEN";

async fn a_rule_is_previewed_added_changed_and_removed(db: &TestDb) {
    let front = Front::new(db);
    let (ada, user) = sign_up(&front).await;
    let empty = front.get("/rules", &[("cookie", &ada)]).await;
    assert!(empty.status == StatusCode::OK && empty.text.contains("No rules yet."), "{}", empty.text);
    let preview = front.get(&format!("/rules?preview=1&{OF_ALL}"), &[("cookie", &ada)]).await;
    assert!(preview.text.contains("There are no copied trades in this time"), "{}", preview.text);
    let bad = front.get("/rules?preview=1&scope=KEY:1&kind=DAY_LOSS&threshold=x", &[("cookie", &ada)]).await;
    assert_eq!(bad.status, StatusCode::OK);
    for field in ["new--scope-problem", "new--threshold-problem", "new--action-problem"] {
        assert!(bad.text.contains(field), "{field}: {}", bad.text);
    }

    let streak = "scope=PERSON&kind=LOSS_STREAK&threshold=3&coolDownHours=&action=FLATTEN";
    let refused = post(&front, &ada, "/api/risk-rule-create", streak).await;
    assert!(refused.text.contains("This kind of rule can only stop entries."), "{}", refused.text);
    assert!(rules(&front, user).await.is_empty());
    let added = post(&front, &ada, "/api/risk-rule-create", OF_ALL).await;
    assert!(added.text.contains("Risk rules saved.") && added.text.contains("50.00 USD"), "{}", added.text);
    let again = post(&front, &ada, "/api/risk-rule-create", OF_ALL).await;
    assert!(again.text.contains("a rule of this kind with this action already"), "{}", again.text);

    let id = rules(&front, user).await[0].id;
    let change = |threshold: &str| format!("id={id}&threshold={threshold}&action=STOP_ENTRIES");
    let wrong = post(&front, &ada, "/api/risk-rule-change", &change("0")).await;
    assert!(wrong.text.contains(&format!("change-{id}-threshold-problem")), "{}", wrong.text);
    let changed = post(&front, &ada, "/api/risk-rule-change", &change("70")).await;
    assert!(
        changed.text.contains("70.00 USD") && changed.text.contains("Stop new entries"),
        "{}",
        changed.text
    );
    let removed = post(&front, &ada, "/api/risk-rule-remove", &format!("id={id}")).await;
    assert!(removed.text.contains("No rules yet."), "{}", removed.text);
}

async fn a_tripped_rule_is_resumed_on_its_page(db: &TestDb) {
    let front = Front::new(db);
    let (ada, user) = sign_up(&front).await;
    post(&front, &ada, "/api/risk-rule-create", OF_ALL).await;
    let rule = rules(&front, user).await[0];
    let now = front.desk.clock.now();
    let first = Some((now.plus(-6_000_000), Decimal::from(55)));
    let trip = Trip { at: now, until: None, seen: Decimal::from(61), first, closing: true };
    let mut tx = front.desk.db.begin().await.unwrap();
    assert!(risk_rule::trip_rule(&mut tx, &OwnedRule { user_id: user, rule }, &trip).await.unwrap());
    tx.commit().await.unwrap();
    let page = front.get("/rules", &[("cookie", &ada)]).await;
    for text in ["Reached", "Closing positions", "61.00 USD", "55.00 USD", "until you resume"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let follows = front.get("/follows", &[("cookie", &ada)]).await;
    assert!(follows.text.contains("data-testid=\"rule-tripped\""), "{}", follows.text);
    let resumed = post(&front, &ada, "/api/risk-rule-resume", &format!("id={}", rule.id)).await;
    assert!(resumed.text.contains("Risk rule resumed."), "{}", resumed.text);
    assert!(!resumed.text.contains("until you resume"), "{}", resumed.text);
}

//! The pages of private signal sources, without scripts.

use super::call::{ADA, Front, FullResponse, PASSWORD};
use axum::http::{StatusCode, header};
use domain::{
    Decimal, ExchangeId, StrategyId,
    own_source::{SourceRules, Visibility},
};
use service::{Origin, identity::session};
use store::{DecimalText, Targets, own_source::OwnSource, strategy::Strategy, testing::TestDb};
use uuid::Uuid;

store::each_engine!(
    a_source_is_managed_and_tested_on_its_page,
    a_new_source_needs_a_name_and_numbers,
    admins_see_whose_source_it_is,
);

const SOURCE: StrategyId = StrategyId(Uuid::from_u128(500));

async fn sign_up(front: &Front, email: &str) -> String {
    let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
    front.post_form("/api/sign-up", &form, &[]).await.cookie()
}

/// Posts a form and follows the redirect; returns the page.
async fn post(front: &Front, cookie: &str, form: &str, body: &str) -> FullResponse {
    let posted = front.post_form(form, body, &[("cookie", cookie)]).await;
    assert_eq!(posted.status, StatusCode::SEE_OTHER, "{}", posted.text);
    front.get(posted.header(header::LOCATION), &[("cookie", cookie)]).await
}

/// Gives a signed-in user a source; there is no exchange at which its market could be found.
async fn give_source(front: &Front, cookie: &str) {
    let (origin, token) = (Origin::new([127, 0, 0, 1].into(), ""), cookie.split_once('=').unwrap().1);
    let owner = session::find(&front.desk, token, &origin).await.unwrap().unwrap().user;
    let (now, rules) = (front.desk.clock.now(), SourceRules::default());
    let strategy = Strategy {
        id: SOURCE,
        name: "Alerts #00AAFF".into(),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: "BTC/USDT".parse().unwrap(),
        timeframe_s: 3_600,
        definition: None,
        active: true,
        position: 1,
        created_at: now,
        updated_at: now,
    };
    let source = OwnSource {
        strategy_id: SOURCE,
        user_id: owner,
        visibility: Visibility::Private,
        stop_percent: None,
        target_percents: Targets::of(&rules.target_percents).unwrap(),
        max_distance_percent: DecimalText(Decimal::from(5)),
        live_since: None,
        created_at: now,
        removed_at: None,
    };
    let mut tx = front.desk.db.begin().await.unwrap();
    store::strategy::insert(&mut tx, &strategy).await.unwrap();
    store::own_source::insert_source(&mut tx, &source).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_source_is_managed_and_tested_on_its_page(db: &TestDb) {
    let front = Front::new(db);
    let (ada, eve) = (sign_up(&front, ADA).await, sign_up(&front, "eve@example.org").await);
    let empty = front.get("/strategies/own", &[("cookie", &ada)]).await;
    assert!(empty.text.contains("No signal sources yet"), "{}", empty.text);
    give_source(&front, &ada).await;
    let page = format!("/strategies/own/{SOURCE}");
    let shown = front.get(&page, &[("cookie", &ada)]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("Alerts #00AAFF") && shown.text.contains("No calls yet."), "{}", shown.text);
    assert!(!shown.text.contains("data-testid=\"hook-address\""), "{}", shown.text);
    assert!(shown.text.contains("{{strategy.order.action}}"), "a partial exit is no entry: {}", shown.text);
    for path in [page.clone(), format!("/strategies/{SOURCE}"), format!("/strategies/{SOURCE}/follow")] {
        assert_eq!(front.get(&path, &[("cookie", &eve)]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!front.get("/strategies", &[("cookie", &eve)]).await.text.contains("Alerts #00AAFF"));

    let id = format!("id={SOURCE}");
    let made = post(&front, &ada, "/api/own-source-rotate", &id).await.text;
    assert!(made.contains("data-testid=\"hook-address\"") && made.contains("/v1/hook/strategy/"), "{made}");
    let again = front.get(&page, &[("cookie", &ada)]).await.text;
    assert!(!again.contains("data-testid=\"hook-address\"") && again.contains("Revoke webhook"), "{again}");
    let tested = post(&front, &ada, "/api/own-source-test", &format!("{id}&alert=ETH+long")).await.text;
    assert!(tested.contains("Rejected (test, no order placed)"), "{tested}");
    assert!(tested.contains("The alert is about another market than this source."), "{tested}");
    let saved = format!("{id}&stopPercent=2&targetPercents=1+3&maxDistancePercent=");
    let saved = post(&front, &ada, "/api/own-source-rules", &saved).await.text;
    assert!(
        saved.contains("value=\"1 3\"") && saved.contains("Signal source Alerts #00AAFF saved."),
        "{saved}"
    );
    let paused = post(&front, &ada, "/api/own-source-active", &format!("{id}&active=false")).await.text;
    assert!(paused.contains("Resume source"), "{paused}");

    for form in ["rotate", "revoke", "remove", "test", "rules"] {
        let endpoint = format!("/api/own-source-{form}");
        front.post_form(&endpoint, &format!("{id}&alert=x"), &[("cookie", &eve)]).await;
    }
    let kept = front.get(&page, &[("cookie", &ada)]).await.text;
    assert!(
        kept.contains("Revoke webhook") && kept.contains("value=\"1 3\""),
        "no other user changes it: {kept}"
    );
    assert_eq!(kept.matches("data-testid=\"source-call\"").count(), 1);
    post(&front, &ada, "/api/own-source-remove", &id).await;
    assert_eq!(front.get(&page, &[("cookie", &ada)]).await.status, StatusCode::NOT_FOUND);
}

async fn a_new_source_needs_a_name_and_numbers(db: &TestDb) {
    let front = Front::new(db);
    let ada = sign_up(&front, ADA).await;
    let body = "name=&symbol=nothing&stopPercent=two&targetPercents=1&maxDistancePercent=5";
    let shown = post(&front, &ada, "/api/own-source-create", body).await.text;
    assert!(shown.contains("value=\"nothing\"") && shown.contains("value=\"two\""), "{shown}");
    assert_eq!(shown.matches("aria-invalid=\"true\"").count(), 2, "{shown}");
}

async fn admins_see_whose_source_it_is(db: &TestDb) {
    let front = Front::new(db);
    give_source(&front, &sign_up(&front, ADA).await).await;
    let (_, admin) = front.admin().await;
    let shown = front.get("/admin/strategies", &[("cookie", &admin)]).await.text;
    assert!(shown.contains("Private, owner ada@example.org"), "{shown}");
}

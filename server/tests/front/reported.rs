//! Reports and notices on their pages, and the health check.

use super::call::{ADA, Front, PASSWORD};
use axum::http::{StatusCode, header};
use domain::{
    Decimal, Micros, ReportId, UserId,
    live::{LiveEvent, LiveEventKind},
    report::{Drawdown, KeyPart, Period, Report, Trades, Worth},
};
use store::{report::ReportRow, testing::TestDb};
use uuid::Uuid;

store::each_engine!(
    the_bell_counts_until_its_page_is_opened,
    a_report_is_shown_as_a_page_and_as_it_is_mailed,
    health_reports_its_parts,
);

async fn signed_up(front: &Front, email: &str) -> (String, UserId) {
    let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
    let cookie = front.post_form("/api/sign-up", &form, &[]).await.cookie();
    let user = store::user::by_email(&front.desk.db, email).await.unwrap().unwrap().id;
    (cookie, user)
}

async fn the_bell_counts_until_its_page_is_opened(db: &TestDb) {
    let front = Front::new(db);
    let (cookie, user) = signed_up(&front, ADA).await;
    let see = async |path: &str| front.get(path, &[("cookie", &cookie)]).await.text;
    let unread = |page: &str| {
        let count = page.split_once("data-unread=\"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
        count.parse::<usize>().unwrap()
    };
    assert_eq!(unread(&see("/settings").await), 0);
    assert!(see("/notices").await.contains("No activity yet"));
    let key = domain::ExchangeKeyId(Uuid::nil());
    let event =
        LiveEvent { key: Some(key), at: Micros(5), what: LiveEventKind::KeyRefused("<b>Mine</b>".into()) };
    let body = serde_json::to_string(&event).unwrap();
    let mut tx = front.desk.db.begin().await.unwrap();
    for _ in 0..2 {
        store::event::append_event(&mut tx, user, &body, Micros(5)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let before = see("/settings").await;
    assert!(unread(&before) == 2 && before.contains("2 unread"), "{before}");
    let opened = see("/notices").await;
    let sentence = "The exchange rejected the key “&lt;b&gt;Mine&lt;/b&gt;”. It's disabled.";
    assert_eq!(opened.matches(sentence).count(), 2, "{opened}");
    assert_eq!((unread(&opened), unread(&see("/settings").await)), (0, 0), "opening it is reading it");
    let (stranger, _) = signed_up(&front, "eve@example.org").await;
    assert!(!front.get("/notices", &[("cookie", &stranger)]).await.text.contains("Mine"));
}

fn report() -> Report {
    let worth = Worth { start: Decimal::from(1_000), end: Decimal::from(1_250), brought: Decimal::from(50) };
    Report {
        period: Period::Week,
        first_day: "2026-03-02".into(),
        last_day: "2026-03-08".into(),
        zone: "Asia/Riyadh".into(),
        start: Micros(0),
        end: Micros(100),
        total: worth,
        drawdown: Drawdown { usd: Decimal::from(12), percent: Decimal::ONE },
        fees: Decimal::TWO,
        trades: Trades { copied: 1, manual: 2, ended: 2, won: 1 },
        keys: vec![KeyPart { id: domain::ExchangeKeyId(Uuid::nil()), name: "<i>Main</i>".into(), worth }],
        strategies: Vec::new(),
        won: vec![(Micros(0), Decimal::ZERO), (Micros(50), worth.profit())],
    }
}

async fn a_report_is_shown_as_a_page_and_as_it_is_mailed(db: &TestDb) {
    let front = Front::new(db);
    let (cookie, user) = signed_up(&front, ADA).await;
    let (stranger, _) = signed_up(&front, "eve@example.org").await;
    let id = ReportId::mint(&*front.desk.clock, &*front.desk.entropy);
    let get = async |path: &str, cookie: &str| front.get(path, &[("cookie", cookie)]).await;
    let empty = get("/reports", &cookie).await.text;
    assert!(empty.contains("The first one arrives when this week ends: 2026-01-05 00:00 UTC."), "{empty}");
    let row = ReportRow {
        id,
        user_id: user,
        period: Period::Week,
        first_day: "2026-03-02".into(),
        body: serde_json::to_string(&report()).unwrap(),
        created_at: Micros(100),
    };
    let mut tx = front.desk.db.begin().await.unwrap();
    store::report::insert_report(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();

    let list = get("/reports", &cookie).await.text;
    assert!(list.contains(&format!("href=\"/reports/{id}\"")) && list.contains("+200.00"), "{list}");
    let page = get(&format!("/reports/{id}"), &cookie).await;
    assert_eq!(page.status, StatusCode::OK);
    let mailed = get(&format!("/report.html?id={id}"), &cookie).await;
    assert_eq!(mailed.status, StatusCode::OK);
    assert!(mailed.header(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'; style-src"));
    for text in [&page.text, &mailed.text] {
        for part in [
            "2026-03-02 to 2026-03-08 (Asia/Riyadh)",
            "1,250.00",
            "From 0.00 to +200.00",
            "&lt;i&gt;Main&lt;/i&gt;",
            "1 of 2",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("<i>Main"));
    }
    for (path, whose) in [
        (format!("/reports/{id}"), &stranger),
        (format!("/report.html?id={id}"), &stranger),
        ("/reports/nothing".to_owned(), &cookie),
        ("/report.html?id=nothing".to_owned(), &cookie),
        ("/report.html".to_owned(), &cookie),
        ("/report.html?id=so-far".to_owned(), &cookie),
    ] {
        assert_eq!(get(&path, whose).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

async fn health_reports_its_parts(db: &TestDb) {
    let front = Front::new(db);
    let health = front.get_here("/healthz").await.json();
    let statuses: Vec<_> = ["writes", "exchange", "jobs", "orders", "copies", "outbox"]
        .iter()
        .map(|p| &health["parts"][*p]["status"])
        .collect();
    assert_eq!(statuses, ["ok", "degraded", "ok", "ok", "ok", "ok"]);
    assert_eq!(health["parts"]["jobs"]["latest"], serde_json::Value::Null);

    front.desk.db.close().await;
    let gone = Front::new(db).get_here("/healthz").await;
    assert_eq!(gone.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(gone.json()["status"], "down");
    assert_eq!(gone.json()["database"], false);
}

/// No user can sign in, but protection continues: the desk needs attention, and taking it out of a load
/// balancer would gain nothing.
#[tokio::test(flavor = "multi_thread")]
async fn health_reports_a_read_only_database() {
    let db = store::testing::sqlite().await;
    db.execute("pragma query_only = on").await;
    let health = Front::new(&db).get_here("/healthz").await;
    assert_eq!(health.status, StatusCode::OK);
    let health = health.json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(
        (&health["database"], &health["parts"]["writes"]["status"]),
        (&true.into(), &"degraded".into())
    );
}

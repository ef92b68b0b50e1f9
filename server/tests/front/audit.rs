//! The audit log's page: all events, or those of one kind, page by page.

use super::call::{ADA, Front, PASSWORD};
use axum::http::StatusCode;
use service::platform::{
    audit::{self, PAGE},
    settings::Settings,
};
use store::{audit::NewEntry, testing::TestDb};

store::each_engine!(
    the_page_shows_all_events_or_one_kind,
    older_events_are_of_the_same_kind,
    a_changed_log_is_shown_to_admins,
);

const LOG: &str = "/admin/audit";

/// Returns the kinds of the shown events, in their order.
fn events(page: &str) -> Vec<&str> {
    let rows = page.split("data-event=\"").skip(1);
    rows.map(|row| row.split('"').next().unwrap()).collect()
}

async fn shown(front: &Front, cookie: &str, path: &str) -> String {
    let page = front.get(path, &[("cookie", cookie), ("accept", "text/html")]).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    page.text
}

async fn the_page_shows_all_events_or_one_kind(db: &TestDb) {
    let front = Front::new(db);
    let (_, cookie) = front.admin().await;
    front.token(ADA).await;
    let form = format!("email={ADA}&password=wrong+password");
    front.post_form("/api/sign-in", &form, &[]).await;
    let page = shown(&front, &cookie, LOG).await;
    let all = events(&page);
    for kind in ["signed-up", "signed-in", "sign-in-failed"] {
        assert!(all.contains(&kind), "{kind}: {all:?}");
        let some = shown(&front, &cookie, &format!("{LOG}?event={kind}")).await;
        let expected: Vec<_> = all.iter().copied().filter(|event| *event == kind).collect();
        assert_eq!(events(&some), expected, "only {kind}");
    }
    let none = shown(&front, &cookie, &format!("{LOG}?event=no-such-event")).await;
    assert!(events(&none).is_empty() && none.contains("class=\"empty\""), "{none}");
    assert_eq!(
        events(&shown(&front, &cookie, &format!("{LOG}?event=")).await),
        all,
        "an empty filter is none"
    );

    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let trader = front.post_form("/api/sign-in", &form, &[]).await.cookie();
    let page = front.get(LOG, &[("cookie", &trader), ("accept", "text/html")]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "for admins only");
}

async fn older_events_are_of_the_same_kind(db: &TestDb) {
    let front = Front::new(db);
    let (_, cookie) = front.admin().await;
    let mut tx = front.desk.db.begin().await.unwrap();
    for number in 0..=PAGE {
        for action in ["plan-assigned", "client-created"] {
            let entry = NewEntry {
                user_id: None,
                action,
                subject: &number.to_string(),
                detail: "",
                address: "cli",
                client: "",
                at: front.desk.clock.now(),
            };
            store::audit::insert_entry(&mut tx, &entry).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    let first = shown(&front, &cookie, &format!("{LOG}?event=client-created")).await;
    assert_eq!(events(&first), vec!["client-created"; PAGE]);
    let older = first.split("<a ").find(|tag| tag.contains("data-testid=\"older\"")).expect("a link");
    let (_, link) = older.split_once("href=\"").unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let second = shown(&front, &cookie, &link).await;
    assert_eq!(events(&second), ["client-created"]);
    assert!(second.contains(">0<") && !second.contains("data-testid=\"older\""), "{second}");
}

async fn a_changed_log_is_shown_to_admins(db: &TestDb) {
    let folder = tempfile::tempdir().unwrap();
    // A file with another key: the service tests remove seals.
    std::fs::write(folder.path().join("audit-head"), "{}").unwrap();
    let settings = Settings { audit_folder: Some(folder.path().to_owned()), ..Settings::default() };
    let front = Front::with(db, settings);
    let (_, cookie) = front.admin().await;
    assert!(!shown(&front, &cookie, LOG).await.contains("audit-changed"));
    audit::watch(&front.desk).await.unwrap();
    assert!(shown(&front, &cookie, LOG).await.contains("audit-changed"));
    let health = front.get_here("/healthz").await.json();
    assert_eq!(health["parts"]["audit"]["status"], "degraded");
}

//! Maintenance mode.

use super::call::{ADA, Front, PASSWORD, request};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::time::SECOND;
use serde_json::{Value, json};
use service::identity::maintenance;
use store::testing::TestDb;

store::each_engine!(
    api_clients_get_their_surfaces_error_format,
    users_see_a_page_and_admins_continue,
    the_reference_stays_open,
    every_instance_applies_it,
    only_the_admin_switches,
    the_admins_page_switches_without_a_script,
);

const SWITCH: &str = "/v1/admin/maintenance";

async fn api_clients_get_their_surfaces_error_format(db: &TestDb) {
    let front = Front::new(db);
    let (admin, _) = front.admin().await;
    let closed = json!({ "on": true, "message": " Back at 14:00 UTC. " });
    let answer = front.send(Method::PUT, SWITCH, &admin, &closed).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let expected =
        json!({ "on": true, "since": "2026-01-01T00:00:00.000Z", "message": "Back at 14:00 UTC." });
    assert_eq!(answer.json(), expected);
    for (path, field, value) in [
        ("/v1/pub/subscription/list", "message", json!("Back at 14:00 UTC.")),
        ("/v1/priv/account/exchange/key/list", "message", json!("Back at 14:00 UTC.")),
        ("/ver1/accounts", "error", Value::Null),
        ("/public/api/ver1/accounts", "error", Value::Null),
        ("/api/v1/accounts", "error", Value::Null),
        ("/v2/accounts/current", "error_code", Value::Null),
    ] {
        let answer = front.get(path, &[("authorization", &admin)]).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(answer.header(header::RETRY_AFTER), "60", "{path}");
        let reported = answer.json();
        assert!(
            !reported[field].is_null() && (value.is_null() || reported[field] == value),
            "{path}: {reported}"
        );
    }
    // Routes that an admin or monitoring needs stay open.
    let credentials = json!({ "email": "admin@example.org", "password": PASSWORD });
    assert_eq!(front.post_json("/v1/auth/sign-in", &credentials).await.status, StatusCode::OK);
    assert_eq!(front.post_json("/v1/auth/sign-up", &credentials).await.status.as_u16(), 503);
    let hook = front.post_json(&format!("/v1/hook/strategy/{}", "a".repeat(43)), &json!({})).await;
    assert_ne!(hook.status, StatusCode::SERVICE_UNAVAILABLE, "an exit is not sent again");
    let health = front.get_here("/healthz").await;
    assert_eq!((health.status, &health.json()["maintenance"]), (StatusCode::OK, &json!(true)));
    let opened = front.send(Method::PUT, SWITCH, &admin, &json!({ "on": false })).await;
    assert_eq!(opened.json(), json!({ "on": false, "since": null, "message": null }));
    assert_eq!(front.get("/v1/pub/subscription/list", &[]).await.status, StatusCode::OK);
}

async fn users_see_a_page_and_admins_continue(db: &TestDb) {
    let front = Front::new(db);
    let (_, cookie) = front.admin().await;
    front.token(ADA).await;
    maintenance::command(&front.desk, true, "<b>soon</b>").await.unwrap();
    for path in ["/", "/sign-up", "/strategies", "/maintenance"] {
        let page = front.get(path, &[("accept", "text/html")]).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(page.header(header::RETRY_AFTER), "60", "{path}");
        assert!(
            page.text.contains("&lt;b&gt;soon&lt;/b&gt;") && page.text.contains("<main"),
            "{}",
            page.text
        );
    }
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let posted = front.post_form("/api/sign-up", &form, &[]).await;
    assert_eq!(posted.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(posted.text.contains("<main"), "a browser's own post sees the page");
    let script =
        request(Method::POST, "/api/bars", &[("content-type", "application/json")], Body::from("{}"));
    let script = front.call(script).await;
    assert_eq!((script.status.as_u16(), &script.json()["refusal"]), (503, &json!("closed")));
    for path in ["/sign-in", "/robots.txt", "/healthz"] {
        assert_eq!(front.get(path, &[]).await.status, StatusCode::OK, "{path}");
    }
    let own = front.get("/admin/maintenance", &[("cookie", &cookie)]).await;
    assert_eq!(own.status, StatusCode::OK);
    for path in ["/admin/maintenance", "/dashboard", "/strategies", "/nowhere"] {
        let page = front.get(path, &[("cookie", &cookie)]).await;
        assert_ne!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(page.text.contains("closed-banner"), "{path}: {}", page.text);
    }
    let trader = front.post_form("/api/sign-in", &form, &[]).await;
    assert_eq!(trader.status, StatusCode::SEE_OTHER, "signing in stays open: {}", trader.text);
    let trader = front.get("/dashboard", &[("cookie", &trader.cookie())]).await;
    assert_eq!(trader.status, StatusCode::SERVICE_UNAVAILABLE, "for the admin only");
    assert!(trader.text.contains(">2026-01-01 00:00<") && trader.text.contains(" UTC."), "{}", trader.text);
    maintenance::command(&front.desk, false, "").await.unwrap();
    assert_eq!(front.get("/", &[]).await.status, StatusCode::OK);
    assert!(!front.get("/dashboard", &[("cookie", &cookie)]).await.text.contains("closed-banner"));
    assert_eq!(front.get("/maintenance", &[]).await.status, StatusCode::OK);
}

/// Programs are written and fixed while the desk is closed.
async fn the_reference_stays_open(db: &TestDb) {
    let front = Front::new(db);
    let open = front.get("/docs", &[("accept", "text/html")]).await;
    maintenance::command(&front.desk, true, "Moving house").await.unwrap();
    let page = front.get("/docs", &[("accept", "text/html")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let operations = |text: &str| text.matches("data-testid=\"operation\"").count();
    assert!(operations(&open.text) > 50);
    assert_eq!(operations(&page.text), operations(&open.text));
    let document = front.get("/openapi.json", &[]).await;
    assert_eq!((document.status, &document.json()["openapi"]), (StatusCode::OK, &json!("3.1.0")));
    // The operations themselves are closed.
    let list = front.get("/v1/pub/subscription/list", &[]).await;
    assert_eq!(list.json(), json!({ "message": "Moving house" }));
}

async fn every_instance_applies_it(db: &TestDb) {
    let (one, two) = (Front::new(db), Front::new(db));
    let list = "/v1/pub/subscription/list";
    assert_eq!(two.get(list, &[]).await.status, StatusCode::OK);
    maintenance::command(&one.desk, true, "").await.unwrap();
    assert_eq!(one.get(list, &[]).await.json(), json!({ "message": "down for maintenance" }));
    two.clock.advance(SECOND);
    assert_eq!(two.get(list, &[]).await.status, StatusCode::SERVICE_UNAVAILABLE);
    // As if another process had ended maintenance mode.
    db.execute("delete from switches where name = 'maintenance'").await;
    for front in [&one, &two] {
        front.clock.advance(SECOND);
        assert_eq!(front.get(list, &[]).await.status, StatusCode::OK);
    }
}

async fn only_the_admin_switches(db: &TestDb) {
    let front = Front::new(db);
    let (admin, _) = front.admin().await;
    let trader = front.token(ADA).await;
    let on = json!({ "on": true });
    assert_eq!(front.send(Method::PUT, SWITCH, &trader, &on).await.status, StatusCode::FORBIDDEN);
    assert_eq!(front.send(Method::GET, SWITCH, &trader, &on).await.status, StatusCode::FORBIDDEN);
    for (body, field) in [
        (json!({}), "on"),
        (json!({ "on": "perhaps" }), "on"),
        (json!({ "on": true, "message": 7 }), "message"),
        (json!({ "on": true, "message": "x".repeat(301) }), "message"),
        (json!({ "on": true, "message": "two\nlines" }), "message"),
    ] {
        let answer = front.send(Method::PUT, SWITCH, &admin, &body).await;
        assert_eq!(answer.status.as_u16(), 422, "{body}: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["param"], field, "{body}");
    }
    assert_eq!(maintenance::closed(&front.desk).await.unwrap(), None);
}

async fn the_admins_page_switches_without_a_script(db: &TestDb) {
    let front = Front::new(db);
    let (_, cookie) = front.admin().await;
    let post = async |form: &str| {
        let headers = [("cookie", cookie.as_str()), ("referer", "http://127.0.0.1:3000/admin/maintenance")];
        let posted = front.post_form("/api/maintenance-set", form, &headers).await;
        assert_eq!(posted.status, StatusCode::SEE_OTHER, "{}", posted.text);
        let back = posted.header(header::LOCATION).to_owned();
        front.get(&back, &[("cookie", &cookie)]).await.text
    };
    let page = post("on=true&message=Moving+house").await;
    assert!(page.contains("Moving house") && page.contains("maintenance-open"), "{page}");
    let wrong = post(&format!("on=true&message={}", "x".repeat(301))).await;
    assert!(wrong.contains("aria-invalid"), "{wrong}");
    let said = maintenance::closed(&front.desk).await.unwrap().unwrap();
    assert_eq!(said.message.as_deref(), Some("Moving house"));
    let page = post("on=false").await;
    assert!(!page.contains("maintenance-open"), "{page}");
    assert_eq!(maintenance::closed(&front.desk).await.unwrap(), None);
}

//! Rate limits and allowed origins.

use super::call::{ADA, Front, request};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::time::MINUTE;
use serde_json::json;
use service::platform::settings::{EdgeSettings, Rates, Settings};
use store::testing::TestDb;

store::each_engine!(
    requests_of_an_address_are_limited,
    requests_of_a_user_are_limited,
    a_trusted_proxys_header_separates_addresses,
    scripts_of_named_sites_may_ask,
    other_origins_are_not_allowed,
);

const LIST: &str = "/v1/pub/subscription/list";

fn rates(person: u32, address: u32) -> EdgeSettings {
    EdgeSettings { rates: Rates { person, address }, ..EdgeSettings::default() }
}

async fn requests_of_an_address_are_limited(db: &TestDb) {
    let front = Front::edge(db, rates(0, 3));
    for _ in 0..3 {
        assert_eq!(front.get(LIST, &[]).await.status, StatusCode::OK);
    }
    for (path, field) in [
        (LIST, "message"),
        ("/v1/priv/account/exchange/key/list", "message"),
        ("/ver1/accounts", "error"),
        ("/public/api/ver1/accounts", "error"),
        ("/api/v1/accounts", "error"),
        ("/v2/accounts/current", "error_code"),
    ] {
        let full = front.get(path, &[]).await;
        assert_eq!(full.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        assert_eq!(full.header(header::RETRY_AFTER), "20", "{path}");
        assert!(!full.json()[field].is_null(), "{path}: {}", full.text);
    }
    let page = front.get("/", &[("accept", "text/html")]).await;
    assert_eq!((page.status, page.header(header::RETRY_AFTER)), (StatusCode::TOO_MANY_REQUESTS, "20"));
    assert!(page.text.contains("<h1>") && page.header(header::CONTENT_SECURITY_POLICY).contains("'none'"));
    let kind = [("content-type", "application/json")];
    let script = front.call(request(Method::POST, "/api/bars", &kind, Body::from("{}"))).await;
    assert_eq!((script.status.as_u16(), &script.json()["refusal"]), (429, &json!("too-many")));
    for free in ["/healthz", "/robots.txt", "/favicon.svg"] {
        assert_eq!(front.get(free, &[]).await.status, StatusCode::OK, "{free}");
    }
    front.clock.advance(MINUTE);
    assert_eq!(front.get(LIST, &[]).await.status, StatusCode::OK);
}

async fn requests_of_a_user_are_limited(db: &TestDb) {
    let front = Front::edge(db, rates(3, 0));
    let (ada, bob) = (front.token(ADA).await, front.token("bob@example.org").await);
    let list = "/v1/priv/account/exchange/key/list";
    let ask = async |token: &str| front.get(list, &[("authorization", token)]).await;
    for _ in 0..3 {
        assert_eq!(ask(&ada).await.status, StatusCode::OK);
    }
    let full = ask(&ada).await;
    assert_eq!((full.status.as_u16(), full.json()), (429, json!({ "message": "too many requests" })));
    assert_eq!(full.header(header::RETRY_AFTER), "20");
    // All requests of one user count together; invalid credentials count for no user.
    let origin = service::Origin::new([127, 0, 0, 1].into(), "");
    let session =
        service::identity::account::sign_in(&front.desk, origin, ADA, super::call::PASSWORD).await.unwrap();
    let cookie = format!("slipstream={}", session.token);
    let page = front.get("/dashboard", &[("cookie", &cookie)]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(front.get("/", &[]).await.status, StatusCode::OK);
    assert_eq!(ask(&bob).await.status, StatusCode::OK);
    assert_eq!(ask("nonsense").await.status, StatusCode::UNAUTHORIZED);
}

async fn a_trusted_proxys_header_separates_addresses(db: &TestDb) {
    let settings = || Settings { edge: rates(0, 2), ..Settings::default() };
    let trusting = Front::behind(db, settings(), &[[127, 0, 0, 1].into()]);
    let ask = async |front: &Front, from: &str| front.get(LIST, &[("x-forwarded-for", from)]).await.status;
    for from in ["192.0.2.1", "192.0.2.2", "2001:db8:1:2::1"] {
        assert_eq!(ask(&trusting, from).await, StatusCode::OK);
        assert_eq!(ask(&trusting, from).await, StatusCode::OK);
        assert_eq!(ask(&trusting, from).await, StatusCode::TOO_MANY_REQUESTS, "{from}");
    }
    assert_eq!(ask(&trusting, "2001:db8:1:2:ffff::9").await, StatusCode::TOO_MANY_REQUESTS, "the same /64");
    assert_eq!(ask(&trusting, "2001:db8:1:3::1").await, StatusCode::OK);
    let alone = Front::with(db, settings());
    assert_eq!(ask(&alone, "192.0.2.1").await, StatusCode::OK);
    assert_eq!(ask(&alone, "192.0.2.2").await, StatusCode::OK);
    assert_eq!(
        ask(&alone, "192.0.2.3").await,
        StatusCode::TOO_MANY_REQUESTS,
        "any client can write a header"
    );
}

const SITE: &str = "https://app.example";

fn site(db: &TestDb, rates: Rates) -> Front {
    Front::edge(db, EdgeSettings { origins: vec![SITE.to_owned()], rates, ..EdgeSettings::default() })
}

fn preflight<'a>(origin: &'a str, method: &'a str) -> [(&'a str, &'a str); 3] {
    let headers = "authorization,content-type,recaptcha-token-v3,idempotency-key";
    [
        ("origin", origin),
        ("access-control-request-method", method),
        ("access-control-request-headers", headers),
    ]
}

async fn scripts_of_named_sites_may_ask(db: &TestDb) {
    let front = site(db, Rates { person: 0, address: 2 });
    for path in
        ["/v1/priv/account/exchange/key", "/ver1/accounts/new", "/api/v1/accounts", "/v2/accounts/create"]
    {
        let request = request(Method::OPTIONS, path, &preflight(SITE, "POST"), Body::empty());
        let answer = front.call(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert_eq!(answer.header("access-control-allow-origin"), SITE, "{path}");
        assert!(answer.header("access-control-allow-methods").contains("DELETE"));
        let allowed = answer.header("access-control-allow-headers").to_owned();
        assert!(
            ["authorization", "recaptcha-token-v3", "x-auth-token"].iter().all(|h| allowed.contains(h)),
            "{allowed}"
        );
        assert!(!answer.headers.contains_key("access-control-allow-credentials"), "never with cookies");
    }
    // Responses of any status may be read.
    for status in [200, 200, 429] {
        let answer = front.get(LIST, &[("origin", SITE)]).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.header("access-control-allow-origin"), SITE);
        assert!(answer.header("access-control-expose-headers").contains("etag"));
    }
}

async fn other_origins_are_not_allowed(db: &TestDb) {
    let front = site(db, Rates::default());
    for origin in ["https://evil.example", "https://app.example.evil.example", "http://app.example", "null"] {
        let request = request(Method::OPTIONS, LIST, &preflight(origin, "GET"), Body::empty());
        assert!(!front.call(request).await.headers.contains_key("access-control-allow-origin"), "{origin}");
        let answer = front.get(LIST, &[("origin", origin)]).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin}");
    }
    for path in ["/v1/no/such/path", "/v2/no/such", "/ver1/no/such", "/api/v1/no", "/public/api/ver1/no"] {
        let answer = front.get(path, &[("origin", SITE)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), SITE, "ours may read that it is not there");
    }
    for path in ["/", "/sign-in", "/healthz", "/robots.txt"] {
        let answer = front.get(path, &[("origin", SITE)]).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}");
    }
    let usual = Front::new(db);
    let request = request(Method::OPTIONS, LIST, &preflight(SITE, "GET"), Body::empty());
    let answer = usual.call(request).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

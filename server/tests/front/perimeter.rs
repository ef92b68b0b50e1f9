//! The host names the desk answers to, what unauthenticated callers can see, and what browsers may cache.

use super::call::{ADA, Front, PASSWORD, request};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, Version, header},
    routing::get,
};
use serde_json::json;
use server::{
    front::Limits,
    hosts::Hosts,
    network::Network,
    router::{self, Beside},
};
use service::platform::settings::Settings;
use store::testing::TestDb;
use tower::ServiceExt as _;

store::each_engine!(
    only_known_names_are_answered,
    a_request_names_one_host,
    strangers_learn_the_status_and_no_more,
    private_pages_are_kept_nowhere,
    every_answer_is_closed_to_other_sites,
    the_http_twin_of_the_desk_posts_nothing,
    public_pages_describe_themselves,
);

fn https() -> Settings {
    Settings { public_url: "https://desk.example".into(), ..Settings::default() }
}

async fn only_known_names_are_answered(db: &TestDb) {
    let front = Front::with(db, https());
    let at = async |host: &str, path: &str| front.get(path, &[("host", host)]).await;
    for host in ["localhost", "127.0.0.1:3000", "[::1]:3000", "desk.example", "DESK.example:443"] {
        assert_eq!(at(host, "/v1/pub/subscription/list").await.status, StatusCode::OK, "{host}");
    }
    for path in ["/", "/v1/pub/subscription/list", "/metrics", "/events", "/no/such/page", "/sandboxes"] {
        let refused = at("evil.example", path).await;
        assert_eq!(refused.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        let reported = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(reported.contains("SLIPSTREAM_ALLOWED_HOSTS") && !reported.contains("evil"), "{reported}");
    }
    assert_eq!(at("evil.example", "/healthz").await.status, StatusCode::OK);
}

async fn a_request_names_one_host(db: &TestDb) {
    let front = Front::new(db);
    let ask = async |hosts: &[&str], version: Version, uri: &str| {
        let mut builder = Request::builder().uri(uri).version(version);
        for host in hosts {
            builder = builder.header("host", *host);
        }
        front.call(builder.body(Body::empty()).unwrap()).await.status
    };
    let one = Version::HTTP_11;
    assert_eq!(ask(&["localhost"], one, "/").await, StatusCode::OK);
    for (hosts, uri) in [
        (&["localhost", "localhost"][..], "/"),
        (&["localhost", "evil.example"], "/healthz"),
        (&[], "/"),
        (&[], "/healthz"),
        (&["user@localhost"], "/"),
        (&["local host"], "/"),
        (&["localhost"], "http://127.0.0.1/"),
    ] {
        assert_eq!(ask(hosts, one, uri).await, StatusCode::BAD_REQUEST, "{hosts:?} {uri}");
    }
    // Simple monitors use the older protocol version.
    assert_eq!(ask(&[], Version::HTTP_10, "/healthz").await, StatusCode::OK);
    assert_eq!(ask(&[], Version::HTTP_10, "/").await, StatusCode::MISDIRECTED_REQUEST);
}

async fn strangers_learn_the_status_and_no_more(db: &TestDb) {
    let front = Front::new(db);
    let stranger = front.get("/healthz", &[]).await;
    assert_eq!((stranger.status, stranger.json()), (StatusCode::OK, json!({ "status": "degraded" })));
    let here = front.get_here("/healthz").await.json();
    assert!(here["version"].is_string() && here["parts"].is_object(), "{here}");
}

async fn private_pages_are_kept_nowhere(db: &TestDb) {
    let front = Front::new(db);
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let cookie = front.post_form("/api/sign-up", &form, &[]).await.cookie();
    service::identity::account::make_admin(&front.desk, ADA).await.unwrap();
    for (path, _) in app::routes::PAGES.iter().filter(|(path, _)| !path.contains('{')) {
        let page = front.get(path, &[("cookie", &cookie)]).await;
        assert_eq!(page.header(header::CACHE_CONTROL), "no-store", "{path}");
    }
    for link in ["/reset?token=x", "/not-me?token=x"] {
        assert_eq!(front.get(link, &[]).await.header(header::CACHE_CONTROL), "no-store", "{link}");
    }
    for public in ["/", "/strategies", "/plans", "/sign-in"] {
        assert_eq!(
            front.get(public, &[]).await.header(header::CACHE_CONTROL),
            "private, no-cache",
            "{public}"
        );
    }
    let out = front.post_form("/api/sign-out", "", &[("cookie", &cookie)]).await;
    assert_eq!((out.status, out.header("clear-site-data")), (StatusCode::SEE_OTHER, "\"cache\""));
}

fn closed(path: &str, headers: &HeaderMap) {
    let is = |name: &str, value: &str| {
        assert_eq!(headers.get(name).map_or("", |given| given.to_str().unwrap()), value, "{name} of {path}");
    };
    is("x-content-type-options", "nosniff");
    is("x-frame-options", "DENY");
    is("referrer-policy", "same-origin");
    is("cross-origin-resource-policy", "same-origin");
    is("cross-origin-opener-policy", "same-origin");
    is("strict-transport-security", "max-age=31536000; includeSubDomains");
    assert!(headers["permissions-policy"].to_str().unwrap().contains("camera=()"), "{path}");
    let policy = headers["content-security-policy"].to_str().unwrap();
    for part in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{part} of {path}: {policy}");
    }
}

async fn every_answer_is_closed_to_other_sites(db: &TestDb) {
    let front = Front::with(db, https());
    let hosts = Hosts::new("https://desk.example", [127, 0, 0, 1].into(), &[]);
    let network = Network::new(&[], hosts, Limits::default());
    let other = || Router::new().route("/x", get(|| async { "{}" }));
    let beside = Beside { sandbox: Some(other()), checkout: Some(("/checkout/stripe", other())) };
    let routes = router::build(&front.desk, &network, beside).unwrap();
    for (host, path) in [
        ("desk.example", "/"),
        ("desk.example", "/healthz"),
        ("desk.example", "/v1/nowhere"),
        ("desk.example", "/robots.txt"),
        ("anything.example", "/sandbox/x"),
        ("desk.example", "/sandbox/nowhere"),
        ("desk.example", "/checkout/stripe/x"),
        ("evil.example", "/"),
    ] {
        let request = request(Method::GET, path, &[("host", host)], Body::empty());
        let answer = routes.clone().oneshot(request).await.unwrap();
        closed(path, answer.headers());
        assert_eq!(answer.status() == StatusCode::MISDIRECTED_REQUEST, host == "evil.example", "{path}");
    }
}

async fn the_http_twin_of_the_desk_posts_nothing(db: &TestDb) {
    let front = Front::with(db, https());
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let from = async |origin: &str| {
        let headers = [("host", "desk.example"), ("origin", origin)];
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let all = [kind, ("accept", "text/html"), headers[0], headers[1]];
        front.call(request(Method::POST, "/api/sign-up", &all, Body::from(form.clone()))).await.status
    };
    for twin in ["http://desk.example", "https://desk.example:8443"] {
        assert_eq!(from(twin).await, StatusCode::FORBIDDEN, "{twin}");
    }
    assert_eq!(store::user::count_users(&front.desk.db).await.unwrap(), 0);
    assert_eq!(from("https://desk.example").await, StatusCode::SEE_OTHER);
}

async fn public_pages_describe_themselves(db: &TestDb) {
    let front = Front::new(db);
    for path in ["/", "/strategies", "/plans", "/docs", "/sign-in", "/sign-up"] {
        let page = front.get(path, &[("accept", "text/html")]).await;
        let head = page.text.split("</head>").next().unwrap();
        assert_eq!(head.matches("<meta name=\"description\" content=\"").count(), 1, "{path}: {head}");
    }
}

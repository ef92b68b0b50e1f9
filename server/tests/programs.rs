//! API clients and authentication on the three other surfaces: which credentials are accepted and which are
//! not.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use crate::common::{HttpAnswer, Person, TestServer, program::Program, shape::same};
use axum::http::Method as Verb;
use domain::{Permission, time};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use server::{api_router::RouteInfo, rest::surface::Surface};
use service::platform::settings::{Limit, Settings, Throttles};
use store::testing::TestDb;

const CLIENTS: &str = "/v1/priv/api-client";

fn words(permissions: impl Iterator<Item = Permission>) -> Vec<&'static str> {
    permissions.map(Permission::word).collect()
}

/// Fills the parameters of a path.
fn filled(path: &str) -> String {
    path.replace("{id}", "7").replace("{currency}", "ZAR")
}

/// A request of a route, with its surface's credentials.
fn request_to(program: &Program, route: &RouteInfo, surface: Surface) -> RequestBuilder {
    let method: Method = route.method.as_str().parse().unwrap();
    let path = filled(&route.path);
    match surface {
        Surface::ThreeCommas => program.signed(method, &path, None),
        Surface::Lumetrade => program.lumetrade(method, path.strip_prefix("/api/v1").unwrap()),
        Surface::Currencycloud => program.cloud(method, path.strip_prefix("/v2").unwrap()),
        Surface::Mudawyl => unreachable!("API clients cannot use this surface"),
    }
}

/// Each surface's response to unknown credentials, and to known ones without permission.
fn error_body(surface: Surface, status: u16) -> Value {
    match (surface, status) {
        (Surface::ThreeCommas, 401) => json!({
            "error": "api_key_invalid_or_expired",
            "error_description": "Unauthorized. Invalid or expired api key.",
        }),
        (Surface::ThreeCommas, _) => json!({
            "error": "access_denied",
            "error_description": "Api key doesn't have enough permissions",
        }),
        (Surface::Lumetrade, 401) => json!({
            "error": {"code": "unauthorized", "message": "API key or secret is missing or wrong"},
        }),
        (Surface::Lumetrade, _) => json!({
            "error": {"code": "forbidden", "message": "the API key does not have this permission"},
        }),
        (_, 401) => json!({
            "error_code": "invalid_supplied_credentials",
            "error_messages": {"username": [{
                "code": "invalid_supplied_credentials",
                "message": "Authentication failed with the supplied credentials",
                "params": {},
            }]},
        }),
        (_, _) => json!({
            "error_code": "permission_denied",
            "error_messages": {"base": [{
                "code": "permission_denied",
                "message": "You do not have permission to do this",
                "params": {},
            }]},
        }),
    }
}

/// Settings whose rate limits exceed what a test sends.
fn patient() -> Settings {
    let plenty = Limit::per_minutes(100_000, 1);
    let throttles = Throttles { address: plenty, programs: plenty, client: plenty, ..Throttles::default() };
    Settings { throttles, ..Settings::default() }
}

async fn every_route_requires_its_permission(db: &TestDb) {
    let server = TestServer::with(db, patient()).await;
    let ada = Person::sign_up(&server, "ada").await;
    let (_, routes) = server::router::api(&server.desk);
    let mut seen = 0;
    for route in routes {
        let Some((surface, permission)) = route.program else { continue };
        let stranger = Program::of(&ada, &server, &["BOTS_READ"]).await;
        let anonymous = stranger.request(route.method.as_str().parse().unwrap(), &filled(&route.path));
        let answer = stranger.send(anonymous).await;
        assert_eq!(answer.ok(401), error_body(surface, 401), "{} {}", route.method, route.path);
        let Some(permission) = permission else { continue };
        let others = words(Permission::ALL.iter().copied().filter(|p| *p != permission));
        let without = Program::of(&ada, &server, &others).await.signed_in().await;
        let answer = without.send(request_to(&without, &route, surface)).await;
        assert_eq!(answer.ok(403), error_body(surface, 403), "{} {}", route.method, route.path);
        let with = Program::of(&ada, &server, &[permission.word()]).await.signed_in().await;
        let answer = with.send(request_to(&with, &route, surface)).await;
        assert!(![401, 403, 500].contains(&answer.status), "{} {}: {answer:?}", route.method, route.path);
        for id in [stranger.id, without.id, with.id] {
            ada.delete(&format!("{CLIENTS}/{id}"), None).await.ok(204);
        }
        seen += 1;
    }
    assert!(seen >= 18, "{seen} routes");
}

async fn every_route_belongs_to_its_surface(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (_, routes) = server::router::api(&server.desk);
    for route in routes {
        let surface = Surface::of(&route.path);
        assert_eq!(route.program.map_or(surface, |(surface, _)| surface), surface, "{}", route.path);
        let open = ["/ver1/accounts/market_list", "/v2/authenticate/api"].contains(&route.path.as_str());
        let theirs = surface != Surface::Mudawyl;
        assert_eq!(theirs && route.program.is_none(), open, "{}", route.path);
    }
    let anyone = Person::anonymous(&server);
    for (path, body) in [
        ("/ver1/nowhere", json!({"error": "not_found", "error_description": "Not Found"})),
        ("/public/api/ver1/nowhere", json!({"error": "not_found", "error_description": "Not Found"})),
        ("/api/v1/nowhere", json!({"error": {"code": "not_found", "message": "route not found"}})),
        (
            "/v2/nowhere",
            json!({"error_code": "resource_not_found", "error_messages": {"base": [
            {"code": "resource_not_found", "message": "route not found", "params": {}}]}}),
        ),
    ] {
        assert_eq!(anyone.get(path).await.ok(404), body, "{path}");
        assert_eq!(anyone.put(path, json!({})).await.ok(404), body, "{path}");
    }
}

async fn the_life_of_a_client(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (ada, eve) = (Person::sign_up(&server, "ada").await, Person::sign_up(&server, "eve").await);
    assert_eq!(ada.get(CLIENTS).await.text, r#"{"items":[]}"#);
    let body = json!({"name": "Bots", "permissions": ["ACCOUNTS_WRITE", "ACCOUNTS_READ"]});
    let made = ada.post(CLIENTS, body).await.ok(200);
    let shape = json!({
        "id": "", "name": "", "apiKey": "", "apiSecret": "", "loginId": "", "permissions": [""], "createdAt": "",
    });
    same(&made, &shape);
    assert_eq!(made["permissions"], json!(["ACCOUNTS_READ", "ACCOUNTS_WRITE"]));
    let secret = made["apiSecret"].as_str().unwrap();
    assert!(secret.len() == 64 && secret.bytes().all(|b| b.is_ascii_hexdigit()), "{secret}");

    let listed = ada.get(CLIENTS).await;
    assert!(!listed.text.contains(secret));
    let item = &listed.ok(200)["items"][0];
    assert_eq!((&item["apiKey"], &item["lastUsedAt"]), (&made["apiKey"], &Value::Null));
    let program = Program::of(&ada, &server, &["ACCOUNTS_READ"]).await;
    assert_eq!(program.read("/accounts").await.text, "[]");
    let listed = ada.get(CLIENTS).await.ok(200);
    let mut items = listed["items"].as_array().unwrap().iter();
    let used = items.find(|item| item["id"] == program.id.as_str()).unwrap();
    assert_eq!(used["lastUsedFrom"], "127.0.0.1");

    let path = format!("{CLIENTS}/{}", program.id);
    eve.delete(&path, None).await.not_found();
    assert_eq!(program.read("/accounts").await.status, 200);
    ada.delete(&path, None).await.ok(204);
    ada.delete(&path, None).await.not_found();
    assert_eq!(program.read("/accounts").await.ok(401), error_body(Surface::Lumetrade, 401));
    ada.delete(&format!("{CLIENTS}/x"), None).await.problem("id", "must be UUID");
}

async fn clients_that_are_not_made(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let nothing = ada.post(CLIENTS, json!({})).await.ok(422);
    let params: Vec<_> =
        nothing["errors"].as_array().unwrap().iter().map(|e| e["param"].as_str().unwrap()).collect();
    assert_eq!(params, ["name", "permissions"]);
    let try_with = async |field: &str, value: Value| {
        let mut body = json!({"name": "Bots", "permissions": ["BOTS_READ"]});
        body[field] = value;
        ada.post(CLIENTS, body).await
    };
    try_with("name", json!("x".repeat(25))).await.problem("name", "length must be less than 25");
    for bad in [json!(["ROOT"]), json!("BOTS_READ"), json!([1])] {
        try_with("permissions", bad).await.problem("permissions", "must be valid permissions");
    }
    try_with("permissions", json!([])).await.problem("permissions", "is required");
    let words = "must be an RSA public key in PEM of at least 2048 bits";
    try_with("rsaPublicKey", json!("hello")).await.problem("rsaPublicKey", words);
    try_with("addresses", json!(["1.2.3.4/40"]))
        .await
        .problem("addresses", "must be IP addresses or networks");
    let past = "2020-01-01T00:00:00.000Z";
    try_with("expiresAt", json!(past)).await.problem("expiresAt", "must be in the future");
    for unreadable in ["2030-01-01", "2030-01-01T02:00:00", "tomorrow"] {
        try_with("expiresAt", json!(unreadable)).await.problem("expiresAt", "must be valid date");
    }
    assert_eq!(ada.get(CLIENTS).await.text, r#"{"items":[]}"#);
}

/// The responses of a program to each way of authenticating.
async fn each_route(program: &Program) -> Vec<HttpAnswer> {
    let login = [("login_id", program.login.as_str()), ("api_key", program.secret.as_str())];
    vec![
        program.get("/ver1/validate").await,
        program.get("/public/api/ver1/validate").await,
        program.read("/accounts").await,
        program.send(program.request(Method::POST, "/v2/authenticate/api").form(&login)).await,
    ]
}

async fn authentication_of_api_clients(db: &TestDb) {
    let server = TestServer::with(db, patient()).await;
    let ada = Person::sign_up(&server, "ada").await;
    let good = Program::of(&ada, &server, &["ACCOUNTS_READ"]).await;
    assert!(each_route(&good).await.iter().all(|answer| answer.status == 200));
    let other = "0".repeat(64);
    let wrong_secret = Program { secret: other.clone(), ..good.clone() };
    let wrong_key = Program { key: other.clone(), login: other, ..good.clone() };
    let elsewhere = json!({"name": "Far", "permissions": ["ACCOUNTS_READ"], "addresses": ["203.0.113.0/24"]});
    let far = Program::with(&ada, &server, elsewhere).await;
    let here = json!({"name": "Near", "permissions": ["ACCOUNTS_READ"], "addresses": ["127.0.0.0/8"]});
    let near = Program::with(&ada, &server, here).await;
    assert!(each_route(&near).await.iter().all(|answer| answer.status == 200));
    let soon = server.desk.clock.now().plus(time::HOUR).to_string();
    let brief = json!({"name": "Brief", "permissions": ["ACCOUNTS_READ"], "expiresAt": soon});
    let brief = Program::with(&ada, &server, brief).await;
    assert!(each_route(&brief).await.iter().all(|answer| answer.status == 200));
    server.clock.advance(time::HOUR);
    for refused in [&wrong_secret, &wrong_key, &far, &brief] {
        let answers = each_route(refused).await;
        assert!(answers.iter().all(|answer| answer.status == 401), "{answers:?}");
    }
    // A key is public: 3Commas distinguishes a wrong key from a wrong signature. The other two surfaces
    // reveal nothing.
    assert_eq!(wrong_secret.get("/ver1/validate").await.ok(401)["error"], "signature_invalid");
    assert_eq!(wrong_key.get("/ver1/validate").await.ok(401)["error"], "api_key_invalid_or_expired");
    assert_eq!(wrong_key.read("/accounts").await, wrong_secret.read("/accounts").await);
    assert_eq!(each_route(&wrong_key).await[3], each_route(&wrong_secret).await[3]);
}

/// Also by routes that read no parameters.
async fn repeated_and_unknown_parameters_are_rejected(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let program = Program::of(&ada, &server, &["ACCOUNTS_READ"]).await.signed_in().await;
    for path in ["/ver1/validate", "/ver1/accounts", "/public/api/ver1/accounts"] {
        assert_eq!(program.get(path).await.status, 200, "{path}");
        assert_eq!(program.get(&format!("{path}?a=1&a=2")).await.status, 400, "{path}");
    }
    assert_eq!(program.read("/accounts?a=1").await.status, 200, "unknown ones are ignored");
    for query in ["?a=1&a=2", "?a=%FF"] {
        assert_eq!(program.read(&format!("/accounts{query}")).await.status, 400, "{query}");
    }
    let current = program.cloud_get("/accounts/current").await.ok(200);
    let own = format!("/accounts/{}", current["id"].as_str().unwrap());
    for path in ["/accounts/current", own.as_str(), "/accounts/find"] {
        assert_eq!(program.cloud_get(path).await.status, 200, "{path}");
        for query in ["?foo=1", "?a=1&a=2"] {
            let refused = program.cloud_get(&format!("{path}{query}")).await;
            assert_eq!(refused.status, 400, "{path}{query}: {refused:?}");
        }
    }
}

async fn headers_that_are_none(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let program = Program::of(&ada, &server, &["ACCOUNTS_READ"]).await;
    let lumetrade = |key: &[u8], secret: &[u8]| {
        let request = program.request(Method::GET, "/api/v1/accounts");
        request.header("x-api-key", key).header("x-api-secret", secret)
    };
    let (key, secret) = (program.key.as_bytes(), program.secret.as_bytes());
    assert_eq!(program.send(lumetrade(key, secret)).await.status, 200);
    for request in [
        lumetrade(key, secret).header("x-api-key", "another"),
        lumetrade(key, secret).header("x-api-secret", secret),
        lumetrade(key, b"\xff\xfe"),
        lumetrade(b"", b""),
        lumetrade(b"%00", secret),
        program.request(Method::GET, "/api/v1/accounts").bearer_auth(&program.secret),
    ] {
        assert_eq!(program.send(request).await.ok(401), error_body(Surface::Lumetrade, 401));
    }
    // Neither a user's token nor a cookie is accepted here, and a client's secret is accepted nowhere else.
    let as_person = ada.request(Method::GET, "/api/v1/accounts");
    assert_eq!(ada.send(as_person).await.status, 401);
    let as_program = ada.with_token(&program.secret);
    assert_eq!(as_program.get(CLIENTS).await.status, 401);
}

async fn too_many_requests_are_rejected(db: &TestDb) {
    let few = Limit::per_minutes(3, 1);
    let throttles = Throttles { programs: few, client: few, ..Throttles::default() };
    let server = TestServer::with(db, Settings { throttles, ..Settings::default() }).await;
    let ada = Person::sign_up(&server, "ada").await;
    let program = Program::of(&ada, &server, &["ACCOUNTS_READ"]).await;
    for _ in 0..3 {
        program.read("/accounts").await.ok(200);
    }
    assert_eq!(program.read("/accounts").await.ok(429)["error"]["code"], "too_many_requests");
    assert_eq!(program.get("/ver1/accounts").await.ok(429)["error"], "too_many_requests");
    let another = Program::of(&ada, &server, &["ACCOUNTS_READ"]).await;
    let another = another.signed_in().await;
    another.cloud_get("/accounts/current").await.ok(200);
    another.cloud_get("/accounts/current").await.ok(200);
    assert_eq!(another.cloud_get("/accounts/current").await.ok(429)["error_code"], "too_many_requests");
    server.clock.advance(time::MINUTE);
    program.read("/accounts").await.ok(200);

    let wrong = Program { secret: "x".into(), ..program.clone() };
    for _ in 0..3 {
        assert_eq!(wrong.read("/accounts").await.status, 401);
    }
    assert_eq!(wrong.read("/accounts").await.status, 429);
    assert_eq!(program.read("/accounts").await.status, 429, "the network has to wait");
    server.clock.advance(time::MINUTE);
    program.read("/accounts").await.ok(200);
}

#[tokio::test]
async fn the_list_of_routes_is_not_empty() {
    let db = store::testing::sqlite().await;
    let (desk, _) = service::testing::desk((*db).clone());
    let (_, routes) = server::router::api(&desk);
    let of = |surface| {
        routes
            .iter()
            .filter(|d| d.program.is_some_and(|(s, _)| s == surface) && d.method != Verb::HEAD)
            .count()
    };
    assert_eq!((of(Surface::ThreeCommas), of(Surface::Lumetrade), of(Surface::Currencycloud)), (10, 4, 7));
}

store::each_engine!(
    every_route_requires_its_permission,
    every_route_belongs_to_its_surface,
    the_life_of_a_client,
    clients_that_are_not_made,
    authentication_of_api_clients,
    headers_that_are_none,
    repeated_and_unknown_parameters_are_rejected,
    too_many_requests_are_rejected,
);

//! Limits of requests, and headers of every response.

use super::call::{Front, request};
use axum::{
    body::Body,
    http::{HeaderMap, Method, StatusCode, header},
};
use serde_json::json;
use service::platform::settings::Settings;
use std::collections::BTreeSet;
use store::testing::TestDb;

store::each_engine!(
    a_missing_route_answers_in_json,
    a_huge_body_is_cut_off,
    every_answer_has_an_id_and_closed_headers,
    health_is_honest,
    the_document_is_served,
);

async fn a_missing_route_answers_in_json(db: &TestDb) {
    let front = Front::new(db);
    for (method, path) in [
        (Method::GET, "/v1"),
        (Method::GET, "/v1/"),
        (Method::GET, "/v1/priv/no/such/thing"),
        (Method::POST, "/v3/accounts/create"),
        (Method::GET, "/v1/auth/sign-in"),
        (Method::PATCH, "/v1/auth/sign-up"),
        (Method::TRACE, "/v1/auth/sign-in"),
        (Method::DELETE, "/v1/pub/exchange/ticker"),
        (Method::POST, "/dashboards"),
    ] {
        let answer = front.call(request(method.clone(), path, &[], Body::empty())).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(answer.text, r#"{"message":"route not found"}"#, "{method} {path}");
    }
}

async fn a_huge_body_is_cut_off(db: &TestDb) {
    let front = Front::new(db);
    let huge = json!({ "email": "x".repeat(70_000), "password": "" }).to_string();
    let kind = ("content-type", "application/json");
    let said = huge.len().to_string();
    let reported = request(
        Method::POST,
        "/v1/auth/sign-in",
        &[kind, ("content-length", &said)],
        Body::from(huge.clone()),
    );
    // Without a declared length, the size is only discovered while reading.
    let stream = futures::stream::iter(
        huge.into_bytes().chunks(1_000).map(|c| Ok::<_, std::io::Error>(c.to_vec())).collect::<Vec<_>>(),
    );
    let untold = request(Method::POST, "/v1/auth/sign-in", &[kind], Body::from_stream(stream));
    for request in [reported, untold] {
        let answer = front.call(request).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(answer.json(), json!({ "message": "body is too large" }));
    }
}

fn closed(headers: &HeaderMap) {
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::REFERRER_POLICY], "same-origin");
    assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("frame-ancestors 'none'"));
}

async fn every_answer_has_an_id_and_closed_headers(db: &TestDb) {
    let front = Front::new(db);
    let mut ids = BTreeSet::new();
    for path in ["/", "/healthz", "/v1/nowhere", "/no/such/page", "/dashboard"] {
        // A caller cannot choose the id.
        let answer = front.get(path, &[("x-request-id", "mine")]).await;
        closed(&answer.headers);
        let id = answer.header("x-request-id").to_owned();
        assert_eq!(id.len(), 32, "{path}: {id}");
        assert!(ids.insert(id));
        assert!(!answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
    let https = Settings { public_url: "https://desk.example".into(), ..Settings::default() };
    let answer = Front::with(db, https).get("/healthz", &[]).await;
    assert!(answer.header(header::STRICT_TRANSPORT_SECURITY).starts_with("max-age="));
}

async fn health_is_honest(db: &TestDb) {
    // The exchange of this desk is unreachable.
    let answer = Front::new(db).get_here("/healthz").await;
    assert_eq!(answer.status, StatusCode::OK);
    let health = answer.json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(
        (&health["database"], &health["exchange"], &health["mode"]),
        (&json!(true), &json!(false), &json!("sandbox"))
    );
}

async fn the_document_is_served(db: &TestDb) {
    let answer = Front::new(db).get("/openapi.json", &[]).await;
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let key_list = &document["paths"]["/v1/priv/account/exchange/key/list"]["get"];
    assert_eq!(key_list["security"], json!([{ "jwt": [] }]));
    assert_eq!(document["components"]["securitySchemes"]["jwt"]["scheme"], "bearer");
}

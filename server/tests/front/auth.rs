//! Sign-in of programs.

use super::call::{ADA, Front, FullResponse, PASSWORD, request};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::time::SECOND;
use serde_json::{Value, json};
use service::platform::settings::{Limit, Settings, Throttles};
use store::testing::TestDb;

store::each_engine!(
    a_program_signs_up_in_and_refreshes,
    fields_are_named_as_express_names_them,
    a_failed_sign_in_reveals_nothing,
    too_many_attempts_get_a_retry_time,
    bodies_that_are_none_are_refused,
);

fn tokens(answer: &FullResponse) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let body = answer.json();
    let keys: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.len(), 3);
    assert!(body["accessToken"].is_string() && body["refreshToken"].is_string());
    assert_eq!(body["expiresIn"], json!(900));
    body
}

async fn a_program_signs_up_in_and_refreshes(db: &TestDb) {
    let front = Front::new(db);
    let person = json!({ "email": ADA, "password": PASSWORD });
    tokens(&front.post_json("/v1/auth/sign-up", &person).await);
    let signed_in = tokens(&front.post_json("/v1/auth/sign-in", &person).await);
    let refresh = json!({ "refreshToken": signed_in["refreshToken"] });
    let next = tokens(&front.post_json("/v1/auth/refresh", &refresh).await);
    assert_ne!(next["refreshToken"], signed_in["refreshToken"]);
    let repeated = tokens(&front.post_json("/v1/auth/refresh", &refresh).await);
    assert_eq!(repeated["refreshToken"], next["refreshToken"], "the first answer may have been lost");
    front.clock.advance(10 * SECOND);
    let again = front.post_json("/v1/auth/refresh", &refresh).await;
    assert_eq!(
        (again.status, again.text.as_str()),
        (StatusCode::UNAUTHORIZED, r#"{"message":"unauthorized"}"#)
    );
}

async fn fields_are_named_as_express_names_them(db: &TestDb) {
    let front = Front::new(db);
    let wrong = front.post_json("/v1/auth/sign-up", &json!({ "email": "nobody", "password": "short" })).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let expected = json!({ "errors": [
        { "value": "nobody", "msg": "must be a valid e-mail address", "param": "email", "location": "body" },
        { "msg": "must have at least 10 characters", "param": "password", "location": "body" },
    ] });
    assert_eq!(wrong.json(), expected);
    let missing = front.post_json("/v1/auth/sign-in", &json!({ "email": 7 })).await;
    let expected = json!({ "errors": [
        { "value": 7, "msg": "must be string", "param": "email", "location": "body" },
        { "msg": "is required", "param": "password", "location": "body" },
    ] });
    assert_eq!((missing.status.as_u16(), missing.json()), (422, expected));
    let refresh = front.post_json("/v1/auth/refresh", &json!({})).await;
    assert_eq!(refresh.status.as_u16(), 422);
}

async fn a_failed_sign_in_reveals_nothing(db: &TestDb) {
    let front = Front::new(db);
    front.post_json("/v1/auth/sign-up", &json!({ "email": ADA, "password": PASSWORD })).await;
    let mut reported = Vec::new();
    for (email, password) in [(ADA, "a wrong password"), ("bob@example.org", PASSWORD), ("nobody", "x")] {
        let answer =
            front.post_json("/v1/auth/sign-in", &json!({ "email": email, "password": password })).await;
        reported.push((answer.status, answer.text));
    }
    assert_eq!(reported[0], (StatusCode::UNAUTHORIZED, r#"{"message":"unauthorized"}"#.to_owned()));
    assert!(reported.iter().all(|answer| *answer == reported[0]), "{reported:?}");
}

async fn too_many_attempts_get_a_retry_time(db: &TestDb) {
    let few = Throttles { account: Limit::per_minutes(2, 15), ..Throttles::default() };
    let front = Front::with(db, Settings { throttles: few, ..Settings::default() });
    let guess = json!({ "email": ADA, "password": "a wrong password" });
    for _ in 0..2 {
        assert_eq!(front.post_json("/v1/auth/sign-in", &guess).await.status, StatusCode::UNAUTHORIZED);
    }
    let full = front.post_json("/v1/auth/sign-in", &guess).await;
    assert_eq!(full.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(full.header(header::RETRY_AFTER), "900");
}

async fn bodies_that_are_none_are_refused(db: &TestDb) {
    let front = Front::new(db);
    for (kind, body) in [
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", "\u{0}"),
        ("text/plain", "{\"email\":\"a\"}"),
        ("application/x-www-form-urlencoded", "email=a"),
    ] {
        let request = request(Method::POST, "/v1/auth/sign-in", &[("content-type", kind)], Body::from(body));
        let answer = front.call(request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{kind} {body}");
        assert!(answer.json()["message"].is_string());
    }
}

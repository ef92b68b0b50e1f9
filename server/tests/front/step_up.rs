//! The password must be confirmed before credentials, other users or the desk change: in a browser without scripts,
//! and for a program.

use super::{
    call::{ADA, Front, PASSWORD, request},
    security::{browser, clients, origin, to},
};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::{account::AccountState, time::MINUTE};
use serde_json::{Value, json};
use service::identity::{account, person, session};
use store::testing::TestDb;

store::each_engine!(
    a_form_waits_for_the_password_and_is_then_carried_out,
    a_confirmed_password_gives_the_browser_a_new_cookie,
    scripts_and_api_clients_get_the_step_up_error,
    an_admins_form_and_token_need_the_password_first,
);

async fn a_form_waits_for_the_password_and_is_then_carried_out(db: &TestDb) {
    let front = Front::new(db);
    let cookie = browser(&front, ADA).await;
    front.clock.advance(11 * MINUTE);
    let typed = "name=My+bots&permissions%5B0%5D=BOTS_READ&addresses=203.0.113.7";
    let post = async |path: &str, body: &str| front.post_form(path, body, &[("cookie", &cookie)]).await;
    let request = post("/api/client-create", typed).await;
    assert!(!request.headers.contains_key("x-slipstream-step-up"), "that is between the server and itself");
    let confirm = to(&request);
    assert!(confirm.starts_with("/confirm?form="), "{confirm}");
    assert!(clients(&front, ADA).await.is_empty(), "nothing was done yet");

    let page = front.get(&confirm, &[("cookie", &cookie)]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("data-testid=\"step-up\"") && page.text.contains("Confirm and continue"));
    assert!(!page.text.contains("My bots") && !page.text.contains("203.0.113.7"), "nothing typed goes back");

    let form = confirm.split_once("form=").unwrap().1;
    let wrong = to(&post("/api/step-up", &format!("form={form}&password=a+wrong+password")).await);
    assert!(wrong.starts_with("/confirm?form=") && wrong.contains("flash="), "{wrong}");
    let again = front.get(&wrong, &[("cookie", &cookie)]).await;
    assert!(again.text.contains("Confirm and continue"), "the form still waits");
    assert!(clients(&front, ADA).await.is_empty());

    // Another session of the same user cannot submit it.
    let other = account::sign_in(&front.desk, origin(), ADA, PASSWORD).await.unwrap();
    let theirs = format!("slipstream={}", other.token);
    let right = format!("form={form}&password={}", PASSWORD.replace(' ', "+"));
    front.post_form("/api/step-up", &right, &[("cookie", &theirs)]).await;
    assert!(clients(&front, ADA).await.is_empty());

    let confirmed = post("/api/step-up", &right).await;
    let (done, renewed) = (to(&confirmed), confirmed.cookie());
    assert!(done.starts_with("/settings/api-clients?flash="), "{done}");
    let made = clients(&front, ADA).await;
    assert_eq!((made.len(), made[0].name.as_str()), (1, "My bots"));
    assert_eq!(made[0].networks.len(), 1, "all that was typed arrived");
    let page = front.get(&done, &[("cookie", &cookie)]).await;
    assert!(page.text.contains("data-testid=\"made-secret\""), "the new secret is shown once");
    // The form is submitted once, and its fields are validated as usual.
    assert_eq!(to(&post("/api/step-up", &right).await), "/dashboard");
    assert_eq!(clients(&front, ADA).await.len(), 1);
    let bad = front.post_form("/api/client-create", "name=", &[("cookie", &renewed)]).await;
    assert!(to(&bad).starts_with("/settings/api-clients?flash="), "{}", to(&bad));
    // A copy of the replaced cookie must give the password itself.
    let copied = to(&post("/api/client-create", typed).await);
    assert!(copied.starts_with("/confirm?form="), "{copied}");
    assert_eq!(clients(&front, ADA).await.len(), 1);
}

async fn a_confirmed_password_gives_the_browser_a_new_cookie(db: &TestDb) {
    let front = Front::new(db);
    let first = browser(&front, ADA).await;
    let right = format!("next=/keys&password={}", PASSWORD.replace(' ', "+"));
    let confirmed = front.post_form("/api/step-up", &right, &[("cookie", &first)]).await;
    assert_eq!(to(&confirmed), "/keys");
    let set = confirmed.header(header::SET_COOKIE);
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
    let second = confirmed.cookie();
    assert!(second.starts_with("slipstream=") && second != first, "{second}");
    // The form was sent twice, and the browser only reads the second response.
    let again = front.post_form("/api/step-up", &right, &[("cookie", &first)]).await;
    assert_eq!(again.cookie(), second);
    let status = async |cookie: &str| front.get("/dashboard", &[("cookie", cookie)]).await.status;
    assert_eq!((status(&first).await, status(&second).await), (StatusCode::OK, StatusCode::OK));
    front.clock.advance(session::REPLACED);
    assert_eq!((status(&first).await, status(&second).await), (StatusCode::SEE_OTHER, StatusCode::OK));

    let body = format!("current={}&password=an+entirely+new+one", PASSWORD.replace(' ', "+"));
    let changed = front.post_form("/api/change-password", &body, &[("cookie", &second)]).await;
    let third = changed.cookie();
    assert!(to(&changed).starts_with("/settings?flash=") && third.starts_with("slipstream="), "{third}");
    front.clock.advance(session::REPLACED);
    assert_eq!((status(&second).await, status(&third).await), (StatusCode::SEE_OTHER, StatusCode::OK));

    // A form that signs out removes the cookie; no new one follows.
    front.clock.advance(11 * MINUTE);
    let request = front.post_form("/api/end-all-sessions", "", &[("cookie", &third)]).await;
    let form = to(&request).split_once("form=").unwrap().1.to_owned();
    let body = format!("form={form}&password=an+entirely+new+one");
    let ended = front.post_form("/api/step-up", &body, &[("cookie", &third)]).await;
    assert_eq!(to(&ended), "/sign-in");
    let set: Vec<_> = ended.headers.get_all(header::SET_COOKIE).iter().map(|v| v.to_str().unwrap()).collect();
    assert!(set.len() == 1 && set[0].starts_with("slipstream=;"), "{set:?}");
}

async fn scripts_and_api_clients_get_the_step_up_error(db: &TestDb) {
    let front = Front::new(db);
    let token = front.token(ADA).await;
    let session = account::sign_in(&front.desk, origin(), ADA, PASSWORD).await.unwrap();
    let cookie = format!("slipstream={}", session.token);
    let new = json!({ "name": "Bots", "permissions": ["BOTS_READ"] });
    let make = async || front.send(Method::POST, "/v1/priv/api-client", &token, &new).await;
    assert_eq!(make().await.status, StatusCode::OK, "a sign-in is fresh");
    front.clock.advance(11 * MINUTE);
    let due = make().await;
    assert_eq!((due.status, due.text.as_str()), (StatusCode::FORBIDDEN, r#"{"message":"step_up_required"}"#));
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let script = request(
        Method::POST,
        "/api/client-create",
        &headers,
        Body::from("name=Bots&permissions%5B0%5D=BOTS_READ"),
    );
    let reported = front.call(script).await;
    assert_eq!((reported.status, &reported.json()["refusal"]), (StatusCode::FORBIDDEN, &json!("step-up")));

    let step_up = async |body: &Value| front.send(Method::POST, "/v1/auth/step-up", &token, body).await;
    let missing = step_up(&json!({})).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", missing.text);
    let wrong = step_up(&json!({ "password": "a wrong password" })).await;
    let expected = json!({ "errors": [
        { "msg": "is not your current password", "param": "password", "location": "body" },
    ] });
    assert_eq!((wrong.status.as_u16(), wrong.json()), (422, expected), "what was typed is not sent back");
    assert_eq!(make().await.status, StatusCode::FORBIDDEN);
    assert_eq!(step_up(&json!({ "password": PASSWORD })).await.status, StatusCode::NO_CONTENT);
    assert_eq!(make().await.status, StatusCode::OK);
    let stranger = front.post_json("/v1/auth/step-up", &json!({ "password": PASSWORD })).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

async fn an_admins_form_and_token_need_the_password_first(db: &TestDb) {
    let front = Front::new(db);
    browser(&front, ADA).await;
    let user = store::user::by_email(&front.desk.db, ADA).await.unwrap().unwrap().id;
    let (_, cookie) = front.admin().await;
    front.clock.advance(11 * MINUTE);
    let body = format!("id={user}&step=suspend&search=ada");
    let confirm = to(&front.post_form("/api/person-act", &body, &[("cookie", &cookie)]).await);
    assert!(confirm.starts_with("/confirm?form="), "{confirm}");
    assert_eq!(person::find_user(&front.desk, ADA).await.unwrap().state, AccountState::Active);
    let form = confirm.split_once("form=").unwrap().1;
    let right = format!("form={form}&password={}", PASSWORD.replace(' ', "+"));
    let done = to(&front.post_form("/api/step-up", &right, &[("cookie", &cookie)]).await);
    assert!(done.starts_with("/admin/people?search=ada&flash="), "{done}");
    assert_eq!(person::find_user(&front.desk, ADA).await.unwrap().state, AccountState::Suspended);

    // The same with a token of `/v1/auth`.
    let credentials = json!({ "email": "admin@example.org", "password": PASSWORD });
    let tokens = front.post_json("/v1/auth/sign-in", &credentials).await.json();
    let fresh = tokens["accessToken"].as_str().unwrap();
    front.clock.advance(11 * MINUTE);
    let switch = json!({ "on": true });
    let due = front.send(Method::PUT, "/v1/admin/maintenance", fresh, &switch).await;
    assert_eq!((due.status, due.text.as_str()), (StatusCode::FORBIDDEN, r#"{"message":"step_up_required"}"#));
    let confirmed =
        front.send(Method::POST, "/v1/auth/step-up", fresh, &json!({ "password": PASSWORD })).await;
    assert_eq!(confirmed.status, StatusCode::NO_CONTENT, "{}", confirmed.text);
    let done = front.send(Method::PUT, "/v1/admin/maintenance", fresh, &switch).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

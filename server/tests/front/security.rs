//! Account security, as used by a browser without scripts and by a program.

use super::call::{ADA, Front, FullResponse, PASSWORD};
use axum::http::{Method, StatusCode, header};
use domain::{Role, account::AccountState};
use serde_json::{Value, json};
use service::{
    identity::{
        account,
        api_client::{self, NewClient},
        person, session,
    },
    platform::settings::{Limit, Settings, Throttles},
};
use store::testing::TestDb;

store::each_engine!(
    a_program_signs_out_here_or_everywhere,
    an_api_client_changes_the_password_and_chooses_what_stays,
    the_form_of_a_new_password_asks_which_programs_go_on,
    nothing_is_stored_for_strangers,
    a_browser_that_has_signed_in_is_known,
    opening_the_freeze_page_changes_nothing,
    the_list_of_users_is_for_admins,
    a_caller_without_the_role_is_noted,
    the_settings_page_ends_the_sign_in_of_an_app,
    weak_passwords_are_rejected_by_page_and_api,
);

pub(super) fn origin() -> service::Origin {
    service::Origin::new([127, 0, 0, 1].into(), "Test/1.0")
}

/// Signs up in a browser; returns its cookie.
pub(super) async fn browser(front: &Front, email: &str) -> String {
    let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
    let signed_up = front.post_form("/api/sign-up", &form, &[]).await;
    assert_eq!(signed_up.status, StatusCode::SEE_OTHER, "{}", signed_up.text);
    signed_up.cookie()
}

pub(super) async fn clients(front: &Front, email: &str) -> Vec<domain::ApiClient> {
    let user = store::user::by_email(&front.desk.db, email).await.unwrap().unwrap();
    let actor = service::Actor {
        user: user.id,
        email: user.email,
        role: user.role,
        session: None,
        token: None,
        from: None,
    };
    api_client::list(&front.desk, &actor).await.unwrap()
}

pub(super) fn to(answer: &FullResponse) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header(header::LOCATION).to_owned()
}

async fn a_program_signs_out_here_or_everywhere(db: &TestDb) {
    let front = Front::new(db);
    let person = json!({ "email": ADA, "password": PASSWORD });
    let sign_in = async || front.post_json("/v1/auth/sign-in", &person).await.json();
    front.post_json("/v1/auth/sign-up", &person).await;
    let (here, elsewhere) = (sign_in().await, sign_in().await);
    let token = |tokens: &Value| tokens["accessToken"].as_str().unwrap().to_owned();
    let reads = async |tokens: &Value| {
        front.get("/v1/priv/api-client", &[("authorization", &token(tokens))]).await.status
    };
    let refreshes = async |tokens: &Value| {
        let body = json!({ "refreshToken": tokens["refreshToken"] });
        front.post_json("/v1/auth/refresh", &body).await.status
    };
    let out = front.send(Method::POST, "/v1/auth/sign-out", &token(&here), &json!({})).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.text);
    assert_eq!((reads(&here).await, reads(&elsewhere).await), (StatusCode::UNAUTHORIZED, StatusCode::OK));
    assert_eq!(refreshes(&here).await, StatusCode::UNAUTHORIZED);

    let third = sign_in().await;
    let session = account::sign_in(&front.desk, origin(), ADA, PASSWORD).await.unwrap();
    let odd =
        front.send(Method::POST, "/v1/auth/sign-out", &token(&third), &json!({ "everywhere": 1 })).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    let all = json!({ "everywhere": true });
    let out = front.send(Method::POST, "/v1/auth/sign-out", &token(&third), &all).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.text);
    for tokens in [&elsewhere, &third] {
        assert_eq!(reads(tokens).await, StatusCode::UNAUTHORIZED);
        assert_eq!(refreshes(tokens).await, StatusCode::UNAUTHORIZED);
    }
    assert!(session::find(&front.desk, &session.token, &origin()).await.unwrap().is_none());
}

async fn an_api_client_changes_the_password_and_chooses_what_stays(db: &TestDb) {
    let front = Front::new(db);
    let token = front.token(ADA).await;
    for name in ["One", "Two"] {
        let new = json!({ "name": name, "permissions": ["BOTS_READ"] });
        assert_eq!(
            front.send(Method::POST, "/v1/priv/api-client", &token, &new).await.status,
            StatusCode::OK
        );
    }
    let change =
        async |body: &Value| front.send(Method::POST, "/v1/auth/change-password", &token, body).await;
    let (first, second) = ("an entirely new one", "yet another new one");
    let weak = change(&json!({ "currentPassword": PASSWORD, "newPassword": "letmein1234" })).await;
    let expected =
        json!({ "errors": [{ "msg": "is too easy to guess", "param": "newPassword", "location": "body" }] });
    assert_eq!((weak.status.as_u16(), weak.json()), (422, expected));
    let wrong = change(&json!({ "currentPassword": first, "newPassword": second })).await;
    assert_eq!(wrong.json()["errors"][0]["param"], "currentPassword");
    let odd = json!({ "currentPassword": PASSWORD, "newPassword": first, "keepApiClients": ["x"] });
    assert_eq!(change(&odd).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let plain = json!({ "currentPassword": PASSWORD, "newPassword": first });
    assert_eq!(change(&plain).await.status, StatusCode::NO_CONTENT);
    let all = clients(&front, ADA).await;
    assert_eq!(all.len(), 2, "programs go on unless something is said");
    let kept = json!([all[0].id.to_string()]);
    let some = json!({ "currentPassword": first, "newPassword": second, "keepApiClients": kept });
    assert_eq!(change(&some).await.status, StatusCode::NO_CONTENT, "the sign-in that changes it goes on");
    let left: Vec<_> = clients(&front, ADA).await.into_iter().map(|client| client.id).collect();
    assert_eq!(left, [all[0].id]);
}

async fn the_form_of_a_new_password_asks_which_programs_go_on(db: &TestDb) {
    let front = Front::new(db);
    let cookie = browser(&front, ADA).await;
    let token = cookie.split_once('=').unwrap().1;
    let actor = session::find(&front.desk, token, &origin()).await.unwrap().unwrap();
    let plain = front.get("/settings", &[("cookie", &cookie)]).await;
    assert!(!plain.text.contains("data-testid=\"keep-programs\""), "there is nothing to ask");
    for name in ["One", "Two"] {
        let new =
            NewClient { name: name.into(), permissions: vec!["BOTS_READ".into()], ..NewClient::default() };
        api_client::create(&front.desk, &actor, &origin(), new).await.unwrap();
    }
    let page = front.get("/settings", &[("cookie", &cookie)]).await;
    assert!(page.text.contains("data-testid=\"keep-programs\""), "{}", page.text);
    let all = clients(&front, ADA).await;
    let body = format!(
        "current={}&password=an+entirely+new+one&asked=true&keep%5B0%5D={}",
        PASSWORD.replace(' ', "+"),
        all[1].id
    );
    let done = to(&front.post_form("/api/change-password", &body, &[("cookie", &cookie)]).await);
    assert!(done.starts_with("/settings?flash="), "{done}");
    let left: Vec<_> = clients(&front, ADA).await.into_iter().map(|client| client.id).collect();
    assert_eq!(left, [all[1].id]);
}

async fn nothing_is_stored_for_strangers(db: &TestDb) {
    let front = Front::new(db);
    let form = format!("email={ADA}&password=a+wrong+password");
    let count = async || store::session::count(&front.desk.db).await.unwrap();
    for _ in 0..20 {
        let failed = front.post_form("/api/sign-in", &form, &[]).await;
        let back = to(&failed);
        assert!(back.ends_with("flash=carried"), "{back}");
        let cookie = failed.cookie();
        assert!(cookie.starts_with("slipstream-flash=") && !cookie.contains("ada"), "{cookie}");
        let shown = front.get(&back, &[("cookie", &cookie)]).await;
        assert!(shown.text.contains(ADA) && shown.text.contains("aria-invalid"), "{}", shown.text);
        assert!(shown.header(header::SET_COOKIE).starts_with("slipstream-flash=;"), "it is read once");
    }
    assert_eq!(count().await, 0);
    for path in ["/api/sign-up", "/api/forgot", "/api/reset", "/api/freeze"] {
        to(&front.post_form(path, "email=nobody", &[]).await);
    }
    assert_eq!(count().await, 0);
    browser(&front, ADA).await;
    assert_eq!(count().await, 1);
}

async fn a_browser_that_has_signed_in_is_known(db: &TestDb) {
    let plenty = Limit::per_minutes(10_000, 15);
    let throttles = Throttles { address: plenty, ..Throttles::default() };
    // Every request comes through the proxy, whose header carries the client's address.
    let proxies = [[127, 0, 0, 1].into()];
    let front = Front::behind(db, Settings { throttles, ..Settings::default() }, &proxies);
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let home = ("x-forwarded-for", "192.0.2.1");
    let signed_up = front.post_form("/api/sign-up", &form, &[home]).await;
    let set: Vec<_> =
        signed_up.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
    let device = set.iter().find(|cookie| cookie.starts_with("slipstream-device=")).expect("a cookie");
    assert!(device.contains("HttpOnly") && device.contains("SameSite=Lax"), "{device}");
    let device = device.split(';').next().unwrap().to_owned();
    let wrong = format!("email={ADA}&password=a+wrong+password");
    for guess in 0..11 {
        let from = format!("198.51.100.{guess}");
        front.post_form("/api/sign-in", &wrong, &[("x-forwarded-for", &from)]).await;
    }
    // From another network with the browser that signed up: accepted. From an unknown browser: rejected.
    let away = ("x-forwarded-for", "203.0.113.9");
    let out = front.post_form("/api/sign-in", &form, &[away]).await;
    assert!(to(&out).starts_with("/sign-in?"), "{:?}", out.headers);
    let inside = front.post_form("/api/sign-in", &form, &[away, ("cookie", &device)]).await;
    assert_eq!(to(&inside), "/dashboard");
}

async fn opening_the_freeze_page_changes_nothing(db: &TestDb) {
    let front = Front::new(db);
    browser(&front, ADA).await;
    let page = front.get("/not-me?token=made.up.1.00", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("data-testid=\"freeze-invalid\""), "{}", page.text);
    let posted = front.post_form("/api/freeze", "token=made.up.1.00", &[]).await;
    assert!(to(&posted).starts_with("/not-me?token="));
    let found = person::find_user(&front.desk, ADA).await.unwrap();
    assert_eq!(found.state, AccountState::Active);
    let user = store::user::by_email(&front.desk.db, ADA).await.unwrap().unwrap();
    person::act_on_user(&front.desk, person::By::CommandLine, user.id, person::UserAction::Freeze)
        .await
        .unwrap();
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let refused = front.post_form("/api/sign-in", &form, &[]).await;
    let shown = front.get(&to(&refused), &[("cookie", &refused.cookie())]).await;
    assert!(shown.text.contains("frozen"), "{}", shown.text);
    let reported = front.post_json("/v1/auth/sign-in", &json!({ "email": ADA, "password": PASSWORD })).await;
    assert_eq!(
        (reported.status.as_u16(), reported.json()),
        (433, json!({ "error": "account is frozen (4100)" }))
    );
}

async fn the_list_of_users_is_for_admins(db: &TestDb) {
    let front = Front::new(db);
    let (_, admin) = front.admin().await;
    let cookie = browser(&front, ADA).await;
    let user = store::user::by_email(&front.desk.db, ADA).await.unwrap().unwrap().id;
    assert_eq!(front.get("/admin/people", &[("cookie", &cookie)]).await.status, StatusCode::NOT_FOUND);
    let page = front.get("/admin/people?search=ADA", &[("cookie", &admin)]).await;
    assert!(
        page.text.contains(&format!("data-email=\"{ADA}\"")) && !page.text.contains("data-email=\"admin")
    );
    let act = async |who: &str, step: &str| {
        let body = format!("id={user}&step={step}&search=ada");
        front.post_form("/api/person-act", &body, &[("cookie", who)]).await
    };
    assert_eq!(act(&cookie, "admin").await.status, StatusCode::NOT_FOUND, "no user can promote themselves");
    assert!(to(&act(&admin, "suspend").await).starts_with("/admin/people?search=ada&flash="));
    assert_eq!(front.get("/dashboard", &[("cookie", &cookie)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(person::find_user(&front.desk, ADA).await.unwrap().state, AccountState::Suspended);
    to(&act(&admin, "unsuspend").await);
    to(&act(&admin, "admin").await);
    assert_eq!(person::find_user(&front.desk, ADA).await.unwrap().role, Role::Admin);
    to(&act(&admin, "trader").await);
    let own = store::user::by_email(&front.desk.db, "admin@example.org").await.unwrap().unwrap().id;
    let body = format!("id={own}&step=trader");
    let refused = front.post_form("/api/person-act", &body, &[("cookie", &admin)]).await;
    let shown = front.get(&to(&refused), &[("cookie", &admin)]).await;
    assert!(shown.text.contains("This is the last admin."), "{}", shown.text);
    let odd = front.post_form("/api/person-act", "id=x&step=y", &[("cookie", &admin)]).await;
    assert!(to(&odd).contains("flash="));
}

async fn a_caller_without_the_role_is_noted(db: &TestDb) {
    let front = Front::new(db);
    let cookie = browser(&front, ADA).await;
    let credentials = json!({ "email": ADA, "password": PASSWORD });
    let tokens = front.post_json("/v1/auth/sign-in", &credentials).await.json();
    let token = tokens["accessToken"].as_str().unwrap();
    for _ in 0..3 {
        let denied = front.send(Method::PUT, "/v1/admin/maintenance", token, &json!({ "on": true })).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(front.get("/admin/outbox", &[("cookie", &cookie)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(front.get("/keys", &[("host", "evil.example")]).await.status, StatusCode::MISDIRECTED_REQUEST);
    let elsewhere = [("origin", "https://evil.example"), ("cookie", cookie.as_str())];
    assert_eq!(front.post_form("/api/theme", "theme=dark", &elsewhere).await.status, StatusCode::FORBIDDEN);
    service::platform::rejection::flush(&front.desk).await.unwrap();
    let rows = store::audit::list_latest(&front.desk.db, 50).await.unwrap();
    let denied: Vec<_> = rows.iter().filter(|row| row.action == "access-denied").collect();
    let user = store::user::by_email(&front.desk.db, ADA).await.unwrap().unwrap().id;
    assert_eq!(denied.len(), 1, "{rows:?}");
    assert_eq!((denied[0].user_id, denied[0].detail.as_str()), (Some(user), "count=4"));
}

async fn the_settings_page_ends_the_sign_in_of_an_app(db: &TestDb) {
    let front = Front::new(db);
    let cookie = browser(&front, ADA).await;
    let none = front.get("/settings", &[("cookie", &cookie)]).await;
    assert!(!none.text.contains("data-testid=\"app-session\""), "there is none");
    let credentials = json!({ "email": ADA, "password": PASSWORD });
    let tokens = front.post_json("/v1/auth/sign-in", &credentials).await.json();
    let page = front.get("/settings", &[("cookie", &cookie)]).await;
    assert!(page.text.contains("data-testid=\"app-session\""), "{}", page.text);
    let user = store::user::by_email(&front.desk.db, ADA).await.unwrap().unwrap().id;
    let all = store::token_family::list_by_user(&front.desk.db, user, front.desk.clock.now()).await.unwrap();
    let body = format!("id={}", all[0].family_id);
    let done = to(&front.post_form("/api/end-program", &body, &[("cookie", &cookie)]).await);
    assert!(done.starts_with("/settings?flash="), "{done}");
    let token = tokens["accessToken"].as_str().unwrap();
    let after = front.get("/v1/priv/api-client", &[("authorization", token)]).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);
}

async fn weak_passwords_are_rejected_by_page_and_api(db: &TestDb) {
    let front = Front::new(db);
    for (password, text) in [
        ("qwerty12345", "is too easy to guess"),
        ("P@ssw0rd123", "is too easy to guess"),
        ("slipstream1234", "must not contain your e-mail address or the product's name"),
    ] {
        let reported =
            front.post_json("/v1/auth/sign-up", &json!({ "email": ADA, "password": password })).await;
        let expected = json!({ "errors": [{ "msg": text, "param": "password", "location": "body" }] });
        assert_eq!((reported.status.as_u16(), reported.json()), (422, expected), "{password}");
        let form = format!("email={ADA}&password={}", password.replace('@', "%40"));
        let refused = front.post_form("/api/sign-up", &form, &[]).await;
        let shown = front.get(&to(&refused), &[("cookie", &refused.cookie())]).await;
        assert!(shown.text.contains("aria-invalid=\"true\""), "{password}: {}", shown.text);
        assert!(!shown.text.contains(password));
    }
    let phrase = json!({ "email": ADA, "password": "velvet glacier tuba lantern" });
    assert_eq!(front.post_json("/v1/auth/sign-up", &phrase).await.status, StatusCode::OK);
}

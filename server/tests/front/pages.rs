//! Pages and forms, as a browser without scripts uses them.

use super::call::{ADA, Front, PASSWORD};
use axum::http::{StatusCode, header};
use service::{identity::session, platform::settings::Settings};
use store::testing::TestDb;

store::each_engine!(
    a_browser_signs_up_and_out,
    signing_in_ends_the_session_that_the_browser_had,
    a_failed_form_comes_back_to_its_page_for_that_browser_only,
    posts_from_other_sites_are_refused,
    over_https_the_cookie_is_bound_to_the_host,
    a_page_runs_only_scripts_that_we_sent,
);

async fn a_browser_signs_up_and_out(db: &TestDb) {
    let front = Front::new(db);
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let signed_up =
        front.post_form("/api/sign-up", &form, &[("referer", "http://127.0.0.1:3000/sign-up")]).await;
    assert_eq!(signed_up.status, StatusCode::SEE_OTHER, "{}", signed_up.text);
    let set = signed_up.header(header::SET_COOKIE).to_owned();
    assert!(
        set.starts_with("slipstream=") && set.contains("HttpOnly") && set.contains("SameSite=Lax"),
        "{set}"
    );
    let cookie = signed_up.cookie();
    let dashboard = front.get(signed_up.header(header::LOCATION), &[("cookie", &cookie)]).await;
    assert_eq!(dashboard.status, StatusCode::OK);
    assert!(dashboard.text.contains(ADA), "the page says who is signed in");
    let out = front.post_form("/api/sign-out", "", &[("cookie", &cookie)]).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_eq!(front.get("/dashboard", &[("cookie", &cookie)]).await.status, StatusCode::SEE_OTHER);
}

async fn signing_in_ends_the_session_that_the_browser_had(db: &TestDb) {
    let front = Front::new(db);
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let before = front.post_form("/api/sign-up", &form, &[]).await.cookie();
    let signed_in = front.post_form("/api/sign-in", &form, &[("cookie", &before)]).await;
    assert!(
        signed_in.header(header::SET_COOKIE).contains("Max-Age=7776000"),
        "the session slides; its cookie lasts as long as a session can"
    );
    let after = signed_in.cookie();
    assert_eq!(front.get("/dashboard", &[("cookie", &after)]).await.status, StatusCode::OK);
    assert_eq!(front.get("/dashboard", &[("cookie", &before)]).await.status, StatusCode::SEE_OTHER);
    let wrong = format!("email={ADA}&password=a+wrong+password");
    front.post_form("/api/sign-in", &wrong, &[("cookie", &after)]).await;
    assert_eq!(
        front.get("/dashboard", &[("cookie", &after)]).await.status,
        StatusCode::OK,
        "a failed one ends none"
    );
}

async fn a_failed_form_comes_back_to_its_page_for_that_browser_only(db: &TestDb) {
    let front = Front::new(db);
    let form = format!("email={ADA}&password=a+wrong+password");
    let failed =
        front.post_form("/api/sign-in", &form, &[("referer", "http://127.0.0.1:3000/sign-in")]).await;
    assert_eq!(failed.status, StatusCode::SEE_OTHER);
    let back = failed.header(header::LOCATION).to_owned();
    assert!(back.starts_with("/sign-in?") && back.contains("flash="), "{back}");
    assert!(!back.contains("password") && !back.contains(ADA), "{back}");
    let cookie = failed.cookie();
    let token = cookie.split_once('=').unwrap().1;
    let origin = service::Origin::new([127, 0, 0, 1].into(), "");
    assert_eq!(session::find(&front.desk, token, &origin).await.unwrap(), None, "no one is signed in");
    let stranger = front.get(&back, &[]).await;
    assert!(!stranger.text.contains(ADA));
    let shown = front.get(&back, &[("cookie", &cookie)]).await;
    assert!(shown.text.contains(ADA) && !shown.text.contains("a wrong password"), "{}", shown.text);
    assert!(shown.header(header::SET_COOKIE).starts_with("slipstream-flash=;"), "a flash is read once");
}

async fn posts_from_other_sites_are_refused(db: &TestDb) {
    let front = Front::new(db);
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    for foreign in [
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        [("origin", "https://evil.example"), ("x-nothing", "")],
        [("origin", "null"), ("x-nothing", "")],
        [("sec-fetch-site", "same-site"), ("x-nothing", "")],
    ] {
        let answer = front.post_form("/api/sign-up", &form, &foreign).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{foreign:?}");
        assert!(!answer.headers.contains_key(header::SET_COOKIE));
    }
    assert_eq!(store::user::count_users(&front.desk.db).await.unwrap(), 0);
    let own = [("origin", "http://127.0.0.1:3000"), ("sec-fetch-site", "same-origin")];
    assert_eq!(front.post_form("/api/sign-up", &form, &own).await.status, StatusCode::SEE_OTHER);
    assert_eq!(store::user::count_users(&front.desk.db).await.unwrap(), 1);
}

async fn over_https_the_cookie_is_bound_to_the_host(db: &TestDb) {
    let https = Settings { public_url: "https://desk.example".into(), ..Settings::default() };
    let front = Front::with(db, https);
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let set = front.post_form("/api/sign-up", &form, &[]).await.header(header::SET_COOKIE).to_owned();
    assert!(
        set.starts_with("__Host-slipstream=") && set.contains("Secure") && set.contains("Path=/"),
        "{set}"
    );
    assert!(!set.contains("Domain"), "{set}");
    let theme = front.post_form("/api/theme", "theme=dark", &[]).await.header(header::SET_COOKIE).to_owned();
    assert!(theme.starts_with("__Host-slipstream-theme=dark") && theme.contains("Secure"), "{theme}");
    let cookie = theme.split(';').next().unwrap();
    let page = front.get("/", &[("accept", "text/html"), ("cookie", cookie)]).await;
    assert!(page.text.contains("data-theme=\"dark\""), "the chosen theme is read");
}

async fn a_page_runs_only_scripts_that_we_sent(db: &TestDb) {
    let front = Front::new(db);
    let page = front.get("/", &[("accept", "text/html")]).await;
    let policy = page.header(header::CONTENT_SECURITY_POLICY).to_owned();
    let nonce = policy.split("'nonce-").nth(1).expect("a nonce").split('\'').next().unwrap();
    assert!(nonce.len() >= 16);
    for script in page.text.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}>");
    }
    let again = front.get("/", &[("accept", "text/html")]).await;
    assert_ne!(again.header(header::CONTENT_SECURITY_POLICY), policy, "a nonce is used once");
    assert_eq!(page.header(header::CACHE_CONTROL), "private, no-cache");
}

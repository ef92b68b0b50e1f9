//! Every route, page and form has a role, and those that require one are closed to callers without it.

use super::call::{ADA, Front, PASSWORD, request};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::Role;
use serde_json::json;
use service::{
    identity::{account, session, token},
    messaging::notify,
};
use std::collections::BTreeSet;
use store::testing::TestDb;

store::each_engine!(
    every_route_is_classified,
    closed_routes_are_closed_to_strangers,
    closed_pages_and_forms_send_strangers_to_sign_in,
    an_admins_page_is_nowhere_for_a_trader,
    cookies_open_no_api_and_tokens_no_page,
);

/// Routes that need no credentials. tests/programs.rs covers the routes for API clients in detail.
const OPEN: &[&str] = &[
    "/v1/pub/",
    "/v1/auth/sign-up",
    "/v1/auth/sign-in",
    "/v1/auth/refresh",
    "/v1/hook/",
    "/ver1/accounts/market_list",
    "/v2/authenticate/api",
];

fn origin() -> service::Origin {
    service::Origin::new([127, 0, 0, 1].into(), "Test/1.0")
}

async fn every_route_is_classified(db: &TestDb) {
    let front = Front::new(db);
    let (document, routes) = server::router::api(&front.desk);
    let document = serde_json::to_value(document).unwrap();
    let mut written = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            written.insert((path.clone(), method.to_uppercase()));
        }
    }
    let classified: BTreeSet<_> = routes.iter().map(|d| (d.path.clone(), d.method.to_string())).collect();
    assert_eq!(written, classified);
    assert_eq!(routes.len(), classified.len(), "a route has two roles");
    for route in &routes {
        let open = OPEN.iter().any(|start| route.path.starts_with(start));
        assert_eq!(route.role == Role::Anyone, open, "{} {}", route.method, route.path);
    }

    let pages: BTreeSet<_> = leptos_axum::generate_route_list(app::App)
        .iter()
        .map(|page| format!("/{}", page.path().trim_matches('/')))
        .collect();
    let listed: BTreeSet<_> = app::routes::PAGES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(pages, listed);
    let forms: BTreeSet<_> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    let listed: BTreeSet<_> = app::api::SERVER_FNS.iter().map(|(path, _)| *path).collect();
    assert_eq!(forms, listed);
}

/// Fills the parameters of a path.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "0199c0de-0000-7000-8000-000000000000" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

async fn closed_routes_are_closed_to_strangers(db: &TestDb) {
    let front = Front::new(db);
    let (_, routes) = server::router::api(&front.desk);
    let closed = routes.iter().filter(|route| route.role > Role::Anyone && route.program.is_none());
    let mut seen = 0;
    for route in closed {
        for header in [None, Some("nonsense"), Some("Basic YTpi"), Some("Bearer a.b.c")] {
            let header: Vec<_> = header.map(|value| ("authorization", value)).into_iter().collect();
            let answer = front
                .call(request(route.method.clone(), &filled(&route.path), &header, Body::from("{")))
                .await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {}", route.method, route.path);
            assert_eq!(answer.text, r#"{"message":"unauthorized"}"#);
            seen += 1;
        }
    }
    assert!(seen > 0);
}

async fn closed_pages_and_forms_send_strangers_to_sign_in(db: &TestDb) {
    let front = Front::new(db);
    service::following::strategy::seed(&front.desk).await.unwrap();
    let strategy =
        service::following::strategy::list_strategies(&front.desk).await.unwrap()[0].id.to_string();
    for (path, role) in app::routes::PAGES {
        // The public page of an existing strategy.
        let answer = front.get(&path.replace("{id}", &strategy), &[("accept", "text/html")]).await;
        if *role == Role::Anyone {
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        } else {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert!(answer.header(header::LOCATION).starts_with("/sign-in?next=%2F"), "{path}");
            assert_eq!(answer.text, "");
        }
    }
    for (path, _) in app::api::SERVER_FNS.iter().filter(|(_, role)| *role > Role::Anyone) {
        let answer = front.post_form(path, "", &[("referer", "http://127.0.0.1:3000/keys")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(answer.header(header::LOCATION), "/sign-in?next=%2Fkeys", "{path}");
        let script = request(Method::POST, path, &[("content-type", "application/json")], Body::from("{}"));
        assert_eq!(front.call(script).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

async fn an_admins_page_is_nowhere_for_a_trader(db: &TestDb) {
    let front = Front::new(db);
    let session = account::sign_up(&front.desk, origin(), ADA, PASSWORD).await.unwrap();
    let cookie = format!("slipstream={}", session.token);
    let hidden = front.get("/admin/outbox", &[("cookie", &cookie)]).await;
    let nowhere = front.get("/no/such/page", &[("cookie", &cookie)]).await;
    assert_eq!((hidden.status, nowhere.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert!(!hidden.text.contains("outbox-"), "{}", hidden.text);
    service::identity::plan::assign_plan(&front.desk, ADA, "EXPERT").await.unwrap();
    notify::gather(&front.desk).await.unwrap();
    account::make_admin(&front.desk, ADA).await.unwrap();
    let admin = session::find(&front.desk, &session.token, &origin()).await.unwrap().unwrap();
    let mail = notify::list(&front.desk, &admin, &notify::Search::first(1)).await.unwrap().remove(0);
    let get = async |path: &str| front.get(path, &[("cookie", &cookie)]).await;
    let shown = get("/admin/outbox").await;
    assert_eq!(shown.status, StatusCode::OK);
    let link = format!("/message.html?id={}", mail.id);
    assert!(shown.text.contains(&link) && shown.text.contains("data-testid=\"message-row\""));
    let mailed = get(&link).await.text;
    assert!(mailed.contains("Expert") && !mailed.contains("/not-me?token="), "as its reader sees it");
    for (query, rows) in [("state=waiting&channel=email", 1), ("state=dead", 0), ("channel=telegram", 0)] {
        let page = get(&format!("/admin/outbox?{query}")).await.text;
        assert_eq!(page.matches("data-testid=\"message-row\"").count(), rows, "{query}");
    }
    assert_eq!(
        get(&format!("/admin/outbox?before={}", mail.id)).await.text.matches("message-row").count(),
        0
    );
    assert_eq!(get("/message.html?id=x").await.status, StatusCode::NOT_FOUND);
    let stranger = account::sign_up(&front.desk, origin(), "eve@example.org", PASSWORD).await.unwrap();
    let theirs = format!("slipstream={}", stranger.token);
    assert_eq!(front.get(&link, &[("cookie", &theirs)]).await.status, StatusCode::NOT_FOUND);
}

async fn cookies_open_no_api_and_tokens_no_page(db: &TestDb) {
    let front = Front::new(db);
    let session = account::sign_up(&front.desk, origin(), ADA, PASSWORD).await.unwrap();
    let tokens = token::sign_in(&front.desk, origin(), ADA, PASSWORD).await.unwrap();
    let list = "/v1/priv/account/exchange/key/list";
    let cookie = format!("slipstream={}", session.token);
    for bad in [("cookie", cookie.as_str()), ("authorization", session.token.as_str())] {
        assert_eq!(front.get(list, &[bad]).await.status, StatusCode::UNAUTHORIZED);
    }
    for good in [tokens.access_token.clone(), format!("Bearer {}", tokens.access_token)] {
        let answer = front.get(list, &[("authorization", &good)]).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({ "items": [] })));
    }
    let bearer = front.get("/dashboard", &[("authorization", &tokens.access_token)]).await;
    assert_eq!(bearer.status, StatusCode::SEE_OTHER);
    let as_cookie = format!("slipstream={}", tokens.access_token);
    assert_eq!(front.get("/dashboard", &[("cookie", &as_cookie)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(front.get("/dashboard", &[("cookie", &cookie)]).await.status, StatusCode::OK);
}

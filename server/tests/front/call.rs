//! Calling the program's routes without a network.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::Value;
use service::{
    Limit, Settings, SharedDesk, Throttles,
    testing::{self, Setup},
};
use store::testing::TestDb;
use tower::ServiceExt as _;

pub(super) const ADA: &str = "ada@example.org";
pub(super) const PASSWORD: &str = "correct horse battery";

/// A desk, and its routes.
pub(super) struct Front {
    pub(super) desk: SharedDesk,
    routes: Router,
}

/// An answer, read whole.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(super) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The session cookie that the answer sets.
    pub(super) fn cookie(&self) -> String {
        self.header(header::SET_COOKIE).split(';').next().unwrap().to_owned()
    }
}

impl Front {
    /// A desk that hears as many attempts as a test makes.
    pub(super) fn new(db: &TestDb) -> Self {
        let plenty = Limit::per_minutes(10_000, 15);
        let throttles = Throttles { address: plenty, account: plenty, reset: plenty, ..Throttles::default() };
        Self::with(db, Settings { throttles, ..Settings::default() })
    }

    pub(super) fn with(db: &TestDb, settings: Settings) -> Self {
        let desk = testing::desk_with((**db).clone(), Setup { settings, ..Setup::default() });
        let routes = server::router::build(&desk, &[], server::router::Beside::default()).unwrap();
        Self { desk, routes }
    }

    pub(super) async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 10_000_000).await.unwrap();
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub(super) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call(request(Method::GET, path, headers, Body::empty())).await
    }

    pub(super) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        let kind = [("content-type", "application/json")];
        self.call(request(Method::POST, path, &kind, Body::from(body.to_string()))).await
    }

    /// What a browser without scripts posts.
    pub(super) async fn post_form(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "text/html"),
            ("host", "127.0.0.1:3000"),
        ];
        all.extend_from_slice(headers);
        self.call(request(Method::POST, path, &all, Body::from(body.to_owned()))).await
    }
}

pub(super) fn request(method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let start = Request::builder().method(method).uri(path);
    headers.iter().fold(start, |builder, (name, value)| builder.header(*name, *value)).body(body).unwrap()
}

//! Calls the program's routes without a network.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::Value;
use server::{front::Limits, hosts::Hosts, network::Network};
use service::{
    SharedDesk,
    platform::settings::{EdgeSettings, Limit, Settings, Throttles},
    testing::{self, Setup, TestClock},
};
use std::{net::IpAddr, sync::Arc};
use store::testing::TestDb;
use tower::ServiceExt as _;

pub(super) const ADA: &str = "ada@example.org";
pub(super) const PASSWORD: &str = "correct horse battery";

/// A desk, and its routes.
pub(super) struct Front {
    pub(super) desk: SharedDesk,
    pub(super) clock: Arc<TestClock>,
    routes: Router,
}

/// A response with its whole body.
pub(super) struct FullResponse {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    pub(super) bytes: Vec<u8>,
}

impl FullResponse {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(super) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The session cookie that the response sets.
    pub(super) fn cookie(&self) -> String {
        self.header(header::SET_COOKIE).split(';').next().unwrap().to_owned()
    }
}

impl Front {
    /// A desk whose rate limits exceed what a test sends.
    pub(super) fn new(db: &TestDb) -> Self {
        let plenty = Limit::per_minutes(10_000, 15);
        let throttles = Throttles { address: plenty, account: plenty, reset: plenty, ..Throttles::default() };
        Self::with(db, Settings { throttles, ..Settings::default() })
    }

    pub(super) fn with(db: &TestDb, settings: Settings) -> Self {
        Self::behind(db, settings, &[])
    }

    /// The same with trusted proxies. Without a network every request comes from 127.0.0.1.
    pub(super) fn behind(db: &TestDb, settings: Settings, proxies: &[IpAddr]) -> Self {
        let clock = Arc::new(TestClock::default());
        let setup = Setup { settings, clock: clock.clone(), ..Setup::default() };
        let desk = testing::desk_with((**db).clone(), setup);
        let hosts = Hosts::new(&desk.settings.public_url, [127, 0, 0, 1].into(), &[]);
        let network = Network::new(proxies, hosts, Limits::default());
        let routes = server::router::build(&desk, &network, server::router::Beside::default()).unwrap();
        Self { desk, clock, routes }
    }

    /// A desk with these edge settings, and rate limits that exceed what a test sends.
    pub(super) fn edge(db: &TestDb, edge: EdgeSettings) -> Self {
        let plenty = Limit::per_minutes(10_000, 15);
        let throttles = Throttles { address: plenty, account: plenty, reset: plenty, ..Throttles::default() };
        Self::with(db, Settings { throttles, edge, ..Settings::default() })
    }

    /// Signs up a user; returns the access token.
    pub(super) async fn token(&self, email: &str) -> String {
        let origin = service::Origin::new([127, 0, 0, 1].into(), "");
        service::identity::token::sign_up(&self.desk, origin, email, PASSWORD).await.unwrap().access_token
    }

    /// Creates an admin; returns the access token and the browser's cookie.
    pub(super) async fn admin(&self) -> (String, String) {
        let email = "admin@example.org";
        let token = self.token(email).await;
        service::identity::account::make_admin(&self.desk, email).await.unwrap();
        let origin = service::Origin::new([127, 0, 0, 1].into(), "");
        let session = service::identity::account::sign_in(&self.desk, origin, email, PASSWORD).await.unwrap();
        (token, format!("slipstream={}", session.token))
    }

    /// Sends JSON with a token.
    pub(super) async fn send(&self, method: Method, path: &str, token: &str, body: &Value) -> FullResponse {
        let headers = [("authorization", token), ("content-type", "application/json")];
        self.call(request(method, path, &headers, Body::from(body.to_string()))).await
    }

    pub(super) async fn call(&self, request: Request<Body>) -> FullResponse {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 10_000_000).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        FullResponse { status, headers, text, bytes: bytes.to_vec() }
    }

    pub(super) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> FullResponse {
        self.call(request(Method::GET, path, headers, Body::empty())).await
    }

    /// Sends a GET request as a program on the desk's own machine.
    pub(super) async fn get_here(&self, path: &str) -> FullResponse {
        self.call(from_here(request(Method::GET, path, &[], Body::empty()))).await
    }

    pub(super) async fn post_json(&self, path: &str, body: &Value) -> FullResponse {
        let kind = [("content-type", "application/json")];
        self.call(request(Method::POST, path, &kind, Body::from(body.to_string()))).await
    }

    /// Posts a form as a browser without scripts does.
    pub(super) async fn post_form(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> FullResponse {
        let mut all = vec![
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "text/html"),
            ("host", "127.0.0.1:3000"),
        ];
        all.extend_from_slice(headers);
        self.call(request(Method::POST, path, &all, Body::from(body.to_owned()))).await
    }
}

/// Marks the request as coming from the desk's own machine.
pub(super) fn from_here(mut request: Request<Body>) -> Request<Body> {
    let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
    request
}

pub(super) fn request(method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut start = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        start = start.header("host", "127.0.0.1:3000");
    }
    headers.iter().fold(start, |builder, (name, value)| builder.header(*name, *value)).body(body).unwrap()
}

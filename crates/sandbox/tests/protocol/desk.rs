//! A test fixture: a sandbox with a manually advanced clock, and a signing client.

use axum::{Router, body::Body};
use domain::{Clock, Decimal, Entropy, Micros};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Request, StatusCode};
use sandbox::{Limits, Options, Sandbox};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};
use tempfile::TempDir;
use tower::ServiceExt;

/// 2026-11-21T08:00:00Z.
const MORNING: i64 = 1_795_248_000_000_000;

pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(MORNING)))
    }

    pub(crate) fn forward(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }
}

/// Entropy that is the same in every run.
pub(crate) struct TestEntropy(AtomicU64);

impl TestEntropy {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(0x9E37_79B9_7F4A_7C15)))
    }
}

impl Entropy for TestEntropy {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            let step = |x: u64| {
                Some(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
            };
            let x = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step).unwrap();
            *byte = (x >> 56) as u8;
        }
    }
}

/// The response to a request.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    /// The body of a response that must be successful.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }

    /// Binance's error code of a response that must be an error.
    pub(crate) fn code(&self) -> i64 {
        assert_ne!(self.status, StatusCode::OK, "{}", self.body);
        self.body["code"].as_i64().unwrap_or_else(|| panic!("no code in {}", self.body))
    }
}

/// A sandbox with an account, and a client for it.
pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) key: String,
    secret: String,
    router: Router,
    pub(crate) dir: Arc<TempDir>,
}

pub(crate) fn options() -> Options {
    Options { controllable: true, seed: Some(7), ..Options::default() }
}

pub(crate) fn open_at(dir: &Path, clock: &Arc<TestClock>, options: Options) -> Sandbox {
    Sandbox::open(dir, Arc::clone(clock) as Arc<dyn Clock>, TestEntropy::new(), options).unwrap()
}

pub(crate) fn sign(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::open_with(Limits::default()).await
    }

    pub(crate) async fn open_with(limits: Limits) -> Self {
        Self::open_as(Options { limits, ..options() }).await
    }

    /// A sandbox that serves listen keys on spot.
    pub(crate) async fn legacy() -> Self {
        Self::open_as(Options { legacy_listen_key: true, ..options() }).await
    }

    async fn open_as(options: Options) -> Self {
        let (dir, clock) = (Arc::new(tempfile::tempdir().unwrap()), TestClock::new());
        let sandbox = open_at(dir.path(), &clock, options);
        sandbox.tick(1).unwrap();
        let mut desk =
            Self { router: sandbox.router(), sandbox, clock, key: String::new(), secret: String::new(), dir };
        let account = desk.control("accounts", json!({})).await.ok();
        desk.key = account["apiKey"].as_str().unwrap().to_owned();
        desk.secret = account["apiSecretKey"].as_str().unwrap().to_owned();
        desk
    }

    /// Opens an existing exchange directory with an existing account.
    pub(crate) fn of(dir: TempDir, key: &str, secret: &str) -> Self {
        let (dir, clock) = (Arc::new(dir), TestClock::new());
        let sandbox = open_at(dir.path(), &clock, options());
        let (key, secret) = (key.to_owned(), secret.to_owned());
        Self { router: sandbox.router(), sandbox, clock, key, secret, dir }
    }

    /// Closes the sandbox and reopens it on the same directory.
    pub(crate) fn reopened(self) -> Self {
        let Self { sandbox, clock, key, secret, router, dir } = self;
        drop((router, sandbox));
        let sandbox = open_at(dir.path(), &clock, options());
        Self { router: sandbox.router(), sandbox, clock, key, secret, dir }
    }

    /// The time of the sandbox in milliseconds.
    pub(crate) fn clock_millis(&self) -> i64 {
        self.clock.now().millis()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn control(&self, path: &str, body: Value) -> Reply {
        let request = Request::post(format!("/control/{path}"))
            .header("x-sandbox-control", self.sandbox.control_token())
            .body(Body::from(body.to_string()));
        self.send(request.unwrap()).await
    }

    /// A request to the control API with a method other than POST.
    pub(crate) async fn control_by(&self, method: &str, path: &str) -> Reply {
        let request = Request::builder().method(method).uri(format!("/control/{path}"));
        let request = request.header("x-sandbox-control", self.sandbox.control_token());
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(format!("/binance{path}")).body(Body::empty()).unwrap()).await
    }

    /// The account's signature of a text.
    pub(crate) fn signature(&self, text: &str) -> String {
        sign(&self.secret, text)
    }

    /// Adds a timestamp and a signature to the parameters.
    pub(crate) fn signed_query(&self, params: &str) -> String {
        let amp = if params.is_empty() { "" } else { "&" };
        let text = format!("{params}{amp}timestamp={}", self.clock.now().millis());
        format!("{text}&signature={}", sign(&self.secret, &text))
    }

    /// Sends a signed request over a socket. Returns its status and body, or `None` if the connection was
    /// closed.
    pub(crate) async fn send_over(
        &self,
        address: SocketAddr,
        method: &str,
        path: &str,
        signed_query: &str,
    ) -> Option<(StatusCode, String)> {
        let url = format!("http://{address}/sandbox/binance{path}?{signed_query}");
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.request(method.parse().unwrap(), url).header("X-MBX-APIKEY", &self.key);
        let answer = request.send().await.ok()?;
        Some((answer.status(), answer.text().await.ok()?))
    }

    /// A signed request with its parameters in the query string.
    pub(crate) async fn call(&self, method: &str, path: &str, params: &str) -> Reply {
        let uri = format!("/binance{path}?{}", self.signed_query(params));
        self.keyed(method, &uri, Body::empty()).await
    }

    pub(crate) async fn keyed(&self, method: &str, uri: &str, body: Body) -> Reply {
        let request = Request::builder().method(method).uri(uri).header("X-MBX-APIKEY", &self.key);
        self.send(request.body(body).unwrap()).await
    }

    /// Jumps a pair to a price.
    pub(crate) async fn jump(&self, symbol: &str, price: &str) {
        self.control("price", json!({ "symbol": symbol, "price": price })).await.ok();
    }

    /// Serves the sandbox on a free port. Returns its address.
    pub(crate) async fn serve(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().nest("/sandbox", self.router.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}

/// Parses a string of a response as a number.
pub(crate) fn number(value: &Value) -> Decimal {
    value.as_str().unwrap_or_else(|| panic!("{value} is no string")).parse().unwrap()
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

//! The test checkout over HTTP, as Stripe's clients and browsers see it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use checkout::{Checkout, Listener, Options};
use domain::{Clock, Entropy, Micros};
use serde_json::Value;
use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, ThreadId},
};
use tower::ServiceExt as _;

/// A clock that never advances, with the threads that have read it.
#[derive(Default)]
struct Still(Mutex<HashSet<ThreadId>>);

impl Clock for Still {
    fn now(&self) -> Micros {
        self.0.lock().unwrap().insert(thread::current().id());
        Micros(1_767_225_600_000_000)
    }
}

/// Different bytes for every id.
#[derive(Default)]
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, out: &mut [u8]) {
        let bytes = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        out.iter_mut().zip(bytes.iter().cycle()).for_each(|(to, from)| *to = *from);
    }
}

/// A checkout, with its state in a temporary folder.
struct World {
    checkout: Checkout,
    clock: Arc<Still>,
    _folder: tempfile::TempDir,
}

impl World {
    /// Opens a checkout that delivers its events to this URL, if any.
    fn open(listener: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = listener.map(|url| Listener { url: url.to_owned() });
        let options = Options { public_url: "http://checkout".into(), listener, controllable: false };
        let (clock, entropy) = (Arc::new(Still::default()), Arc::new(Counter::default()));
        let checkout = Checkout::open(folder.path(), clock.clone(), entropy, options).unwrap();
        Self { checkout, clock, _folder: folder }
    }

    async fn ask(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Response {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.checkout.secret_key()))
            .body(Body::from(serde_urlencoded::to_string(form).unwrap()))
            .unwrap();
        self.checkout.router().oneshot(request).await.unwrap()
    }

    /// Calls the API, and returns the answer of a successful call.
    async fn call(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.ask(method, &format!("/v1/{path}"), form).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        serde_json::from_str(&text(answer).await).unwrap()
    }

    /// Creates an object, and returns its id.
    async fn make(&self, path: &str, form: &[(&str, &str)]) -> String {
        self.call(Method::POST, path, form).await["id"].as_str().unwrap().to_owned()
    }
}

async fn text(answer: Response) -> String {
    String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_paid_session_redirects_to_the_success_url_with_its_id() {
    let world = World::open(None);
    let price = [
        ("currency", "usd"),
        ("unit_amount", "2000"),
        ("recurring[interval]", "month"),
        ("product_data[name]", "Plan"),
    ];
    let price = world.make("prices", &price).await;
    let session = [
        ("mode", "subscription"),
        ("line_items[0][price]", price.as_str()),
        ("success_url", "http://desk/billing?paid={CHECKOUT_SESSION_ID}"),
    ];
    let session = world.make("checkout/sessions", &session).await;
    let (page, back) = (format!("/pay/{session}"), format!("http://desk/billing?paid={session}"));
    // The second time it has been paid already.
    for _ in 0..2 {
        let answer = world.ask(Method::POST, &page, &[("card", "pays")]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()[header::LOCATION], back.as_str());
    }
    let shown = text(world.ask(Method::GET, &page, &[]).await).await;
    assert!(shown.contains(&format!("href=\"{back}\"")), "{shown}");
}

#[tokio::test]
async fn an_event_does_not_wait_for_a_deleted_endpoint() {
    let world = World::open(None);
    let endpoint = [("url", "http://desk/stripe"), ("enabled_events[]", "*")];
    let (one, two) =
        (world.make("webhook_endpoints", &endpoint).await, world.make("webhook_endpoints", &endpoint).await);
    world.make("customers", &[]).await;
    let pending =
        async || world.call(Method::GET, "events", &[]).await["data"][0]["pending_webhooks"].clone();
    assert_eq!(pending().await, 2);
    world.call(Method::DELETE, &format!("webhook_endpoints/{one}"), &[]).await;
    assert_eq!(pending().await, 1);
    world.call(Method::DELETE, &format!("webhook_endpoints/{two}"), &[]).await;
    assert_eq!(pending().await, 0);
}

/// Every write of the state reads the clock on the thread that then syncs the file.
#[tokio::test]
async fn deliveries_are_recorded_outside_the_runtimes_threads() {
    // Nothing listens there, which is recorded as well.
    let world = World::open(Some("http://127.0.0.1:1/stripe"));
    world.make("customers", &[]).await;
    world.clock.0.lock().unwrap().clear();
    assert_eq!(world.checkout.beat().await.unwrap(), 0);
    let threads = world.clock.0.lock().unwrap();
    assert!(!threads.is_empty() && !threads.contains(&thread::current().id()));
}

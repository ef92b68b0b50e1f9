//! A user's program that receives events, with an address on this machine.

use aws_lc_rs::hmac;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A request as the program received it.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) id: String,
    pub(super) seconds: String,
    signatures: String,
    pub(super) body: String,
}

/// The answers of the program, and the requests so far.
pub(super) struct Answers {
    pub(super) status: StatusCode,
    pub(super) location: Option<String>,
    pub(super) text: String,
    received: Vec<Received>,
}

/// A user's program with an address on this machine.
pub(super) struct Program {
    pub(super) url: String,
    pub(super) answers: Arc<Mutex<Answers>>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(
    State(answers): State<Arc<Mutex<Answers>>>,
    headers: HeaderMap,
    body: String,
) -> impl IntoResponse {
    let text = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    let mut answers = answers.lock().unwrap();
    answers.received.push(Received {
        id: text("webhook-id"),
        seconds: text("webhook-timestamp"),
        signatures: text("webhook-signature"),
        body,
    });
    let mut more = HeaderMap::new();
    if let Some(location) = &answers.location {
        more.insert(header::LOCATION, location.parse().unwrap());
    }
    (answers.status, more, answers.text.clone())
}

impl Program {
    pub(super) async fn start() -> Self {
        let (status, text) = (StatusCode::OK, "taken".to_owned());
        let answers = Arc::new(Mutex::new(Answers { status, location: None, text, received: Vec::new() }));
        let app = Router::new()
            .route("/events", post(receive))
            .route("/elsewhere", post(receive).get(receive))
            .with_state(Arc::clone(&answers));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, answers, server }
    }

    pub(super) fn answer(&self, status: StatusCode) {
        self.answers.lock().unwrap().status = status;
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.answers.lock().unwrap().received.clone()
    }

    /// The plans in the received events.
    pub(super) fn plans(&self) -> Vec<String> {
        let plan = |received: &Received| {
            let body: serde_json::Value = serde_json::from_str(&received.body).unwrap();
            body["data"]["plan"].as_str().unwrap().to_owned()
        };
        self.received().iter().map(plan).collect()
    }
}

/// Whether one of a request's signatures is by this secret: checked with another library than the one that signs.
pub(super) fn is_signed_by(received: &Received, secret: &str) -> bool {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let text = format!("{}.{}.{}", received.id, received.seconds, received.body);
    received.signatures.split(' ').any(|signature| {
        let tag = BASE64_STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
        hmac::verify(&key, text.as_bytes(), &tag).is_ok()
    })
}

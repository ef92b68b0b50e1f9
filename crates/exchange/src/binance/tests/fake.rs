//! A scripted exchange that records its requests.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{FromRequestParts, State, WebSocketUpgrade, ws::WebSocket},
    http::{HeaderMap, Method, Request, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};

/// How the fake responds to a request.
#[derive(Clone)]
pub(super) enum Reply {
    /// Sends a response.
    Body(u16, Vec<(&'static str, &'static str)>, String),
    /// Sends a compressed response.
    Gzip(Vec<u8>),
    /// Never responds.
    Hang,
    /// Breaks the connection in the middle of the response.
    Break,
}

/// A successful response.
pub(super) fn ok(body: Value) -> Reply {
    Reply::Body(200, Vec::new(), body.to_string())
}

/// An error response in Binance's format.
pub(super) fn no(status: u16, code: i64, msg: &str) -> Reply {
    Reply::Body(status, Vec::new(), json!({ "code": code, "msg": msg }).to_string())
}

/// A received request.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) what: String,
    /// Query or form, as sent.
    pub(super) text: String,
    pub(super) key: Option<String>,
    pub(super) in_body: bool,
}

impl Seen {
    /// The value of one parameter.
    pub(super) fn param(&self, name: &str) -> Option<String> {
        let pairs: HashMap<String, String> = serde_urlencoded::from_str(&self.text).unwrap();
        pairs.get(name).cloned()
    }
}

#[derive(Default)]
struct Script {
    replies: Mutex<HashMap<&'static str, VecDeque<Reply>>>,
    seen: Mutex<Vec<Seen>>,
    time: AtomicI64,
    /// Runs whenever the time is queried, before the response.
    time_requested: Mutex<Option<Hook>>,
}

type Hook = Box<dyn Fn() + Send>;

/// The running fake, which ends with the test.
pub(super) struct Fake {
    pub(super) base: String,
    script: Arc<Script>,
    sockets: mpsc::UnboundedReceiver<(String, WebSocket)>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct FakeState {
    script: Arc<Script>,
    sockets: mpsc::UnboundedSender<(String, WebSocket)>,
}

impl Fake {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Script::default());
        script.time.store(super::NOW.millis(), Ordering::SeqCst);
        let (sender, sockets) = mpsc::unbounded_channel();
        let router =
            Router::new().fallback(answer).with_state(FakeState { script: script.clone(), sockets: sender });
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, script, sockets, server }
    }

    /// Scripts the responses to `what` (method and path), used one after the other; the last one repeats.
    pub(super) fn on(&self, what: &'static str, replies: impl IntoIterator<Item = Reply>) {
        self.script.replies.lock().unwrap().insert(what, replies.into_iter().collect());
    }

    /// Sets the exchange's clock, in milliseconds.
    pub(super) fn set_time(&self, millis: i64) {
        self.script.time.store(millis, Ordering::SeqCst);
    }

    /// Runs a hook whenever the time is queried.
    pub(super) fn on_time(&self, hook: impl Fn() + Send + 'static) {
        *self.script.time_requested.lock().unwrap() = Some(Box::new(hook));
    }

    /// The requests to `what` so far.
    pub(super) fn seen(&self, what: &str) -> Vec<Seen> {
        self.script.seen.lock().unwrap().iter().filter(|seen| seen.what == what).cloned().collect()
    }

    /// The next WebSocket that is opened, with its path and query.
    pub(super) async fn socket(&mut self) -> (String, WebSocket) {
        super::streams::soon(self.sockets.recv()).await.unwrap()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shared): State<FakeState>, uri: Uri, request: Request<Body>) -> Response {
    if request.headers().contains_key("upgrade") {
        let target = uri.to_string();
        let (mut parts, _) = request.into_parts();
        let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &shared).await.unwrap();
        return upgrade.on_upgrade(async move |socket| {
            let _ = shared.sockets.send((target, socket));
        });
    }
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    shared.script.respond(&method, &uri, &headers, &body).await
}

impl Script {
    async fn respond(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Response {
        let what = format!("{method} {}", uri.path());
        if what.ends_with("/time")
            && let Some(hook) = self.time_requested.lock().unwrap().as_ref()
        {
            hook();
        }
        let form = String::from_utf8(body.to_vec()).unwrap();
        let query = uri.query().unwrap_or_default().to_owned();
        let key = headers.get("x-mbx-apikey").map(|key| key.to_str().unwrap().to_owned());
        let in_body = !form.is_empty();
        let text = if in_body { form } else { query };
        self.seen.lock().unwrap().push(Seen { what: what.clone(), text, key, in_body });
        match self.next(&what) {
            Some(Reply::Body(status, headers, text)) => {
                let status = StatusCode::from_u16(status).unwrap();
                (status, axum::response::AppendHeaders(headers), text).into_response()
            }
            Some(Reply::Gzip(body)) => ([("content-encoding", "gzip")], body).into_response(),
            Some(Reply::Hang) => std::future::pending().await,
            Some(Reply::Break) => {
                let pieces = futures::stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]);
                Body::from_stream(pieces).into_response()
            }
            None if what.ends_with("/time") => {
                json!({ "serverTime": self.time.load(Ordering::SeqCst) }).to_string().into_response()
            }
            None => (StatusCode::NOT_FOUND, format!("nothing scripted for {what}")).into_response(),
        }
    }

    fn next(&self, what: &str) -> Option<Reply> {
        let mut replies = self.replies.lock().unwrap();
        let queue = replies.get_mut(what)?;
        if queue.len() > 1 { queue.pop_front() } else { queue.front().cloned() }
    }
}

/// A server that answers time queries, and closes the connection of every other request after reading it.
/// Counts the latter.
pub(super) async fn hangs_up() -> (String, Arc<AtomicI64>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let taken = Arc::new(AtomicI64::new(0));
    let count = taken.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4_096];
            let read = stream.read(&mut head).await.unwrap();
            if head[..read].windows(5).any(|w| w == b"/time") {
                let body = json!({ "serverTime": super::NOW.millis() }).to_string();
                let head =
                    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            } else {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    (base, taken)
}

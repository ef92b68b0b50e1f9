//! A reverse proxy between a desk and the sandbox. It answers as Binance, and what is in front of Binance, sometimes
//! do, and it disturbs the streams.

use super::{
    disturbance::{self, Disturbance},
    dress,
    reply::{Reply, gzip},
};
use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{
        FromRequestParts as _, Request, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};
use tokio::{net::TcpListener, sync::broadcast, task::JoinHandle};
use tokio_tungstenite::{connect_async, tungstenite::Message as Upstream};

/// The headers of a response that are passed on.
const PASSED: [&str; 3] = ["content-type", "retry-after", "x-mbx-used-weight-1m"];

/// When a fault replaces the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// The request does not reach the exchange.
    Before,
    /// The request has its effect first.
    After,
}

/// A fault of the requests with a method and a path.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) method: Method,
    /// The end of the path; empty for every path.
    pub(crate) path: &'static str,
    pub(crate) when: When,
    pub(crate) reply: Reply,
    /// Whether it concerns only orders that may open a position.
    pub(crate) opening: bool,
    /// How many requests it concerns.
    pub(crate) left: u32,
}

/// The running proxy, which ends when dropped.
pub(crate) struct Proxy {
    /// Its address, for `BINANCE_SPOT_URL` and `BINANCE_FUTURES_URL`.
    pub(crate) base: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    /// The sandbox's protocol: `http://127.0.0.1:<port>/sandbox/binance`.
    upstream: String,
    http: reqwest::Client,
    faults: Mutex<Vec<Fault>>,
    /// Faults that have occurred.
    met: Mutex<u32>,
    /// Milliseconds by which the reported time differs from the sandbox's.
    drift: AtomicI64,
    /// Listen keys by API key.
    listen_keys: Mutex<HashMap<String, String>>,
    /// Paths of the WebSocket connections so far.
    opened: Mutex<Vec<String>>,
    /// API keys of the spot subscriptions so far.
    subscribed: Mutex<Vec<String>>,
    /// Whether new WebSocket connections are refused.
    refuses_sockets: AtomicBool,
    disturbances: broadcast::Sender<Disturbance>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Proxy {
    /// Starts a proxy for the sandbox process at this address.
    pub(crate) async fn start(sandbox: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            upstream: format!("{sandbox}/sandbox/binance"),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            faults: Mutex::default(),
            met: Mutex::default(),
            drift: AtomicI64::new(0),
            listen_keys: Mutex::default(),
            opened: Mutex::default(),
            subscribed: Mutex::default(),
            refuses_sockets: AtomicBool::new(false),
            disturbances: broadcast::channel(16).0,
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, shared, server }
    }

    /// Arms a fault, after those that are armed already.
    pub(crate) fn arm(&self, fault: Fault) {
        locked(&self.shared.faults).push(fault);
    }

    /// Removes every fault.
    pub(crate) fn disarm(&self) {
        locked(&self.shared.faults).clear();
    }

    /// How many faults have occurred.
    pub(crate) fn met(&self) -> u32 {
        *locked(&self.shared.met)
    }

    /// Reports a time that is this many milliseconds ahead of the sandbox's.
    pub(crate) fn drift(&self, millis: i64) {
        self.shared.drift.store(millis, Ordering::SeqCst);
    }

    /// Closes all WebSocket connections, as Binance does after 24 hours.
    pub(crate) fn close_sockets(&self) {
        self.disturb(Disturbance::Close);
    }

    /// Stops serving all WebSocket connections without closing them.
    pub(crate) fn freeze_sockets(&self) {
        self.disturb(Disturbance::Freeze);
    }

    /// Lets an account's listen key expire.
    pub(crate) fn expire_listen_key(&self, api_key: &str) {
        let key = locked(&self.shared.listen_keys).get(api_key).cloned();
        self.disturb(Disturbance::Expire(key.expect("the account has a listen key")));
    }

    /// Ends an account's spot subscription.
    pub(crate) fn terminate(&self, api_key: &str) {
        self.disturb(Disturbance::Terminate(api_key.to_owned()));
    }

    /// Announces the end of all spot connections.
    pub(crate) fn shut_down(&self) {
        self.disturb(Disturbance::Shutdown);
    }

    /// Refuses new WebSocket connections, or accepts them again.
    pub(crate) fn refuse_sockets(&self, refuses: bool) {
        self.shared.refuses_sockets.store(refuses, Ordering::SeqCst);
    }

    /// How many spot subscriptions an account has made.
    pub(crate) fn subscriptions(&self, api_key: &str) -> usize {
        locked(&self.shared.subscribed).iter().filter(|key| *key == api_key).count()
    }

    /// How many user-data streams an account has opened.
    pub(crate) fn streams(&self, api_key: &str) -> usize {
        let Some(key) = locked(&self.shared.listen_keys).get(api_key).cloned() else { return 0 };
        locked(&self.shared.opened).iter().filter(|path| path.ends_with(&key)).count()
    }

    fn disturb(&self, disturbance: Disturbance) {
        self.shared.disturbances.send(disturbance).expect("a WebSocket connection is open");
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    if parts.headers.contains_key(header::UPGRADE) {
        if shared.refuses_sockets.load(Ordering::SeqCst) {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.unwrap();
        return upgrade.on_upgrade(move |socket| relay(shared, target, socket));
    }
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let fault = shared.take_fault(&parts.method, parts.uri.path(), &body);
    match fault {
        Some(Fault { when: When::Before, reply, .. }) => reply.into_response(),
        Some(Fault { reply, .. }) => {
            let _ = shared.forward(&parts, &target, body).await;
            reply.into_response()
        }
        None => shared.forward(&parts, &target, body).await,
    }
}

impl Shared {
    fn take_fault(&self, method: &Method, path: &str, body: &[u8]) -> Option<Fault> {
        let mut faults = locked(&self.faults);
        let form = String::from_utf8_lossy(body);
        let closes = form.contains("reduceOnly=true") || form.contains("closePosition=true");
        let concerns = |fault: &Fault| {
            fault.method == *method && path.ends_with(fault.path) && !(fault.opening && closes)
        };
        let at = faults.iter().position(concerns)?;
        let fault = faults[at].clone();
        faults[at].left -= 1;
        if faults[at].left == 0 {
            faults.remove(at);
        }
        *locked(&self.met) += 1;
        Some(fault)
    }

    /// Sends the request to the sandbox; returns its response, dressed and compressed.
    async fn forward(&self, parts: &Parts, target: &str, body: Bytes) -> Response {
        let path = parts.uri.path();
        let mut request = self.http.request(parts.method.clone(), format!("{}{target}", self.upstream));
        for name in ["content-type", "x-mbx-apikey"] {
            if let Some(value) = parts.headers.get(name) {
                request = request.header(name, value);
            }
        }
        let Ok(response) = request.body(body).send().await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.unwrap_or_default();
        let body = match serde_json::from_slice::<Value>(&body) {
            Ok(value) => Bytes::from(self.dressed(path, parts, value).to_string()),
            Err(_) => body,
        };
        let mut answer = match parts.headers.get(header::ACCEPT_ENCODING) {
            Some(accepted) if accepted.to_str().is_ok_and(|list| list.contains("gzip")) => {
                ([(header::CONTENT_ENCODING, "gzip")], gzip(&body)).into_response()
            }
            _ => body.into_response(),
        };
        *answer.status_mut() = status;
        pass(&headers, answer.headers_mut());
        answer
    }

    fn dressed(&self, path: &str, parts: &Parts, mut value: Value) -> Value {
        if let (Some(key), Some(api_key)) = (value["listenKey"].as_str(), parts.headers.get("x-mbx-apikey")) {
            let api_key = api_key.to_str().unwrap().to_owned();
            locked(&self.listen_keys).insert(api_key, key.to_owned());
        }
        let drift = self.drift.load(Ordering::SeqCst);
        if path.ends_with("/time") && drift != 0 {
            value["serverTime"] = json!(value["serverTime"].as_i64().unwrap() + drift);
        }
        dress::response(path, &mut value);
        value
    }
}

fn pass(from: &HeaderMap, to: &mut HeaderMap) {
    for name in PASSED {
        if let Some(value) = from.get(name) {
            to.insert(name, value.clone());
        }
    }
}

/// Passes messages on in both directions until one side closes or a disturbance ends it.
async fn relay(shared: Arc<Shared>, target: String, mut desk: WebSocket) {
    let mut disturbances = shared.disturbances.subscribe();
    let url = format!("{}{target}", shared.upstream.replacen("http", "ws", 1));
    let Ok((mut exchange, _)) = connect_async(url).await else { return };
    locked(&shared.opened).push(target.clone());
    let mut expired = false;
    let mut subscriber: Option<String> = None;
    loop {
        tokio::select! {
            message = exchange.next() => match message {
                Some(Ok(Upstream::Text(_))) if expired => {}
                Some(Ok(Upstream::Text(text))) => {
                    for text in dress::event(&target, text.as_str()) {
                        if desk.send(Message::text(text)).await.is_err() {
                            return;
                        }
                    }
                }
                Some(Ok(Upstream::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            message = desk.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    if let Some(api_key) = disturbance::subscriber(text.as_str()) {
                        locked(&shared.subscribed).push(api_key.clone());
                        subscriber = Some(api_key);
                    }
                    if exchange.send(Upstream::text(text.as_str())).await.is_err() {
                        return;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                // A ping is answered by the library.
                Some(Ok(_)) => {}
            },
            disturbance = disturbances.recv() => match disturbance {
                Ok(Disturbance::Close) => {
                    let frame = CloseFrame { code: 1_001, reason: "the connection is 24 hours old".into() };
                    let _ = desk.send(Message::Close(Some(frame))).await;
                    return;
                }
                Ok(Disturbance::Freeze) => std::future::pending().await,
                Ok(other) => {
                    if let Some(event) = other.last_event(&target, subscriber.as_deref()) {
                        let _ = desk.send(Message::text(event.to_string())).await;
                        expired = true;
                    }
                }
                Err(_) => {}
            },
        }
    }
}

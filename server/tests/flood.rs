//! Floods against the real program, with as few file descriptors as service managers give: whatever some
//! addresses open and never finish, an active trader notices nothing. Most of it comes from the trader's own
//! address, which is the hardest case.
//!
//! `cargo xtask test flood` runs it against the release binary. `SLIPSTREAM_DEEP=1` also waits for the longer
//! timeouts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod common;
mod flood {
    mod unread;
}

use common::process::{PATIENCE, Process, answers, free_port};
use domain::live::LiveMessage;
use futures::{SinkExt as _, StreamExt as _, stream};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

/// systemd's default limit for a service.
const DESCRIPTORS: usize = 1_024;
/// A slower response would be noticed. An idle desk takes milliseconds; the machine may be busy.
const NOTICED: Duration = Duration::from_secs(5);
const HALF_SENT: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ";
const HALF_BODY: &str = "POST /v1/auth/sign-in HTTP/1.1\r\nHost: localhost\r\n\
                         Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

struct Desk {
    process: Process,
    addr: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn start(descriptors: usize, settings: &[(&str, &str)]) -> Self {
        // For the flood's own sockets.
        server::front::raise_descriptor_limit();
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let data = ("SLIPSTREAM_DATA_DIR", folder.path().join("data").display().to_string());
        let more = settings.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let process =
            Process::limited(descriptors, port, &[data].into_iter().chain(more).collect::<Vec<_>>());
        answers(&client(), "the desk's start", &format!("{}/healthz", process.base)).await;
        Self { process, addr: ([127, 0, 0, 1], port).into(), _folder: folder }
    }

    async fn connect(&self, text: &str) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.addr).await?;
        stream.write_all(text.as_bytes()).await?;
        Ok(stream)
    }

    /// As [`Self::connect`], from another address of this machine: 127.0.0.`last`.
    async fn connect_from(&self, last: u8, text: &str) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        // Small, so that most of a response waits at the server.
        socket.set_recv_buffer_size(4 * 1_024)?;
        socket.bind(([127, 0, 0, last], 0).into())?;
        let mut stream = socket.connect(self.addr).await?;
        stream.write_all(text.as_bytes()).await?;
        Ok(stream)
    }

    /// Opens sockets concurrently and sends this text on each; returns those that the desk accepted.
    async fn open(&self, count: usize, text: &str) -> Vec<TcpStream> {
        let opening = stream::iter(0..count).map(|_| self.connect(text)).buffer_unordered(64);
        opening.filter_map(async |opened| opened.ok()).collect().await
    }

    /// As [`Self::open`], from another address of this machine.
    async fn open_from(&self, last: u8, count: usize, text: &str) -> Vec<TcpStream> {
        let opening = stream::iter(0..count).map(|_| self.connect_from(last, text)).buffer_unordered(64);
        opening.filter_map(async |opened| opened.ok()).collect().await
    }

    /// Requests event streams concurrently; returns the sockets, and how many of them became streams.
    async fn streams(&self, count: usize, path: &str) -> (Vec<TcpStream>, usize) {
        let request = upgrade(path, "");
        let asking = stream::iter(0..count).map(|_| async {
            let mut stream = self.connect(&request).await.ok()?;
            let mut begin = [0; 12];
            let read = timeout(PATIENCE, stream.read_exact(&mut begin)).await.expect("an answer or an end");
            Some((stream, read.is_ok() && &begin == b"HTTP/1.1 101"))
        });
        let all: Vec<(TcpStream, bool)> =
            asking.buffer_unordered(64).filter_map(async |answered| answered).collect().await;
        let open = all.iter().filter(|(_, open)| *open).count();
        (all.into_iter().map(|(stream, _)| stream).collect(), open)
    }
}

/// A request for a WebSocket, with further headers, each of which ends its line.
fn upgrade(path: &str, headers: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n{headers}\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// A client that opens a new connection for each request, like a new visitor.
fn client() -> Client {
    Client::builder().no_proxy().timeout(PATIENCE).pool_max_idle_per_host(0).build().unwrap()
}

/// A signed-in user who trades.
struct Trader {
    base: String,
    token: String,
    cookie: String,
    key: String,
}

impl Trader {
    async fn come(desk: &Desk) -> Self {
        Self::come_as(desk, "ada@example.org").await
    }

    async fn come_as(desk: &Desk, email: &str) -> Self {
        let base = desk.process.base.clone();
        let mut trader = Self { base, token: String::new(), cookie: String::new(), key: String::new() };
        let person = json!({"email": email, "password": "correct horse battery staple"});
        let tokens = trader.post("/v1/auth/sign-up", &person).await;
        trader.token = tokens["accessToken"].as_str().unwrap().to_owned();
        let account = trader.post("/v1/priv/account/exchange/sandbox", &json!({})).await;
        let key = json!({
            "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Flood",
            "apiKey": account["apiKey"], "apiSecretKey": account["apiSecretKey"],
        });
        let key = trader.post("/v1/priv/account/exchange/key", &key).await;
        trader.key = key["id"].as_str().unwrap().to_owned();
        let browser =
            Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let form = [("email", email), ("password", "correct horse battery staple")];
        let signed_in = browser.post(format!("{}/api/sign-in", trader.base)).header("accept", "text/html");
        let signed_in = signed_in.form(&form).send().await.unwrap();
        let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
        trader.cookie = cookie.split(';').next().unwrap().to_owned();
        trader
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let request = client().post(format!("{}{path}", self.base)).header("authorization", &self.token);
        let response = request.json(body).send().await.expect("an answer");
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    async fn watch(&self) -> Socket {
        let mut request =
            format!("{}/events", self.base.replace("http", "ws")).into_client_request().unwrap();
        request.headers_mut().insert("cookie", self.cookie.parse().unwrap());
        let (mut socket, _) = timeout(NOTICED, connect_async(request)).await.expect("a stream").unwrap();
        let watch = json!({ "Watch": { "symbols": ["BTC/USDT"], "account": null, "after": null } });
        socket.send(Message::text(watch.to_string())).await.unwrap();
        price(&mut socket).await;
        socket
    }

    /// Does what users do, each time over a new connection; nothing may take long.
    async fn trades(&self, live: &mut Socket) {
        let started = Instant::now();
        let health = client().get(format!("{}/healthz", self.base)).send().await.expect("an answer");
        assert_eq!(health.status(), StatusCode::OK);
        assert!(started.elapsed() < NOTICED, "healthz took {:?}", started.elapsed());
        let started = Instant::now();
        let order = json!({
            "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.01,
            "takeProfitPrices": [900_000], "stopTriggerPrice": 100, "stopTriggerType": "MARKET",
        });
        self.post(&format!("/v1/priv/exchange/order/{}", self.key), &order).await;
        assert!(started.elapsed() < NOTICED, "an order took {:?}", started.elapsed());
        price(live).await;
        drop(self.watch().await);
    }
}

/// Waits for the next price. The sandbox's market moves four times a second.
async fn price(socket: &mut Socket) {
    let found = async {
        while let Some(message) = socket.next().await {
            if let Message::Text(text) = message.expect("the stream goes on")
                && matches!(serde_json::from_str(&text), Ok(LiveMessage::Price(_)))
            {
                return;
            }
        }
        panic!("the stream ended");
    };
    timeout(NOTICED, found).await.expect("a price in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trader_notices_nothing_of_half_sent_requests_and_streams() {
    let desk = Desk::start(DESCRIPTORS, &[]).await;
    let trader = Trader::come(&desk).await;
    let mut live = trader.watch().await;
    trader.trades(&mut live).await;

    let half_sent = desk.open(1_100, HALF_SENT).await;
    let (streams, open) = desk.streams(4_200, "/events").await;
    assert!(open <= 32, "{open} streams of one address");
    trader.trades(&mut live).await;

    // The flood continues as fast as one machine opens sockets.
    let go_on = AtomicBool::new(true);
    let flood = async {
        while go_on.load(Ordering::Relaxed) {
            drop(desk.open(200, HALF_SENT).await);
            drop(desk.streams(200, "/events").await);
        }
    };
    let trade = async {
        for _ in 0..5 {
            trader.trades(&mut live).await;
        }
        go_on.store(false, Ordering::Relaxed);
    };
    tokio::join!(flood, trade);
    drop((half_sent, streams));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trader_notices_nothing_of_half_sent_bodies() {
    let desk = Desk::start(DESCRIPTORS, &[]).await;
    let trader = Trader::come(&desk).await;
    let mut live = trader.watch().await;
    // Two other addresses have as many connections as they may, which together are all.
    let (second, third) = tokio::join!(desk.open_from(2, 320, HALF_BODY), desk.open_from(3, 320, HALF_BODY));
    for _ in 0..3 {
        trader.trades(&mut live).await;
    }
    // The trader's own address.
    let own = desk.open(1_100, HALF_BODY).await;
    for _ in 0..3 {
        trader.trades(&mut live).await;
    }
    drop((second, third, own));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_users_streams_leave_room_for_another_user() {
    // The fewest connections possible, and half as many streams.
    let few = [("SLIPSTREAM_CONNECTIONS", "64"), ("SLIPSTREAM_CONNECTIONS_ADDRESS", "0")];
    let desk = Desk::start(DESCRIPTORS, &few).await;
    let (trader, eve) = (Trader::come(&desk).await, Trader::come_as(&desk, "eve@example.org").await);
    let request = upgrade("/events", &format!("Cookie: {}\r\n", eve.cookie));
    let mut crowd = desk.open_from(2, 32, &request).await;
    for stream in &mut crowd {
        let mut begin = [0; 12];
        timeout(PATIENCE, stream.read_exact(&mut begin)).await.expect("an answer").unwrap();
        assert_eq!(&begin, b"HTTP/1.1 101");
    }
    let mut live = trader.watch().await;
    let ends = crowd
        .into_iter()
        .map(|mut stream| Box::pin(async move { stream.read_to_end(&mut Vec::new()).await.is_ok() }));
    timeout(NOTICED, futures::future::select_all(ends)).await.expect("one of the others has ended");
    price(&mut live).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_requests_are_closed() {
    let desk = Arc::new(Desk::start(DESCRIPTORS, &[]).await);
    let closed = async |text: &str, at_least: u64, at_most: u64| {
        let (started, mut stream) = (Instant::now(), desk.connect(text).await.unwrap());
        let mut bytes = Vec::new();
        let _ = timeout(Duration::from_secs(at_most), stream.read_to_end(&mut bytes))
            .await
            .expect("it is closed");
        assert!(started.elapsed() > Duration::from_secs(at_least), "{text} after {:?}", started.elapsed());
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let (silent, half) = tokio::join!(closed("", 8, 40), closed(HALF_SENT, 8, 40));
    assert_eq!((silent.as_str(), half.as_str()), ("", ""));
    if std::env::var("SLIPSTREAM_DEEP").is_ok_and(|deep| deep == "1") {
        let body = "POST /v1/auth/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                    Content-Length: 100\r\n\r\n{";
        let idle = "GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let (body, idle) = tokio::join!(closed(body, 25, 60), closed(idle, 55, 100));
        assert!(body.starts_with("HTTP/1.1 504") && idle.starts_with("HTTP/1.1 200"), "{body}\n{idle}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandboxs_streams_have_an_end() {
    let desk = Desk::start(DESCRIPTORS, &[]).await;
    let (streams, open) = desk.streams(600, "/sandbox/binance/futures/ws/btcusdt@aggTrade").await;
    assert_eq!(open, 32);
    let trader = Trader::come(&desk).await;
    drop(streams);
    drop(trader.watch().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_costs_little_memory() {
    const STREAMS: u64 = 500;
    /// Memory per tab, in bytes. More would make a few thousand tabs a burden.
    const MOST: u64 = 20 * 1_024;
    let settings = [("SLIPSTREAM_STREAMS_ADDRESS", "0"), ("SLIPSTREAM_CONNECTIONS_ADDRESS", "0")];
    let desk = Desk::start(16_000, &settings).await;
    let (warm, _) = desk.streams(200, "/events").await;
    // A server that has just started also takes memory for other work, such as backtests; not during each of three groups.
    let (mut all, mut least) = (Vec::new(), u64::MAX);
    for _ in 0..3 {
        let before = desk.process.memory();
        let (streams, open) = desk.streams(STREAMS as usize, "/events").await;
        assert_eq!(open as u64, STREAMS);
        least = least.min(desk.process.memory().saturating_sub(before) / STREAMS);
        all.push(streams);
    }
    assert!(least < MOST, "{least} bytes a stream");
    drop((warm, all));
}

//! Tests of the listener over real sockets, with short timeouts.

use super::*;
use axum::{
    extract::ws::WebSocketUpgrade,
    routing::{any, get, post},
};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::Notify,
    task::JoinHandle,
    time::timeout,
};

/// A timeout that only a failing test reaches.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than any test.
const NEVER: Duration = Duration::from_secs(3_600);
const LONG: Timeouts = Timeouts { head: NEVER, idle: NEVER, request: NEVER, stalled: NEVER, slow: NEVER };
/// The timeouts that a test waits for. A busy machine needs less for what has to happen before they end.
const SHORT: Duration = Duration::from_millis(500);

struct Served {
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<io::Result<()>>,
    /// Notified when `/slow` is being served.
    started: Arc<Notify>,
    /// Lets `/slow` respond.
    go: Arc<Notify>,
}

async fn serve(limits: Limits, timeouts: Timeouts) -> Served {
    let (started, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begin, slow) = (Arc::clone(&started), Arc::clone(&go));
    let routes = Router::new()
        .route("/", get(|| async { "fine" }))
        .route(
            "/slow",
            get(move || async move {
                begin.notify_one();
                slow.notified().await;
                "at last"
            }),
        )
        .route("/body", post(|body: String| async move { body }))
        .route("/large", get(|| async { "x".repeat(64 << 20) }))
        .route(
            "/ws",
            any(|upgrade: WebSocketUpgrade| async move {
                upgrade.on_upgrade(|mut socket| async move { while socket.recv().await.is_some() {} })
            }),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let front = Front { limits, timeouts, proxies: [].into() };
    Served { addr, stop, task: tokio::spawn(front.serve(listener, routes, stopped)), started, go }
}

async fn send(served: &Served, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(served.addr).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Reads everything until the connection is closed.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset ends the connection, too.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("it is closed");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn answer(stream: &mut TcpStream, ends_with: &str) {
    let mut text = String::new();
    while !text.ends_with(ends_with) {
        let mut bytes = [0; 4_096];
        let read = timeout(PATIENCE, stream.read(&mut bytes)).await.expect("an answer").unwrap();
        assert!(read > 0, "closed after {text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
}

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn a_peer_that_never_sends_a_whole_head_is_disconnected() {
    let served = serve(Limits::default(), Timeouts { head: SHORT, ..LONG }).await;
    for started in ["", "GET / HTTP/1.1\r\nHost: x\r\nX-A: "] {
        let mut stream = send(&served, started).await;
        assert_eq!(until_closed(&mut stream).await, "", "{started}");
    }
    // The same for a peer that keeps sending, byte after byte.
    let mut stream = send(&served, "GET / HTTP/1.1\r\n").await;
    let trickle = async {
        while stream.write_all(b"X: y\r\n").await.is_ok() {
            time::sleep(SHORT / 5).await
        }
    };
    timeout(PATIENCE, trickle).await.expect("it is closed");
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_one_that_is_used_is_not() {
    let idle = SHORT * 6;
    let served = serve(Limits::default(), Timeouts { head: SHORT, idle, ..LONG }).await;
    let mut stream = send(&served, GET).await;
    answer(&mut stream, "fine").await;
    // Longer than the head timeout, shorter than the idle timeout.
    time::sleep(SHORT * 2).await;
    stream.write_all(GET.as_bytes()).await.unwrap();
    answer(&mut stream, "fine").await;
    assert_eq!(until_closed(&mut stream).await, "");
}

#[tokio::test]
async fn a_body_that_never_ends_is_cut_off() {
    let served = serve(Limits::default(), Timeouts { request: SHORT, ..LONG }).await;
    let mut stream = send(&served, "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc").await;
    assert_eq!(until_closed(&mut stream).await, "");
}

#[tokio::test]
async fn a_peer_that_does_not_read_its_answer_is_disconnected() {
    let served = serve(Limits::default(), Timeouts { stalled: SHORT, ..LONG }).await;
    let mut stream = send(&served, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    // Read slowly: the response continues while there is progress.
    let mut bytes = vec![0; 1 << 20];
    for _ in 0..3 {
        time::sleep(SHORT / 5).await;
        assert!(stream.read(&mut bytes).await.unwrap() > 0);
    }
    time::sleep(SHORT * 6).await;
    let rest = until_closed(&mut stream).await;
    assert!(rest.len() < 60 << 20, "{}", rest.len());
}

#[tokio::test]
async fn a_peer_that_always_reads_a_little_is_disconnected() {
    let served = serve(Limits::default(), Timeouts { slow: SHORT, ..LONG }).await;
    let mut stream = send(&served, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut bytes = vec![0; 256];
    for _ in 0..60 {
        time::sleep(SHORT / 10).await;
        assert!(stream.read(&mut bytes).await.unwrap() > 0);
    }
    // Bytes that the system has buffered still arrive.
    let rest = until_closed(&mut stream).await;
    assert!(rest.len() < 60 << 20, "{}", rest.len());
}

#[tokio::test]
async fn a_flood_of_half_sent_bodies_pushes_out_itself() {
    let served = serve(Limits { connections: 64, address: 8, ..Limits::default() }, LONG).await;
    let mut flood = Vec::new();
    for body in ["Content-Length: 9\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"] {
        for _ in 0..20 {
            flood.push(send(&served, &format!("POST /body HTTP/1.1\r\nHost: x\r\n{body}")).await);
        }
    }
    let mut trader = send(&served, GET).await;
    answer(&mut trader, "fine").await;
    let mut order = send(&served, "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\norder").await;
    answer(&mut order, "order").await;
    assert_eq!(until_closed(&mut flood[0]).await, "");
}

#[tokio::test]
async fn a_flood_from_one_address_pushes_out_itself() {
    let served = serve(Limits { connections: 64, address: 8, ..Limits::default() }, LONG).await;
    let mut trader = send(&served, GET).await;
    answer(&mut trader, "fine").await;
    let mut flood = Vec::new();
    for _ in 0..300 {
        flood.push(send(&served, "GET / HTTP/1.1\r\nX-A: ").await);
    }
    trader.write_all(GET.as_bytes()).await.unwrap();
    answer(&mut trader, "fine").await;
    let mut another = send(&served, GET).await;
    answer(&mut another, "fine").await;
    assert_eq!(until_closed(&mut flood[0]).await, "");
}

#[tokio::test]
async fn when_every_connection_is_served_a_new_one_gets_503() {
    let served = serve(Limits { address: 1, ..Limits::default() }, LONG).await;
    let mut slow = send(&served, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    timeout(PATIENCE, served.started.notified()).await.unwrap();
    let mut second = TcpStream::connect(served.addr).await.unwrap();
    let refused = until_closed(&mut second).await;
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("Retry-After: 5"), "{refused}");
    served.go.notify_one();
    answer(&mut slow, "at last").await;
}

#[tokio::test]
async fn a_websocket_is_not_timed_but_counted() {
    let timeouts = Timeouts { head: SHORT, idle: SHORT, request: SHORT, stalled: SHORT, slow: SHORT };
    let served = serve(Limits { address: 1, ..Limits::default() }, timeouts).await;
    let upgrade = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut socket = send(&served, upgrade).await;
    answer(&mut socket, "\r\n\r\n").await;
    time::sleep(SHORT * 4).await;
    let mut second = TcpStream::connect(served.addr).await.unwrap();
    assert!(until_closed(&mut second).await.starts_with("HTTP/1.1 503"));
    // A ping is answered: the first connection is still open.
    socket.write_all(&[0x89, 0x80, 0, 0, 0, 0]).await.unwrap();
    let mut pong = [0; 2];
    timeout(PATIENCE, socket.read_exact(&mut pong)).await.unwrap().unwrap();
    assert_eq!(pong, [0x8A, 0]);
}

#[tokio::test]
async fn stopping_answers_open_requests_and_waits_for_no_other() {
    let served = serve(Limits::default(), LONG).await;
    let mut slow = send(&served, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut half = send(&served, "GET / HTTP/1.1\r\nX-A: ").await;
    let mut idle = send(&served, GET).await;
    answer(&mut idle, "fine").await;
    timeout(PATIENCE, served.started.notified()).await.unwrap();
    // The connections were accepted in order, and the last one was answered.
    served.stop.send_replace(true);
    assert_eq!(until_closed(&mut half).await, "");
    assert_eq!(until_closed(&mut idle).await, "");
    assert!(!served.task.is_finished(), "a request is being answered");
    served.go.notify_one();
    assert!(until_closed(&mut slow).await.ends_with("at last"));
    timeout(PATIENCE, served.task).await.unwrap().unwrap().unwrap();
}

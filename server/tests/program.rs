//! The whole program in this process: it starts, serves, streams, stops, and restarts where it left off.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod command_line;
mod floor;
mod watchdog;

use ::strategy::candles::Gaps;
use domain::{Frame, live::LiveMessage};
use futures::{SinkExt as _, StreamExt as _};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::{
    config::{Config, ExchangeAt},
    run::{self, CandleFile, Machine, Running},
};
use std::{path::Path, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

/// Long enough for a busy machine; only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(60);

fn configured(folder: &Path) -> Config {
    let vars = [
        ("SLIPSTREAM_ADDR", "127.0.0.1:0".to_owned()),
        ("SLIPSTREAM_DATA_DIR", folder.join("data").display().to_string()),
        // These tests poll, so the rate limit is off.
        ("SLIPSTREAM_RATE_ADDRESS", "0".to_owned()),
    ];
    Config::read(vars.map(|(name, value)| (name.to_owned(), value))).unwrap()
}

async fn start(folder: &Path) -> Running {
    run::start(configured(folder), Machine::default()).await.unwrap()
}

fn url(desk: &Running, path: &str) -> String {
    format!("http://{}{path}", desk.addr)
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

async fn signed_in(desk: &Running, route: &str) -> reqwest::Response {
    let person = json!({ "email": "ada@example.org", "password": "correct horse battery" });
    client().post(url(desk, &format!("/v1/auth/{route}"))).json(&person).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_after_a_server_restart() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    let health: Value = client().get(url(&desk, "/healthz")).send().await.unwrap().json().await.unwrap();
    assert_eq!(health["status"], "ok", "{health}");
    assert_eq!(signed_in(&desk, "sign-up").await.status(), StatusCode::OK);
    let addr = desk.addr;
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();
    assert!(TcpStream::connect(addr).await.is_err(), "it still listens");

    let desk = start(folder.path()).await;
    let tokens: Value = signed_in(&desk, "sign-in").await.json().await.unwrap();
    let token = tokens["accessToken"].as_str().unwrap();
    let opened =
        client().post(url(&desk, "/v1/priv/account/exchange/sandbox")).header("authorization", token);
    let opened: Value = opened.send().await.unwrap().json().await.unwrap();
    assert!(opened["apiKey"].is_string() && opened["apiSecretKey"].is_string());
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();
}

/// Imports one candle of a pair; returns the number of new candles, or the error as the command prints it.
async fn import(config: Config, folder: &Path, pair: &str) -> Result<u64, String> {
    let path = folder.join("candles.csv");
    std::fs::write(&path, "open_time,open,high,low,close,volume\n2024-01-01T00:00:00Z,1,2,1,2,5\n").unwrap();
    let file = CandleFile { path: &path, of: Some((pair.parse().unwrap(), Frame::H1)), gaps: Gaps::Refuse };
    let imported = run::import_candles(config, &file).await;
    imported.map(|(_, _, imported)| imported.new).map_err(|error| format!("{error:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn candles_of_a_market_that_the_exchange_lacks_are_not_imported() {
    let folder = tempfile::tempdir().unwrap();
    let refused = import(configured(folder.path()), folder.path(), "NOPE/USDT").await.unwrap_err();
    let markets = "BTC/USDT, ETH/USDT, SOL/USDT, XRP/USDT, RISE/USDT, FALL/USDT, RANGE/USDT, CRASH/USDT, THIN/USDT, CHEAP/USDT, \
         DEAR/USDT, WILD/USDT, GAP/USDT, PUMP/USDT, WAVE/USDT, CALM/USDT";
    assert_eq!(
        refused,
        format!("imported nothing: the sandbox has no market NOPE/USDT; its markets are {markets}")
    );
    assert_eq!(import(configured(folder.path()), folder.path(), "ETH/USDT").await, Ok(1));

    // An exchange that is reached over HTTP is asked.
    let desk = start(folder.path()).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let beside = |exchange: String| Config {
        exchange: ExchangeAt::Binance { spot_url: exchange.clone(), futures_url: exchange },
        ..configured(elsewhere.path())
    };
    let binance = url(&desk, "/sandbox/binance");
    assert_eq!(import(beside(binance.clone()), elsewhere.path(), "BTC/USDT").await, Ok(1));
    let refused = import(beside(binance.clone()), elsewhere.path(), "NOPE/USDT").await.unwrap_err();
    assert_eq!(refused, "imported nothing: the exchange has no futures market NOPE/USDT; check the pair");
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();
    let unknown = import(beside(binance), elsewhere.path(), "BTC/USDT").await.unwrap_err();
    assert!(unknown.contains("could not ask the exchange whether it has BTC/USDT"), "{unknown}");
}

/// Polls until the response has this status.
async fn answers(desk: &Running, path: &str, status: StatusCode) {
    let asking = async {
        while client().get(url(desk, path)).send().await.unwrap().status() != status {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, asking).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_command_closes_a_desk_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    let list = "/v1/pub/subscription/list";
    answers(&desk, list, StatusCode::OK).await;
    run::maintenance(configured(folder.path()), true, "Back soon.").await.unwrap();
    answers(&desk, list, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(run::maintenance(configured(folder.path()), true, &"x".repeat(301)).await.is_err());
    run::maintenance(configured(folder.path()), false, "").await.unwrap();
    answers(&desk, list, StatusCode::OK).await;
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();
}

/// The list of a user's keys.
async fn keys(desk: &Running) -> Value {
    let tokens: Value = signed_in(desk, "sign-in").await.json().await.unwrap();
    let token = tokens["accessToken"].as_str().unwrap();
    let list = client().get(url(desk, "/v1/priv/account/exchange/key/list")).header("authorization", token);
    list.send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_desk_is_the_desk_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    let tokens: Value = signed_in(&desk, "sign-up").await.json().await.unwrap();
    let token = tokens["accessToken"].as_str().unwrap();
    let post = |path: &str| client().post(url(&desk, path)).header("authorization", token);
    let opened = post("/v1/priv/account/exchange/sandbox").send().await.unwrap();
    let opened: Value = opened.json().await.unwrap();
    let key = json!({
        "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Kept",
        "apiKey": opened["apiKey"], "apiSecretKey": opened["apiSecretKey"],
    });
    let made = post("/v1/priv/account/exchange/key").json(&key).send().await.unwrap();
    assert_eq!(made.status(), StatusCode::OK);
    let before = keys(&desk).await;

    let (data, restored) = (folder.path().join("data"), folder.path().join("restored/data"));
    let copy = folder.path().join("backup.db");
    run::backup(&configured(folder.path()), &copy).await.unwrap();
    assert!(run::backup(&configured(folder.path()), &copy).await.is_err(), "nothing is overwritten");
    assert!(
        run::backup(&configured(&folder.path().join("nowhere")), &folder.path().join("b")).await.is_err()
    );
    // Written after the backup, so it is not in it.
    let bob = json!({ "email": "bob@example.org", "password": "correct horse battery" });
    client().post(url(&desk, "/v1/auth/sign-up")).json(&bob).send().await.unwrap();
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();

    // As docs/OPERATIONS.md describes: the copy, the master key, and the sandbox's directory.
    std::fs::create_dir_all(restored.join("sandbox")).unwrap();
    std::fs::copy(&copy, restored.join("slipstream.db")).unwrap();
    std::fs::copy(data.join("master.key"), restored.join("master.key")).unwrap();
    for file in std::fs::read_dir(data.join("sandbox")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), restored.join("sandbox").join(file.file_name())).unwrap();
    }
    let desk = start(&folder.path().join("restored")).await;
    assert_eq!(keys(&desk).await, before);
    assert_eq!(before["items"].as_array().map(Vec::len), Some(1));
    // The sealed secret can be opened, and the exchange accepts it.
    let id = before["items"][0]["id"].as_str().unwrap();
    let tokens: Value = signed_in(&desk, "sign-in").await.json().await.unwrap();
    let balance = client().get(url(&desk, &format!("/v1/priv/account/exchange/key/{id}/balance")));
    let balance =
        balance.header("authorization", tokens["accessToken"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(balance.status(), StatusCode::OK, "{}", balance.text().await.unwrap());
    let bob = client().post(url(&desk, "/v1/auth/sign-in")).json(&bob).send().await.unwrap();
    assert_eq!(bob.status(), StatusCode::UNAUTHORIZED);
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn stream(desk: &Running, origin: Option<&str>) -> Result<Socket, Error> {
    let mut request = format!("ws://{}/events", desk.addr).into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

/// Waits for the next message that `wanted` accepts.
async fn until(socket: &mut Socket, wanted: impl Fn(&LiveMessage) -> bool) {
    let found = async {
        while let Some(message) = socket.next().await {
            if let Message::Text(text) = message.unwrap()
                && wanted(&serde_json::from_str(&text).unwrap())
            {
                return true;
            }
        }
        false
    };
    assert!(timeout(PATIENCE, found).await.unwrap(), "the stream ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_stream_to_our_own_pages_only() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    match stream(&desk, Some("https://evil.example")).await {
        Err(Error::Http(refused)) => assert_eq!(refused.status(), StatusCode::FORBIDDEN),
        other => panic!("{other:?}"),
    }
    let own = format!("http://{}", desk.addr);
    let mut socket = stream(&desk, Some(&own)).await.unwrap();
    let watch = json!({ "Watch": { "symbols": ["BTC/USDT"], "account": null, "after": null } });
    socket.send(Message::text(watch.to_string())).await.unwrap();
    until(&mut socket, |message| matches!(message, LiveMessage::Price(_))).await;
    // An invalid message ends this stream and has no other effect.
    socket.send(Message::text("{}")).await.unwrap();
    let ended = async { while let Some(Ok(_)) = socket.next().await {} };
    timeout(PATIENCE, ended).await.unwrap();
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();
}

//! `kill -9` around an order: nothing acknowledged is lost, nothing is doubled, and nothing is left unprotected.
//!
//! The desk runs as the program that people run, the sandbox as a process of its own; each round kills at another
//! moment. `SLIPSTREAM_DEEP=1` plays 40 rounds instead of 8.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails where it stands")]

mod common;

use common::process::{PATIENCE, Process, answers, control_token, free_port, until};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use store::testing::TestDb;

struct Story {
    http: Client,
    database: String,
    folder: tempfile::TempDir,
    ports: (u16, u16),
    desk: Process,
    sandbox: Process,
    token: String,
    key: String,
}

impl Story {
    async fn begin(db: &TestDb) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ports = (free_port(), free_port());
        let http = Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        let sandbox = start_sandbox(folder.path(), ports.1);
        await_sandbox(&http, &sandbox).await;
        let desk = start_desk(db.url(), folder.path(), ports);
        let database = db.url().to_owned();
        let (token, key) = (String::new(), String::new());
        let mut story = Self { http, database, folder, ports, desk, sandbox, token, key };
        story.await_desk().await;
        story.sign_up().await;
        story
    }

    async fn sign_up(&mut self) {
        let person = json!({"email": "ada@example.org", "password": "correct horse battery"});
        let tokens = self.call(Method::POST, "/v1/auth/sign-up", Some(person)).await.unwrap().1;
        self.token = tokens["accessToken"].as_str().unwrap().to_owned();
        let account = self.call(Method::POST, "/v1/priv/account/exchange/sandbox", None).await.unwrap().1;
        let key = json!({
            "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Crash",
            "apiKey": account["apiKey"], "apiSecretKey": account["apiSecretKey"],
        });
        let (status, key) =
            self.call(Method::POST, "/v1/priv/account/exchange/key", Some(key)).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{key}");
        self.key = key["id"].as_str().unwrap().to_owned();
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Option<(StatusCode, Value)> {
        self.send(self.http.request(method, format!("{}{path}", self.desk.base)), body).await
    }

    /// None when the connection broke.
    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        body: Option<Value>,
    ) -> Option<(StatusCode, Value)> {
        let request = request.header("Authorization", &self.token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let response = request.send().await.ok()?;
        let status = response.status();
        let text = response.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    async fn await_desk(&self) {
        until("the desk's start", PATIENCE, async || {
            let (status, _) = self.call(Method::GET, "/healthz", None).await?;
            (status == StatusCode::OK).then_some(())
        })
        .await;
    }

    async fn order(&self, round: usize) -> Option<(StatusCode, Value)> {
        // Stop and target are far away: neither is reached while the test runs.
        let body = json!({
            "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.01,
            "takeProfitPrices": [900_000], "stopTriggerPrice": 100, "stopTriggerType": "MARKET",
        });
        let path = format!("{}/v1/priv/exchange/order/{}", self.desk.base, self.key);
        let request = self.http.post(path).header("Idempotency-Key", format!("round-{round}"));
        self.send(request, Some(body)).await
    }

    /// Orders a round, kills after `delay`, starts again; what was answered, if anything was.
    async fn round(&mut self, round: usize, delay: Duration, both: bool) -> Option<(StatusCode, Value)> {
        let answer = {
            let (order, pause) = (self.order(round), tokio::time::sleep(delay));
            tokio::pin!(order);
            tokio::select! {
                answer = &mut order => answer,
                () = pause => None,
            }
        };
        self.desk.kill();
        if both {
            self.sandbox.kill();
            self.sandbox = start_sandbox(self.folder.path(), self.ports.1);
            await_sandbox(&self.http, &self.sandbox).await;
        }
        self.desk = start_desk(&self.database, self.folder.path(), self.ports);
        self.await_desk().await;
        answer
    }

    async fn list(&self, what: &str) -> Vec<Value> {
        let path = format!("/v1/priv/exchange/{what}?symbol=BTC/USDT").replace("KEY", &self.key);
        let (status, list) = self.call(Method::GET, &path, None).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{list}");
        list.as_array().unwrap().clone()
    }

    /// One entry a round, one position, one stop and one target.
    async fn check(&self, rounds: usize) {
        let entries = self.list("order/KEY/history").await;
        let entries = entries.iter().filter(|o| o["type"] == "market" && o["reduceOnly"] == false).count();
        assert_eq!(entries, rounds, "one entry for each order that was asked for");
        let open = self.list("order/KEY/list").await;
        let mut kinds: Vec<_> = open.iter().map(|o| o["type"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["stop_market", "take_profit"], "{open:?}");
        let path = format!("/v1/priv/exchange/position/{}?symbol=BTC/USDT", self.key);
        let (_, position) = self.call(Method::GET, &path, None).await.unwrap();
        assert_eq!(position["contracts"].to_string(), "0.01", "{position}");
    }
}

fn start_sandbox(folder: &Path, port: u16) -> Process {
    Process::start(
        &["sandbox"],
        port,
        &[("SLIPSTREAM_DATA_DIR", folder.join("exchange").display().to_string())],
    )
}

async fn await_sandbox(http: &Client, sandbox: &Process) {
    answers(http, "the sandbox's start", &format!("{}/sandbox/binance/fapi/v1/ping", sandbox.base)).await;
}

fn start_desk(database: &str, folder: &Path, (port, sandbox): (u16, u16)) -> Process {
    let token = control_token(&folder.join("exchange"));
    let settings = [
        ("SLIPSTREAM_DATA_DIR", folder.join("desk").display().to_string()),
        ("DATABASE_URL", database.to_owned()),
        ("SLIPSTREAM_SANDBOX", format!("http://127.0.0.1:{sandbox}/sandbox")),
        ("SLIPSTREAM_SANDBOX_TOKEN", token),
    ];
    Process::start(&[], port, &settings)
}

/// Moments spread over the life of an order, different ones for each round, the same ones in each run.
fn moment(round: usize) -> Duration {
    let spread = round.wrapping_mul(2_654_435_761) % 97;
    Duration::from_millis(u64::try_from(spread).unwrap_or_default())
}

async fn an_order_survives_kill_9(db: &TestDb) {
    let rounds = if std::env::var_os("SLIPSTREAM_DEEP").is_some() { 40 } else { 8 };
    let mut story = Story::begin(db).await;
    for round in 1..=rounds {
        let both = round % 4 == 0;
        let answered = story.round(round, moment(round), both).await;
        // Asking again with the same key tells what became of it, or has it done now: never twice.
        let again = until("the order", PATIENCE, async || {
            let (status, answer) = story.order(round).await?;
            (status == StatusCode::OK).then_some(answer)
        })
        .await;
        if let Some((StatusCode::OK, before)) = answered {
            assert_eq!(before, again, "what was acknowledged is what is remembered");
        }
        story.check(round).await;
    }
}

store::each_engine![an_order_survives_kill_9];

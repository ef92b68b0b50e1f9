//! A desk and a sandbox as two real processes, and a user with a key who trades through the API.

use super::process::{PATIENCE, Process, answers, control_token, free_port, until};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

/// The two processes and the user.
pub(crate) struct Story {
    pub(crate) http: Client,
    database: String,
    pub(crate) folder: tempfile::TempDir,
    ports: (u16, u16),
    pub(crate) desk: Process,
    pub(crate) sandbox: Process,
    token: String,
    key: String,
    api_key: String,
}

/// Orders that the history lists.
const MOST_LISTED: usize = 100;
/// Orders of a round: the close of the position before, an entry, its stop and its target.
const ORDERS_PER_ROUND: usize = 4;

impl Story {
    /// Starts both processes on the database at `url`.
    pub(crate) async fn begin(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ports = (free_port(), free_port());
        let http = Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        let sandbox = start_sandbox(folder.path(), ports.1);
        await_sandbox(&http, &sandbox).await;
        let desk = start_desk(url, folder.path(), ports);
        let database = url.to_owned();
        let (token, key, api_key) = Default::default();
        let mut story = Self { http, database, folder, ports, desk, sandbox, token, key, api_key };
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
        self.api_key = account["apiKey"].as_str().unwrap().to_owned();
        self.key = key["id"].as_str().unwrap().to_owned();
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Option<(StatusCode, Value)> {
        self.send(self.http.request(method, format!("{}{path}", self.desk.base)), body).await
    }

    /// Sends a request; `None` if the connection broke.
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

    pub(crate) async fn await_desk(&self) {
        until("the desk's start", PATIENCE, async || {
            let (status, _) = self.call(Method::GET, "/healthz", None).await?;
            (status == StatusCode::OK).then_some(())
        })
        .await;
    }

    pub(crate) async fn order(&self, round: usize) -> Option<(StatusCode, Value)> {
        self.order_at(&self.desk.base, round).await
    }

    /// As [`Self::order`], sent to the desk at `base`.
    pub(crate) async fn order_at(&self, base: &str, round: usize) -> Option<(StatusCode, Value)> {
        // Stop and target are far from the price: neither is reached during the test.
        let body = json!({
            "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.01,
            "takeProfitPrices": [900_000], "stopTriggerPrice": 100, "stopTriggerType": "MARKET",
        });
        let path = format!("{base}/v1/priv/exchange/order/{}", self.key);
        let request = self.http.post(path).header("Idempotency-Key", format!("round-{round}"));
        self.send(request, Some(body)).await
    }

    /// Sends a request to the sandbox's control interface.
    pub(crate) async fn control(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let token = control_token(&self.folder.path().join("exchange"));
        let url = format!("{}/sandbox/control/{path}", self.sandbox.base);
        let request = self.http.request(method, url).header("x-sandbox-control", token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.json().await.unwrap_or(Value::Null)
    }

    /// The longest time in milliseconds for which the position was without its stop since `from`, as recorded
    /// by the sandbox.
    pub(crate) async fn naked_since(&self, from: i64) -> Value {
        self.control(Method::GET, &format!("naked?from={from}&account={}", self.api_key), None).await
    }

    /// Starts a second desk on the same database, with its own data directory.
    pub(crate) async fn second_desk(&self) -> Process {
        let folder = self.folder.path();
        let key = folder.join("second/master.key");
        std::fs::create_dir_all(folder.join("second")).unwrap();
        std::fs::copy(folder.join("desk/master.key"), &key).unwrap();
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let settings = desk_settings(&self.database, folder, "second", self.ports);
        let second = Process::start(&[], free_port(), &settings);
        answers(&self.http, "the second desk's start", &format!("{}/healthz", second.base)).await;
        second
    }

    /// Restarts the desk on a disk that can be filled.
    pub(crate) async fn on_small_disk(&mut self) {
        self.desk.kill();
        let settings = desk_settings(&self.database, self.folder.path(), "desk", self.ports);
        self.desk = Process::start_on_small_disk(self.ports.0, &settings);
        self.await_desk().await;
    }

    /// Repeats the order request of a round until it is answered. A repetition with the same idempotency key
    /// never enters twice.
    pub(crate) async fn settled(&self, round: usize) -> Value {
        until("the order", PATIENCE * 2, async || {
            let (status, answer) = self.order(round).await?;
            (status == StatusCode::OK).then_some(answer)
        })
        .await
    }

    /// Starts the desk again after it has ended.
    pub(crate) async fn restart_desk(&mut self) {
        self.desk = start_desk(&self.database, self.folder.path(), self.ports);
        self.await_desk().await;
    }

    /// Sends a round's order, kills the process after `delay` and restarts it; returns the response, if there
    /// was one.
    pub(crate) async fn round(
        &mut self,
        round: usize,
        delay: Duration,
        both: bool,
    ) -> Option<(StatusCode, Value)> {
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

    pub(crate) async fn list(&self, what: &str) -> Vec<Value> {
        let path = format!("/v1/priv/exchange/{what}?symbol=BTC/USDT").replace("KEY", &self.key);
        let (status, list) = self.call(Method::GET, &path, None).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{list}");
        list.as_array().unwrap().clone()
    }

    /// Checks that there is one entry per round, one position, one stop and one target.
    pub(crate) async fn check(&self, rounds: usize) {
        let orders = self.list("order/KEY/history").await;
        let entries = orders.iter().filter(|o| o["type"] == "market" && o["reduceOnly"] == false).count();
        let listed = if orders.len() < MOST_LISTED { rounds } else { MOST_LISTED / ORDERS_PER_ROUND };
        assert_eq!(entries, listed, "one entry for each requested order");
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
    let settings = [
        ("SLIPSTREAM_DATA_DIR", folder.join("exchange").display().to_string()),
        ("SLIPSTREAM_SANDBOX_CONTROL", "open".to_owned()),
    ];
    Process::start(&["sandbox"], port, &settings)
}

async fn await_sandbox(http: &Client, sandbox: &Process) {
    answers(http, "the sandbox's start", &format!("{}/sandbox/binance/fapi/v1/ping", sandbox.base)).await;
}

/// Starts a desk on this directory, with the sandbox of the story's directory.
fn start_desk(database: &str, folder: &Path, ports: (u16, u16)) -> Process {
    Process::start(&[], ports.0, &desk_settings(database, folder, "desk", ports))
}

/// The settings of a desk. Instances share their public URL.
fn desk_settings(
    database: &str,
    folder: &Path,
    name: &str,
    (port, sandbox): (u16, u16),
) -> [(&'static str, String); 5] {
    let token = control_token(&folder.join("exchange"));
    [
        ("SLIPSTREAM_DATA_DIR", folder.join(name).display().to_string()),
        ("DATABASE_URL", database.to_owned()),
        ("SLIPSTREAM_SANDBOX", format!("http://127.0.0.1:{sandbox}/sandbox")),
        ("SLIPSTREAM_SANDBOX_TOKEN", token),
        ("SLIPSTREAM_PUBLIC_URL", format!("http://127.0.0.1:{port}")),
    ]
}

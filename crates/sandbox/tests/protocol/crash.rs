//! Crashes: `kill -9` at any time, and journals cut off at any length.

use crate::desk::{Desk, TestClock, open_at, options, sign};
use domain::{Clock, Micros};
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, SystemTime},
};

const DIR: &str = "SANDBOX_CRASH_TEST_DIR";

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let mut desk = Desk::open().await;
    desk.call("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=9").await.ok();
    desk.call("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1").await.ok();
    let params = "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.1&callbackRate=2&reduceOnly=true";
    desk.call("POST", "/fapi/v1/algoOrder", params).await.ok();
    desk.call("POST", "/api/v3/order", "symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.1").await.ok();
    // Enough ticks to cause a snapshot in between.
    for round in 0..3 {
        desk.sandbox.tick(1_500).unwrap();
        let before = everything(&desk).await;
        desk = desk.reopened();
        assert_eq!(everything(&desk).await, before, "round {round}");
    }
}

/// All observable state of the market and the account.
async fn everything(desk: &Desk) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in [
        "/fapi/v2/account",
        "/api/v3/account",
        "/fapi/v1/openAlgoOrders",
        "/fapi/v1/income",
        "/fapi/v2/positionRisk",
    ] {
        seen.push(desk.call("GET", path, "").await.ok());
    }
    for path in
        ["/fapi/v1/depth?symbol=BTCUSDT&limit=1000", "/api/v3/klines?symbol=SOLUSDT&interval=1m&limit=1000"]
    {
        seen.push(desk.get(path).await.ok());
    }
    seen
}

#[tokio::test]
async fn a_journal_cut_anywhere_recovers_the_state_before_the_cut() {
    let desk = Desk::open().await;
    let journal = desk.dir.path().join("journal-0000000000");
    let length = || fs::metadata(&journal).unwrap().len();
    let mut stages = vec![(length(), everything(&desk).await)];
    for n in 1..=3 {
        let params = format!("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.00{n}");
        desk.call("POST", "/fapi/v1/order", &params).await.ok();
        stages.push((length(), everything(&desk).await));
        desk.sandbox.tick(1).unwrap();
        stages.push((length(), everything(&desk).await));
    }
    let whole = fs::read(&journal).unwrap();
    let Desk { dir, .. } = &desk;
    let kept: Vec<_> = ["snapshot-0000000000", "control.token"]
        .map(|name| (name, fs::read(dir.path().join(name)).unwrap()))
        .into();
    let clock = Arc::clone(&desk.clock);
    let mut desk = desk;
    for cut in (stages[0].0..=whole.len() as u64).step_by(29) {
        let copy = Arc::new(tempfile::tempdir().unwrap());
        for (name, bytes) in &kept {
            fs::write(copy.path().join(name), bytes).unwrap();
        }
        fs::write(copy.path().join("journal-0000000000"), &whole[..usize::try_from(cut).unwrap()]).unwrap();
        desk.dir = copy;
        desk = desk.reopened();
        let (_, expected) = stages.iter().rev().find(|(length, _)| *length <= cut).unwrap();
        // The clock is stopped, so that answers do not differ in anything else.
        assert_eq!(&everything(&desk).await, expected, "cut at {cut} of {} at {}", whole.len(), clock.now());
    }
}

/// A separate process that runs the sandbox on a directory; started by the test below, not on its own.
#[tokio::test]
#[ignore = "the other half of `kill_9_loses_nothing_acknowledged`, which runs it"]
async fn the_process_to_be_killed() {
    let Some(dir) = std::env::var_os(DIR).map(PathBuf::from) else { return };
    let options = Options { limits: sandbox::Limits::NONE, ..options() };
    let sandbox = Sandbox::open(&dir, Arc::new(WallClock), Arc::new(LifeChance::new()), options).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ready = json!({ "address": listener.local_addr().unwrap(), "token": sandbox.control_token() });
    // Written atomically, because the other process is waiting for the file.
    fs::write(dir.join("ready.new"), ready.to_string()).unwrap();
    fs::rename(dir.join("ready.new"), dir.join("ready")).unwrap();
    let router = axum::Router::new().nest("/sandbox", sandbox.router());
    tokio::select! {
        served = axum::serve(listener, router) => served.unwrap(),
        stopped = sandbox.run_clock() => stopped.unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_loses_nothing_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<(String, Value)> = Vec::new();
    let mut account = None;
    for round in 0..4 {
        let (child, url, token) = start(dir.path()).await;
        let mut child = Killed(child);
        let desk = Remote::connect(url, &token, account.take()).await;
        for (client, id) in &acknowledged {
            let found =
                desk.call("GET", &format!("symbol=BTCUSDT&origClientOrderId={client}")).await.unwrap();
            assert_eq!(&found["orderId"], id, "round {round}: {client} was acknowledged");
        }
        // Several workers, so that the kill meets commands in every state.
        let workers = (0..4).map(|worker| {
            let desk = desk.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                for n in 0.. {
                    let client = format!("r{round}w{worker}n{n}");
                    let params = format!(
                        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.001&price=6000&newClientOrderId={client}"
                    );
                    match desk.call("POST", &params).await {
                        Ok(order) => mine.push((client, order["orderId"].clone())),
                        Err(_) => break,
                    }
                }
                mine
            })
        });
        let workers: Vec<_> = workers.collect();
        let journal = dir.path().join("journal-0000000000");
        let enough = fs::metadata(&journal).unwrap().len() + 20_000 + 7_777 * round;
        wait_for(|| (fs::metadata(&journal).unwrap().len() > enough).then_some(())).await;
        child.kill();
        let mut seen = 0;
        for worker in workers {
            let mine = worker.await.unwrap();
            seen += mine.len();
            acknowledged.extend(mine);
        }
        assert!(seen > 0, "round {round} had something to lose");
        account = Some((desk.key.clone(), desk.secret.clone()));
    }
    let mut ids: Vec<_> = acknowledged.iter().map(|(_, id)| id.as_u64().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), acknowledged.len(), "no id is given twice");
}

/// Kills its process with SIGKILL, at the latest when the test ends.
struct Killed(Child);

impl Killed {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn start(dir: &Path) -> (Child, String, String) {
    let _ = fs::remove_file(dir.join("ready"));
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::the_process_to_be_killed", "--ignored"])
        .env(DIR, dir)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let ready: Value = wait_for(|| {
        let text = fs::read_to_string(dir.join("ready")).ok()?;
        serde_json::from_str(&text).ok()
    })
    .await;
    let url = format!("http://{}/sandbox", ready["address"].as_str().unwrap());
    (child, url, ready["token"].as_str().unwrap().to_owned())
}

async fn wait_for<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    let patience = Duration::from_secs(60);
    let waiting = async {
        loop {
            if let Some(value) = ready() {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(patience, waiting).await.expect("the condition was not met in time")
}

/// A client of the process that will be killed.
#[derive(Clone)]
struct Remote {
    url: String,
    client: reqwest::Client,
    key: String,
    secret: String,
}

impl Remote {
    async fn connect(url: String, token: &str, account: Option<(String, String)>) -> Self {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        let (key, secret) = match account {
            Some(account) => account,
            None => {
                let opened =
                    client.post(format!("{url}/control/accounts")).header("X-Sandbox-Control", token);
                let text = opened.send().await.unwrap().text().await.unwrap();
                let body: Value = serde_json::from_str(&text).unwrap();
                let field = |name: &str| body[name].as_str().unwrap().to_owned();
                (field("apiKey"), field("apiSecretKey"))
            }
        };
        Self { url, client, key, secret }
    }

    /// Sends a signed order request. Fails if there is no response or an unsuccessful one.
    async fn call(&self, method: &str, params: &str) -> Result<Value, String> {
        let text = format!("{params}&recvWindow=60000&timestamp={}", WallClock.now().millis());
        let url =
            format!("{}/binance/fapi/v1/order?{text}&signature={}", self.url, sign(&self.secret, &text));
        let request = self.client.request(method.parse().unwrap(), url).header("X-MBX-APIKEY", &self.key);
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let good = answer.status().is_success();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if good { serde_json::from_str(&text).map_err(|error| error.to_string()) } else { Err(text) }
    }
}

/// Entropy that differs between runs: the killed process is restarted, and the keys of the runs must differ.
struct LifeChance(AtomicU64);

impl LifeChance {
    fn new() -> Self {
        Self(AtomicU64::new(u64::from(std::process::id())))
    }
}

impl domain::Entropy for LifeChance {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            let x = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, std::sync::atomic::Ordering::SeqCst);
            *byte = (x.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 56) as u8;
        }
    }
}

/// Two processes must agree on the time.
struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Micros {
        #[expect(clippy::disallowed_methods, reason = "two processes of one test share no other clock")]
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Micros(i64::try_from(since.as_micros()).unwrap())
    }
}

/// Removes from a new exchange's snapshot what an older release did not write.
fn make_old(snapshot: &Path) {
    let bytes = fs::read(snapshot).unwrap();
    let mut state: Value = serde_json::from_slice(&bytes[8..]).unwrap();
    state["floor"].as_object_mut().unwrap().remove("ruleset").unwrap();
    let payload = serde_json::to_vec(&state).unwrap();
    let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
    let crc = crc32fast::hash(&payload).to_le_bytes();
    fs::write(snapshot, [&length[..], &crc, &payload].concat()).unwrap();
}

/// The journal was written by the release before rules had versions. In it a reduce-only order rests and
/// another is accepted beside it, and a stop waits for a position that only an open order would create.
#[tokio::test]
async fn a_journal_of_older_rules_is_replayed_by_them_and_goes_on_by_the_newest() {
    let journal = include_bytes!("before_rules.journal");
    let dir = tempfile::tempdir().unwrap();
    drop(open_at(dir.path(), &TestClock::new(), options()));
    make_old(&dir.path().join("snapshot-0000000000"));
    fs::write(dir.path().join("journal-0000000000"), journal).unwrap();
    let text = String::from_utf8_lossy(journal);
    let field = |name: &str| text.split_once(&format!("\"{name}\":\"")).unwrap().1[..64].to_owned();
    let mut desk = Desk::of(dir, &field("api_key"), &field("secret"));
    for round in 0..2 {
        let position = desk.call("GET", "/fapi/v3/positionRisk", "symbol=BTCUSDT").await.ok();
        assert_eq!(position[0]["positionAmt"], "0.060", "round {round}");
        let stops = desk.call("GET", "/fapi/v1/openAlgoOrders", "symbol=ETHUSDT").await.ok();
        assert_eq!(stops.as_array().unwrap().len(), 1, "round {round}");
        let close = "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.06&reduceOnly=true";
        assert_eq!(desk.call("POST", "/fapi/v1/order", close).await.code(), -4118, "round {round}");
        desk = desk.reopened();
    }
}

#[test]
fn a_new_exchange_is_the_same_from_the_same_seed() {
    let clock = TestClock::new();
    let price = |dir: &Path| {
        let sandbox = open_at(dir, &clock, options());
        sandbox.tick(10).unwrap();
        drop(sandbox);
        fs::read(dir.join("snapshot-0000000000")).unwrap()
    };
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(price(one.path()), price(two.path()));
}

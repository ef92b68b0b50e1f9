//! When a start is refused, and what a stop leaves behind.

use super::{PATIENCE, client, configured, signed_in, start, url};
use domain::Clock as _;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::run::{self, Machine, Running};
use service::platform::system::WallClock;
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::timeout;

async fn refusal(folder: &Path) -> String {
    match run::start(configured(folder), Machine::default()).await {
        Ok(_) => panic!("it starts"),
        Err(error) => format!("{error:#}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_desk_in_the_directory_reports_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    let words = refusal(folder.path()).await;
    let named = format!("already running on this data folder (process {}, started ", std::process::id());
    assert!(words.contains(&named) && words.contains("SLIPSTREAM_DATA_DIR"), "{words}");
    // Commands need only the database.
    assert_eq!(signed_in(&desk, "sign-up").await.status(), StatusCode::OK);
    run::make_admin(configured(folder.path()), "ada@example.org").await.unwrap();
    assert_eq!(run::rekey(configured(folder.path())).await.unwrap(), 0);
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();
    let desk = start(folder.path()).await;
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_master_key_and_a_missing_one_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    assert_eq!(signed_in(&desk, "sign-up").await.status(), StatusCode::OK);
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();

    let file = folder.path().join("data/master.key");
    let right = std::fs::read(&file).unwrap();
    std::fs::write(&file, "08".repeat(32)).unwrap();
    let words = refusal(folder.path()).await;
    assert!(words.contains("wrong master key") && words.contains("SLIPSTREAM_MASTER_KEY"), "{words}");
    assert!(run::rekey(configured(folder.path())).await.is_err());

    std::fs::remove_file(&file).unwrap();
    let words = refusal(folder.path()).await;
    assert!(words.contains("the master key is missing") && words.contains("master.key"), "{words}");
    assert!(!file.exists(), "no new key is made in the place of the one that was lost");

    std::fs::write(&file, right).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let desk = start(folder.path()).await;
    assert_eq!(signed_in(&desk, "sign-in").await.status(), StatusCode::OK);
    timeout(PATIENCE, desk.stop()).await.unwrap().unwrap();
}

/// A desk with a user and their key.
struct Trading {
    desk: Running,
    token: String,
    key: String,
}

async fn trading(folder: &Path) -> Trading {
    let machine = Machine {
        sandbox: sandbox::Options { controllable: true, ..sandbox::Options::default() },
        ..Machine::default()
    };
    let desk = run::start(configured(folder), machine).await.unwrap();
    let tokens: Value = signed_in(&desk, "sign-up").await.json().await.unwrap();
    let token = tokens["accessToken"].as_str().unwrap().to_owned();
    let post = |path: &str| client().post(url(&desk, path)).header("authorization", &token);
    let opened = post("/v1/priv/account/exchange/sandbox").send().await.unwrap();
    let opened: Value = opened.json().await.unwrap();
    let key = json!({
        "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL", "name": "Stopped",
        "apiKey": opened["apiKey"], "apiSecretKey": opened["apiSecretKey"],
    });
    let key: Value =
        post("/v1/priv/account/exchange/key").json(&key).send().await.unwrap().json().await.unwrap();
    let key = key["id"].as_str().unwrap().to_owned();
    Trading { desk, token, key }
}

impl Trading {
    /// Injects this fault into the next requests that it matches.
    async fn fault(&self, fault: Value) {
        let token = self.desk.sandbox.as_ref().unwrap().control_token().to_owned();
        let request =
            client().post(url(&self.desk, "/sandbox/control/fault")).header("x-sandbox-control", token);
        assert_eq!(request.json(&fault).send().await.unwrap().status(), StatusCode::OK);
    }

    /// Sends an order, and returns while the desk is processing it.
    async fn order(&self) -> tokio::task::JoinHandle<(StatusCode, Value)> {
        let body = json!({
            "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.01,
            "takeProfitPrices": [900_000], "stopTriggerPrice": 100, "stopTriggerType": "MARKET",
        });
        let path = format!("/v1/priv/exchange/order/{}", self.key);
        let order = client().post(url(&self.desk, &path)).header("authorization", &self.token).json(&body);
        let order = tokio::spawn(async move {
            let answer = order.send().await.unwrap();
            (answer.status(), answer.json().await.unwrap_or(Value::Null))
        });
        let working = async {
            while store::intent::list_unfinished(&self.desk.desk.db).await.unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, working).await.unwrap();
        order
    }
}

async fn database(folder: &Path) -> store::Db {
    let url = format!("sqlite:{}", folder.join("data/slipstream.db").display());
    store::Db::connect(&url, &store::Options::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_under_way_is_finished_and_answered_before_the_desk_ends() {
    let folder = tempfile::tempdir().unwrap();
    let trading = trading(folder.path()).await;
    // The connection breaks, and the entry takes effect two seconds later.
    trading.fault(json!({ "next": 1, "kind": "late", "path": "/fapi/v1/order", "method": "POST" })).await;
    let order = trading.order().await;
    let stopped = tokio::spawn(trading.desk.stop());
    let (status, answer) = timeout(PATIENCE, order).await.unwrap().unwrap();
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer.as_array().map(Vec::len), Some(3), "entry, target and stop: {answer}");
    timeout(PATIENCE, stopped).await.unwrap().unwrap().unwrap();
    assert!(store::intent::list_unfinished(&database(folder.path()).await).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_does_not_end_is_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let trading = trading(folder.path()).await;
    // No response for a minute, neither to the entry nor to queries about it.
    for (path, method) in [("/fapi/v1/order", "POST"), ("/fapi/v1/order", "GET")] {
        trading.fault(json!({ "next": 50, "kind": "timeout", "path": path, "method": method })).await;
    }
    let order = trading.order().await;
    let since = Instant::now();
    timeout(PATIENCE, trading.desk.stop()).await.unwrap().unwrap();
    let took = since.elapsed();
    assert!(took < Duration::from_secs(20), "stopping took {took:?}");
    assert_ne!(timeout(PATIENCE, order).await.unwrap().map(|answer| answer.0).ok(), Some(StatusCode::OK));
    let left = store::intent::list_unfinished(&database(folder.path()).await).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].lease_holder, None, "another instance need not wait");
    assert!(left[0].lease_until <= WallClock.now());
}

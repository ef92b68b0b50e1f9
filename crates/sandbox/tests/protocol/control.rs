//! The control API and the faults it injects.

use crate::desk::{Desk, open_at, options};
use axum::body::Body;
use http::{Request, StatusCode};
use sandbox::{Options, StateError};
use serde_json::json;
use std::sync::Arc;
use tower::ServiceExt;

const ORDER: &str = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000";

#[tokio::test]
async fn the_control_api_requires_the_token() {
    let desk = Desk::open().await;
    for token in [None, Some(""), Some("wrong"), Some(&desk.sandbox.control_token()[1..])] {
        let mut request = Request::post("/control/accounts");
        if let Some(token) = token {
            request = request.header("X-Sandbox-Control", token);
        }
        let reply = desk.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{token:?}");
    }
    let market = desk.send(Request::get("/control/market").body(Body::empty()).unwrap()).await.ok();
    assert_eq!(market["playing"]["hour"], "2020-10-01T00:00:00.000Z");
    assert_eq!(
        market["markets"][1],
        json!({ "symbol": "ETH/USDT", "synthetic": true, "behavior": "Synthetic: random prices around a level" })
    );
}

#[tokio::test]
async fn tests_may_move_the_market_only_where_that_is_switched_on() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), crate::desk::TestClock::new());
    let sandbox = open_at(dir.path(), &clock, Options { controllable: false, ..options() });
    for path in ["tick", "price", "fault", "clock", "streams"] {
        let request = Request::post(format!("/control/{path}"))
            .header("X-Sandbox-Control", sandbox.control_token())
            .body(Body::from("{}"));
        let response = sandbox.router().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn funds_come_and_go_once_for_each_reference() {
    let desk = Desk::open().await;
    let door = format!("accounts/{}/funds", desk.key);
    let funds = async |wallet: &str, amount: &str, reference: &str| {
        let body = json!({ "wallet": wallet, "amount": amount, "reference": reference });
        desk.control(&door, body).await
    };
    for (wallet, amount, reference, moved) in [
        ("FUTURES", "5.5", "a", true),
        ("FUTURES", "5.5", "a", true),
        ("SPOT", "-10000", "b", true),
        ("SPOT", "-0.00000001", "c", false),
        ("SPOT", "1", "d", true),
        ("SPOT", "-0.00000001", "c", false),
        ("SPOT", "99999999999", "e", false),
    ] {
        assert_eq!(funds(wallet, amount, reference).await.ok(), json!({ "moved": moved }), "{reference}");
    }
    let account = desk.call("GET", "/fapi/v3/account", "").await.ok();
    assert_eq!(account["totalWalletBalance"], "10005.50000000");
    for (wallet, amount, reference) in [
        ("MARGIN", "1", "f"),
        ("SPOT", "x", "f"),
        ("SPOT", "1", ""),
        ("SPOT", "0", "f"),
        ("SPOT", "1e-9", "f"),
    ] {
        assert_eq!(
            funds(wallet, amount, reference).await.status,
            StatusCode::BAD_REQUEST,
            "{wallet} {amount}"
        );
    }
    let nobody = json!({ "wallet": "SPOT", "amount": "1", "reference": "a" });
    assert_eq!(desk.control("accounts/nobody/funds", nobody).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn opens_accounts_with_the_requested_rights_and_resets_them() {
    let desk = Desk::open().await;
    assert_eq!(desk.key.len(), 64);
    assert!(desk.key.bytes().all(|b| b.is_ascii_alphanumeric()));
    assert_eq!(desk.control("accounts", json!({ "color": "red" })).await.status, StatusCode::BAD_REQUEST);
    let rich = desk.control("accounts", json!({ "withdrawals": true, "ipRestricted": true })).await.ok();
    assert_ne!(rich["apiKey"], desk.key.as_str());
    desk.call("POST", "/fapi/v1/order", ORDER).await.ok();
    desk.call("POST", "/fapi/v1/order", "symbol=ETHUSDT&side=BUY&type=MARKET&quantity=1").await.ok();
    desk.control(&format!("accounts/{}/reset", desk.key), json!({})).await.ok();
    let account = desk.call("GET", "/fapi/v3/account", "").await.ok();
    assert_eq!(
        (&account["totalWalletBalance"], &account["positions"]),
        (&json!("10000.00000000"), &json!([]))
    );
    assert_eq!(desk.call("GET", "/fapi/v1/openOrders", "").await.ok(), json!([]));
    assert_eq!(desk.control("accounts/nobody/reset", json!({})).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn ticks_and_prices_move_by_command_and_bad_commands_do_nothing() {
    let desk = Desk::open().await;
    let playing = || async {
        let market = desk.send(Request::get("/control/market").body(Body::empty()).unwrap()).await.ok();
        market["playing"]["tick"].as_u64().unwrap()
    };
    let before = playing().await;
    desk.control("tick", json!({ "count": 5 })).await.ok();
    assert_eq!(playing().await, before + 5);
    desk.jump("SOL/USDT", "77.5").await;
    assert_eq!(desk.get("/api/v3/ticker/price?symbol=SOLUSDT").await.ok()["price"], "77.50000000");
    for (path, body) in [
        ("tick", json!({ "count": 0 })),
        ("tick", json!({ "count": 1_000_000 })),
        ("price", json!({ "symbol": "DOGEUSDT", "price": "1" })),
        ("price", json!({ "symbol": "BTCUSDT", "price": "-1" })),
        ("price", json!({ "symbol": "BTCUSDT", "price": "many" })),
        ("price", json!({ "symbol": "BTCUSDT", "price": "0" })),
        ("fault", json!({ "next": 1, "kind": "flood", "path": "/" })),
        ("clock", json!({})),
    ] {
        let reply = desk.control(path, body.clone()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path} {body}");
    }
}

#[tokio::test]
async fn faults_strike_before_or_after_the_effect() {
    let desk = Desk::open().await;
    let count = || async { desk.call("GET", "/fapi/v1/openOrders", "").await.ok().as_array().unwrap().len() };
    for (kind, when, status, code, orders) in [
        ("500", "before", 500, -1000, 0),
        ("-1007", "after", 408, -1007, 1),
        ("refuse", "before", 400, -2019, 1),
        ("500", "after", 500, -1000, 2),
    ] {
        let fault =
            json!({ "next": 1, "kind": kind, "when": when, "path": "/fapi/v1/order", "method": "POST" });
        desk.control("fault", fault).await.ok();
        let reply = desk.call("POST", "/fapi/v1/order", ORDER).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (status, code), "{kind}");
        assert_eq!(count().await, orders, "{kind} {when}");
    }
    desk.call("POST", "/fapi/v1/order", ORDER).await.ok();
}

#[tokio::test]
async fn a_dropped_connection_gives_no_answer() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    desk.control("fault", json!({ "next": 1, "kind": "drop", "path": "/ping" })).await.ok();
    let url = format!("http://{address}/sandbox/binance/fapi/v1/ping");
    let get = || async { reqwest::get(&url).await?.bytes().await };
    assert!(get().await.is_err());
    assert_eq!(get().await.unwrap(), "{}");
}

#[tokio::test]
async fn one_process_at_a_time() {
    let desk = Desk::open().await;
    let second = sandbox::Sandbox::open(
        desk.dir.path(),
        Arc::clone(&desk.clock) as Arc<dyn domain::Clock>,
        crate::desk::TestEntropy::new(),
        options(),
    );
    assert!(matches!(second, Err(StateError::Locked)));
    #[cfg(unix)]
    for entry in std::fs::read_dir(desk.dir.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&entry.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
    }
}

#[tokio::test]
async fn a_storm_answers_like_an_overloaded_exchange_without_early_effects() {
    let desk = Desk::open().await;
    let storm = |kind: &str, when: &str| json!({ "share": 100, "faults": [{ "kind": kind, "when": when }] });
    let open = async || desk.call("GET", "/fapi/v1/openOrders", "symbol=BTCUSDT").await;
    for (kind, status) in [("503", 503), ("429", 429), ("418", 418), ("-1021", 400)] {
        desk.control("storm", storm(kind, "before")).await.ok();
        let reply = desk.call("POST", "/fapi/v1/order", ORDER).await;
        assert_eq!(reply.status.as_u16(), status, "{kind}");
        assert_eq!(reply.headers.contains_key("retry-after"), matches!(kind, "429" | "418"), "{kind}");
        desk.control("storm", json!({})).await.ok();
        assert_eq!(open().await.ok(), json!([]), "{kind} came before");
    }
    desk.control("storm", storm("500", "after")).await.ok();
    assert_eq!(desk.call("POST", "/fapi/v1/order", ORDER).await.status.as_u16(), 500);
    desk.control("storm", json!({})).await.ok();
    assert_eq!(open().await.ok().as_array().unwrap().len(), 1, "it came after");
    for bad in
        [json!({ "share": 101 }), json!({ "share": 20 }), json!({ "share": 20, "faults": [{ "kind": "x" }] })]
    {
        assert_eq!(desk.control("storm", bad).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_late_request_takes_effect_after_its_caller_timed_out() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let late = json!({ "share": 100, "path": "/fapi/v1/order", "faults": [{ "kind": "late" }] });
    desk.control("storm", late).await.ok();
    let url = format!("http://{address}/sandbox/binance/fapi/v1/order?{}", desk.signed_query(ORDER));
    let sent = async {
        let request = reqwest::Client::new().post(&url).header("X-MBX-APIKEY", &desk.key);
        request.send().await?.bytes().await
    };
    assert!(sent.await.is_err());
    desk.control("storm", json!({})).await.ok();
    let open = async || desk.call("GET", "/fapi/v1/openOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(open().await, json!([]));
    let comes = async {
        while open().await == json!([]) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), comes).await.unwrap();
}

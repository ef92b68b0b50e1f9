//! Injected faults: each is ordered through the control API and observed by a client.

use crate::desk::Desk;
use http::StatusCode;
use serde_json::{Value, json};

const ENTRY: &str = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000";
const ORDER: &str = "/fapi/v1/order";

async fn fault(desk: &Desk, body: Value) {
    desk.control("fault", body).await.ok();
}

async fn open_orders(desk: &Desk) -> usize {
    desk.call("GET", "/fapi/v1/openOrders", "symbol=BTCUSDT").await.ok().as_array().unwrap().len()
}

#[tokio::test]
async fn an_injected_rejection_has_any_code_and_its_status() {
    let desk = Desk::open().await;
    for (extra, status, code, message) in [
        (json!({}), 400, -2019, "Margin is insufficient."),
        (json!({ "code": -2022, "message": "No." }), 400, -2022, "No."),
        (json!({ "code": -4118 }), 400, -4118, "Refused."),
        (json!({ "code": -2015 }), 401, -2015, "Refused."),
        (json!({ "code": -1008 }), 503, -1008, "Refused."),
        (json!({ "code": -1003, "status": 418 }), 418, -1003, "Refused."),
    ] {
        let mut body = json!({ "next": 1, "kind": "refuse", "path": ORDER, "method": "POST" });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        fault(&desk, body).await;
        let reply = desk.call("POST", ORDER, ENTRY).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (status, code));
        assert_eq!(reply.body["msg"], message);
    }
    assert_eq!(open_orders(&desk).await, 0);
}

#[tokio::test]
async fn a_fault_until_cleared_meets_everything_until_it_is_cleared() {
    let desk = Desk::open().await;
    let refuse =
        json!({ "untilCleared": true, "kind": "refuse", "code": -4131, "path": ORDER, "reduceOnly": true });
    let reduce = "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.01&reduceOnly=true";
    fault(&desk, refuse.clone()).await;
    for _ in 0..3 {
        assert_eq!(desk.call("POST", ORDER, reduce).await.code(), -4131);
    }
    desk.call("POST", ORDER, ENTRY).await.ok();
    fault(&desk, json!({ "next": 0, "kind": "refuse", "path": ORDER })).await;
    assert_eq!(desk.call("POST", ORDER, reduce).await.code(), -2022, "what the exchange says by itself");
    fault(&desk, refuse).await;
    desk.control_by("DELETE", "fault").await.ok();
    assert_eq!(desk.call("POST", ORDER, reduce).await.code(), -2022);
    let neither = desk.control("fault", json!({ "kind": "drop", "path": ORDER })).await;
    assert_eq!(neither.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn limits_report_their_duration_and_a_ban_lasts_that_long() {
    let desk = Desk::open().await;
    let wait = |reply: &crate::desk::Reply| reply.headers["retry-after"].to_str().unwrap().to_owned();
    for (kind, status) in [("429", 429), ("418", 418)] {
        fault(&desk, json!({ "next": 1, "kind": kind, "seconds": 77, "path": ORDER })).await;
        let reply = desk.call("POST", ORDER, ENTRY).await;
        assert_eq!((reply.status.as_u16(), wait(&reply).as_str()), (status, "77"));
    }
    fault(&desk, json!({ "forMs": 120_000, "kind": "418" })).await;
    let reply = desk.call("GET", "/fapi/v1/openOrders", "").await;
    assert_eq!((reply.status.as_u16(), reply.code(), wait(&reply).as_str()), (418, -1003, "121"));
    desk.clock.forward(120 * 1_000_000);
    assert_eq!(open_orders(&desk).await, 0);
}

#[tokio::test]
async fn throttling_lets_what_reduces_cancels_and_protects_pass() {
    let desk = Desk::open().await;
    let entry = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1";
    desk.call("POST", ORDER, entry).await.ok();
    let resting = desk.call("POST", ORDER, ENTRY).await.ok();
    fault(&desk, json!({ "untilCleared": true, "kind": "-1008" })).await;
    let reply = desk.call("POST", ORDER, entry).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::SERVICE_UNAVAILABLE, -1008));
    let stop =
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&triggerPrice=5000";
    desk.call("POST", "/fapi/v1/algoOrder", stop).await.ok();
    let cancel = format!("symbol=BTCUSDT&orderId={}", resting["orderId"]);
    desk.call("DELETE", ORDER, &cancel).await.ok();
    let close = "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.1&reduceOnly=true";
    desk.call("POST", ORDER, close).await.ok();
}

#[tokio::test]
async fn answers_that_mean_nothing_come_before_or_after_the_effect() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    for (kind, status, body) in
        [("garbage", 200, r#"{"foo":"bar"}"#), ("html", 502, "<html>"), ("truncated", 200, "{")]
    {
        for (when, orders) in [("before", 0), ("after", 1)] {
            fault(&desk, json!({ "next": 1, "kind": kind, "when": when, "path": ORDER })).await;
            let (was, text) =
                desk.send_over(address, "POST", ORDER, &desk.signed_query(ENTRY)).await.unwrap();
            assert_eq!(was.as_u16(), status, "{kind} {when}");
            assert!(text.starts_with(body), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).is_ok(), kind == "garbage", "{text}");
            assert_eq!(open_orders(&desk).await, orders, "{kind} {when}");
        }
        desk.call("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT").await.ok();
    }
    fault(&desk, json!({ "next": 1, "kind": "html", "status": 503, "path": ORDER })).await;
    assert_eq!(desk.call("POST", ORDER, ENTRY).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_slow_answer_has_its_effect_and_a_hanging_one_has_none() {
    let desk = Desk::open().await;
    fault(&desk, json!({ "next": 1, "kind": "slow", "delayMs": 5, "path": ORDER })).await;
    desk.call("POST", ORDER, ENTRY).await.ok();
    fault(&desk, json!({ "next": 1, "kind": "timeout", "delayMs": 5, "path": ORDER })).await;
    assert_eq!(desk.call("POST", ORDER, ENTRY).await.code(), -1007);
    assert_eq!(open_orders(&desk).await, 1);
}

#[tokio::test]
async fn a_request_that_arrives_after_its_window_is_refused_unless_it_waited_inside() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let sign = |id: &str| desk.signed_query(&format!("{ENTRY}&newClientOrderId={id}&recvWindow=4000"));
    let late = async |signed: &str, extra: Value| {
        let mut body = json!({ "next": 1, "kind": "late", "path": ORDER, "method": "POST" });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        fault(&desk, body).await;
        assert_eq!(desk.send_over(address, "POST", ORDER, signed).await, None);
    };
    let [expired, waited] = [sign("expired"), sign("waited")];
    desk.clock.forward(4_001_000);
    late(&expired, json!({ "delayMs": 5 })).await;
    late(&waited, json!({ "delayMs": 50, "ignoreWindow": true })).await;
    late(&sign("within"), json!({ "delayMs": 50 })).await;
    let there = async |id: &str| {
        let query = format!("symbol=BTCUSDT&origClientOrderId={id}");
        desk.call("GET", ORDER, &query).await.status == StatusCode::OK
    };
    let all = async {
        while !(there("waited").await && there("within").await) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), all).await.unwrap();
    assert!(!there("expired").await, "it arrived before the others, and too late");
}

#[tokio::test]
async fn the_control_api_halts_a_market_and_changes_its_steps() {
    let desk = Desk::open().await;
    let info = async || {
        let info = desk.get("/fapi/v1/exchangeInfo").await.ok();
        let symbol = info["symbols"].as_array().unwrap().iter().find(|s| s["symbol"] == "BTCUSDT");
        symbol.unwrap().clone()
    };
    desk.control("markets/BTCUSDT", json!({ "status": "SETTLING" })).await.ok();
    assert_eq!(info().await["status"], "SETTLING");
    assert_eq!(desk.call("POST", ORDER, ENTRY).await.code(), -4141);
    let spot = "symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=50";
    desk.call("POST", "/api/v3/order", spot).await.ok();
    desk.control("markets/BTCUSDT", json!({ "kind": "SPOT", "status": "BREAK" })).await.ok();
    let reply = desk.call("POST", "/api/v3/order", spot).await;
    assert_eq!((reply.code(), &reply.body["msg"]), (-2010, &json!("Market is closed.")));
    let spot_info = desk.get("/api/v3/exchangeInfo?symbol=BTCUSDT").await.ok();
    assert_eq!(spot_info["symbols"][0]["status"], "BREAK");

    let change = json!({ "status": "TRADING", "tick": "1", "lot": "0.01" });
    desk.control("markets/BTCUSDT", change).await.ok();
    let symbol = info().await;
    let filters = symbol["filters"].as_array().unwrap();
    let filter = |kind: &str| filters.iter().find(|f| f["filterType"] == kind).unwrap().clone();
    assert_eq!((&symbol["status"], &symbol["pricePrecision"]), (&json!("TRADING"), &json!(0)));
    assert_eq!(filter("PRICE_FILTER")["tickSize"], "1");
    assert_eq!(filter("MARKET_LOT_SIZE")["stepSize"], "0.01");
    assert_eq!(desk.call("POST", ORDER, &ENTRY.replace("9000", "9000.5")).await.code(), -1111);
    desk.control("markets/BTCUSDT", json!({ "thin": true })).await.ok();
    let market = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1";
    assert_eq!(desk.call("POST", ORDER, market).await.code(), -4131);
    for (path, body) in [
        ("markets/DOGEUSDT", json!({})),
        ("markets/BTCUSDT", json!({ "status": "BREAK" })),
        ("markets/BTCUSDT", json!({ "status": "OPEN" })),
        ("markets/BTCUSDT", json!({ "kind": "SPOT", "status": "CLOSE" })),
        ("markets/BTCUSDT", json!({ "tick": "0" })),
        ("markets/BTCUSDT", json!({ "lot": "small" })),
        ("fault", json!({ "next": 1, "kind": "rejectTrigger", "symbol": "DOGEUSDT" })),
        ("storm", json!({ "share": 1, "faults": [{ "kind": "rejectTrigger" }] })),
    ] {
        assert_eq!(desk.control(path, body.clone()).await.status, StatusCode::BAD_REQUEST, "{path} {body}");
    }
    let nobody = json!({ "next": 1, "kind": "rejectTrigger", "account": "nobody" });
    assert_eq!(desk.control("fault", nobody).await.status, StatusCode::NOT_FOUND);
}

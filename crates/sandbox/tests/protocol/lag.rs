//! Reads that lag behind the current state.

use crate::desk::Desk;
use http::StatusCode;
use serde_json::{Value, json};

const MILLI: i64 = 1_000;

async fn len(desk: &Desk, path: &str) -> usize {
    desk.call("GET", path, "symbol=BTCUSDT").await.ok().as_array().unwrap().len()
}

async fn lag(desk: &Desk, lag: Value) {
    desk.control("lag", json!({ "lag": lag })).await.ok();
}

#[tokio::test]
async fn an_order_is_not_found_until_the_lag_has_passed() {
    let desk = Desk::open().await;
    lag(&desk, json!({ "orders": 20_000, "positions": 3_000, "openOrders": 3_000 })).await;
    desk.clock.forward(MILLI);
    let entry = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1&newClientOrderId=mine";
    desk.call("POST", "/fapi/v1/order", entry).await.ok();
    let resting = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000";
    desk.call("POST", "/fapi/v1/order", resting).await.ok();
    let stop = "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&triggerPrice=5000&clientAlgoId=stop";
    desk.call("POST", "/fapi/v1/algoOrder", stop).await.ok();
    let order = async || desk.call("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=mine").await;
    let algo = async || desk.call("GET", "/fapi/v1/algoOrder", "clientAlgoId=stop").await;
    assert_eq!((order().await.code(), algo().await.code()), (-2013, -2013));
    desk.clock.forward(2_999 * MILLI);
    for path in ["/fapi/v3/positionRisk", "/fapi/v1/openOrders", "/fapi/v1/openAlgoOrders"] {
        assert_eq!(len(&desk, path).await, 0, "{path}");
    }
    let account = desk.call("GET", "/fapi/v3/account", "").await.ok();
    assert_eq!(account["positions"], json!([]));
    let duplicate = desk.call("POST", "/fapi/v1/algoOrder", stop).await;
    assert_eq!(duplicate.code(), -4116, "writes see the present");
    desk.clock.forward(MILLI);
    for path in ["/fapi/v3/positionRisk", "/fapi/v1/openOrders", "/fapi/v1/openAlgoOrders"] {
        assert_eq!(len(&desk, path).await, 1, "{path}");
    }
    assert_eq!(order().await.code(), -2013);
    desk.clock.forward(17_000 * MILLI);
    assert_eq!(order().await.ok()["status"], "FILLED");
    assert_eq!(algo().await.ok()["algoStatus"], "NEW");
}

#[tokio::test]
async fn a_closed_position_and_a_cancelled_stop_are_still_seen_for_a_while() {
    let desk = Desk::open().await;
    desk.call("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1").await.ok();
    let stop = "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&triggerPrice=5000&clientAlgoId=stop";
    desk.call("POST", "/fapi/v1/algoOrder", stop).await.ok();
    lag(&desk, json!({ "orders": 1_000, "positions": 2_000, "openOrders": 3_000 })).await;
    desk.clock.forward(MILLI);
    desk.call("DELETE", "/fapi/v1/algoOrder", "clientAlgoId=stop").await.ok();
    let close = "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.1&reduceOnly=true";
    desk.call("POST", "/fapi/v1/order", close).await.ok();
    let algo =
        async || desk.call("GET", "/fapi/v1/algoOrder", "clientAlgoId=stop").await.ok()["algoStatus"].clone();
    let seen = async || {
        (algo().await, len(&desk, "/fapi/v3/positionRisk").await, len(&desk, "/fapi/v1/openAlgoOrders").await)
    };
    assert_eq!(seen().await, (json!("NEW"), 1, 1));
    desk.clock.forward(1_000 * MILLI);
    assert_eq!(seen().await, (json!("CANCELED"), 1, 1));
    desk.clock.forward(1_000 * MILLI);
    assert_eq!(seen().await, (json!("CANCELED"), 0, 1));
    desk.clock.forward(1_000 * MILLI);
    assert_eq!(seen().await, (json!("CANCELED"), 0, 0));
}

#[tokio::test]
async fn lag_affects_one_account_and_ends_on_request() {
    let desk = Desk::open().await;
    let other = desk.control("accounts", json!({})).await.ok();
    let order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000";
    let body = json!({ "lag": { "openOrders": 5_000 }, "account": other["apiKey"] });
    desk.control("lag", body).await.ok();
    desk.call("POST", "/fapi/v1/order", order).await.ok();
    assert_eq!(len(&desk, "/fapi/v1/openOrders").await, 1);
    desk.clock.forward(MILLI);
    for off in [true, false] {
        lag(&desk, json!({ "openOrders": 5_000 })).await;
        desk.clock.forward(MILLI);
        let before = len(&desk, "/fapi/v1/openOrders").await;
        desk.call("POST", "/fapi/v1/order", order).await.ok();
        assert_eq!(len(&desk, "/fapi/v1/openOrders").await, before);
        if off {
            lag(&desk, json!({})).await;
        } else {
            desk.control_by("DELETE", "fault").await.ok();
        }
        assert_eq!(len(&desk, "/fapi/v1/openOrders").await, before + 1);
    }
    let nobody = json!({ "lag": {}, "account": "nobody" });
    assert_eq!(desk.control("lag", nobody).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.control("lag", json!({ "orders": 1 })).await.status, StatusCode::BAD_REQUEST);
}

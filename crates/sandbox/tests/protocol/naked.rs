//! The naked-time meter through the control API, also across a restart.

use crate::desk::Desk;
use axum::body::Body;
use domain::Clock;
use http::{Request, StatusCode};
use serde_json::{Value, json};

const MILLI: i64 = 1_000;
const ENTRY: &str = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1";
const STOP: &str =
    "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&triggerPrice=5000";

async fn markets(desk: &Desk, query: &str) -> Vec<Value> {
    let report = desk.control_by("GET", &format!("naked?{query}")).await.ok();
    assert_eq!(report["now"], desk.clock.now().millis());
    report["markets"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_meter_reports_each_span_the_longest_and_the_total() {
    let desk = Desk::open().await;
    let begin = desk.clock.now().millis();
    assert_eq!(markets(&desk, "").await, Vec::<Value>::new());
    desk.call("POST", "/fapi/v1/order", ENTRY).await.ok();
    desk.clock.forward(40 * MILLI);
    let stop = desk.call("POST", "/fapi/v1/algoOrder", STOP).await.ok();
    desk.clock.forward(1_000 * MILLI);
    desk.call("DELETE", "/fapi/v1/algoOrder", &format!("algoId={}", stop["algoId"])).await.ok();
    desk.clock.forward(500 * MILLI);
    let expected = [json!({
        "account": desk.key,
        "symbol": "BTCUSDT",
        "longestMs": 500,
        "totalMs": 540,
        "spans": [
            { "start": begin, "end": begin + 40, "ms": 40, "position": "0.100", "opened": true },
            { "start": begin + 1_040, "end": null, "ms": 500, "position": "0.100", "opened": false },
        ],
    })];
    assert_eq!(markets(&desk, "").await, expected);
    assert_eq!(markets(&desk, &format!("account={}&symbol=BTCUSDT", desk.key)).await, expected);
    assert_eq!(markets(&desk, "symbol=ETHUSDT").await, Vec::<Value>::new());
    let later = markets(&desk, &format!("from={}", begin + 1_240)).await;
    assert_eq!((&later[0]["totalMs"], later[0]["spans"].as_array().unwrap().len()), (&json!(300), 1));

    let desk = desk.reopened();
    assert_eq!(markets(&desk, "").await, expected, "a restart keeps it");
}

#[tokio::test]
async fn the_meter_is_for_who_has_the_token() {
    let desk = Desk::open().await;
    let request = Request::get("/control/naked").body(Body::empty()).unwrap();
    assert_eq!(desk.send(request).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(desk.control_by("GET", "naked?account=nobody").await.status, StatusCode::NOT_FOUND);
    for bad in ["symbol=DOGEUSDT", "from=yesterday", "colour=red"] {
        assert_eq!(
            desk.control_by("GET", &format!("naked?{bad}")).await.status,
            StatusCode::BAD_REQUEST,
            "{bad}"
        );
    }
}

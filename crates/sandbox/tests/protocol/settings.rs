//! Keys that lose permissions, and accounts that change modes.

use crate::desk::Desk;
use http::StatusCode;
use serde_json::json;

const ORDER: &str = "/fapi/v1/order";
const ENTRY: &str = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1";
const CLOSE: &str = "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.1&reduceOnly=true";
const STOP: &str =
    "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&triggerPrice=5000";

async fn rights(desk: &Desk, body: serde_json::Value) {
    desk.control(&format!("accounts/{}/rights", desk.key), body).await.ok();
}

async fn modes(desk: &Desk, body: serde_json::Value) -> crate::desk::Reply {
    desk.control(&format!("accounts/{}/modes", desk.key), body).await
}

#[tokio::test]
async fn a_key_without_trading_reads_and_writes_nothing() {
    let desk = Desk::open().await;
    desk.call("POST", ORDER, ENTRY).await.ok();
    rights(&desk, json!({ "trading": false })).await;
    let restrictions = desk.call("GET", "/sapi/v1/account/apiRestrictions", "").await.ok();
    assert_eq!(
        (&restrictions["enableReading"], &restrictions["enableFutures"]),
        (&json!(true), &json!(false))
    );
    for (method, path, params) in [
        ("POST", ORDER, CLOSE),
        ("POST", "/fapi/v1/algoOrder", STOP),
        ("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT"),
        ("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=5"),
        ("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=50"),
    ] {
        let reply = desk.call(method, path, params).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::UNAUTHORIZED, -2015), "{method} {path}");
    }
    let positions = desk.call("GET", "/fapi/v3/positionRisk", "").await.ok();
    assert_eq!(positions[0]["positionAmt"], "0.100");
    let desk = desk.reopened();
    assert_eq!(desk.call("POST", ORDER, CLOSE).await.code(), -2015, "a restart keeps it");
    rights(&desk, json!({ "trading": true })).await;
    desk.call("POST", ORDER, CLOSE).await.ok();
}

#[tokio::test]
async fn a_deleted_key_opens_nothing() {
    let desk = Desk::open().await;
    rights(&desk, json!({ "deleted": true })).await;
    for (method, path) in
        [("GET", "/fapi/v3/account"), ("GET", "/api/v3/account"), ("POST", "/fapi/v1/listenKey")]
    {
        let reply = desk.call(method, path, "").await;
        assert_eq!((reply.status, reply.code()), (StatusCode::UNAUTHORIZED, -2015), "{path}");
    }
    rights(&desk, json!({ "deleted": false })).await;
    desk.call("GET", "/fapi/v3/account", "").await.ok();
    let path = format!("accounts/{}/rights", desk.key);
    assert_eq!(desk.control(&path, json!({})).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        desk.control("accounts/nobody/rights", json!({ "deleted": true })).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_key_gains_and_loses_rights() {
    let desk = Desk::open().await;
    let restrictions = async || desk.call("GET", "/sapi/v1/account/apiRestrictions", "").await.ok();
    let before = restrictions().await;
    assert_eq!((&before["enableWithdrawals"], &before["ipRestrict"]), (&json!(false), &json!(false)));
    assert!(before.get("tradingAuthorityExpirationTime").is_none());
    rights(&desk, json!({ "withdrawals": true, "ipRestricted": true })).await;
    rights(&desk, json!({ "tradingEnds": 1_800_000_000_000_i64 })).await;
    let after = restrictions().await;
    assert_eq!((&after["enableWithdrawals"], &after["ipRestrict"]), (&json!(true), &json!(true)));
    assert_eq!(after["tradingAuthorityExpirationTime"], 1_800_000_000_000_i64);
    assert_eq!(after["enableFutures"], true, "what is not named stays");
    rights(&desk, json!({ "withdrawals": false, "tradingEnds": 0 })).await;
    assert!(restrictions().await.get("tradingAuthorityExpirationTime").is_none());
}

#[tokio::test]
async fn hedge_mode_is_switched_when_nothing_is_open_and_rejects_one_way_orders() {
    let desk = Desk::open().await;
    let set = async |dual: bool| {
        desk.call("POST", "/fapi/v1/positionSide/dual", &format!("dualSidePosition={dual}")).await
    };
    assert_eq!(set(false).await.code(), -4059);
    desk.call("POST", ORDER, ENTRY).await.ok();
    assert_eq!(set(true).await.code(), -4068);
    desk.call("POST", "/fapi/v1/algoOrder", STOP).await.ok();
    assert_eq!(set(true).await.code(), -4067);
    assert_eq!(modes(&desk, json!({ "dualSidePosition": true })).await.code(), -4067);
    desk.call("POST", ORDER, CLOSE).await.ok();
    set(true).await.ok();
    let mode = desk.call("GET", "/fapi/v1/positionSide/dual", "").await.ok();
    assert_eq!(mode, json!({ "dualSidePosition": true }));
    assert_eq!(desk.call("GET", "/fapi/v1/accountConfig", "").await.ok()["dualSidePosition"], true);
    for (params, code) in [("", -4061), ("&positionSide=BOTH", -4061), ("&positionSide=UP", -4060)] {
        assert_eq!(desk.call("POST", ORDER, &format!("{ENTRY}{params}")).await.code(), code, "{params}");
        let stop = format!("{STOP}{params}");
        assert_eq!(desk.call("POST", "/fapi/v1/algoOrder", &stop).await.code(), code, "{params}");
    }
    set(false).await.ok();
    desk.call("POST", ORDER, ENTRY).await.ok();
    assert_eq!(desk.call("POST", ORDER, &format!("{ENTRY}&positionSide=LONG")).await.code(), -4061);
    modes(&desk, json!({ "dualSidePosition": true, "force": true })).await.ok();
    assert_eq!(desk.call("POST", ORDER, CLOSE).await.code(), -4061, "no owner could, a test can");
}

#[tokio::test]
async fn multi_assets_mode_has_rules_of_its_own() {
    let desk = Desk::open().await;
    let set = async |on: bool| {
        desk.call("POST", "/fapi/v1/multiAssetsMargin", &format!("multiAssetsMargin={on}")).await
    };
    assert_eq!(set(false).await.code(), -4171);
    let margin = "symbol=ETHUSDT&marginType=";
    desk.call("POST", "/fapi/v1/marginType", &format!("{margin}ISOLATED")).await.ok();
    assert_eq!(set(true).await.code(), -4167);
    desk.call("POST", "/fapi/v1/marginType", &format!("{margin}CROSSED")).await.ok();
    let resting = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000";
    desk.call("POST", ORDER, resting).await.ok();
    assert_eq!(set(true).await.code(), -4170);
    desk.call("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT").await.ok();
    set(true).await.ok();
    for path in ["/fapi/v1/multiAssetsMargin", "/fapi/v3/account", "/fapi/v1/accountConfig"] {
        assert_eq!(desk.call("GET", path, "").await.ok()["multiAssetsMargin"], true, "{path}");
    }
    assert_eq!(desk.call("POST", "/fapi/v1/marginType", &format!("{margin}ISOLATED")).await.code(), -4168);
    modes(&desk, json!({ "multiAssetsMargin": false })).await.ok();
    assert_eq!(
        desk.call("GET", "/fapi/v1/multiAssetsMargin", "").await.ok(),
        json!({ "multiAssetsMargin": false })
    );
    assert_eq!(desk.call("POST", "/fapi/v1/multiAssetsMargin", "").await.code(), -1102);
}

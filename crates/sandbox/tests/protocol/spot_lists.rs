//! Order lists over REST and in the user-data stream: documented answers, refusals, and a restart in between.

use crate::{
    desk::{Desk, decimal, number},
    ear::Ear,
    spot_shapes::{AMENDED_IN_LIST, CANCELLED_LIST, LIST, LIST_STATUS, OCO, OTO, like},
    streams::listen_key,
};
use domain::Decimal;
use serde_json::{Value, json};

/// A desk that holds BTC, at a price of 20,000.
async fn with_bitcoin() -> Desk {
    holding_bitcoin(Desk::open().await).await
}

/// Buys BTC, at a price of 20,000.
async fn holding_bitcoin(desk: Desk) -> Desk {
    desk.jump("BTCUSDT", "20000").await;
    desk.call("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1").await.ok();
    desk.jump("BTCUSDT", "20000").await;
    desk
}

const BRACKET: &str = "symbol=BTCUSDT&side=SELL&quantity=0.05&aboveType=LIMIT_MAKER&abovePrice=21000&belowType=STOP_LOSS_LIMIT&belowPrice=18900&belowStopPrice=19000&belowTimeInForce=GTC";
const ENTRY: &str = "symbol=BTCUSDT&workingType=LIMIT&workingSide=BUY&workingPrice=19500&workingQuantity=0.05&workingTimeInForce=GTC";

async fn statuses(desk: &Desk, list: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for order in list["orders"].as_array().unwrap() {
        let params = format!("symbol=BTCUSDT&orderId={}", order["orderId"]);
        found.push(desk.call("GET", "/api/v3/order", &params).await.ok()["status"].clone());
    }
    found
}

async fn free(desk: &Desk, asset: &str) -> Decimal {
    let account = desk.call("GET", "/api/v3/account", "").await.ok();
    let rows = account["balances"].as_array().unwrap();
    rows.iter().find(|row| row["asset"] == asset).map_or(Decimal::ZERO, |row| number(&row["free"]))
}

#[tokio::test]
async fn an_oco_is_placed_queried_and_cancelled_as_documented() {
    let desk = with_bitcoin().await;
    let params = format!("{BRACKET}&listClientOrderId=bracket&belowIcebergQty=0.01");
    let placed = desk.call("POST", "/api/v3/orderList/oco", &params).await.ok();
    like(&placed, OCO);
    assert_eq!(placed["listClientOrderId"], "bracket");
    let id = &placed["orderListId"];
    for query in [format!("orderListId={id}"), "origClientOrderId=bracket".to_owned()] {
        let found = desk.call("GET", "/api/v3/orderList", &query).await.ok();
        like(&found, LIST);
        assert_eq!(found["orders"], placed["orders"]);
    }
    let all = desk.call("GET", "/api/v3/allOrderList", "").await.ok();
    assert_eq!(all, desk.call("GET", "/api/v3/openOrderList", "").await.ok());
    assert_eq!(all.as_array().unwrap().len(), 1);
    let wrong = format!("symbol=BTCUSDT&orderListId={id}&listClientOrderId=other");
    assert_eq!(desk.call("DELETE", "/api/v3/orderList", &wrong).await.code(), -2011);
    let params = format!("{BRACKET}&listClientOrderId=bracket");
    assert_eq!(desk.call("POST", "/api/v3/orderList/oco", &params).await.code(), -2010);
    let gone = desk
        .call(
            "DELETE",
            "/api/v3/orderList",
            &format!("symbol=BTCUSDT&orderListId={id}&newClientOrderId=gone"),
        )
        .await
        .ok();
    let mut documented: Value = serde_json::from_str(CANCELLED_LIST).unwrap();
    documented["orderReports"][0]["icebergQty"] = json!("0.01000000");
    like(&gone, &documented.to_string());
    assert_eq!(gone["orderReports"][1]["clientOrderId"], "gone");
    assert_eq!(desk.call("GET", "/api/v3/openOrderList", "").await.ok(), json!([]));
    assert_eq!(free(&desk, "BTC").await, decimal("0.0999"));
}

#[tokio::test]
async fn the_deprecated_oco_places_a_limit_and_a_stop() {
    let desk = with_bitcoin().await;
    let path = "/api/v3/order/oco";
    let head = "symbol=BTCUSDT&side=SELL&quantity=0.05&price=21000&stopPrice=19000";
    let market = desk.call("POST", path, head).await.ok();
    let kinds: Vec<_> =
        market["orderReports"].as_array().unwrap().iter().map(|row| row["type"].clone()).collect();
    assert_eq!(kinds, ["STOP_LOSS", "LIMIT_MAKER"]);
    assert_eq!(desk.call("POST", path, &format!("{head}&stopLimitPrice=18900")).await.code(), -1102);
    let all = desk.call("DELETE", "/api/v3/openOrders", "symbol=BTCUSDT").await.ok();
    like(&all[0], CANCELLED_LIST);
    let limits = format!("{head}&stopLimitPrice=18900&stopLimitTimeInForce=GTC&stopClientOrderId=stop");
    let placed = desk.call("POST", path, &limits).await.ok();
    assert_eq!(placed["orders"][0]["clientOrderId"], "stop");
    // Cancelling one order cancels the list, and the answer is the list's.
    let gone = desk.call("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=stop").await.ok();
    like(&gone, CANCELLED_LIST);
    let bad = "symbol=BTCUSDT&side=SELL&quantity=0.05&price=19500&stopPrice=19000";
    let reply = desk.call("POST", path, bad).await;
    let msg = "The relationship of the prices for the orders is not correct.";
    assert_eq!((reply.code(), &reply.body["msg"]), (-2010, &json!(msg)));
}

#[tokio::test]
async fn each_rule_of_the_legs_has_its_own_code() {
    let desk = with_bitcoin().await;
    let stop = "Type=STOP_LOSS&{}StopPrice=19000";
    let take = "Type=TAKE_PROFIT&{}StopPrice=21000";
    let limit = "Type=LIMIT_MAKER&{}Price=21000";
    let market = "Type=MARKET";
    let leg = |prefix: &str, text: &str| format!("{prefix}{}", text.replace("{}", prefix));
    for (side, above, below, code) in [
        ("SELL", limit, limit, -1168),
        ("BUY", limit, stop, -1165),
        ("SELL", stop, limit, -1166),
        ("BUY", stop, stop, -1196),
        ("SELL", stop, stop, -1197),
        ("BUY", take, take, -1198),
        ("SELL", take, take, -1199),
        ("SELL", market, stop, -1158),
        ("SELL", limit, "Type=NONE", -1116),
        ("SELL", limit, "Type=STOP_LOSS", -1102),
        (
            "SELL",
            limit,
            "Type=STOP_LOSS_LIMIT&{}StopPrice=19000&{}Price=1&{}TimeInForce=IOC&{}IcebergQty=0.01",
            -1160,
        ),
    ] {
        let (above, below) = (leg("above", above), leg("below", below));
        let params = format!("symbol=BTCUSDT&side={side}&quantity=0.05&{above}&{below}");
        let reply = desk.call("POST", "/api/v3/orderList/oco", &params).await;
        assert_eq!(reply.code(), code, "{params}: {}", reply.body);
    }
    for (params, code) in [
        ("pendingType=LIMIT&pendingSide=SELL&pendingQuantity=0.01", -1102),
        ("pendingType=MARKET&pendingSide=SELL", -1102),
        ("pendingType=MARKET&pendingSide=HOLD&pendingQuantity=0.01", -1117),
        ("pendingType=MARKET&pendingSide=SELL&pendingQuantity=0.01&color=red", -1104),
    ] {
        let reply = desk.call("POST", "/api/v3/orderList/oto", &format!("{ENTRY}&{params}")).await;
        assert_eq!(reply.code(), code, "{params}: {}", reply.body);
    }
    assert_eq!(desk.call("GET", "/api/v3/allOrderList", "").await.ok(), json!([]));
}

#[tokio::test]
async fn an_oto_waits_for_its_working_order_and_can_be_amended() {
    let desk = with_bitcoin().await;
    let params = format!("{ENTRY}&pendingType=MARKET&pendingSide=SELL&pendingQuantity=0.05");
    let placed = desk.call("POST", "/api/v3/orderList/oto", &params).await.ok();
    like(&placed, OTO);
    let amend = format!("symbol=BTCUSDT&orderId={}&newQty=0.04", placed["orders"][1]["orderId"]);
    let amended = desk.call("PUT", "/api/v3/order/amend/keepPriority", &amend).await.ok();
    like(&amended, AMENDED_IN_LIST);
    desk.jump("BTCUSDT", "19400").await;
    assert_eq!(statuses(&desk, &placed).await, ["FILLED", "FILLED"]);
    let list =
        desk.call("GET", "/api/v3/orderList", &format!("orderListId={}", placed["orderListId"])).await.ok();
    assert_eq!((&list["listStatusType"], &list["listOrderStatus"]), (&json!("ALL_DONE"), &json!("ALL_DONE")));
}

#[tokio::test]
async fn lists_survive_a_restart_at_each_stage() {
    let desk = with_bitcoin().await;
    let pending = "pendingSide=SELL&pendingQuantity=0.05&pendingAboveType=LIMIT_MAKER&pendingAbovePrice=21000&pendingBelowType=STOP_LOSS&pendingBelowTrailingDelta=300";
    let placed = desk.call("POST", "/api/v3/orderList/otoco", &format!("{ENTRY}&{pending}")).await.ok();
    assert_eq!(placed["orders"].as_array().unwrap().len(), 3);
    let desk = desk.reopened();
    assert_eq!(statuses(&desk, &placed).await, ["NEW", "PENDING_NEW", "PENDING_NEW"]);
    desk.jump("BTCUSDT", "19400").await;
    assert_eq!(statuses(&desk, &placed).await, ["FILLED", "NEW", "NEW"]);
    let before = desk.call("GET", "/api/v3/openOrders", "").await.ok();
    let locked = free(&desk, "BTC").await;
    let desk = desk.reopened();
    assert_eq!(desk.call("GET", "/api/v3/openOrders", "").await.ok(), before);
    assert_eq!(free(&desk, "BTC").await, locked);
    // Best price 20,500, and 3 % below it.
    desk.jump("BTCUSDT", "20500").await;
    desk.jump("BTCUSDT", "19890").await;
    assert_eq!(statuses(&desk, &placed).await, ["FILLED", "NEW", "NEW"]);
    let desk = desk.reopened();
    desk.jump("BTCUSDT", "19885").await;
    assert_eq!(statuses(&desk, &placed).await, ["FILLED", "FILLED", "EXPIRED"]);
    assert_eq!(desk.call("GET", "/api/v3/openOrderList", "").await.ok(), json!([]));
}

#[tokio::test]
async fn the_stream_reports_lists_and_their_orders() {
    let desk = holding_bitcoin(Desk::legacy().await).await;
    let address = desk.serve().await;
    let key = listen_key(&desk, "/api/v3/userDataStream").await;
    let mut ear = Ear::open(address, &format!("/spot/ws/{key}")).await;
    ear.settled().await;
    let placed = desk.call("POST", "/api/v3/orderList/oco", BRACKET).await.ok();
    let stop = ear.receive_matching(|value| value["o"] == "STOP_LOSS_LIMIT").await;
    assert_eq!(
        (&stop["x"], &stop["g"], &stop["P"], &stop["w"]),
        (&json!("NEW"), &placed["orderListId"], &json!("19000.00000000"), &json!(false))
    );
    assert!(stop.get("W").is_none(), "a waiting order has no working time");
    let limit = ear.receive_matching(|value| value["o"] == "LIMIT_MAKER").await;
    assert_eq!((&limit["w"], limit["W"].is_number()), (&json!(true), true));
    let started = ear.receive_matching(|value| value["e"] == "listStatus").await;
    like(&started, LIST_STATUS);
    desk.jump("BTCUSDT", "18950").await;
    let expired = ear.receive_matching(|value| value["x"] == "EXPIRED").await;
    assert_eq!((&expired["o"], &expired["g"]), (&json!("LIMIT_MAKER"), &placed["orderListId"]));
    let done = ear.receive_matching(|value| value["e"] == "listStatus").await;
    assert_eq!((&done["l"], &done["L"]), (&json!("ALL_DONE"), &json!("ALL_DONE")));
    let triggered = ear.receive_matching(|value| value["o"] == "STOP_LOSS_LIMIT").await;
    assert_eq!((&triggered["x"], &triggered["w"]), (&json!("NEW"), &json!(true)));
    ear.receive_matching(|value| value["X"] == "FILLED").await;

    let amended =
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.05&price=18000&newClientOrderId=first";
    desk.call("POST", "/api/v3/order", amended).await.ok();
    let amend = "symbol=BTCUSDT&origClientOrderId=first&newQty=0.04&newClientOrderId=second";
    let answer = desk.call("PUT", "/api/v3/order/amend/keepPriority", amend).await.ok();
    let replaced = ear.receive_matching(|value| value["x"] == "REPLACED").await;
    assert_eq!(
        (&replaced["c"], &replaced["C"], &replaced["q"], &replaced["I"]),
        (&json!("second"), &json!("first"), &json!("0.04000000"), &answer["executionId"])
    );
    let taking = "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=0.01&price=19900&cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=second";
    assert_eq!(desk.call("POST", "/api/v3/order/cancelReplace", taking).await.code(), -2021);
    let rejected = ear.receive_matching(|value| value["x"] == "REJECTED").await;
    assert_eq!((&rejected["X"], &rejected["r"]), (&json!("REJECTED"), &json!("WOULD_MATCH_IMMEDIATELY")));
}

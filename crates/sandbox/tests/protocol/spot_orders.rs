//! Conditional spot orders and single-order requests over REST: documented answers and refusals.

use crate::{
    desk::{Desk, decimal, number},
    spot_shapes::{ACK, CANCELLED, FULL, QUERIED, RATES, like},
};
use domain::Decimal;
use serde_json::{Value, json};

pub(crate) const ORDER: &str = "/api/v3/order";

/// A desk that holds BTC, at a price of 20,000.
pub(crate) async fn with_bitcoin() -> Desk {
    let desk = Desk::open().await;
    desk.jump("BTCUSDT", "20000").await;
    desk.call("POST", ORDER, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1").await.ok();
    desk.jump("BTCUSDT", "20000").await;
    desk
}

pub(crate) async fn locked(desk: &Desk, asset: &str) -> Decimal {
    let account = desk.call("GET", "/api/v3/account", "").await.ok();
    let rows = account["balances"].as_array().unwrap();
    rows.iter().find(|row| row["asset"] == asset).map_or(Decimal::ZERO, |row| number(&row["locked"]))
}

async fn found(desk: &Desk, order: &Value) -> Value {
    let params = format!("symbol=BTCUSDT&orderId={}", order["orderId"]);
    desk.call("GET", ORDER, &params).await.ok()
}

const STOP: &str =
    "symbol=BTCUSDT&side=SELL&type=STOP_LOSS_LIMIT&timeInForce=GTC&quantity=0.05&price=18900&stopPrice=19000";

#[tokio::test]
async fn a_stop_order_waits_triggers_and_is_reported_as_documented() {
    let desk = with_bitcoin().await;
    let placed = desk.call("POST", ORDER, STOP).await.ok();
    like(&placed, ACK);
    let waiting = found(&desk, &placed).await;
    like(&waiting, QUERIED);
    assert_eq!(
        (&waiting["type"], &waiting["stopPrice"], &waiting["isWorking"], &waiting["workingTime"]),
        (&json!("STOP_LOSS_LIMIT"), &json!("19000.00000000"), &json!(false), &json!(-1))
    );
    assert_eq!(locked(&desk, "BTC").await, decimal("0.05"));
    let open = desk.call("GET", "/api/v3/openOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(open, json!([waiting]));
    desk.jump("BTCUSDT", "18950").await;
    let done = found(&desk, &placed).await;
    assert_eq!((&done["status"], &done["isWorking"]), (&json!("FILLED"), &json!(true)));
    assert_eq!(locked(&desk, "BTC").await, Decimal::ZERO);
    let trades = desk.call("GET", "/api/v3/myTrades", "symbol=BTCUSDT").await.ok();
    assert_eq!(trades.as_array().unwrap().last().unwrap()["orderListId"], -1);
}

#[tokio::test]
async fn the_response_type_depends_on_the_order_type() {
    let desk = with_bitcoin().await;
    let limit = "symbol=BTCUSDT&side=BUY&quantity=0.001&price=19000";
    let full = desk.call("POST", ORDER, &format!("{limit}&type=LIMIT&timeInForce=GTC")).await.ok();
    like(&full, FULL);
    let maker = format!("{limit}&type=LIMIT_MAKER");
    like(&desk.call("POST", ORDER, &maker).await.ok(), ACK);
    let result = desk.call("POST", ORDER, &format!("{maker}&newOrderRespType=RESULT")).await.ok();
    let mut documented: Value = serde_json::from_str(FULL).unwrap();
    documented.as_object_mut().unwrap().remove("fills");
    like(&result, &documented.to_string());
    let labelled = format!(
        "{STOP}&newOrderRespType=RESULT&strategyId=5&strategyType=1000000&trailingDelta=100&icebergQty=0.01"
    );
    let result = desk.call("POST", ORDER, &labelled).await.ok();
    assert_eq!(
        [&result["strategyId"], &result["strategyType"], &result["trailingDelta"], &result["trailingTime"]],
        [&json!(5), &json!(1_000_000), &json!(100), &json!(-1)]
    );
    assert_eq!((&result["icebergQty"], &result["workingTime"]), (&json!("0.01000000"), &json!(-1)));
    assert_eq!(result["selfTradePreventionMode"], "EXPIRE_MAKER");
    let cancelled = desk
        .call("DELETE", ORDER, &format!("symbol=BTCUSDT&orderId={}&newClientOrderId=gone", full["orderId"]))
        .await
        .ok();
    like(&cancelled, CANCELLED);
    assert_eq!(
        (&cancelled["origClientOrderId"], &cancelled["clientOrderId"]),
        (&full["clientOrderId"], &json!("gone"))
    );
}

/// The text of a refusal for want of a parameter.
fn refused(name: &str) -> String {
    format!("Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
}

/// The text of a refusal of a parameter that has no meaning there.
fn needless(name: &str) -> String {
    format!("Parameter '{name}' sent when not required.")
}

#[tokio::test]
async fn each_type_requires_and_forbids_its_parameters() {
    let desk = with_bitcoin().await;
    let head = "symbol=BTCUSDT&side=SELL";
    for (params, code, message) in [
        ("type=STOP_LOSS&stopPrice=19000", -1102, refused("quantity")),
        (
            "type=STOP_LOSS&quantity=0.01",
            -1102,
            "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!".into(),
        ),
        ("type=STOP_LOSS&quantity=0.01&stopPrice=19000&price=1", -1106, needless("price")),
        ("type=TAKE_PROFIT&quantity=0.01&stopPrice=21000&timeInForce=GTC", -1106, needless("timeInForce")),
        ("type=TAKE_PROFIT&quantity=0.01&stopPrice=21000&icebergQty=0.001", -1106, needless("icebergQty")),
        ("type=STOP_LOSS_LIMIT&quantity=0.01&stopPrice=19000&price=18000", -1102, refused("timeInForce")),
        ("type=STOP_LOSS_LIMIT&quantity=0.01&stopPrice=19000&timeInForce=GTC", -1102, refused("price")),
        (
            "type=TAKE_PROFIT_LIMIT&quantity=0.01&price=1&timeInForce=GTC",
            -1102,
            "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!".into(),
        ),
        ("type=LIMIT&quantity=0.01&price=21000&timeInForce=GTC&stopPrice=1", -1106, needless("stopPrice")),
        (
            "type=LIMIT&quantity=0.01&price=21000&timeInForce=GTC&trailingDelta=1",
            -1106,
            needless("trailingDelta"),
        ),
        ("type=LIMIT&quoteOrderQty=10&price=21000&timeInForce=GTC", -1106, needless("quoteOrderQty")),
        ("type=LIMIT&quantity=0.01&price=21000&timeInForce=GTX", -1115, "Invalid timeInForce.".into()),
        (
            "type=LIMIT&quantity=0.01&price=21000&timeInForce=IOC&icebergQty=0.001",
            -1014,
            "Unsupported order combination.".into(),
        ),
        ("type=MARKET&quantity=0.01&stopPrice=1", -1106, needless("stopPrice")),
        ("type=MARKET", -1102, refused("quantity")),
        ("type=STOP&quantity=0.01", -1116, "Invalid orderType.".into()),
        ("type=MARKET&quantity=0.01&strategyType=5", -1134, "strategyType was less than 1000000.".into()),
        (
            "type=MARKET&quantity=0.01&selfTradePreventionMode=MAYBE",
            -1130,
            "Data sent for parameter 'selfTradePreventionMode' is not valid.".into(),
        ),
        (
            "type=MARKET&quantity=0.01&selfTradePreventionMode=TRANSFER",
            -1013,
            "This symbol does not allow the specified self-trade prevention mode.".into(),
        ),
        (
            "type=LIMIT_MAKER&quantity=0.01&pegPriceType=PRIMARY_PEG",
            -2010,
            "Pegged orders are not supported for this symbol.".into(),
        ),
        ("type=STOP_LOSS&quantity=0.01&trailingDelta=5", -1013, "Filter failure: TRAILING_DELTA".into()),
    ] {
        for path in [ORDER, "/api/v3/order/test"] {
            let reply = desk.call("POST", path, &format!("{head}&{params}")).await;
            assert_eq!((reply.code(), &reply.body["msg"]), (code, &json!(message)), "{path} {params}");
        }
    }
    let open = desk.call("GET", "/api/v3/openOrders", "").await.ok();
    assert_eq!(open, json!([]));
}

#[tokio::test]
async fn a_test_order_does_not_reach_the_matching_engine() {
    let desk = with_bitcoin().await;
    let head = "symbol=BTCUSDT&side=SELL";
    for (params, message) in [
        ("type=STOP_LOSS&quantity=0.01&stopPrice=21000", "Order would trigger immediately."),
        ("type=LIMIT_MAKER&quantity=0.01&price=19000", "Order would immediately match and take."),
        ("type=MARKET&quantity=5", "Account has insufficient balance for requested action."),
    ] {
        let reply = desk.call("POST", ORDER, &format!("{head}&{params}")).await;
        assert_eq!((reply.code(), &reply.body["msg"]), (-2010, &json!(message)), "{params}");
        let tested = desk.call("POST", "/api/v3/order/test", &format!("{head}&{params}")).await;
        assert_eq!(tested.ok(), json!({}), "{params}");
    }
    let open = desk.call("GET", "/api/v3/openOrders", "").await.ok();
    assert_eq!(open, json!([]));
}

#[tokio::test]
async fn a_test_order_changes_nothing() {
    let desk = with_bitcoin().await;
    assert_eq!(desk.call("POST", "/api/v3/order/test", STOP).await.ok(), json!({}));
    let rates = desk.call("POST", "/api/v3/order/test", &format!("{STOP}&computeCommissionRates=true")).await;
    like(&rates.ok(), RATES);
    assert_eq!(desk.call("GET", "/api/v3/openOrders", "").await.ok(), json!([]));
    assert_eq!(locked(&desk, "BTC").await, Decimal::ZERO);
}

#[tokio::test]
async fn both_ids_must_belong_to_the_same_order() {
    let desk = with_bitcoin().await;
    let order = desk.call("POST", ORDER, &format!("{STOP}&newClientOrderId=mine")).await.ok();
    let ids =
        |client: &str| format!("symbol=BTCUSDT&orderId={}&origClientOrderId={client}", order["orderId"]);
    for method in ["GET", "DELETE"] {
        let reply = desk.call(method, ORDER, &ids("yours")).await;
        let msg = "Client order ID is not correct for this order ID.";
        assert_eq!((reply.code(), &reply.body["msg"]), (-2039, &json!(msg)));
    }
    let restricted = |word: &str| format!("{}&cancelRestrictions={word}", ids("mine"));
    assert_eq!(desk.call("DELETE", ORDER, &restricted("ONLY_OLD")).await.code(), -1145);
    let reply = desk.call("DELETE", ORDER, &restricted("ONLY_PARTIALLY_FILLED")).await;
    let msg = "Order was not canceled due to cancel restrictions.";
    assert_eq!((reply.code(), &reply.body["msg"]), (-2011, &json!(msg)));
    desk.call("DELETE", ORDER, &restricted("ONLY_NEW")).await.ok();
}

#[tokio::test]
async fn lists_without_entries_are_empty() {
    let desk = Desk::open().await;
    for (path, params) in [
        ("/api/v3/myPreventedMatches", "symbol=BTCUSDT&orderId=1"),
        ("/api/v3/myAllocations", "symbol=BTCUSDT"),
        ("/api/v3/openOrderList", ""),
        ("/api/v3/allOrderList", ""),
    ] {
        assert_eq!(desk.call("GET", path, params).await.ok(), json!([]), "{path}");
    }
    assert_eq!(desk.call("GET", "/api/v3/myPreventedMatches", "symbol=BTCUSDT").await.code(), -1128);
    assert_eq!(desk.call("GET", "/api/v3/orderList", "orderListId=9").await.code(), -2013);
    assert_eq!(desk.call("DELETE", "/api/v3/orderList", "symbol=BTCUSDT&orderListId=9").await.code(), -2011);
    let rates = desk.call("GET", "/api/v3/account/commission", "symbol=BTCUSDT").await.ok();
    assert_eq!(rates["standardCommission"]["taker"], "0.00100000");
}

#[tokio::test]
async fn exchange_information_lists_what_is_accepted() {
    let desk = Desk::open().await;
    let info = desk.get("/api/v3/exchangeInfo?symbol=BTCUSDT").await.ok();
    let symbol = &info["symbols"][0];
    for flag in [
        "icebergAllowed",
        "ocoAllowed",
        "otoAllowed",
        "quoteOrderQtyMarketAllowed",
        "allowTrailingStop",
        "cancelReplaceAllowed",
        "amendAllowed",
    ] {
        assert_eq!(symbol[flag], true, "{flag}");
    }
    assert_eq!((&symbol["permissions"], &symbol["permissionSets"]), (&json!([]), &json!([["SPOT"]])));
    assert_eq!(symbol["orderTypes"].as_array().unwrap().len(), 7);
    let filters = symbol["filters"].as_array().unwrap().iter().map(|f| f["filterType"].as_str().unwrap());
    let filters: Vec<_> = filters.collect();
    for name in [
        "PRICE_FILTER",
        "LOT_SIZE",
        "ICEBERG_PARTS",
        "MARKET_LOT_SIZE",
        "TRAILING_DELTA",
        "PERCENT_PRICE_BY_SIDE",
        "NOTIONAL",
        "MAX_POSITION",
        "MAX_NUM_ORDERS",
        "MAX_NUM_ORDER_LISTS",
        "MAX_NUM_ALGO_ORDERS",
        "MAX_NUM_ORDER_AMENDS",
    ] {
        assert!(filters.contains(&name), "{name}");
    }
    let margin = desk.get("/api/v3/exchangeInfo?permissions=MARGIN").await.ok();
    assert_eq!(margin["symbols"], json!([]));
    let halted = desk.get("/api/v3/exchangeInfo?symbolStatus=HALT").await.ok();
    assert_eq!(halted["symbols"], json!([]));
    let bare =
        desk.get("/api/v3/exchangeInfo?permissions=%5B%22SPOT%22%5D&showPermissionSets=false").await.ok();
    assert_eq!(bare["symbols"][3]["permissionSets"], json!([]));
    let both = desk.get("/api/v3/exchangeInfo?symbol=BTCUSDT&permissions=SPOT").await;
    assert_eq!(both.code(), -1128);
}

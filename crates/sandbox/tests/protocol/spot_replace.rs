//! Cancel-replace and amendment of spot orders over REST, and the order counts.

use crate::{
    desk::{Desk, decimal},
    spot_orders::{ORDER, locked, with_bitcoin},
    spot_shapes::{AMENDED, AMENDMENTS, CANCELLED, FULL, like},
};
use http::StatusCode;
use sandbox::Limits;
use serde_json::{Value, json};

#[tokio::test]
async fn cancel_replace_answers_in_each_documented_way() {
    let desk = with_bitcoin().await;
    let replace = "/api/v3/order/cancelReplace";
    let new = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=19000";
    let order = desk.call("POST", ORDER, new).await.ok();
    let params =
        |id: &Value, mode: &str, new: &str| format!("{new}&cancelReplaceMode={mode}&cancelOrderId={id}");
    let done = desk.call("POST", replace, &params(&order["orderId"], "STOP_ON_FAILURE", new)).await.ok();
    assert_eq!((&done["cancelResult"], &done["newOrderResult"]), (&json!("SUCCESS"), &json!("SUCCESS")));
    like(&done["cancelResponse"], CANCELLED);
    like(&done["newOrderResponse"], FULL);

    let reply = desk.call("POST", replace, &params(&order["orderId"], "STOP_ON_FAILURE", new)).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    let unknown = json!({ "code": -2011, "msg": "Unknown order sent." });
    assert_eq!(
        reply.body,
        json!({
            "code": -2022,
            "msg": "Order cancel-replace failed.",
            "data": {
                "cancelResult": "FAILURE", "newOrderResult": "NOT_ATTEMPTED",
                "cancelResponse": unknown, "newOrderResponse": null,
            },
        })
    );
    let taking = "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=0.01&price=21000";
    let reply = desk.call("POST", replace, &params(&order["orderId"], "ALLOW_FAILURE", taking)).await;
    let match_and_take = json!({ "code": -2010, "msg": "Order would immediately match and take." });
    assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, -2022));
    assert_eq!(reply.body["data"]["newOrderResponse"], match_and_take);
    let reply = desk.call("POST", replace, &params(&order["orderId"], "ALLOW_FAILURE", new)).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::CONFLICT, -2021));
    assert_eq!(reply.body["msg"], "Order cancel-replace partially failed.");
    assert_eq!(reply.body["data"]["newOrderResult"], "SUCCESS");
    let id = &reply.body["data"]["newOrderResponse"]["orderId"];
    let reply = desk.call("POST", replace, &params(id, "STOP_ON_FAILURE", taking)).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::CONFLICT, -2021));
    like(&reply.body["data"]["cancelResponse"], CANCELLED);
    assert_eq!(reply.body["data"]["newOrderResponse"], match_and_take);
    let open = desk.call("GET", "/api/v3/openOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(open.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn order_counts_are_shown_and_a_replacement_may_only_cancel() {
    let desk = Desk::open_with(Limits { orders_10s: 4, ..Limits::default() }).await;
    let new = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=5000";
    let order = desk.call("POST", ORDER, new).await.ok();
    let oto = "symbol=BTCUSDT&workingType=LIMIT&workingSide=BUY&workingPrice=5000&workingQuantity=0.01&workingTimeInForce=GTC&pendingType=MARKET&pendingSide=SELL&pendingQuantity=0.001";
    let reply = desk.call("POST", "/api/v3/orderList/oto", oto).await;
    assert_eq!(reply.headers["x-mbx-order-count-10s"], "3", "a list counts all its orders");
    reply.ok();
    let usage = desk.call("GET", "/api/v3/rateLimit/order", "").await.ok();
    assert_eq!(
        usage[0],
        json!({ "rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 4, "count": 3 })
    );
    desk.call("POST", ORDER, new).await.ok();
    let replace = |mode: &str| {
        let id = &order["orderId"];
        format!(
            "{new}&cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId={id}&orderRateLimitExceededMode={mode}"
        )
    };
    let reply = desk.call("POST", "/api/v3/order/cancelReplace", &replace("DO_NOTHING")).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::TOO_MANY_REQUESTS, -1015));
    let reply = desk.call("POST", "/api/v3/order/cancelReplace", &replace("CANCEL_ONLY")).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::TOO_MANY_REQUESTS, -2021));
    like(&reply.body["data"]["cancelResponse"], CANCELLED);
    assert_eq!(reply.body["data"]["newOrderResponse"]["code"], -1015);
}

#[tokio::test]
async fn amendments_are_answered_and_listed_as_documented() {
    let desk = with_bitcoin().await;
    let order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.05&price=19000";
    let order = desk.call("POST", ORDER, order).await.ok();
    let amend = |qty: &str| format!("symbol=BTCUSDT&orderId={}&newQty={qty}", order["orderId"]);
    let path = "/api/v3/order/amend/keepPriority";
    let amended = desk.call("PUT", path, &amend("0.04")).await.ok();
    like(&amended, AMENDED);
    assert_eq!(amended["amendedOrder"]["origClientOrderId"], order["clientOrderId"]);
    assert_ne!(amended["amendedOrder"]["clientOrderId"], order["clientOrderId"]);
    assert_eq!(locked(&desk, "USDT").await, decimal("760"));
    for (qty, code) in [("0.04", -2038), ("0.05", -2038), ("0.0000001", -1013)] {
        assert_eq!(desk.call("PUT", path, &amend(qty)).await.code(), code, "{qty}");
    }
    let params = format!("symbol=BTCUSDT&orderId={}", order["orderId"]);
    let rows = desk.call("GET", "/api/v3/order/amendments", &params).await.ok();
    like(&rows, AMENDMENTS);
    assert_eq!((&rows[0]["origQty"], &rows[0]["newQty"]), (&json!("0.05000000"), &json!("0.04000000")));
}

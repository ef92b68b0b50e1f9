//! Futures orders beyond placing and cancelling: amendments, batches, the timer, tests of orders, dates, prices of the
//! book, and the margin's history. Answers are compared with the examples of Binance's documents.

use crate::{
    desk::{Desk, decimal, number},
    shape::same_shape,
};
use domain::time;
use sandbox::Limits;
use serde_json::{Value, json};

const ORDER: &str = "/fapi/v1/order";
const RESTING: &str =
    "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000&newClientOrderId=mine";

/// An order as the document on new orders prints it.
fn order_example() -> Value {
    json!({
        "clientOrderId": "testOrder", "cumQty": "0", "cumQuote": "0", "executedQty": "0", "orderId": 22_542_179,
        "avgPrice": "0.00000", "origQty": "10", "price": "0", "reduceOnly": false, "side": "BUY",
        "positionSide": "SHORT", "status": "NEW", "stopPrice": "9300", "closePosition": false, "symbol": "BTCUSDT",
        "timeInForce": "GTD", "type": "TRAILING_STOP_MARKET", "origType": "TRAILING_STOP_MARKET",
        "updateTime": 1_566_818_724_722_i64, "workingType": "CONTRACT_PRICE", "priceProtect": false,
        "priceMatch": "NONE", "selfTradePreventionMode": "NONE", "goodTillDate": 1_693_207_680_000_i64,
    })
}

/// An order as the document on amendments prints it.
fn modified_example() -> Value {
    json!({
        "orderId": 20_072_994_037_i64, "symbol": "BTCUSDT", "pair": "BTCUSDT", "status": "NEW",
        "clientOrderId": "LJ9R4QZDihCaS8UAOOLpgW", "price": "30005", "avgPrice": "0.0", "origQty": "1",
        "executedQty": "0", "cumQty": "0", "cumBase": "0", "timeInForce": "GTC", "type": "LIMIT",
        "reduceOnly": false, "closePosition": false, "side": "BUY", "positionSide": "LONG", "stopPrice": "0",
        "workingType": "CONTRACT_PRICE", "priceProtect": false, "origType": "LIMIT", "priceMatch": "NONE",
        "selfTradePreventionMode": "NONE", "goodTillDate": 0, "updateTime": 1_629_182_711_600_i64,
    })
}

#[tokio::test]
async fn an_amended_order_has_a_history() {
    let desk = Desk::open().await;
    let order = desk.call("POST", ORDER, RESTING).await.ok();
    let amend = "symbol=BTCUSDT&side=BUY&origClientOrderId=mine&quantity=0.02&price=9100";
    let amended = desk.call("PUT", ORDER, amend).await.ok();
    same_shape(&amended, &modified_example(), &["cumQuote"]);
    assert_eq!((&amended["orderId"], &amended["origQty"]), (&order["orderId"], &json!("0.020")));
    assert_eq!((&amended["price"], &amended["selfTradePreventionMode"]), (&json!("9100.0"), &json!("NONE")));
    let by_id = format!("symbol=BTCUSDT&side=BUY&orderId={}&quantity=0.02&price=9200", order["orderId"]);
    desk.call("PUT", ORDER, &by_id).await.ok();
    let rows =
        desk.call("GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT&origClientOrderId=mine").await.ok();
    let example = json!([{
        "amendmentId": 5363, "symbol": "BTCUSDT", "pair": "BTCUSDT", "orderId": 20_072_994_037_i64,
        "clientOrderId": "LJ9R4QZDihCaS8UAOOLpgW", "time": 1_629_184_560_899_i64,
        "amendment": {
            "price": { "before": "30004", "after": "30003.2" },
            "origQty": { "before": "1", "after": "1" },
            "count": 3,
        },
    }]);
    same_shape(&rows, &example, &[]);
    let counts: Vec<_> = rows.as_array().unwrap().iter().map(|row| &row["amendment"]["count"]).collect();
    assert_eq!(counts, [&json!(2), &json!(1)], "newest first");
    let desk = desk.reopened();
    let again =
        desk.call("GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT&origClientOrderId=mine").await.ok();
    assert_eq!(again, rows, "a restart keeps it");
    let found = desk.call("GET", ORDER, "symbol=BTCUSDT&origClientOrderId=mine").await.ok();
    assert_eq!((&found["price"], &found["origQty"]), (&json!("9200.0"), &json!("0.020")));
}

#[tokio::test]
async fn amendments_are_refused_one_by_one() {
    let desk = Desk::open().await;
    desk.call("POST", ORDER, RESTING).await.ok();
    for (params, code) in [
        ("side=BUY&origClientOrderId=mine&quantity=0.01&price=9000", -5027),
        ("side=BUY&origClientOrderId=other&quantity=0.01&price=9100", -2013),
        ("side=SELL&origClientOrderId=mine&quantity=0.01&price=9100", -1130),
        ("side=BUY&quantity=0.01&price=9100", -1102),
        ("side=BUY&origClientOrderId=mine&price=9100", -1102),
        ("side=BUY&origClientOrderId=mine&quantity=0.01", -1102),
        ("origClientOrderId=mine&quantity=0.01&price=9100", -1102),
        ("side=BUY&origClientOrderId=mine&quantity=0.01&price=9100&priceMatch=QUEUE", -1106),
        ("side=BUY&origClientOrderId=mine&quantity=0.01&priceMatch=BEST", -5037),
        ("side=BUY&origClientOrderId=mine&quantity=0.01&price=9100.001", -1111),
        ("side=BUY&origClientOrderId=mine&quantity=99&price=9100", -2019),
    ] {
        let reply = desk.call("PUT", ORDER, &format!("symbol=BTCUSDT&{params}")).await;
        assert_eq!(reply.code(), code, "{params}");
    }
    let priced = "symbol=BTCUSDT&side=BUY&origClientOrderId=mine&quantity=0.01&priceMatch=QUEUE_5";
    assert_eq!(desk.call("PUT", ORDER, priced).await.ok()["priceMatch"], "QUEUE_5");
    let unknown = "symbol=BTCUSDT&startTime=2&endTime=1&orderId=1";
    assert_eq!(desk.call("GET", "/fapi/v1/orderAmendment", unknown).await.code(), -1023);
    assert_eq!(desk.call("GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT").await.code(), -1102);
}

fn encoded(list: &Value) -> String {
    let text = list.to_string();
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[tokio::test]
async fn orders_are_placed_amended_and_cancelled_together() {
    let desk = Desk::open().await;
    let batch = async |method: &str, list: Value| {
        desk.call(method, "/fapi/v1/batchOrders", &format!("batchOrders={}", encoded(&list))).await
    };
    let limit = |name: &str, price: &str| {
        json!({
            "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
            "price": price, "newClientOrderId": name,
        })
    };
    let placed = batch(
        "POST",
        json!([
            limit("one", "9000"),
            { "symbol": "BTCUSDT", "side": "SELL", "type": "MARKET", "quantity": 0.01, "reduceOnly": true },
            limit("two", "9001"),
            limit("one", "9002"),
            { "symbol": "BTCUSDT", "side": "BUY", "type": "STOP_MARKET", "quantity": "0.01", "stopPrice": "99000" },
        ]),
    )
    .await
    .ok();
    let codes: Vec<_> = placed.as_array().unwrap().iter().map(|row| row["code"].as_i64()).collect();
    assert_eq!(codes, [None, Some(-2022), None, Some(-4116), Some(-4120)], "a result for each");
    same_shape(&placed[0], &order_example(), &["time"]);
    same_shape(&placed[1], &json!({ "code": -2022, "msg": "ReduceOnly Order is rejected." }), &[]);

    let change = |name: &str, price: &str| json!({ "symbol": "BTCUSDT", "side": "BUY", "origClientOrderId": name, "quantity": "0.02", "price": price });
    let amended = batch("PUT", json!([change("two", "9003"), change("three", "9004")])).await.ok();
    same_shape(&amended[0], &modified_example(), &["cumQuote"]);
    assert_eq!(amended[1], json!({ "code": -2013, "msg": "Order does not exist." }));

    let names = encoded(&json!(["one", "nobody", "two"]));
    let params = format!("symbol=BTCUSDT&origClientOrderIdList={names}");
    let cancelled = desk.call("DELETE", "/fapi/v1/batchOrders", &params).await.ok();
    assert_eq!((&cancelled[0]["status"], &cancelled[2]["status"]), (&json!("CANCELED"), &json!("CANCELED")));
    assert_eq!(cancelled[1], json!({ "code": -2011, "msg": "Unknown order sent." }));
    assert_eq!(desk.call("GET", "/fapi/v1/openOrders", "").await.ok(), json!([]));
}

#[tokio::test]
async fn lists_to_cancel_have_lowercase_names_too() {
    let desk = Desk::open().await;
    for (name, field) in [("orderidlist", "orderId"), ("origclientorderidlist", "clientOrderId")] {
        let order = desk.call("POST", ORDER, RESTING).await.ok();
        let params = format!("symbol=BTCUSDT&{name}={}", encoded(&json!([order[field]])));
        let cancelled = desk.call("DELETE", "/fapi/v1/batchOrders", &params).await.ok();
        assert_eq!(cancelled[0]["status"], "CANCELED", "{name}");
    }
}

#[tokio::test]
async fn a_batch_counts_as_five_orders_in_ten_seconds() {
    let desk = Desk::open_with(Limits { orders_10s: 6, ..Limits::default() }).await;
    let one = json!([{ "symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01" }]);
    desk.call("POST", "/fapi/v1/batchOrders", &format!("batchOrders={}", encoded(&one))).await.ok();
    desk.call("POST", ORDER, RESTING).await.ok();
    assert_eq!(desk.call("POST", ORDER, RESTING).await.code(), -1015);
}

#[tokio::test]
async fn batches_have_a_size() {
    let desk = Desk::open().await;
    let one = json!({ "symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01" });
    for (method, params, code) in [
        ("POST", format!("batchOrders={}", encoded(&json!(vec![&one; 6]))), -4082),
        ("PUT", format!("batchOrders={}", encoded(&json!([]))), -4082),
        ("POST", "batchOrders=nothing".into(), -1102),
        ("POST", String::new(), -1102),
        ("DELETE", "symbol=BTCUSDT".into(), -1102),
        ("DELETE", format!("symbol=BTCUSDT&orderIdList={}", encoded(&json!(vec![1; 11]))), -4082),
        ("DELETE", format!("symbol=BTCUSDT&orderIdList={}", encoded(&json!(["a"]))), -1130),
    ] {
        let reply = desk.call(method, "/fapi/v1/batchOrders", &params).await;
        assert_eq!(reply.code(), code, "{method} {params}");
    }
    assert_eq!(desk.call("GET", "/fapi/v1/allOrders", "symbol=BTCUSDT").await.ok(), json!([]));
}

#[tokio::test]
async fn the_timer_cancels_orders_also_after_a_restart() {
    let desk = Desk::open().await;
    desk.call("POST", ORDER, RESTING).await.ok();
    let set = "symbol=BTCUSDT&countdownTime=1000";
    let answer = desk.call("POST", "/fapi/v1/countdownCancelAll", set).await.ok();
    assert_eq!(answer, json!({ "symbol": "BTCUSDT", "countdownTime": "1000" }));
    assert_eq!(desk.call("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT").await.code(), -1102);
    let desk = desk.reopened();
    desk.clock.forward(999_000);
    desk.sandbox.tick(1).unwrap();
    assert_eq!(desk.call("GET", "/fapi/v1/openOrders", "").await.ok().as_array().unwrap().len(), 1);
    desk.clock.forward(1_000);
    desk.sandbox.tick(1).unwrap();
    assert_eq!(desk.call("GET", "/fapi/v1/openOrders", "").await.ok(), json!([]));
}

#[tokio::test]
async fn an_order_is_tested_without_being_placed() {
    let desk = Desk::open().await;
    let tested = desk.call("POST", "/fapi/v1/order/test", RESTING).await.ok();
    same_shape(&tested, &order_example(), &["time"]);
    for (params, code) in [
        ("side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01", -1102),
        ("side=BUY&type=MARKET&quantity=99", -2019),
        ("side=SELL&type=MARKET&quantity=0.01&reduceOnly=true", -2022),
        ("side=BUY&type=STOP_MARKET&quantity=0.01&stopPrice=99000", -4120),
    ] {
        let reply = desk.call("POST", "/fapi/v1/order/test", &format!("symbol=BTCUSDT&{params}")).await;
        assert_eq!(reply.code(), code, "{params}");
    }
    assert_eq!(desk.call("GET", "/fapi/v1/allOrders", "symbol=BTCUSDT").await.ok(), json!([]));
}

#[tokio::test]
async fn gtd_orders_need_a_date_and_expire_at_it() {
    let desk = Desk::open().await;
    let order = "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=9000";
    let date = desk.clock_millis() + 700_500;
    for (params, code) in [
        ("timeInForce=GTD".to_owned(), -1102),
        (format!("timeInForce=GTC&goodTillDate={date}"), -1106),
        (format!("timeInForce=GTD&goodTillDate={}", date - 200_000), -5040),
        ("timeInForce=GTD&goodTillDate=253402300799000".into(), -5040),
        ("timeInForce=GTC&selfTradePreventionMode=SOMETIMES".into(), -5039),
    ] {
        assert_eq!(desk.call("POST", ORDER, &format!("{order}&{params}")).await.code(), code, "{params}");
    }
    let params = format!("{order}&timeInForce=GTD&goodTillDate={date}&selfTradePreventionMode=EXPIRE_BOTH");
    let placed = desk.call("POST", ORDER, &params).await.ok();
    assert_eq!(
        (&placed["timeInForce"], &placed["goodTillDate"], &placed["selfTradePreventionMode"]),
        (&json!("GTD"), &json!(date - date % 1_000), &json!("EXPIRE_BOTH"))
    );
    desk.clock.forward(701 * time::SECOND);
    desk.sandbox.tick(1).unwrap();
    let found = desk.call("GET", ORDER, &format!("symbol=BTCUSDT&orderId={}", placed["orderId"])).await.ok();
    assert_eq!(found["status"], "EXPIRED");
}

#[tokio::test]
async fn a_price_is_taken_from_the_book_for_limit_orders_only() {
    let desk = Desk::open().await;
    let best = number(&desk.get("/fapi/v1/ticker/bookTicker?symbol=BTCUSDT").await.ok()["bidPrice"]);
    let order = "symbol=BTCUSDT&side=BUY&quantity=0.01";
    let queued = format!("{order}&type=LIMIT&timeInForce=GTX&priceMatch=QUEUE");
    let placed = desk.call("POST", ORDER, &queued).await.ok();
    assert_eq!((number(&placed["price"]), &placed["priceMatch"]), (best, &json!("QUEUE")));
    for (params, code) in [
        ("type=LIMIT&timeInForce=GTC&priceMatch=QUEUE&price=9000", -1106),
        ("type=LIMIT&timeInForce=GTC&priceMatch=NOWHERE", -5037),
        ("type=MARKET&priceMatch=QUEUE", -5038),
        ("type=LIMIT&timeInForce=GTC&priceMatch=NONE", -1102),
    ] {
        assert_eq!(desk.call("POST", ORDER, &format!("{order}&{params}")).await.code(), code, "{params}");
    }
}

#[tokio::test]
async fn adjustments_of_margin_are_remembered() {
    let desk = Desk::open().await;
    desk.call("POST", "/fapi/v1/marginType", "symbol=BTCUSDT&marginType=ISOLATED").await.ok();
    desk.call("POST", ORDER, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1").await.ok();
    for (amount, kind) in [("10", 1), ("4", 2)] {
        let params = format!("symbol=BTCUSDT&amount={amount}&type={kind}");
        desk.call("POST", "/fapi/v1/positionMargin", &params).await.ok();
    }
    let history = async |params: &str| {
        desk.call("GET", "/fapi/v1/positionMargin/history", &format!("symbol=BTCUSDT{params}")).await
    };
    let rows = history("").await.ok();
    let example = json!([{
        "symbol": "BTCUSDT", "type": 1, "deltaType": "USER_ADJUST", "amount": "23.36332311", "asset": "USDT",
        "time": 1_578_047_897_183_i64, "positionSide": "BOTH",
    }]);
    same_shape(&rows, &example, &[]);
    let moved: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["type"].as_i64().unwrap(), number(&r["amount"])))
        .collect();
    assert_eq!(moved, [(2, decimal("4")), (1, decimal("10"))]);
    assert_eq!(history("&type=2").await.ok().as_array().unwrap().len(), 1);
    assert_eq!(history("&type=3").await.code(), -1130);
}

#[tokio::test]
async fn liquidations_are_listed() {
    let desk = Desk::open().await;
    assert_eq!(desk.call("GET", "/fapi/v1/forceOrders", "").await.ok(), json!([]));
    desk.call("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=100").await.ok();
    let price = number(&desk.get("/fapi/v1/ticker/price?symbol=BTCUSDT").await.ok()["price"]);
    let amount = (decimal("100000") / price).round_dp(3);
    let entry = format!("symbol=BTCUSDT&side=BUY&type=MARKET&quantity={amount}");
    desk.call("POST", ORDER, &entry).await.ok();
    desk.jump("BTCUSDT", &(price * decimal("0.8")).round_dp(2).to_string()).await;
    let rows = desk.call("GET", "/fapi/v1/forceOrders", "autoCloseType=LIQUIDATION").await.ok();
    let example = json!([{
        "orderId": 6_071_832_819_i64, "symbol": "BTCUSDT", "status": "FILLED",
        "clientOrderId": "autoclose-1596107620040000020", "price": "10871.09", "avgPrice": "10913.21000",
        "origQty": "0.001", "executedQty": "0.001", "cumQuote": "10.91321", "timeInForce": "IOC",
        "type": "LIMIT", "reduceOnly": false, "closePosition": false, "side": "SELL", "positionSide": "BOTH",
        "stopPrice": "0", "workingType": "CONTRACT_PRICE", "origType": "LIMIT",
        "time": 1_596_107_620_044_i64, "updateTime": 1_596_107_620_087_i64,
    }]);
    same_shape(&rows, &example, &[]);
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(desk.call("GET", "/fapi/v1/forceOrders", "autoCloseType=ADL").await.ok(), json!([]));
    assert_eq!(desk.call("GET", "/fapi/v1/forceOrders", "autoCloseType=X").await.code(), -1130);
}

#[tokio::test]
async fn small_account_endpoints_answer_as_documented() {
    let desk = Desk::open().await;
    let limits = desk.call("GET", "/fapi/v1/rateLimit/order", "").await.ok();
    let example = json!([
        { "rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 10_000 },
        { "rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 20_000 },
    ]);
    same_shape(&limits, &example, &[]);
    assert_eq!(desk.call("GET", "/fapi/v1/feeBurn", "").await.ok(), json!({ "feeBurn": false }));
    let set = desk.call("POST", "/fapi/v1/feeBurn", "feeBurn=true").await.ok();
    assert_eq!(set, json!({ "code": 200, "msg": "success" }));
    let desk = desk.reopened();
    assert_eq!(desk.call("GET", "/fapi/v1/feeBurn", "").await.ok(), json!({ "feeBurn": true }));
    assert_eq!(desk.call("GET", "/fapi/v2/account", "").await.ok()["feeBurn"], true);
    let status = desk.call("GET", "/fapi/v1/apiTradingStatus", "").await.ok();
    same_shape(&status, &json!({ "indicators": {}, "updateTime": 1_545_741_270_000_i64 }), &[]);
    let rates = desk.call("GET", "/fapi/v1/commissionRate", "symbol=BTCUSDT").await.ok();
    let example = json!({
        "symbol": "BTCUSDT", "makerCommissionRate": "0.0002", "takerCommissionRate": "0.0004",
        "rpiCommissionRate": "0.00005",
    });
    same_shape(&rates, &example, &[]);
}

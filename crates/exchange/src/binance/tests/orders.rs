//! Orders: responses, queries, cancels and lists.

use super::{btc, d, fake::Fake, no, ok, order, pair, prices, validity, who};
use crate::{ExchangeFailure, OrderRequest, Trading};
use domain::{Micros, Order, OrderStatus, OrderType, Side, TimeInForce, TradeType};
use serde_json::{Value, json};

const FUTURES: TradeType = TradeType::Futures;

fn with(mut base: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

/// A filled market order, as answered by `POST /fapi/v1/order`.
pub(super) fn plain(changes: Value) -> Value {
    with(
        json!({
            "orderId": 3_235_803_329_i64, "symbol": "BTCUSDT", "status": "FILLED", "clientOrderId": "slip-1",
            "price": "0.00", "avgPrice": "19191.90000", "origQty": "0.050", "executedQty": "0.050",
            "cumQty": "0.050", "cumQuote": "959.59500", "timeInForce": "GTC", "type": "MARKET",
            "reduceOnly": false, "closePosition": false, "side": "BUY", "positionSide": "BOTH",
            "stopPrice": "0.00", "workingType": "CONTRACT_PRICE", "priceProtect": false, "origType": "MARKET",
            "priceMatch": "NONE", "selfTradePreventionMode": "EXPIRE_MAKER", "goodTillDate": 0,
            "updateTime": 1_665_522_362_878_i64,
        }),
        changes,
    )
}

/// A waiting stop that closes the position, as answered by `GET /fapi/v1/algoOrder`.
pub(super) fn algo(changes: Value) -> Value {
    with(
        json!({
            "algoId": 2_146_760, "clientAlgoId": "slip-3", "algoType": "CONDITIONAL",
            "orderType": "STOP_MARKET", "symbol": "BTCUSDT", "side": "SELL", "positionSide": "BOTH",
            "timeInForce": "GTE_GTC", "quantity": "0.000", "algoStatus": "NEW", "actualOrderId": "",
            "actualPrice": "0.00000", "triggerPrice": "19850.00", "price": "0.00", "icebergQuantity": null,
            "tpTriggerPrice": "0.000", "tpPrice": "0.000", "slTriggerPrice": "0.000", "slPrice": "0.000",
            "tpOrderType": "", "selfTradePreventionMode": "EXPIRE_MAKER", "workingType": "CONTRACT_PRICE",
            "priceMatch": "NONE", "closePosition": true, "priceProtect": false, "reduceOnly": true,
            "createTime": 1_664_912_244_092_i64, "updateTime": 1_664_912_244_092_i64, "triggerTime": 0,
            "goodTillDate": 0,
        }),
        changes,
    )
}

fn waiting_stop() -> Order {
    Order {
        id: "2146760".into(),
        client_order_id: "slip-3".into(),
        at: Micros::from_millis(1_664_912_244_092),
        symbol: btc(),
        kind: OrderType::StopMarket,
        time_in_force: TimeInForce::GteGtc,
        post_only: false,
        reduce_only: true,
        side: Side::Sell,
        price: None,
        stop_price: Some(d("19850")),
        callback_rate: None,
        amount: None,
        cost: d("0"),
        average: None,
        filled: d("0"),
        remaining: None,
        status: OrderStatus::Open,
        position_side: domain::PositionSlot::Both,
    }
}

/// The order that resulted from the stop, as answered by `GET /fapi/v1/order`.
fn actual() -> Value {
    plain(json!({
        "orderId": 88, "clientOrderId": "made-by-binance", "side": "SELL", "avgPrice": "19846.30000",
        "origQty": "0.153", "executedQty": "0.153", "cumQuote": "3036.48390", "reduceOnly": true,
        "time": 1_664_914_106_289_i64,
    }))
}

fn triggered() -> Value {
    algo(json!({ "algoStatus": "FINISHED", "actualOrderId": "88", "triggerTime": 1_664_914_106_280_i64 }))
}

fn check_triggered(order: &Order) {
    assert_eq!((order.id.as_str(), order.client_order_id.as_str()), ("88", "slip-3"));
    assert_eq!((order.kind, order.status), (OrderType::Market, OrderStatus::Closed));
    assert_eq!((order.price, order.stop_price), (Some(d("19846.3")), Some(d("19850"))));
    assert_eq!((order.amount, order.cost), (Some(d("0.153")), d("3036.4839")));
    assert_eq!(order.at, Micros::from_millis(1_664_912_244_092));
}

#[tokio::test]
async fn a_market_order_is_answered_with_its_fills() {
    let (fake, binance) = pair().await;
    fake.on("POST /fapi/v1/order", [ok(plain(json!({})))]);
    let expected = Order {
        id: "3235803329".into(),
        client_order_id: "slip-1".into(),
        at: Micros::from_millis(1_665_522_362_878),
        kind: OrderType::Market,
        time_in_force: TimeInForce::Gtc,
        reduce_only: false,
        side: Side::Buy,
        price: Some(d("19191.9")),
        stop_price: None,
        amount: Some(d("0.05")),
        cost: d("959.595"),
        average: Some(d("19191.9")),
        filled: d("0.05"),
        remaining: Some(d("0")),
        status: OrderStatus::Closed,
        ..waiting_stop()
    };
    assert_eq!(binance.place(&who(), &order(), validity()).await, Ok(expected));
}

#[tokio::test]
async fn a_conditional_order_that_closes_the_position() {
    let (fake, binance) = pair().await;
    fake.on("POST /fapi/v1/algoOrder", [ok(algo(json!({})))]);
    let stop = OrderRequest { kind: OrderType::StopMarket, amount: None, ..order() };
    assert_eq!(binance.place(&who(), &stop, validity()).await, Ok(waiting_stop()));
}

#[tokio::test]
async fn a_spot_market_order_without_an_average() {
    let (fake, binance) = pair().await;
    fake.on(
        "POST /api/v3/order",
        [ok(json!({
            "symbol": "BTCUSDT", "orderId": 28, "orderListId": -1, "clientOrderId": "slip-4",
            "transactTime": 1_507_725_176_595_i64, "price": "0.00000000", "origQty": "10.00000000",
            "executedQty": "10.00000000", "origQuoteOrderQty": "0.000000",
            "cummulativeQuoteQty": "0.12345670", "status": "FILLED", "timeInForce": "GTC", "type": "MARKET",
            "side": "SELL", "workingTime": 1_507_725_176_595_i64, "selfTradePreventionMode": "NONE",
            "fills": [],
        }))],
    );
    let spot = OrderRequest { trade_type: TradeType::Spot, ..order() };
    let placed = binance.place(&who(), &spot, validity()).await.unwrap();
    assert_eq!((placed.average, placed.price), (Some(d("0.01234567")), Some(d("0.01234567"))));
    assert_eq!((placed.cost, placed.remaining), (d("0.1234567"), Some(d("0"))));
}

#[tokio::test]
async fn find_distinguishes_none_from_unknown() {
    let (fake, binance) = pair().await;
    let gone = || no(400, -2013, "Order does not exist.");
    fake.on(
        "GET /fapi/v1/order",
        [gone(), ok(plain(json!({ "status": "PARTIALLY_FILLED", "executedQty": "0.020" })))],
    );
    let find = async || binance.find_order(&who(), FUTURES, &btc(), "slip-1", false).await;
    assert_eq!(find().await, Ok(None));
    let partly = find().await.unwrap().unwrap();
    assert_eq!((partly.status, partly.remaining), (OrderStatus::Open, Some(d("0.03"))));
    assert_eq!(fake.seen("GET /fapi/v1/order")[0].param("origClientOrderId").unwrap(), "slip-1");
    fake.on("GET /fapi/v1/order", [no(503, -1000, "x")]);
    assert!(matches!(find().await, Err(ExchangeFailure::Unknown(_))));
}

#[tokio::test]
async fn a_triggered_order_is_found_as_what_it_became() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/algoOrder", [ok(triggered()), no(400, -2013, "Order does not exist.")]);
    fake.on("GET /fapi/v1/order", [ok(actual())]);
    let find = async || binance.find_order(&who(), FUTURES, &btc(), "slip-3", true).await;
    check_triggered(&find().await.unwrap().unwrap());
    assert_eq!(fake.seen("GET /fapi/v1/algoOrder")[0].param("clientAlgoId").unwrap(), "slip-3");
    assert_eq!(fake.seen("GET /fapi/v1/order")[0].param("orderId").unwrap(), "88");
    assert_eq!(find().await, Ok(None));
}

#[tokio::test]
async fn a_triggered_order_is_open_until_the_market_order_changes() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/algoOrder", [ok(algo(json!({ "algoStatus": "TRIGGERED" })))]);
    let found = binance.find_order(&who(), FUTURES, &btc(), "slip-3", true).await.unwrap().unwrap();
    assert_eq!(found.status, OrderStatus::Open);
}

#[tokio::test]
async fn cancelling_what_is_not_open_is_none() {
    let (fake, binance) = pair().await;
    let unknown = || no(400, -2011, "Unknown order sent.");
    fake.on(
        "DELETE /fapi/v1/order",
        [unknown(), ok(plain(json!({ "status": "CANCELED", "executedQty": "0.010" })))],
    );
    let cancel = async || binance.cancel(&who(), FUTURES, &btc(), "slip-1", false, validity()).await;
    assert_eq!(cancel().await, Ok(None));
    let cancelled = cancel().await.unwrap().unwrap();
    assert_eq!((cancelled.status, cancelled.filled), (OrderStatus::Canceled, d("0.01")));
}

#[tokio::test]
async fn a_spot_cancel_names_the_order_and_not_itself() {
    let (fake, binance) = pair().await;
    let answer = json!({
        "symbol": "BTCUSDT", "origClientOrderId": "slip-4", "orderId": 4, "orderListId": -1,
        "clientOrderId": "cancel-of-slip-4", "transactTime": 1_684_804_350_068_i64, "price": "2.00000000",
        "origQty": "1.00000000", "executedQty": "0.00000000", "cummulativeQuoteQty": "0.00000000",
        "status": "CANCELED", "timeInForce": "GTC", "type": "LIMIT", "side": "BUY",
    });
    fake.on("DELETE /api/v3/order", [ok(answer)]);
    let cancelled =
        binance.cancel(&who(), TradeType::Spot, &btc(), "slip-4", false, validity()).await.unwrap().unwrap();
    assert_eq!(cancelled.client_order_id, "slip-4");
}

#[tokio::test]
async fn a_waiting_order_is_cancelled_at_the_algo_service() {
    let (fake, binance) = pair().await;
    let done = json!({ "algoId": 2_146_760, "clientAlgoId": "slip-3", "code": "200", "msg": "success" });
    fake.on("DELETE /fapi/v1/algoOrder", [ok(done)]);
    fake.on("GET /fapi/v1/algoOrder", [ok(algo(json!({ "algoStatus": "CANCELED" })))]);
    let cancelled =
        binance.cancel(&who(), FUTURES, &btc(), "slip-3", true, validity()).await.unwrap().unwrap();
    assert_eq!(cancelled, Order { status: OrderStatus::Canceled, ..waiting_stop() });
}

#[tokio::test]
async fn cancelling_a_triggered_order_cancels_what_it_became() {
    let (fake, binance) = pair().await;
    fake.on("DELETE /fapi/v1/algoOrder", [no(400, -2011, "Unknown order sent.")]);
    fake.on(
        "GET /fapi/v1/algoOrder",
        [ok(algo(json!({ "algoStatus": "TRIGGERED", "actualOrderId": "88" })))],
    );
    let resting = plain(
        json!({ "orderId": 88, "type": "LIMIT", "status": "CANCELED", "executedQty": "0", "cumQuote": "0" }),
    );
    fake.on("DELETE /fapi/v1/order", [ok(resting), no(400, -2011, "Unknown order sent.")]);
    let cancel = async || binance.cancel(&who(), FUTURES, &btc(), "slip-3", true, validity()).await;
    let cancelled = cancel().await.unwrap().unwrap();
    assert_eq!((cancelled.id.as_str(), cancelled.client_order_id.as_str()), ("88", "slip-3"));
    assert_eq!(cancelled.status, OrderStatus::Canceled);
    assert_eq!(cancel().await, Ok(None));
}

fn script_lists(fake: &Fake) {
    fake.on("GET /fapi/v1/exchangeInfo", [ok(prices::exchange_info())]);
    let open = plain(json!({ "status": "NEW", "type": "LIMIT", "price": "100", "executedQty": "0",
        "cumQuote": "0", "avgPrice": "0", "time": 1_664_999_999_000_i64 }));
    let unknown = plain(json!({ "symbol": "NOSUCHUSDT" }));
    fake.on("GET /fapi/v1/openOrders", [ok(json!([open, unknown]))]);
    fake.on("GET /fapi/v1/openAlgoOrders", [ok(json!([algo(json!({}))]))]);
}

#[tokio::test]
async fn open_orders_are_of_both_kinds_newest_first() {
    let (fake, binance) = pair().await;
    script_lists(&fake);
    for symbol in [None, Some(btc())] {
        let open = binance.open_orders(&who(), FUTURES, symbol.as_ref()).await.unwrap();
        let ids: Vec<&str> = open.iter().map(|order| order.id.as_str()).collect();
        assert_eq!(ids[0], "3235803329");
        assert_eq!(open.last().unwrap(), &waiting_stop());
    }
}

#[tokio::test]
async fn the_history_shows_a_triggered_order_once() {
    let (fake, binance) = pair().await;
    let entry = plain(json!({ "orderId": 7, "time": 1_664_912_243_681_i64 }));
    fake.on("GET /fapi/v1/allOrders", [ok(json!([entry, actual()]))]);
    let cancelled =
        algo(json!({ "algoId": 9, "algoStatus": "CANCELED", "createTime": 1_664_912_244_999_i64 }));
    fake.on("GET /fapi/v1/allAlgoOrders", [ok(json!([triggered(), cancelled]))]);
    let orders = binance.orders(&who(), FUTURES, &btc(), 3).await.unwrap();
    let ids: Vec<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    assert_eq!(ids, ["9", "88", "7"]);
    check_triggered(&orders[1]);
    assert_eq!(binance.orders(&who(), FUTURES, &btc(), 1).await.unwrap().len(), 1);
}

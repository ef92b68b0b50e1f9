//! Spot orders: pairs of which one cancels the other, and what they are reported as.

use super::{btc, d, no, ok, order, pair, validity, who};
use crate::{AccountData, ExchangeFailure, MarketData, OrderRequest, Trading};
use domain::{OrderStatus, OrderType, Side, Symbol, TimeInForce, TradeType};
use serde_json::{Value, json};

const SPOT: TradeType = TradeType::Spot;
const OCO: &str = "POST /api/v3/orderList/oco";
const CANCEL: &str = "DELETE /api/v3/order";

/// The report of a spot order.
fn report(id: &str, kind: &str, changes: Value) -> Value {
    let mut base = json!({
        "symbol": "BTCUSDT", "orderId": 12, "orderListId": 1, "clientOrderId": id,
        "transactTime": 1_710_485_608_839_i64, "price": "0.00000000", "origQty": "0.05000000",
        "executedQty": "0.00000000", "cummulativeQuoteQty": "0.00000000", "status": "NEW",
        "timeInForce": "GTC", "type": kind, "side": "SELL", "workingTime": -1,
    });
    for (name, value) in changes.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

fn list(reports: &[Value]) -> Value {
    json!({
        "orderListId": 1, "contingencyType": "OCO", "listStatusType": "EXEC_STARTED",
        "listOrderStatus": "EXECUTING", "listClientOrderId": "slip-3", "symbol": "BTCUSDT",
        "orders": [], "orderReports": reports,
    })
}

fn target() -> OrderRequest {
    OrderRequest {
        trade_type: SPOT,
        client_order_id: "slip-4".into(),
        side: Side::Sell,
        kind: OrderType::TakeProfit,
        price: Some(d("70000")),
        stop_price: Some(d("70000")),
        ..order()
    }
}

fn stop() -> OrderRequest {
    OrderRequest {
        client_order_id: "slip-3".into(),
        kind: OrderType::StopMarket,
        price: None,
        stop_price: Some(d("50000")),
        time_in_force: TimeInForce::GteGtc,
        ..target()
    }
}

#[tokio::test]
async fn a_pair_is_one_request_with_a_post_only_order_above_and_a_stop_below() {
    let (fake, binance) = pair().await;
    let reports = [
        report("slip-3", "STOP_LOSS", json!({ "stopPrice": "50000.00000000" })),
        report("slip-4", "LIMIT_MAKER", json!({ "orderId": 13, "price": "70000.00000000" })),
    ];
    fake.on(OCO, [ok(list(&reports))]);
    let (above, below) = binance.place_pair(&who(), &target(), &stop(), validity()).await.unwrap();
    assert_eq!((above.client_order_id.as_str(), above.price), ("slip-4", Some(d("70000"))));
    assert_eq!((below.kind, below.stop_price), (OrderType::StopMarket, Some(d("50000"))));
    let sent = fake.seen(OCO).remove(0);
    let param = |name| sent.param(name).unwrap_or_default();
    assert_eq!((param("side"), param("quantity")), ("SELL".to_owned(), "0.05".to_owned()));
    assert_eq!((param("aboveType"), param("abovePrice")), ("LIMIT_MAKER".to_owned(), "70000".to_owned()));
    assert_eq!((param("belowType"), param("belowStopPrice")), ("STOP_LOSS".to_owned(), "50000".to_owned()));
    assert_eq!(param("aboveClientOrderId"), "slip-4");
    assert_eq!((param("belowClientOrderId"), param("listClientOrderId")), ("slip-3".into(), "slip-3".into()));
    for name in ["belowPrice", "belowTimeInForce", "aboveStopPrice"] {
        assert_eq!(sent.param(name), None, "{name}");
    }
    assert!(sent.param("recvWindow").is_some() && sent.param("timestamp").is_some());
}

#[tokio::test]
async fn a_stop_with_a_limit_price_has_a_time_in_force_that_spot_knows() {
    let (fake, binance) = pair().await;
    fake.on(OCO, [no(400, -2010, "The relationship of the prices for the orders is not correct.")]);
    let limited = OrderRequest { kind: OrderType::Stop, price: Some(d("49900")), ..stop() };
    let refused = binance.place_pair(&who(), &target(), &limited, validity()).await;
    assert!(matches!(refused, Err(ExchangeFailure::Refused { code: -2010, .. })), "{refused:?}");
    let sent = fake.seen(OCO).remove(0);
    assert_eq!(sent.param("belowType").as_deref(), Some("STOP_LOSS_LIMIT"));
    assert_eq!(sent.param("belowPrice").as_deref(), Some("49900"));
    assert_eq!(sent.param("belowTimeInForce").as_deref(), Some("GTC"));
    fake.on("POST /api/v3/order", [ok(report("slip-3", "STOP_LOSS_LIMIT", json!({})))]);
    binance.place(&who(), &limited, validity()).await.unwrap();
    let alone = fake.seen("POST /api/v3/order").remove(0);
    assert_eq!(alone.param("timeInForce").as_deref(), Some("GTC"));
}

#[tokio::test]
async fn a_pair_whose_answer_lacks_an_order_is_looked_up() {
    let (fake, binance) = pair().await;
    fake.on(OCO, [ok(list(&[report("slip-4", "LIMIT_MAKER", json!({}))]))]);
    let unclear = binance.place_pair(&who(), &target(), &stop(), validity()).await;
    assert!(matches!(unclear, Err(ExchangeFailure::Unknown(_))), "{unclear:?}");
}

#[tokio::test]
async fn the_cancel_of_one_order_of_a_pair_reports_the_whole_list() {
    let (fake, binance) = pair().await;
    let cancelled = |id: &str| {
        report(
            id,
            "STOP_LOSS",
            json!({ "status": "CANCELED", "origClientOrderId": id, "clientOrderId": "by" }),
        )
    };
    let of_list = list(&[cancelled("slip-3"), cancelled("slip-4")]);
    fake.on(CANCEL, [ok(of_list), ok(cancelled("slip-3")), no(400, -2011, "Unknown order sent.")]);
    for _ in 0..2 {
        let order = binance.cancel(&who(), SPOT, &btc(), "slip-3", true, validity()).await.unwrap().unwrap();
        assert_eq!((order.client_order_id.as_str(), order.status), ("slip-3", OrderStatus::Canceled));
    }
    assert_eq!(binance.cancel(&who(), SPOT, &btc(), "slip-3", true, validity()).await, Ok(None));
}

#[tokio::test]
async fn a_stop_limit_order_that_has_triggered_is_a_limit_order_with_its_trigger_price() {
    let (fake, binance) = pair().await;
    let of = |working: bool| {
        let changes = json!({ "stopPrice": "50000.0", "price": "49900.0", "isWorking": working });
        ok(report("slip-3", "STOP_LOSS_LIMIT", changes))
    };
    fake.on("GET /api/v3/order", [of(false), of(true)]);
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let found = binance.find_order(&who(), SPOT, &btc(), "slip-3", true).await.unwrap().unwrap();
        assert_eq!(found.stop_price, Some(d("50000")));
        kinds.push(found.kind);
    }
    assert_eq!(kinds, [OrderType::Stop, OrderType::Limit]);
}

#[tokio::test]
async fn the_fills_of_one_order_have_their_fees() {
    let (fake, binance) = pair().await;
    fake.on(
        "GET /api/v3/myTrades",
        [ok(json!([{
            "symbol": "BTCUSDT", "id": 28_457, "orderId": 12, "orderListId": -1, "price": "60000.0",
            "qty": "0.05", "quoteQty": "3000.0", "commission": "0.00005", "commissionAsset": "BTC",
            "time": 1_499_865_549_590_i64, "isBuyer": true, "isMaker": false, "isBestMatch": true,
        }]))],
    );
    let fills = binance.fills_of(&who(), SPOT, &btc(), "12").await.unwrap();
    assert_eq!((fills[0].fee.currency.as_str(), fills[0].fee.cost), ("BTC", d("0.00005")));
    assert_eq!(fake.seen("GET /api/v3/myTrades")[0].param("orderId").as_deref(), Some("12"));
}

#[tokio::test]
async fn markets_without_market_stops_are_known() {
    let (fake, binance) = pair().await;
    let market = |base: &str, kinds: Value| {
        json!({
            "symbol": format!("{base}USDT"), "status": "TRADING", "baseAsset": base, "quoteAsset": "USDT",
            "orderTypes": kinds, "filters": [],
        })
    };
    let all = [
        market("BTC", json!(["LIMIT", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT"])),
        market("ETH", json!(["LIMIT", "MARKET", "STOP_LOSS_LIMIT"])),
        market("BNB", json!([])),
    ];
    fake.on("GET /api/v3/exchangeInfo", [ok(json!({ "symbols": all }))]);
    for (symbol, taken) in [("BTC/USDT", true), ("ETH/USDT", false), ("BNB/USDT", true)] {
        let symbol: Symbol = symbol.parse().unwrap();
        assert_eq!(binance.takes_market_stops(SPOT, &symbol).await, Ok(taken), "{symbol}");
    }
}

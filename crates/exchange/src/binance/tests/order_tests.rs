//! Orders that Binance validates without placing them.

use super::{d, no, ok, order, pair, who};
use crate::{ExchangeFailure, OrderRequest, OrderTest, Trading};
use domain::{OrderType, TradeType};
use serde_json::json;

const FUTURES: &str = "POST /fapi/v1/order/test";
const SPOT: &str = "POST /api/v3/order/test";

#[tokio::test]
async fn an_order_is_validated_and_not_placed() {
    let (fake, binance) = pair().await;
    let refused = || no(400, -1111, "Precision is over the maximum defined for this asset.");
    fake.on(FUTURES, [ok(json!({ "symbol": "BTCUSDT", "status": "NEW", "newField": 1 })), refused()]);
    fake.on(SPOT, [ok(json!({})), refused()]);
    for (trade_type, path) in [(TradeType::Futures, FUTURES), (TradeType::Spot, SPOT)] {
        let request = OrderRequest { trade_type, ..order() };
        assert_eq!(binance.test_order(&who(), &request).await, Ok(OrderTest::Passed));
        let rejected = binance.test_order(&who(), &request).await;
        assert!(matches!(rejected, Err(ExchangeFailure::Refused { code: -1111, .. })), "{rejected:?}");
        let sent = fake.seen(path);
        assert_eq!(sent[0].param("quantity").as_deref(), Some("0.05"));
        assert!(sent[0].in_body && sent[0].param("signature").is_some());
    }
    for path in ["POST /fapi/v1/order", "POST /api/v3/order"] {
        assert!(fake.seen(path).is_empty(), "{path}");
    }
}

#[tokio::test]
async fn conditional_futures_orders_cannot_be_validated() {
    let (fake, binance) = pair().await;
    let request =
        OrderRequest { kind: OrderType::StopMarket, stop_price: Some(d("100")), amount: None, ..order() };
    assert_eq!(binance.test_order(&who(), &request).await, Ok(OrderTest::Unsupported));
    assert!(fake.seen("POST /fapi/v1/order/test").is_empty());
}

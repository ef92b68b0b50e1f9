//! The requests on the wire: signatures, and the parameters of every order type.

use super::{btc, d, fake::Seen, no, order, pair, validity, who};
use crate::{OrderRequest, Positions, Trading, binance::sign::signature};
use domain::{MarginMode, Micros, OrderType, Side, TimeInForce, TradeType};

const REFUSED: (u16, i64, &str) = (400, -2010, "x");

/// The request sent for an order, without timestamp and signature.
pub(super) async fn sent(what: &'static str, order: &OrderRequest) -> String {
    let (fake, binance) = pair().await;
    fake.on(what, [no(REFUSED.0, REFUSED.1, REFUSED.2)]);
    binance.place(&who(), order, validity()).await.unwrap_err();
    let seen = fake.seen(what).pop().unwrap_or_else(|| panic!("{what} was not called"));
    seen.text.split("&recvWindow=").next().unwrap().to_owned()
}

fn check_signature(seen: &Seen) {
    let (payload, sent) = seen.text.split_once("&signature=").unwrap();
    assert_eq!(signature("the-secret", payload), sent);
    assert_eq!(seen.key.as_deref(), Some("the-key"));
    assert_eq!(seen.param("recvWindow").unwrap(), "5000");
    assert_eq!(seen.param("timestamp").unwrap(), super::NOW.millis().to_string());
}

#[tokio::test]
async fn changes_are_signed_in_the_body_and_reads_in_the_query() {
    let (fake, binance) = pair().await;
    fake.on("POST /fapi/v1/leverage", [super::ok(serde_json::json!({ "leverage": 10 }))]);
    binance.set_leverage(&who(), &btc(), 10, validity()).await.unwrap();
    let leverage = fake.seen("POST /fapi/v1/leverage").remove(0);
    assert!(leverage.in_body && leverage.text.starts_with("symbol=BTCUSDT&leverage=10&"));
    check_signature(&leverage);

    fake.on("DELETE /fapi/v1/order", [no(400, -2011, "Unknown order sent.")]);
    binance.cancel(&who(), TradeType::Futures, &btc(), "slip-1", false, validity()).await.unwrap();
    let cancel = fake.seen("DELETE /fapi/v1/order").remove(0);
    assert!(!cancel.in_body);
    check_signature(&cancel);
}

#[tokio::test]
async fn market_and_limit_orders() {
    let market = OrderRequest { reduce_only: true, ..order() };
    assert_eq!(
        sent("POST /fapi/v1/order", &market).await,
        "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.05&reduceOnly=true&newClientOrderId=slip-1\
         &newOrderRespType=RESULT"
    );
    let limit = OrderRequest {
        kind: OrderType::Limit,
        side: Side::Sell,
        price: Some(d("19000.10")),
        time_in_force: TimeInForce::Gtx,
        ..order()
    };
    assert_eq!(
        sent("POST /fapi/v1/order", &limit).await,
        "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTX&quantity=0.05&price=19000.1\
         &newClientOrderId=slip-1&newOrderRespType=RESULT"
    );
    let dated = OrderRequest {
        time_in_force: TimeInForce::Gtd,
        good_till: Some(Micros::from_millis(1_700_000_600_000)),
        ..limit
    };
    assert_eq!(
        sent("POST /fapi/v1/order", &dated).await,
        "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTD&goodTillDate=1700000600000&quantity=0.05&price=19000.1\
         &newClientOrderId=slip-1&newOrderRespType=RESULT"
    );
}

#[tokio::test]
async fn conditional_orders_go_to_the_algo_service() {
    let stop = OrderRequest {
        kind: OrderType::Stop,
        side: Side::Sell,
        price: Some(d("19000")),
        stop_price: Some(d("19000.5")),
        time_in_force: TimeInForce::GteGtc,
        reduce_only: true,
        ..order()
    };
    assert_eq!(
        sent("POST /fapi/v1/algoOrder", &stop).await,
        "symbol=BTCUSDT&algoType=CONDITIONAL&side=SELL&type=STOP&timeInForce=GTE_GTC&quantity=0.05\
         &reduceOnly=true&price=19000&triggerPrice=19000.5&workingType=CONTRACT_PRICE&clientAlgoId=slip-1"
    );
    let close = OrderRequest { kind: OrderType::StopMarket, amount: None, price: None, ..stop.clone() };
    assert_eq!(
        sent("POST /fapi/v1/algoOrder", &close).await,
        "symbol=BTCUSDT&algoType=CONDITIONAL&side=SELL&type=STOP_MARKET&timeInForce=GTE_GTC&closePosition=true\
         &triggerPrice=19000.5&workingType=CONTRACT_PRICE&clientAlgoId=slip-1"
    );
    let by_mark = OrderRequest { trigger: domain::trade::PriceSource::Mark, ..close };
    let sent_by_mark = sent("POST /fapi/v1/algoOrder", &by_mark).await;
    assert!(sent_by_mark.contains("&workingType=MARK_PRICE&"), "{sent_by_mark}");
    let trailing = OrderRequest {
        kind: OrderType::TrailingStopMarket,
        callback_rate: Some(d("0.50")),
        price: None,
        reduce_only: false,
        time_in_force: TimeInForce::Gtc,
        ..stop
    };
    assert_eq!(
        sent("POST /fapi/v1/algoOrder", &trailing).await,
        "symbol=BTCUSDT&algoType=CONDITIONAL&side=SELL&type=TRAILING_STOP_MARKET&timeInForce=GTC&quantity=0.05\
         &activatePrice=19000.5&callbackRate=0.5&workingType=CONTRACT_PRICE&clientAlgoId=slip-1"
    );
}

#[tokio::test]
async fn spot_orders() {
    let market = OrderRequest { trade_type: TradeType::Spot, ..order() };
    assert_eq!(
        sent("POST /api/v3/order", &market).await,
        "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.05&newClientOrderId=slip-1&newOrderRespType=FULL"
    );
    let maker = OrderRequest {
        kind: OrderType::Limit,
        price: Some(d("100")),
        time_in_force: TimeInForce::Gtx,
        ..market.clone()
    };
    assert_eq!(
        sent("POST /api/v3/order", &maker).await,
        "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=0.05&price=100&newClientOrderId=slip-1\
         &newOrderRespType=FULL"
    );
    let stop =
        OrderRequest { kind: OrderType::Stop, price: Some(d("100")), stop_price: Some(d("101")), ..market };
    assert_eq!(
        sent("POST /api/v3/order", &stop).await,
        "symbol=BTCUSDT&side=BUY&type=STOP_LOSS_LIMIT&timeInForce=GTC&quantity=0.05&price=100&stopPrice=101\
         &newClientOrderId=slip-1&newOrderRespType=FULL"
    );
}

#[tokio::test]
async fn the_margin_mode_may_be_so_already() {
    let (fake, binance) = pair().await;
    fake.on(
        "POST /fapi/v1/marginType",
        [no(400, -4046, "No need to change margin type."), no(400, -4048, "x")],
    );
    binance.set_margin_mode(&who(), &btc(), MarginMode::Crossed, validity()).await.unwrap();
    assert!(fake.seen("POST /fapi/v1/marginType")[0].text.contains("marginType=CROSSED"));
    assert!(binance.set_margin_mode(&who(), &btc(), MarginMode::Isolated, validity()).await.is_err());
}

//! Accounts in hedge mode: the position side in requests, responses and events.

use super::{
    btc, d, ok, order,
    orders::{algo, plain},
    pair,
    positions::{risk, script},
    requests::sent,
    validity, who,
};
use crate::{AccountData, ExchangeFailure, OrderRequest, Positions, Trading};
use domain::{OrderType, PositionSide, PositionSlot, Side, TimeInForce, TradeType};
use serde_json::json;

/// A market order that closes a part of the long position.
fn close() -> OrderRequest {
    OrderRequest { side: Side::Sell, position_side: PositionSlot::Long, reduce_only: true, ..order() }
}

#[tokio::test]
async fn orders_name_their_position_and_are_never_sent_as_reduce_only() {
    assert_eq!(
        sent("POST /fapi/v1/order", &close()).await,
        "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.05&positionSide=LONG&newClientOrderId=slip-1\
         &newOrderRespType=RESULT"
    );
    let entry = OrderRequest { side: Side::Sell, position_side: PositionSlot::Short, ..order() };
    let entered = sent("POST /fapi/v1/order", &entry).await;
    assert!(entered.contains("&positionSide=SHORT&"), "{entered}");
    let target = OrderRequest {
        kind: OrderType::TakeProfit,
        price: Some(d("21000")),
        stop_price: Some(d("21000")),
        ..close()
    };
    assert_eq!(
        sent("POST /fapi/v1/algoOrder", &target).await,
        "symbol=BTCUSDT&algoType=CONDITIONAL&side=SELL&type=TAKE_PROFIT&timeInForce=GTC&quantity=0.05\
         &positionSide=LONG&price=21000&triggerPrice=21000&workingType=CONTRACT_PRICE&clientAlgoId=slip-1"
    );
    let stop = OrderRequest {
        kind: OrderType::StopMarket,
        amount: None,
        stop_price: Some(d("19000")),
        time_in_force: TimeInForce::GteGtc,
        ..close()
    };
    assert_eq!(
        sent("POST /fapi/v1/algoOrder", &stop).await,
        "symbol=BTCUSDT&algoType=CONDITIONAL&side=SELL&type=STOP_MARKET&timeInForce=GTE_GTC&closePosition=true\
         &positionSide=LONG&triggerPrice=19000&workingType=CONTRACT_PRICE&clientAlgoId=slip-1"
    );
}

#[tokio::test]
async fn an_order_closes_if_its_side_is_against_its_position() {
    let cases =
        [("BUY", "LONG", false), ("SELL", "LONG", true), ("SELL", "SHORT", false), ("BUY", "SHORT", true)];
    for (side, position_side, closes) in cases {
        let (fake, binance) = pair().await;
        let words = json!({ "side": side, "positionSide": position_side, "reduceOnly": false });
        fake.on("GET /fapi/v1/order", [ok(plain(words.clone()))]);
        let mut conditional = algo(words);
        (conditional["closePosition"], conditional["quantity"]) = (json!(false), json!("0.05"));
        fake.on("GET /fapi/v1/algoOrder", [ok(conditional)]);
        for (id, is_conditional) in [("slip-1", false), ("slip-3", true)] {
            let found = binance.find_order(&who(), TradeType::Futures, &btc(), id, is_conditional).await;
            let found = found.unwrap().expect("the order");
            assert_eq!(found.position_side.word(), position_side);
            assert_eq!(found.reduce_only, closes, "{side} {position_side} {id}");
        }
    }
}

#[tokio::test]
async fn both_positions_of_a_market_are_read() {
    let (fake, binance) = pair().await;
    let long =
        json!({ "positionSide": "LONG", "positionAmt": "0.100", "entryPrice": "20000", "notional": "2000" });
    let short = json!({ "positionSide": "SHORT", "positionAmt": "-0.030", "entryPrice": "20500", "notional": "-600" });
    script(&fake, json!([risk(json!({})), risk(long), risk(short)]));
    let open = binance.positions(&who(), Some(&btc())).await.unwrap();
    let found: Vec<_> = open.iter().map(|held| (held.position_side, held.side, held.contracts)).collect();
    assert_eq!(
        found,
        [
            (PositionSlot::Long, PositionSide::Long, d("0.1")),
            (PositionSlot::Short, PositionSide::Short, d("0.03"))
        ]
    );
    let short = binance.position_for_stop(&who(), &btc(), PositionSlot::Short).await.unwrap();
    assert_eq!(short.map(|held| held.contracts), Some(d("0.03")));
    assert_eq!(binance.position_for_stop(&who(), &btc(), PositionSlot::Both).await, Ok(None));
}

#[tokio::test]
async fn fills_name_the_position_that_they_changed() {
    let (fake, binance) = pair().await;
    let fill = |id: u64, side: &str, position_side: &str| {
        json!({
            "symbol": "BTCUSDT", "id": id, "orderId": 7, "side": side, "price": "19846.30", "qty": "0.021",
            "realizedPnl": "0", "quoteQty": "416", "commission": "0.2", "commissionAsset": "USDT", "time": 1,
            "positionSide": position_side, "buyer": side == "BUY", "maker": false,
        })
    };
    fake.on("GET /fapi/v1/userTrades", [ok(json!([fill(1, "BUY", "LONG"), fill(2, "SELL", "SHORT")]))]);
    let trades = binance.trades(&who(), TradeType::Futures, &btc(), 10).await.unwrap();
    let sides: Vec<_> = trades.iter().map(|trade| (trade.id.as_str(), trade.position_side)).collect();
    assert_eq!(sides, [("2", PositionSlot::Short), ("1", PositionSlot::Long)]);
}

#[tokio::test]
async fn an_order_for_the_other_position_mode_is_a_definite_rejection() {
    let (fake, binance) = pair().await;
    let words = "Order's position side does not match user's setting.";
    fake.on("POST /fapi/v1/order", [super::no(400, -4061, words)]);
    let refused = binance.place(&who(), &order(), validity()).await.unwrap_err();
    assert_eq!(refused, ExchangeFailure::of_mode());
    assert!(refused.is_of_mode() && refused.nothing_happened() && !refused.passing());
}

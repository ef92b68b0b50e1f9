//! Hedge mode as clients see it: position sides in requests, answers and events.

use crate::{
    desk::{Desk, decimal, number},
    shape::same_shape,
};
use serde_json::{Value, json};

const ORDER: &str = "/fapi/v1/order";
const ALGO: &str = "/fapi/v1/algoOrder";

async fn hedged() -> Desk {
    let desk = Desk::open().await;
    desk.call("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true").await.ok();
    desk
}

async fn market(desk: &Desk, side: &str, position: &str, quantity: &str) -> Value {
    let params = format!(
        "symbol=BTCUSDT&side={side}&positionSide={position}&type=MARKET&quantity={quantity}&newOrderRespType=RESULT"
    );
    desk.call("POST", ORDER, &params).await.ok()
}

fn amounts(rows: &Value) -> Vec<(String, String)> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.as_array().unwrap().iter().map(|row| (text(row, "positionSide"), text(row, "positionAmt"))).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(side, amount)| ((*side).to_owned(), (*amount).to_owned())).collect()
}

#[tokio::test]
async fn two_positions_are_opened_reported_and_closed() {
    let desk = hedged().await;
    let opened = market(&desk, "BUY", "LONG", "0.1").await;
    assert_eq!((&opened["positionSide"], &opened["reduceOnly"]), (&json!("LONG"), &json!(false)));
    market(&desk, "SELL", "SHORT", "0.2").await;
    let both = pairs(&[("LONG", "0.100"), ("SHORT", "-0.200")]);
    let v2 = desk.call("GET", "/fapi/v2/positionRisk", "symbol=BTCUSDT").await.ok();
    let v3 = desk.call("GET", "/fapi/v3/positionRisk", "").await.ok();
    assert_eq!((amounts(&v2), amounts(&v3)), (both.clone(), both.clone()));
    let account = desk.call("GET", "/fapi/v3/account", "").await.ok();
    assert_eq!(amounts(&account["positions"]), both);
    let account = desk.call("GET", "/fapi/v2/account", "").await.ok();
    let rows = account["positions"].as_array().unwrap().iter().filter(|row| row["symbol"] == "BTCUSDT");
    let sides: Vec<_> = rows.map(|row| row["positionSide"].as_str().unwrap()).collect();
    assert_eq!(sides, ["BOTH", "LONG", "SHORT"]);

    let desk = desk.reopened();
    let v3 = desk.call("GET", "/fapi/v3/positionRisk", "").await.ok();
    assert_eq!(amounts(&v3), both, "a restart keeps both");
    let closed = market(&desk, "SELL", "LONG", "0.1").await;
    assert_eq!((&closed["status"], &closed["reduceOnly"]), (&json!("FILLED"), &json!(true)));
    market(&desk, "BUY", "SHORT", "0.2").await;
    assert_eq!(desk.call("GET", "/fapi/v3/positionRisk", "").await.ok(), json!([]));
    let fills = desk.call("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT").await.ok();
    let sum = |side: &str, name: &str| {
        let rows = fills.as_array().unwrap().iter().filter(|row| row["positionSide"] == side);
        rows.map(|row| number(&row[name])).sum::<domain::Decimal>()
    };
    assert_eq!((sum("LONG", "qty"), sum("SHORT", "qty")), (decimal("0.2"), decimal("0.4")));
    let wallet = number(&desk.call("GET", "/fapi/v2/account", "").await.ok()["totalWalletBalance"]);
    let profit = sum("LONG", "realizedPnl") + sum("SHORT", "realizedPnl");
    assert_eq!(wallet, decimal("10000") + profit - sum("LONG", "commission") - sum("SHORT", "commission"));
}

#[tokio::test]
async fn requests_are_refused_one_by_one() {
    let desk = hedged().await;
    market(&desk, "BUY", "LONG", "0.1").await;
    let order = "symbol=BTCUSDT&type=MARKET&quantity=0.1";
    for (params, code) in [
        ("side=BUY", -4061),
        ("side=BUY&positionSide=BOTH", -4061),
        ("side=BUY&positionSide=UP", -4060),
        ("side=SELL&positionSide=LONG&reduceOnly=true", -1106),
        ("side=BUY&positionSide=LONG&reduceOnly=false", -1106),
        ("side=BUY&positionSide=SHORT", -2022),
    ] {
        assert_eq!(desk.call("POST", ORDER, &format!("{order}&{params}")).await.code(), code, "{params}");
    }
    let more = "symbol=BTCUSDT&type=MARKET&quantity=0.101&side=SELL&positionSide=LONG";
    let refused = desk.call("POST", ORDER, more).await;
    assert_eq!(refused.body, json!({ "code": -2022, "msg": "ReduceOnly Order is rejected." }));
    let stop = "algoType=CONDITIONAL&symbol=BTCUSDT&type=STOP_MARKET&triggerPrice=5000";
    for (params, code) in [
        ("side=SELL&closePosition=true", -4061),
        ("side=SELL&positionSide=LONG&quantity=0.1&reduceOnly=true", -1106),
        ("side=SELL&positionSide=SHORT&closePosition=true", -2022),
    ] {
        assert_eq!(desk.call("POST", ALGO, &format!("{stop}&{params}")).await.code(), code, "{params}");
    }
    let margin = "symbol=BTCUSDT&amount=1&type=1";
    assert_eq!(desk.call("POST", "/fapi/v1/positionMargin", margin).await.code(), -4061);
    let dual = "dualSidePosition=false";
    assert_eq!(desk.call("POST", "/fapi/v1/positionSide/dual", dual).await.code(), -4068);
    let placed = format!("{stop}&side=SELL&positionSide=LONG&closePosition=true");
    assert_eq!(desk.call("POST", ALGO, &placed).await.ok()["positionSide"], "LONG");
    assert_eq!(desk.call("POST", "/fapi/v1/positionSide/dual", dual).await.code(), -4067);
}

#[tokio::test]
async fn a_stop_closes_its_own_side() {
    let desk = hedged().await;
    market(&desk, "BUY", "LONG", "0.1").await;
    market(&desk, "SELL", "SHORT", "0.1").await;
    let price = number(&desk.get("/fapi/v1/ticker/price?symbol=BTCUSDT").await.ok()["price"]);
    let trigger = (price * decimal("0.95")).round();
    let stop = format!(
        "algoType=CONDITIONAL&symbol=BTCUSDT&type=STOP_MARKET&side=SELL&positionSide=LONG&closePosition=true&triggerPrice={trigger}"
    );
    let stop = desk.call("POST", ALGO, &stop).await.ok();
    desk.jump("BTCUSDT", &(trigger - decimal("1")).to_string()).await;
    let v3 = desk.call("GET", "/fapi/v3/positionRisk", "").await.ok();
    assert_eq!(amounts(&v3), pairs(&[("SHORT", "-0.100")]));
    let done = desk.call("GET", ALGO, &format!("algoId={}", stop["algoId"])).await.ok();
    assert_eq!(done["algoStatus"], "FINISHED");
    let id = done["actualOrderId"].as_str().unwrap();
    let order = desk.call("GET", ORDER, &format!("symbol=BTCUSDT&orderId={id}")).await.ok();
    assert_eq!((&order["positionSide"], &order["closePosition"]), (&json!("LONG"), &json!(true)));
}

#[tokio::test]
async fn ranks_for_deleveraging_follow_the_mode() {
    let desk = Desk::open().await;
    let quantile = async |desk: &Desk| {
        desk.call("GET", "/fapi/v1/adlQuantile", "symbol=BTCUSDT").await.ok()[0]["adlQuantile"].clone()
    };
    same_shape(&quantile(&desk).await, &json!({ "LONG": 1, "SHORT": 2, "BOTH": 0 }), &[]);
    desk.call("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true").await.ok();
    market(&desk, "BUY", "LONG", "0.1").await;
    let price = number(&desk.get("/fapi/v1/ticker/price?symbol=BTCUSDT").await.ok()["price"]);
    desk.jump("BTCUSDT", &(price * decimal("1.2")).round_dp(2).to_string()).await;
    let ranks = quantile(&desk).await;
    same_shape(&ranks, &json!({ "LONG": 3, "SHORT": 3, "HEDGE": 0 }), &[]);
    assert_eq!((&ranks["LONG"], &ranks["SHORT"]), (&json!(4), &json!(4)));
    let all = desk.call("GET", "/fapi/v1/adlQuantile", "").await.ok();
    assert_eq!(all.as_array().unwrap().len(), sandbox::market::Pair::ALL.len());
    let v3 = desk.call("GET", "/fapi/v3/positionRisk", "").await.ok();
    assert_eq!(v3[0]["adl"], 4);
}

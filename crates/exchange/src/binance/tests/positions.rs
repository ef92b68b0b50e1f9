//! Positions, leverage and their derived values.

use super::{btc, d, fake::Fake, no, ok, pair, prices::exchange_info, who};
use crate::{ExchangeFailure, Positions};
use domain::{MarginMode, Micros, Position, PositionSide};
use serde_json::{Value, json};

pub(super) fn risk(changes: Value) -> Value {
    let mut row = json!({
        "symbol": "BTCUSDT", "positionAmt": "0.000", "entryPrice": "0.0", "breakEvenPrice": "0.0",
        "markPrice": "19945.58508151", "unRealizedProfit": "0.00000000", "liquidationPrice": "0",
        "leverage": "20", "maxNotionalValue": "1000000", "marginType": "cross",
        "isolatedMargin": "0.00000000", "isAutoAddMargin": "false", "positionSide": "BOTH", "notional": "0",
        "isolatedWallet": "0", "updateTime": 1_664_901_896_193_i64, "isolated": false, "adlQuantile": 2
    });
    for (name, value) in changes.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

fn brackets() -> Value {
    json!([{ "symbol": "BTCUSDT", "notionalCoef": 1.0, "brackets": [
        { "bracket": 2, "initialLeverage": 50, "notionalCap": 600_000, "notionalFloor": 50_000,
          "maintMarginRatio": 0.02, "cum": 500.0 },
        { "bracket": 1, "initialLeverage": 125, "notionalCap": 50_000, "notionalFloor": 0,
          "maintMarginRatio": 0.01, "cum": 0.0 },
    ] }])
}

pub(super) fn script(fake: &Fake, rows: Value) {
    fake.on("GET /fapi/v2/positionRisk", [ok(rows)]);
    fake.on("GET /fapi/v1/leverageBracket", [ok(brackets())]);
    fake.on("GET /fapi/v1/exchangeInfo", [ok(exchange_info())]);
}

async fn one(changes: Value) -> Position {
    let (fake, binance) = pair().await;
    script(&fake, json!([risk(json!({ "symbol": "ETHUSDT" })), risk(changes)]));
    let mut positions = binance.positions(&who(), None).await.unwrap();
    assert_eq!(positions.len(), 1, "flat positions are left out");
    positions.remove(0)
}

/// The worked example of the specification.
#[tokio::test]
async fn a_cross_long_as_the_document_shows_it() {
    let long = one(json!({
        "positionAmt": "0.100", "entryPrice": "20039.9", "unRealizedProfit": "-9.43149184",
        "liquidationPrice": "7930.83500535", "leverage": "4", "notional": "1994.55850815",
    }))
    .await;
    let expected = Position {
        symbol: btc(),
        contracts: d("0.1"),
        unrealized_pnl: d("-9.43149184"),
        leverage: 4,
        liquidation_price: Some(d("7930.83500535")),
        collateral: d("1218.83733447"),
        notional: d("1994.55850815"),
        mark_price: d("19945.58508151"),
        entry_price: d("20039.9"),
        initial_margin: d("498.63962703"),
        initial_margin_percentage: d("0.25"),
        maintenance_margin: d("19.9455850815"),
        maintenance_margin_percentage: d("0.01"),
        margin_ratio: Some(d("0.0164")),
        at: Micros::from_millis(1_664_901_896_193),
        margin_mode: MarginMode::Crossed,
        side: PositionSide::Long,
        percentage: d("-1.89"),
        position_side: domain::PositionSlot::Both,
    };
    assert_eq!(long, expected);
}

#[tokio::test]
async fn a_cross_short_on_the_second_step() {
    let short = one(json!({
        "positionAmt": "-3.000", "entryPrice": "19000.5", "unRealizedProfit": "-2835.25524453",
        "liquidationPrice": "23001.17", "leverage": "7", "notional": "-59836.75524453",
    }))
    .await;
    assert_eq!(short.side, PositionSide::Short);
    assert_eq!((short.contracts, short.notional), (d("3"), d("59836.75524453")));
    assert_eq!(short.collateral, d("13382.0802"));
    assert_eq!(short.initial_margin_percentage, d("0.14285714"));
    assert_eq!(short.initial_margin, d("8548.10772111"));
    assert_eq!(short.maintenance_margin, d("1196.7351048906"));
    assert_eq!(short.maintenance_margin_percentage, d("0.02"));
    assert_eq!(short.margin_ratio, Some(d("0.0894")));
    assert_eq!(short.percentage, d("-33.16"));
}

#[tokio::test]
async fn a_position_that_no_price_would_liquidate() {
    let safe = one(json!({
        "positionAmt": "0.001", "entryPrice": "19000.0", "unRealizedProfit": "0.94558508",
        "notional": "19.94558508",
    }))
    .await;
    assert_eq!((safe.liquidation_price, safe.margin_ratio), (None, None));
    assert_eq!((safe.collateral, safe.percentage), (d("0"), d("94.81")));
}

#[tokio::test]
async fn an_isolated_position_has_its_own_collateral() {
    let isolated = one(json!({
        "positionAmt": "0.010", "entryPrice": "20000.0", "markPrice": "19900.00000000",
        "unRealizedProfit": "-1.00000000", "liquidationPrice": "18100.20", "leverage": "10",
        "marginType": "isolated", "isolatedMargin": "19.01234567", "notional": "199.00000000",
    }))
    .await;
    assert_eq!(isolated.margin_mode, MarginMode::Isolated);
    assert_eq!(isolated.collateral, d("19.01234567"));
    assert_eq!((isolated.initial_margin, isolated.maintenance_margin), (d("19.9"), d("1.99")));
    assert_eq!((isolated.margin_ratio, isolated.percentage), (Some(d("0.1047")), d("-5.02")));
}

#[tokio::test]
async fn brackets_are_requested_once() {
    let (fake, binance) = pair().await;
    let open = json!({ "positionAmt": "1", "entryPrice": "1", "notional": "1" });
    script(&fake, json!([risk(open)]));
    for _ in 0..3 {
        assert_eq!(binance.positions(&who(), Some(&btc())).await.unwrap().len(), 1);
    }
    assert_eq!(fake.seen("GET /fapi/v1/leverageBracket").len(), 1);
    assert_eq!(fake.seen("GET /fapi/v1/exchangeInfo").len(), 0, "the caller named the market");
    assert_eq!(fake.seen("GET /fapi/v2/positionRisk")[0].param("symbol").unwrap(), "BTCUSDT");
}

#[tokio::test]
async fn leverage_is_reported_for_flat_positions_too() {
    let (fake, binance) = pair().await;
    script(&fake, json!([risk(json!({ "leverage": "33", "marginType": "isolated" }))]));
    assert_eq!(binance.leverage(&who(), &btc()).await, Ok((33, MarginMode::Isolated)));
    assert_eq!(binance.positions(&who(), None).await, Ok(Vec::new()));
    fake.on("GET /fapi/v2/positionRisk", [ok(json!([risk(json!({ "marginType": null }))]))]);
    let unclear = binance.leverage(&who(), &btc()).await;
    assert!(matches!(unclear, Err(ExchangeFailure::Unknown(_))), "{unclear:?}");
    fake.on("GET /fapi/v2/positionRisk", [no(400, -1121, "Invalid symbol.")]);
    assert_eq!(binance.leverage(&who(), &btc()).await, Err(ExchangeFailure::UnknownSymbol));
}

//! Market data that only futures have, compared with the examples of Binance's documents.

use crate::{
    desk::{Desk, decimal, number},
    shape::same_shape,
};
use axum::body::Body;
use domain::time;
use serde_json::{Value, json};

#[tokio::test]
async fn candles_of_mark_index_premium_and_contract() {
    let desk = Desk::open().await;
    let untraded = json!([
        1_591_256_400_000_i64,
        "9653.29201333",
        "9654.56401333",
        "9653.07367333",
        "9653.07367333",
        "0",
        1_591_256_459_999_i64,
        "0",
        60,
        "0",
        "0",
        "0",
    ]);
    for path in [
        "markPriceKlines?symbol=BTCUSDT",
        "indexPriceKlines?pair=BTCUSDT",
        "premiumIndexKlines?symbol=BTCUSDT",
    ] {
        let rows = desk.get(&format!("/fapi/v1/{path}&interval=1m&limit=3")).await.ok();
        assert_eq!(rows.as_array().unwrap().len(), 3, "{path}");
        rows.as_array().unwrap().iter().for_each(|row| same_shape(row, &untraded, &[]));
    }
    let mark = desk.get("/fapi/v1/premiumIndex?symbol=BTCUSDT").await.ok();
    let rows = desk.get("/fapi/v1/markPriceKlines?symbol=BTCUSDT&interval=1m&limit=1").await.ok();
    assert_eq!(rows[0][4], mark["markPrice"], "the open candle ends at the mark price");
    let (high, low) = (number(&rows[0][2]), number(&rows[0][3]));
    assert!(low <= number(&rows[0][4]) && number(&rows[0][4]) <= high);
    let contract = "continuousKlines?pair=BTCUSDT&interval=5m&limit=4&contractType=";
    let perpetual = desk.get(&format!("/fapi/v1/{contract}PERPETUAL")).await.ok();
    assert_eq!(perpetual, desk.get("/fapi/v1/klines?symbol=BTCUSDT&interval=5m&limit=4").await.ok());
    assert_eq!(desk.get(&format!("/fapi/v1/{contract}NEXT_QUARTER")).await.ok(), json!([]));
    for (path, code) in [
        (format!("/fapi/v1/{contract}FOREVER"), -4104),
        ("/fapi/v1/continuousKlines?pair=BTCUSDT&interval=5m".into(), -1102),
        ("/fapi/v1/markPriceKlines?symbol=BTCUSDT&interval=7m".into(), -1120),
        ("/fapi/v1/premiumIndexKlines?symbol=NOPEUSDT&interval=1m".into(), -1121),
    ] {
        assert_eq!(desk.get(&path).await.code(), code, "{path}");
    }
}

#[tokio::test]
async fn statistics_have_the_documents_shape_and_repeat() {
    let desk = Desk::open().await;
    let interest = desk.get("/fapi/v1/openInterest?symbol=BTCUSDT").await.ok();
    let example = json!({ "openInterest": "10659.509", "symbol": "BTCUSDT", "time": 1_589_437_530_011_i64 });
    same_shape(&interest, &example, &[]);
    let ratio = json!([{
        "symbol": "BTCUSDT", "longShortRatio": "0.1960", "longAccount": "0.6622", "shortAccount": "0.3378",
        "timestamp": 1_583_139_600_000_i64,
    }]);
    for (name, example) in [
        (
            "openInterestHist",
            json!([{
                "symbol": "BTCUSDT", "sumOpenInterest": "20403.12345678",
                "sumOpenInterestValue": "176196512.12345678", "CMCCirculatingSupply": "165900.25",
                "timestamp": 1_583_127_900_000_i64,
            }]),
        ),
        ("topLongShortPositionRatio", ratio.clone()),
        ("topLongShortAccountRatio", ratio.clone()),
        ("globalLongShortAccountRatio", ratio),
        (
            "takerlongshortRatio",
            json!([{
                "buySellRatio": "1.5586", "buyVol": "387.3300", "sellVol": "248.5030",
                "timestamp": 1_585_614_900_000_i64,
            }]),
        ),
    ] {
        let path = format!("/futures/data/{name}?symbol=BTCUSDT&period=1h&limit=5");
        let rows = desk.get(&path).await.ok();
        same_shape(&rows, &example, &[]);
        assert_eq!(rows.as_array().unwrap().len(), 5, "{name}");
        assert_eq!(desk.get(&path).await.ok(), rows, "{name} says the same again");
    }
    let basis = desk.get("/futures/data/basis?pair=BTCUSDT&contractType=PERPETUAL&period=5m").await.ok();
    let example = json!([{
        "indexPrice": "34400.15945055", "contractType": "PERPETUAL", "basisRate": "0.0004",
        "futuresPrice": "34414.10", "annualizedBasisRate": "", "basis": "13.94054945", "pair": "BTCUSDT",
        "timestamp": 1_698_742_800_000_i64,
    }]);
    same_shape(&basis, &example, &[]);
    assert_eq!(basis.as_array().unwrap().len(), 30);
    for row in basis.as_array().unwrap() {
        assert_eq!(number(&row["futuresPrice"]) - number(&row["indexPrice"]), number(&row["basis"]));
    }
    let risk = desk.get("/fapi/v1/symbolAdlRisk?symbol=BTCUSDT").await.ok();
    same_shape(
        &risk,
        &json!({ "symbol": "BTCUSDT", "adlRisk": "low", "updateTime": 1_597_370_495_002_i64 }),
        &[],
    );
}

#[tokio::test]
async fn statistics_follow_the_candles() {
    let desk = Desk::open().await;
    let rows = desk.get("/futures/data/takerlongshortRatio?symbol=BTCUSDT&period=6h&limit=3").await.ok();
    let hours = desk.get("/fapi/v1/klines?symbol=BTCUSDT&interval=1h&limit=24").await.ok();
    for row in rows.as_array().unwrap().iter().skip(1) {
        let start = row["timestamp"].as_i64().unwrap();
        assert_eq!(start % (6 * time::HOUR / 1_000), 0);
        let within =
            |hour: &&Value| (start..start + 6 * time::HOUR / 1_000).contains(&hour[0].as_i64().unwrap());
        let volume: domain::Decimal =
            hours.as_array().unwrap().iter().filter(within).map(|hour| number(&hour[5])).sum();
        let both = number(&row["buyVol"]) + number(&row["sellVol"]);
        assert!((both - volume).abs() <= decimal("0.0002"), "{both} {volume}");
    }
    for (path, code) in [
        ("openInterestHist?symbol=BTCUSDT", -1102),
        ("openInterestHist?symbol=BTCUSDT&period=3m", -1130),
        ("openInterestHist?period=5m", -1102),
        ("basis?pair=BTCUSDT&period=5m", -1102),
        ("basis?pair=BTCUSDT&period=5m&contractType=X", -4104),
        ("globalLongShortAccountRatio?symbol=BTCUSDT&period=5m&limit=0", -1130),
    ] {
        assert_eq!(desk.get(&format!("/futures/data/{path}")).await.code(), code, "{path}");
    }
}

#[tokio::test]
async fn old_trades_need_a_key() {
    let desk = Desk::open().await;
    desk.sandbox.tick(40).unwrap();
    let path = "/binance/fapi/v1/historicalTrades?symbol=BTCUSDT";
    assert_eq!(desk.get("/fapi/v1/historicalTrades?symbol=BTCUSDT").await.code(), -2014);
    let rows = desk.keyed("GET", &format!("{path}&limit=5"), Body::empty()).await.ok();
    let example = json!([{
        "id": 28_457, "price": "4.00000100", "qty": "12.00000000", "quoteQty": "8000.00",
        "time": 1_499_865_549_590_i64, "isBuyerMaker": true,
    }]);
    same_shape(&rows, &example, &[]);
    let second = rows[1]["id"].as_u64().unwrap();
    let from = desk.keyed("GET", &format!("{path}&limit=2&fromId={second}"), Body::empty()).await.ok();
    assert_eq!((&from[0], &from[1]), (&rows[1], &rows[2]));
}

#[tokio::test]
async fn exchange_info_lists_what_is_accepted() {
    let desk = Desk::open().await;
    let info = desk.get("/fapi/v1/exchangeInfo").await.ok();
    let symbol = &info["symbols"][0];
    assert!(symbol["timeInForce"].as_array().unwrap().contains(&json!("GTD")));
    let filters: Vec<_> =
        symbol["filters"].as_array().unwrap().iter().map(|f| f["filterType"].as_str().unwrap()).collect();
    assert!(filters.contains(&"MAX_NUM_ALGO_ORDERS"), "{filters:?}");
}

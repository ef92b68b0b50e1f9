//! Market data of the past over REST: candles, trades and fundings of any time.

use crate::desk::{Desk, number};
use axum::body::Body;
use domain::{Clock, Decimal, time};
use serde_json::{Value, json};

fn ids(rows: &Value, name: &str) -> Vec<u64> {
    rows.as_array().into_iter().flatten().filter_map(|row| row[name].as_u64()).collect()
}

#[tokio::test]
async fn candles_of_every_interval_go_back_for_years() {
    let desk = Desk::open().await;
    let start = desk.clock.now().plus(-3 * 365 * time::DAY).millis();
    for (api, words) in [
        (
            "/api/v3",
            vec![
                "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w",
                "1M",
            ],
        ),
        (
            "/fapi/v1",
            vec!["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"],
        ),
    ] {
        for word in words {
            let path = format!("{api}/klines?symbol=BTCUSDT&interval={word}&startTime={start}&limit=3");
            let rows = desk.get(&path).await.ok();
            assert_eq!(rows.as_array().unwrap().len(), 3, "{path}");
            assert!(rows[0][0].as_i64().unwrap() >= start);
            assert_eq!(rows[0][6].as_i64().unwrap() + 1, rows[1][0].as_i64().unwrap(), "{path}");
            assert_eq!(rows[1][6].as_i64().unwrap() + 1, rows[2][0].as_i64().unwrap(), "{path}");
        }
    }
    assert_eq!(desk.get("/fapi/v1/klines?symbol=BTCUSDT&interval=1s").await.code(), -1120);
}

#[tokio::test]
async fn aggregates_trades_and_candles_agree() {
    let desk = Desk::open().await;
    desk.sandbox.tick(20).unwrap();
    for api in ["/api/v3", "/fapi/v1"] {
        let start = desk.clock.now().plus(-400 * time::DAY).millis();
        let candle = desk
            .get(&format!("{api}/klines?symbol=ETHUSDT&interval=3m&startTime={start}&limit=1"))
            .await
            .ok();
        let (open, close) = (&candle[0][0], &candle[0][6]);
        let path = format!("{api}/aggTrades?symbol=ETHUSDT&startTime={open}&endTime={close}&limit=1000");
        let rows = desk.get(&path).await.ok();
        let counted: u64 = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["l"].as_u64().unwrap() - r["f"].as_u64().unwrap() + 1)
            .sum();
        assert_eq!(candle[0][8].as_u64(), Some(counted), "{api}");
        let volume: Decimal = rows.as_array().unwrap().iter().map(|row| number(&row["q"])).sum();
        assert_eq!(number(&candle[0][5]), volume, "{api}");
        let all = ids(&rows, "a");
        let next = desk.get(&format!("{api}/aggTrades?symbol=ETHUSDT&fromId={}&limit=10", all[5])).await.ok();
        assert_eq!(ids(&next, "a"), all[5..15]);
        let path = format!("/binance{api}/historicalTrades?symbol=ETHUSDT&fromId={}&limit=10", all[5]);
        let trades = desk.keyed("GET", &path, Body::empty()).await.ok();
        assert_eq!(ids(&trades, "id"), all[5..15]);
        let anonymous = desk.get(&path["/binance".len()..]).await;
        assert_eq!(anonymous.status.is_success(), api == "/api/v3", "futures alone need a key");
        assert_eq!((&trades[0]["price"], &trades[0]["qty"]), (&next[0]["p"], &next[0]["q"]));
        let latest = desk.get(&format!("{api}/trades?symbol=ETHUSDT&limit=1000")).await.ok();
        let latest = ids(&latest, "id");
        assert_eq!(latest.len(), 1_000);
        assert!(latest.windows(2).all(|w| w[0] + 1 == w[1]));
        let day = desk.get(&format!("{api}/ticker/24hr?symbol=ETHUSDT")).await.ok();
        assert_eq!(day["lastId"].as_u64(), latest.last().copied());
        let count = day["count"].as_u64().unwrap();
        assert_eq!(day["firstId"].as_u64().unwrap() + count - 1, day["lastId"].as_u64().unwrap());
    }
}

#[tokio::test]
async fn days_of_another_time_zone_are_made_of_its_hours() {
    let desk = Desk::open().await;
    let start = desk.clock.now().plus(-300 * time::DAY).millis();
    let path = format!("/api/v3/klines?symbol=BTCUSDT&startTime={start}");
    let days = desk.get(&format!("{path}&interval=1d&timeZone=8&limit=2")).await.ok();
    let open = days[0][0].as_i64().unwrap();
    assert_eq!(open.rem_euclid(86_400_000), 16 * 3_600_000);
    assert_eq!(days[0][6].as_i64().unwrap() + 1, days[1][0].as_i64().unwrap());
    let path = format!("/api/v3/klines?symbol=BTCUSDT&interval=1h&startTime={open}&limit=24");
    let hours = desk.get(&path).await.ok();
    let highs = hours.as_array().unwrap().iter().map(|row| number(&row[2]));
    assert_eq!(highs.max(), Some(number(&days[0][2])));
    assert_eq!((&hours[0][1], &hours[23][4]), (&days[0][1], &days[0][4]));
    let wrong = desk.get("/api/v3/klines?symbol=BTCUSDT&interval=1d&timeZone=east").await;
    assert_eq!(wrong.code(), -1130);
}

#[tokio::test]
async fn fundings_have_a_history() {
    let desk = Desk::open().await;
    let rows = desk.get("/fapi/v1/fundingRate?symbol=ETHUSDT").await.ok();
    assert_eq!(rows.as_array().unwrap().len(), 100);
    let start = rows[40]["fundingTime"].as_i64().unwrap();
    let page =
        desk.get(&format!("/fapi/v1/fundingRate?symbol=ETHUSDT&startTime={start}&limit=10")).await.ok();
    assert_eq!(page.as_array().unwrap()[..], rows.as_array().unwrap()[40..50]);
    assert_eq!(page[0]["symbol"], json!("ETHUSDT"));
}

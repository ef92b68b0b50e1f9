//! Tickers of trading days and of rolling windows.

use crate::{
    desk::{Desk, decimal, number},
    ear::Ear,
    shape::same_shape,
    ws_api::{Api, SPOT, result},
};
use domain::{Clock, Decimal, time};
use sandbox::Limits;
use serde_json::{Value, json};

/// The example of Binance's document.
const FULL: &str = r#"{
  "symbol": "BTCUSDT", "priceChange": "-83.13000000", "priceChangePercent": "-0.317",
  "weightedAvgPrice": "26234.58803036", "openPrice": "26304.80000000", "highPrice": "26397.46000000",
  "lowPrice": "26088.34000000", "lastPrice": "26221.67000000", "volume": "18495.35066000",
  "quoteVolume": "485217905.04210480", "openTime": 1695686400000, "closeTime": 1695772799999,
  "firstId": 3220151555, "lastId": 3220849281, "count": 697727
}"#;
/// Its short form.
const MINI: &str = r#"{
  "symbol": "BTCUSDT", "openPrice": "26304.80000000", "highPrice": "26397.46000000", "lowPrice": "26088.34000000",
  "lastPrice": "26221.67000000", "volume": "18495.35066000", "quoteVolume": "485217905.04210480",
  "openTime": 1695686400000, "closeTime": 1695772799999, "firstId": 3220151555, "lastId": 3220849281,
  "count": 697727
}"#;

const DAY: &str = "/api/v3/ticker/tradingDay?symbol=BTCUSDT";
const WINDOW: &str = "/api/v3/ticker?symbol=BTCUSDT";

fn example(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The milliseconds of a length of time.
fn millis(micros: i64) -> i64 {
    micros / 1_000
}

/// A desk whose market has moved, with a trade of its account.
async fn traded() -> Desk {
    let desk = Desk::open_with(Limits::NONE).await;
    desk.sandbox.tick(40).unwrap();
    desk.call("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01").await.ok();
    desk
}

#[tokio::test]
async fn a_trading_day_is_the_candle_of_the_day() {
    let desk = traded().await;
    let ticker = desk.get(DAY).await.ok();
    same_shape(&ticker, &example(FULL), &[]);
    let candle = desk.get("/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=1").await.ok()[0].clone();
    for (name, place) in [
        ("openTime", 0),
        ("openPrice", 1),
        ("highPrice", 2),
        ("lowPrice", 3),
        ("lastPrice", 4),
        ("volume", 5),
        ("closeTime", 6),
        ("quoteVolume", 7),
        ("count", 8),
    ] {
        assert_eq!(ticker[name], candle[place], "{name}");
    }
    let [open, last] = ["openPrice", "lastPrice"].map(|name| number(&ticker[name]));
    assert_eq!(number(&ticker["priceChange"]), last - open);
    let ids = ["firstId", "lastId", "count"].map(|name| ticker[name].as_i64().unwrap());
    assert_eq!(ids[1] - ids[0] + 1, ids[2], "ids count the trades without gaps");
}

#[tokio::test]
async fn a_trading_day_begins_in_its_time_zone() {
    let desk = traded().await;
    // It is 08:00 UTC.
    let now = desk.clock.now().millis();
    for (zone, hours) in [("0", 8), ("8", 16), ("-1:00", 7), ("7:30", 15), ("-9", 23)] {
        let ticker = desk.get(&format!("{DAY}&timeZone={zone}")).await.ok();
        let minutes = if zone == "7:30" { 30 } else { 0 };
        let open = now - millis(hours * time::HOUR + minutes * time::MINUTE);
        assert_eq!(ticker["openTime"], open, "{zone}");
        assert_eq!(ticker["closeTime"], open + millis(time::DAY) - 1, "{zone}");
    }
}

#[tokio::test]
async fn a_window_begins_with_a_whole_minute() {
    let desk = traded().await;
    desk.clock.forward(12_345_678);
    desk.sandbox.tick(1).unwrap();
    let now = desk.clock.now().millis();
    for (size, length) in
        [("1m", time::MINUTE), ("1h", time::HOUR), ("4h", 4 * time::HOUR), ("3d", 3 * time::DAY)]
    {
        let ticker = desk.get(&format!("{WINDOW}&windowSize={size}")).await.ok();
        same_shape(&ticker, &example(FULL), &[]);
        let open = (now - millis(length)) / 60_000 * 60_000;
        assert_eq!((&ticker["openTime"], &ticker["closeTime"]), (&json!(open), &json!(now)), "{size}");
    }
    let hour = desk.get(&format!("{WINDOW}&windowSize=1h")).await.ok();
    let path = format!("/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime={}", hour["openTime"]);
    let candles = desk.get(&path).await.ok();
    let candles = candles.as_array().unwrap();
    assert_eq!(candles.len(), 61);
    let volume: Decimal = candles.iter().map(|row| number(&row[5])).sum();
    let high = candles.iter().map(|row| number(&row[2])).max();
    let low = candles.iter().map(|row| number(&row[3])).min();
    assert_eq!(number(&hour["volume"]), volume);
    assert_eq!((Some(number(&hour["highPrice"])), Some(number(&hour["lowPrice"]))), (high, low));
    assert_eq!(desk.get(WINDOW).await.ok()["openTime"], (now - millis(time::DAY)) / 60_000 * 60_000);
}

#[tokio::test]
async fn requests_name_their_markets() {
    let desk = traded().await;
    let list = "symbols=[%22BTCUSDT%22,%22ETHUSDT%22]";
    for path in ["/api/v3/ticker/tradingDay", "/api/v3/ticker"] {
        let rows = desk.get(&format!("{path}?{list}&type=MINI")).await.ok();
        same_shape(&rows, &json!([example(MINI)]), &[]);
        let names: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["symbol"].clone()).collect();
        assert_eq!(names, ["BTCUSDT", "ETHUSDT"]);
        let none = desk.get(path).await;
        let msg = "Param 'symbol' or 'symbols' must be sent, but both were empty/null!";
        assert_eq!(none.body, json!({ "code": -1102, "msg": msg }));
        for (query, code) in [
            ("symbol=NOSUCH", -1121),
            ("symbol=BTCUSDT&type=HALF", -1139),
            ("symbol=BTCUSDT&symbols=[]", -1106),
        ] {
            assert_eq!(desk.get(&format!("{path}?{query}")).await.code(), code, "{path} {query}");
        }
    }
    let trading = desk.get(&format!("{DAY}&symbolStatus=TRADING")).await.ok();
    same_shape(&trading, &example(FULL), &[]);
    let halted = desk.get(&format!("{DAY}&symbolStatus=HALT")).await;
    let msg = "The symbol's status does not match the requested symbolStatus.";
    assert_eq!(halted.body, json!({ "code": -1220, "msg": msg }));
    assert_eq!(desk.get(&format!("{WINDOW}&symbolStatus=ASLEEP")).await.code(), -1122);
    let none = desk.get(&format!("/api/v3/ticker/24hr?{list}&symbolStatus=HALT")).await.ok();
    assert_eq!(none, json!([]));
    assert_eq!(desk.get(&format!("{DAY}&timeZone=15")).await.code(), -1130);
    assert_eq!(desk.get(&format!("{WINDOW}&windowSize=24h")).await.code(), -1130);
    let mini = desk.get("/api/v3/ticker/24hr?symbol=BTCUSDT&type=MINI").await.ok();
    same_shape(&mini, &example(MINI), &[]);
}

#[tokio::test]
async fn each_symbol_has_its_weight() {
    let desk = Desk::open().await;
    let used = async || {
        let reply = desk.get("/api/v3/ping").await;
        reply.headers["x-mbx-used-weight-1m"].to_str().unwrap().parse::<i64>().unwrap()
    };
    let mut before = used().await;
    for (path, weight) in [
        (DAY, 4),
        ("/api/v3/ticker/tradingDay?symbols=[%22BTCUSDT%22,%22ETHUSDT%22,%22SOLUSDT%22]", 12),
        ("/api/v3/ticker?symbols=%5B%22BTCUSDT%22%2C%22ETHUSDT%22%5D", 8),
    ] {
        desk.get(path).await.ok();
        let after = used().await;
        // The ping weighs one.
        assert_eq!(after - before - 1, weight, "{path}");
        before = after;
    }
}

#[tokio::test]
async fn window_streams_are_the_rest_answer() {
    let desk = traded().await;
    let address = desk.serve().await;
    let mut one = Ear::open(address, "/spot/ws/btcusdt@ticker_4h").await;
    let mut all = Ear::open(address, "/spot/ws/!ticker_1d@arr").await;
    for ear in [&mut one, &mut all] {
        ear.settled().await;
    }
    desk.sandbox.tick(1).unwrap();
    let now = desk.clock.now().millis();
    let rest = desk.get(&format!("{WINDOW}&windowSize=4h")).await.ok();
    let expected = json!({
        "e": "4hTicker", "E": now, "s": "BTCUSDT", "p": rest["priceChange"], "P": rest["priceChangePercent"],
        "w": rest["weightedAvgPrice"], "o": rest["openPrice"], "h": rest["highPrice"], "l": rest["lowPrice"],
        "c": rest["lastPrice"], "v": rest["volume"], "q": rest["quoteVolume"], "O": rest["openTime"], "C": now,
        "F": rest["firstId"], "L": rest["lastId"], "n": rest["count"],
    });
    assert_eq!(one.receive().await, expected);
    let rows = all.receive().await;
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), sandbox::market::Pair::ALL.len());
    assert!(rows.iter().all(|row| row["e"] == "1dTicker" && number(&row["v"]) > decimal("0")));
}

#[tokio::test]
async fn the_websocket_api_has_both() {
    let desk = traded().await;
    let mut api = Api::open(desk.serve().await, SPOT).await;
    let symbols = json!({ "symbols": ["BTCUSDT", "ETHUSDT"], "type": "MINI" });
    let days = api.call("ticker.tradingDay", symbols.clone()).await;
    let list = "symbols=[%22BTCUSDT%22,%22ETHUSDT%22]&type=MINI";
    let path = format!("/api/v3/ticker/tradingDay?{list}");
    assert_eq!(result(&days), &desk.get(&path).await.ok());
    let window = api.call("ticker", json!({ "symbol": "BTCUSDT", "windowSize": "7d" })).await;
    assert_eq!(result(&window), &desk.get(&format!("{WINDOW}&windowSize=7d")).await.ok());
}

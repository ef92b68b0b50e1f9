//! Markets, tickers, candles.

use super::{Fake, adapter_with, btc, config, d, ok, pair};
use crate::{ExchangeFailure, ExchangeResult, MarketData, binance::BinanceConfig};
use domain::{Decimal, Frame, Market, Micros, Ticker, TradeType};
use serde_json::{Value, json};

/// Four futures symbols: one that is trading, one whose name the symbol notation cannot express, one that has
/// ended, and one delivery contract.
pub(super) fn exchange_info() -> Value {
    let symbol = |name: &str, base: &str, status: &str, contract: &str| {
        json!({
            "symbol": name, "pair": name, "contractType": contract, "status": status, "baseAsset": base,
            "quoteAsset": "USDT", "marginAsset": "USDT", "pricePrecision": 2, "quantityPrecision": 3,
            "filters": [
                { "filterType": "PRICE_FILTER", "minPrice": "556.80", "maxPrice": "4529764", "tickSize": "0.10" },
                { "filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001" },
                { "filterType": "MARKET_LOT_SIZE", "minQty": "0.001", "maxQty": "120", "stepSize": "0.001" },
                { "filterType": "MAX_NUM_ORDERS", "limit": 200 },
                { "filterType": "MIN_NOTIONAL", "notional": "100" },
                { "filterType": "PERCENT_PRICE", "multiplierUp": "1.0500", "multiplierDown": "0.9500",
                  "multiplierDecimal": "4" },
            ],
        })
    };
    json!({ "timezone": "UTC", "serverTime": 1, "symbols": [
        symbol("BTCUSDT", "BTC", "TRADING", "PERPETUAL"),
        symbol("币安人生USDT", "币安人生", "TRADING", "PERPETUAL"),
        symbol("LUNAUSDT", "LUNA", "SETTLING", "PERPETUAL"),
        symbol("BTCUSDT_270326", "BTC", "TRADING", "CURRENT_QUARTER"),
    ] })
}

pub(super) fn spot_info() -> Value {
    json!({ "symbols": [{
        "symbol": "LTCBTC", "status": "TRADING", "baseAsset": "LTC", "quoteAsset": "BTC",
        "filters": [
            { "filterType": "PRICE_FILTER", "minPrice": "0.00001000", "maxPrice": "0.00000000", "tickSize": "0.00001000" },
            { "filterType": "LOT_SIZE", "minQty": "0.00100000", "maxQty": "100000.00000000", "stepSize": "0.00100000" },
            { "filterType": "MARKET_LOT_SIZE", "minQty": "0.0", "maxQty": "0.0", "stepSize": "0.00000000" },
            { "filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "5", "bidMultiplierDown": "0.2",
              "askMultiplierUp": "4", "askMultiplierDown": "0.1", "avgPriceMins": 5 },
            { "filterType": "NOTIONAL", "minNotional": "0.00010000", "applyMinToMarket": true,
              "maxNotional": "9000000.00000000", "applyMaxToMarket": false, "avgPriceMins": 5 },
        ],
    }] })
}

#[tokio::test]
async fn futures_markets_and_their_filters() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/exchangeInfo", [ok(exchange_info())]);
    let expected = Market {
        symbol: btc(),
        trade_type: TradeType::Futures,
        tick: d("0.1"),
        min_price: d("556.8"),
        max_price: d("4529764"),
        lot: d("0.001"),
        min_amount: d("0.001"),
        max_amount: d("120"),
        min_notional: d("100"),
        price_band: (d("0.95"), d("1.05")),
    };
    assert_eq!(binance.market(TradeType::Futures, &btc()).await.as_ref(), Ok(&expected));
    assert_eq!(binance.markets(TradeType::Futures).await.unwrap(), [expected]);
    let ended = binance.market(TradeType::Futures, &"LUNA/USDT".parse().unwrap()).await;
    assert_eq!(ended, Err(ExchangeFailure::UnknownSymbol));
    assert_eq!(fake.seen("GET /fapi/v1/exchangeInfo").len(), 1);
}

#[tokio::test]
async fn spot_markets_and_their_filters() {
    let (fake, binance) = pair().await;
    fake.on("GET /api/v3/exchangeInfo", [ok(spot_info())]);
    let market = binance.market(TradeType::Spot, &"LTC/BTC".parse().unwrap()).await.unwrap();
    assert_eq!((market.max_price, market.max_amount), (Decimal::MAX, d("100000")));
    assert_eq!((market.min_notional, market.price_band), (d("0.0001"), (d("0.2"), d("4"))));
}

#[tokio::test]
async fn a_ticker_as_ccxt_reads_it() {
    let (fake, binance) = pair().await;
    fake.on(
        "GET /fapi/v1/ticker/24hr",
        [ok(json!({
            "symbol": "BTCUSDT", "priceChange": "0.10", "priceChangePercent": "0.000",
            "weightedAvgPrice": "19749.02", "lastPrice": "30000.10", "lastQty": "0.010",
            "openPrice": "30000.00", "highPrice": "30100.00", "lowPrice": "29442.76", "volume": "280360.895",
            "quoteVolume": "5536853456.18", "openTime": 1_663_254_540_000_i64,
            "closeTime": 1_663_340_989_057_i64, "firstId": 1, "lastId": 2, "count": 3,
        }))],
    );
    let ticker = binance.ticker(TradeType::Futures, &btc()).await.unwrap();
    let expected = Ticker {
        symbol: btc(),
        at: Micros::from_millis(1_663_340_989_057),
        high: d("30100"),
        low: d("29442.76"),
        vwap: d("19749.02"),
        open: d("30000"),
        last: d("30000.1"),
        change: d("0.1"),
        percentage: d("0.0003333333333333"),
        base_volume: d("280360.895"),
        quote_volume: d("5536853456.18"),
    };
    assert_eq!(ticker, expected);
}

/// Requests two mark prices from an exchange that reports these limits, with a configured budget for a single
/// one per minute.
async fn two_marks(limits: Value) -> ExchangeResult<Decimal> {
    let fake = Fake::start().await;
    let binance = adapter_with(BinanceConfig { futures_weight: 2, ..config(&fake.base) });
    let mut info = exchange_info();
    info["rateLimits"] = limits;
    fake.on("GET /fapi/v1/exchangeInfo", [ok(info)]);
    fake.on("GET /fapi/v1/premiumIndex", [ok(json!({ "markPrice": "1" })), ok(json!({ "markPrice": "2" }))]);
    binance.markets(TradeType::Futures).await.unwrap();
    binance.mark_price(TradeType::Futures, &btc()).await.unwrap();
    binance.mark_price(TradeType::Futures, &btc()).await
}

#[tokio::test]
async fn the_rate_limit_is_the_exchanges_own() {
    let limit = |kind: &str, limit: u32| json!({ "rateLimitType": kind, "interval": "MINUTE", "intervalNum": 1, "limit": limit });
    assert!(matches!(two_marks(json!([limit("ORDERS", 1_000)])).await, Err(ExchangeFailure::Limited(_))));
    let granted = two_marks(json!([limit("ORDERS", 1), limit("REQUEST_WEIGHT", 1_000)])).await;
    assert_eq!(granted, Ok(d("2")));
}

fn kline(minute: i64) -> Value {
    let start = minute * 60_000;
    json!([start, "1.0", "2.0", "0.5", "1.5", "10.00", start + 59_999, "15.0", 3, "5.0", "7.0", "0"])
}

#[tokio::test]
async fn spot_candles_come_in_pages() {
    let (fake, binance) = pair().await;
    let newest: Vec<Value> = (500..1_500).map(kline).collect();
    let older: Vec<Value> = (300..500).map(kline).collect();
    fake.on("GET /api/v3/klines", [ok(json!(newest)), ok(json!(older))]);
    let candles = binance.candles(TradeType::Spot, &btc(), Frame::M1, None, 1_200).await.unwrap();
    let starts: Vec<i64> = candles.iter().map(|c| c.start.millis() / 60_000).collect();
    assert_eq!(starts, (300..1_500).collect::<Vec<_>>());
    let request = fake.seen("GET /api/v3/klines");
    assert_eq!(request[0].text, "symbol=BTCUSDT&interval=1m&limit=1000");
    assert_eq!(request[1].text, "symbol=BTCUSDT&interval=1m&endTime=29999999&limit=200");
}

#[tokio::test]
async fn candles_before_a_time_opened_before_it() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/klines", [ok(json!([kline(1), kline(2), kline(3)]))]);
    let before = Some(Micros::from_millis(3 * 60_000));
    let candles = binance.candles(TradeType::Futures, &btc(), Frame::M1, before, 10).await.unwrap();
    assert_eq!(candles.len(), 2);
    assert_eq!((candles[0].open, candles[0].high, candles[0].volume), (d("1"), d("2"), d("10")));
    assert_eq!(fake.seen("GET /fapi/v1/klines")[0].param("endTime").unwrap(), "179999");
}

#[tokio::test]
async fn the_spot_mark_is_the_last_price() {
    let (fake, binance) = pair().await;
    fake.on("GET /api/v3/ticker/price", [ok(json!({ "symbol": "BTCUSDT", "price": "4.00000200" }))]);
    assert_eq!(binance.mark_price(TradeType::Spot, &btc()).await, Ok(d("4.000002")));
}

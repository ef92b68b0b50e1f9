//! Streams: their events, and how they reconnect.

use super::{
    Binance, Hand, NOW, btc, config, d,
    fake::{Fake, Reply},
    no, ok, orders, prices, who,
};
use crate::{AccountEvent, HeldPosition, HoldingsChange, MarketEvent, Streams, binance::Pacing};
use axum::extract::ws::{Message, WebSocket};
use domain::{Candle, Micros, OrderStatus, OrderType, PositionSlot, TradeType};
use serde_json::{Value, json};
use std::{
    future::Future,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};
use tokio::sync::mpsc::Receiver;

/// Awaits a future with a timeout, so that a test fails instead of hanging.
pub(super) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("waited in vain")
}

pub(super) async fn next<T>(events: &mut Receiver<T>) -> T {
    soon(events.recv()).await.expect("the stream has ended")
}

pub(super) async fn send_json(socket: &mut WebSocket, message: &Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

pub(super) async fn fixture(pacing: impl FnOnce(&mut Pacing)) -> (Fake, Binance) {
    let fake = Fake::start().await;
    fake.on("GET /fapi/v1/exchangeInfo", [ok(prices::exchange_info())]);
    fake.on("GET /api/v3/exchangeInfo", [ok(prices::spot_info())]);
    let key = || ok(json!({ "listenKey": "listen" }));
    fake.on("POST /fapi/v1/listenKey", [key()]);
    let mut config = config(&fake.base);
    pacing(&mut config.pacing);
    let binance = Binance::new(config, Arc::new(Hand(AtomicI64::new(NOW.0)))).unwrap();
    (fake, binance)
}

#[tokio::test]
async fn prices_and_candles() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let mut events = binance.market_stream(vec![btc()]);
    let (target, mut socket) = fake.socket().await;
    assert_eq!(target, "/futures/stream?streams=btcusdt@ticker/btcusdt@markPrice@1s/btcusdt@kline_1m");
    assert_eq!(next(&mut events).await, MarketEvent::Connected);
    let wrapped = |data: Value| json!({ "stream": "x", "data": data });
    send_json(&mut socket, &json!({ "result": null, "id": 1 })).await;
    send_json(
        &mut socket,
        &wrapped(json!({
            "e": "markPriceUpdate", "E": 1_562_305_380_000_i64, "s": "BTCUSDT", "p": "11794.15000000",
            "i": "11784.62659091", "P": "11784.25641265", "r": "0.00038167", "T": 1_562_306_400_000_i64,
        })),
    )
    .await;
    let at = Micros::from_millis(1_562_305_380_000);
    let mark = MarketEvent::Mark { symbol: btc(), price: d("11794.15"), at };
    assert_eq!(next(&mut events).await, mark);
    send_json(&mut socket, &wrapped(json!({
        "e": "kline", "E": 1, "s": "BTCUSDT", "k": {
            "t": 1_638_747_660_000_i64, "T": 1_638_747_719_999_i64, "s": "BTCUSDT", "i": "1m", "f": 100, "L": 200,
            "o": "0.0010", "c": "0.0020", "h": "0.0025", "l": "0.0015", "v": "1000", "n": 100, "x": true,
            "q": "1.0000", "V": "500", "Q": "0.500", "B": "123456",
        },
    }))).await;
    let candle = Candle {
        start: Micros::from_millis(1_638_747_660_000),
        open: d("0.001"),
        high: d("0.0025"),
        low: d("0.0015"),
        close: d("0.002"),
        volume: d("1000"),
    };
    assert_eq!(next(&mut events).await, MarketEvent::Candle { symbol: btc(), candle, closed: true });
    send_json(&mut socket, &wrapped(json!({
        "e": "24hrTicker", "E": 123_456_789, "s": "BTCUSDT", "p": "0.0015", "P": "250.00", "w": "0.0018",
        "c": "0.0025", "Q": "10", "o": "0.0010", "h": "0.0025", "l": "0.0010", "v": "10000", "q": "18", "O": 0,
        "C": 86_400_000, "F": 0, "L": 18150, "n": 18151,
    }))).await;
    let MarketEvent::Ticker(ticker) = next(&mut events).await else { panic!("no ticker") };
    assert_eq!((ticker.last, ticker.percentage, ticker.at), (d("0.0025"), d("250"), Micros(86_400_000_000)));
}

#[tokio::test]
async fn a_broken_market_stream_comes_back() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let mut events = binance.market_stream(vec![btc()]);
    for _ in 0..3 {
        let (_, socket) = fake.socket().await;
        assert_eq!(next(&mut events).await, MarketEvent::Connected);
        drop(socket);
        assert_eq!(next(&mut events).await, MarketEvent::Disconnected);
    }
}

#[tokio::test]
async fn a_silent_stream_is_given_up() {
    let (mut fake, binance) = fixture(|pacing| pacing.silence = Duration::from_millis(150)).await;
    let mut events = binance.market_stream(vec![btc()]);
    // Nothing reads this socket, so pings are not answered.
    let (_, _socket) = fake.socket().await;
    assert_eq!(next(&mut events).await, MarketEvent::Connected);
    assert_eq!(next(&mut events).await, MarketEvent::Disconnected);
    fake.socket().await;
}

#[tokio::test]
async fn an_old_stream_is_renewed() {
    let (mut fake, binance) = fixture(|pacing| pacing.lifetime = Duration::from_millis(100)).await;
    let _events = binance.market_stream(vec![btc()]);
    fake.socket().await;
    fake.socket().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_reader() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let events = binance.market_stream(vec![btc()]);
    let (_, mut socket) = fake.socket().await;
    drop(events);
    let closed = soon(async {
        while let Some(Ok(message)) = socket.recv().await {
            if let Message::Close(_) = message {
                break;
            }
        }
    });
    closed.await;
}

#[tokio::test]
async fn a_failed_handshake_with_tls_is_no_panic() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("wss://{}", listener.local_addr().unwrap());
    let config = super::BinanceConfig { futures_stream_url: Some(address), ..config("http://127.0.0.1:1") };
    let binance = Binance::new(config, Arc::new(Hand::default())).unwrap();
    let _events = binance.market_stream(vec![btc()]);
    for _ in 0..2 {
        drop(soon(listener.accept()).await.unwrap());
    }
}

fn trade_update(changes: &[(&str, Value)]) -> Value {
    let mut update = json!({
        "e": "ORDER_TRADE_UPDATE", "E": 1_568_879_465_651_i64, "T": 1_568_879_465_650_i64, "o": {
            "s": "BTCUSDT", "c": "slip-1", "S": "SELL", "o": "LIMIT", "f": "GTC", "q": "0.300", "p": "7104.00",
            "ap": "7103.50000", "sp": "0", "x": "TRADE", "X": "PARTIALLY_FILLED", "i": 8_886_774, "l": "0.100",
            "z": "0.200", "L": "7103.00", "N": "USDT", "n": "0.28412", "T": 1_568_879_465_650_i64, "t": 77,
            "b": "0", "a": "9.91", "m": true, "R": true, "wt": "CONTRACT_PRICE", "ot": "LIMIT", "ps": "BOTH",
            "cp": false, "rp": "1.25", "pP": false, "si": 0, "ss": 0, "V": "EXPIRE_TAKER", "pm": "NONE", "gtd": 0,
        },
    });
    for (name, value) in changes {
        update["o"][name] = value.clone();
    }
    update
}

#[tokio::test]
async fn a_futures_account_streams_orders_fills_and_positions() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let mut events = binance.account_stream(who(), TradeType::Futures);
    let (target, mut socket) = fake.socket().await;
    assert_eq!(target, "/futures/ws/listen");
    assert_eq!(fake.seen("POST /fapi/v1/listenKey")[0].key.as_deref(), Some("the-key"));
    assert_eq!(next(&mut events).await, AccountEvent::Connected);

    send_json(&mut socket, &trade_update(&[])).await;
    let AccountEvent::Order(order, Some(trade)) = next(&mut events).await else { panic!("no fill") };
    assert_eq!((order.status, order.filled, order.remaining), (OrderStatus::Open, d("0.2"), Some(d("0.1"))));
    assert_eq!((order.cost, order.price), (d("1420.7"), Some(d("7104"))));
    assert_eq!((trade.id.as_str(), trade.order.as_str(), trade.maker), ("77", "8886774", true));
    assert_eq!((trade.cost, trade.fee.cost, trade.realized), (d("710.3"), d("0.28412"), d("1.25")));

    send_json(&mut socket, &trade_update(&[("x", json!("CANCELED")), ("X", json!("CANCELED"))])).await;
    let AccountEvent::Order(order, None) = next(&mut events).await else { panic!("no cancel") };
    assert_eq!(order.status, OrderStatus::Canceled);

    send_json(
        &mut socket,
        &json!({ "e": "ACCOUNT_UPDATE", "E": 1, "T": 1, "a": { "m": "ORDER",
        "B": [{ "a": "USDT", "wb": "122624.1", "cw": "100.1", "bc": "50.1" }],
        "P": [{ "s": "BTCUSDT", "pa": "20", "ep": "6563.6", "up": "-1.5", "mt": "isolated" }, { "s": "NOSUCH", "pa": "1" }] } }),
    )
    .await;
    let held = vec![HeldPosition {
        symbol: btc(),
        amount: d("20"),
        unrealized_pnl: d("-1.5"),
        position_side: PositionSlot::Both,
        entry_price: Some(d("6563.6")),
    }];
    let change = Some(HoldingsChange { wallets: [("USDT".to_owned(), d("122624.1"))].into(), held });
    let account = AccountEvent::Account { balance: None, positions: vec![btc()], change };
    assert_eq!(next(&mut events).await, account);

    let closing = [("S", json!("SELL")), ("ps", json!("LONG")), ("R", json!(false))];
    send_json(&mut socket, &trade_update(&closing)).await;
    let AccountEvent::Order(order, Some(trade)) = next(&mut events).await else { panic!("no fill") };
    assert_eq!((order.position_side, order.reduce_only), (PositionSlot::Long, true), "hedge mode");
    assert_eq!(trade.position_side, PositionSlot::Long);

    send_json(
        &mut socket,
        &json!({ "e": "ACCOUNT_UPDATE", "E": 1, "T": 1, "a": { "m": "ORDER", "B": [],
        "P": [{ "s": "BTCUSDT", "pa": "-3", "up": "0", "ps": "SHORT" }] } }),
    )
    .await;
    let AccountEvent::Account { change: Some(change), .. } = next(&mut events).await else {
        panic!("no change")
    };
    assert_eq!(change.held[0].position_side, PositionSlot::Short);

    send_json(
        &mut socket,
        &json!({ "e": "ACCOUNT_CONFIG_UPDATE", "E": 1, "T": 1, "ac": { "s": "BTCUSDT", "l": 25 } }),
    )
    .await;
    assert_eq!(next(&mut events).await, AccountEvent::Settings(btc(), Some(25)));
}

fn algo_update(status: &str, actual: &str) -> Value {
    json!({ "e": "ALGO_UPDATE", "T": 1_750_515_742_297_i64, "E": 1_750_515_742_303_i64, "o": {
        "caid": "slip-3", "aid": 2_146_760, "at": "CONDITIONAL", "o": "STOP_MARKET", "s": "BTCUSDT", "S": "SELL",
        "ps": "BOTH", "f": "GTE_GTC", "q": "0", "X": status, "ai": actual, "ap": "0.00000", "aq": "0.00000",
        "act": "0", "tp": "19850", "p": "0", "V": "EXPIRE_MAKER", "wt": "CONTRACT_PRICE", "pm": "NONE", "cp": true,
        "pP": false, "R": true, "tt": 0, "gtd": 0,
    } })
}

#[tokio::test]
async fn a_conditional_order_keeps_its_name_when_it_triggers() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let mut events = binance.account_stream(who(), TradeType::Futures);
    let (_, mut socket) = fake.socket().await;
    assert_eq!(next(&mut events).await, AccountEvent::Connected);

    send_json(&mut socket, &algo_update("NEW", "")).await;
    let AccountEvent::Order(waiting, None) = next(&mut events).await else { panic!("no event arrived") };
    assert_eq!((waiting.client_order_id.as_str(), waiting.status), ("slip-3", OrderStatus::Open));
    assert_eq!((waiting.kind, waiting.stop_price), (OrderType::StopMarket, Some(d("19850"))));

    send_json(&mut socket, &algo_update("TRIGGERED", "88")).await;
    let fill = trade_update(&[("i", json!(88)), ("c", json!("made-by-binance")), ("X", json!("FILLED"))]);
    send_json(&mut socket, &fill).await;
    let AccountEvent::Order(filled, Some(trade)) = next(&mut events).await else { panic!("no fill") };
    assert_eq!((filled.client_order_id.as_str(), filled.stop_price), ("slip-3", Some(d("19850"))));
    assert_eq!((filled.status, trade.order.as_str()), (OrderStatus::Closed, "88"));

    fake.on(
        "GET /fapi/v1/algoOrder",
        [
            ok(orders::algo(json!({ "algoStatus": "FINISHED", "actualOrderId": "88" }))),
            Reply::Body(503, Vec::new(), String::new()),
        ],
    );
    fake.on("GET /fapi/v1/order", [ok(orders::plain(json!({ "orderId": 88 })))]);
    send_json(&mut socket, &algo_update("FINISHED", "88")).await;
    let AccountEvent::Order(ended, None) = next(&mut events).await else { panic!("no event arrived") };
    assert_eq!((ended.id.as_str(), ended.client_order_id.as_str()), ("88", "slip-3"));
    assert_eq!(ended.status, OrderStatus::Closed);
    // The order could not be queried, so the whole account must be reloaded.
    send_json(&mut socket, &algo_update("FINISHED", "88")).await;
    assert_eq!(next(&mut events).await, AccountEvent::Connected);
}

#[tokio::test]
async fn a_lapsed_key_is_renewed() {
    let (mut fake, binance) = fixture(|_| ()).await;
    let mut events = binance.account_stream(who(), TradeType::Futures);
    let (_, mut socket) = fake.socket().await;
    assert_eq!(next(&mut events).await, AccountEvent::Connected);
    fake.on("POST /fapi/v1/listenKey", [ok(json!({ "listenKey": "another" }))]);
    send_json(&mut socket, &json!({ "e": "listenKeyExpired", "E": 1, "listenKey": "listen" })).await;
    assert_eq!(next(&mut events).await, AccountEvent::Disconnected);
    let (target, _socket) = fake.socket().await;
    assert_eq!(target, "/futures/ws/another");
    assert_eq!(next(&mut events).await, AccountEvent::Connected);
}

#[tokio::test]
async fn a_key_is_kept_alive_and_one_that_cannot_be_is_replaced() {
    let (mut fake, binance) = fixture(|pacing| pacing.keepalive = Duration::from_millis(20)).await;
    fake.on("PUT /fapi/v1/listenKey", [ok(json!({})), no(400, -1125, "This listenKey does not exist.")]);
    let mut events = binance.account_stream(who(), TradeType::Futures);
    let (_, _socket) = fake.socket().await;
    assert_eq!(next(&mut events).await, AccountEvent::Connected);
    assert_eq!(next(&mut events).await, AccountEvent::Disconnected);
    fake.socket().await;
    let kept = fake.seen("PUT /fapi/v1/listenKey");
    assert!(kept.len() >= 2);
    assert_eq!((kept[0].text.as_str(), kept[0].key.as_deref()), ("", Some("the-key")));
}

#[tokio::test]
async fn a_refused_key_ends_the_stream() {
    let (fake, binance) = fixture(|_| ()).await;
    fake.on("POST /fapi/v1/listenKey", [no(503, -1000, "x"), no(401, -2015, "Invalid API-key.")]);
    let mut events = binance.account_stream(who(), TradeType::Futures);
    assert_eq!(next(&mut events).await, AccountEvent::Unauthorized);
    assert_eq!(soon(events.recv()).await, None);
}

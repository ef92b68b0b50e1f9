//! The market streams beside prices and books: their messages, and what is refused.

use crate::{
    desk::{Desk, decimal, number},
    ear::Ear,
};
use futures::StreamExt;
use sandbox::{
    Limits,
    market::{Interval, Pair},
};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn an_average_price_is_that_of_the_rest_answer() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut ear = Ear::open(address, "/spot/ws/btcusdt@avgPrice").await;
    ear.settled().await;
    desk.sandbox.tick(1).unwrap();
    let message = ear.receive().await;
    let now = domain::Clock::now(&*desk.clock).millis();
    let average = desk.get("/api/v3/avgPrice?symbol=BTCUSDT").await.ok();
    let expected = json!({
        "e": "avgPrice", "E": now, "s": "BTCUSDT", "i": "5m", "w": average["price"], "T": now,
    });
    assert_eq!(message, expected);
}

/// The fields of a candle's message, from the row of the REST answer.
fn candle(row: &Value) -> Value {
    json!({
        "t": row[0], "o": row[1], "h": row[2], "l": row[3], "c": row[4], "v": row[5], "T": row[6], "q": row[7],
        "n": row[8], "V": row[9], "Q": row[10],
    })
}

fn same_candle(message: &Value, row: &Value) {
    for (name, value) in candle(row).as_object().unwrap() {
        assert_eq!(&message[name], value, "{name} of {message}");
    }
}

#[tokio::test]
async fn candles_of_every_interval_are_those_of_the_rest_answer() {
    let desk = Desk::open_with(Limits::NONE).await;
    let address = desk.serve().await;
    for (venue, path, stream) in [
        ("spot", "/api/v3", "btcusdt@kline_"),
        ("futures", "/fapi/v1", "btcusdt@kline_"),
        ("futures", "/fapi/v1", "btcusdt_perpetual@continuousKline_"),
    ] {
        for interval in Interval::ALL.into_iter().filter(|interval| *interval != Interval::SECOND) {
            let word = interval.word();
            let mut ear = Ear::open(address, &format!("/{venue}/ws/{stream}{word}")).await;
            ear.settled().await;
            desk.sandbox.tick(1).unwrap();
            let message = ear.receive().await;
            let query = format!("{path}/klines?symbol=BTCUSDT&interval={word}&limit=1");
            let rows = desk.get(&query).await.ok();
            same_candle(&message["k"], &rows[0]);
            let (first, last) = (message["k"]["f"].as_i64(), message["k"]["L"].as_i64());
            let trades = desk.get(&format!("{path}/trades?symbol=BTCUSDT&limit=1")).await.ok();
            assert_eq!(last, trades[0]["id"].as_i64(), "{word}");
            assert_eq!(last.zip(first).map(|(last, first)| last - first + 1), rows[0][8].as_i64(), "{word}");
            assert_eq!((&message["k"]["i"], &message["k"]["x"]), (&json!(word), &json!(false)));
            if stream.contains("continuous") {
                assert_eq!(message["e"], "continuous_kline");
                assert_eq!((&message["ps"], &message["ct"]), (&json!("BTCUSDT"), &json!("PERPETUAL")));
                assert!(message["k"].get("s").is_none() && message.get("s").is_none());
            } else {
                assert_eq!((&message["e"], &message["s"]), (&json!("kline"), &json!("BTCUSDT")));
            }
        }
    }
}

#[tokio::test]
async fn candles_of_a_second_follow_the_trades() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut ear = Ear::open(address, "/spot/stream?streams=btcusdt@kline_1s/btcusdt@trade").await;
    ear.settled().await;
    let mut volume = domain::Decimal::ZERO;
    let mut start = Value::Null;
    for beat in 0..4 {
        desk.sandbox.tick(1).unwrap();
        let running = ear.receive().await["data"]["k"].clone();
        let trade = ear.receive().await["data"].clone();
        volume += number(&trade["q"]);
        assert_eq!(number(&running["v"]), volume);
        assert_eq!((&running["x"], &running["n"]), (&json!(false), &json!(beat + 1)));
        assert_eq!(running["L"], trade["t"]);
        assert_eq!(running["T"].as_i64().unwrap() - running["t"].as_i64().unwrap(), 999);
        start = running["t"].clone();
        desk.clock.forward(250_000);
    }
    desk.sandbox.tick(1).unwrap();
    let over = ear.receive().await["data"]["k"].clone();
    assert_eq!((&over["t"], &over["x"], number(&over["v"])), (&start, &json!(true), volume));
    let next = ear.receive().await["data"]["k"].clone();
    assert_eq!((next["t"].as_i64(), &next["x"]), (start.as_i64().map(|t| t + 1_000), &json!(false)));
}

#[tokio::test]
async fn all_best_prices_come_every_five_seconds() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut ear = Ear::open(address, "/futures/public/ws/!bookTicker").await;
    ear.settled().await;
    for _ in 0..2 {
        // An order alone sends nothing, nor does the second move of the same five seconds.
        desk.call("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1").await.ok();
        desk.sandbox.tick(2).unwrap();
        let mut symbols = Vec::new();
        for _ in Pair::ALL {
            let message = ear.receive().await;
            assert_eq!(message["e"], "bookTicker");
            assert!(number(&message["b"]) < number(&message["a"]));
            symbols.push(message["s"].as_str().unwrap().to_owned());
        }
        assert_eq!(symbols, Pair::ALL.map(Pair::joined));
        desk.clock.forward(5_000_000);
    }
    ear.settled().await;
}

#[tokio::test]
async fn a_liquidation_is_published() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut one = Ear::open(address, "/futures/ws/btcusdt@forceOrder").await;
    let mut all = Ear::open(address, "/futures/ws/!forceOrder@arr").await;
    let mut other = Ear::open(address, "/futures/ws/ethusdt@forceOrder").await;
    for ear in [&mut one, &mut all, &mut other] {
        ear.settled().await;
    }
    desk.jump("BTCUSDT", "20000").await;
    desk.call("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=50").await.ok();
    desk.call("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1").await.ok();
    desk.jump("BTCUSDT", "9000").await;
    let message = one.receive().await;
    assert_eq!(all.receive().await, message);
    let orders = desk.call("GET", "/fapi/v1/allOrders", "symbol=BTCUSDT").await.ok();
    let order = orders.as_array().unwrap().last().unwrap();
    assert!(order["clientOrderId"].as_str().unwrap().starts_with("autoclose-"), "{order}");
    let last = message["o"]["l"].clone();
    assert!(number(&last) > domain::Decimal::ZERO && number(&last) <= decimal("1"));
    let price = message["o"]["ap"].clone();
    let expected = json!({
        "e": "forceOrder",
        "E": order["updateTime"],
        "o": {
            "s": "BTCUSDT", "S": "SELL", "o": "LIMIT", "f": "IOC", "q": "1.000", "p": price, "ap": price,
            "X": "FILLED", "l": last, "z": "1.000", "T": order["updateTime"],
        },
    });
    assert_eq!(message, expected);
    other.settled().await;
}

#[tokio::test]
async fn unknown_streams_are_rejected() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut ear = Ear::open(address, "/spot/ws").await;
    let names = ["btcusdt@ticker", "btcusdt@rpiDepth"];
    ear.send(json!({ "method": "SUBSCRIBE", "params": names, "id": 7 })).await;
    let error = json!({ "code": 2, "msg": "Invalid request: invalid stream btcusdt@rpiDepth" });
    assert_eq!(ear.receive().await, json!({ "error": error, "id": 7 }));
    ear.send(json!({ "method": "LIST_SUBSCRIPTIONS", "id": 8 })).await;
    assert_eq!(ear.receive().await, json!({ "result": [], "id": 8 }), "all of the names or none");

    // ccxt numbers its connections, and takes an error without an id for one of all its streams.
    let mut ear = Ear::open(address, "/spot/ws/1").await;
    ear.send(json!({ "method": "LIST_SUBSCRIPTIONS", "id": 9 })).await;
    assert_eq!(ear.receive().await, json!({ "result": [], "id": 9 }));

    // An address has no id to answer to, and its other streams are served.
    let mut ear = Ear::open(address, "/spot/stream?streams=!bookTicker/btcusdt@ticker").await;
    let error = json!({ "code": 2, "msg": "Invalid request: invalid stream !bookTicker" });
    assert_eq!(ear.receive().await, json!({ "error": error, "id": null }));
    ear.settled().await;
    desk.sandbox.tick(1).unwrap();
    assert_eq!(ear.receive().await["stream"], "btcusdt@ticker");
}

#[tokio::test]
async fn a_connection_with_too_many_messages_a_second_is_closed() {
    let limits = Limits { spot_messages: 3, ..Limits::default() };
    let desk = Desk::open_with(limits).await;
    let mut ear = Ear::open(desk.serve().await, "/spot/ws").await;
    let mut answers = 0;
    for id in 0..20 {
        let request = json!({ "method": "LIST_SUBSCRIPTIONS", "id": id });
        // The connection may be gone already.
        let _ = futures::SinkExt::send(&mut ear.0, Message::text(request.to_string())).await;
    }
    while let Some(Ok(message)) = ear.0.next().await {
        answers += usize::from(matches!(message, Message::Text(_)));
    }
    assert!(answers <= 3, "{answers}");
}

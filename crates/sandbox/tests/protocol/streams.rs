//! WebSocket streams: market data and each account's events.

use crate::{
    desk::{Desk, number},
    ear::Ear,
};
use axum::body::Body;
use domain::time;
use futures::StreamExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

pub(crate) async fn listen_key(desk: &Desk, path: &str) -> String {
    let reply = desk.keyed("POST", &format!("/binance{path}"), Body::empty()).await.ok();
    reply["listenKey"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_market_stream_has_its_documented_format() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    for (venue, topics) in [
        (
            "spot",
            vec![
                "ticker",
                "miniTicker",
                "bookTicker",
                "trade",
                "aggTrade",
                "kline_1m",
                "kline_5m",
                "depth5@100ms",
            ],
        ),
        (
            "futures",
            vec!["ticker", "miniTicker", "bookTicker", "aggTrade", "kline_1h", "depth20", "markPrice@1s"],
        ),
    ] {
        let names: Vec<_> = topics.iter().map(|topic| format!("btcusdt@{topic}")).collect();
        let mut ear = Ear::open(address, &format!("/{venue}/stream?streams={}", names.join("/"))).await;
        ear.settled().await;
        desk.sandbox.tick(1).unwrap();
        for name in &names {
            let message = ear.receive().await;
            assert_eq!(message["stream"], name.as_str());
            let data = &message["data"];
            match name.split_once('@').unwrap().1 {
                "ticker" => assert_eq!((&data["e"], &data["s"]), (&json!("24hrTicker"), &json!("BTCUSDT"))),
                "miniTicker" => assert!(number(&data["l"]) <= number(&data["c"])),
                "bookTicker" => assert!(number(&data["b"]) < number(&data["a"])),
                "trade" | "aggTrade" => assert!(number(&data["q"]) > domain::Decimal::ZERO),
                "markPrice@1s" => assert_eq!(data["e"], "markPriceUpdate"),
                topic if topic.starts_with("kline") => {
                    assert_eq!(data["k"]["i"], topic.strip_prefix("kline_").unwrap());
                    assert_eq!(data["k"]["x"], false);
                }
                "depth5@100ms" => assert_eq!(data["bids"].as_array().unwrap().len(), 5),
                "depth20" => assert_eq!(data["b"].as_array().unwrap().len(), 20),
                other => panic!("{other}"),
            }
        }
    }
    let mut ear = Ear::open(address, "/futures/ws/!miniTicker@arr").await;
    ear.settled().await;
    desk.sandbox.tick(1).unwrap();
    assert_eq!(ear.receive().await.as_array().unwrap().len(), sandbox::market::Pair::ALL.len());
}

#[tokio::test]
async fn a_candle_is_reported_closed_once() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut ear = Ear::open(address, "/spot/ws/btcusdt@kline_1m").await;
    ear.settled().await;
    let mut closed = Vec::new();
    for _ in 0..2 {
        desk.clock.forward(time::MINUTE);
        desk.sandbox.tick(1).unwrap();
        closed.push(ear.receive_matching(|value| value["k"]["x"] == true).await["k"]["t"].as_i64().unwrap());
        let running = ear.receive().await;
        assert_eq!(running["k"]["x"], false);
        assert_eq!(running["k"]["t"].as_i64().unwrap(), closed.last().unwrap() + 60_000);
    }
    assert_eq!(closed[1] - closed[0], 60_000);
}

#[tokio::test]
async fn subscriptions_come_and_go_on_one_connection() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut ear = Ear::open(address, "/futures/public/ws").await;
    ear.send(json!({ "method": "SUBSCRIBE", "params": ["ethusdt@bookTicker"], "id": 1 })).await;
    assert_eq!(ear.receive().await, json!({ "result": null, "id": 1 }));
    ear.send(json!({ "method": "LIST_SUBSCRIPTIONS", "id": 2 })).await;
    assert_eq!(ear.receive().await["result"], json!(["ethusdt@bookTicker"]));
    desk.sandbox.tick(1).unwrap();
    assert_eq!(ear.receive().await["s"], "ETHUSDT");
    ear.send(json!({ "method": "UNSUBSCRIBE", "params": ["ethusdt@bookTicker"], "id": 3 })).await;
    assert_eq!(ear.receive().await["id"], 3);
    desk.sandbox.tick(1).unwrap();
    ear.send(json!("nonsense")).await;
    assert_eq!(ear.receive().await["error"]["code"], 2, "and not another price");
}

#[tokio::test]
async fn futures_events_reach_their_owner() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let key = listen_key(&desk, "/fapi/v1/listenKey").await;
    let mut ear = Ear::open(address, &format!("/futures/private/ws?listenKey={key}")).await;
    let mut stranger = Ear::open(address, "/futures/ws/not-a-key").await;
    ear.settled().await;
    desk.call("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=7").await.ok();
    let config = ear.receive_matching(|value| value["e"] == "ACCOUNT_CONFIG_UPDATE").await;
    assert_eq!(config["ac"], json!({ "s": "BTCUSDT", "l": 7 }));
    desk.call(
        "POST",
        "/fapi/v1/order",
        "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1&newClientOrderId=go",
    )
    .await
    .ok();
    let new = ear.receive_matching(|value| value["e"] == "ORDER_TRADE_UPDATE").await;
    assert_eq!((&new["o"]["x"], &new["o"]["c"]), (&json!("NEW"), &json!("go")));
    let filled = ear.receive_matching(|value| value["o"]["X"] == "FILLED").await;
    assert_eq!((&filled["o"]["x"], &filled["o"]["z"]), (&json!("TRADE"), &json!("0.100")));
    assert_eq!(filled["o"]["N"], "USDT");
    let update = ear
        .receive_matching(|value| value["e"] == "ACCOUNT_UPDATE" && value["a"]["P"][0]["pa"] == "0.100")
        .await;
    assert_eq!(update["a"]["m"], "ORDER");
    let params = "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&triggerPrice=10000";
    desk.call("POST", "/fapi/v1/algoOrder", params).await.ok();
    let waiting = ear.receive_matching(|value| value["e"] == "ALGO_UPDATE").await;
    assert_eq!((&waiting["o"]["X"], &waiting["o"]["cp"]), (&json!("NEW"), &json!(true)));
    desk.jump("BTCUSDT", "9900").await;
    let finished = ear.receive_matching(|value| value["e"] == "ALGO_UPDATE" && value["o"]["ai"] != "").await;
    assert_eq!(finished["o"]["aid"], waiting["o"]["aid"]);
    desk.call(
        "POST",
        "/fapi/v1/order",
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000&newClientOrderId=bye",
    )
    .await
    .ok();
    desk.call("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=bye").await.ok();
    ear.receive_matching(|value| value["o"]["x"] == "CANCELED" && value["o"]["c"] == "bye").await;
    stranger.settled().await;
}

#[tokio::test]
async fn spot_events_reach_their_owner() {
    let desk = Desk::legacy().await;
    let address = desk.serve().await;
    let key = listen_key(&desk, "/api/v3/userDataStream").await;
    let mut ear = Ear::open(address, &format!("/spot/stream?streams={key}")).await;
    ear.settled().await;
    desk.call("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01").await.ok();
    let report = ear.receive_matching(|value| value["data"]["X"] == "FILLED").await;
    assert_eq!(report["stream"], key.as_str());
    let data = &report["data"];
    assert_eq!(
        (&data["e"], &data["x"], &data["N"]),
        (&json!("executionReport"), &json!("TRADE"), &json!("BTC"))
    );
    let balance = ear.receive_matching(|value| value["data"]["e"] == "outboundAccountPosition").await;
    assert!(balance["data"]["B"].as_array().unwrap().iter().any(|row| row["a"] == "BTC"));
    desk.call("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01").await.ok();
    ear.settled().await;
}

#[tokio::test]
async fn a_transfer_is_reported_with_its_amount_and_the_new_balance() {
    let desk = Desk::legacy().await;
    let address = desk.serve().await;
    let key = listen_key(&desk, "/api/v3/userDataStream").await;
    let mut ear = Ear::open(address, &format!("/spot/ws/{key}")).await;
    ear.settled().await;
    for (kind, change, free) in [
        ("MAIN_UMFUTURE", "-100.00000000", "9900.00000000"),
        ("UMFUTURE_MAIN", "100.00000000", "10000.00000000"),
    ] {
        let params = format!("type={kind}&asset=USDT&amount=100");
        desk.call("POST", "/sapi/v1/asset/transfer", &params).await.ok();
        let update = ear.receive().await;
        let at = update["E"].clone();
        assert_eq!(update, json!({ "e": "balanceUpdate", "E": at, "a": "USDT", "d": change, "T": at }));
        let position = ear.receive().await;
        assert_eq!(position["e"], "outboundAccountPosition");
        assert_eq!(position["B"], json!([{ "a": "USDT", "f": free, "l": "0.00000000" }]));
    }
}

#[tokio::test]
async fn a_spot_cancel_is_reported_with_its_own_client_id_and_the_orders() {
    let desk = Desk::legacy().await;
    let address = desk.serve().await;
    let key = listen_key(&desk, "/api/v3/userDataStream").await;
    let mut ear = Ear::open(address, &format!("/spot/ws/{key}")).await;
    ear.settled().await;
    let order =
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000&newClientOrderId";
    for (id, path, more) in [
        ("one", "/api/v3/order", "&origClientOrderId=one&newClientOrderId=the-cancel"),
        ("two", "/api/v3/order", "&origClientOrderId=two"),
        ("three", "/api/v3/openOrders", ""),
    ] {
        desk.call("POST", "/api/v3/order", &format!("{order}={id}")).await.ok();
        let answer = desk.call("DELETE", path, &format!("symbol=BTCUSDT{more}")).await.ok();
        let answer = if answer.is_array() { &answer[0] } else { &answer };
        let reported = ear.receive_matching(|value| value["x"] == "CANCELED").await;
        assert_eq!((&reported["C"], &answer["origClientOrderId"]), (&json!(id), &json!(id)));
        assert_eq!(reported["c"], answer["clientOrderId"], "as in the answer to the request");
        assert_ne!(reported["c"], id);
        assert!(id != "one" || reported["c"] == "the-cancel", "{reported}");
    }
}

#[tokio::test]
async fn listen_keys_live_while_they_are_kept() {
    let desk = Desk::legacy().await;
    let address = desk.serve().await;
    let key = listen_key(&desk, "/fapi/v1/listenKey").await;
    assert_eq!(listen_key(&desk, "/fapi/v1/listenKey").await, key, "there is one key for an account");
    desk.clock.forward(59 * time::MINUTE);
    desk.keyed("PUT", "/binance/fapi/v1/listenKey", Body::empty()).await.ok();
    let mut ear = Ear::open(address, &format!("/futures/ws/{key}")).await;
    ear.settled().await;
    desk.keyed("DELETE", "/binance/fapi/v1/listenKey", Body::empty()).await.ok();
    let last = ear.receive().await;
    assert_eq!((&last["e"], &last["listenKey"]), (&json!("listenKeyExpired"), &json!(key)));
    assert_eq!(desk.keyed("PUT", "/binance/fapi/v1/listenKey", Body::empty()).await.code(), -1125);
    let spot = listen_key(&desk, "/api/v3/userDataStream").await;
    desk.clock.forward(60 * time::MINUTE);
    let keep = format!("/binance/api/v3/userDataStream?listenKey={spot}");
    assert_eq!(desk.keyed("PUT", &keep, Body::empty()).await.code(), -1125);
}

#[tokio::test]
async fn a_slow_listener_is_dropped_and_blocks_no_other() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let all = "btcusdt@ticker/ethusdt@ticker/solusdt@ticker/xrpusdt@ticker/btcusdt@depth20/ethusdt@depth20";
    let mut deaf = Ear::open(address, &format!("/spot/stream?streams={all}")).await;
    let mut ear = Ear::open(address, "/spot/ws/btcusdt@bookTicker").await;
    deaf.settled().await;
    ear.settled().await;
    let mut received = 0;
    for _ in 0..40 {
        desk.sandbox.tick(100).unwrap();
        for _ in 0..100 {
            ear.receive().await;
            received += 1;
        }
    }
    assert_eq!(received, 4_000, "others miss nothing");
    let mut got = 0;
    while let Some(Ok(Message::Text(_))) = deaf.0.next().await {
        got += 1;
    }
    assert!(got < 4_000 * 6, "the deaf one was dropped after {got} messages");
}

#[tokio::test]
async fn conditional_orders_report_rejection_or_a_lost_position() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let key = listen_key(&desk, "/fapi/v1/listenKey").await;
    let mut ear = Ear::open(address, &format!("/futures/private/ws/{key}")).await;
    ear.settled().await;
    desk.call("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1").await.ok();
    let price = number(&desk.get("/fapi/v1/ticker/price?symbol=BTCUSDT").await.ok()["price"]);
    let below = |tenths: i64| (price * domain::Decimal::new(tenths, 1)).round().to_string();
    let place = async |params: &str| {
        let params = format!("algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&{params}");
        desk.call("POST", "/fapi/v1/algoOrder", &params).await.ok()["algoId"].clone()
    };
    let refused = place(&format!("quantity=0.1&reduceOnly=true&triggerPrice={}", below(9))).await;
    let gte =
        place(&format!("quantity=0.1&reduceOnly=true&timeInForce=GTE_GTC&triggerPrice={}", below(7))).await;
    let closing = place(&format!("closePosition=true&triggerPrice={}", below(6))).await;
    let fault = json!({ "next": 1, "kind": "rejectTrigger", "account": desk.key, "symbol": "BTCUSDT", "code": -2027, "message": "Too large." });
    desk.control("fault", fault).await.ok();
    desk.jump("BTCUSDT", &below(9)).await;
    let reported =
        ear.receive_matching(|value| value["e"] == "ALGO_UPDATE" && value["o"]["X"] != "NEW").await;
    assert_eq!(
        (&reported["o"]["aid"], &reported["o"]["X"], &reported["o"]["ai"], &reported["o"]["rm"]),
        (&refused, &json!("REJECTED"), &json!(""), &json!("Too large. (-2027)"))
    );
    let close = "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.1&reduceOnly=true";
    desk.call("POST", "/fapi/v1/order", close).await.ok();
    for expected in [gte, closing] {
        let reported = ear.receive_matching(|value| value["e"] == "ALGO_UPDATE").await;
        assert_eq!((&reported["o"]["aid"], &reported["o"]["X"]), (&expected, &json!("EXPIRED")));
    }
}

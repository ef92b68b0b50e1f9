//! Protocol basics: signatures, errors, weights, market data and invalid requests.

use crate::desk::{Desk, number, sign};
use axum::body::Body;
use domain::{Clock, Decimal, time};
use http::{Request, StatusCode};
use proptest::prelude::*;
use sandbox::{Limits, market::Pair};
use serde_json::{Value, json};

const ORDER: &str = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000";

#[tokio::test]
async fn rejects_callers_without_permission() {
    let desk = Desk::open().await;
    let plain = desk.get("/fapi/v3/account").await;
    assert_eq!((plain.status, plain.code()), (StatusCode::UNAUTHORIZED, -2014));
    let strange = Request::get("/binance/fapi/v3/account").header("X-MBX-APIKEY", "x".repeat(64));
    let strange = desk.send(strange.body(Body::empty()).unwrap()).await;
    assert_eq!((strange.status, strange.code()), (StatusCode::UNAUTHORIZED, -2015));
    assert_eq!(strange.body["msg"], "Invalid API-key, IP, or permissions for action.");

    let now = desk.clock.now().millis();
    let keyed = |query: String| {
        let uri = format!("/binance/fapi/v3/account?{query}");
        let desk = &desk;
        async move { desk.keyed("GET", &uri, Body::empty()).await.code() }
    };
    assert_eq!(keyed(String::new()).await, -1102);
    assert_eq!(keyed(format!("timestamp={now}")).await, -1102);
    assert_eq!(keyed(format!("timestamp={now}&signature={}", "0".repeat(64))).await, -1022);
    let forged = sign("not the secret", &format!("timestamp={now}"));
    assert_eq!(keyed(format!("timestamp={now}&signature={forged}")).await, -1022);
    assert_eq!(keyed(format!("timestamp={}&signature=00", now - 5_001)).await, -1021);
    assert_eq!(keyed(format!("timestamp={}&signature=00", now + 1_001)).await, -1021);
    assert_eq!(keyed(format!("timestamp={now}&recvWindow=60001&signature=00")).await, -1131);
    desk.call("GET", "/fapi/v3/account", "recvWindow=60000").await.ok();
}

#[tokio::test]
async fn takes_signed_parameters_in_the_body_too() {
    let desk = Desk::open().await;
    let body = desk.signed_query(ORDER);
    let placed = desk.keyed("POST", "/binance/fapi/v1/order", Body::from(body)).await.ok();
    let cancel = desk.signed_query(&format!("symbol=BTCUSDT&orderId={}", placed["orderId"]));
    let cancelled = desk.keyed("DELETE", "/binance/fapi/v1/order", Body::from(cancel)).await.ok();
    assert_eq!(cancelled["status"], "CANCELED");
}

#[tokio::test]
async fn complains_of_parameters_as_binance_does() {
    let desk = Desk::open().await;
    for (path, params, code) in [
        ("/fapi/v1/order", "", -1102),
        ("/fapi/v1/order", "symbol=", -1105),
        ("/fapi/v1/order", "symbol=btc%20usdt", -1100),
        ("/fapi/v1/order", "symbol=DOGEUSDT", -1121),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=HOLD", -1117),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MAYBE", -1116),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET", -1102),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&price=1", -1106),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=1", -1102),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=1&timeInForce=SOON", -1115),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=-1", -1100),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1e3", -1100),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&reduceOnly=maybe", -1130),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&positionSide=LONG", -4061),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&newClientOrderId=a%20b", -1100),
        ("/fapi/v1/order", "symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=1&stopPrice=1", -4120),
        ("/fapi/v1/order", "symbol=BTCUSDT&symbol=BTCUSDT", -1101),
        ("/fapi/v1/algoOrder", "algoType=VP&symbol=BTCUSDT", -1130),
        ("/fapi/v1/algoOrder", "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=LIMIT", -1116),
        ("/fapi/v1/leverage", "symbol=BTCUSDT&leverage=126", -4028),
        ("/fapi/v1/leverage", "symbol=BTCUSDT&leverage=99999999999", -4028),
        ("/fapi/v1/marginType", "symbol=BTCUSDT&marginType=LOOSE", -1130),
        ("/fapi/v1/marginType", "symbol=BTCUSDT&marginType=CROSSED", -4046),
        ("/fapi/v1/positionSide/dual", "dualSidePosition=false", -4059),
        ("/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&color=red", -1104),
        ("/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&quoteOrderQty=1", -1128),
        ("/api/v3/order", "symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=1&stopPrice=1", -1116),
        (
            "/api/v3/order",
            "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=1&price=1&timeInForce=GTC",
            -1106,
        ),
    ] {
        let reply = desk.call("POST", path, params).await;
        assert_eq!(
            (reply.status, reply.code()),
            (StatusCode::BAD_REQUEST, code),
            "{path} {params}: {}",
            reply.body
        );
    }
    for (path, code) in [
        ("/fapi/v1/klines?symbol=BTCUSDT&interval=7m", -1120),
        ("/fapi/v1/klines?symbol=BTCUSDT", -1102),
        ("/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=0", -1130),
        ("/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=2&endTime=1", -1023),
        ("/api/v3/ticker/price?symbols=oops", -1100),
        ("/api/v3/nothing", -1000),
    ] {
        assert_eq!(desk.get(path).await.code(), code, "{path}");
    }
    assert_eq!(desk.call("GET", "/fapi/v1/order", "symbol=BTCUSDT").await.code(), -1102);
    assert_eq!(desk.call("GET", "/fapi/v1/order", "symbol=BTCUSDT&orderId=9").await.code(), -2013);
    assert_eq!(desk.call("DELETE", "/api/v3/order", "symbol=BTCUSDT&orderId=9").await.code(), -2011);
    assert_eq!(desk.call("DELETE", "/fapi/v1/algoOrder", "algoId=9").await.code(), -2011);
}

#[tokio::test]
async fn counts_weights_and_orders_and_refuses_over_the_limit() {
    let limits = Limits { futures_weight: 60, orders_10s: 2, ..Limits::default() };
    let desk = Desk::open_with(limits).await;
    let first = desk.get("/fapi/v1/ticker/24hr").await;
    assert_eq!(first.headers["x-mbx-used-weight-1m"], "40", "all symbols weigh forty");
    let order = desk.call("POST", "/fapi/v1/order", ORDER).await;
    assert_eq!(order.headers["x-mbx-order-count-10s"], "1");
    assert_eq!(order.headers["x-mbx-order-count-1m"], "1");
    desk.call("POST", "/fapi/v1/order", ORDER).await.ok();
    let third = desk.call("POST", "/fapi/v1/order", ORDER).await;
    assert_eq!((third.status, third.code()), (StatusCode::TOO_MANY_REQUESTS, -1015));
    let open = desk.call("GET", "/fapi/v1/openOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(open.as_array().unwrap().len(), 2, "what is over the limit has no effect");
    let over = desk.get("/fapi/v1/ticker/24hr").await;
    assert_eq!((over.status, over.code()), (StatusCode::TOO_MANY_REQUESTS, -1003));
    assert!(over.headers.contains_key("retry-after"));
    desk.get("/api/v3/ping").await.ok();
    desk.clock.forward(time::MINUTE);
    desk.get("/fapi/v1/ticker/24hr").await.ok();
}

#[tokio::test]
async fn every_view_of_a_market_shows_the_same_market() {
    let desk = Desk::open().await;
    desk.sandbox.tick(30).unwrap();
    for (api, market) in [("/api/v3", "spot"), ("/fapi/v1", "futures")] {
        let get = |path: &str| {
            let path = format!("{api}/{path}");
            let desk = &desk;
            async move { desk.get(&path).await.ok() }
        };
        let depth = get("depth?symbol=BTCUSDT&limit=5").await;
        let book = get("ticker/bookTicker?symbol=BTCUSDT").await;
        assert_eq!(depth["bids"][0][0], book["bidPrice"], "{market}");
        assert_eq!(depth["asks"][0][1], book["askQty"], "{market}");
        assert!(number(&book["bidPrice"]) < number(&book["askPrice"]));
        let last = get("ticker/price?symbol=BTCUSDT").await["price"].clone();
        let candles = get("klines?symbol=BTCUSDT&interval=1m&limit=3").await;
        assert_eq!(candles[2][4], last);
        assert_eq!(candles.as_array().unwrap().len(), 3);
        let day = get("ticker/24hr?symbol=BTCUSDT").await;
        assert_eq!(day["lastPrice"], last);
        let trades = get("trades?symbol=BTCUSDT&limit=2").await;
        assert_eq!(trades[1]["price"], last);
        let all = get("ticker/24hr").await;
        assert_eq!(all.as_array().unwrap().len(), Pair::ALL.len());
        let hour = get("klines?symbol=ETHUSDT&interval=1h&limit=2").await;
        let minutes =
            get(&format!("klines?symbol=ETHUSDT&interval=1m&startTime={}&limit=60", hour[0][0])).await;
        let volume: Decimal = minutes.as_array().unwrap().iter().map(|row| number(&row[5])).sum();
        assert_eq!(number(&hour[0][5]), volume, "an hour is its minutes");
    }
    let mark = desk.get("/fapi/v1/premiumIndex?symbol=BTCUSDT").await.ok();
    assert!(mark["nextFundingTime"].as_i64().unwrap() > desk.clock.now().millis());
}

#[tokio::test]
async fn the_wallet_answers_the_requests_of_api_clients() {
    let desk = Desk::open().await;
    let rights = desk.call("GET", "/sapi/v1/account/apiRestrictions", "").await.ok();
    assert_eq!((&rights["enableWithdrawals"], &rights["ipRestrict"]), (&json!(false), &json!(false)));
    desk.call("POST", "/sapi/v1/asset/transfer", "type=MAIN_UMFUTURE&asset=USDT&amount=250").await.ok();
    desk.call("POST", "/sapi/v1/futures/transfer", "type=2&asset=USDT&amount=50").await.ok();
    let spot = desk.call("GET", "/api/v3/account", "omitZeroBalances=true").await.ok();
    assert_eq!(
        spot["balances"],
        json!([{ "asset": "USDT", "free": "9800.00000000", "locked": "0.00000000" }])
    );
    let futures = desk.call("GET", "/fapi/v2/balance", "").await.ok();
    assert_eq!(futures[0]["balance"], "10200.00000000");
    let too_much = desk.call("POST", "/sapi/v1/futures/transfer", "type=2&asset=USDT&amount=99999").await;
    assert_eq!(too_much.code(), -5013);
    let sent =
        desk.call("POST", "/sapi/v1/asset/transfer", "type=MAIN_UMFUTURE&asset=USDT&amount=1.5").await.ok();
    let path = "/sapi/v1/asset/transfer";
    let list = desk.call("GET", path, "type=MAIN_UMFUTURE&size=1").await.ok();
    assert_eq!((&list["total"], list["rows"].as_array().map(Vec::len)), (&json!(2), Some(1)));
    let newest = &list["rows"][0];
    assert_eq!((&newest["tranId"], &newest["amount"]), (&sent["tranId"], &json!("1.5")));
    let older = desk.call("GET", path, "type=MAIN_UMFUTURE&size=1&current=2").await.ok();
    assert_eq!(older["rows"][0]["amount"], "250");
    let back = desk.call("GET", path, "type=UMFUTURE_MAIN").await.ok();
    assert_eq!((&back["rows"][0]["amount"], &back["rows"][0]["status"]), (&json!("50"), &json!("CONFIRMED")));
    assert_eq!(desk.call("GET", path, "type=MAIN_CMFUTURE").await.code(), -1130);
    for path in [
        "/sapi/v1/margin/allPairs",
        "/sapi/v1/margin/isolated/allPairs",
        "/sapi/v1/capital/deposit/hisrec",
        "/sapi/v1/capital/withdraw/history",
    ] {
        assert_eq!(desk.call("GET", path, "").await.ok(), json!([]));
    }
    assert_eq!(desk.get("/dapi/v1/exchangeInfo").await.ok()["symbols"], json!([]));
}

#[tokio::test]
async fn bodies_beyond_the_limit_are_refused() {
    let desk = Desk::open().await;
    let reply = desk.keyed("POST", "/binance/fapi/v1/order", Body::from(vec![b'a'; 65 * 1024])).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    let reply = desk.keyed("POST", "/binance/fapi/v1/order", Body::from(vec![0xFF; 100])).await;
    assert_eq!(reply.code(), -1100);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn signed_garbage_never_breaks_anything(
        values in prop::collection::vec("[ -~]{0,40}|[0-9]{1,45}(\\.[0-9]{0,45})?|BTCUSDT|LIMIT|BUY|true|GTC", 18),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let desk = Desk::open().await;
            let names = [
                "symbol", "side", "type", "timeInForce", "quantity", "price", "triggerPrice", "callbackRate",
                "algoType", "leverage", "marginType", "limit", "startTime", "orderId", "asset", "amount", "interval",
                "reduceOnly",
            ];
            let pairs: Vec<_> = names.iter().zip(&values).collect();
            let params = serde_urlencoded::to_string(pairs).unwrap();
            for (method, path) in [
                ("POST", "/fapi/v1/order"), ("POST", "/fapi/v1/algoOrder"), ("POST", "/api/v3/order"),
                ("POST", "/fapi/v1/leverage"), ("POST", "/fapi/v1/marginType"), ("POST", "/sapi/v1/asset/transfer"),
                ("GET", "/fapi/v1/allOrders"), ("GET", "/fapi/v1/income"), ("GET", "/fapi/v1/klines"),
                ("DELETE", "/fapi/v1/order"),
            ] {
                let reply = desk.call(method, path, &params).await;
                assert!(reply.status.as_u16() < 500, "{method} {path}: {}", reply.body);
                assert_ne!(reply.body, Value::Null);
            }
            desk.call("GET", "/fapi/v3/account", "").await.ok();
        });
    }
}

//! The WebSocket API: frames, and requests for endpoints.

use crate::{desk::Desk, ear::Ear};
use domain::Clock;
use serde_json::{Map, Value, json};
use std::net::SocketAddr;

pub(crate) const SPOT: &str = "/ws-api/v3";
pub(crate) const FUTURES: &str = "/ws-fapi/v1";

/// A connected client.
pub(crate) struct Api {
    pub(crate) ear: Ear,
    sent: u64,
}

impl Api {
    pub(crate) async fn open(address: SocketAddr, path: &str) -> Self {
        Self { ear: Ear::open(address, path).await, sent: 0 }
    }

    /// Sends a request and returns its response.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let id = self.sent;
        self.ear.send(json!({ "id": id, "method": method, "params": params })).await;
        self.ear.receive_matching(|frame| frame["id"] == id).await
    }

    /// Signs a request with the desk's HMAC key.
    pub(crate) async fn signed(&mut self, desk: &Desk, method: &str, params: Value) -> Value {
        let params = signed(desk, &desk.key, params, |payload| desk.signature(payload));
        self.call(method, params).await
    }

    pub(crate) async fn event(&mut self, kind: &str) -> Value {
        self.ear.receive_matching(|frame| frame["event"]["e"] == kind).await
    }
}

/// Adds key, timestamp and signature to the parameters.
pub(crate) fn signed(desk: &Desk, key: &str, params: Value, sign: impl Fn(&str) -> String) -> Value {
    let Value::Object(mut params) = params else { panic!("parameters are an object") };
    params.insert("apiKey".into(), key.into());
    params.insert("timestamp".into(), desk.clock.now().millis().into());
    params.insert("signature".into(), sign(&payload(&params)).into());
    params.into()
}

fn payload(params: &Map<String, Value>) -> String {
    let mut pairs: Vec<_> = params
        .iter()
        .map(|(name, value)| match value {
            Value::String(text) => format!("{name}={text}"),
            other => format!("{name}={other}"),
        })
        .collect();
    pairs.sort();
    pairs.join("&")
}

pub(crate) fn result(frame: &Value) -> &Value {
    assert_eq!(frame["status"], 200, "{frame}");
    &frame["result"]
}

pub(crate) fn error(frame: &Value) -> (&Value, &Value) {
    (&frame["status"], &frame["error"]["code"])
}

#[tokio::test]
async fn frames_are_as_documented() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let now = desk.clock.now().millis();
    let weight = |limit: u32, count: u32| {
        json!([{
            "rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": limit, "count": count,
        }])
    };
    let mut spot = Ear::open(address, SPOT).await;
    spot.send(json!({ "id": "187d3cb2-942d-484c-8271-4e2141bbadb1", "method": "time" })).await;
    let answer = json!({
        "id": "187d3cb2-942d-484c-8271-4e2141bbadb1", "status": 200, "result": { "serverTime": now },
        // Two for the connection, one for the request.
        "rateLimits": weight(6_000, 3),
    });
    assert_eq!(spot.receive().await, answer);
    spot.send(json!({ "id": 2, "method": "time", "params": { "returnRateLimits": false } })).await;
    assert_eq!(spot.receive().await, json!({ "id": 2, "status": 200, "result": { "serverTime": now } }));
    spot.send(json!({ "id": null, "method": "order.dance" })).await;
    let answer = json!({
        "id": null, "status": 400, "error": { "code": -1020, "msg": "This operation is not supported." },
        "rateLimits": weight(6_000, 5),
    });
    assert_eq!(spot.receive().await, answer);
    spot.send_text("nonsense").await;
    let error = json!({ "code": -1135, "msg": "Invalid JSON Request" });
    assert_eq!(spot.receive().await, json!({ "id": null, "status": 400, "error": error }));

    let mut futures = Ear::open(address, &format!("{FUTURES}?returnRateLimits=false")).await;
    futures.send(json!({ "id": 1, "method": "ping" })).await;
    assert_eq!(futures.receive().await, json!({ "id": 1, "status": 200, "result": {} }));
    futures.send(json!({ "id": 2, "method": "v1/ping", "params": { "returnRateLimits": true } })).await;
    let answer = json!({ "id": 2, "status": 200, "result": {}, "rateLimits": weight(2_400, 7) });
    assert_eq!(futures.receive().await, answer);
}

#[tokio::test]
async fn market_data_is_that_of_the_rest_answer() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut spot = Api::open(address, SPOT).await;
    for (method, params, path) in [
        ("depth", json!({ "symbol": "BTCUSDT", "limit": 5 }), "/api/v3/depth?symbol=BTCUSDT&limit=5"),
        ("trades.recent", json!({ "symbol": "BTCUSDT" }), "/api/v3/trades?symbol=BTCUSDT"),
        (
            "klines",
            json!({ "symbol": "BTCUSDT", "interval": "1m", "limit": 3 }),
            "/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=3",
        ),
        ("avgPrice", json!({ "symbol": "BTCUSDT" }), "/api/v3/avgPrice?symbol=BTCUSDT"),
        ("ticker.24hr", json!({ "symbol": "BTCUSDT" }), "/api/v3/ticker/24hr?symbol=BTCUSDT"),
        ("ticker.price", json!({}), "/api/v3/ticker/price"),
        (
            "ticker.book",
            json!({ "symbols": ["BTCUSDT"] }),
            "/api/v3/ticker/bookTicker?symbols=[%22BTCUSDT%22]",
        ),
        ("exchangeInfo", json!({ "symbol": "BTCUSDT" }), "/api/v3/exchangeInfo?symbol=BTCUSDT"),
    ] {
        let frame = spot.call(method, params).await;
        assert_eq!(result(&frame), &desk.get(path).await.ok(), "{method}");
    }
    let mut futures = Api::open(address, FUTURES).await;
    let frame = futures.call("ticker.price", json!({ "symbol": "ETHUSDT" })).await;
    assert_eq!(result(&frame), &desk.get("/fapi/v2/ticker/price?symbol=ETHUSDT").await.ok());
    let frame = futures.call("depth", json!({ "symbol": "NOSUCH" })).await;
    assert_eq!(error(&frame), (&json!(400), &json!(-1121)));
    let frame = futures.call("avgPrice", json!({ "symbol": "BTCUSDT" })).await;
    assert_eq!(error(&frame), (&json!(400), &json!(-1020)), "futures have no average price");
}

#[tokio::test]
async fn spot_orders_are_placed_queried_and_cancelled() {
    let desk = Desk::open().await;
    let mut api = Api::open(desk.serve().await, SPOT).await;
    let limit = json!({
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
        "price": "9000.00", "newClientOrderId": "one",
    });
    let tested = api.signed(&desk, "order.test", limit.clone()).await;
    assert_eq!(result(&tested), &json!({}));
    assert_eq!(desk.call("GET", "/api/v3/openOrders", "").await.ok(), json!([]), "a test places nothing");
    let placed = api.signed(&desk, "order.place", limit).await;
    let now = desk.clock.now().millis();
    let expected = json!({
        "symbol": "BTCUSDT", "orderId": 1, "orderListId": -1, "clientOrderId": "one", "transactTime": now,
        "price": "9000.00000000", "origQty": "0.01000000", "executedQty": "0.00000000",
        "origQuoteOrderQty": "0.00000000", "cummulativeQuoteQty": "0.00000000", "status": "NEW",
        "timeInForce": "GTC", "type": "LIMIT", "side": "BUY", "workingTime": now,
        "selfTradePreventionMode": "EXPIRE_MAKER", "fills": [],
    });
    assert_eq!(result(&placed), &expected);
    let kinds: Vec<_> =
        placed["rateLimits"].as_array().unwrap().iter().map(|row| &row["rateLimitType"]).collect();
    assert_eq!(kinds, ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]);
    assert_eq!(placed["rateLimits"][0]["count"], 1);

    let one = json!({ "symbol": "BTCUSDT", "origClientOrderId": "one" });
    let query = "symbol=BTCUSDT&origClientOrderId=one";
    let status = api.signed(&desk, "order.status", one.clone()).await;
    assert_eq!(result(&status), &desk.call("GET", "/api/v3/order", query).await.ok());
    let open = api.signed(&desk, "openOrders.status", json!({ "symbol": "BTCUSDT" })).await;
    assert_eq!(result(&open).as_array().unwrap().len(), 1);
    let cancelled = api.signed(&desk, "order.cancel", one).await;
    assert_eq!(result(&cancelled)["status"], "CANCELED");
    let again = api.signed(&desk, "openOrders.cancelAll", json!({ "symbol": "BTCUSDT" })).await;
    assert_eq!(error(&again), (&json!(400), &json!(-2011)));

    let market = json!({ "symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01" });
    api.signed(&desk, "order.place", market).await;
    let all = api.signed(&desk, "allOrders", json!({ "symbol": "BTCUSDT" })).await;
    assert_eq!(result(&all).as_array().unwrap().len(), 2);
    let fills = api.signed(&desk, "myTrades", json!({ "symbol": "BTCUSDT" })).await;
    assert_eq!(result(&fills), &desk.call("GET", "/api/v3/myTrades", "symbol=BTCUSDT").await.ok());
    let account = api.signed(&desk, "account.status", json!({})).await;
    assert_eq!(result(&account), &desk.call("GET", "/api/v3/account", "").await.ok());
    let poor = json!({
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "100", "price": "9000",
    });
    let poor = api.signed(&desk, "order.place", poor).await;
    let reason = json!({ "code": -2010, "msg": "Account has insufficient balance for requested action." });
    assert_eq!((&poor["status"], &poor["error"]), (&json!(400), &reason));
}

#[tokio::test]
async fn order_lists_and_replacements_are_those_of_the_rest_answer() {
    let desk = Desk::open().await;
    let mut api = Api::open(desk.serve().await, SPOT).await;
    desk.jump("BTCUSDT", "10000").await;
    desk.call("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.02").await.ok();
    let oco = json!({
        "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "aboveType": "LIMIT_MAKER", "abovePrice": "12000",
        "belowType": "STOP_LOSS", "belowStopPrice": "8000",
    });
    let placed = api.signed(&desk, "orderList.place.oco", oco).await;
    assert_eq!(result(&placed)["contingencyType"], "OCO");
    assert_eq!(placed["rateLimits"][0]["count"], 3, "a list counts each of its orders");
    let usage = api.signed(&desk, "account.rateLimits.orders", json!({})).await;
    assert_eq!(result(&usage), &desk.call("GET", "/api/v3/rateLimit/order", "").await.ok());
    let id = &result(&placed)["orderListId"];
    let status = api.signed(&desk, "orderList.status", json!({ "orderListId": id })).await;
    let rest = desk.call("GET", "/api/v3/orderList", &format!("orderListId={id}")).await.ok();
    assert_eq!(result(&status), &rest);
    let cancelled =
        api.signed(&desk, "orderList.cancel", json!({ "symbol": "BTCUSDT", "orderListId": id })).await;
    assert_eq!(result(&cancelled)["listOrderStatus"], "ALL_DONE");

    let unknown = json!({
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "9000",
        "cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": 999,
    });
    let failed = api.signed(&desk, "order.cancelReplace", unknown).await;
    assert_eq!(error(&failed), (&json!(400), &json!(-2022)));
    let details = ["cancelResult", "newOrderResult"].map(|name| &failed["error"]["data"][name]);
    assert_eq!(details, ["FAILURE", "NOT_ATTEMPTED"]);
}

#[tokio::test]
async fn futures_orders_and_accounts_are_those_of_the_rest_answer() {
    let desk = Desk::open().await;
    let mut api = Api::open(desk.serve().await, FUTURES).await;
    let market = json!({ "symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1" });
    let tested = api.signed(&desk, "order.test", market.clone()).await;
    assert_eq!(result(&tested)["status"], "NEW");
    let placed = api.signed(&desk, "order.place", market).await;
    assert_eq!(result(&placed)["symbol"], "BTCUSDT");
    let kinds: Vec<_> =
        placed["rateLimits"].as_array().unwrap().iter().map(|row| &row["rateLimitType"]).collect();
    assert_eq!(kinds, ["REQUEST_WEIGHT", "ORDERS", "ORDERS"]);
    for (method, path) in [
        ("account.status", "/fapi/v2/account"),
        ("v2/account.status", "/fapi/v3/account"),
        ("account.balance", "/fapi/v2/balance"),
        ("v2/account.balance", "/fapi/v3/balance"),
        ("account.position", "/fapi/v2/positionRisk"),
        ("v2/account.position", "/fapi/v3/positionRisk"),
    ] {
        let frame = api.signed(&desk, method, json!({})).await;
        assert_eq!(result(&frame), &desk.call("GET", path, "").await.ok(), "{method}");
    }
    let held = api.signed(&desk, "v2/account.position", json!({ "symbol": "BTCUSDT" })).await;
    assert_eq!(result(&held)[0]["positionAmt"], "0.100");

    let limit = json!({
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "9000",
        "newClientOrderId": "one",
    });
    api.signed(&desk, "order.place", limit).await;
    let terms = json!({
        "symbol": "BTCUSDT", "side": "BUY", "origClientOrderId": "one", "quantity": "0.02", "price": "8900",
    });
    let modified = api.signed(&desk, "order.modify", terms.clone()).await;
    let changed = ["origQty", "price", "status", "pair"].map(|field| &result(&modified)[field]);
    assert_eq!(changed, ["0.020", "8900.0", "NEW", "BTCUSDT"]);
    let again = api.signed(&desk, "order.modify", terms).await;
    assert_eq!(error(&again), (&json!(400), &json!(-5027)));

    let own = json!({ "apiKey": desk.key });
    let started = api.call("userDataStream.start", own.clone()).await;
    let key = result(&started)["listenKey"].as_str().unwrap().to_owned();
    assert_eq!(result(&api.call("userDataStream.ping", own.clone()).await), &json!({ "listenKey": key }));
    assert_eq!(result(&api.call("userDataStream.stop", own.clone()).await), &json!({}));
    assert_eq!(error(&api.call("userDataStream.ping", own).await), (&json!(400), &json!(-1125)));
    let none = api.signed(&desk, "userDataStream.subscribe.signature", json!({})).await;
    assert_eq!(error(&none), (&json!(400), &json!(-1020)), "futures deliver user data elsewhere");
}

#[tokio::test]
async fn a_signature_covers_all_parameters() {
    let desk = Desk::open().await;
    let mut api = Api::open(desk.serve().await, SPOT).await;
    let good = || signed(&desk, &desk.key, json!({ "symbol": "BTCUSDT" }), |payload| desk.signature(payload));
    assert_eq!(api.call("allOrders", good()).await["status"], 200);
    for (change, status, code) in [
        (json!({ "symbol": "ETHUSDT" }), 400, -1022),
        (json!({ "signature": "00" }), 400, -1022),
        (json!({ "signature": null }), 400, -1022),
        (json!({ "timestamp": desk.clock.now().millis() - 5_001 }), 400, -1021),
        (json!({ "apiKey": "x" }), 401, -2014),
        (json!({ "apiKey": "x".repeat(64) }), 401, -2015),
    ] {
        let mut params = good();
        for (name, value) in change.as_object().unwrap() {
            params[name] = value.clone();
        }
        assert_eq!(error(&api.call("allOrders", params).await), (&json!(status), &json!(code)), "{change}");
    }
    for (missing, code) in [("signature", -1102), ("apiKey", -1102), ("timestamp", -1102)] {
        let mut params = good();
        params.as_object_mut().unwrap().remove(missing);
        assert_eq!(error(&api.call("allOrders", params).await), (&json!(400), &json!(code)), "{missing}");
    }
}

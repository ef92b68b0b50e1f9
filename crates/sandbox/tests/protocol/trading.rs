//! Orders from placement to their end, on spot and futures.

use crate::desk::{Desk, decimal, number};
use domain::Decimal;
use serde_json::{Value, json};

async fn last(desk: &Desk, path: &str) -> Decimal {
    number(&desk.get(path).await.ok()["price"])
}

async fn position(desk: &Desk) -> Value {
    desk.call("GET", "/fapi/v2/positionRisk", "symbol=BTCUSDT").await.ok()[0].clone()
}

#[tokio::test]
async fn spot_market_orders_by_amount_and_by_money() {
    let desk = Desk::open().await;
    let params = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newClientOrderId=mine";
    let bought = desk.call("POST", "/api/v3/order", params).await.ok();
    assert_eq!((&bought["status"], &bought["clientOrderId"]), (&json!("FILLED"), &json!("mine")));
    let fills = bought["fills"].as_array().unwrap();
    let filled: Decimal = fills.iter().map(|fill| number(&fill["qty"])).sum();
    let fees: Decimal = fills.iter().map(|fill| number(&fill["commission"])).sum();
    assert_eq!((filled, fees), (decimal("0.01"), decimal("0.00001")));
    let account = desk.call("GET", "/api/v3/account", "").await.ok();
    let rows = account["balances"].as_array().unwrap();
    let free = |asset: &str| number(&rows.iter().find(|row| row["asset"] == asset).unwrap()["free"]);
    assert_eq!(free("BTC"), decimal("0.00999"), "the fee is taken from what is received");
    assert_eq!(free("USDT"), decimal("10000") - number(&bought["cummulativeQuoteQty"]));
    let params = "symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=50&newOrderRespType=RESULT";
    let spent = desk.call("POST", "/api/v3/order", params).await.ok();
    assert_eq!(spent["status"], "FILLED");
    assert!(spent["fills"].is_null());
    let trades = desk.call("GET", "/api/v3/myTrades", "symbol=BTCUSDT").await.ok();
    assert_eq!(trades.as_array().unwrap().first().unwrap()["orderId"], bought["orderId"]);
    let broke = desk.call("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=99").await;
    assert_eq!(broke.code(), -2010);
}

#[tokio::test]
async fn spot_limit_orders_rest_fill_and_are_cancelled() {
    let desk = Desk::open().await;
    let price = (last(&desk, "/api/v3/ticker/price?symbol=BTCUSDT").await * decimal("0.99")).round();
    let place = |extra: &str| format!("symbol=BTCUSDT&side=BUY&quantity=0.002&price={price}&{extra}");
    let gtc = desk.call("POST", "/api/v3/order", &place("type=LIMIT&timeInForce=GTC")).await.ok();
    let maker = desk
        .call(
            "POST",
            "/api/v3/order",
            &place("type=LIMIT_MAKER&newClientOrderId=maker&newOrderRespType=RESULT"),
        )
        .await
        .ok();
    assert_eq!((&gtc["status"], &maker["type"]), (&json!("NEW"), &json!("LIMIT_MAKER")));
    let ioc = desk.call("POST", "/api/v3/order", &place("type=LIMIT&timeInForce=IOC")).await.ok();
    assert_eq!(ioc["status"], "EXPIRED");
    let open = desk.call("GET", "/api/v3/openOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(open.as_array().unwrap().len(), 2);
    let cancelled = desk.call("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=maker").await.ok();
    assert_eq!(
        (&cancelled["status"], &cancelled["origClientOrderId"]),
        (&json!("CANCELED"), &json!("maker"))
    );
    assert_ne!(cancelled["clientOrderId"], "maker");
    desk.jump("BTCUSDT", &(price - decimal("10")).to_string()).await;
    let found =
        desk.call("GET", "/api/v3/order", &format!("symbol=BTCUSDT&orderId={}", gtc["orderId"])).await.ok();
    assert_eq!((&found["status"], number(&found["executedQty"])), (&json!("FILLED"), decimal("0.002")));
    assert_eq!(desk.call("DELETE", "/api/v3/openOrders", "symbol=BTCUSDT").await.code(), -2011);
    let all = desk.call("GET", "/api/v3/allOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(all.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn futures_times_in_force() {
    let desk = Desk::open().await;
    let price = (last(&desk, "/fapi/v1/ticker/price?symbol=BTCUSDT").await * decimal("0.9")).round();
    for (tif, status) in [("GTC", "NEW"), ("GTX", "NEW"), ("IOC", "EXPIRED")] {
        let params = format!(
            "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price={price}&timeInForce={tif}&newOrderRespType=RESULT"
        );
        assert_eq!(desk.call("POST", "/fapi/v1/order", &params).await.ok()["status"], status, "{tif}");
    }
    let taking = |tif: &str, price: Decimal| {
        format!("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price={price}&timeInForce={tif}")
    };
    let above = (price * decimal("1.2")).round();
    assert_eq!(desk.call("POST", "/fapi/v1/order", &taking("GTX", above)).await.code(), -5022);
    assert_eq!(desk.call("POST", "/fapi/v1/order", &taking("FOK", price)).await.code(), -5021);
    let done = desk.call("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(done["code"], 200);
    assert_eq!(desk.call("GET", "/fapi/v1/openOrders", "").await.ok(), json!([]));
}

#[tokio::test]
async fn a_futures_position_from_opening_to_closing() {
    let desk = Desk::open().await;
    let set = desk.call("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=5").await.ok();
    assert_eq!(set["leverage"], 5);
    desk.call("POST", "/fapi/v1/marginType", "symbol=BTCUSDT&marginType=ISOLATED").await.ok();
    let ack =
        desk.call("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1").await.ok();
    assert_eq!(
        (&ack["status"], &ack["executedQty"]),
        (&json!("NEW"), &json!("0.000")),
        "an ACK knows no fills"
    );
    let order =
        desk.call("GET", "/fapi/v1/order", &format!("symbol=BTCUSDT&orderId={}", ack["orderId"])).await.ok();
    assert_eq!((&order["status"], &order["executedQty"]), (&json!("FILLED"), &json!("0.100")));
    let held = position(&desk).await;
    assert_eq!((&held["positionAmt"], &held["marginType"]), (&json!("0.100"), &json!("isolated")));
    assert_eq!(number(&held["entryPrice"]).round_dp(5), number(&order["avgPrice"]));
    assert!(number(&held["liquidationPrice"]) < number(&held["entryPrice"]));
    let v3 = desk.call("GET", "/fapi/v3/positionRisk", "").await.ok();
    assert_eq!(v3.as_array().unwrap().len(), 1);
    let account = desk.call("GET", "/fapi/v3/account", "").await.ok();
    let margin = number(&account["totalPositionInitialMargin"]);
    assert_eq!(margin, number(&v3[0]["positionInitialMargin"]));
    assert!(number(&account["availableBalance"]) < number(&account["totalWalletBalance"]));
    desk.call("POST", "/fapi/v1/positionMargin", "symbol=BTCUSDT&amount=10&type=1").await.ok();
    assert!(number(&position(&desk).await["liquidationPrice"]) < number(&held["liquidationPrice"]));
    let params = "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.1&reduceOnly=true&newOrderRespType=RESULT";
    assert_eq!(desk.call("POST", "/fapi/v1/order", params).await.ok()["status"], "FILLED");
    assert_eq!(position(&desk).await["positionAmt"], "0.000");
    let fills = desk.call("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT").await.ok();
    let sum = |rows: &Value, field: &str| {
        rows.as_array().unwrap().iter().map(|r| number(&r[field])).sum::<Decimal>()
    };
    let wallet = number(&desk.call("GET", "/fapi/v2/account", "").await.ok()["totalWalletBalance"]);
    assert_eq!(wallet, decimal("10000") + sum(&fills, "realizedPnl") - sum(&fills, "commission"));
    let income = desk.call("GET", "/fapi/v1/income", "").await.ok();
    assert_eq!(
        sum(&income, "income"),
        wallet - decimal("10000"),
        "the income lists every change of the wallet"
    );
    assert_eq!(desk.call("POST", "/fapi/v1/order", params).await.code(), -2022);
}

#[tokio::test]
async fn every_conditional_type_waits_triggers_and_can_be_cancelled() {
    let desk = Desk::open().await;
    let price = last(&desk, "/fapi/v1/ticker/price?symbol=BTCUSDT").await;
    let at = |factor: &str| (price * decimal(factor)).round();
    desk.call("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1").await.ok();
    let place = |extra: String| {
        let params = format!("algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&{extra}");
        let desk = &desk;
        async move { desk.call("POST", "/fapi/v1/algoOrder", &params).await }
    };
    let (low, lower, high, higher) = (at("0.95"), at("0.94"), at("1.05"), at("1.06"));
    let mut ids = Vec::new();
    for extra in [
        format!("type=STOP&quantity=0.01&price={lower}&triggerPrice={low}&clientAlgoId=stop"),
        format!("type=TAKE_PROFIT&quantity=0.01&price={higher}&triggerPrice={high}&reduceOnly=true"),
        format!("type=TAKE_PROFIT_MARKET&triggerPrice={high}&closePosition=true&workingType=MARK_PRICE"),
        "type=TRAILING_STOP_MARKET&quantity=0.01&callbackRate=1&reduceOnly=true".to_owned(),
        format!("type=STOP_MARKET&quantity=0.1&triggerPrice={low}&reduceOnly=true&timeInForce=GTE_GTC"),
    ] {
        let algo = place(extra.clone()).await.ok();
        assert_eq!(
            (&algo["algoStatus"], &algo["algoType"]),
            (&json!("NEW"), &json!("CONDITIONAL")),
            "{extra}"
        );
        ids.push(algo["algoId"].as_u64().unwrap());
    }
    assert_eq!(place(format!("type=STOP_MARKET&quantity=0.1&triggerPrice={high}")).await.code(), -2021);
    let again = format!("type=STOP_MARKET&quantity=0.1&triggerPrice={low}&clientAlgoId=stop");
    assert_eq!(place(again).await.code(), -4116);
    let open = desk.call("GET", "/fapi/v1/openAlgoOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(open.as_array().unwrap().len(), 5);
    let gone = desk.call("DELETE", "/fapi/v1/algoOrder", "clientAlgoId=stop").await.ok();
    assert_eq!((&gone["code"], &gone["msg"]), (&json!("200"), &json!("success")));
    desk.jump("BTCUSDT", &at("0.94").to_string()).await;
    let stop = desk.call("GET", "/fapi/v1/algoOrder", &format!("algoId={}", ids[4])).await.ok();
    assert_eq!(stop["algoStatus"], "FINISHED");
    let id = stop["actualOrderId"].as_str().unwrap();
    let real = desk.call("GET", "/fapi/v1/order", &format!("symbol=BTCUSDT&orderId={id}")).await.ok();
    assert_eq!((&real["type"], &real["origType"]), (&json!("MARKET"), &json!("STOP_MARKET")));
    assert_eq!(number(&stop["actualPrice"]), number(&real["avgPrice"]));
    assert_eq!(position(&desk).await["positionAmt"], "0.000");
    desk.call("DELETE", "/fapi/v1/algoOpenOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(desk.call("GET", "/fapi/v1/openAlgoOrders", "").await.ok(), json!([]));
    let all = desk.call("GET", "/fapi/v1/allAlgoOrders", "symbol=BTCUSDT").await.ok();
    assert_eq!(all.as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn accounts_do_not_see_one_another() {
    let desk = Desk::open().await;
    let params =
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000&newClientOrderId=mine";
    let order = desk.call("POST", "/fapi/v1/order", params).await.ok();
    let other = desk.control("accounts", json!({})).await.ok();
    let uri = |params: &str| {
        let time = desk.signed_query("");
        let stamp = time.split('&').next().unwrap();
        let text = format!("{params}&{stamp}");
        let signature = crate::desk::sign(other["apiSecretKey"].as_str().unwrap(), &text);
        format!("/binance/fapi/v1/order?{text}&signature={signature}")
    };
    for (method, which) in [("GET", "orderId"), ("DELETE", "orderId"), ("GET", "origClientOrderId")] {
        let id = if which == "orderId" { order["orderId"].to_string() } else { "mine".to_owned() };
        let request = http::Request::builder()
            .method(method)
            .uri(uri(&format!("symbol=BTCUSDT&{which}={id}")))
            .header("X-MBX-APIKEY", other["apiKey"].as_str().unwrap());
        let reply = desk.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert!([-2013, -2011].contains(&reply.code()), "{method} {which}");
    }
}

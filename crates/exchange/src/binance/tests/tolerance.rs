//! Responses with fields, words and forms that the adapter does not know, and answers of what is in front of the
//! exchange.

use super::{
    btc, d,
    fake::Reply,
    no, ok, order, orders, pair,
    prices::{exchange_info, spot_info},
    validity, who,
};
use crate::{AccountData, ExchangeFailure, MarketData, OrderRequest, Positions, Trading};
use domain::{AccountMode, Frame, Micros, OrderStatus, OrderType, Side, TimeInForce, TradeType};
use serde_json::{Value, json};
use std::time::Duration;

const FUTURES: TradeType = TradeType::Futures;
const POST: &str = "POST /fapi/v1/order";
const MARK: &str = "GET /fapi/v1/premiumIndex";
const ALGO: &str = "GET /fapi/v1/algoOrder";
const OPEN_ALGOS: &str = "GET /fapi/v1/openAlgoOrders";

fn html(status: u16, title: &str) -> Reply {
    let page = format!("<!DOCTYPE HTML><HTML><HEAD><TITLE>{title}</TITLE></HEAD><BODY>{title}</BODY></HTML>");
    Reply::Body(status, vec![("content-type", "text/html")], page)
}

#[tokio::test]
async fn orders_with_unknown_words_and_empty_fields_are_listed() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/exchangeInfo", [ok(exchange_info())]);
    let unknown = orders::plain(json!({
        "status": "WAITING_FOR_SOMETHING", "type": "ICEBERG_PEG", "timeInForce": null, "reduceOnly": null,
        "executedQty": "0", "cumQuote": "", "avgPrice": null, "stopPrice": "", "priceRate": null,
        "updateTime": "1665522362878", "clientOrderId": null, "positionSide": "NEITHER", "permission": ["NEW"],
        "newObject": { "a": [1, 2] },
    }));
    let stop = orders::algo(json!({
        "type": "STOP_MARKET", "quantity": "", "price": null, "callbackRate": "", "triggerPrice": 19850.5,
        "timeInForce": "GTE_SOMETHING", "reduceOnly": null, "closePosition": "true", "actualOrderId": null,
        "createTime": "1664912244092", "algoStatus": "PAUSED",
    }));
    fake.on("GET /fapi/v1/openOrders", [ok(json!([unknown]))]);
    fake.on("GET /fapi/v1/openAlgoOrders", [ok(json!([stop]))]);
    let open = binance.open_orders_for_stop(&who(), &btc()).await.unwrap();
    let [plain, stop] = open.as_slice() else { panic!("{open:?}") };
    assert_eq!((plain.status, plain.kind, plain.side), (OrderStatus::Open, OrderType::Market, Side::Buy));
    assert_eq!((plain.amount, plain.filled, plain.stop_price), (Some(d("0.05")), d("0"), None));
    assert_eq!((plain.at, plain.time_in_force), (Micros::from_millis(1_665_522_362_878), TimeInForce::Gtc));
    assert_eq!((stop.status, stop.kind, stop.reduce_only), (OrderStatus::Open, OrderType::StopMarket, true));
    assert_eq!((stop.stop_price, stop.amount), (Some(d("19850.5")), None));
    assert_eq!(stop.at, Micros::from_millis(1_664_912_244_092));
}

#[tokio::test]
async fn an_order_that_cannot_be_read_is_never_left_out() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/exchangeInfo", [ok(exchange_info())]);
    fake.on("GET /fapi/v1/openAlgoOrders", [ok(json!([]))]);
    for changes in [
        json!({ "origQty": null }),
        json!({ "stopPrice": "?" }),
        json!({ "side": null }),
        json!({ "side": "EITHER" }),
    ] {
        fake.on("GET /fapi/v1/openOrders", [ok(json!([orders::plain(json!({})), orders::plain(changes)]))]);
        let open = binance.open_orders_for_stop(&who(), &btc()).await;
        assert!(matches!(open, Err(ExchangeFailure::Unknown(_))), "{open:?}");
    }
}

#[tokio::test]
async fn a_conditional_order_may_have_its_type_under_the_plain_name() {
    let (fake, binance) = pair().await;
    let mut answer = orders::algo(json!({ "type": "TAKE_PROFIT_MARKET" }));
    answer.as_object_mut().unwrap().remove("orderType");
    fake.on("POST /fapi/v1/algoOrder", [ok(answer)]);
    let request = OrderRequest { kind: OrderType::TakeProfitMarket, amount: None, ..order() };
    let placed = binance.place(&who(), &request, validity()).await.unwrap();
    assert_eq!(placed.kind, OrderType::TakeProfitMarket);
}

#[tokio::test]
async fn a_conditional_order_without_a_type_or_an_amount_is_not_taken_for_another_order() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/exchangeInfo", [ok(exchange_info())]);
    fake.on("GET /fapi/v1/openOrders", [ok(json!([]))]);
    for changes in [
        json!({ "orderType": null }),
        json!({ "orderType": "" }),
        json!({ "closePosition": null, "quantity": "" }),
    ] {
        let stop = orders::algo(changes);
        fake.on(OPEN_ALGOS, [ok(json!([stop]))]);
        let open = binance.open_orders_for_stop(&who(), &btc()).await;
        assert!(matches!(open, Err(ExchangeFailure::Unknown(_))), "{open:?}");
    }
}

#[tokio::test]
async fn a_stop_with_an_unknown_status_is_open_only_while_it_is_listed() {
    let (fake, binance) = pair().await;
    let paused = || orders::algo(json!({ "algoStatus": "PAUSED" }));
    let find = || async { binance.find_order(&who(), FUTURES, &btc(), "slip-3", true).await };
    fake.on(ALGO, [ok(paused())]);
    fake.on(OPEN_ALGOS, [ok(json!([paused()]))]);
    assert_eq!(find().await.unwrap().expect("the stop").status, OrderStatus::Open);

    fake.on(OPEN_ALGOS, [ok(json!([]))]);
    let gone = find().await.unwrap().expect("the stop");
    assert_eq!((gone.status, gone.filled), (OrderStatus::Canceled, d("0")));

    let triggered = orders::algo(json!({ "algoStatus": "PAUSED", "actualOrderId": "88" }));
    fake.on(ALGO, [ok(paused()), ok(triggered)]);
    fake.on("GET /fapi/v1/order", [ok(orders::plain(json!({ "orderId": 88 })))]);
    let filled = find().await.unwrap().expect("the stop");
    assert_eq!((filled.status, filled.client_order_id.as_str()), (OrderStatus::Closed, "slip-3"));

    fake.on("GET /fapi/v1/order", [no(400, -2013, "Order does not exist.")]);
    let unclear = find().await;
    assert!(matches!(unclear, Err(ExchangeFailure::Unknown(_))), "{unclear:?}");
}

#[tokio::test]
async fn a_position_without_an_entry_price_or_a_market_status_counts() {
    let (fake, binance) = pair().await;
    let mut info = exchange_info();
    info["symbols"].as_array_mut().unwrap().push(json!({
        "symbol": "ETHUSDT", "status": null, "contractType": "PERPETUAL", "baseAsset": "ETH",
        "quoteAsset": "USDT", "marginAsset": "USDT", "filters": [],
    }));
    fake.on("GET /fapi/v1/exchangeInfo", [ok(info)]);
    fake.on("GET /fapi/v1/leverageBracket", [ok(json!([]))]);
    let row = json!({ "symbol": "ETHUSDT", "positionAmt": "0.5", "entryPrice": "0.0", "leverage": "20" });
    fake.on("GET /fapi/v2/positionRisk", [ok(json!([row]))]);
    let found = binance.positions(&who(), None).await.unwrap();
    assert_eq!(found.iter().map(|found| found.contracts).collect::<Vec<_>>(), [d("0.5")]);
}

#[tokio::test]
async fn holdings_without_positions_or_amounts_are_not_taken_for_none() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/exchangeInfo", [ok(exchange_info())]);
    for positions in [json!(null), json!([{ "symbol": "BTCUSDT", "positionAmt": "" }])] {
        let account = json!({ "totalUnrealizedProfit": "0", "assets": [], "positions": positions });
        fake.on("GET /fapi/v3/account", [ok(account)]);
        let holdings = binance.holdings(&who()).await;
        assert!(matches!(holdings, Err(ExchangeFailure::Unknown(_))), "{positions}");
    }
}

#[tokio::test]
async fn a_position_counts_without_its_market_and_its_brackets() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/exchangeInfo", [ok(exchange_info())]);
    fake.on("GET /fapi/v1/leverageBracket", [no(400, -4000, "no")]);
    let row = json!({
        "symbol": "ETHUSDT", "positionAmt": "-0.500", "entryPrice": "2000.0", "leverage": 20,
        "markPrice": "", "marginType": null, "isolatedMargin": null, "unRealizedProfit": null,
        "liquidationPrice": "", "updateTime": null, "positionSide": "BOTH", "riskGroup": { "id": 7 },
    });
    fake.on("GET /fapi/v2/positionRisk", [ok(json!([row]))]);
    let eth = "ETH/USDT".parse().unwrap();
    let found = binance
        .position_for_stop(&who(), &eth, domain::PositionSlot::Both)
        .await
        .unwrap()
        .expect("the position");
    assert_eq!((found.symbol, found.contracts, found.notional), (eth, d("0.5"), d("1000")));
    assert_eq!((found.leverage, found.mark_price, found.liquidation_price), (20, d("2000"), None));
}

#[tokio::test]
async fn a_position_that_cannot_be_read_is_not_taken_for_none() {
    let (fake, binance) = pair().await;
    for row in
        [json!({ "symbol": "BTCUSDT", "positionAmt": null, "entryPrice": "1", "leverage": "1" }), json!(7)]
    {
        fake.on("GET /fapi/v2/positionRisk", [ok(json!([row]))]);
        let found = binance.position_for_stop(&who(), &btc(), domain::PositionSlot::Both).await;
        assert!(matches!(found, Err(ExchangeFailure::Unknown(_))), "{found:?}");
    }
}

#[tokio::test]
async fn a_market_that_cannot_be_read_hides_no_other() {
    let (fake, binance) = pair().await;
    let mut info = exchange_info();
    info["rateLimits"] = json!([
        { "rateLimitType": "CONNECTIONS", "interval": "FORTNIGHT", "intervalNum": null, "limit": "many" },
        { "rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 0 },
        "NEW",
    ]);
    let symbols = info["symbols"].as_array_mut().unwrap();
    symbols.push(json!({ "symbol": 7, "filters": "none" }));
    symbols.push(json!(null));
    symbols[0]["filters"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "filterType": "NEW_FILTER", "limit": { "of": [] } }));
    symbols[0]["permissionSets"] = json!([["SPOT", "TRD_GRP_999"]]);
    symbols[0]["contractType"] = json!("TRADIFI_PERPETUAL");
    fake.on("GET /fapi/v1/exchangeInfo", [ok(info)]);
    let markets = binance.markets(FUTURES).await.unwrap();
    assert_eq!(markets.iter().map(|market| market.symbol.clone()).collect::<Vec<_>>(), [btc()]);

    let mut info = spot_info();
    let filters = info["symbols"][0]["filters"].as_array_mut().unwrap();
    filters.push(json!({ "filterType": null, "tickSize": ["?"] }));
    filters.push(json!({ "filterType": "MAX_ASSET", "asset": "USDC", "limit": "42" }));
    fake.on("GET /api/v3/exchangeInfo", [ok(info)]);
    assert_eq!(binance.markets(TradeType::Spot).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_without_a_readable_market_is_not_taken_for_an_empty_exchange() {
    let (fake, binance) = pair().await;
    let row = json!({ "symbol": "BTCUSDT", "positionAmt": "0.5", "entryPrice": "1", "leverage": "20" });
    fake.on("GET /fapi/v2/positionRisk", [ok(json!([row]))]);
    fake.on("GET /fapi/v1/leverageBracket", [ok(json!([]))]);
    for symbols in [json!(null), json!([]), json!([{ "symbol": { "name": "BTCUSDT" } }])] {
        fake.on("GET /fapi/v1/exchangeInfo", [ok(json!({ "symbols": symbols }))]);
        let positions = binance.positions(&who(), None).await;
        assert!(matches!(positions, Err(ExchangeFailure::Unknown(_))), "{positions:?}");
    }
}

#[tokio::test]
async fn candles_may_have_more_columns_but_not_fewer() {
    let (fake, binance) = pair().await;
    let short = json!([60_000, "1", "2", "0.5", 1.5, "10"]);
    let long = json!([120_000, "1", "2", "0.5", "1.5", "10", 0, "0", 0, "0", "0", "0", "new", { "a": null }]);
    fake.on("GET /fapi/v1/klines", [ok(json!([short, long]))]);
    let candles = binance.candles(FUTURES, &btc(), Frame::M1, None, 10).await.unwrap();
    let closes: Vec<_> = candles.iter().map(|candle| (candle.start.millis(), candle.close)).collect();
    assert_eq!(closes, [(60_000, d("1.5")), (120_000, d("1.5"))]);
    fake.on("GET /fapi/v1/klines", [ok(json!([[60_000, "1", "2"]]))]);
    let candles = binance.candles(FUTURES, &btc(), Frame::M1, None, 10).await;
    assert!(matches!(candles, Err(ExchangeFailure::Unknown(_))), "{candles:?}");
}

#[tokio::test]
async fn prices_of_a_quiet_market_may_lack_figures() {
    let (fake, binance) = pair().await;
    let quiet = json!({ "symbol": "BTCUSDT", "lastPrice": "5", "openPrice": "5", "highPrice": "5", "lowPrice": "5",
        "volume": 0, "priceChange": null, "weightedAvgPrice": "", "closeTime": 1, "newFigure": {} });
    fake.on("GET /fapi/v1/ticker/24hr", [ok(quiet)]);
    let ticker = binance.ticker(FUTURES, &btc()).await.unwrap();
    assert_eq!((ticker.last, ticker.change, ticker.vwap), (d("5"), d("0"), d("0")));
    fake.on(MARK, [ok(json!({ "markPrice": 1.25, "price": "1.30", "estimatedSettlePrice": null }))]);
    assert_eq!(binance.mark_price(FUTURES, &btc()).await, Ok(d("1.25")));
}

#[tokio::test]
async fn permissions_and_modes_may_be_text_but_not_absent() {
    let (fake, binance) = pair().await;
    const RIGHTS: &str = "GET /sapi/v1/account/apiRestrictions";
    let rights = json!({ "ipRestrict": "true", "enableWithdrawals": "false", "enableFutures": "true",
        "enableSpotAndMarginTrading": null, "enableNewThing": true, "permissions": ["NEW"],
        "tradingAuthorityExpirationTime": 0 });
    fake.on(RIGHTS, [ok(rights)]);
    let found = binance.key_rights(&who()).await.unwrap();
    assert_eq!((found.withdraw, found.futures, found.spot, found.ip_restricted), (false, true, false, true));
    assert_eq!(found.expires_at, None);
    fake.on(RIGHTS, [ok(json!({ "ipRestrict": true, "enableWithdrawals": null }))]);
    let found = binance.key_rights(&who()).await;
    assert!(matches!(found, Err(ExchangeFailure::Unknown(_))), "an unknown right to withdraw: {found:?}");

    let config = |dual: Value| {
        ok(json!({ "dualSidePosition": dual, "multiAssetsMargin": "false", "accountType": "NEW" }))
    };
    fake.on("GET /fapi/v1/accountConfig", [config(json!("true"))]);
    assert_eq!(binance.account_mode(&who()).await, Ok(AccountMode::Hedge));
}

#[tokio::test]
async fn a_fill_has_its_side_in_one_of_three_fields() {
    let (fake, binance) = pair().await;
    let fill = |changes: &[(&str, Value)]| {
        let mut row = json!({ "symbol": "BTCUSDT", "id": 7, "orderId": 1, "price": "1", "qty": "2", "quoteQty": "2",
            "commission": "0", "commissionAsset": "USDT", "realizedPnl": "0", "time": 1, "newField": null });
        for (name, value) in changes {
            row[*name] = value.clone();
        }
        row
    };
    let rows = [
        fill(&[("side", json!("SELL")), ("buyer", json!(false)), ("isBuyer", json!(false))]),
        fill(&[("isBuyer", json!(false)), ("isMaker", json!(true))]),
        fill(&[("side", json!("NEW")), ("buyer", json!(false))]),
    ];
    fake.on("GET /fapi/v1/userTrades", [ok(json!(rows))]);
    let trades = binance.trades(&who(), FUTURES, &btc(), 10).await.unwrap();
    assert_eq!(trades.iter().filter(|trade| trade.side == Side::Sell).count(), 3);
    let sold = ("side", json!("SELL"));
    for unclear in [
        fill(&[]),
        fill(&[sold.clone(), ("id", json!(null))]),
        fill(&[sold.clone(), ("realizedPnl", json!(null))]),
    ] {
        fake.on("GET /fapi/v1/userTrades", [ok(json!([unclear]))]);
        let trades = binance.trades(&who(), FUTURES, &btc(), 10).await;
        assert!(matches!(trades, Err(ExchangeFailure::Unknown(_))), "{trades:?}");
    }
}

#[tokio::test]
async fn a_compressed_response_is_read() {
    let (fake, binance) = pair().await;
    // {"symbol": "BTCUSDT", "markPrice": "11793.63104562", "indexPrice": "11781.80495970", "newField": {"a": [1]}}
    let body = "1f8b08000000000002ffab562aaecc4dcacf51b25250720a710e0d760951d25150ca4d2cca0e28ca4c4e05891b1a9a5b1aeb\
                99191b1a98989a1981a433f352522b90e52d0cf52c0c4c2c4d2dcd0d40f279a9e56e99a9392940d96aa54420196d185b5b0b\
                00d68c018e6c000000";
    fake.on(MARK, [Reply::Gzip(hex::decode(body).unwrap())]);
    assert_eq!(binance.mark_price(FUTURES, &btc()).await, Ok(d("11793.63104562")));
}

#[tokio::test]
async fn a_page_instead_of_json_is_no_statement_about_an_order() {
    for (status, title) in [(200, "Maintenance"), (503, "Service Unavailable"), (502, "Bad Gateway")] {
        let (fake, binance) = pair().await;
        fake.on(POST, [html(status, title)]);
        let failure = binance.place(&who(), &order(), validity()).await.unwrap_err();
        assert!(matches!(failure, ExchangeFailure::Unknown(_)), "{status}: {failure}");
        assert_eq!(fake.seen(POST).len(), 1);
    }
}

#[tokio::test]
async fn the_firewall_and_a_ban_block_all_callers() {
    let until = super::NOW.millis() + 120_000;
    let text = format!("Way too many requests; IP(1.2.3.4) banned until {until}.");
    for (reply, wait) in [(html(403, "Request blocked"), 60), (no(418, -1003, &text), 120)] {
        let (fake, binance) = pair().await;
        fake.on(POST, [reply]);
        let wait = Duration::from_secs(wait);
        let refused = binance.place(&who(), &order(), validity()).await;
        assert_eq!(refused, Err(ExchangeFailure::Limited(wait)));
        assert_eq!(binance.mark_price(FUTURES, &btc()).await, Err(ExchangeFailure::Limited(wait)));
        assert!(fake.seen(MARK).is_empty());
    }
}

#[tokio::test]
async fn the_order_limit_of_one_account_stops_no_other() {
    let (fake, binance) = pair().await;
    let body =
        json!({ "code": -1015, "msg": "Too many new orders; current limit is 300 orders per 10 SECOND." });
    fake.on(POST, [Reply::Body(429, vec![("retry-after", "7")], body.to_string())]);
    fake.on(MARK, [ok(json!({ "markPrice": "1" }))]);
    let refused = binance.place(&who(), &order(), validity()).await;
    assert_eq!(refused, Err(ExchangeFailure::Limited(Duration::from_secs(7))));
    assert_eq!(binance.mark_price(FUTURES, &btc()).await, Ok(d("1")));
}

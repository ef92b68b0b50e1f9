//! Key permissions, balances and fills.

use super::{btc, d, ok, pair, who};
use crate::{AccountData, KeyRights, TradesFrom};
use domain::{AccountMode, Fee, Funds, Micros, Side, Trade, TradeType};
use serde_json::json;

#[tokio::test]
async fn permissions_of_a_key_are_read() {
    let (fake, binance) = pair().await;
    fake.on(
        "GET /sapi/v1/account/apiRestrictions",
        [ok(json!({
            "ipRestrict": false, "createTime": 1_698_645_219_000_i64, "enableReading": true,
            "enableWithdrawals": true, "enableInternalTransfer": false, "enableMargin": false,
            "enableFutures": true, "permitsUniversalTransfer": false, "enableVanillaOptions": false,
            "enableFixApiTrade": false, "enableFixReadOnly": true, "enableSpotAndMarginTrading": false,
            "enablePortfolioMarginTrading": false,
        }))],
    );
    let rights = binance.key_rights(&who()).await.unwrap();
    assert_eq!(
        rights,
        KeyRights {
            withdraw: true,
            futures: true,
            spot: false,
            ip_restricted: false,
            portfolio_margin: false,
            expires_at: None
        }
    );
}

#[tokio::test]
async fn an_account_in_portfolio_margin_is_known_by_its_keys() {
    for (portfolio, futures, expected) in
        [(true, false, true), (true, true, false), (false, false, false), (false, true, false)]
    {
        let (fake, binance) = pair().await;
        fake.on(
            "GET /sapi/v1/account/apiRestrictions",
            [ok(json!({
                "ipRestrict": false, "enableWithdrawals": false, "enableFutures": futures,
                "enablePortfolioMarginTrading": portfolio,
            }))],
        );
        assert_eq!(binance.key_rights(&who()).await.unwrap().portfolio_margin, expected);
    }
}

#[tokio::test]
async fn how_an_account_is_set_up() {
    for (dual, multi, expected) in [
        (false, false, AccountMode::OneWay),
        (true, false, AccountMode::Hedge),
        (false, true, AccountMode::MultiAssets),
        (true, true, AccountMode::MultiAssets),
    ] {
        let (fake, binance) = pair().await;
        fake.on(
            "GET /fapi/v1/accountConfig",
            [ok(json!({
                "feeTier": 0, "canTrade": true, "canDeposit": true, "canWithdraw": true, "tradeGroupId": -1,
                "dualSidePosition": dual, "multiAssetsMargin": multi, "updateTime": 1_724_416_653_850_i64,
            }))],
        );
        assert_eq!(binance.account_mode(&who()).await, Ok(expected));
    }
}

#[tokio::test]
async fn a_futures_balance() {
    let (fake, binance) = pair().await;
    let asset = |name: &str, updated: i64| {
        json!({
            "asset": name, "walletBalance": "2383.52587258", "unrealizedProfit": "-1.50000000",
            "marginBalance": "2382.02587258", "maintMargin": "1.0", "initialMargin": "23.00000000",
            "positionInitialMargin": "20.0", "openOrderInitialMargin": "3.0",
            "crossWalletBalance": "2383.52587258", "crossUnPnl": "-1.5", "availableBalance": "2359.02587258",
            "maxWithdrawAmount": "2359.0", "updateTime": updated,
        })
    };
    fake.on(
        "GET /fapi/v3/account",
        [ok(json!({
            "totalInitialMargin": "23.0", "totalUnrealizedProfit": "-1.50000000",
            "assets": [asset("USDT", 1_625_474_304_765), asset("BNB", 0)], "positions": [],
        }))],
    );
    let balance = binance.balance(&who(), TradeType::Futures).await.unwrap();
    let funds = Funds { free: d("2359.02587258"), used: d("23"), total: d("2382.02587258") };
    assert_eq!(balance.assets.into_iter().collect::<Vec<_>>(), [("USDT".to_owned(), funds)]);
    assert_eq!(balance.unrealized_pnl, d("-1.5"));
}

/// The account has no entry prices, but what they follow from.
#[tokio::test]
async fn the_entry_prices_of_holdings_follow_from_their_notional() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/exchangeInfo", [ok(super::prices::exchange_info())]);
    for (amount, notional, profit) in [("0.02", "220", "20"), ("-0.02", "-180", "20"), ("-0.02", "180", "20")]
    {
        let row = json!({ "symbol": "BTCUSDT", "positionSide": "BOTH", "positionAmt": amount,
            "notional": notional, "unrealizedProfit": profit });
        let account = json!({ "totalUnrealizedProfit": profit, "assets": [], "positions": [row] });
        fake.on("GET /fapi/v3/account", [ok(account)]);
        let held = binance.holdings(&who()).await.unwrap().held.pop().unwrap();
        assert_eq!(held.entry_price, Some(d("10000")), "{amount} {notional}");
        let mark = if amount == "0.02" { d("11000") } else { d("9000") };
        assert_eq!(held.profit_at(mark), Some(d("20")));
    }
}

#[tokio::test]
async fn holdings_come_from_one_answer_without_what_is_flat() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/exchangeInfo", [ok(super::prices::exchange_info())]);
    let row = |symbol: &str, amount: &str| json!({ "symbol": symbol, "positionSide": "BOTH", "positionAmt": amount, "unrealizedProfit": "-1.50000000" });
    fake.on(
        "GET /fapi/v3/account",
        [ok(json!({
            "totalUnrealizedProfit": "-1.5",
            "assets": [{ "asset": "USDT", "availableBalance": "90", "initialMargin": "8.5", "marginBalance": "98.5" }],
            "positions": [row("BTCUSDT", "-0.010"), row("ETHUSDT", "0"), row("NOSUCH", "1")],
        }))],
    );
    let holdings = binance.holdings(&who()).await.unwrap();
    let held = crate::HeldPosition {
        symbol: btc(),
        amount: d("-0.01"),
        unrealized_pnl: d("-1.5"),
        position_side: domain::PositionSlot::Both,
        entry_price: None,
    };
    assert_eq!(held.side(), Some((domain::PositionSide::Short, d("0.01"))));
    assert_eq!(holdings.held, [held]);
    assert_eq!(holdings.balance.assets["USDT"].total, d("98.5"));
}

#[tokio::test]
async fn a_spot_balance() {
    let (fake, binance) = pair().await;
    fake.on(
        "GET /api/v3/account",
        [ok(json!({ "makerCommission": 15, "canTrade": true, "balances": [
            { "asset": "BTC", "free": "4723846.89208129", "locked": "0.10000000" },
            { "asset": "LTC", "free": "0.00000000", "locked": "0.00000000" },
        ] }))],
    );
    let balance = binance.balance(&who(), TradeType::Spot).await.unwrap();
    let btc = Funds { free: d("4723846.89208129"), used: d("0.1"), total: d("4723846.99208129") };
    assert_eq!(balance.assets["BTC"], btc);
    assert_eq!(balance.assets["LTC"], Funds::default());
}

#[tokio::test]
async fn futures_fills_newest_first() {
    let (fake, binance) = pair().await;
    let fill = |id: i64, qty: &str| {
        json!({
            "symbol": "BTCUSDT", "id": id, "orderId": 3_228_535_237_i64, "side": "SELL", "price": "19846.30",
            "qty": qty, "realizedPnl": "-20.44680000", "quoteQty": "2619.71160", "commission": "1.04788463",
            "commissionAsset": "USDT", "time": 1_664_914_106_289_i64, "positionSide": "BOTH", "buyer": false,
            "maker": false,
        })
    };
    fake.on("GET /fapi/v1/userTrades", [ok(json!([fill(243_302_233, "0.021"), fill(243_302_234, "0.132")]))]);
    let trades = binance.trades(&who(), TradeType::Futures, &btc(), 2_000).await.unwrap();
    let expected = Trade {
        id: "243302234".into(),
        order: "3228535237".into(),
        symbol: btc(),
        at: Micros::from_millis(1_664_914_106_289),
        side: Side::Sell,
        maker: false,
        price: d("19846.3"),
        amount: d("0.132"),
        cost: d("2619.7116"),
        fee: Fee { cost: d("1.04788463"), currency: "USDT".into() },
        realized: d("-20.4468"),
        position_side: domain::PositionSlot::Both,
    };
    assert_eq!(trades[0], expected);
    assert_eq!(trades[1].id, "243302233");
    assert_eq!(fake.seen("GET /fapi/v1/userTrades")[0].param("limit").unwrap(), "1000");
}

#[tokio::test]
async fn fills_from_an_id_or_a_time_oldest_first() {
    let (fake, binance) = pair().await;
    let fill = |id: i64| {
        json!({
            "symbol": "BTCUSDT", "id": id, "orderId": 1, "side": "SELL", "price": "19846.30", "qty": "0.1",
            "realizedPnl": "0", "quoteQty": "1984.63", "commission": "1", "commissionAsset": "USDT",
            "time": 1_664_914_106_289_i64, "positionSide": "BOTH", "buyer": false, "maker": false,
        })
    };
    let page = || ok(json!([fill(7), fill(8)]));
    fake.on("GET /fapi/v1/userTrades", [page(), page()]);
    let starts = [TradesFrom::Id("7".into()), TradesFrom::Time(Micros(1_664_914_106_289_999))];
    for start in &starts {
        let trades = binance.trades_from(&who(), TradeType::Futures, &btc(), start, 1_000).await.unwrap();
        assert_eq!(trades.iter().map(|trade| trade.id.as_str()).collect::<Vec<_>>(), ["7", "8"]);
    }
    let request = fake.seen("GET /fapi/v1/userTrades");
    assert_eq!((request[0].param("fromId").as_deref(), request[0].param("startTime")), (Some("7"), None));
    assert_eq!(
        (request[1].param("fromId"), request[1].param("startTime").as_deref()),
        (None, Some("1664914106289"))
    );
}

#[tokio::test]
async fn spot_fills() {
    let (fake, binance) = pair().await;
    fake.on(
        "GET /api/v3/myTrades",
        [ok(json!([{
            "symbol": "BTCUSDT", "id": 28_457, "orderId": 100_234, "orderListId": -1, "price": "4.00000100",
            "qty": "12.00000000", "quoteQty": "48.000012", "commission": "10.10000000",
            "commissionAsset": "BNB", "time": 1_499_865_549_590_i64, "isBuyer": true, "isMaker": true,
            "isBestMatch": true,
        }]))],
    );
    let trades = binance.trades(&who(), TradeType::Spot, &btc(), 10).await.unwrap();
    assert_eq!((trades[0].side, trades[0].maker), (Side::Buy, true));
    assert_eq!(trades[0].fee, Fee { cost: d("10.1"), currency: "BNB".into() });
    assert_eq!(trades[0].realized, d("0"));
}

#[tokio::test]
async fn funding_oldest_first_as_what_was_paid() {
    let (fake, binance) = pair().await;
    let payment = |id: i64, income: &str, time: i64| {
        json!({
            "symbol": "BTCUSDT", "incomeType": "FUNDING_FEE", "income": income, "asset": "USDT",
            "info": "FUNDING_FEE", "time": time, "tranId": id, "tradeId": "",
        })
    };
    let later = payment(9_689_322_393, "0.01250000", 1_570_665_600_000);
    let earlier = payment(9_689_322_392, "-0.37500000", 1_570_636_800_000);
    fake.on("GET /fapi/v1/income", [ok(json!([later, earlier]))]);
    let start = Micros::from_millis(1_570_608_000_000);
    let paid = binance.funding_from(&who(), &btc(), start, 2_000).await.unwrap();
    let paid: Vec<_> = paid.iter().map(|p| (p.id.as_str(), p.at.millis(), p.paid)).collect();
    assert_eq!(
        paid,
        [("9689322392", 1_570_636_800_000, d("0.375")), ("9689322393", 1_570_665_600_000, d("-0.0125")),]
    );
    let request = &fake.seen("GET /fapi/v1/income")[0];
    let sent = |name: &str| request.param(name).unwrap();
    assert_eq!((sent("incomeType"), sent("startTime")), ("FUNDING_FEE".into(), "1570608000000".into()));
    assert_eq!((sent("symbol"), sent("limit")), ("BTCUSDT".into(), "1000".into()));
}

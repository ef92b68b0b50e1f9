//! The wallet endpoints under `/sapi/v1` that trading programs use.

use super::{
    call::{Call, Endpoint},
    data,
    failure::{Reply, SandboxFailure},
    number::asset,
    orders,
};
use crate::{
    engine::{Command, CommandResult, KeyState, SPOT_FEE, SpotBalance},
    market::{Pair, QUOTE},
};
use domain::{Decimal, TradeType};
use http::Method;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The endpoints, with Binance's weights.
pub(crate) static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    vec![
        Endpoint::public("/sapi/v1/system/status", 1, status),
        Endpoint::signed(Method::GET, "/sapi/v1/account/apiRestrictions", 1, restrictions),
        Endpoint::signed(Method::GET, "/sapi/v1/capital/config/getall", 10, coins),
        Endpoint::keyed(Method::GET, "/sapi/v1/margin/allPairs", 1, nothing),
        Endpoint::keyed(Method::GET, "/sapi/v1/margin/isolated/allPairs", 10, nothing),
        Endpoint::signed(Method::GET, "/sapi/v1/capital/deposit/hisrec", 1, nothing),
        Endpoint::signed(Method::GET, "/sapi/v1/capital/withdraw/history", 2, nothing),
        Endpoint::signed(Method::GET, "/sapi/v1/asset/tradeFee", 1, fees),
        Endpoint::signed(Method::POST, "/sapi/v1/futures/transfer", 1, futures_transfer),
        Endpoint::signed(Method::POST, "/sapi/v1/asset/transfer", 90, transfer),
    ]
});

fn status(_: &mut Call<'_>) -> Reply {
    Ok(json!({ "status": 0, "msg": "normal" }))
}

/// The rows of what is not offered: margin trading on spot, deposits and withdrawals.
fn nothing(_: &mut Call<'_>) -> Reply {
    Ok(json!([]))
}

fn restrictions(call: &mut Call<'_>) -> Reply {
    orders::account(call, |account| {
        let mut rights = json!({
            "ipRestrict": account.rights.ip_restricted,
            "createTime": account.opened.millis(),
            "enableReading": true,
            "enableWithdrawals": account.rights.withdrawals,
            "enableInternalTransfer": false,
            "enableMargin": false,
            "enableFutures": account.rights.state == KeyState::Active,
            "permitsUniversalTransfer": true,
            "enableVanillaOptions": false,
            "enableFixApiTrade": false,
            "enableFixReadOnly": false,
            "enableSpotAndMarginTrading": account.rights.state == KeyState::Active,
            "enablePortfolioMarginTrading": false,
        });
        if let Some(at) = account.rights.trading_ends {
            rights["tradingAuthorityExpirationTime"] = at.into();
        }
        rights
    })
}

fn coins(call: &mut Call<'_>) -> Reply {
    let balances = orders::account(call, |account| account.spot_balances())?;
    let assets = Pair::ALL.iter().map(|pair| pair.base()).chain([QUOTE]);
    Ok(assets.map(|name| coin(name, balances.iter().find(|b| b.asset == name))).collect())
}

fn coin(name: &str, balance: Option<&SpotBalance>) -> Value {
    let (free, locked) = balance.map_or((Decimal::ZERO, Decimal::ZERO), |b| (b.free, b.locked));
    let zero = asset(Decimal::ZERO);
    json!({
        "coin": name,
        "name": name,
        "free": asset(free),
        "locked": asset(locked),
        "freeze": zero,
        "ipoable": zero,
        "ipoing": zero,
        "storage": zero,
        "withdrawing": zero,
        "isLegalMoney": false,
        "trading": true,
        "depositAllEnable": false,
        "withdrawAllEnable": false,
        "networkList": [],
    })
}

fn fees(call: &mut Call<'_>) -> Reply {
    let pairs = data::maybe_market(call)?.map_or(Pair::ALL.to_vec(), |market| vec![market.pair]);
    let row = |pair: &Pair| {
        let fee = SPOT_FEE.normalize().to_string();
        json!({ "symbol": pair.joined(), "makerCommission": fee, "takerCommission": fee })
    };
    Ok(pairs.iter().map(row).collect())
}

fn futures_transfer(call: &mut Call<'_>) -> Reply {
    let from = match call.params.required("type")? {
        "1" => TradeType::Spot,
        "2" => TradeType::Futures,
        _ => return Err(SandboxFailure::not_valid("type")),
    };
    move_from(call, from)
}

fn transfer(call: &mut Call<'_>) -> Reply {
    let from = match call.params.required("type")? {
        "MAIN_UMFUTURE" => TradeType::Spot,
        "UMFUTURE_MAIN" => TradeType::Futures,
        _ => return Err(SandboxFailure::not_valid("type")),
    };
    move_from(call, from)
}

fn move_from(call: &mut Call<'_>, from: TradeType) -> Reply {
    let asset = call.params.required("asset")?.to_owned();
    let amount = call.params.decimal("amount")?.ok_or_else(|| SandboxFailure::missing("amount"))?;
    let account = call.account()?;
    match call.apply(Command::Transfer { account, from, asset, amount })? {
        CommandResult::Transfer(id) => Ok(json!({ "tranId": id })),
        _ => Err(SandboxFailure::unknown()),
    }
}

//! The wallet endpoints under `/sapi/v1` that trading programs use.

use super::{
    call::{Call, Endpoint},
    data,
    failure::{Reply, SandboxFailure},
    number::asset,
    orders,
};
use crate::{
    engine::{Command, CommandResult, KeyState, SPOT_FEE, SpotBalance, WalletTransfer},
    market::{Pair, QUOTE},
};
use domain::{Decimal, TradeType};
use http::Method;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The endpoints, with Binance's weights. Those that it counts by user instead of address are 1, but for transfers.
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
        Endpoint::signed(Method::GET, "/sapi/v1/asset/transfer", 1, transfers),
        Endpoint::signed(Method::POST, "/sapi/v1/asset/get-funding-asset", 1, nothing),
        Endpoint::signed(Method::POST, "/sapi/v1/capital/withdraw/apply", 1, withdraw),
        Endpoint::signed(Method::GET, "/sapi/v1/margin/account", 10, no_margin_account),
        Endpoint::signed(Method::GET, "/sapi/v1/margin/isolated/account", 10, no_isolated_account),
        Endpoint::signed(Method::GET, "/sapi/v1/margin/borrow-repay", 10, no_margin_account),
        Endpoint::signed(Method::POST, "/sapi/v1/margin/borrow-repay", 1, no_margin_account),
        Endpoint::signed(Method::GET, "/sapi/v1/margin/interestHistory", 1, no_margin_account),
        Endpoint::signed(Method::GET, "/sapi/v1/margin/forceLiquidationRec", 1, no_margin_account),
    ]
});

fn status(_: &mut Call<'_>) -> Reply {
    Ok(json!({ "status": 0, "msg": "normal" }))
}

/// The rows of what is not offered: margin trading on spot, a funding wallet, deposits and withdrawals.
fn nothing(_: &mut Call<'_>) -> Reply {
    Ok(json!([]))
}

/// Accounts have no margin trading.
fn no_margin_account(_: &mut Call<'_>) -> Reply {
    Err(SandboxFailure::refused(-3003, "Margin account does not exist."))
}

fn no_isolated_account(_: &mut Call<'_>) -> Reply {
    Err(SandboxFailure::refused(-11_001, "Isolated margin account does not exist."))
}

/// No key can withdraw: there is nowhere to withdraw to.
fn withdraw(_: &mut Call<'_>) -> Reply {
    Err(SandboxFailure::unauthorized())
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

/// The wallet that a universal transfer comes from.
fn universal_source(call: &Call<'_>) -> Reply<TradeType> {
    match call.params.required("type")? {
        "MAIN_UMFUTURE" => Ok(TradeType::Spot),
        "UMFUTURE_MAIN" => Ok(TradeType::Futures),
        _ => Err(SandboxFailure::not_valid("type")),
    }
}

fn transfer(call: &mut Call<'_>) -> Reply {
    let from = universal_source(call)?;
    move_from(call, from)
}

/// The transfers of one type, newest first.
fn transfers(call: &mut Call<'_>) -> Reply {
    let from = universal_source(call)?;
    let (start, end) = data::period(call)?;
    let page = call.params.integer::<usize>("current")?.unwrap_or(1).max(1);
    let size = call.params.integer::<usize>("size")?.unwrap_or(10).clamp(1, 100);
    let word = if from == TradeType::Spot { "MAIN_UMFUTURE" } else { "UMFUTURE_MAIN" };
    let row = |transfer: &WalletTransfer| {
        json!({
            "asset": QUOTE,
            "amount": transfer.amount.normalize().to_string(),
            "type": word,
            "status": "CONFIRMED",
            "tranId": transfer.id,
            "timestamp": transfer.at.millis(),
        })
    };
    orders::account(call, |account| {
        let wanted = |transfer: &&WalletTransfer| {
            transfer.from == from
                && start.is_none_or(|at| transfer.at >= at)
                && end.is_none_or(|at| transfer.at <= at)
        };
        let all: Vec<_> = account.transfers().rev().filter(wanted).collect();
        let rows = all.iter().copied().skip(size.saturating_mul(page - 1)).take(size);
        let rows: Vec<Value> = rows.map(row).collect();
        json!({ "total": all.len(), "rows": rows })
    })
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

//! Futures account settings: leverage, margin mode, position mode and asset mode.

use super::terms;
use crate::{
    engine::{Command, CommandResult, FuturesRequest, MarginMove, brackets},
    market::Pair,
    protocol::{
        call::Call,
        data::{self, maybe_market, period},
        failure::{Reply, SandboxFailure},
        orders,
        shape::futures_orders as shape,
    },
};
use domain::MarginMode;
use serde_json::{Value, json};

pub(super) fn leverage(call: &mut Call<'_>) -> Reply {
    let pair = data::market(call)?.pair;
    let wanted =
        call.params.integer::<u64>("leverage")?.ok_or_else(|| SandboxFailure::missing("leverage"))?;
    // An out-of-range value is as invalid as 126.
    let leverage = u16::try_from(wanted).unwrap_or(u16::MAX);
    let account = call.account()?;
    match call.apply(Command::SetLeverage { account, pair, leverage })? {
        CommandResult::Leverage { leverage, max_notional } => Ok(json!({
            "symbol": pair.joined(),
            "leverage": leverage,
            "maxNotionalValue": max_notional.normalize().to_string(),
        })),
        _ => Err(SandboxFailure::unknown()),
    }
}

pub(super) fn margin_type(call: &mut Call<'_>) -> Reply {
    let pair = data::market(call)?.pair;
    let mode = MarginMode::parse(call.params.required("marginType")?)
        .ok_or_else(|| SandboxFailure::not_valid("marginType"))?;
    let account = call.account()?;
    call.apply(Command::SetMarginMode { account, pair, mode })?;
    Ok(json!({ "code": 200, "msg": "success" }))
}

pub(super) fn position_margin(call: &mut Call<'_>) -> Reply {
    let pair = data::market(call)?.pair;
    let amount = call.params.decimal("amount")?.ok_or_else(|| SandboxFailure::missing("amount"))?;
    let kind = call.params.required("type")?;
    let signed = match kind {
        "1" => amount,
        "2" => -amount,
        _ => return Err(SandboxFailure::not_valid("type")),
    };
    let slot = terms::slot(call)?;
    let answer = json!({
        "amount": amount.normalize().to_string(),
        "code": 200,
        "msg": "Successfully modify position margin.",
        "type": if kind == "1" { 1 } else { 2 },
    });
    let account = call.account()?;
    call.apply(Command::AdjustMargin { account, pair, amount: signed, slot })?;
    Ok(answer)
}

/// The adjustments of isolated margin by the account's owner, newest first.
pub(super) fn position_margin_history(call: &mut Call<'_>) -> Reply {
    let pair = data::market(call)?.pair;
    let added = match call.params.text("type")? {
        None => None,
        Some("1") => Some(true),
        Some("2") => Some(false),
        Some(_) => return Err(SandboxFailure::not_valid("type")),
    };
    let (start, end) = period(call)?;
    let limit = call.limit(500, 1_000)?;
    let wanted = |change: &&MarginMove| {
        change.pair == pair
            && added.is_none_or(|added| added != change.amount.is_sign_negative())
            && start.is_none_or(|at| change.at >= at)
            && end.is_none_or(|at| change.at <= at)
    };
    orders::account(call, |account| {
        account.margin_moves().rev().filter(wanted).take(limit).map(shape::margin_move).collect()
    })
}

pub(super) fn fee_burn(call: &mut Call<'_>) -> Reply {
    orders::account(call, |account| json!({ "feeBurn": account.fee_burn() }))
}

pub(super) fn set_fee_burn(call: &mut Call<'_>) -> Reply {
    let on = call.params.flag("feeBurn")?.ok_or_else(|| SandboxFailure::missing("feeBurn"))?;
    let account = call.account()?;
    call.apply(Command::Futures { account, request: FuturesRequest::FeeBurn(on) })?;
    Ok(json!({ "code": 200, "msg": "success" }))
}

/// The account's limits of new orders.
pub(super) fn order_limits(call: &mut Call<'_>) -> Reply {
    let limits = &call.shared.budget.limits;
    let row = |interval: &str, count: u32, limit: u32| json!({ "rateLimitType": "ORDERS", "interval": interval, "intervalNum": count, "limit": limit });
    Ok(json!([row("SECOND", 10, limits.orders_10s), row("MINUTE", 1, limits.orders_1m)]))
}

pub(super) fn position_mode(call: &mut Call<'_>) -> Reply {
    orders::account(call, |account| json!({ "dualSidePosition": account.dual() }))
}

pub(super) fn set_position_mode(call: &mut Call<'_>) -> Reply {
    let dual =
        call.params.flag("dualSidePosition")?.ok_or_else(|| SandboxFailure::missing("dualSidePosition"))?;
    set_modes(call, Some(dual), None)
}

pub(super) fn multi_assets(call: &mut Call<'_>) -> Reply {
    orders::account(call, |account| json!({ "multiAssetsMargin": account.multi_assets() }))
}

pub(super) fn set_multi_assets(call: &mut Call<'_>) -> Reply {
    let multi =
        call.params.flag("multiAssetsMargin")?.ok_or_else(|| SandboxFailure::missing("multiAssetsMargin"))?;
    set_modes(call, None, Some(multi))
}

fn set_modes(call: &mut Call<'_>, dual: Option<bool>, multi_assets: Option<bool>) -> Reply {
    let account = call.account()?;
    call.apply(Command::SetModes { account, dual, multi_assets, forced: false })?;
    Ok(json!({ "code": 200, "msg": "success" }))
}

pub(super) fn account_config(call: &mut Call<'_>) -> Reply {
    orders::account(call, |account| {
        json!({
            "feeTier": 0,
            "canTrade": true,
            "canDeposit": true,
            "canWithdraw": true,
            "dualSidePosition": account.dual(),
            "updateTime": 0,
            "multiAssetsMargin": account.multi_assets(),
            "tradeGroupId": -1,
        })
    })
}

pub(super) fn symbol_config(call: &mut Call<'_>) -> Reply {
    let pairs = maybe_market(call)?.map_or(Pair::ALL.to_vec(), |market| vec![market.pair]);
    orders::account(call, |account| {
        let row = |pair: Pair| {
            let (leverage, mode) = account.setting(pair);
            let within = brackets(pair).iter().rev().find(|b| b.leverage >= leverage);
            let most = within.map(|b| b.cap).unwrap_or_default();
            json!({
                "symbol": pair.joined(),
                "marginType": mode.word(),
                "isAutoAddMargin": false,
                "leverage": leverage,
                "maxNotionalValue": most.normalize().to_string(),
            })
        };
        pairs.into_iter().map(row).collect::<Vec<Value>>().into()
    })
}

//! Futures account settings: leverage, margin mode, position mode and asset mode.

use crate::{
    engine::{Command, CommandResult, brackets},
    market::Pair,
    protocol::{
        call::Call,
        data::{self, maybe_market},
        failure::{Reply, SandboxFailure},
        orders,
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
    let answer = json!({
        "amount": amount.normalize().to_string(),
        "code": 200,
        "msg": "Successfully modify position margin.",
        "type": if kind == "1" { 1 } else { 2 },
    });
    let account = call.account()?;
    call.apply(Command::AdjustMargin { account, pair, amount: signed })?;
    Ok(answer)
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

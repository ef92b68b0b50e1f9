//! How a futures account is set up: leverage, margin mode, one-way positions.

use crate::{
    engine::{Answer, Command, brackets},
    market::Pair,
    protocol::{
        call::Call,
        data::{self, maybe_market},
        failure::{Failure, Reply},
        orders,
    },
};
use domain::MarginMode;
use serde_json::{Value, json};

pub(super) fn leverage(call: &mut Call<'_>) -> Reply {
    let pair = data::market(call)?.pair;
    let asked = call.params.integer::<u64>("leverage")?.ok_or_else(|| Failure::missing("leverage"))?;
    // What does not fit is as invalid as 126.
    let leverage = u16::try_from(asked).unwrap_or(u16::MAX);
    let account = call.account()?;
    match call.apply(Command::SetLeverage { account, pair, leverage })? {
        Answer::Leverage { leverage, max_notional } => Ok(json!({
            "symbol": pair.joined(),
            "leverage": leverage,
            "maxNotionalValue": max_notional.normalize().to_string(),
        })),
        _ => Err(Failure::unknown()),
    }
}

pub(super) fn margin_type(call: &mut Call<'_>) -> Reply {
    let pair = data::market(call)?.pair;
    let mode = MarginMode::parse(call.params.required("marginType")?)
        .ok_or_else(|| Failure::not_valid("marginType"))?;
    let account = call.account()?;
    call.apply(Command::SetMarginMode { account, pair, mode })?;
    Ok(json!({ "code": 200, "msg": "success" }))
}

pub(super) fn position_margin(call: &mut Call<'_>) -> Reply {
    let pair = data::market(call)?.pair;
    let amount = call.params.decimal("amount")?.ok_or_else(|| Failure::missing("amount"))?;
    let kind = call.params.required("type")?;
    let signed = match kind {
        "1" => amount,
        "2" => -amount,
        _ => return Err(Failure::not_valid("type")),
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

pub(super) fn position_mode(_: &mut Call<'_>) -> Reply {
    Ok(json!({ "dualSidePosition": false }))
}

pub(super) fn set_position_mode(call: &mut Call<'_>) -> Reply {
    match call.params.flag("dualSidePosition")? {
        None => Err(Failure::missing("dualSidePosition")),
        Some(false) => Err(Failure::refused(-4059, "No need to change position side.")),
        // The sandbox has one-way positions alone.
        Some(true) => Err(Failure::refused(-4084, "Method is not allowed currently. Coming soon.")),
    }
}

pub(super) fn multi_assets(_: &mut Call<'_>) -> Reply {
    Ok(json!({ "multiAssetsMargin": false }))
}

pub(super) fn account_config(_: &mut Call<'_>) -> Reply {
    Ok(json!({
        "feeTier": 0,
        "canTrade": true,
        "canDeposit": true,
        "canWithdraw": true,
        "dualSidePosition": false,
        "updateTime": 0,
        "multiAssetsMargin": false,
        "tradeGroupId": -1,
    }))
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

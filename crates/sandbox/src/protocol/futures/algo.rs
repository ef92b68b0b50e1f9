//! Conditional futures orders, which wait for a trigger and have their own id space.

use super::terms;
use crate::{
    engine::{Account, AlgoOrder, Command, CommandResult, NewOrder, OrderRef, Which, WorkingType},
    history::ReadKind,
    protocol::{
        call::Call,
        data,
        failure::{Reply, SandboxFailure},
        orders::{HistoryRange, account, account_read, no_such_order, reference, side},
        shape::futures as shape,
    },
};
use domain::{OrderType, TradeType};
use serde_json::{Value, json};

fn new_order(call: &Call<'_>) -> Reply<NewOrder> {
    let params = &call.params;
    if params.required("algoType")? != "CONDITIONAL" {
        return Err(SandboxFailure::not_valid("algoType"));
    }
    let market = data::market(call)?;
    let side = side(params)?;
    let kind = match params.required("type")? {
        "STOP" => OrderType::Stop,
        "STOP_MARKET" => OrderType::StopMarket,
        "TAKE_PROFIT" => OrderType::TakeProfit,
        "TAKE_PROFIT_MARKET" => OrderType::TakeProfitMarket,
        "TRAILING_STOP_MARKET" => OrderType::TrailingStopMarket,
        _ => return Err(SandboxFailure::refused(-1116, "Invalid orderType.")),
    };
    let slot = terms::slot(call)?;
    let working_type = match params.text("workingType")? {
        None => WorkingType::Contract,
        Some(word) => WorkingType::parse(word).ok_or_else(|| {
            SandboxFailure::refused(-4031, format!("Invalid parameter working type: {word}"))
        })?,
    };
    let close_position = params.flag("closePosition")?.unwrap_or(false);
    let reduce_only = terms::reduce_only(params, slot)?;
    let limit = matches!(kind, OrderType::Stop | OrderType::TakeProfit);
    let (tif, terms) = terms::read(params, slot, limit)?;
    if close_position && reduce_only.is_some() {
        return Err(SandboxFailure::not_required("reduceonly"));
    }
    let price = params.decimal("price")?;
    if !limit {
        params.forbid("price")?;
    }
    let activation_price = match params.decimal("activatePrice")? {
        Some(price) => Some(price),
        None => params.decimal("activationPrice")?,
    };
    Ok(NewOrder {
        market,
        side,
        kind,
        tif,
        amount: params.decimal("quantity")?,
        quote_amount: None,
        price,
        trigger_price: params.decimal("triggerPrice")?,
        activation_price,
        callback_rate: params.decimal("callbackRate")?,
        working_type,
        reduce_only: reduce_only.unwrap_or(false),
        close_position,
        client_id: params.client_id("clientAlgoId")?.map(str::to_owned),
        terms,
    })
}

/// A conditional order as reported to its owner.
fn row(account: &Account, order: &AlgoOrder) -> Value {
    let plain = account.orders(TradeType::Futures);
    let actual = order.order_id.and_then(|id| plain.find(&OrderRef::Id(id)));
    shape::algo(order, actual)
}

pub(super) fn place(call: &mut Call<'_>) -> Reply {
    let order = new_order(call)?;
    let account = call.account()?;
    match call.apply(Command::Place { account, order })? {
        CommandResult::Algo(order) => Ok(shape::algo(&order, None)),
        _ => Err(SandboxFailure::unknown()),
    }
}

/// The symbol is not needed, because an algo id is unique within the account.
pub(super) fn get(call: &mut Call<'_>) -> Reply {
    let which = reference(&call.params, "algoId", "clientAlgoId")?;
    account_read(call, ReadKind::Orders, |a| a.algos().find(&which).map(|o| row(a, o)))?
        .ok_or_else(no_such_order)
}

pub(super) fn cancel(call: &mut Call<'_>) -> Reply {
    let which = reference(&call.params, "algoId", "clientAlgoId")?;
    let unknown = || SandboxFailure::refused(-2011, "Unknown order sent.");
    let pair = account(call, |a| a.algos().find(&which).map(|o| o.pair))?.ok_or_else(unknown)?;
    let market = crate::market::MarketId::futures(pair);
    let account = call.account()?;
    match call.apply(Command::Cancel {
        account,
        market,
        which: Which::Algo,
        order: which,
        cancel_id: None,
    })? {
        CommandResult::Algo(order) => Ok(json!({
            "algoId": order.id,
            "clientAlgoId": order.client_id,
            "code": "200",
            "msg": "success",
        })),
        _ => Err(SandboxFailure::unknown()),
    }
}

pub(super) fn open(call: &mut Call<'_>) -> Reply {
    let market = data::maybe_market(call)?;
    account_read(call, ReadKind::OpenOrders, |a| {
        let wanted = |o: &&AlgoOrder| market.is_none_or(|market| o.pair == market.pair);
        a.algos().open().filter(wanted).map(|o| row(a, o)).collect()
    })
}

pub(super) fn all(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let page = HistoryRange::read(call, "algoId")?;
    account_read(call, ReadKind::Orders, |a| {
        let rows = a.algos().all().filter(|o| o.pair == market.pair);
        page.cut(rows, |o| (o.id, o.created)).into_iter().map(|o| row(a, o)).collect()
    })
}

pub(super) fn cancel_all(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let account = call.account()?;
    call.apply(Command::CancelAll { account, market, which: Which::Algo, cancel_id: None })?;
    Ok(json!({ "code": 200, "msg": "The operation of cancel all open order is done." }))
}

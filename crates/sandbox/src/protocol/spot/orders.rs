//! Spot orders: MARKET, LIMIT, LIMIT_MAKER.

use crate::{
    engine::{Command, CommandResult, FuturesTerms, NewOrder, Which, WorkingType},
    history::ReadKind,
    protocol::{
        call::Call,
        data,
        failure::{Reply, SandboxFailure},
        orders::{self, fresh_client_id, reference, side, time_in_force},
        params::Params,
        shape::spot::{self as shape, Detail},
    },
};
use domain::{OrderType, TimeInForce};
use serde_json::Value;

/// Parameters of every signed request.
const SIGNED: [&str; 3] = ["timestamp", "recvWindow", "signature"];

/// Parses a new order, and rejects parameters that its type does not accept.
fn new_order(call: &Call<'_>) -> Reply<NewOrder> {
    let params = &call.params;
    let market = data::market(call)?;
    let side = side(params)?;
    let (kind, post_only) = match params.required("type")? {
        "MARKET" => (OrderType::Market, false),
        "LIMIT" => (OrderType::Limit, false),
        "LIMIT_MAKER" => (OrderType::Limit, true),
        _ => return Err(SandboxFailure::refused(-1116, "Invalid orderType.")),
    };
    let tif = time_in_force(params)?;
    let (amount, price) = (params.decimal("quantity")?, params.decimal("price")?);
    let quote_amount = params.decimal("quoteOrderQty")?;
    let client_id = params.client_id("newClientOrderId")?.map(str::to_owned);
    for name in ["stopPrice", "trailingDelta", "icebergQty"] {
        params.forbid(name)?;
    }
    if kind == OrderType::Market {
        params.forbid("price")?;
        params.forbid("timeInForce")?;
        if amount.is_some() == quote_amount.is_some() {
            return Err(if amount.is_some() {
                SandboxFailure::refused(-1128, "Combination of optional parameters invalid.")
            } else {
                SandboxFailure::missing("quantity")
            });
        }
    } else {
        params.forbid("quoteOrderQty")?;
        amount.ok_or_else(|| SandboxFailure::missing("quantity"))?;
        price.ok_or_else(|| SandboxFailure::missing("price"))?;
    }
    let tif = match (kind, post_only, tif) {
        (OrderType::Market, ..) => None,
        (_, true, None) => Some(TimeInForce::Gtx),
        (_, true, Some(_)) => return Err(SandboxFailure::not_required("timeInForce")),
        (_, false, Some(tif @ (TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok))) => Some(tif),
        (_, false, Some(_)) => return Err(SandboxFailure::refused(-1115, "Invalid timeInForce.")),
        (_, false, None) => return Err(SandboxFailure::missing("timeInForce")),
    };
    Ok(NewOrder {
        market,
        side,
        kind,
        tif,
        amount,
        quote_amount,
        price,
        trigger_price: None,
        activation_price: None,
        callback_rate: None,
        working_type: WorkingType::Contract,
        reduce_only: false,
        close_position: false,
        client_id,
        terms: FuturesTerms::NONE,
    })
}

fn detail(params: &Params) -> Reply<Detail> {
    match params.text("newOrderRespType")? {
        None | Some("FULL") => Ok(Detail::Full),
        Some("RESULT") => Ok(Detail::Result),
        Some("ACK") => Ok(Detail::Ack),
        Some(_) => Err(SandboxFailure::not_valid("newOrderRespType")),
    }
}

pub(super) fn place(call: &mut Call<'_>) -> Reply {
    let order = new_order(call)?;
    let detail = detail(&call.params)?;
    call.params.ignore(&SIGNED);
    call.params.ignore(&["selfTradePreventionMode", "strategyId", "strategyType"]);
    call.params.all_read()?;
    let account = call.account()?;
    match call.apply(Command::Place { account, order })? {
        CommandResult::Order { order, fills } => Ok(shape::placed(&order, &fills, detail)),
        _ => Err(SandboxFailure::unknown()),
    }
}

pub(super) fn get(call: &mut Call<'_>) -> Reply {
    let order = orders::find(call, ReadKind::Orders)?;
    call.params.ignore(&SIGNED);
    call.params.all_read()?;
    Ok(shape::order(&order))
}

pub(super) fn cancel(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let order = reference(&call.params, "orderId", "origClientOrderId")?;
    let cancel_id = call.params.client_id("newClientOrderId")?.map(str::to_owned);
    call.params.ignore(&SIGNED);
    call.params.ignore(&["cancelRestrictions"]);
    call.params.all_read()?;
    let account = call.account()?;
    let cancel_id = cancel_id.unwrap_or_else(|| fresh_client_id(call));
    let by = Some(cancel_id.clone());
    match call.apply(Command::Cancel { account, market, which: Which::Plain, order, cancel_id: by })? {
        CommandResult::Order { order, .. } => Ok(shape::cancelled(&order, &cancel_id)),
        _ => Err(SandboxFailure::unknown()),
    }
}

pub(super) fn open(call: &mut Call<'_>) -> Reply {
    let market = data::maybe_market(call)?;
    let open = orders::open(call, call.venue.kind(), market)?;
    Ok(open.iter().map(shape::order).collect())
}

pub(super) fn cancel_all(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let account = call.account()?;
    if orders::open(call, market.kind, Some(market))?.is_empty() {
        return Err(SandboxFailure::refused(-2011, "Unknown order sent."));
    }
    let cancel_id = fresh_client_id(call);
    let by = Some(cancel_id.clone());
    match call.apply(Command::CancelAll { account, market, which: Which::Plain, cancel_id: by })? {
        CommandResult::Orders(list) => {
            Ok(list.iter().map(|order| shape::cancelled(order, &cancel_id)).collect::<Vec<Value>>().into())
        }
        _ => Err(SandboxFailure::unknown()),
    }
}

pub(super) fn all(call: &mut Call<'_>) -> Reply {
    orders::history(call, shape::order)
}

pub(super) fn fills(call: &mut Call<'_>) -> Reply {
    orders::fills(call, shape::fill)
}

//! Plain futures orders: MARKET and LIMIT.

use super::terms;
use crate::{
    engine::{Command, CommandResult, FuturesRequest, NewOrder, Order, Status, Which, WorkingType},
    history::ReadKind,
    protocol::{
        call::Call,
        data,
        failure::{Reply, SandboxFailure},
        orders::{self, no_such_order, reference, side},
        shape::{futures as shape, futures_orders},
    },
};
use domain::{Decimal, OrderType};
use serde_json::json;

/// Order types that belong to the algo endpoints.
const CONDITIONAL: [&str; 5] =
    ["STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"];

fn new_order(call: &Call<'_>) -> Reply<NewOrder> {
    let params = &call.params;
    let market = data::market(call)?;
    let side = side(params)?;
    let kind = match params.required("type")? {
        "MARKET" => OrderType::Market,
        "LIMIT" => OrderType::Limit,
        name if CONDITIONAL.contains(&name) => {
            let msg = "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.";
            return Err(SandboxFailure::refused(-4120, msg));
        }
        _ => return Err(SandboxFailure::refused(-1116, "Invalid orderType.")),
    };
    let slot = terms::slot(call)?;
    let reduce_only = terms::reduce_only(params, slot)?.unwrap_or(false);
    let (tif, terms) = terms::read(params, slot, kind == OrderType::Limit)?;
    let amount = params.decimal("quantity")?.ok_or_else(|| SandboxFailure::missing("quantity"))?;
    let price = params.decimal("price")?;
    if kind == OrderType::Market {
        params.forbid("price")?;
        params.forbid("timeInForce")?;
    } else {
        tif.ok_or_else(|| SandboxFailure::missing("timeInForce"))?;
        if terms.price_match.is_none() {
            price.ok_or_else(|| SandboxFailure::missing("price"))?;
        }
    }
    if params.flag("closePosition")?.unwrap_or(false) {
        return Err(SandboxFailure::refused(
            -4136,
            "Target strategy invalid for orderType, closePosition true.",
        ));
    }
    Ok(NewOrder {
        market,
        side,
        kind,
        tif,
        amount: Some(amount),
        quote_amount: None,
        price,
        trigger_price: None,
        activation_price: None,
        callback_rate: None,
        working_type: WorkingType::Contract,
        reduce_only,
        close_position: false,
        client_id: params.client_id("newClientOrderId")?.map(str::to_owned),
        terms,
    })
}

/// The order as accepted, before any fills, which is what an `ACK` response reports.
fn before_fills(mut order: Order) -> Order {
    (order.filled, order.cost, order.status) = (Decimal::ZERO, Decimal::ZERO, Status::New);
    order
}

pub(super) fn place(call: &mut Call<'_>) -> Reply {
    let order = new_order(call)?;
    let result = match call.params.text("newOrderRespType")? {
        Some("RESULT") => true,
        None | Some("ACK") => false,
        Some(_) => return Err(SandboxFailure::refused(-1136, "Invalid newOrderRespType.")),
    };
    let account = call.account()?;
    match call.apply(Command::Place { account, order })? {
        CommandResult::Order { order, .. } if result => Ok(shape::order(&order)),
        CommandResult::Order { order, .. } => Ok(shape::order(&before_fills(order))),
        _ => Err(SandboxFailure::unknown()),
    }
}

/// Checks an order without placing it.
pub(super) fn test(call: &mut Call<'_>) -> Reply {
    let order = new_order(call)?;
    let account = call.account()?;
    let tested = call.read(|engine| engine.test_order(account, &order))?;
    tested
        .map(|order| shape::order(&order))
        .map_err(|reject| SandboxFailure::refused(reject.code, reject.message))
}

/// Sets the timer that cancels the open orders of a market.
pub(super) fn countdown(call: &mut Call<'_>) -> Reply {
    let pair = data::market(call)?.pair;
    let missing = || SandboxFailure::missing("countdownTime");
    let millis = call.params.integer::<u64>("countdownTime")?.ok_or_else(missing)?;
    let account = call.account()?;
    call.apply(Command::Futures { account, request: FuturesRequest::Countdown { pair, millis } })?;
    Ok(json!({ "symbol": pair.joined(), "countdownTime": millis.to_string() }))
}

/// The orders by which the exchange liquidated positions.
pub(super) fn forced(call: &mut Call<'_>) -> Reply {
    let market = data::maybe_market(call)?;
    let liquidations = match call.params.text("autoCloseType")? {
        None | Some("LIQUIDATION") => true,
        // No position is reduced to cover another trader's loss.
        Some("ADL") => false,
        Some(_) => return Err(SandboxFailure::not_valid("autoCloseType")),
    };
    let (start, end) = data::period(call)?;
    let limit = call.limit(50, 100)?;
    orders::account(call, |account| {
        let rows = account.orders(call.venue.kind()).all().rev().filter(|o| {
            liquidations
                && o.liquidation
                && market.is_none_or(|market| o.market == market)
                && start.is_none_or(|at| o.created >= at)
                && end.is_none_or(|at| o.created <= at)
        });
        rows.take(limit).map(futures_orders::forced).collect()
    })
}

pub(super) fn get(call: &mut Call<'_>) -> Reply {
    orders::find(call, ReadKind::Orders).map(|order| shape::order(&order))
}

pub(super) fn get_open(call: &mut Call<'_>) -> Reply {
    let order = orders::find(call, ReadKind::OpenOrders)?;
    if order.status.open() { Ok(shape::order(&order)) } else { Err(no_such_order()) }
}

pub(super) fn cancel(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let order = reference(&call.params, "orderId", "origClientOrderId")?;
    let account = call.account()?;
    match call.apply(Command::Cancel { account, market, which: Which::Plain, order, cancel_id: None })? {
        CommandResult::Order { order, .. } => Ok(shape::order(&order)),
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
    call.apply(Command::CancelAll { account, market, which: Which::Plain, cancel_id: None })?;
    Ok(json!({ "code": 200, "msg": "The operation of cancel all open order is done." }))
}

pub(super) fn all(call: &mut Call<'_>) -> Reply {
    orders::history(call, shape::order)
}

pub(super) fn fills(call: &mut Call<'_>) -> Reply {
    orders::fills(call, shape::fill)
}

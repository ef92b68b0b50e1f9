//! Amendment of futures orders, and its history.

use super::terms::price_match;
use crate::{
    engine::{Amend, Amendment, Command, CommandResult, FuturesRequest, OrderRef},
    protocol::{
        call::Call,
        data::{self, period},
        failure::{Reply, SandboxFailure},
        orders::{self, reference, side},
        shape::futures_orders as shape,
    },
};

/// Changes the price and amount of a resting limit order.
pub(super) fn modify(call: &mut Call<'_>) -> Reply {
    let params = &call.params;
    let market = data::market(call)?;
    let order = reference(params, "orderId", "origClientOrderId")?;
    let side = side(params)?;
    let amount = params.decimal("quantity")?.ok_or_else(|| SandboxFailure::missing("quantity"))?;
    let price_match = price_match(params)?;
    let price = params.decimal("price")?;
    if price.is_none() && price_match.is_none() {
        return Err(SandboxFailure::missing("price"));
    }
    let account = call.account()?;
    let change = Amend { market, order, side, amount, price, price_match };
    match call.apply(Command::Futures { account, request: FuturesRequest::Amend(change) })? {
        CommandResult::Order { order, .. } => Ok(shape::modified(&order)),
        _ => Err(SandboxFailure::unknown()),
    }
}

/// The amendments of an order, newest first.
pub(super) fn history(call: &mut Call<'_>) -> Reply {
    let pair = data::market(call)?.pair;
    let order = reference(&call.params, "orderId", "origClientOrderId")?;
    let (start, end) = period(call)?;
    let limit = call.limit(50, 100)?;
    let of_order = |change: &&Amendment| match &order {
        OrderRef::Id(id) => change.order_id == *id,
        OrderRef::Client(name) => change.client_id == *name,
    };
    orders::account(call, |account| {
        let rows = account.amendments().rev().filter(of_order).filter(|change| {
            change.pair == pair
                && start.is_none_or(|at| change.at >= at)
                && end.is_none_or(|at| change.at <= at)
        });
        rows.take(limit).map(shape::amendment).collect()
    })
}

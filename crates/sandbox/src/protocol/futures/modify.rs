//! Modification of futures limit orders.

use super::orders::check_side;
use crate::{
    engine::{Command, CommandResult, OrderTerms},
    protocol::{
        call::Call,
        data,
        failure::{Reply, SandboxFailure},
        orders::{reference, side},
        shape::futures as shape,
    },
};

pub(super) fn modify(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let order = reference(&call.params, "orderId", "origClientOrderId")?;
    let side = side(&call.params)?;
    check_side(call)?;
    match call.params.text("priceMatch")? {
        None | Some("NONE") => {}
        // A price that follows the book is not offered.
        Some(_) => return Err(SandboxFailure::not_valid("priceMatch")),
    }
    let amount = call.params.decimal("quantity")?.ok_or_else(|| SandboxFailure::missing("quantity"))?;
    let price = call.params.decimal("price")?.ok_or_else(|| SandboxFailure::missing("price"))?;
    let (account, terms) = (call.account()?, OrderTerms { side, amount, price });
    match call.apply(Command::Modify { account, market, order, terms })? {
        CommandResult::Order { order, .. } => {
            let mut body = shape::order(&order);
            body["pair"] = market.pair.joined().into();
            Ok(body)
        }
        _ => Err(SandboxFailure::unknown()),
    }
}

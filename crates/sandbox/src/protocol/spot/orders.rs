//! Single spot orders: placement, query and cancellation.

use super::fields::{Common, Fields, Names, SpotKind, prevention};
use crate::{
    engine::{
        CancelRestriction, Cancellation, Cancelled, Command, CommandResult, OrderRef, SpotAction, SpotOrder,
        SpotResult,
    },
    history::ReadKind,
    market::MarketId,
    protocol::{
        call::Call,
        data,
        failure::{Reply, SandboxFailure},
        orders::{self, fresh_client_id, side},
        params::Params,
        shape::{
            spot::{self as shape, Detail},
            spot_list,
        },
    },
};
use serde_json::{Value, json};

/// Parameters of every signed request.
const SIGNED: [&str; 3] = ["timestamp", "recvWindow", "signature"];

/// Rejects parameters that the endpoint does not know.
pub(super) fn all_known(params: &Params) -> Reply<()> {
    params.ignore(&SIGNED);
    params.all_read()
}

/// Carries out a spot action for the caller.
pub(super) fn act(call: &mut Call<'_>, market: MarketId, action: SpotAction) -> Reply<SpotResult> {
    let account = call.account()?;
    match call.apply(Command::Spot { account, market, action: Box::new(action) })? {
        CommandResult::Spot(result) => Ok(*result),
        _ => Err(SandboxFailure::unknown()),
    }
}

/// Parses a new order and the level of detail of its response.
pub(super) fn new_order(call: &Call<'_>) -> Reply<(SpotOrder, Detail)> {
    let params = &call.params;
    let market = data::market(call)?;
    let side = side(params)?;
    let kind = SpotKind::parse(params.required("type")?)?;
    let mut fields = Fields::read(params, Names::PLAIN)?;
    fields.quote_amount = params.spot_decimal("quoteOrderQty")?;
    let common =
        Common { market, side, amount: params.spot_decimal("quantity")?, prevention: prevention(params)? };
    let order = fields.order(kind, common, Names::PLAIN)?;
    let full = matches!(kind, SpotKind::Market | SpotKind::Limit);
    Ok((order, detail(params, if full { Detail::Full } else { Detail::Ack })?))
}

/// The parameter `newOrderRespType`.
pub(super) fn detail(params: &Params, default: Detail) -> Reply<Detail> {
    match params.text("newOrderRespType")? {
        None => Ok(default),
        Some("FULL") => Ok(Detail::Full),
        Some("RESULT") => Ok(Detail::Result),
        Some("ACK") => Ok(Detail::Ack),
        Some(_) => Err(SandboxFailure::not_valid("newOrderRespType")),
    }
}

pub(super) fn place(call: &mut Call<'_>) -> Reply {
    let (order, detail) = new_order(call)?;
    all_known(&call.params)?;
    match act(call, order.order.market, SpotAction::Place(order))? {
        SpotResult::Order((order, fills)) => Ok(shape::placed(&order, &fills, detail)),
        _ => Err(SandboxFailure::unknown()),
    }
}

/// Checks an order without placing it.
pub(super) fn test(call: &mut Call<'_>) -> Reply {
    let (order, _) = new_order(call)?;
    let with_rates = call.params.flag("computeCommissionRates")?.unwrap_or(false);
    all_known(&call.params)?;
    let account = call.account()?;
    call.read(|engine| engine.check_spot_order(account, &order))?
        .map_err(|reject| SandboxFailure::refused(reject.code, reject.message))?;
    Ok(if with_rates { super::account::rates_of_order() } else { json!({}) })
}

/// The order that a request refers to. If both ids are sent, they must belong to the same order.
pub(super) fn reference(call: &Call<'_>, id: &str, client: &str) -> Reply<OrderRef> {
    let which = orders::reference(&call.params, id, client)?;
    if let (OrderRef::Id(_), Some(client)) = (&which, call.params.text(client)?) {
        let kind = call.venue.kind();
        let same = orders::account(call, |account| {
            account.orders(kind).find(&which).is_none_or(|order| order.client_id == client)
        })?;
        if !same {
            let msg = "Client order ID is not correct for this order ID.";
            return Err(SandboxFailure::refused(-2039, msg));
        }
    }
    Ok(which)
}

pub(super) fn get(call: &mut Call<'_>) -> Reply {
    reference(call, "orderId", "origClientOrderId")?;
    let order = orders::find(call, ReadKind::Orders)?;
    all_known(&call.params)?;
    Ok(shape::order(&order))
}

/// The parameter `cancelRestrictions`.
pub(super) fn restriction(params: &Params) -> Reply<Option<CancelRestriction>> {
    let invalid = || SandboxFailure::refused(-1145, "Invalid cancelRestrictions");
    let parse = |word| CancelRestriction::parse(word).ok_or_else(invalid);
    params.text("cancelRestrictions")?.map(parse).transpose()
}

pub(super) fn cancel(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let order = reference(call, "orderId", "origClientOrderId")?;
    let restriction = restriction(&call.params)?;
    let by = call.params.spot_client_id("newClientOrderId")?.map(str::to_owned);
    all_known(&call.params)?;
    let by = by.unwrap_or_else(|| fresh_client_id(call));
    let action = SpotAction::Cancel(Cancellation { order, restriction, by: by.clone() });
    match act(call, market, action)? {
        SpotResult::Cancelled(list) => {
            list.first().map(|one| cancelled(one, &by)).ok_or_else(SandboxFailure::unknown)
        }
        _ => Err(SandboxFailure::unknown()),
    }
}

/// The response to the cancellation of an order or of the list it belonged to.
pub(super) fn cancelled(cancelled: &Cancelled, by: &str) -> Value {
    match cancelled {
        Cancelled::Order(order) => shape::cancelled(order, by),
        Cancelled::List(report) => spot_list::cancelled(report, by),
    }
}

pub(super) fn open(call: &mut Call<'_>) -> Reply {
    let market = data::maybe_market(call)?;
    let open = orders::open(call, call.venue.kind(), market)?;
    Ok(open.iter().map(shape::order).collect())
}

pub(super) fn cancel_all(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let by = fresh_client_id(call);
    match act(call, market, SpotAction::CancelAll { by: by.clone() })? {
        SpotResult::Cancelled(list) => Ok(list.iter().map(|one| cancelled(one, &by)).collect()),
        _ => Err(SandboxFailure::unknown()),
    }
}

pub(super) fn all(call: &mut Call<'_>) -> Reply {
    orders::history(call, shape::order)
}

pub(super) fn fills(call: &mut Call<'_>) -> Reply {
    orders::fills(call, shape::fill)
}

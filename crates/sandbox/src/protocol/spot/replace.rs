//! Cancel-replace and amendment of spot orders.

use super::orders::{act, all_known, cancelled, new_order, reference, restriction};
use crate::{
    engine::{Cancellation, Reject, Replacement, SpotAction, SpotResult},
    history::ReadKind,
    protocol::{
        call::Call,
        data,
        failure::{Reply, SandboxFailure},
        orders::{HistoryRange, account_read, fresh_client_id},
        shape::{
            spot::{self as shape, Detail},
            spot_list,
        },
    },
};
use http::StatusCode;
use serde_json::{Value, json};

fn failed(reject: &Reject) -> Value {
    json!({ "code": reject.code, "msg": reject.message })
}

/// Cancels an order and places a new one.
pub(super) fn replace(call: &mut Call<'_>) -> Reply {
    let (order, detail) = new_order(call)?;
    let params = &call.params;
    let stop_on_failure = match params.required("cancelReplaceMode")? {
        "STOP_ON_FAILURE" => true,
        "ALLOW_FAILURE" => false,
        _ => return Err(SandboxFailure::not_valid("cancelReplaceMode")),
    };
    let cancel_only = match params.text("orderRateLimitExceededMode")? {
        None | Some("DO_NOTHING") => false,
        Some("CANCEL_ONLY") => true,
        Some(_) => return Err(SandboxFailure::not_valid("orderRateLimitExceededMode")),
    };
    let which = reference(call, "cancelOrderId", "cancelOrigClientOrderId")?;
    let restriction = restriction(params)?;
    let by = params.spot_client_id("cancelNewClientOrderId")?.map(str::to_owned);
    all_known(params)?;
    let limited = match call.count_orders(1) {
        Err(limit) if cancel_only => Some(Reject { code: limit.code, message: limit.msg }),
        counted => {
            counted?;
            None
        }
    };
    let by = by.unwrap_or_else(|| fresh_client_id(call));
    let over = limited.is_some() && stop_on_failure;
    let market = order.order.market;
    let cancel = Cancellation { order: which, restriction, by: by.clone() };
    let action = Replacement { cancel, stop_on_failure, order, limited };
    let result = act(call, market, SpotAction::Replace(Box::new(action)))?;
    answer(result, &by, detail, over)
}

/// The response: the outcome of both steps, as an error unless both succeeded. `over` means that the order
/// rate limit was exceeded.
fn answer(result: SpotResult, by: &str, detail: Detail, over: bool) -> Reply {
    let SpotResult::Replaced { cancelled: old, placed } = result else {
        return Err(SandboxFailure::unknown());
    };
    let word = |success: bool| if success { "SUCCESS" } else { "FAILURE" };
    let (gone, entered) = (old.is_ok(), matches!(placed, Some(Ok(_))));
    let body = json!({
        "cancelResult": word(gone),
        "newOrderResult": placed.as_ref().map_or("NOT_ATTEMPTED", |placed| word(placed.is_ok())),
        "cancelResponse": old.map_or_else(|reject| failed(&reject), |old| cancelled(&old, by)),
        "newOrderResponse": placed.map(|placed| match placed {
            Ok((order, fills)) => shape::placed(&order, &fills, detail),
            Err(reject) => failed(&reject),
        }),
    });
    let (code, msg, status) = match (gone, entered) {
        (true, true) => return Ok(body),
        (false, false) => (-2022, "Order cancel-replace failed.", StatusCode::BAD_REQUEST),
        _ => (-2021, "Order cancel-replace partially failed.", StatusCode::CONFLICT),
    };
    let status = if over { StatusCode::TOO_MANY_REQUESTS } else { status };
    Err(SandboxFailure { status, data: Some(Box::new(body)), ..SandboxFailure::refused(code, msg) })
}

/// Reduces an order's amount.
pub(super) fn amend(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let order = reference(call, "orderId", "origClientOrderId")?;
    let amount = call.params.spot_decimal("newQty")?.ok_or_else(|| SandboxFailure::missing("newQty"))?;
    let client_id = call.params.spot_client_id("newClientOrderId")?.map(str::to_owned);
    all_known(&call.params)?;
    match act(call, market, SpotAction::Amend { order, amount, client_id })? {
        SpotResult::Amended { order, amendment, list } => {
            Ok(spot_list::amended(&order, &amendment, list.as_deref()))
        }
        _ => Err(SandboxFailure::unknown()),
    }
}

/// The amendments of one order.
pub(super) fn amendments(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let id: u64 = call.params.integer("orderId")?.ok_or_else(|| SandboxFailure::missing("orderId"))?;
    let page = HistoryRange::read(call, "fromExecutionId")?;
    all_known(&call.params)?;
    account_read(call, ReadKind::Orders, |account| {
        let rows = account.spot_amendments().filter(|a| a.market == market && a.order_id == id);
        page.cut(rows, |a| (a.execution_id, a.at)).into_iter().map(spot_list::amendment).collect()
    })
}

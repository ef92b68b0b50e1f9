//! Several futures orders in one request. Each has a result of its own.

use super::{amend, orders};
use crate::{
    engine::{Command, CommandResult, OrderRef, Which},
    protocol::{
        call::{Call, Handler},
        data,
        failure::{Reply, SandboxFailure},
        params::Params,
        shape::futures as shape,
    },
};
use serde_json::{Map, Value, json};

/// Maximum number of orders that are placed or amended together.
const MOST: usize = 5;
/// A batch counts as so many orders against the limit of ten seconds, whatever its size.
const COUNTED: u32 = 5;
/// Maximum number of orders that are cancelled together.
const MOST_CANCELS: usize = 10;

/// Places up to five orders.
pub(super) fn place(call: &mut Call<'_>) -> Reply {
    each(call, orders::place)
}

/// Amends up to five orders.
pub(super) fn modify(call: &mut Call<'_>) -> Reply {
    each(call, amend::modify)
}

/// Runs a handler for each object of the list, with the object's fields as its parameters.
fn each(call: &mut Call<'_>, handler: Handler) -> Reply {
    let text = call.params.required("batchOrders")?;
    let items: Vec<Map<String, Value>> =
        serde_json::from_str(text).map_err(|_| SandboxFailure::missing("batchOrders"))?;
    check_size(items.len(), MOST)?;
    call.shared.budget.batch(call.now, call.account()?, call.venue, COUNTED - 1);
    let mut results = Vec::new();
    for item in items {
        let answer = Params::of_object(&item).and_then(|params| {
            call.params = params;
            handler(call)
        });
        results.push(one(answer)?);
    }
    Ok(Value::Array(results))
}

/// An optional parameter, by its documented name or by the lowercase one, which Binance accepts for these lists
/// and which ccxt and python-binance send.
fn either_case<'a>(params: &'a Params, documented: &str, lowercase: &str) -> Reply<Option<&'a str>> {
    match params.text(documented)? {
        Some(value) => Ok(Some(value)),
        None => params.text(lowercase),
    }
}

/// Cancels up to ten orders of a market, by a list of ids or of client ids.
pub(super) fn cancel(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let account = call.account()?;
    let orders: Vec<OrderRef> = match (
        either_case(&call.params, "orderIdList", "orderidlist")?,
        either_case(&call.params, "origClientOrderIdList", "origclientorderidlist")?,
    ) {
        (Some(ids), _) => list::<u64>(ids, "orderIdList")?.into_iter().map(OrderRef::Id).collect(),
        (None, Some(names)) => {
            list::<String>(names, "origClientOrderIdList")?.into_iter().map(OrderRef::Client).collect()
        }
        (None, None) => return Err(SandboxFailure::missing("orderIdList")),
    };
    check_size(orders.len(), MOST_CANCELS)?;
    let mut results = Vec::new();
    for order in orders {
        let command = Command::Cancel { account, market, which: Which::Plain, order, cancel_id: None };
        let answer = match call.apply(command) {
            Ok(CommandResult::Order { order, .. }) => Ok(shape::order(&order)),
            Ok(_) => Err(SandboxFailure::unknown()),
            Err(failure) => Err(failure),
        };
        results.push(one(answer)?);
    }
    Ok(Value::Array(results))
}

fn list<T: serde::de::DeserializeOwned>(text: &str, name: &str) -> Reply<Vec<T>> {
    serde_json::from_str(text).map_err(|_| SandboxFailure::not_valid(name))
}

fn check_size(size: usize, most: usize) -> Reply<()> {
    if (1..=most).contains(&size) {
        return Ok(());
    }
    Err(SandboxFailure::refused(-4082, "Invalid number of batch place orders."))
}

/// The result of one order: its answer, or its error. A failure of the exchange itself fails the whole request.
fn one(answer: Reply) -> Reply {
    match answer {
        Err(failure) if failure.status.is_server_error() => Err(failure),
        Err(failure) => Ok(json!({ "code": failure.code, "msg": failure.msg })),
        ok => ok,
    }
}

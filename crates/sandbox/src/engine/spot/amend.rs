//! Reduction of an open order's amount. The order keeps its place among the orders at its price.

use super::{
    action::{SpotAmendment, SpotResult},
    ending, limits,
    order_list::{ListStatus, OrderList},
    reserve,
};
use crate::{
    engine::{Account, Execution, Order, OrderRef, Reject, Status, filters, markets::MarketState},
    market::MarketId,
};
use domain::Decimal;

/// How many amendments an account keeps; the oldest are dropped first.
const KEPT: usize = 10_000;

/// Reduces an order's amount and gives it a new client id. The other leg of an OCO is reduced with it. An
/// order that has filled as much already expires.
pub(super) fn amend(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    order: &OrderRef,
    (amount, client): (Decimal, Option<String>),
) -> Result<SpotResult, Reject> {
    let found = account.spot_orders.find(order).filter(|o| o.status.open() && o.market == market);
    let order = found.ok_or_else(|| Reject::amend("Unknown order sent."))?.clone();
    check(markets, account, &order, (amount, client.as_deref()))?;
    let amount = amount.normalize();
    let client =
        client.unwrap_or_else(|| markets.client_id(order.id | (u64::from(amends(&order)) + 1) << 48));
    let list = order.list().filter(|list| ending::is_open(account, *list));
    let sibling = list.and_then(|list| sibling(account, &order, list));
    let amendment = reduce(markets, account, &order, (amount, client.as_str()));
    if let Some(sibling) = &sibling {
        reduce(markets, account, sibling, (amount, sibling.client_id.as_str()));
    }
    if let Some(list) = list {
        relock(account, list);
        if client != order.client_id {
            ending::emit(markets, account, list, ListStatus::Updated);
        }
    }
    if amount <= order.filled {
        ending::end(markets, account, order.id, Status::Expired, None);
    }
    let now = account.spot_orders.find(&OrderRef::Id(order.id)).cloned().unwrap_or(order);
    let list = list.and_then(|list| account.order_lists.find(&OrderRef::Id(list))).cloned().map(Box::new);
    Ok(SpotResult::Amended { order: Box::new(now), amendment, list })
}

/// How often an order was amended.
fn amends(order: &Order) -> u32 {
    order.spot.as_ref().map_or(0, |terms| terms.amends)
}

/// Checks the new amount and the new client id.
fn check(
    markets: &MarketState,
    account: &Account,
    order: &Order,
    (amount, client): (Decimal, Option<&str>),
) -> Result<(), Reject> {
    filters::amount(markets, order.market, amount)?;
    if amount == order.amount {
        return Err(Reject::amend("The requested action would change no state; rejecting."));
    }
    if amount > order.amount {
        return Err(Reject::amend("Order amend (quantity increase) is not supported."));
    }
    let price = order.price.or(order.trigger_price).unwrap_or_else(|| markets.price(order.market));
    filters::notional(markets, order.market, price, amount)?;
    if amends(order) >= limits::AMENDS {
        return Err(Reject::amend("Filter failure: MAX_NUM_ORDER_AMENDS"));
    }
    let Some(client) = client.filter(|client| *client != order.client_id) else { return Ok(()) };
    filters::client_id(order.market, client)?;
    if account.spot_orders.client_taken(client) {
        return Err(Reject::amend("Duplicate order sent."));
    }
    Ok(())
}

/// The order that must have the same amount: the other leg of an open or pending OCO.
fn sibling(account: &Account, order: &Order, list: u64) -> Option<Order> {
    let list = account.order_lists.find(&OrderRef::Id(list))?;
    if list.working == Some(order.id) {
        return None;
    }
    let other = list.pending().find(|id| *id != order.id)?;
    account.spot_orders.find(&OrderRef::Id(other)).filter(|other| other.status.open()).cloned()
}

/// Changes one order and records the change.
fn reduce(
    markets: &mut MarketState,
    account: &mut Account,
    before: &Order,
    (amount, client): (Decimal, &str),
) -> SpotAmendment {
    reserve::unlock(account, before);
    let (execution_id, now) = (markets.ids.execution(), markets.now);
    let mut order = before.clone();
    order.amount = amount.max(before.filled);
    client.clone_into(&mut order.client_id);
    order.updated = now;
    let terms = order.terms_mut();
    terms.amends += 1;
    terms.amended_from = Some(before.client_id.clone());
    terms.execution_id = Some(execution_id);
    terms.options.iceberg = terms.options.iceberg.map(|part| part.min(amount));
    reserve::lock(account, &order);
    account.spot_orders.put(order.clone());
    account.spot_orders.reindex(order.id, &before.client_id);
    if let Some(list) = order.list() {
        account.order_lists.change(list, |list| rename(list, &order));
    }
    markets.emit_order(account.id, &order, Execution::Replaced, None);
    let amendment = SpotAmendment {
        order_id: order.id,
        market: order.market,
        execution_id,
        client_before: before.client_id.clone(),
        client_after: order.client_id,
        amount_before: before.amount,
        amount_after: order.amount,
        at: now,
    };
    if account.spot_amendments.len() == KEPT {
        account.spot_amendments.pop_front();
    }
    account.spot_amendments.push_back(amendment.clone());
    amendment
}

/// Writes an order's new client id into its list.
fn rename(list: &mut OrderList, order: &Order) {
    for listed in list.orders.iter_mut().filter(|listed| listed.id == order.id) {
        listed.client_id.clone_from(&order.client_id);
    }
}

/// Adjusts what the two open legs of an OCO lock together.
fn relock(account: &mut Account, id: u64) {
    let Some(list) = account.order_lists.find(&OrderRef::Id(id)) else { return };
    let Some((side, before)) = list.locked else { return };
    let base = list.market.pair.base();
    let legs = list.pending().filter_map(|id| account.spot_orders.find(&OrderRef::Id(id)));
    let after = legs.map(reserve::worth).max().unwrap_or_default();
    account.order_lists.change(id, |list| list.locked = Some((side, after)));
    reserve::hold(account, reserve::asset(side, base), after - before);
}

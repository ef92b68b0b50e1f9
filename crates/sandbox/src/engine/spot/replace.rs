//! Cancellation of spot orders and lists, and cancellation together with a new order.

use super::{
    action::{Cancellation, Cancelled, Replacement, SpotResult},
    ending::{self, Ending},
    entry,
    order_list::ListReport,
    place::enter,
    rejection,
    rules::{self, Checked},
    spot_order::SpotOrder,
};
use crate::{
    engine::{Account, Execution, Order, OrderRef, Reject, Status, markets::MarketState},
    market::MarketId,
};
use domain::TradeType;

/// Cancels an order, and with it the rest of its list.
pub(super) fn cancel(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    cancel: &Cancellation,
) -> Result<Cancelled, Reject> {
    let found = account.spot_orders.find(&cancel.order).filter(|o| o.status.open() && o.market == market);
    let order = found.ok_or_else(Reject::unknown_order)?;
    if cancel.restriction.is_some_and(|restriction| !restriction.permits(order)) {
        return Err(Reject::cancel_restricted());
    }
    let id = order.id;
    end(markets, account, id, &cancel.by).ok_or_else(Reject::unknown_order)
}

/// Cancels an open order. `by` is the client id of the request.
fn end(markets: &mut MarketState, account: &mut Account, id: u64, by: &str) -> Option<Cancelled> {
    let list = account.spot_orders.find(&OrderRef::Id(id))?.list();
    let open = list.filter(|list| ending::is_open(account, *list));
    let order = ending::end(markets, account, id, Status::Canceled, Some(by))?;
    match open {
        Some(list) => ending::report(account, list).map(|report| Cancelled::List(Box::new(report))),
        None => Some(Cancelled::Order(Box::new(order))),
    }
}

/// Cancels all open orders of a market: first those outside of lists, then the lists.
pub(super) fn cancel_all(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    by: &str,
) -> Result<Vec<Cancelled>, Reject> {
    let ids = account.open_order_ids(TradeType::Spot, |order| order.market == market);
    if ids.is_empty() {
        return Err(Reject::unknown_order());
    }
    let (mut orders, mut lists) = (Vec::new(), Vec::new());
    for id in ids {
        // A list ends with the first of its orders, so the others are no longer open.
        match end(markets, account, id, by) {
            Some(list @ Cancelled::List(_)) => lists.push(list),
            Some(order) => orders.push(order),
            None => {}
        }
    }
    orders.append(&mut lists);
    Ok(orders)
}

/// Cancels an order list.
pub(super) fn cancel_list(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    list: &OrderRef,
    by: &str,
) -> Result<ListReport, Reject> {
    let found = account.order_lists.find(list).filter(|list| !list.done && list.market == market);
    let id = found.ok_or_else(Reject::unknown_order)?.id;
    let by = Some(by);
    ending::finish(markets, account, id, Ending { except: None, status: Status::Canceled, by });
    ending::report(account, id).ok_or_else(Reject::unknown_order)
}

/// Cancels an order and places another. The new order's filters are checked before anything happens.
pub(super) fn replace(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    replacement: &Replacement,
) -> Result<SpotResult, Reject> {
    let new = &replacement.order;
    let checked = rules::check(markets, new)?;
    rules::capacity(markets, account, &[new])?;
    let cancelled = cancel(markets, account, market, &replacement.cancel);
    if cancelled.is_err() && replacement.stop_on_failure {
        return Ok(SpotResult::Replaced { cancelled, placed: None });
    }
    let placed = match &replacement.limited {
        Some(limit) => Err(limit.clone()),
        None => enter(markets, account, new, &checked),
    };
    if let (Ok(_), Err(reject), None) = (&cancelled, &placed, &replacement.limited) {
        emit_rejected(markets, account, new, &checked, reject);
    }
    let placed = Some(placed.map(|(order, fills)| (Box::new(order), fills)));
    Ok(SpotResult::Replaced { cancelled, placed })
}

/// Publishes the rejection of a new order whose cancellation has succeeded.
fn emit_rejected(
    markets: &mut MarketState,
    account: &Account,
    new: &SpotOrder,
    checked: &Checked,
    reject: &Reject,
) {
    let mut order: Order = entry::draft(markets, new, checked);
    rejection::mark(markets, &mut order, reject);
    markets.emit_order(account.id, &order, Execution::Rejected, None);
}

//! How spot orders and their lists end before they are filled.

use super::{
    order_list::{ListReport, ListStatus, ListedOrder},
    reserve,
};
use crate::{
    engine::{Account, EventKind, Execution, Order, OrderRef, Status, markets::MarketState},
    market::QUOTE,
};

/// Ends one open order, and with it the rest of its list, and publishes the change. `by` is the client id of
/// the request.
pub(in crate::engine) fn end(
    markets: &mut MarketState,
    account: &mut Account,
    id: u64,
    status: Status,
    by: Option<&str>,
) -> Option<Order> {
    let now = markets.now;
    let order = account.spot_orders.find(&OrderRef::Id(id)).filter(|o| o.status.open())?.clone();
    reserve::withdraw(markets, account, &order);
    let order = account.spot_orders.change(id, |o| {
        o.status = status;
        o.updated = now;
        o.clone()
    })?;
    let how = if status == Status::Canceled { Execution::Canceled } else { Execution::Expired };
    markets.emit_order_end(account.id, &order, how, by);
    markets.emit_spot_balances(account, &[order.market.pair.base(), QUOTE]);
    after_end(markets, account, &order, by);
    Some(order)
}

/// How a list ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending<'a> {
    /// The order that stays open.
    pub(super) except: Option<u64>,
    /// The status of the orders that end with the list.
    pub(super) status: Status,
    /// The client id of the request.
    pub(super) by: Option<&'a str>,
}

/// Ends an open list: releases what it locks and ends its open orders.
pub(super) fn finish(markets: &mut MarketState, account: &mut Account, id: u64, ending: Ending<'_>) {
    if !is_open(account, id) {
        return;
    }
    let now = markets.now;
    let before = account.order_lists.change(id, |list| {
        let before = list.clone();
        (list.done, list.locked, list.updated) = (true, None, now);
        before
    });
    let Some(before) = before else { return };
    if let Some((side, locked)) = before.locked {
        reserve::hold(account, reserve::asset(side, before.market.pair.base()), -locked);
    }
    for order in before.orders.iter().filter(|order| Some(order.id) != ending.except) {
        end(markets, account, order.id, ending.status, ending.by);
    }
    emit(markets, account, id, ListStatus::Done);
}

/// Ends a list whose orders no longer depend on each other.
pub(super) fn close(markets: &mut MarketState, account: &mut Account, id: u64) {
    let now = markets.now;
    account.order_lists.change(id, |list| (list.done, list.updated) = (true, now));
    emit(markets, account, id, ListStatus::Done);
}

/// Detaches one leg of an open OCO that is about to execute: the other leg expires, and the leg locks its own
/// balance.
pub(super) fn claim(markets: &mut MarketState, account: &mut Account, leg: &mut Order) {
    let Some(list) = leg.list().filter(|_| leg.paired()) else { return };
    finish(markets, account, list, Ending { except: Some(leg.id), status: Status::Expired, by: None });
    leg.terms_mut().paired = false;
    reserve::lock(account, leg);
}

/// Ends the list of an order that has ended unfilled. `by` is the client id of the request.
pub(super) fn after_end(markets: &mut MarketState, account: &mut Account, order: &Order, by: Option<&str>) {
    if let Some(list) = order.list() {
        let status = if order.status == Status::Canceled { Status::Canceled } else { Status::Expired };
        finish(markets, account, list, Ending { except: None, status, by });
    }
}

/// Whether a list is open.
pub(super) fn is_open(account: &Account, id: u64) -> bool {
    account.order_lists.find(&OrderRef::Id(id)).is_some_and(|list| !list.done)
}

/// A list and its orders as they are now.
pub(super) fn report(account: &Account, id: u64) -> Option<ListReport> {
    let list = account.order_lists.find(&OrderRef::Id(id))?.clone();
    let order = |listed: &ListedOrder| account.spot_orders.find(&OrderRef::Id(listed.id)).cloned();
    let orders = list.orders.iter().filter_map(order).map(|order| (order, Vec::new())).collect();
    Some(ListReport { list, orders })
}

/// Publishes a list.
pub(super) fn emit(markets: &mut MarketState, account: &Account, id: u64, status: ListStatus) {
    if let Some(list) = account.order_lists.find(&OrderRef::Id(id)) {
        markets.emit(account.id, EventKind::List { list: Box::new(list.clone()), status });
    }
}

//! Order lists: their placement, the activation of pending orders, and their end.

use super::{
    entry::{self, Entry},
    order_list::{Contingency, ListReport, ListStatus, ListedOrder, NewList, OrderList},
    replace::mark_rejected,
    reserve,
    rules::{self, Checked},
    terms::{Phase, SpotOrder},
};
use crate::engine::{
    Account, EventKind, Execution, Fill, Order, OrderRef, Reject, Status, cancel,
    markets::MarketState,
    matching::{Plan, Want},
};
use domain::{Decimal, OrderType, Side, TradeType};
use std::collections::BTreeSet;

/// Accepts or rejects an order list.
pub(super) fn place(
    markets: &mut MarketState,
    account: &mut Account,
    new: &NewList,
) -> Result<ListReport, Reject> {
    let orders: Vec<&SpotOrder> = new.orders().collect();
    let checked = orders.iter().map(|order| rules::check(markets, order)).collect::<Result<Vec<_>, _>>()?;
    rules::capacity(markets, account, &orders)?;
    if account.order_lists.open().filter(|list| list.market == new.market).count() >= super::limits::LISTS {
        return Err(Reject::filter("MAX_NUM_ORDER_LISTS"));
    }
    if new.client_id.as_deref().is_some_and(|client| account.order_lists.client_taken(client)) {
        return Err(Reject::duplicate_order());
    }
    let mut clients = BTreeSet::new();
    for client in orders.iter().filter_map(|order| order.order.client_id.as_deref()) {
        rules::unused(account, Some(client))?;
        if !clients.insert(client) {
            return Err(Reject::duplicate_order());
        }
    }
    let ids = markets.ids.clone();
    let placed = enter(markets, account, new, &checked);
    if placed.is_err() {
        // A rejected list uses up no ids.
        markets.ids = ids;
    }
    placed
}

/// Lets a list enter the market, or rejects it.
fn enter(
    markets: &mut MarketState,
    account: &mut Account,
    new: &NewList,
    checked: &[Checked],
) -> Result<ListReport, Reject> {
    let id = markets.ids.list();
    let mut orders = Vec::new();
    for (order, checked) in new.orders().zip(checked) {
        let mut order = entry::draft(markets, order, checked);
        order.terms_mut().list = Some(id);
        orders.push(order);
    }
    if new.working.is_some() {
        return enter_oto(markets, account, (id, new), orders);
    }
    let locked = admit_pair(markets, account, &mut orders)?;
    keep(markets, account, (id, new), &orders);
    open_pair(markets, account, (id, locked), &mut orders);
    emit(markets, account, id, ListStatus::Started);
    report(account, id).ok_or_else(Reject::unknown_order)
}

/// Lets an OTO enter the market: its working order becomes active, the others stay pending.
fn enter_oto(
    markets: &mut MarketState,
    account: &mut Account,
    (id, new): (u64, &NewList),
    mut orders: Vec<Order>,
) -> Result<ListReport, Reject> {
    let Some((working, pending)) = orders.split_first_mut() else {
        return Err(Reject::mandatory("workingType"));
    };
    let amount = Want::Base(working.amount);
    let way = entry::prepare(markets, working, amount)?;
    entry::afford(account, working, &way)?;
    for order in pending {
        order.status = Status::PendingNew;
        let terms = order.terms_mut();
        (terms.phase, terms.working_since) = (Phase::Pending, None);
    }
    keep(markets, account, (id, new), &orders);
    let mut reports: Vec<(Order, Vec<Fill>)> = orders.into_iter().map(|order| (order, Vec::new())).collect();
    for (index, (order, fills)) in reports.iter_mut().enumerate() {
        if index == 0 {
            *fills = entry::open(markets, account, order, way.clone());
        } else {
            markets.emit_order(account.id, order, Execution::New, None);
            account.spot_orders.put(order.clone());
        }
    }
    emit(markets, account, id, ListStatus::Started);
    let list = account.order_lists.find(&OrderRef::Id(id)).cloned().ok_or_else(Reject::unknown_order)?;
    // The answer shows the pending orders as pending even if the working order has filled.
    let working = reports.first().map(|(order, _)| order.clone());
    if let Some(working) = working {
        super::fill::after(markets, account, &working);
    }
    Ok(ListReport { list, orders: reports })
}

/// Stores a new list.
fn keep(markets: &MarketState, account: &mut Account, (id, new): (u64, &NewList), orders: &[Order]) {
    let oto = new.working.is_some();
    let listed = |order: &Order| ListedOrder { id: order.id, client_id: order.client_id.clone() };
    account.order_lists.put(OrderList {
        id,
        client_id: new.client_id.clone().unwrap_or_else(|| markets.client_id(id | 1 << 62)),
        market: new.market,
        contingency: if oto { Contingency::Oto } else { Contingency::Oco },
        orders: orders.iter().map(listed).collect(),
        working: orders.first().map(|order| order.id).filter(|_| oto),
        done: false,
        locked: None,
        created: markets.now,
        updated: markets.now,
    });
}

/// Checks that two legs can become an OCO now. Returns the amount that they lock together.
fn admit_pair(markets: &MarketState, account: &Account, legs: &mut [Order]) -> Result<Decimal, Reject> {
    let last = legs.first().map(|leg| markets.price(leg.market)).unwrap_or_default();
    if !legs.iter().all(|leg| right_side(leg, last)) {
        return Err(Reject::oco_prices());
    }
    for leg in legs.iter_mut() {
        entry::set_reserve(markets, leg);
        let amount = Want::Base(leg.amount);
        entry::prepare(markets, leg, amount)?;
    }
    let locked = legs.iter().map(reserve::worth).max().unwrap_or_default();
    let Some(leg) = legs.first() else { return Ok(locked) };
    let free = account.spot_free(reserve::asset(leg.side, leg.market.pair.base()));
    if free >= locked { Ok(locked) } else { Err(Reject::insufficient_balance()) }
}

/// Whether a leg's price is on its side of the last price: for a sell, the limit or take-profit above it and
/// the stop loss below it; for a buy the other way around.
fn right_side(leg: &Order, last: Decimal) -> bool {
    let (price, stops) = match leg.kind {
        OrderType::Limit | OrderType::TakeProfit => (leg.price, false),
        OrderType::TakeProfitMarket => (leg.trigger_price, false),
        _ => (leg.trigger_price, true),
    };
    let above = (leg.side == Side::Sell) != stops;
    price.is_none_or(|price| if above { price > last } else { price < last })
}

/// Makes the two legs of an OCO active. Their list locks what the larger one needs.
fn open_pair(
    markets: &mut MarketState,
    account: &mut Account,
    (id, locked): (u64, Decimal),
    legs: &mut [Order],
) {
    let Some((side, base)) = legs.first().map(|leg| (leg.side, leg.market.pair.base())) else { return };
    reserve::hold(account, reserve::asset(side, base), locked);
    let now = markets.now;
    account.order_lists.change(id, |list| {
        list.locked = Some((side, locked));
        list.updated = now;
    });
    for leg in legs {
        leg.terms_mut().paired = true;
        let way = if leg.kind.conditional() { Entry::Wait } else { Entry::Execute(Plan::default()) };
        entry::open(markets, account, leg, way);
    }
}

/// Activates the pending orders of a list whose working order was filled. Orders that are no longer possible
/// are rejected.
pub(super) fn activate(markets: &mut MarketState, account: &mut Account, working: &Order) {
    let found = working.list().and_then(|id| account.order_lists.find(&OrderRef::Id(id)));
    let Some(list) = found.filter(|list| !list.done && list.working == Some(working.id)) else { return };
    let id = list.id;
    let pending: Vec<Order> = list
        .pending()
        .filter_map(|id| account.spot_orders.find(&OrderRef::Id(id)))
        .filter(|order| order.status == Status::PendingNew)
        .cloned()
        .collect();
    if pending.len() == 2 {
        activate_pair(markets, account, id, pending);
        return;
    }
    for mut order in pending {
        activate_one(markets, account, &mut order);
    }
    close(markets, account, id);
}

/// Activates the single pending order of a list.
fn activate_one(markets: &mut MarketState, account: &mut Account, order: &mut Order) {
    entry::set_reserve(markets, order);
    // It is no longer pending when its balance is checked and locked.
    order.terms_mut().phase = Phase::Working;
    let amount = Want::Base(order.amount);
    let way = entry::prepare(markets, order, amount);
    match way.and_then(|way| entry::afford(account, order, &way).map(|()| way)) {
        Ok(way) => {
            entry::open(markets, account, order, way);
        }
        Err(reject) => refuse(markets, account, order, &reject),
    }
}

/// Activates the two pending orders of an OTOCO as an OCO.
fn activate_pair(markets: &mut MarketState, account: &mut Account, id: u64, mut legs: Vec<Order>) {
    for leg in &mut legs {
        leg.terms_mut().phase = Phase::Working;
    }
    match admit_pair(markets, account, &mut legs) {
        Ok(locked) => {
            open_pair(markets, account, (id, locked), &mut legs);
            emit(markets, account, id, ListStatus::Started);
        }
        Err(reject) => {
            for leg in &mut legs {
                refuse(markets, account, leg, &reject);
            }
            close(markets, account, id);
        }
    }
}

/// Rejects a pending order.
fn refuse(markets: &mut MarketState, account: &mut Account, order: &mut Order, reject: &Reject) {
    mark_rejected(markets, order, reject);
    markets.emit_order(account.id, order, Execution::Rejected, None);
    account.spot_orders.put(order.clone());
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
        cancel::end_by(markets, account, TradeType::Spot, order.id, ending.status, ending.by);
    }
    emit(markets, account, id, ListStatus::Done);
}

/// Ends a list whose orders no longer depend on each other.
fn close(markets: &mut MarketState, account: &mut Account, id: u64) {
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
pub(in crate::engine) fn after_end(
    markets: &mut MarketState,
    account: &mut Account,
    order: &Order,
    by: Option<&str>,
) {
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

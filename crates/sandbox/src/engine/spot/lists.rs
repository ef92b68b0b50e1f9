//! Placement of order lists.

use super::{
    activation, ending, entry, limits,
    order_list::{Contingency, ListReport, ListStatus, ListedOrder, NewList, OrderList},
    rules::{self, Checked},
    spot_order::SpotOrder,
};
use crate::engine::{
    Account, Execution, Fill, Order, OrderRef, Phase, Reject, Status, markets::MarketState, matching::Want,
};
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
    if account.order_lists.open().filter(|list| list.market == new.market).count() >= limits::LISTS {
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
    let locked = activation::admit_pair(markets, account, &mut orders)?;
    keep(markets, account, (id, new), &orders);
    activation::open_pair(markets, account, (id, locked), &mut orders);
    ending::emit(markets, account, id, ListStatus::Started);
    ending::report(account, id).ok_or_else(Reject::unknown_order)
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
    ending::emit(markets, account, id, ListStatus::Started);
    let list = account.order_lists.find(&OrderRef::Id(id)).cloned().ok_or_else(Reject::unknown_order)?;
    // The answer shows the pending orders as pending even if the working order has filled.
    let working = reports.first().map(|(order, _)| order.clone());
    if let Some(working) = working {
        activation::after(markets, account, &working);
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

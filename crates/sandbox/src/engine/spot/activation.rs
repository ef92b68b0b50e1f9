//! Activation of the orders of a list: the two legs of an OCO, and the pending orders of an OTO.

use super::{
    ending,
    entry::{self, Entry},
    order_list::ListStatus,
    rejection, reserve,
};
use crate::engine::{
    Account, Execution, Order, OrderRef, Phase, Reject, Status,
    markets::MarketState,
    matching::{Plan, Want},
};
use domain::{Decimal, OrderType, Side};

/// Follow-up after an order has executed: it activates the pending orders of its list when it is filled, and
/// ends its list when it has ended otherwise.
pub(super) fn after(markets: &mut MarketState, account: &mut Account, order: &Order) {
    match order.status {
        Status::Filled => activate(markets, account, order),
        status if !status.open() => ending::after_end(markets, account, order, None),
        _ => {}
    }
}

/// Activates the pending orders of a list whose working order was filled. Orders that are no longer possible
/// are rejected.
fn activate(markets: &mut MarketState, account: &mut Account, working: &Order) {
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
    ending::close(markets, account, id);
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
            ending::emit(markets, account, id, ListStatus::Started);
        }
        Err(reject) => {
            for leg in &mut legs {
                refuse(markets, account, leg, &reject);
            }
            ending::close(markets, account, id);
        }
    }
}

/// Rejects a pending order.
fn refuse(markets: &mut MarketState, account: &mut Account, order: &mut Order, reject: &Reject) {
    rejection::mark(markets, order, reject);
    markets.emit_order(account.id, order, Execution::Rejected, None);
    account.spot_orders.put(order.clone());
}

/// Checks that two legs can become an OCO now. Returns the amount that they lock together.
pub(super) fn admit_pair(
    markets: &MarketState,
    account: &Account,
    legs: &mut [Order],
) -> Result<Decimal, Reject> {
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
pub(super) fn open_pair(
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

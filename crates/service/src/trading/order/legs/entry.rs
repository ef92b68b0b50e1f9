//! Plans the orders that open a position.

use super::PlannedOrder;
use domain::{
    Decimal, OrderType, TimeInForce,
    ticket::{Entry, ManualOrder},
};

/// Returns the order that opens the position; of an OCO entry, its limit order.
pub(super) fn entry(order: &ManualOrder) -> PlannedOrder {
    let market = PlannedOrder::adding(order.side, order.amount);
    let limit = |price| PlannedOrder { kind: OrderType::Limit, price: Some(price), ..market.clone() };
    match order.entry {
        Entry::Market => market,
        Entry::Limit(price) | Entry::Oco { price, .. } => limit(price),
        Entry::TimedLimit { price, time_in_force } => PlannedOrder { time_in_force, ..limit(price) },
        Entry::Until { price, until } => {
            PlannedOrder { time_in_force: TimeInForce::Gtd, good_till: Some(until), ..limit(price) }
        }
        Entry::Stop { trigger, limit } => stop_entry(market, trigger, limit),
        Entry::Trailing { activation, callback_rate } => PlannedOrder {
            kind: OrderType::TrailingStopMarket,
            stop_price: Some(activation),
            callback_rate: Some(callback_rate),
            ..market
        },
    }
}

/// Returns the stop order of an OCO entry.
pub(super) fn second_entry(order: &ManualOrder) -> Option<PlannedOrder> {
    let Entry::Oco { trigger, limit, .. } = order.entry else { return None };
    Some(stop_entry(PlannedOrder::adding(order.side, order.amount), trigger, limit))
}

/// Returns the stop order that enters as `market` does, or as a limit order at `limit`.
fn stop_entry(market: PlannedOrder, trigger: Decimal, limit: Option<Decimal>) -> PlannedOrder {
    PlannedOrder {
        kind: if limit.is_some() { OrderType::Stop } else { OrderType::StopMarket },
        price: limit,
        stop_price: Some(trigger),
        ..market
    }
}

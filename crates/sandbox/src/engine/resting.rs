//! Futures orders in the book: what a resting order reserves, and its way in and out.

use super::{
    Account, Order,
    deadline::Deadline,
    markets::{MarketState, RestingOrder},
};
use domain::{Decimal, OrderType};

/// Adds an order to the book and reserves what it needs.
pub(super) fn rest(markets: &mut MarketState, account: &mut Account, order: &Order) {
    markets.book_mut(order.market).resting(order.side).insert(RestingOrder::of(order, account.id));
    markets.deadlines.extend(Deadline::of_order(account.id, order));
    hold(account, order, order.remaining());
}

/// Removes an open order from the book and releases what it reserved.
pub(super) fn withdraw(markets: &mut MarketState, account: &mut Account, order: &Order) {
    markets.book_mut(order.market).resting(order.side).remove(&RestingOrder::of(order, account.id));
    if let Some(due) = Deadline::of_order(account.id, order) {
        markets.deadlines.remove(&due);
    }
    hold(account, order, -order.remaining());
}

/// Adds an order's notional for `amount` to the open-order exposure, or removes it if `amount` is negative.
/// Reduce-only and market orders have none.
pub(super) fn hold(account: &mut Account, order: &Order, amount: Decimal) {
    if order.kind == OrderType::Limit && !order.reduce_only {
        let worth = order.price.unwrap_or_default() * amount;
        account.perpetual_mut(order.position()).add_exposure(order.side, worth);
    }
}

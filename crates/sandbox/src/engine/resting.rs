//! Orders in the book: what a resting order reserves, and its way in and out.

use super::{
    Account, Order,
    deadline::{Deadline, DueAction},
    markets::{MarketState, RestingOrder},
    spot,
};
use domain::{Decimal, OrderType, TradeType};

/// Adds an order to the book and reserves what it needs.
pub(super) fn rest(markets: &mut MarketState, account: &mut Account, order: &Order) {
    markets.book_mut(order.market).resting(order.side).insert(RestingOrder::of(order, account.id));
    match order.market.kind {
        TradeType::Spot => spot::lock(account, order),
        TradeType::Futures => {
            markets.deadlines.extend(deadline(account, order));
            hold(account, order, order.remaining());
        }
    }
}

/// Removes an open order from the book and releases what it reserved.
pub(super) fn withdraw(markets: &mut MarketState, account: &mut Account, order: &Order) {
    match order.market.kind {
        TradeType::Spot => spot::withdraw(markets, account, order),
        TradeType::Futures => {
            markets.book_mut(order.market).resting(order.side).remove(&RestingOrder::of(order, account.id));
            if let Some(due) = deadline(account, order) {
                markets.deadlines.remove(&due);
            }
            hold(account, order, -order.remaining());
        }
    }
}

/// When a GTD order expires.
fn deadline(account: &Account, order: &Order) -> Option<Deadline> {
    let (account, action) = (account.id, DueAction::Order(order.id));
    order.terms.good_till.map(|at| Deadline { at, account, action })
}

/// Adds a futures order's notional for `amount` to the open-order exposure, or removes it if `amount` is negative.
/// Reduce-only and market orders have none.
pub(super) fn hold(account: &mut Account, order: &Order, amount: Decimal) {
    if order.kind == OrderType::Limit && !order.reduce_only {
        let worth = order.price.unwrap_or_default() * amount;
        account.perpetual_mut(order.position()).add_exposure(order.side, worth);
    }
}

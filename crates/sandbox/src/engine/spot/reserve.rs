//! The balance that open spot orders lock.
//!
//! A sell locks its unfilled amount of the base asset, a buy its unfilled value of the quote asset: at the
//! limit price, or without one at the stop price or the last price when it was placed. The two open legs of an
//! OCO lock the larger of both amounts once, through their list. A pending order locks nothing.

use crate::{
    engine::{
        Account, Order, Phase,
        markets::{MarketState, RestingOrder},
    },
    market::QUOTE,
};
use domain::{Decimal, Side};

/// The asset that an order on this side pays with.
pub(super) const fn asset(side: Side, base: &'static str) -> &'static str {
    match side {
        Side::Buy => QUOTE,
        Side::Sell => base,
    }
}

/// The amount that an order takes at most, regardless of what it locks.
pub(super) fn worth(order: &Order) -> Decimal {
    let reserve = || order.spot.as_ref().and_then(|terms| terms.reserve);
    match order.side {
        Side::Buy => order.price.or_else(reserve).unwrap_or_default() * order.remaining(),
        Side::Sell => order.remaining(),
    }
}

/// The amount that an open order locks by itself.
fn locks(order: &Order) -> Decimal {
    if order.phase() == Phase::Pending || order.paired() { Decimal::ZERO } else { worth(order) }
}

/// Locks an amount of the balance, or releases it if it is negative.
pub(super) fn hold(account: &mut Account, asset: &str, amount: Decimal) {
    if !amount.is_zero() {
        let holding = account.spot_mut(asset);
        holding.free -= amount;
        holding.locked += amount;
    }
}

/// Adds an order to the book and locks what it needs.
pub(super) fn rest(markets: &mut MarketState, account: &mut Account, order: &Order) {
    markets.book_mut(order.market).resting(order.side).insert(RestingOrder::of(order, account.id));
    lock(account, order);
}

/// Locks what an order needs.
pub(super) fn lock(account: &mut Account, order: &Order) {
    hold(account, asset(order.side, order.market.pair.base()), locks(order));
}

/// Releases what an order has locked.
pub(super) fn unlock(account: &mut Account, order: &Order) {
    hold(account, asset(order.side, order.market.pair.base()), -locks(order));
}

/// Takes an order out of the book or out of the waiting orders, and releases what it has locked.
pub(super) fn withdraw(markets: &mut MarketState, account: &mut Account, order: &Order) {
    let book = markets.book_mut(order.market);
    match order.phase() {
        Phase::Working => {
            book.resting(order.side).remove(&RestingOrder::of(order, account.id));
        }
        Phase::Waiting => {
            book.algos.remove(&(order.id, account.id));
        }
        Phase::Pending => {}
    }
    unlock(account, order);
}

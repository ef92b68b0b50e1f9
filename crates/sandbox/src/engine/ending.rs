//! How futures orders end before they are filled: cancelled by their owner, or expired because they have lost
//! their purpose.

use super::{
    Account, AlgoOrder, AlgoStatus, Execution, NewOrder, Order, OrderRef, Status, deadline::Deadline,
    markets::MarketState, resting, ruleset, terms::PositionId,
};
use crate::market::MarketId;
use domain::{TimeInForce, TradeType};

/// Ends one open order and publishes the change.
pub(super) fn end(
    markets: &mut MarketState,
    account: &mut Account,
    id: u64,
    status: Status,
) -> Option<Order> {
    let now = markets.now;
    let order = account.futures_orders.find(&OrderRef::Id(id)).filter(|o| o.status.open())?.clone();
    resting::withdraw(markets, account, &order);
    let order = account.futures_orders.change(id, |o| {
        o.status = status;
        o.updated = now;
        o.clone()
    })?;
    let how = if status == Status::Canceled { Execution::Canceled } else { Execution::Expired };
    markets.emit_order_end(account.id, &order, how, None);
    finish_algo(markets, account, &order);
    Some(order)
}

/// Ends one waiting conditional order and publishes the change.
pub(super) fn end_algo(
    markets: &mut MarketState,
    account: &mut Account,
    id: u64,
    status: AlgoStatus,
) -> Option<AlgoOrder> {
    let now = markets.now;
    let algo = account.algos.change(id, |a| {
        a.status = status;
        a.updated = now;
        a.clone()
    })?;
    markets.book_mut(MarketId::futures(algo.pair)).algos.remove(&(id, account.id));
    if let Some(due) = Deadline::of_algo(account.id, &algo) {
        markets.deadlines.remove(&due);
    }
    markets.emit_algo(account.id, &algo);
    Some(algo)
}

/// Follow-up after an order has changed: its conditional order finishes with it, and orders that have
/// lost their purpose are expired. `ended` means that a position was closed or reversed.
pub(super) fn after(markets: &mut MarketState, account: &mut Account, order: &Order, ended: bool) {
    if !order.status.open() {
        finish_algo(markets, account, order);
    }
    end_purposeless(markets, account, order.position(), ended);
}

fn finish_algo(markets: &mut MarketState, account: &mut Account, order: &Order) {
    let Some(id) = order.algo_id else { return };
    let now = markets.now;
    let finished = account.algos.change(id, |a| {
        let first = a.status == AlgoStatus::Triggered;
        a.status = AlgoStatus::Finished;
        a.updated = now;
        first.then(|| a.clone())
    });
    if let Some(algo) = finished.flatten() {
        markets.emit_algo(account.id, &algo);
    }
}

/// Expires the orders that could only reduce a position that no longer exists: reduce-only orders in the
/// book, and orders tied to the position (`GTE_GTC`, closePosition). Under older rules the latter may also
/// wait for an opening order.
fn end_purposeless(markets: &mut MarketState, account: &mut Account, position: PositionId, ended: bool) {
    let perpetual = account.perpetual(position);
    let orphaned = markets.ruleset >= ruleset::GTE_NEEDS_POSITION || ended || !openers(account, position);
    let idle = |side| perpetual.closable(side).is_zero();
    let lost = account.open_order_ids(TradeType::Futures, |o| {
        let lives_with_it = o.tif == TimeInForce::GteGtc && orphaned;
        o.position() == position && idle(o.side) && (o.reduce_only || lives_with_it)
    });
    for id in lost {
        end(markets, account, id, Status::Expired);
    }
    let lost = account.open_algo_ids(|a| {
        let lives_with_it = a.close_position || a.tif == TimeInForce::GteGtc;
        a.position() == position && lives_with_it && idle(a.side) && orphaned
    });
    for id in lost {
        end_algo(markets, account, id, AlgoStatus::Expired);
    }
}

/// Whether an open order could open a position.
fn openers(account: &Account, position: PositionId) -> bool {
    let opens = |o: &Order| o.position() == position && !o.reduce_only && o.tif != TimeInForce::GteGtc;
    account.futures_orders.open().any(opens)
}

/// Whether an open order could open the position that the new order needs. Only older rules accept that.
pub(super) fn has_openers(markets: &MarketState, account: &Account, new: &NewOrder) -> bool {
    markets.ruleset < ruleset::GTE_NEEDS_POSITION && openers(account, new.position())
}

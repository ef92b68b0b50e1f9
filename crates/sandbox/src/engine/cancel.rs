//! How orders end before they are filled: cancelled by their owner, or expired because they have lost their
//! purpose.

use super::{
    Account, AlgoOrder, AlgoStatus, Answer, Execution, Order, OrderRef, Reject, Status, Which, futures,
    markets::Floor, ruleset, settle::on_futures, spot,
};
use crate::market::{MarketId, Pair, QUOTE};
use domain::{TimeInForce, TradeType};

/// Cancels one order. `by` is the client id of the request.
pub(super) fn one(
    floor: &mut Floor,
    account: &mut Account,
    market: MarketId,
    which: Which,
    order: &OrderRef,
    by: Option<&str>,
) -> Result<Answer, Reject> {
    if which == Which::Algo {
        let algo = account.algos.find(order).filter(|a| a.status == AlgoStatus::New && a.pair == market.pair);
        let id = algo.ok_or_else(Reject::unknown_order)?.id;
        let ended = end_algo(floor, account, id, AlgoStatus::Canceled);
        return ended.map(Answer::Algo).ok_or_else(Reject::unknown_order);
    }
    let found = account.orders(market.kind).find(order).filter(|o| o.status.open() && o.market == market);
    let id = found.ok_or_else(Reject::unknown_order)?.id;
    let order = end_by(floor, account, market.kind, id, Status::Canceled, by);
    let order = order.ok_or_else(Reject::unknown_order)?;
    after(floor, account, &order, false);
    Ok(Answer::Order { order, fills: Vec::new() })
}

/// Cancels all open orders of a market. `by` is the client id of the request.
pub(super) fn all(
    floor: &mut Floor,
    account: &mut Account,
    market: MarketId,
    which: Which,
    by: Option<&str>,
) -> Answer {
    if which == Which::Algo {
        let ids = algo_ids(account, |a| a.pair == market.pair);
        let ended = ids.into_iter().filter_map(|id| end_algo(floor, account, id, AlgoStatus::Canceled));
        return Answer::Algos(ended.collect());
    }
    let ids = order_ids(account, market.kind, |o| o.market == market);
    let ended =
        ids.into_iter().filter_map(|id| end_by(floor, account, market.kind, id, Status::Canceled, by));
    let ended: Vec<_> = ended.collect();
    if let Some(last) = ended.last() {
        after(floor, account, last, false);
    }
    Answer::Orders(ended)
}

/// Ends one open order and publishes the change.
pub(super) fn end(
    floor: &mut Floor,
    account: &mut Account,
    kind: TradeType,
    id: u64,
    status: Status,
) -> Option<Order> {
    end_by(floor, account, kind, id, status, None)
}

fn end_by(
    floor: &mut Floor,
    account: &mut Account,
    kind: TradeType,
    id: u64,
    status: Status,
    by: Option<&str>,
) -> Option<Order> {
    let now = floor.now;
    let order = account.orders(kind).find(&OrderRef::Id(id)).filter(|o| o.status.open())?.clone();
    match kind {
        TradeType::Spot => spot::withdraw(floor, account, &order),
        TradeType::Futures => futures::withdraw(floor, account, &order),
    }
    let order = account.orders_mut(kind).change(id, |o| {
        o.status = status;
        o.updated = now;
        o.clone()
    })?;
    let how = if status == Status::Canceled { Execution::Canceled } else { Execution::Expired };
    floor.tell_ended(account.id, &order, how, by);
    match kind {
        TradeType::Spot => floor.tell_spot(account, &[order.market.pair.base(), QUOTE]),
        TradeType::Futures => finish_algo(floor, account, &order),
    }
    Some(order)
}

/// Ends one waiting conditional order and publishes the change.
pub(super) fn end_algo(
    floor: &mut Floor,
    account: &mut Account,
    id: u64,
    status: AlgoStatus,
) -> Option<AlgoOrder> {
    let now = floor.now;
    let algo = account.algos.change(id, |a| {
        a.status = status;
        a.updated = now;
        a.clone()
    })?;
    floor.shelf_mut(MarketId::futures(algo.pair)).algos.remove(&(id, account.id));
    floor.tell_algo(account.id, &algo);
    Some(algo)
}

/// Follow-up after a futures order has changed: its conditional order finishes with it, and orders that have
/// lost their purpose are expired. `ended` means that a position was closed or reversed.
pub(super) fn after(floor: &mut Floor, account: &mut Account, order: &Order, ended: bool) {
    if !on_futures(order) {
        return;
    }
    if !order.status.open() {
        finish_algo(floor, account, order);
    }
    end_purposeless(floor, account, order.market.pair, ended);
}

fn finish_algo(floor: &mut Floor, account: &mut Account, order: &Order) {
    let Some(id) = order.algo_id else { return };
    let now = floor.now;
    let finished = account.algos.change(id, |a| {
        let first = a.status == AlgoStatus::Triggered;
        a.status = AlgoStatus::Finished;
        a.updated = now;
        first.then(|| a.clone())
    });
    if let Some(algo) = finished.flatten() {
        floor.tell_algo(account.id, &algo);
    }
}

/// Expires the orders that could only reduce a position that no longer exists: reduce-only orders in the
/// book, and orders tied to the position (`GTE_GTC`, closePosition). Under older rules the latter may also
/// wait for an opening order.
fn end_purposeless(floor: &mut Floor, account: &mut Account, pair: Pair, ended: bool) {
    let perpetual = account.perpetual(pair);
    let orphaned = floor.ruleset >= ruleset::GTE_NEEDS_POSITION || ended || !openers(account, pair);
    let idle = |side| perpetual.closable(side).is_zero();
    let lost = order_ids(account, TradeType::Futures, |o| {
        let lives_with_it = o.tif == TimeInForce::GteGtc && orphaned;
        o.market.pair == pair && idle(o.side) && (o.reduce_only || lives_with_it)
    });
    for id in lost {
        end(floor, account, TradeType::Futures, id, Status::Expired);
    }
    let lost = algo_ids(account, |a| {
        let lives_with_it = a.close_position || a.tif == TimeInForce::GteGtc;
        a.pair == pair && lives_with_it && idle(a.side) && orphaned
    });
    for id in lost {
        end_algo(floor, account, id, AlgoStatus::Expired);
    }
}

/// Whether an open order could open a position.
pub(super) fn openers(account: &Account, pair: Pair) -> bool {
    let opens = |o: &Order| o.market.pair == pair && !o.reduce_only && o.tif != TimeInForce::GteGtc;
    account.futures_orders.open().any(opens)
}

pub(super) fn order_ids(account: &Account, kind: TradeType, which: impl Fn(&Order) -> bool) -> Vec<u64> {
    account.orders(kind).open().filter(|o| which(o)).map(|o| o.id).collect()
}

pub(super) fn algo_ids(account: &Account, which: impl Fn(&AlgoOrder) -> bool) -> Vec<u64> {
    account.algos.open().filter(|a| which(a)).map(|a| a.id).collect()
}

//! How orders end before they are filled: cancelled by their owner, or expired because they have lost their
//! purpose.

use super::{
    Account, AlgoOrder, AlgoStatus, CommandResult, Execution, NewOrder, Order, OrderRef, Reject, Status,
    Which, algo, markets::MarketState, resting, ruleset, spot, terms::PositionId,
};
use crate::market::{MarketId, QUOTE};
use domain::{TimeInForce, TradeType};

/// Cancels one order. `by` is the client id of the request.
pub(super) fn cancel_order(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    which: Which,
    order: &OrderRef,
    by: Option<&str>,
) -> Result<CommandResult, Reject> {
    if which == Which::Algo {
        let algo = account.algos.find(order).filter(|a| a.status == AlgoStatus::New && a.pair == market.pair);
        let id = algo.ok_or_else(Reject::unknown_order)?.id;
        let ended = end_algo(markets, account, id, AlgoStatus::Canceled);
        return ended.map(CommandResult::Algo).ok_or_else(Reject::unknown_order);
    }
    let found = account.orders(market.kind).find(order).filter(|o| o.status.open() && o.market == market);
    let id = found.ok_or_else(Reject::unknown_order)?.id;
    let order = end_by(markets, account, market.kind, id, Status::Canceled, by);
    let order = order.ok_or_else(Reject::unknown_order)?;
    after(markets, account, &order, false);
    Ok(CommandResult::Order { order, fills: Vec::new() })
}

/// Cancels all open orders of a market. `by` is the client id of the request.
pub(super) fn cancel_all_orders(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    which: Which,
    by: Option<&str>,
) -> CommandResult {
    if which == Which::Algo {
        let ids = algo_ids(account, |a| a.pair == market.pair);
        let ended = ids.into_iter().filter_map(|id| end_algo(markets, account, id, AlgoStatus::Canceled));
        return CommandResult::Algos(ended.collect());
    }
    let ids = order_ids(account, market.kind, |o| o.market == market);
    let ended =
        ids.into_iter().filter_map(|id| end_by(markets, account, market.kind, id, Status::Canceled, by));
    let ended: Vec<_> = ended.collect();
    if let Some(last) = ended.last() {
        after(markets, account, last, false);
    }
    CommandResult::Orders(ended)
}

/// Ends one open order and publishes the change.
pub(super) fn end(
    markets: &mut MarketState,
    account: &mut Account,
    kind: TradeType,
    id: u64,
    status: Status,
) -> Option<Order> {
    end_by(markets, account, kind, id, status, None)
}

/// Ends one open order and publishes the change. `by` is the client id of the request.
pub(super) fn end_by(
    markets: &mut MarketState,
    account: &mut Account,
    kind: TradeType,
    id: u64,
    status: Status,
    by: Option<&str>,
) -> Option<Order> {
    let now = markets.now;
    let order = account.orders(kind).find(&OrderRef::Id(id)).filter(|o| o.status.open())?.clone();
    resting::withdraw(markets, account, &order);
    let order = account.orders_mut(kind).change(id, |o| {
        o.status = status;
        o.updated = now;
        o.clone()
    })?;
    let how = if status == Status::Canceled { Execution::Canceled } else { Execution::Expired };
    markets.emit_order_end(account.id, &order, how, by);
    match kind {
        TradeType::Spot => {
            markets.emit_spot_balances(account, &[order.market.pair.base(), QUOTE]);
            spot::after_end(markets, account, &order, by);
        }
        TradeType::Futures => finish_algo(markets, account, &order),
    }
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
    if let Some(due) = algo::deadline(account, &algo) {
        markets.deadlines.remove(&due);
    }
    markets.emit_algo(account.id, &algo);
    Some(algo)
}

/// Follow-up after a futures order has changed: its conditional order finishes with it, and orders that have
/// lost their purpose are expired. `ended` means that a position was closed or reversed.
pub(super) fn after(markets: &mut MarketState, account: &mut Account, order: &Order, ended: bool) {
    if order.market.kind != TradeType::Futures {
        return;
    }
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
    let lost = order_ids(account, TradeType::Futures, |o| {
        let lives_with_it = o.tif == TimeInForce::GteGtc && orphaned;
        o.position() == position && idle(o.side) && (o.reduce_only || lives_with_it)
    });
    for id in lost {
        end(markets, account, TradeType::Futures, id, Status::Expired);
    }
    let lost = algo_ids(account, |a| {
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

pub(super) fn order_ids(account: &Account, kind: TradeType, which: impl Fn(&Order) -> bool) -> Vec<u64> {
    account.orders(kind).open().filter(|o| which(o)).map(|o| o.id).collect()
}

pub(super) fn algo_ids(account: &Account, which: impl Fn(&AlgoOrder) -> bool) -> Vec<u64> {
    account.algos.open().filter(|a| which(a)).map(|a| a.id).collect()
}

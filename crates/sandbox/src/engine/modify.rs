//! Modification of resting futures orders.
//!
//! As on Binance, only limit orders can be modified, and a modification that cannot leave the order in the book
//! cancels it: a new amount that is already filled, or a post-only order that would execute as taker.

use super::{
    Account, CommandResult, Execution, NewOrder, Order, OrderRef, OrderTerms, Reason, Reject, Status,
    bracket, cancel, futures, margin,
    markets::MarketState,
    matching::{self, Plan, Want},
    position::signed,
    resting, rounding, settle,
};
use crate::market::MarketId;
use domain::{Decimal, OrderType, TimeInForce, TradeType};

/// Changes price and amount of an open order.
pub(super) fn modify(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    which: &OrderRef,
    terms: OrderTerms,
) -> Result<CommandResult, Reject> {
    let found = account.futures_orders.find(which).filter(|o| o.status.open() && o.market == market);
    let before = found.ok_or_else(Reject::no_such_order)?.clone();
    let OrderTerms { side, amount, price } = terms;
    if before.kind != OrderType::Limit {
        return Err(Reject::limit_only());
    }
    if before.side != side {
        return Err(Reject::invalid_side());
    }
    if before.amount == amount && before.price == Some(price) {
        return Err(Reject::nothing_to_modify());
    }
    let mut new = NewOrder::limit(market, side, amount, price);
    (new.tif, new.reduce_only) = (Some(before.tif), before.reduce_only);
    futures::check(markets, &new)?;
    markets.admits(market, before.reduce_only)?;
    if amount <= before.filled {
        return end(markets, account, &before);
    }
    let closable = account.perpetual(market.pair).closable(side);
    let left = amount - before.filled;
    let most = if before.reduce_only { left.min(closable) } else { left };
    let plan = matching::plan(markets, market, side, Some(price), Want::Base(most));
    if before.tif == TimeInForce::Gtx && !plan.levels.is_empty() {
        return end(markets, account, &before);
    }
    if !before.reduce_only {
        afford(markets, account, &before, price * (left - plan.amount), &plan)?;
    }
    Ok(apply(markets, account, before, terms, plan))
}

fn end(markets: &mut MarketState, account: &mut Account, order: &Order) -> Result<CommandResult, Reject> {
    let ended = cancel::end(markets, account, TradeType::Futures, order.id, Status::Canceled);
    let order = ended.ok_or_else(Reject::no_such_order)?;
    cancel::after(markets, account, &order, false);
    Ok(CommandResult::Order { order, fills: Vec::new() })
}

/// Checks the leverage bracket and the margin for what the new terms need beyond the old ones: `rests` is the
/// notional that would remain in the book.
fn afford(
    markets: &MarketState,
    account: &Account,
    order: &Order,
    rests: Decimal,
    plan: &Plan,
) -> Result<(), Reject> {
    let pair = order.market.pair;
    let (before, mark) = (account.perpetual(pair), markets.mark(pair));
    let mut after = before;
    let held = order.price.unwrap_or_default() * order.remaining();
    after.add_exposure(order.side, plan.cost + rests - held);
    let (had, has) = (before.exposure(mark), after.exposure(mark));
    if has <= had {
        return Ok(());
    }
    if has > bracket::largest(pair, before.leverage) {
        return Err(Reject::over_bracket());
    }
    let fee = plan.cost * settle::FUTURES_TAKER_FEE;
    let loss = rounding::at_least_zero(signed(order.side, plan.cost - plan.amount * mark));
    let needed = after.initial(has - had) + fee + loss;
    if needed > margin::available(markets, account) { Err(Reject::margin_insufficient()) } else { Ok(()) }
}

/// Takes the order out of the book, and puts it back with its new terms. What they cross is filled.
fn apply(
    markets: &mut MarketState,
    account: &mut Account,
    before: Order,
    terms: OrderTerms,
    plan: Plan,
) -> CommandResult {
    resting::withdraw(markets, account, &before);
    let mut order = before;
    order.price = Some(terms.price.normalize());
    order.amount = terms.amount.normalize();
    order.updated = markets.now;
    markets.emit_order(account.id, &order, Execution::Amendment, None);
    let (fills, ended) = futures::take(markets, account, &mut order, plan.levels);
    if order.status.open() {
        resting::rest(markets, account, &order);
    }
    account.futures_orders.put(order.clone());
    if !fills.is_empty() {
        markets.emit_futures_account(account, Reason::Order, Decimal::ZERO, &[order.market.pair]);
    }
    cancel::after(markets, account, &order, ended);
    // If a fill closed the position, the rest of a reduce-only order has been ended.
    let order = account.futures_orders.find(&OrderRef::Id(order.id)).cloned().unwrap_or(order);
    CommandResult::Order { order, fills }
}

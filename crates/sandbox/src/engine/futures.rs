//! Placement, execution and withdrawal of futures orders.

use super::{
    Account, AlgoOrder, AlgoStatus, Execution, Fill, NewOrder, Order, Reason, Reject, Status, bracket,
    cancel, filters, margin,
    markets::{MarketState, RestingOrder},
    matching::{self, Plan, Want},
    place,
    position::signed,
    ruleset, settle,
};
use crate::market::Level;
use domain::{Decimal, OrderType, TimeInForce};

/// Checks an order against the market's filters.
pub(super) fn check(markets: &MarketState, new: &NewOrder) -> Result<(), Reject> {
    if new.quote_amount.is_some() {
        return Err(Reject::mandatory("quantity"));
    }
    let (price, _) = place::terms(markets, new)?;
    let amount = new.amount.ok_or_else(|| Reject::mandatory("quantity"))?;
    filters::amount(markets, new.market, amount)?;
    if !new.reduce_only {
        filters::notional(markets, new.market, price.unwrap_or_else(|| markets.price(new.market)), amount)?;
    }
    price.map_or(Ok(()), |p| filters::band(markets, new.market, new.side, p, markets.mark(new.market.pair)))
}

/// Accepts or rejects an order; `algo` is the conditional order it comes from.
pub(super) fn place(
    markets: &mut MarketState,
    account: &mut Account,
    new: &NewOrder,
    algo: Option<&AlgoOrder>,
) -> Result<(Order, Vec<Fill>), Reject> {
    let (price, tif) = place::terms(markets, new)?;
    let amount = new.amount.ok_or_else(|| Reject::mandatory("quantity"))?;
    let closable = account.perpetual(new.market.pair).closable(new.side);
    if new.reduce_only && closable.is_zero() {
        return Err(Reject::reduce_only());
    }
    markets.admits(new.market, new.reduce_only)?;
    markets.within_band(new)?;
    if tif == TimeInForce::GteGtc && closable.is_zero() && !has_openers(markets, account, new) {
        return Err(Reject::no_position());
    }
    // A reduce-only order takes at most the size of the position.
    let most = if new.reduce_only { amount.min(closable) } else { amount };
    let plan = matching::plan(markets, new.market, new.side, price, Want::Base(most));
    match tif {
        TimeInForce::Gtx if !plan.levels.is_empty() => return Err(Reject::post_only()),
        TimeInForce::Fok if plan.amount < amount => return Err(Reject::fok()),
        _ => {}
    }
    let stands = price.filter(|_| tif != TimeInForce::Ioc);
    if !new.reduce_only {
        afford(markets, account, new, stands, &plan)?;
    }

    let mut order = place::order(markets, new, amount, tif);
    if let Some(algo) = algo {
        become_order(markets, account, &mut order, algo);
    }
    markets.emit_order(account.id, &order, Execution::New, None);
    let (fills, ended) = take(markets, account, &mut order, plan.levels);
    if order.status.open() {
        if stands.is_some() {
            rest_on_book(markets, account, &order);
        } else {
            order.status = Status::Expired;
            markets.emit_order(account.id, &order, Execution::Expired, None);
        }
    }
    let id = order.id;
    account.futures_orders.put(order.clone());
    if !fills.is_empty() {
        markets.emit_futures_account(account, Reason::Order, Decimal::ZERO, &[new.market.pair]);
    }
    cancel::after(markets, account, &order, ended);
    // If the fill closed the position, the rest of a reduce-only order has been ended.
    let order = account.futures_orders.find(&super::OrderRef::Id(id)).cloned().unwrap_or(order);
    Ok((order, fills))
}

/// Whether an open order could open the position that the new order needs. Only older rules accept that.
pub(super) fn has_openers(markets: &MarketState, account: &Account, new: &NewOrder) -> bool {
    markets.ruleset < ruleset::GTE_NEEDS_POSITION && cancel::openers(account, new.market.pair)
}

/// Links a triggered order to the conditional order it comes from, and publishes the change.
fn become_order(markets: &mut MarketState, account: &mut Account, order: &mut Order, algo: &AlgoOrder) {
    order.algo_id = Some(algo.id);
    order.original_kind = algo.kind;
    order.trigger_price = algo.trigger_price;
    order.close_position = algo.close_position;
    let (id, now) = (order.id, markets.now);
    let reported = account.algos.change(algo.id, |a| {
        a.status = AlgoStatus::Triggered;
        a.order_id = Some(id);
        a.updated = now;
        a.clone()
    });
    if let Some(reported) = reported {
        markets.emit_algo(account.id, &reported);
    }
}

/// Checks the leverage bracket and the margin for what an order may open: the taken part at the book's
/// prices, the rest at the order's own price. Orders that only reduce need nothing.
fn afford(
    markets: &MarketState,
    account: &Account,
    new: &NewOrder,
    stands: Option<Decimal>,
    plan: &Plan,
) -> Result<(), Reject> {
    let pair = new.market.pair;
    let (before, mark) = (account.perpetual(pair), markets.mark(pair));
    let mut after = before;
    let rest = new.amount.unwrap_or_default() - plan.amount;
    after.add_exposure(new.side, plan.cost + stands.map_or(Decimal::ZERO, |price| price * rest));
    let (had, has) = (before.exposure(mark), after.exposure(mark));
    if has <= had {
        return Ok(());
    }
    if has > bracket::largest(pair, before.leverage) {
        return Err(Reject::over_bracket());
    }
    let fee = plan.cost * settle::FUTURES_TAKER_FEE;
    // Taking at a price worse than the mark realizes the difference as an immediate loss.
    let loss = settle::at_least_zero(signed(new.side, plan.cost - plan.amount * mark));
    let needed = after.initial(has - had) + fee + loss;
    if needed > margin::available(markets, account) { Err(Reject::margin_insufficient()) } else { Ok(()) }
}

/// Fills an order at the given levels of the book. Returns the fills, and whether a position was closed or
/// reversed.
pub(super) fn take(
    markets: &mut MarketState,
    account: &mut Account,
    order: &mut Order,
    levels: Vec<Level>,
) -> (Vec<Fill>, bool) {
    let how = if order.liquidation { Execution::Calculated } else { Execution::Trade };
    let mut ended = false;
    let mut fills = Vec::new();
    for level in levels {
        let trade = markets.ids.trade();
        markets.take(order.market, order.side, trade, level);
        let (fill, change) = settle::futures(markets, account, order, level, (trade, false));
        ended |= change.ended;
        markets.emit_order(account.id, order, how, Some(&fill));
        fills.push(fill);
    }
    (fills, ended)
}

/// Adds an order to the book.
pub(super) fn rest_on_book(markets: &mut MarketState, account: &mut Account, order: &Order) {
    markets.book_mut(order.market).resting(order.side).insert(RestingOrder::of(order, account.id));
    hold(account, order, order.remaining());
}

/// Removes a resting order from the book.
pub(super) fn withdraw(markets: &mut MarketState, account: &mut Account, order: &Order) {
    markets.book_mut(order.market).resting(order.side).remove(&RestingOrder::of(order, account.id));
    hold(account, order, -order.remaining());
}

/// Adds the order's notional for `amount` to the open-order exposure, or removes it if `amount` is negative.
/// Reduce-only and market orders have none.
pub(super) fn hold(account: &mut Account, order: &Order, amount: Decimal) {
    if order.kind == OrderType::Limit && !order.reduce_only {
        let worth = order.price.unwrap_or_default() * amount;
        account.perpetual_mut(order.market.pair).add_exposure(order.side, worth);
    }
}

//! Placement and execution of futures orders.

use super::{
    Account, AlgoOrder, AlgoStatus, Execution, Fill, NewOrder, Order, Reason, Reject, Status, bracket,
    ending, filters, margin,
    markets::MarketState,
    matching::{self, Plan, Want},
    new_order,
    position::signed,
    resting, rounding, settle,
    terms::PositionId,
};
use crate::market::Level;
use domain::{Decimal, Side, TimeInForce};

/// Checks an order against the market's filters.
pub(super) fn check(markets: &MarketState, new: &NewOrder) -> Result<(), Reject> {
    if new.quote_amount.is_some() {
        return Err(Reject::mandatory("quantity"));
    }
    let (price, _) = new_order::terms(markets, new)?;
    new.terms.check_date(markets.now)?;
    let amount = new.amount.ok_or_else(|| Reject::mandatory("quantity"))?;
    filters::amount(markets, new.market, amount)?;
    if !new.reduce_only {
        filters::notional(markets, new.market, price.unwrap_or_else(|| markets.price(new.market)), amount)?;
    }
    price.map_or(Ok(()), |p| filters::band(markets, new.market, new.side, p, markets.mark(new.market.pair)))
}

/// An order that passes all checks, as it would execute.
struct Accepted {
    amount: Decimal,
    tif: TimeInForce,
    /// The part taken from the book.
    plan: Plan,
    /// The part that is not taken rests in the book.
    rests: bool,
}

/// Checks an order against the account and the book.
fn accept(markets: &MarketState, account: &Account, new: &NewOrder) -> Result<Accepted, Reject> {
    let (price, tif) = new_order::terms(markets, new)?;
    let amount = new.amount.ok_or_else(|| Reject::mandatory("quantity"))?;
    let closable = account.perpetual(new.position()).closable(new.side);
    if new.reduce_only && closable.is_zero() {
        return Err(Reject::reduce_only());
    }
    markets.admits(new.market, new.reduce_only)?;
    markets.within_band(new)?;
    if tif == TimeInForce::GteGtc && closable.is_zero() && !ending::has_openers(markets, account, new) {
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
    let rest_price = price.filter(|_| tif != TimeInForce::Ioc);
    if !new.reduce_only {
        let (id, mark) = (new.position(), markets.mark(new.market.pair));
        let before = account.perpetual(id);
        let mut after = before;
        let rest = amount - plan.amount;
        after.add_exposure(new.side, plan.cost + rest_price.map_or(Decimal::ZERO, |price| price * rest));
        let exposure = Exposure { had: before.exposure(mark), has: after.exposure(mark) };
        afford(markets, account, (id, new.side), exposure, &plan)?;
    }
    Ok(Accepted { amount, tif, plan, rests: rest_price.is_some() })
}

/// Checks an order as [`place`] does, without placing it. Returns the order that would have been accepted.
pub(super) fn test(markets: &MarketState, account: &Account, new: &NewOrder) -> Result<Order, Reject> {
    let accepted = accept(markets, account, new)?;
    Ok(new_order::preview(markets, new, accepted.amount, accepted.tif))
}

/// Accepts or rejects an order; `algo` is the conditional order it comes from.
pub(super) fn place(
    markets: &mut MarketState,
    account: &mut Account,
    new: &NewOrder,
    algo: Option<&AlgoOrder>,
) -> Result<(Order, Vec<Fill>), Reject> {
    let Accepted { amount, tif, plan, rests } = accept(markets, account, new)?;
    let mut order = new_order::build(markets, new, amount, tif);
    if let Some(algo) = algo {
        become_order(markets, account, &mut order, algo);
    }
    markets.emit_order(account.id, &order, Execution::New, None);
    let (fills, ended) = take(markets, account, &mut order, plan.levels);
    if order.status.open() {
        if rests {
            resting::rest(markets, account, &order);
        } else {
            order.status = Status::Expired;
            markets.emit_order(account.id, &order, Execution::Expired, None);
        }
    }
    let id = order.id;
    account.futures_orders.put(order.clone());
    if !fills.is_empty() {
        markets.emit_futures_account(account, Reason::Order, Decimal::ZERO, &[new.position()]);
    }
    ending::after(markets, account, &order, ended);
    // If the fill closed the position, the rest of a reduce-only order has been ended.
    let order = account.futures_orders.find(&super::OrderRef::Id(id)).cloned().unwrap_or(order);
    Ok((order, fills))
}

/// Links a triggered order to the conditional order it comes from, and publishes the change.
fn become_order(markets: &mut MarketState, account: &mut Account, order: &mut Order, algo: &AlgoOrder) {
    order.algo_id = Some(algo.id);
    order.original_kind = algo.kind;
    order.trigger_price = algo.trigger_price;
    order.close_position = algo.close_position;
    let (id, now) = (order.id, markets.now);
    let triggered = account.algos.change(algo.id, |a| {
        a.status = AlgoStatus::Triggered;
        a.order_id = Some(id);
        a.updated = now;
        a.clone()
    });
    if let Some(triggered) = triggered {
        markets.emit_algo(account.id, &triggered);
    }
}

/// The notional that a position could reach, before and after an order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exposure {
    pub(super) had: Decimal,
    pub(super) has: Decimal,
}

/// Checks the leverage bracket and the margin for what an order may open: the taken part at the book's
/// prices, the rest at the order's own price. Orders that only reduce need nothing.
pub(super) fn afford(
    markets: &MarketState,
    account: &Account,
    (id, side): (PositionId, Side),
    Exposure { had, has }: Exposure,
    plan: &Plan,
) -> Result<(), Reject> {
    let (position, mark) = (account.perpetual(id), markets.mark(id.pair));
    if has <= had {
        return Ok(());
    }
    if has > bracket::largest(id.pair, position.leverage) {
        return Err(Reject::over_bracket());
    }
    let fee = plan.cost * settle::FUTURES_TAKER_FEE;
    // Taking at a price worse than the mark realizes the difference as an immediate loss.
    let loss = rounding::at_least_zero(signed(side, plan.cost - plan.amount * mark));
    let needed = position.initial(has - had) + fee + loss;
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
        let trade = markets.take(order.market, order.side, level);
        let (fill, change) = settle::futures(markets, account, order, level, (trade, false));
        ended |= change.ended;
        markets.emit_order(account.id, order, how, Some(&fill));
        fills.push(fill);
    }
    (fills, ended)
}

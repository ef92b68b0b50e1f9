//! Placement, execution and withdrawal of spot orders.

use super::{
    Account, Execution, Fill, NewOrder, Order, Reject, Status, filters,
    markets::{Floor, Standing},
    matching::{self, Plan, Want},
    place, settle,
};
use crate::market::QUOTE;
use domain::{Decimal, OrderType, Side, TimeInForce};

/// Accepts or rejects a spot order.
pub(super) fn place(
    floor: &mut Floor,
    account: &mut Account,
    new: &NewOrder,
) -> Result<(Order, Vec<Fill>), Reject> {
    if new.reduce_only {
        return Err(Reject::close_reduce());
    }
    floor.admits(new.market, false)?;
    let (price, tif) = place::terms(floor, new)?;
    let want = wanted(floor, new, price)?;
    let mut plan = matching::plan(floor, new.market, new.side, price, want);
    match tif {
        TimeInForce::GteGtc => return Err(Reject::invalid_tif()),
        TimeInForce::Gtx if !plan.levels.is_empty() => return Err(Reject::would_match()),
        _ => {}
    }
    let amount = match want {
        Want::Base(amount) => amount,
        Want::Quote(_) => plan.amount,
    };
    if tif == TimeInForce::Fok && plan.amount < amount {
        plan = Plan::default();
    }
    afford(account, new, price, amount, &plan)?;

    let mut order = place::order(floor, new, amount, tif);
    floor.tell_order(account.id, &order, Execution::New, None);
    let mut fills = Vec::new();
    for level in plan.levels {
        let trade = floor.ids.trade();
        floor.take(new.market, new.side, trade, level);
        let fill = settle::spot(floor, account, &mut order, level, (trade, false));
        floor.tell_order(account.id, &order, Execution::Trade, Some(&fill));
        fills.push(fill);
    }
    if order.status.open() {
        stand_or_expire(floor, account, &mut order);
    }
    floor.tell_spot(account, &[new.market.pair.base(), QUOTE]);
    account.spot_orders.put(order.clone());
    Ok((order, fills))
}

/// The requested amount, checked against the market's filters.
fn wanted(floor: &Floor, new: &NewOrder, price: Option<Decimal>) -> Result<Want, Reject> {
    /// More than the paper money that can exist, yet far from overflowing.
    const MOST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
    let rules = floor.rules(new.market);
    let last = floor.price(new.market);
    if new.kind == OrderType::Market
        && let Some(quote) = new.quote_amount
    {
        if new.amount.is_some() || quote <= Decimal::ZERO || quote > MOST {
            return Err(Reject::filter("LOT_SIZE"));
        }
        if quote < rules.min_notional {
            return Err(Reject::filter("NOTIONAL"));
        }
        return Ok(Want::Quote(quote));
    }
    let amount = new.amount.ok_or_else(|| Reject::mandatory("quantity"))?;
    filters::amount(floor, new.market, amount)?;
    filters::notional(floor, new.market, price.unwrap_or(last), amount)?;
    if let Some(price) = price {
        filters::band(floor, new.market, new.side, price, last)?;
    }
    Ok(Want::Base(amount))
}

/// Checks that the account can pay for what the order takes and for what would rest in the book.
fn afford(
    account: &Account,
    new: &NewOrder,
    price: Option<Decimal>,
    amount: Decimal,
    plan: &Plan,
) -> Result<(), Reject> {
    let enough = match (new.side, price) {
        (Side::Buy, Some(price)) => account.spot_free(QUOTE) >= price * amount,
        (Side::Buy, None) => account.spot_free(QUOTE) >= plan.cost,
        (Side::Sell, _) => account.spot_free(new.market.pair.base()) >= amount,
    };
    if enough { Ok(()) } else { Err(Reject::insufficient_balance()) }
}

/// Adds the part that was not filled immediately to the book, or expires it.
fn stand_or_expire(floor: &mut Floor, account: &mut Account, order: &mut Order) {
    let stands = matches!(order.tif, TimeInForce::Gtc | TimeInForce::Gtx) && order.kind == OrderType::Limit;
    if !stands {
        order.status = Status::Expired;
        floor.tell_order(account.id, order, Execution::Expired, None);
        return;
    }
    let (asset, amount) = held(order);
    let holding = account.spot_mut(asset);
    holding.free -= amount;
    holding.locked += amount;
    floor.shelf_mut(order.market).standing(order.side).insert(Standing::of(order, account.id));
}

/// The asset and amount locked by a resting order.
fn held(order: &Order) -> (&'static str, Decimal) {
    match order.side {
        Side::Buy => (QUOTE, order.price.unwrap_or_default() * order.remaining()),
        Side::Sell => (order.market.pair.base(), order.remaining()),
    }
}

/// Removes a resting order from the book and unlocks its balance.
pub(super) fn withdraw(floor: &mut Floor, account: &mut Account, order: &Order) {
    floor.shelf_mut(order.market).standing(order.side).remove(&Standing::of(order, account.id));
    let (asset, amount) = held(order);
    let holding = account.spot_mut(asset);
    holding.locked -= amount;
    holding.free += amount;
}

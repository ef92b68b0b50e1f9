//! Placement and execution of spot orders.

use super::{
    Account, Execution, Fill, NewOrder, Order, Reject, Status, filters,
    markets::MarketState,
    matching::{self, Plan, Want},
    new_order, resting, settle,
};
use crate::market::QUOTE;
use domain::{Decimal, OrderType, Side, TimeInForce, dec};

/// Accepts or rejects a spot order.
pub(super) fn place(
    markets: &mut MarketState,
    account: &mut Account,
    new: &NewOrder,
) -> Result<(Order, Vec<Fill>), Reject> {
    if new.reduce_only {
        return Err(Reject::close_reduce());
    }
    markets.admits(new.market, false)?;
    let (price, tif) = new_order::terms(markets, new)?;
    let want = wanted(markets, new, price)?;
    let mut plan = matching::plan(markets, new.market, new.side, price, want);
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

    let mut order = new_order::build(markets, new, amount, tif);
    markets.emit_order(account.id, &order, Execution::New, None);
    let mut fills = Vec::new();
    for level in plan.levels {
        let trade = markets.ids.trade();
        markets.take(new.market, new.side, trade, level);
        let fill = settle::spot(markets, account, &mut order, level, (trade, false));
        markets.emit_order(account.id, &order, Execution::Trade, Some(&fill));
        fills.push(fill);
    }
    if order.status.open() {
        rest_or_expire(markets, account, &mut order);
    }
    markets.emit_spot_balances(account, &[new.market.pair.base(), QUOTE]);
    account.spot_orders.put(order.clone());
    Ok((order, fills))
}

/// The requested amount, checked against the market's filters.
fn wanted(markets: &MarketState, new: &NewOrder, price: Option<Decimal>) -> Result<Want, Reject> {
    /// More than the paper money that can exist, yet far from overflowing.
    const MOST: Decimal = dec!(1_000_000_000);
    let rules = markets.rules(new.market);
    let last = markets.price(new.market);
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
    filters::amount(markets, new.market, amount)?;
    filters::notional(markets, new.market, price.unwrap_or(last), amount)?;
    if let Some(price) = price {
        filters::band(markets, new.market, new.side, price, last)?;
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
fn rest_or_expire(markets: &mut MarketState, account: &mut Account, order: &mut Order) {
    let stands = matches!(order.tif, TimeInForce::Gtc | TimeInForce::Gtx) && order.kind == OrderType::Limit;
    if !stands {
        order.status = Status::Expired;
        markets.emit_order(account.id, order, Execution::Expired, None);
        return;
    }
    resting::rest(markets, account, order);
}

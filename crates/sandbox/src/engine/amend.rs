//! Amendment of a resting futures limit order: a new price and amount under the same id. The order goes to the end
//! of the queue at its price.

use super::{
    Account, CommandResult, Execution, NewOrder, Order, OrderRef, Reason, Reject, Status, ending, filters,
    futures::{self, Exposure},
    futures_state::Amendment,
    markets::MarketState,
    matching::{self, Plan, Want},
    new_order, reduce_only, resting,
    terms::{PriceMatch, SelfTrade},
};
use crate::market::MarketId;
use domain::{Decimal, OrderType, Side, TimeInForce, TradeType};
use serde::{Deserialize, Serialize};

/// An order can be amended less often than this.
const MOST: u32 = 10_000;

/// A request to amend an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amend {
    /// The order's market.
    pub market: MarketId,
    /// The order.
    pub order: OrderRef,
    /// The order's side.
    pub side: Side,
    /// The new amount, what is filled included.
    pub amount: Decimal,
    /// The new price; `None` if it is taken from the book.
    pub price: Option<Decimal>,
    /// The level of the book that the price is taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_match: Option<PriceMatch>,
}

/// Amends an order, or cancels it where the amendment leaves nothing to rest.
pub(super) fn amend(
    markets: &mut MarketState,
    account: &mut Account,
    change: &Amend,
) -> Result<CommandResult, Reject> {
    let before = find(account, change)?.clone();
    let price = new_price(markets, change)?;
    check(markets, &before, change, price)?;
    if before.status == Status::PartiallyFilled && change.amount <= before.filled {
        return cancelled(markets, account, &before);
    }
    let plan = plan(markets, account, &before, change.amount, price);
    if before.tif == TimeInForce::Gtx && !plan.levels.is_empty() {
        return cancelled(markets, account, &before);
    }
    afford(markets, account, &before, change.amount, price, &plan)?;

    resting::withdraw(markets, account, &before);
    let mut order = changed(markets, account, &before, change, price);
    account.futures_orders.put(order.clone());
    markets.emit_order(account.id, &order, Execution::Amendment, None);
    let (fills, ended) = futures::take(markets, account, &mut order, plan.levels);
    if order.status.open() {
        resting::rest(markets, account, &order);
    }
    let id = order.id;
    account.futures_orders.put(order.clone());
    if !fills.is_empty() {
        markets.emit_futures_account(account, Reason::Order, Decimal::ZERO, &[order.position()]);
    }
    ending::after(markets, account, &order, ended);
    let order = account.futures_orders.find(&OrderRef::Id(id)).cloned().unwrap_or(order);
    Ok(CommandResult::Order { order, fills })
}

/// The open limit order that the request names.
fn find<'a>(account: &'a Account, change: &Amend) -> Result<&'a Order, Reject> {
    let found = account.futures_orders.find(&change.order);
    let order = found
        .filter(|o| o.status.open() && o.market == change.market && change.market.kind == TradeType::Futures)
        .ok_or_else(Reject::no_such_order)?;
    match () {
        () if order.kind != OrderType::Limit => Err(Reject::only_limit()),
        () if order.side != change.side => Err(Reject::wrong_side()),
        () if order.amendments + 1 >= MOST => Err(Reject::too_many_amendments()),
        () => Ok(order),
    }
}

fn new_price(markets: &MarketState, change: &Amend) -> Result<Decimal, Reject> {
    match change.price_match {
        Some(level) => new_order::matched_price(markets, change.market, change.side, level),
        None => change.price.ok_or_else(|| Reject::mandatory("price")),
    }
}

/// Checks the new price and amount against the market's filters.
fn check(markets: &MarketState, before: &Order, change: &Amend, price: Decimal) -> Result<(), Reject> {
    if !markets.trades(change.market) {
        return Err(Reject::amend_closed());
    }
    filters::price(markets, change.market, price)?;
    filters::amount(markets, change.market, change.amount)?;
    if before.price == Some(price.normalize()) && before.amount == change.amount {
        return Err(Reject::same_order());
    }
    if !before.reduce_only {
        let least = markets.rules(change.market).min_notional;
        if price * change.amount < least {
            return Err(Reject::amend_notional(least));
        }
    }
    filters::band(markets, change.market, before.side, price, markets.mark(change.market.pair))
}

/// Plans the part that the amended order takes from the book.
fn plan(markets: &MarketState, account: &Account, before: &Order, amount: Decimal, price: Decimal) -> Plan {
    let left = amount - before.filled;
    let closable = account.perpetual(before.position()).closable(before.side);
    let most = if before.reduce_only { left.min(closable) } else { left };
    matching::plan(markets, before.market, before.side, Some(price), Want::Base(most))
}

/// Checks the margin of the amended order in place of the old one.
fn afford(
    markets: &MarketState,
    account: &Account,
    before: &Order,
    amount: Decimal,
    price: Decimal,
    plan: &Plan,
) -> Result<(), Reject> {
    if before.reduce_only {
        let mut new = NewOrder::limit(before.market, before.side, amount - before.filled, price);
        (new.reduce_only, new.terms) = (true, before.terms);
        return reduce_only::check(markets, account, &new, Some(before.id));
    }
    let (id, mark) = (before.position(), markets.mark(before.market.pair));
    let current = account.perpetual(id);
    let mut after = current;
    after.add_exposure(before.side, -before.price.unwrap_or_default() * before.remaining());
    after.add_exposure(before.side, plan.cost + price * (amount - before.filled - plan.amount));
    let exposure = Exposure { had: current.exposure(mark), has: after.exposure(mark) };
    futures::afford(markets, account, (id, before.side), exposure, plan)
}

/// Writes the amendment into the account's history. Returns the amended order.
fn changed(
    markets: &mut MarketState,
    account: &mut Account,
    before: &Order,
    change: &Amend,
    price: Decimal,
) -> Order {
    let mut order = before.clone();
    order.price = Some(price.normalize());
    order.amount = change.amount.normalize();
    order.terms.price_match = change.price_match;
    order.terms.self_trade = Some(SelfTrade::Off);
    // A number of the counter that also gives order ids: later than every order now in the queue.
    order.queue = Some(markets.ids.order());
    order.amendments += 1;
    order.updated = markets.now;
    account.state.keep_amendment(Amendment {
        id: markets.ids.income(),
        order_id: order.id,
        client_id: order.client_id.clone(),
        pair: order.market.pair,
        at: markets.now,
        price: (before.price.unwrap_or_default(), price.normalize()),
        amount: (before.amount, order.amount),
        count: order.amendments,
        price_match: change.price_match,
    });
    order
}

fn cancelled(
    markets: &mut MarketState,
    account: &mut Account,
    order: &Order,
) -> Result<CommandResult, Reject> {
    let ended = ending::end(markets, account, order.id, Status::Canceled);
    let order = ended.ok_or_else(Reject::no_such_order)?;
    ending::after(markets, account, &order, false);
    Ok(CommandResult::Order { order, fills: Vec::new() })
}

//! How an accepted order enters the market: it executes against the book, rests in it, or waits for a trigger.

use super::{reserve, rules::Checked, spot_order::SpotOrder};
use crate::{
    engine::{
        Account, Execution, Fill, Order, Phase, Reject, SpotOptions, Status, algo,
        markets::MarketState,
        matching::{self, Plan, Want},
        new_order, settle,
    },
    market::QUOTE,
};
use domain::{Decimal, Side, TimeInForce, money};

/// The way in which an order enters the market.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// It executes as planned, and the rest goes to the book or expires.
    Execute(Plan),
    /// It waits for its trigger.
    Wait,
}

/// Builds an order in its initial state.
pub(super) fn draft(markets: &mut MarketState, new: &SpotOrder, checked: &Checked) -> Order {
    let amount = match checked.want {
        Want::Base(amount) => amount,
        Want::Quote(_) => Decimal::ZERO,
    };
    let mut order = new_order::build(markets, &new.order, amount, checked.tif);
    order.price = checked.price.map(|price| price.normalize());
    if new.order.kind.conditional() {
        order.trigger_price = new.order.trigger_price.map(|price| price.normalize());
    }
    if new.order.kind.conditional() || new.options != SpotOptions::default() {
        order.terms_mut().options = new.options.clone();
    }
    set_reserve(markets, &mut order);
    order
}

/// Sets the price at which a conditional buy without a limit price locks its balance.
pub(super) fn set_reserve(markets: &MarketState, order: &mut Order) {
    if order.kind.conditional() && order.price.is_none() && order.side == Side::Buy {
        let price = order.trigger_price.unwrap_or_else(|| markets.price(order.market));
        order.terms_mut().reserve = Some(price);
    }
}

/// Decides how an order enters the market, or rejects it.
pub(super) fn prepare(markets: &MarketState, order: &mut Order, want: Want) -> Result<Entry, Reject> {
    if order.kind.conditional() {
        let last = markets.price(order.market);
        let reached =
            order.trigger_price.is_some_and(|stop| algo::reached(order.kind, order.side, stop, last));
        return if reached { Err(Reject::stop_would_trigger()) } else { Ok(Entry::Wait) };
    }
    let plan = matching::plan(markets, order.market, order.side, order.price, want);
    if order.tif == TimeInForce::Gtx && !plan.levels.is_empty() {
        return Err(Reject::would_match());
    }
    if matches!(want, Want::Quote(_)) {
        order.amount = plan.amount.normalize();
    }
    Ok(Entry::Execute(all_or_nothing(order, plan)))
}

/// An order with FOK fills completely or not at all.
fn all_or_nothing(order: &Order, plan: Plan) -> Plan {
    if order.tif == TimeInForce::Fok && plan.amount < order.remaining() { Plan::default() } else { plan }
}

/// Checks that the account can pay for what the order takes and for what would rest or wait.
pub(super) fn afford(account: &Account, order: &Order, entry: &Entry) -> Result<(), Reject> {
    let needed = match (entry, order.side, order.price) {
        (Entry::Execute(plan), Side::Buy, None) => plan.cost,
        _ => reserve::worth(order),
    };
    let free = account.spot_free(reserve::asset(order.side, order.market.pair.base()));
    if free >= needed { Ok(()) } else { Err(Reject::insufficient_balance()) }
}

/// Lets an order that was accepted enter the market.
pub(super) fn open(
    markets: &mut MarketState,
    account: &mut Account,
    order: &mut Order,
    entry: Entry,
) -> Vec<Fill> {
    order.status = Status::New;
    order.updated = markets.now;
    let fills = match entry {
        Entry::Wait => {
            wait(markets, account, order);
            Vec::new()
        }
        Entry::Execute(plan) => work(markets, account, order, plan),
    };
    markets.emit_spot_balances(account, &[order.market.pair.base(), QUOTE]);
    account.spot_orders.put(order.clone());
    fills
}

/// Lets a conditional order wait for its trigger. Without a stop price a trailing order is active immediately.
fn wait(markets: &mut MarketState, account: &mut Account, order: &mut Order) {
    let (last, now, stop) = (markets.price(order.market), markets.now, order.trigger_price);
    let terms = order.terms_mut();
    terms.phase = Phase::Waiting;
    terms.working_since = None;
    if terms.options.trailing_delta.is_some() && stop.is_none() {
        terms.extreme = Some(last);
        terms.trailing_since = Some(now);
    }
    reserve::lock(account, order);
    markets.book_mut(order.market).algos.insert((order.id, account.id));
    markets.emit_order(account.id, order, Execution::New, None);
}

/// Executes an order against the book; what is left rests or expires.
fn work(markets: &mut MarketState, account: &mut Account, order: &mut Order, plan: Plan) -> Vec<Fill> {
    let now = markets.now;
    if let Some(terms) = &mut order.spot {
        terms.phase = Phase::Working;
        terms.working_since = Some(now);
    }
    markets.emit_order(account.id, order, Execution::New, None);
    let mut fills = Vec::new();
    for level in plan.levels {
        let trade = markets.take(order.market, order.side, level);
        let fill = settle::spot(markets, account, order, level, (trade, false));
        markets.emit_order(account.id, order, Execution::Trade, Some(&fill));
        fills.push(fill);
    }
    if order.status.open() {
        rest_or_expire(markets, account, order);
    }
    fills
}

/// Adds the part that was not filled immediately to the book, or expires it.
fn rest_or_expire(markets: &mut MarketState, account: &mut Account, order: &mut Order) {
    let rests = matches!(order.tif, TimeInForce::Gtc | TimeInForce::Gtx) && order.price.is_some();
    if !rests {
        order.status = Status::Expired;
        markets.emit_order(account.id, order, Execution::Expired, None);
        return;
    }
    reserve::rest(markets, account, order);
}

/// Executes an order whose trigger was reached and whose balance was released. A market buy takes what the
/// balance pays for.
pub(super) fn execute(markets: &mut MarketState, account: &mut Account, order: &mut Order) -> Vec<Fill> {
    let want = Want::Base(order.remaining());
    let plan = matching::plan(markets, order.market, order.side, order.price, want);
    let plan = all_or_nothing(order, plan);
    let plan = if order.side == Side::Buy && order.price.is_none() {
        within(plan, account.spot_free(QUOTE), markets.rules(order.market).lot)
    } else {
        plan
    };
    open(markets, account, order, Entry::Execute(plan))
}

/// Cuts a plan down to what costs no more than `funds`.
fn within(plan: Plan, funds: Decimal, lot: Decimal) -> Plan {
    let mut cut = Plan::default();
    for mut level in plan.levels {
        let affordable = money::floor_to((funds - cut.cost) / level.price, lot);
        level.amount = level.amount.min(affordable);
        if level.amount <= Decimal::ZERO {
            break;
        }
        cut.amount += level.amount;
        cut.cost += level.amount * level.price;
        cut.levels.push(level);
    }
    cut
}

//! Liquidation, when the mark price reduces the collateral to the maintenance margin.

use super::{
    Account, EventKind, Execution, IncomeKind, NewOrder, Reason, Status, ending, futures, margin,
    margin_view,
    markets::MarketState,
    matching::{self, Want},
    new_order, rounding, settle,
    terms::{FuturesTerms, PositionId},
};
use crate::market::{Level, MarketId, Pair};
use domain::{Decimal, TimeInForce, TradeType, dec};

/// Clearance fee as a fraction of the notional, at most what is left. It goes to the insurance fund.
const CLEARANCE: Decimal = dec!(0.0125);
/// A margin call is sent when the maintenance margin reaches this fraction of the collateral.
const CALL: Decimal = dec!(0.8);

/// Liquidates what a pair's new mark price has made insolvent: the isolated position, or all cross positions.
pub(super) fn check(markets: &mut MarketState, account: &mut Account, pair: Pair) {
    let held: Vec<PositionId> =
        account.positions_of(pair).filter(|(_, p)| !p.amount.is_zero()).map(|(id, _)| id).collect();
    for id in held {
        check_one(markets, account, id);
    }
}

fn check_one(markets: &mut MarketState, account: &mut Account, id: PositionId) {
    let perpetual = account.perpetual(id);
    if perpetual.amount.is_zero() {
        // It was liquidated together with the pair's other position.
        return;
    }
    let isolated = perpetual.isolated_mode();
    let (collateral, maintenance) =
        if isolated { margin::isolated(markets, account, id) } else { margin::cross(markets, account) };
    if collateral > maintenance {
        call(markets, account, near((collateral, maintenance)));
        return;
    }
    let lost: Vec<PositionId> = match isolated {
        true => vec![id],
        false => account.positions().filter(|(_, p)| !p.isolated_mode()).map(|(id, _)| id).collect(),
    };
    for &id in &lost {
        for order in account.open_order_ids(TradeType::Futures, |o| o.position() == id) {
            ending::end(markets, account, order, Status::Expired);
        }
    }
    for id in lost {
        close(markets, account, id);
    }
    account.warned = false;
}

/// Whether the maintenance margin approaches the collateral.
fn near((collateral, maintenance): (Decimal, Decimal)) -> bool {
    maintenance >= collateral * CALL
}

/// Whether any of the account's positions is close to liquidation.
fn any_near(markets: &MarketState, account: &Account) -> bool {
    let held = || account.positions().filter(|(_, p)| !p.amount.is_zero());
    let alone = |id| near(margin::isolated(markets, account, id));
    held().any(|(id, p)| p.isolated_mode() && alone(id))
        || held().any(|(_, p)| !p.isolated_mode()) && near(margin::cross(markets, account))
}

/// Sends one margin call when the collateral of a position approaches its maintenance margin, and another only
/// after every position of the account has recovered.
fn call(markets: &mut MarketState, account: &mut Account, near: bool) {
    if near && !account.warned {
        let held = account.positions().filter(|(_, p)| !p.amount.is_zero());
        let positions = held.map(|(id, _)| margin_view::position(markets, account, id)).collect();
        markets.emit(account.id, EventKind::MarginCall(positions));
    }
    account.warned = near || (account.warned && any_near(markets, account));
}

/// Closes a position at market, whatever the price. The exchange takes the part that the book cannot, at the
/// book's last price.
fn close(markets: &mut MarketState, account: &mut Account, id: PositionId) {
    let (pair, perpetual) = (id.pair, account.perpetual(id));
    let amount = perpetual.amount.abs();
    if amount.is_zero() {
        return;
    }
    let market = MarketId::futures(pair);
    let side = if perpetual.amount.is_sign_negative() { domain::Side::Buy } else { domain::Side::Sell };
    let mut plan = matching::plan(markets, market, side, None, Want::Base(amount));
    if plan.amount < amount {
        let price = plan.levels.last().map_or_else(|| markets.price(market), |l| l.price);
        plan.levels.push(Level { price, amount: amount - plan.amount });
    }
    let mut new = NewOrder::market(market, side, amount);
    new.reduce_only = true;
    new.terms = FuturesTerms::of(id.slot);
    let mut order = new_order::build(markets, &new, amount, TimeInForce::Ioc);
    order.client_id = format!("autoclose-{}", order.id);
    order.liquidation = true;
    markets.emit_order(account.id, &order, Execution::New, None);
    let wallet = account.wallet;
    let (_, ended) = futures::take(markets, account, &mut order, plan.levels);
    account.futures_orders.put(order.clone());
    markets.emit_futures_account(account, Reason::Order, Decimal::ZERO, &[id]);

    // An isolated position pays the clearance fee from its remaining margin, a cross position from the
    // wallet.
    let pocket = if perpetual.isolated_mode() {
        perpetual.isolated + account.wallet - wallet
    } else {
        account.cross_wallet()
    };
    let clearance = rounding::at_least_zero(rounding::cents(order.cost * CLEARANCE).min(pocket));
    if !clearance.is_zero() {
        account.wallet -= clearance;
        markets.counterparty.insure(clearance);
        settle::income(markets, account, IncomeKind::InsuranceClear, Some(pair), -clearance, None);
        markets.emit_futures_account(account, Reason::InsuranceClear, -clearance, &[id]);
    }
    ending::after(markets, account, &order, ended);
}

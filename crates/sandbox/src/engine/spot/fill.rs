//! Fills of resting spot orders.

use super::lists;
use crate::{
    engine::{Account, Execution, Order, OrderRef, Status, markets::MarketState, resting, settle},
    market::{Level, QUOTE},
};
use domain::Decimal;

/// Fills a resting order with at most `most`. Returns the amount filled.
pub(in crate::engine) fn fill(
    markets: &mut MarketState,
    account: &mut Account,
    id: u64,
    most: Decimal,
) -> Decimal {
    let found = account.spot_orders.find(&OrderRef::Id(id)).filter(|o| o.status.open());
    let Some(mut order) = found.cloned() else { return Decimal::ZERO };
    lists::claim(markets, account, &mut order);
    let amount = order.remaining().min(most);
    let level = Level { price: order.price.unwrap_or_default(), amount };
    let trade = (markets.give(order.market, order.side, level), true);
    let fill = settle::spot(markets, account, &mut order, level, trade);
    markets.emit_order(account.id, &order, Execution::Trade, Some(&fill));
    if order.status == Status::Filled {
        resting::withdraw(markets, account, &order);
    }
    markets.emit_spot_balances(account, &[order.market.pair.base(), QUOTE]);
    account.spot_orders.put(order.clone());
    after(markets, account, &order);
    amount
}

/// Follow-up after an order has executed: it activates the pending orders of its list when it is filled, and
/// ends its list when it has ended otherwise.
pub(super) fn after(markets: &mut MarketState, account: &mut Account, order: &Order) {
    match order.status {
        Status::Filled => lists::activate(markets, account, order),
        status if !status.open() => lists::after_end(markets, account, order, None),
        _ => {}
    }
}

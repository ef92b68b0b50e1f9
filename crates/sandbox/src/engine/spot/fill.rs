//! Fills of resting spot orders.

use super::{activation, ending, reserve};
use crate::{
    engine::{Account, Execution, OrderRef, Status, markets::MarketState, settle},
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
    ending::claim(markets, account, &mut order);
    let amount = order.remaining().min(most);
    let level = Level { price: order.price.unwrap_or_default(), amount };
    let trade = (markets.give(order.market, order.side, level), true);
    let fill = settle::spot(markets, account, &mut order, level, trade);
    markets.emit_order(account.id, &order, Execution::Trade, Some(&fill));
    if order.status == Status::Filled {
        reserve::withdraw(markets, account, &order);
    }
    markets.emit_spot_balances(account, &[order.market.pair.base(), QUOTE]);
    account.spot_orders.put(order.clone());
    activation::after(markets, account, &order);
    amount
}

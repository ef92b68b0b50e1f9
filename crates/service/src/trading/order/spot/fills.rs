//! The fills of a spot trade with their results: on spot the exchange reports none.

use crate::trading::order::{client_id, intent::Intent};
use domain::{Decimal, Order, Side, Trade, TradeType};
use std::collections::HashSet;

/// Decimals of a result.
const DECIMALS: u32 = 8;

/// Returns those of a market's fills that belong to a spot trade, in the same order. What was sold has its profit over the
/// average price of what was bought, and a commission in the base asset is counted in the quote asset at the price of its
/// fill. Fills of a futures trade are returned as they are.
pub(in crate::trading::order) fn own_fills(intent: &Intent, trades: Vec<Trade>) -> Vec<Trade> {
    if intent.trade_type == TradeType::Futures {
        return trades;
    }
    let orders: HashSet<&str> =
        intent.legs.iter().filter_map(|leg| leg.placed.as_ref()).map(|order| order.id.as_str()).collect();
    let mut own: Vec<Trade> =
        trades.into_iter().filter(|trade| orders.contains(trade.order.as_str())).collect();
    let bought = || own.iter().filter(|trade| trade.side == Side::Buy);
    let (cost, amount): (Decimal, Decimal) =
        bought().fold(Default::default(), |(cost, amount), trade| (cost + trade.cost, amount + trade.amount));
    // Older fills may not be listed any more.
    let average = cost.checked_div(amount).or_else(|| intent.average_entry());
    for trade in &mut own {
        if let Some(average) = average.filter(|_| trade.side == Side::Sell) {
            trade.realized = (trade.cost - average * trade.amount).round_dp(DECIMALS);
        }
        if trade.fee.currency == intent.symbol.base() {
            trade.fee.cost *= trade.price;
            intent.symbol.quote().clone_into(&mut trade.fee.currency);
        }
    }
    own
}

/// Returns those of a market's orders that belong to a spot trade. All orders of a futures market concern its position.
pub(in crate::trading::order) fn own_orders(intent: &Intent, mut orders: Vec<Order>) -> Vec<Order> {
    if intent.trade_type == TradeType::Spot {
        orders.retain(|order| intent.leg_by_client_id(&order.client_order_id).is_some());
    }
    orders
}

/// Marks an order by which the desk sells coins as one that reduces what is held: spot has no flag for that.
pub(in crate::trading::order) fn as_reducing(mut order: Order) -> Order {
    order.reduce_only |= order.side == Side::Sell && client_id::protects(&order.client_order_id);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trading::order::spot::holding::tests::{d, sell, trade};
    use domain::{Fee, Micros};

    fn fill(order: &str, side: Side, price: &str, amount: &str, fee: (&str, &str)) -> Trade {
        Trade {
            id: "1".into(),
            order: order.into(),
            symbol: "BTC/USDT".parse().unwrap(),
            at: Micros(0),
            side,
            maker: false,
            price: d(price),
            amount: d(amount),
            cost: d(price) * d(amount),
            fee: Fee { cost: d(fee.0), currency: fee.1.into() },
            realized: Decimal::ZERO,
        }
    }

    #[test]
    fn the_result_is_what_was_received_less_what_was_paid() {
        let mut trade = trade("1", "0.001");
        sell(&mut trade, 10_000, "0.999", "110");
        let all = vec![
            fill("1", Side::Sell, "110", "0.999", ("0.1", "USDT")),
            fill("other", Side::Sell, "110", "5", ("0.5", "USDT")),
            fill("1", Side::Buy, "100", "1", ("0.001", "BTC")),
        ];
        let own = own_fills(&trade, all);
        assert_eq!(own.len(), 2, "the owner's other coins are not the trade's");
        let realized: Decimal = own.iter().map(|trade| trade.realized).sum();
        let fees: Decimal = own.iter().map(|trade| trade.fee.cost).sum();
        assert!(own.iter().all(|trade| trade.fee.currency == "USDT"));
        assert_eq!((realized, fees), (d("9.99"), d("0.2")));
        assert_eq!(realized - fees, d("109.89") - d("100") - d("0.1"), "received, less paid, less the fee");
    }

    #[test]
    fn fills_of_futures_are_left_as_they_are() {
        let futures = Intent { trade_type: TradeType::Futures, ..trade("1", "0") };
        let all = vec![fill("other", Side::Sell, "110", "5", ("0.5", "BTC"))];
        assert_eq!(own_fills(&futures, all.clone()), all);
    }
}

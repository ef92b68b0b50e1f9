//! The results of orders that close a position or a part of it, from the fills in their events.

use super::{LiveEvent, LiveEventKind};
use crate::{Decimal, ExchangeKeyId, money::Arithmetic as _};
use std::collections::HashMap;

/// The fills of one order so far.
#[derive(Clone, Copy, Debug, Default)]
struct Fills {
    amount: Decimal,
    result: Decimal,
}

/// The fills of the orders that reduce a position and are not final yet.
#[derive(Clone, Debug, Default)]
pub struct Results(HashMap<(Option<ExchangeKeyId>, String), Fills>);

impl Results {
    /// Adds the fill of an event, oldest events first. Returns the realized profit of its order less the fees in quote, in
    /// quote units, once the order is final; `None` before, for an order that opens a position, and if a fill is missing.
    pub fn add(&mut self, event: &LiveEvent) -> Option<Decimal> {
        let LiveEventKind::Order(order, fill) = &event.what else { return None };
        if !order.reduce_only {
            return None;
        }
        let name = (event.key, order.id.clone());
        if let Some(fill) = fill {
            let fills = self.0.entry(name.clone()).or_default();
            let fee = if fill.fee.currency == order.symbol.quote() { fill.fee.cost } else { Decimal::ZERO };
            let result = fills.result.plus(fill.realized)?.minus(fee)?;
            *fills = Fills { amount: fills.amount.plus(fill.amount)?, result };
        }
        if !order.is_final() {
            return None;
        }
        let fills = self.0.remove(&name)?;
        (fills.amount == order.filled).then_some(fills.result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fee, Micros, Order, OrderStatus, OrderType, PositionSlot, Side, TimeInForce, Trade, dec};

    /// An event of a closing order of 3 BTC.
    fn event(filled: Decimal, fill: Option<(Decimal, Decimal)>, reduce_only: bool) -> LiveEvent {
        let closed = filled == dec!(3);
        let order = Order {
            id: "7".into(),
            client_order_id: "x".into(),
            at: Micros(1),
            symbol: "BTC/USDT".parse().unwrap(),
            kind: OrderType::Market,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            reduce_only,
            side: Side::Sell,
            position_side: PositionSlot::Both,
            price: None,
            stop_price: None,
            callback_rate: None,
            amount: Some(dec!(3)),
            cost: dec!(0),
            average: Some(dec!(100)),
            filled,
            remaining: None,
            status: if closed { OrderStatus::Closed } else { OrderStatus::Open },
        };
        let trade = |(amount, realized)| Trade {
            id: "1".into(),
            order: "7".into(),
            symbol: order.symbol.clone(),
            at: Micros(1),
            side: Side::Sell,
            position_side: PositionSlot::Both,
            maker: false,
            price: dec!(100),
            amount,
            cost: dec!(100),
            fee: Fee { currency: "USDT".into(), cost: dec!(0.5) },
            realized,
        };
        let fill = fill.map(trade);
        LiveEvent { key: None, at: Micros(1), what: LiveEventKind::Order(Box::new(order), fill) }
    }

    #[test]
    fn a_final_order_has_the_result_of_all_its_fills() {
        let mut results = Results::default();
        assert_eq!(results.add(&event(dec!(1), Some((dec!(1), dec!(10))), true)), None);
        assert_eq!(results.add(&event(dec!(3), Some((dec!(2), dec!(-4))), true)), Some(dec!(5)));
        assert_eq!(results.add(&event(dec!(3), None, true)), None, "it is known once");
    }

    #[test]
    fn a_missing_fill_or_an_entry_has_no_result() {
        let mut results = Results::default();
        assert_eq!(results.add(&event(dec!(3), Some((dec!(2), dec!(-4))), true)), None);
        assert_eq!(results.add(&event(dec!(3), Some((dec!(3), dec!(0))), false)), None);
    }
}

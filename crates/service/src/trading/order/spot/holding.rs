//! The holding of a spot trade, by its own orders.

use crate::trading::order::{
    intent::Intent,
    legs::{Leg, Role},
};
use domain::{Decimal, money};

impl Leg {
    /// Whether its order sells what the trade holds.
    pub(super) const fn sells(&self) -> bool {
        self.order.is_some() && matches!(self.role, Role::Stop | Role::Target | Role::Close | Role::Rescue)
    }
}

impl Intent {
    /// Returns what a spot trade's orders have sold, in base units.
    pub(crate) fn sold(&self) -> Decimal {
        let orders = self.legs.iter().filter(|leg| leg.sells()).filter_map(|leg| leg.placed.as_ref());
        orders.map(|order| order.filled).sum()
    }

    /// Returns what a spot trade has bought and not sold, in base units, with what is too small to sell.
    pub(crate) fn bought_and_kept(&self) -> Decimal {
        (self.entered().unwrap_or_default() - self.sold()).max(Decimal::ZERO)
    }

    /// Returns what a spot trade holds, in base units: what it has bought and not sold, rounded down to the `lot`.
    pub(crate) fn holds(&self, lot: Decimal) -> Decimal {
        money::floor_to(self.bought_and_kept(), lot)
    }
}

#[cfg(test)]
pub(in crate::trading::order) mod tests {
    use super::super::leg::Commission;
    use crate::trading::order::{
        intent::{Intent, Request},
        legs::{Leg, PlannedOrder, Role, tests::open_order},
        seq,
    };
    use domain::{
        Decimal, ExchangeKeyId, IntentId, Micros, Order, OrderStatus, OrderType, Side, TradeType, UserId,
        ticket::{Entry, ManualOrder, Stop},
    };
    use store::intent::{LegStatus, Status};
    use uuid::Uuid;

    pub(in crate::trading::order) fn d(text: &str) -> Decimal {
        domain::money::parse(text).unwrap()
    }

    /// An order that has filled by `amount`.
    pub(in crate::trading::order) fn filled(side: Side, amount: &str, price: &str) -> Order {
        let amount = d(amount);
        Order {
            filled: amount,
            cost: amount * d(price),
            average: Some(d(price)),
            remaining: Some(Decimal::ZERO),
            status: OrderStatus::Closed,
            ..open_order(OrderType::Market, side, Some(amount))
        }
    }

    /// A trade whose entry has bought `amount` and paid `fee` of it.
    pub(in crate::trading::order) fn trade(amount: &str, fee: &str) -> Intent {
        let stop = Stop { trigger: d("90"), limit: None };
        let order = ManualOrder {
            symbol: "BTC/USDT".parse().unwrap(),
            side: Side::Buy,
            entry: Entry::Market,
            amount: d(amount),
            targets: Vec::new(),
            stop: Some(stop),
            risk_percent: None,
        };
        let mut entry = Leg::new(seq::ENTRY, Role::Entry, Some(PlannedOrder::adding(Side::Buy, d(amount))));
        entry.status = LegStatus::Placed;
        entry.placed = Some(filled(Side::Buy, amount, "100"));
        entry.spot.commission = Some(Commission { of: d(amount), amount: d(fee) });
        let planned = crate::trading::order::legs::stop_order(Side::Buy, stop, d(amount));
        let stop = Leg::new(seq::STOP, Role::Stop, Some(planned));
        Intent {
            id: IntentId(Uuid::nil()),
            user: UserId(Uuid::nil()),
            key: ExchangeKeyId(Uuid::nil()),
            trade_type: TradeType::Spot,
            symbol: order.symbol.clone(),
            request: Request::Open(order),
            status: Status::Done,
            settled: true,
            legs: vec![entry, stop],
            ending: None,
            created_at: Micros(0),
            updated_at: Micros(0),
            install: None,
            held_before: Some(Decimal::ZERO),
            tenure: crate::platform::fence::Tenure::default(),
        }
    }

    /// Adds a market order that has sold `amount`.
    pub(in crate::trading::order) fn sell(trade: &mut Intent, number: u16, amount: &str, price: &str) {
        let mut leg = Leg::new(number, Role::Close, Some(PlannedOrder::closing(Side::Sell, d(amount))));
        leg.status = LegStatus::Placed;
        leg.placed = Some(filled(Side::Sell, amount, price));
        trade.legs.push(leg);
    }

    #[test]
    fn a_trade_holds_what_it_bought_less_the_commission_rounded_to_the_lot() {
        let trade = trade("0.05", "0.00005");
        assert_eq!(trade.bought_and_kept(), d("0.04995"));
        assert_eq!(trade.holds(d("0.001")), d("0.049"));
        assert_eq!(trade.holds(d("0.00001")), d("0.04995"));
    }

    #[test]
    fn what_its_own_orders_sold_is_not_held_any_more() {
        let mut trade = trade("0.05", "0.00005");
        sell(&mut trade, 10_000, "0.02", "110");
        assert_eq!(trade.holds(d("0.001")), d("0.029"));
        sell(&mut trade, 10_001, "0.029", "110");
        assert_eq!(trade.holds(d("0.001")), d("0"));
        assert_eq!(trade.bought_and_kept(), d("0.00095"), "what is too small to sell");
    }

    #[test]
    fn a_commission_in_another_asset_leaves_everything() {
        assert_eq!(trade("0.05", "0").holds(d("0.001")), d("0.05"));
    }
}

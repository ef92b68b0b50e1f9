//! Actions of the account's owner at the exchange, outside the desk, and market events for a resting entry.

use super::book::{Book, LONG_STOP, Resting, btc, d};
use domain::{Decimal, OrderType, Side, TimeInForce, TradeType};
use exchange::{OrderRequest, Urgency};

impl Book {
    /// Fills the resting entry by this amount; does nothing if there is none.
    pub(crate) fn fill_entry(&mut self, amount: Decimal) {
        let resting = |r: &Resting| r.open() && r.opens() && r.order.kind == OrderType::Limit;
        if let Some(index) = self.orders.iter().position(resting) {
            self.fill(index, amount);
        }
    }

    /// The owner cancels the stops of the position.
    pub(crate) fn cancel_stops(&mut self) {
        let ids: Vec<_> = self.stops().iter().map(|r| r.order.client_order_id.clone()).collect();
        ids.iter().for_each(|id| drop(self.cancel(id)));
    }

    /// The owner replaces our stop by another.
    pub(crate) fn move_stop(&mut self, price: &str) {
        self.cancel_stops();
        self.owner_stops(Some(d(price)), None);
    }

    /// The owner places another stop beside ours.
    pub(crate) fn stop_by_owner(&mut self) {
        self.owner_stops(Some(d(LONG_STOP)), None);
    }

    /// The owner replaces our stop by one for a part of the position.
    pub(crate) fn stop_part(&mut self, amount: &str) {
        self.cancel_stops();
        self.owner_stops(Some(d(LONG_STOP)), Some(d(amount)));
    }

    /// The owner, or the exchange's liquidation, closes the position.
    pub(crate) fn close_by_owner(&mut self) {
        let all = Some(self.position.abs());
        self.owner_stops(None, all);
    }

    /// The owner closes a part of the position.
    pub(crate) fn closed_in_part_by_owner(&mut self, amount: &str) {
        self.owner_stops(None, Some(d(amount)));
    }

    /// The owner reverses the position: the new one belongs to the owner alone.
    pub(crate) fn turned_by_owner(&mut self) {
        let Some(side) = self.side() else { return };
        self.foreign = self.position.abs();
        self.owner_trades(side.closing(), self.position.abs() * Decimal::TWO);
    }

    /// The owner switches the account to hedge mode, and opens a short position of this amount with a stop.
    pub(crate) fn hedged_by_owner(&mut self, amount: &str) {
        self.beside = Some(d(amount));
    }

    /// The owner opens a long position, which is the owner's alone.
    pub(crate) fn opened_by_owner(&mut self, amount: &str) {
        self.foreign = d(amount);
        self.owner_trades(Side::Buy, d(amount));
    }

    /// The owner adds to the position.
    pub(crate) fn added_by_owner(&mut self, amount: &str) {
        let Some(side) = self.side() else { return };
        self.foreign = d(amount);
        self.owner_trades(if side.closing() == Side::Sell { Side::Buy } else { Side::Sell }, d(amount));
    }

    fn owner_trades(&mut self, side: Side, amount: Decimal) {
        let request = OrderRequest {
            trade_type: TradeType::Futures,
            symbol: btc(),
            client_order_id: format!("web-{}", self.orders.len()),
            side,
            kind: OrderType::Market,
            amount: Some(amount),
            price: None,
            stop_price: None,
            trigger: domain::trade::PriceSource::Last,
            callback_rate: None,
            time_in_force: TimeInForce::Gtc,
            good_till: None,
            reduce_only: false,
            urgency: Urgency::First,
            position_side: self.slot(),
        };
        self.place(&request).unwrap();
    }

    /// Sends a stop, or without a trigger a market order, that reduces the position by `amount` or closes it.
    fn owner_stops(&mut self, trigger: Option<Decimal>, amount: Option<Decimal>) {
        let Some(side) = self.side() else { return };
        // Resting orders do not prevent a close on the exchange's own page.
        let tight = std::mem::take(&mut self.tight);
        let request = OrderRequest {
            trade_type: TradeType::Futures,
            symbol: btc(),
            client_order_id: format!("web-{}", self.orders.len()),
            side: side.closing(),
            kind: if trigger.is_some() { OrderType::StopMarket } else { OrderType::Market },
            amount,
            price: None,
            stop_price: trigger,
            trigger: domain::trade::PriceSource::Last,
            callback_rate: None,
            time_in_force: if trigger.is_some() { TimeInForce::GteGtc } else { TimeInForce::Gtc },
            good_till: None,
            reduce_only: true,
            urgency: Urgency::First,
            position_side: self.slot(),
        };
        self.place(&request).unwrap();
        self.tight = tight;
    }
}

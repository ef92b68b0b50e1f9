//! What the account's owner does at the exchange, past the desk, and what the market does to a resting entry.

use super::book::{Book, Resting, btc, d};
use domain::{Decimal, OrderType, TimeInForce, TradeType};
use exchange::{OrderRequest, Urgency};

impl Book {
    /// The market comes to the resting entry, as far as this amount of it; nothing when there is none.
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

    /// The owner puts a stop of their own in the place of ours.
    pub(crate) fn move_stop(&mut self, price: &str) {
        self.cancel_stops();
        self.owner_sends(OrderType::StopMarket, Some(d(price)));
    }

    /// The owner, or the exchange's liquidation, closes the position.
    pub(crate) fn close_by_owner(&mut self) {
        self.owner_sends(OrderType::Market, None);
    }

    fn owner_sends(&mut self, kind: OrderType, trigger: Option<Decimal>) {
        let Some(side) = self.side() else { return };
        // Resting orders do not keep the exchange's own page from closing.
        let tight = std::mem::take(&mut self.tight);
        let request = OrderRequest {
            trade_type: TradeType::Futures,
            symbol: btc(),
            client_order_id: format!("web-{}", self.orders.len()),
            side: side.closing(),
            kind,
            amount: trigger.is_none().then_some(self.position.abs()),
            price: None,
            stop_price: trigger,
            callback_rate: None,
            time_in_force: if trigger.is_some() { TimeInForce::GteGtc } else { TimeInForce::Gtc },
            reduce_only: true,
            urgency: Urgency::First,
        };
        self.place(&request).unwrap();
        self.tight = tight;
    }
}

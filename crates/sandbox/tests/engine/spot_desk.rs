//! Short helpers for conditional spot orders and order lists.

use crate::desk::{BTC_SPOT, Desk, d};
use domain::{OrderType, Side, TimeInForce};
use sandbox::engine::{
    Account, Cancellation, Command, CommandResult, ListReport, NewList, NewOrder, Order, OrderList, OrderRef,
    Reject, SpotAction, SpotOrder, SpotResult,
};

/// A desk that holds BTC too.
pub(crate) fn with_bitcoin() -> Desk {
    let mut desk = Desk::new();
    desk.place(NewOrder::market(BTC_SPOT, Side::Buy, d("0.1")));
    desk.jump("20000");
    desk.events.clear();
    desk
}

pub(crate) fn limit(side: Side, amount: &str, price: &str) -> SpotOrder {
    NewOrder::limit(BTC_SPOT, side, d(amount), d(price)).into()
}

pub(crate) fn maker(side: Side, amount: &str, price: &str) -> SpotOrder {
    let mut order = limit(side, amount, price);
    order.order.tif = Some(TimeInForce::Gtx);
    order
}

/// A conditional order that becomes a market order.
pub(crate) fn stop(kind: OrderType, side: Side, amount: &str, stop: &str) -> SpotOrder {
    let mut order = NewOrder::market(BTC_SPOT, side, d(amount));
    order.kind = kind;
    order.trigger_price = Some(d(stop));
    order.into()
}

/// A conditional order that becomes a limit order.
pub(crate) fn stop_limit(kind: OrderType, side: Side, amount: &str, at: &str, price: &str) -> SpotOrder {
    let mut order = stop(kind, side, amount, at);
    order.order.price = Some(d(price));
    order.order.tif = Some(TimeInForce::Gtc);
    order
}

pub(crate) fn oco(legs: [SpotOrder; 2]) -> SpotAction {
    SpotAction::PlaceList(NewList { market: BTC_SPOT, client_id: None, working: None, others: legs.into() })
}

pub(crate) fn oto(working: SpotOrder, others: Vec<SpotOrder>) -> SpotAction {
    SpotAction::PlaceList(NewList { market: BTC_SPOT, client_id: None, working: Some(working), others })
}

/// The usual bracket of a holding: a stop loss at 19,000 and a limit at 21,000.
pub(crate) fn bracket(amount: &str) -> [SpotOrder; 2] {
    [stop_limit(OrderType::Stop, Side::Sell, amount, "19000", "18900"), maker(Side::Sell, amount, "21000")]
}

pub(crate) fn cancellation(id: u64) -> Cancellation {
    Cancellation { order: OrderRef::Id(id), restriction: None, by: "cancel".into() }
}

impl Desk {
    pub(crate) fn act(&mut self, action: SpotAction) -> Result<SpotResult, Reject> {
        let (account, action) = (self.who, Box::new(action));
        match self.apply(Command::Spot { account, market: BTC_SPOT, action })? {
            CommandResult::Spot(result) => Ok(*result),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn place_spot(&mut self, order: SpotOrder) -> Order {
        match self.act(SpotAction::Place(order)).unwrap() {
            SpotResult::Order((order, _)) => *order,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn place_list(&mut self, action: SpotAction) -> ListReport {
        match self.act(action).unwrap() {
            SpotResult::List(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    /// The rejection of an action that must change nothing.
    pub(crate) fn refuse_spot(&mut self, action: SpotAction) -> Reject {
        let before = serde_json::to_string(&self.engine).unwrap();
        let reject = self.act(action).unwrap_err();
        assert_eq!(serde_json::to_string(&self.engine).unwrap(), before, "a refusal changes nothing");
        reject
    }

    pub(crate) fn account(&self) -> &Account {
        self.engine.account(self.who).unwrap()
    }

    pub(crate) fn spot_order(&self, id: u64) -> Order {
        self.account().orders(BTC_SPOT.kind).find(&OrderRef::Id(id)).unwrap().clone()
    }

    pub(crate) fn list(&self, id: u64) -> OrderList {
        self.account().order_lists().find(&OrderRef::Id(id)).unwrap().clone()
    }
}

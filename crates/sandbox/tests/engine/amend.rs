//! Amendments of resting futures orders, GTD orders, prices taken from the book, and the timer that cancels orders.

use crate::desk::{BTC, Desk, conditional, d, limit, market, reduce};
use domain::{Decimal, OrderType, Side, TimeInForce::*, time};
use proptest::prelude::*;
use sandbox::{
    engine::{
        AlgoStatus, Amend, Command, CommandResult, FuturesRequest, Order, OrderRef, PriceMatch, Reject,
        Status, Which,
    },
    market::Pair,
};

impl Desk {
    fn request(&mut self, request: FuturesRequest) -> Result<CommandResult, Reject> {
        self.apply(Command::Futures { account: self.who, request })
    }

    fn try_amend(&mut self, order: &Order, amount: &str, price: &str) -> Result<Order, Reject> {
        let change = Amend {
            market: BTC,
            order: OrderRef::Id(order.id),
            side: order.side,
            amount: d(amount),
            price: Some(d(price)),
            price_match: None,
        };
        match self.request(FuturesRequest::Amend(change))? {
            CommandResult::Order { order, .. } => Ok(order),
            other => panic!("{other:?}"),
        }
    }

    fn amend(&mut self, order: &Order, amount: &str, price: &str) -> Order {
        self.try_amend(order, amount, price).unwrap()
    }

    fn refuse_amend(&mut self, order: &Order, amount: &str, price: &str) -> i32 {
        let before = serde_json::to_string(&self.engine).unwrap();
        let code = self.try_amend(order, amount, price).unwrap_err().code;
        assert_eq!(serde_json::to_string(&self.engine).unwrap(), before, "a refusal changes nothing");
        code
    }
}

#[test]
fn an_amended_order_keeps_its_id_and_reserves_by_its_new_terms() {
    let mut desk = Desk::new();
    let order = desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    let amended = desk.amend(&order, "0.2", "19400");
    assert_eq!((amended.id, amended.price, amended.amount), (order.id, Some(d("19400")), d("0.2")));
    assert_eq!((amended.status, amended.amendments), (Status::New, 1));
    assert_eq!(desk.position().bid_notional, d("3880"));
    assert_eq!(desk.story(&order), ["NEW", "AMENDMENT"]);
    let account = desk.engine.account(desk.who).unwrap();
    let kept: Vec<_> = account.amendments().map(|a| (a.order_id, a.price, a.amount, a.count)).collect();
    assert_eq!(kept, [(order.id, (d("19500"), d("19400")), (d("0.1"), d("0.2")), 1)]);
    desk.jump("19399");
    assert_eq!(desk.order(&order).status, Status::Filled);
    assert_eq!((desk.position().amount, desk.position().bid_notional), (d("0.2"), d("0")));
}

#[test]
fn amendments_are_refused_one_by_one() {
    let mut desk = Desk::new();
    let order = desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    for (amount, price, code) in [
        ("0.1", "19500", -5027),
        ("0.1000", "19500.0", -5027),
        ("0.0001", "19500", -1111),
        ("0.1", "19500.01", -1111),
        ("0", "19500", -4003),
        ("0.1", "0", -4001),
        ("0.001", "4000", -5029),
        ("0.1", "40000", -4016),
        ("100", "19500", -2019),
    ] {
        assert_eq!(desk.refuse_amend(&order, amount, price), code, "{amount} at {price}");
    }
    let sell = Order { side: Side::Sell, ..order.clone() };
    assert_eq!(desk.refuse_amend(&sell, "0.2", "19500"), -1130);
    desk.cancel(BTC, Which::Plain, order.id).unwrap();
    assert_eq!(desk.refuse_amend(&order, "0.2", "19500"), -2013);
}

#[test]
fn an_order_can_be_amended_9999_times() {
    let mut desk = Desk::new();
    let order = desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    for n in 1..10_000 {
        let price = if n % 2 == 0 { "19500" } else { "19400" };
        assert_eq!(desk.amend(&order, "0.1", price).amendments, n);
    }
    assert_eq!(desk.refuse_amend(&order, "0.1", "19300"), -5026);
}

#[test]
fn an_amended_order_waits_behind_the_others_at_its_price() {
    let mut desk = Desk::new();
    let [first, second] = ["2", "2"].map(|amount| desk.place(limit(Side::Buy, amount, "19500", Gtc)));
    desk.amend(&first, "3", "19500");
    desk.jump("19499");
    let account = desk.engine.account(desk.who).unwrap();
    let filled: Vec<_> = account.fills().map(|fill| fill.order_id).collect();
    assert_eq!(filled.first(), Some(&second.id), "the order that was not amended is first");
    assert!(filled.contains(&first.id));
}

#[test]
fn an_amendment_that_leaves_nothing_cancels_the_order() {
    let mut desk = Desk::new();
    desk.apply(Command::SetLeverage { account: desk.who, pair: Pair::BtcUsdt, leverage: 100 }).unwrap();
    let order = desk.place(limit(Side::Buy, "35", "19500", Gtc));
    desk.jump("19501");
    let mut beats = 0;
    while desk.order(&order).status == Status::New && beats < 20_000 {
        desk.step(1);
        beats += 1;
    }
    let part = desk.order(&order);
    assert_eq!(part.status, Status::PartiallyFilled);
    let amended = desk.amend(&order, &part.filled.to_string(), "19400");
    assert_eq!((amended.status, amended.filled), (Status::Canceled, part.filled));
    assert_eq!(desk.position().bid_notional, d("0"));

    let maker = desk.place(limit(Side::Sell, "0.1", "25000", Gtx));
    assert_eq!(desk.amend(&maker, "0.1", "18000").status, Status::Canceled, "a post-only order would take");
}

#[test]
fn an_amended_order_that_crosses_takes() {
    let mut desk = Desk::new();
    let order = desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    let amended = desk.amend(&order, "0.1", "20500");
    assert_eq!((amended.status, amended.filled), (Status::Filled, d("0.1")));
    let mut story = desk.story(&order);
    story.dedup();
    assert_eq!(story, ["NEW", "AMENDMENT", "TRADE"]);
    let closing = desk.place(reduce(limit(Side::Sell, "0.1", "25000", Gtc)));
    let amended = desk.amend(&closing, "0.3", "19000");
    assert_eq!((amended.status, amended.filled), (Status::Expired, d("0.1")), "no more than the position");
    assert_eq!(desk.position().amount, d("0"));
}

#[test]
fn a_gtd_order_expires_at_its_date() {
    let mut desk = Desk::new();
    let mut order = limit(Side::Buy, "0.1", "19500", Gtc);
    order.terms.good_till = Some(desk.at.plus(600 * time::SECOND));
    assert_eq!(desk.refuse(order.clone()), -5040);
    let date = desk.at.plus(601 * time::SECOND);
    order.terms.good_till = Some(date);
    let resting = desk.place(order);
    let mut stop = conditional(OrderType::StopMarket, Side::Sell, "0.1", "15000");
    stop.terms.good_till = Some(date);
    let stop = desk.algo(stop);
    desk.amend(&resting, "0.2", "19400");
    let state = serde_json::to_string(&desk.engine).unwrap();
    desk.engine = serde_json::from_str(&state).unwrap();
    desk.at = date.plus(-250_001);
    desk.step(1);
    assert_eq!((desk.order(&resting).status, desk.algo_now(&stop).status), (Status::New, AlgoStatus::New));
    desk.step(1);
    assert_eq!(
        (desk.order(&resting).status, desk.algo_now(&stop).status),
        (Status::Expired, AlgoStatus::Expired)
    );
    assert_eq!(desk.position().bid_notional, d("0"));
}

#[test]
fn a_price_is_taken_from_the_book() {
    let mut desk = Desk::new();
    let depth = desk.engine.depth(BTC, 20);
    for (side, level, price) in [
        (Side::Buy, PriceMatch::Queue, depth.bids[0].price),
        (Side::Buy, PriceMatch::Queue5, depth.bids[4].price),
        (Side::Sell, PriceMatch::Queue10, depth.asks[9].price),
        (Side::Sell, PriceMatch::Queue20, depth.asks[19].price),
    ] {
        let mut order = limit(side, "0.01", "1", Gtc);
        order.terms.price_match = Some(level);
        assert_eq!(desk.place(order).price, Some(price), "{level:?}");
    }
    let mut order = limit(Side::Buy, "0.01", "1", Gtc);
    order.terms.price_match = Some(PriceMatch::Opponent);
    let taken = desk.place(order);
    assert_eq!((taken.price, taken.status), (Some(depth.asks[0].price), Status::Filled));
}

#[test]
fn a_timer_cancels_plain_orders_unless_it_is_set_again() {
    let mut desk = Desk::new();
    let set = |desk: &mut Desk, millis| {
        desk.request(FuturesRequest::Countdown { pair: Pair::BtcUsdt, millis }).unwrap();
    };
    let order = desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    let stop = desk.algo(conditional(OrderType::StopMarket, Side::Sell, "0.1", "15000"));
    set(&mut desk, 1_000);
    desk.step(3);
    set(&mut desk, 1_000);
    desk.step(3);
    assert_eq!(desk.order(&order).status, Status::New);
    desk.step(1);
    assert_eq!((desk.order(&order).status, desk.algo_now(&stop).status), (Status::Canceled, AlgoStatus::New));
    let order = desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    set(&mut desk, 500);
    set(&mut desk, 0);
    desk.step(4);
    assert_eq!(desk.order(&order).status, Status::New, "zero stops the timer");
}

#[test]
fn a_reset_stops_the_timers() {
    let mut desk = Desk::new();
    desk.request(FuturesRequest::Countdown { pair: Pair::BtcUsdt, millis: 1_000 }).unwrap();
    let account = desk.who;
    desk.apply(Command::ResetAccount { account }).unwrap();
    let order = desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    desk.step(8);
    assert_eq!(desk.order(&order).status, Status::New);
}

#[test]
fn a_tested_order_is_checked_and_leaves_no_trace() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    let before = serde_json::to_string(&desk.engine).unwrap();
    let test = |order| desk.engine.test_order(desk.who, &order);
    let tested = test(limit(Side::Buy, "0.1", "19500", Gtc)).unwrap();
    assert_eq!((tested.id, tested.status, tested.price), (0, Status::New, Some(d("19500"))));
    for (order, code) in [
        (limit(Side::Buy, "0.1", "25000", Gtx), -5022),
        (market(Side::Buy, "40"), -2019),
        (reduce(market(Side::Buy, "0.1")), -2022),
        (limit(Side::Buy, "0.001", "4000", Gtc), -4164),
        (conditional(OrderType::StopMarket, Side::Sell, "0.1", "15000"), -1116),
    ] {
        assert_eq!(test(order.clone()).unwrap_err().code, code, "{order:?}");
    }
    assert_eq!(serde_json::to_string(&desk.engine).unwrap(), before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn an_amended_and_cancelled_order_leaves_no_margin_behind(
        changes in proptest::collection::vec((1_i64..80, 100_i64..180), 1..8),
    ) {
        let mut desk = Desk::new();
        let free = desk.available();
        let order = desk.place(limit(Side::Buy, "0.100", "19000", Gtc));
        for (amount, price) in changes {
            let (amount, price) = (Decimal::new(amount, 3), Decimal::from(price * 100));
            // Some have the same terms twice.
            let _ = desk.try_amend(&order, &amount.to_string(), &price.to_string());
        }
        desk.cancel(BTC, Which::Plain, order.id).unwrap();
        prop_assert_eq!(desk.available(), free);
    }
}

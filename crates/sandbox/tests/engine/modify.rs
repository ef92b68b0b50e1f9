//! Modified futures orders: their margin, what ends them, and what is rejected.

use crate::desk::{BTC, Desk, d, limit, market, reduce};
use domain::{Decimal, Side, TimeInForce};
use proptest::prelude::*;
use sandbox::engine::{Command, CommandResult, Order, OrderRef, OrderTerms, Reject, Status, Which};

fn modify(desk: &mut Desk, order: &Order, amount: &str, price: &str) -> Result<Order, Reject> {
    let terms = OrderTerms { side: order.side, amount: d(amount), price: d(price) };
    with_terms(desk, order, terms)
}

fn with_terms(desk: &mut Desk, order: &Order, terms: OrderTerms) -> Result<Order, Reject> {
    let (account, which) = (desk.who, OrderRef::Id(order.id));
    match desk.apply(Command::Modify { account, market: BTC, order: which, terms })? {
        CommandResult::Order { order, .. } => Ok(order),
        other => panic!("{other:?}"),
    }
}

fn refused(desk: &mut Desk, order: &Order, amount: &str, price: &str) -> i32 {
    let before = serde_json::to_string(&desk.engine).unwrap();
    let code = modify(desk, order, amount, price).unwrap_err().code;
    assert_eq!(serde_json::to_string(&desk.engine).unwrap(), before, "a refusal changes nothing");
    code
}

#[test]
fn a_modified_order_keeps_its_id_and_holds_what_it_needs() {
    let mut desk = Desk::new();
    let free = desk.available();
    let order = desk.place(limit(Side::Buy, "0.100", "19000", TimeInForce::Gtc));
    let held = free - desk.available();
    let changed = modify(&mut desk, &order, "0.200", "18000").unwrap();
    assert_eq!((changed.id, changed.status, changed.filled), (order.id, Status::New, Decimal::ZERO));
    assert_eq!((changed.amount, changed.price), (d("0.2"), Some(d("18000"))));
    assert_eq!(free - desk.available(), held / d("19") * d("36"));
    assert_eq!(desk.story(&order), ["NEW", "AMENDMENT"]);
    desk.jump("18500");
    assert_eq!(desk.order(&order).status, Status::New, "the old price means nothing any more");
    desk.jump("17000");
    assert_eq!(desk.order(&order).status, Status::Filled);
}

#[test]
fn a_price_that_crosses_fills_unless_the_order_is_post_only() {
    for (tif, status, story) in [
        (TimeInForce::Gtc, Status::Filled, vec!["NEW", "AMENDMENT", "TRADE"]),
        (TimeInForce::Gtx, Status::Canceled, vec!["NEW", "CANCELED"]),
    ] {
        let mut desk = Desk::new();
        let order = desk.place(limit(Side::Buy, "0.001", "19000", tif));
        let ask = desk.engine.depth(BTC, 1).asks[0].price;
        assert_eq!(modify(&mut desk, &order, "0.001", &ask.to_string()).unwrap().status, status);
        assert_eq!(desk.story(&order), story);
        assert_eq!(desk.order(&order).status, status);
    }
}

#[test]
fn an_amount_that_is_filled_already_cancels() {
    let mut desk = Desk::new();
    desk.leverage(20).unwrap();
    let best = desk.engine.depth(BTC, 1).asks[0];
    let amount = best.amount + d("0.050");
    let order = desk.place(limit(Side::Buy, &amount.to_string(), &best.price.to_string(), TimeInForce::Gtc));
    assert_eq!((order.status, order.filled), (Status::PartiallyFilled, best.amount));
    let price = best.price.to_string();
    let less = modify(&mut desk, &order, &best.amount.to_string(), &price).unwrap();
    assert_eq!((less.status, less.filled), (Status::Canceled, best.amount));
}

#[test]
fn what_cannot_be_modified_stays_as_it_is() {
    let mut desk = Desk::new();
    let order = desk.place(limit(Side::Buy, "0.100", "19000", TimeInForce::Gtc));
    assert_eq!(refused(&mut desk, &order, "0.100", "19000"), -5027);
    assert_eq!(refused(&mut desk, &order, "0.100", "19000.05"), -1111);
    assert_eq!(refused(&mut desk, &order, "0.0001", "19000"), -1111);
    assert_eq!(refused(&mut desk, &order, "900", "19000"), -2019);
    assert_eq!(refused(&mut desk, &order, "0.001", "100"), -4164);
    let terms = OrderTerms { side: Side::Sell, amount: d("0.1"), price: d("19001") };
    assert_eq!(with_terms(&mut desk, &order, terms).unwrap_err().code, -1117);
    desk.cancel(BTC, Which::Plain, order.id).unwrap();
    assert_eq!(refused(&mut desk, &order, "0.200", "19000"), -2013);
}

#[test]
fn a_reduce_only_order_takes_no_more_than_the_position() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.010"));
    let order = desk.place(reduce(limit(Side::Sell, "0.010", "21000", TimeInForce::Gtc)));
    let bid = desk.engine.depth(BTC, 1).bids[0].price;
    modify(&mut desk, &order, "0.030", &bid.to_string()).unwrap();
    assert!(desk.position().amount.is_zero());
    let ended = desk.order(&order);
    assert_eq!((ended.status, ended.filled), (Status::Expired, d("0.01")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_modified_and_cancelled_order_leaves_no_margin_behind(
        changes in proptest::collection::vec((1_i64..80, 100_i64..180), 1..8),
    ) {
        let mut desk = Desk::new();
        let free = desk.available();
        let order = desk.place(limit(Side::Buy, "0.100", "19000", TimeInForce::Gtc));
        for (amount, price) in changes {
            let (amount, price) = (Decimal::new(amount, 3), Decimal::from(price * 100));
            // Some have the same terms twice.
            let _ = modify(&mut desk, &order, &amount.to_string(), &price.to_string());
        }
        desk.cancel(BTC, Which::Plain, order.id).unwrap();
        prop_assert_eq!(desk.available(), free);
    }
}

//! -4118: resting orders count against a new reduce-only order, waiting conditional orders do not.

use crate::desk::{BTC, Desk, closing, conditional, d, limit, market, reduce};
use domain::{OrderType::*, Side, TimeInForce::*};
use sandbox::engine::{AlgoStatus, Command, NewOrder, Status, Which};

/// A long position of 0.1 with a take-profit order of this size in the book.
fn with_target(amount: &str) -> Desk {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    desk.place(reduce(limit(Side::Sell, amount, "21000", Gtc)));
    desk
}

#[test]
fn resting_and_new_orders_must_not_exceed_the_position() {
    for (target, amount, code) in
        [("0.1", "0.1", -4118), ("0.1", "0.001", -4118), ("0.06", "0.041", -4118), ("0.06", "0.2", -4118)]
    {
        assert_eq!(with_target(target).refuse(reduce(market(Side::Sell, amount))), code, "{target} {amount}");
        let order = reduce(limit(Side::Sell, amount, "22000", Gtc));
        assert_eq!(with_target(target).refuse(order), code, "{target} {amount}");
    }
    let mut desk = with_target("0.06");
    assert_eq!(desk.place(reduce(market(Side::Sell, "0.04"))).status, Status::Filled);
    assert_eq!(desk.position().amount, d("0.06"));
    assert_eq!(desk.refuse(reduce(market(Side::Sell, "0.06"))), -4118);
}

#[test]
fn cancelling_what_rests_makes_room() {
    let mut desk = with_target("0.1");
    assert_eq!(desk.refuse(reduce(market(Side::Sell, "0.1"))), -4118);
    desk.apply(Command::CancelAll { account: desk.who, market: BTC, which: Which::Plain, cancel_id: None })
        .unwrap();
    desk.place(reduce(market(Side::Sell, "0.1")));
    assert_eq!(desk.position().amount, d("0"));
    assert_eq!(desk.refuse(reduce(market(Side::Sell, "0.1"))), -2022, "nothing is left to reduce");
}

#[test]
fn conditional_orders_count_only_once_they_have_triggered() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    desk.algo(closing(StopMarket, Side::Sell, "19000"));
    let mut target = reduce(conditional(TakeProfit, Side::Sell, "0.1", "21000"));
    target.price = Some(d("21500"));
    let target = desk.algo(target);
    desk.place(reduce(market(Side::Sell, "0.02")));
    desk.jump("21000");
    assert_eq!(desk.algo_now(&target).status, AlgoStatus::Triggered);
    assert_eq!(desk.refuse(reduce(market(Side::Sell, "0.08"))), -4118);
}

#[test]
fn a_stop_that_triggers_knocks_resting_targets_out() {
    let mut desk = with_target("0.1");
    let stop = desk.algo(closing(StopMarket, Side::Sell, "19000"));
    desk.jump("19000");
    assert_eq!(desk.algo_now(&stop).status, AlgoStatus::Finished);
    assert_eq!(desk.position().amount, d("0"));
    let account = desk.engine.account(desk.who).unwrap();
    assert_eq!(account.orders(BTC.kind).open().count(), 0);
}

#[test]
fn orders_of_the_other_side_and_of_other_markets_do_not_count() {
    let mut desk = Desk::new();
    desk.place(market(Side::Sell, "0.1"));
    desk.place(reduce(limit(Side::Buy, "0.1", "19000", Gtc)));
    desk.place(limit(Side::Sell, "0.1", "21000", Gtc));
    assert_eq!(desk.refuse(reduce(market(Side::Buy, "0.1"))), -4118);
    let eth = sandbox::market::MarketId::futures(sandbox::market::Pair::EthUsdt);
    desk.place(NewOrder::market(eth, Side::Sell, d("1")));
    desk.place(reduce(NewOrder::market(eth, Side::Buy, d("1"))));
}

#[test]
fn resting_orders_that_may_open_count_when_the_turned_position_has_no_margin() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "5"));
    // Filling this order after the long is closed would leave a short of 14.4 coins; filling it now, one of
    // 9.4.
    desk.place(limit(Side::Sell, "14.4", "20100", Gtc));
    let available = desk.available();
    assert!(available > d("300") && available < d("5000"), "{available}");
    assert_eq!(desk.refuse(reduce(market(Side::Sell, "5"))), -4118);
    assert_eq!(desk.refuse(reduce(limit(Side::Sell, "5", "22000", Gtc))), -4118);
    assert_eq!(
        desk.place(reduce(market(Side::Sell, "0.2"))).status,
        Status::Filled,
        "there is margin for it"
    );
}

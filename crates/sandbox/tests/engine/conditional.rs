//! Conditional orders: each type, both working prices, trailing stops, closePosition, and the state after a
//! trigger.

use crate::desk::{BTC, Desk, by_mark, closing, conditional, d, limit, market, reduce, trailing};
use domain::{OrderType::*, Side, TimeInForce};
use sandbox::{
    engine::{AlgoStatus, EventKind, NewOrder, OrderRef, Status, Which},
    market::Pair,
};

fn with_price(mut order: NewOrder, price: &str) -> NewOrder {
    order.price = Some(d(price));
    order
}

#[test]
fn each_type_triggers_at_its_price_and_not_before() {
    for (kind, side, trigger, before, after) in [
        (StopMarket, Side::Buy, "21000", "20999", "21000"),
        (StopMarket, Side::Sell, "19000", "19001", "19000"),
        (TakeProfitMarket, Side::Buy, "19000", "19001", "19000"),
        (TakeProfitMarket, Side::Sell, "21000", "20999", "21000"),
        (Stop, Side::Buy, "21000", "20999", "21000"),
        (Stop, Side::Sell, "19000", "19001", "19000"),
        (TakeProfit, Side::Buy, "19000", "19001", "19000"),
        (TakeProfit, Side::Sell, "21000", "20999", "21000"),
    ] {
        for mark in [false, true] {
            let mut desk = Desk::new();
            let order = conditional(kind, side, "0.1", trigger);
            let price = if side == Side::Buy { "22000" } else { "18000" };
            let order = if matches!(kind, Stop | TakeProfit) { with_price(order, price) } else { order };
            let algo = desk.algo(if mark { by_mark(order) } else { order });
            desk.jump(before);
            assert_eq!(desk.algo_now(&algo).status, AlgoStatus::New, "{kind} {side}");
            desk.jump(after);
            let done = desk.algo_now(&algo);
            assert_eq!(done.status, AlgoStatus::Finished, "{kind} {side}");
            assert_eq!(desk.algo_story(&algo), ["NEW", "TRIGGERED", "FINISHED"]);
            let account = desk.engine.account(desk.who).unwrap();
            let real = account.orders(BTC.kind).find(&OrderRef::Id(done.order_id.unwrap())).unwrap();
            assert_eq!(
                (real.status, real.original_kind, real.algo_id),
                (Status::Filled, kind, Some(algo.id))
            );
            assert_eq!(real.client_id, algo.client_id);
            assert_eq!(desk.position().amount.abs(), d("0.1"));
        }
    }
}

#[test]
fn last_price_and_mark_trigger_each_their_own() {
    let mut desk = Desk::new();
    let trigger = d("20050");
    let last = desk.algo(conditional(StopMarket, Side::Buy, "0.1", "20050"));
    let mark = desk.algo(by_mark(conditional(StopMarket, Side::Buy, "0.1", "20050")));
    let (mut last_after, mut mark_after) = (None, None);
    for beat in 0..5_000 {
        desk.step(1);
        let waits = |desk: &Desk, algo| desk.algo_now(algo).status == AlgoStatus::New;
        if last_after.is_none() {
            assert_eq!(waits(&desk, &last), desk.engine.price(BTC) < trigger);
            last_after = (!waits(&desk, &last)).then_some(beat);
        }
        if mark_after.is_none() {
            assert_eq!(waits(&desk, &mark), desk.engine.mark(Pair::BtcUsdt).mark < trigger);
            mark_after = (!waits(&desk, &mark)).then_some(beat);
        }
    }
    assert!(last_after.is_some() && last_after < mark_after, "the mark lags: {last_after:?} {mark_after:?}");
}

#[test]
fn an_order_that_would_trigger_immediately_is_rejected() {
    let mut desk = Desk::new();
    for order in [
        conditional(StopMarket, Side::Buy, "0.1", "19000"),
        conditional(StopMarket, Side::Sell, "0.1", "21000"),
        conditional(TakeProfitMarket, Side::Buy, "0.1", "21000"),
        conditional(TakeProfitMarket, Side::Sell, "0.1", "19000"),
        trailing(Side::Sell, "0.1", "1", Some("19000")),
        trailing(Side::Buy, "0.1", "1", Some("21000")),
    ] {
        assert_eq!(desk.refuse(order), -2021);
    }
}

#[test]
fn a_triggered_limit_may_rest_and_be_cancelled() {
    let mut desk = Desk::new();
    let algo = desk.algo(with_price(conditional(Stop, Side::Buy, "0.1", "21000"), "20500"));
    desk.jump("21000");
    let triggered = desk.algo_now(&algo);
    assert_eq!(triggered.status, AlgoStatus::Triggered);
    desk.cancel(BTC, Which::Plain, triggered.order_id.unwrap()).unwrap();
    assert_eq!(desk.algo_now(&algo).status, AlgoStatus::Finished);
    assert_eq!(desk.cancel(BTC, Which::Algo, algo.id).unwrap_err().code, -2011);
}

#[test]
fn a_trailing_stop_follows_and_turns() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    let algo = desk.algo(reduce(trailing(Side::Sell, "0.1", "1", Some("20500"))));
    desk.jump("19000");
    assert_eq!(desk.algo_now(&algo).extreme, None, "not active before its activation price");
    desk.jump("20500");
    assert_eq!(desk.algo_now(&algo).extreme, Some(d("20500")));
    desk.jump("22000");
    assert_eq!(desk.algo_now(&algo).trigger_price, Some(d("21780")));
    desk.jump("21781");
    assert_eq!(desk.algo_now(&algo).status, AlgoStatus::New);
    desk.jump("21780");
    assert_eq!(desk.algo_now(&algo).status, AlgoStatus::Finished);
    assert_eq!(desk.position().amount, d("0"));
}

#[test]
fn a_trailing_buy_without_activation_trails_immediately() {
    let mut desk = Desk::new();
    let algo = desk.algo(trailing(Side::Buy, "0.1", "0.5", None));
    desk.jump("18000");
    desk.jump("18089.9");
    assert_eq!(desk.algo_now(&algo).status, AlgoStatus::New);
    desk.jump("18090");
    assert_eq!(desk.algo_now(&algo).status, AlgoStatus::Finished);
    desk.algo(trailing(Side::Buy, "0.1", "20", None));
    for rate in ["0", "0.05", "20.1", "-1"] {
        assert_eq!(desk.refuse(trailing(Side::Buy, "0.1", rate, None)), -2007);
    }
}

#[test]
fn close_position_closes_all_of_it_and_goes_with_it() {
    let mut desk = Desk::new();
    assert_eq!(desk.refuse(closing(StopMarket, Side::Sell, "19000")), -4509);
    desk.place(market(Side::Buy, "0.1"));
    let stop = desk.algo(closing(StopMarket, Side::Sell, "19000"));
    let target = desk.algo(closing(TakeProfitMarket, Side::Sell, "21000"));
    assert_eq!(desk.refuse(closing(StopMarket, Side::Sell, "18000")), -4130);
    desk.place(market(Side::Buy, "0.2"));
    desk.jump("21000");
    assert_eq!(desk.position().amount, d("0"));
    assert_eq!(desk.algo_now(&target).status, AlgoStatus::Finished);
    assert_eq!(desk.algo_now(&stop).status, AlgoStatus::Expired);
}

#[test]
fn an_opening_order_is_no_position_to_protect() {
    let mut desk = Desk::new();
    desk.place(limit(Side::Buy, "0.1", "19500", TimeInForce::Gtc));
    assert_eq!(desk.refuse(closing(StopMarket, Side::Sell, "19000")), -4509);
    let mut gte = conditional(StopMarket, Side::Sell, "0.1", "19000");
    gte.tif = Some(TimeInForce::GteGtc);
    assert_eq!(desk.refuse(gte), -4509);
}

#[test]
fn protection_ends_with_its_position_whatever_rests() {
    let mut desk = Desk::new();
    desk.place(limit(Side::Buy, "0.1", "19500", TimeInForce::Gtc));
    desk.place(market(Side::Buy, "0.1"));
    let stop = desk.algo(closing(StopMarket, Side::Sell, "19000"));
    desk.place(reduce(market(Side::Sell, "0.1")));
    assert_eq!(desk.algo_story(&stop), ["NEW", "EXPIRED"]);
}

#[test]
fn a_gte_order_expires_with_the_position() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    let mut order = reduce(conditional(TakeProfitMarket, Side::Sell, "0.05", "21000"));
    order.tif = Some(TimeInForce::GteGtc);
    let algo = desk.algo(order);
    desk.place(market(Side::Sell, "0.1"));
    assert_eq!(desk.algo_now(&algo).status, AlgoStatus::Expired);
}

#[test]
fn reduce_only_is_clipped_at_the_trigger_or_expires() {
    let mut desk = Desk::new();
    let lonely = desk.algo(reduce(conditional(StopMarket, Side::Sell, "0.1", "19500")));
    desk.jump("19500");
    assert_eq!(desk.algo_now(&lonely).status, AlgoStatus::Expired);
    desk.place(market(Side::Buy, "0.1"));
    let large = desk.algo(reduce(conditional(StopMarket, Side::Sell, "5", "19000")));
    desk.jump("19000");
    assert_eq!(desk.position().amount, d("0"));
    assert_eq!(desk.algo_now(&large).status, AlgoStatus::Finished);
}

#[test]
fn a_trigger_without_margin_is_rejected_with_a_reason() {
    let mut desk = Desk::new();
    let algo = desk.algo(conditional(StopMarket, Side::Buy, "12", "21000"));
    desk.jump("21000");
    let rejected = desk.algo_now(&algo);
    assert_eq!(rejected.status, AlgoStatus::Rejected);
    assert_eq!(rejected.failure.as_deref(), Some("Margin is insufficient. (-2019)"));
    assert_eq!(desk.position().amount, d("0"));
}

#[test]
fn events_triggered_by_a_beat_are_sent_with_it() {
    let mut desk = Desk::new();
    desk.algo(trailing(Side::Buy, "0.1", "0.1", None));
    while desk.position().amount.is_zero() {
        desk.step(1);
    }
    desk.events.clear();
    desk.place(limit(Side::Buy, "0.1", "15000", TimeInForce::Gtc));
    let market = desk.events.iter().any(|e| matches!(e.kind, EventKind::Market(_)));
    assert!(!market, "the command changed no book");
}

#[test]
fn nonsense_is_refused() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    let close = closing(StopMarket, Side::Sell, "19000");
    for (order, code) in [
        (NewOrder { amount: Some(d("1")), ..close.clone() }, -4137),
        (NewOrder { reduce_only: true, ..close.clone() }, -1106),
        (NewOrder { kind: Stop, price: Some(d("19000")), ..close.clone() }, -4136),
        (NewOrder { trigger_price: None, ..close.clone() }, -1102),
        (NewOrder { trigger_price: Some(d("-1")), ..close.clone() }, -4006),
        (NewOrder { trigger_price: Some(d("19000.01")), ..close }, -1111),
        (conditional(Stop, Side::Sell, "0.1", "19000"), -1102),
        (conditional(StopMarket, Side::Sell, "0", "19000"), -4003),
        (conditional(StopMarket, Side::Sell, "1", "79228162514264337593543950335"), -4002),
    ] {
        let words = format!("{order:?}");
        assert_eq!(desk.refuse(order), code, "{words}");
    }
}

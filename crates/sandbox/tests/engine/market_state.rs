//! Markets that halt, settle or change their steps, and triggers that the matching engine rejects.

use crate::desk::{BTC, BTC_SPOT, Desk, closing, conditional, d, limit, market, reduce};
use domain::{OrderType::*, Side, TimeInForce::*};
use sandbox::{
    engine::{
        AlgoStatus, Command, MarketChange, MarketStatus, NewOrder, Reject, Status, TriggerRejection, Which,
    },
    market::{MarketId, Pair},
};

const fn unchanged(market: MarketId) -> MarketChange {
    MarketChange { market, status: None, tick: None, lot: None, thin: None }
}

fn set(desk: &mut Desk, change: MarketChange) {
    desk.apply(Command::ChangeMarket(change)).unwrap();
}

fn status(desk: &mut Desk, status: MarketStatus) {
    set(desk, MarketChange { status: Some(status), ..unchanged(BTC) });
}

#[test]
fn a_halted_market_takes_fills_and_triggers_nothing_but_lets_cancel() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    let resting = desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    let stop = desk.algo(closing(StopMarket, Side::Sell, "19000"));
    status(&mut desk, MarketStatus::Settling);
    assert_eq!(desk.refuse(market(Side::Buy, "0.1")), -4141);
    assert_eq!(desk.refuse(reduce(market(Side::Sell, "0.1"))), -4141);
    assert_eq!(desk.refuse(closing(TakeProfitMarket, Side::Sell, "21000")), -4141);
    desk.jump("18000");
    assert_eq!(desk.order(&resting).status, Status::New);
    assert_eq!(desk.algo_now(&stop).status, AlgoStatus::New);
    desk.cancel(BTC, Which::Plain, resting.id).unwrap();
    status(&mut desk, MarketStatus::Trading);
    desk.jump("18000");
    assert_eq!(desk.algo_now(&stop).status, AlgoStatus::Finished);
}

#[test]
fn before_settlement_positions_may_be_closed_and_not_opened() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    status(&mut desk, MarketStatus::PreSettle);
    assert_eq!(desk.refuse(market(Side::Buy, "0.1")), -4140);
    desk.algo(closing(StopMarket, Side::Sell, "19000"));
    desk.place(reduce(market(Side::Sell, "0.1")));
    assert_eq!(desk.position().amount, d("0"));
}

#[test]
fn a_delisted_market_ends_orders_and_settles_positions() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    let resting = desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    let stop = desk.algo(closing(StopMarket, Side::Sell, "19000"));
    let target = desk.algo(reduce(conditional(TakeProfitMarket, Side::Sell, "0.1", "21000")));
    status(&mut desk, MarketStatus::Close);
    assert_eq!(desk.position().amount, d("0"));
    assert_eq!(desk.story(&resting), ["NEW", "EXPIRED"]);
    for algo in [&stop, &target] {
        assert_eq!(desk.algo_story(algo), ["NEW", "EXPIRED"]);
    }
    let account = desk.engine.account(desk.who).unwrap();
    let last = account.orders(BTC.kind).all().next_back().unwrap();
    assert!(last.client_id.starts_with("settlement_autoclose-"), "{}", last.client_id);
    assert_eq!(last.average(), desk.engine.mark(Pair::BtcUsdt).mark);
    assert_eq!(desk.refuse(market(Side::Buy, "0.1")), -4141);
}

#[test]
fn a_thin_book_refuses_market_orders_and_triggered_ones() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    let stop = desk.algo(closing(StopMarket, Side::Sell, "19000"));
    set(&mut desk, MarketChange { thin: Some(true), ..unchanged(BTC) });
    assert_eq!(desk.refuse(reduce(market(Side::Sell, "0.1"))), -4131);
    desk.place(reduce(limit(Side::Sell, "0.1", "22000", Gtc)));
    desk.jump("19000");
    let stop = desk.algo_now(&stop);
    assert_eq!((stop.status, stop.order_id), (AlgoStatus::Rejected, None));
    assert!(stop.failure.unwrap().contains("-4131"));
    assert_eq!(desk.position().amount, d("0.1"));
}

#[test]
fn tick_and_lot_may_change_under_open_orders() {
    let mut desk = Desk::new();
    let old = desk.place(limit(Side::Buy, "0.101", "19500.3", Gtc));
    set(&mut desk, MarketChange { tick: Some(d("0.50")), lot: Some(d("0.01")), ..unchanged(BTC) });
    let (rules, _) = desk.engine.market(BTC);
    assert_eq!((rules.tick, rules.lot, rules.min_amount), (d("0.5"), d("0.01"), d("0.01")));
    assert_eq!(desk.refuse(limit(Side::Buy, "0.1", "19500.3", Gtc)), -4014);
    assert_eq!(desk.refuse(limit(Side::Buy, "0.101", "19500", Gtc)), -1111);
    desk.place(limit(Side::Buy, "0.11", "19500.5", Gtc));
    desk.jump("19000");
    assert_eq!(desk.order(&old).status, Status::Filled, "it was taken under the old rules");
}

#[test]
fn spot_reports_it_with_its_own_messages() {
    let mut desk = Desk::new();
    set(&mut desk, MarketChange { status: Some(MarketStatus::Break), ..unchanged(BTC_SPOT) });
    assert_eq!(desk.refuse(NewOrder::market(BTC_SPOT, Side::Buy, d("0.01"))), -2010);
    desk.place(market(Side::Buy, "0.1"));
    let wrong = MarketChange { status: Some(MarketStatus::Settling), ..unchanged(BTC_SPOT) };
    assert_eq!(desk.apply(Command::ChangeMarket(wrong)).unwrap_err().code, -4022);
    let zero = MarketChange { tick: Some(d("0")), ..unchanged(BTC_SPOT) };
    assert_eq!(desk.apply(Command::ChangeMarket(zero)).unwrap_err().code, -1111);
}

#[test]
fn the_matching_engine_rejects_the_requested_number_of_triggers() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.3"));
    let reason = Reject { code: -2027, message: "Exceeded.".into() };
    let rejection =
        TriggerRejection { account: Some(desk.who), pair: Some(Pair::BtcUsdt), left: Some(1), reason };
    desk.apply(Command::RejectTriggers(rejection.clone())).unwrap();
    let stops = ["19500", "19400"]
        .map(|trigger| desk.algo(reduce(conditional(StopMarket, Side::Sell, "0.1", trigger))));
    desk.jump("19400");
    let [first, second] = stops.each_ref().map(|stop| desk.algo_now(stop));
    assert_eq!((first.status, first.order_id), (AlgoStatus::Rejected, None));
    assert_eq!(first.failure.as_deref(), Some("Exceeded. (-2027)"));
    assert_eq!(second.status, AlgoStatus::Finished);
    assert_eq!(desk.position().amount, d("0.2"));

    let always = TriggerRejection { left: None, account: None, ..rejection.clone() };
    desk.apply(Command::RejectTriggers(always)).unwrap();
    let stops = ["19300", "19200"]
        .map(|trigger| desk.algo(reduce(conditional(StopMarket, Side::Sell, "0.1", trigger))));
    desk.jump("19200");
    assert!(stops.iter().all(|stop| desk.algo_now(stop).status == AlgoStatus::Rejected));
    let clear = TriggerRejection { left: Some(0), account: None, pair: None, ..rejection };
    desk.apply(Command::RejectTriggers(clear)).unwrap();
    let stop = desk.algo(closing(StopMarket, Side::Sell, "19100"));
    desk.jump("19100");
    assert_eq!(desk.algo_now(&stop).status, AlgoStatus::Finished);
}

#[test]
fn waiting_conditional_orders_have_one_limit_for_all_markets() {
    let mut desk = Desk::new();
    let eth = MarketId::futures(Pair::EthUsdt);
    for n in 0..200_u32 {
        let mut order = conditional(StopMarket, Side::Buy, "0.1", "21000");
        if n % 2 == 0 {
            (order.market, order.amount, order.trigger_price) = (eth, Some(d("1")), Some(d("9000")));
        }
        desk.algo(order);
    }
    assert_eq!(desk.refuse(conditional(StopMarket, Side::Buy, "0.1", "21000")), -4045);
}

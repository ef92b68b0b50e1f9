//! Futures: taking, resting, times in force, reduce-only and margin.

use crate::desk::{BTC, Desk, d, limit, market, reduce};
use domain::{Side, TimeInForce::*};
use sandbox::{
    engine::{Command, NewOrder, Status, Which},
    market::{MarketId, Pair},
};

#[test]
fn a_market_order_opens_a_position_at_the_books_price() {
    let mut desk = Desk::new();
    let ask = desk.engine.book_ticker(BTC).ask.price;
    let order = desk.place(market(Side::Buy, "0.1"));
    assert_eq!((order.status, order.average()), (Status::Filled, ask));
    let position = desk.position();
    assert_eq!((position.amount, position.entry_price), (d("0.1"), ask));
    assert_eq!(desk.wallet(), d("10000") - order.cost * d("0.0005"));
    assert_eq!(position.initial_margin, d("0.1") * position.mark_price / d("20"));
    assert_eq!(desk.story(&order), ["NEW", "TRADE"]);
}

#[test]
fn a_large_market_order_walks_the_book() {
    let mut desk = Desk::new();
    let depth = desk.engine.depth(BTC, 5);
    let amount = depth.asks[0].amount + depth.asks[1].amount;
    desk.apply(Command::SetLeverage { account: desk.who, pair: Pair::BtcUsdt, leverage: 100 }).unwrap();
    let order = desk.place(NewOrder::market(BTC, Side::Buy, amount));
    let cost = depth.asks[0].amount * depth.asks[0].price + depth.asks[1].amount * depth.asks[1].price;
    assert_eq!(order.cost, cost);
    assert_eq!(desk.engine.depth(BTC, 1).asks[0], depth.asks[2]);
    desk.step(1);
    assert!(desk.engine.book_ticker(BTC).ask.amount > d("0"), "the next beat brings a fresh book");
}

#[test]
fn a_limit_fills_as_maker_only_when_the_price_trades_through() {
    let mut desk = Desk::new();
    let order = desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    assert_eq!(desk.position().order_margin, d("97.5"));
    desk.jump("19500");
    assert_eq!(desk.order(&order).status, Status::New);
    desk.jump("19499");
    assert_eq!(desk.order(&order).status, Status::Filled);
    assert_eq!(desk.position().entry_price, d("19500"));
    assert_eq!(desk.position().order_margin, d("0"));
    assert_eq!(desk.wallet(), d("10000") - d("1950") * d("0.0002"));
}

#[test]
fn partial_fills_follow_the_volume_and_time_priority() {
    let mut desk = Desk::new();
    desk.apply(Command::SetLeverage { account: desk.who, pair: Pair::BtcUsdt, leverage: 100 }).unwrap();
    let limits = ["19500", "19500", "19600"].map(|price| desk.place(limit(Side::Buy, "10", price, Gtc)));
    // A small step down through all orders, with the volume of one beat.
    desk.jump("19601");
    let mut beats = 0;
    while limits.iter().any(|o| desk.order(o).status.open()) && beats < 20_000 {
        desk.step(1);
        beats += 1;
        let [old, young, better] = limits.each_ref().map(|o| desk.order(o).filled);
        assert!(young.is_zero() || old == d("10"), "the older order first");
        assert!(old.is_zero() || better == d("10"), "the better price first");
    }
    let partly = desk.events.iter().any(|e| format!("{:?}", e.kind).contains("PartiallyFilled"));
    assert!(partly, "ten coins take more than one beat");
}

#[test]
fn times_in_force() {
    let mut desk = Desk::new();
    assert_eq!(desk.place(limit(Side::Buy, "0.1", "19000", Ioc)).status, Status::Expired);
    assert_eq!(desk.place(limit(Side::Buy, "0.1", "20100", Ioc)).status, Status::Filled);
    assert_eq!(desk.refuse(limit(Side::Buy, "0.1", "19000", Fok)), -5021);
    assert_eq!(desk.place(limit(Side::Buy, "0.1", "20100", Fok)).status, Status::Filled);
    assert_eq!(desk.refuse(limit(Side::Buy, "0.1", "20100", Gtx)), -5022);
    assert_eq!(desk.place(limit(Side::Buy, "0.1", "19000", Gtx)).status, Status::New);
    let ends = desk.place(limit(Side::Sell, "0.1", "21000", GteGtc));
    assert_eq!(ends.status, Status::New);
    desk.apply(Command::CancelAll { account: desk.who, market: BTC, which: Which::Plain, cancel_id: None })
        .unwrap();
    let ends = desk.place(limit(Side::Sell, "0.1", "21000", GteGtc));
    desk.place(reduce(market(Side::Sell, "0.2")));
    assert_eq!(desk.order(&ends).status, Status::Expired, "the position is gone");
    assert_eq!(desk.refuse(limit(Side::Sell, "0.1", "21000", GteGtc)), -4509);
}

#[test]
fn reduce_only_needs_a_position_and_never_turns_it() {
    let mut desk = Desk::new();
    assert_eq!(desk.refuse(reduce(market(Side::Sell, "0.1"))), -2022);
    desk.place(market(Side::Buy, "0.1"));
    assert_eq!(desk.refuse(reduce(market(Side::Buy, "0.1"))), -2022);
    let order = desk.place(reduce(market(Side::Sell, "0.5")));
    assert_eq!((order.status, order.filled), (Status::Expired, d("0.1")));
    assert_eq!(desk.position().amount, d("0"));
}

#[test]
fn a_resting_reduce_only_order_is_clipped() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    let resting = desk.place(reduce(limit(Side::Sell, "0.3", "21000", Gtc)));
    assert_eq!(desk.position().order_margin, d("0"));
    desk.jump("21001");
    assert_eq!(desk.position().amount, d("0"));
    let resting = desk.order(&resting);
    assert_eq!((resting.status, resting.filled), (Status::Expired, d("0.1")));
}

#[test]
fn turning_a_position_realises_and_opens() {
    let mut desk = Desk::new();
    let opened = desk.place(market(Side::Buy, "0.1"));
    desk.jump("21000");
    let turned = desk.place(market(Side::Sell, "0.3"));
    let fees = (opened.cost + turned.cost) * d("0.0005");
    let profit = turned.average() * d("0.1") - opened.cost;
    assert_eq!(desk.position().amount, d("-0.2"));
    assert_eq!(desk.wallet(), d("10000") + profit - fees);
}

#[test]
fn margin_is_checked_and_held() {
    let mut desk = Desk::new();
    // A margin of 10,000 with leverage 20 carries at most 200,000 of notional: ten coins at 20,000.
    assert_eq!(desk.refuse(market(Side::Buy, "10")), -2019);
    assert_eq!(desk.refuse(limit(Side::Buy, "10.6", "19000", Gtc)), -2019);
    desk.place(limit(Side::Buy, "10", "19000", Gtc));
    assert_eq!(desk.available(), d("500"));
    assert_eq!(desk.refuse(limit(Side::Buy, "1", "19000", Gtc)), -2019);
    desk.place(limit(Side::Sell, "9", "20900", Gtc));
    assert_eq!(desk.available(), d("500"), "only the larger side needs margin");
}

#[test]
fn filters_and_their_codes() {
    let mut desk = Desk::new();
    let long = "x".repeat(37);
    let named = |id: &str| NewOrder { client_id: Some(id.into()), ..limit(Side::Buy, "0.1", "19000", Gtc) };
    desk.place(named("taken"));
    for (order, code) in [
        (limit(Side::Buy, "0.1", "19000.05", Gtc), -1111),
        (limit(Side::Buy, "0.1", "0", Gtc), -4001),
        (limit(Side::Buy, "0.1", "999999999", Gtc), -4002),
        (limit(Side::Buy, "0.0005", "19000", Gtc), -1111),
        (market(Side::Buy, "0"), -4003),
        (market(Side::Buy, "-1"), -4003),
        (market(Side::Buy, "1000.001"), -4005),
        (NewOrder::limit(MarketId::futures(Pair::XrpUsdt), Side::Buy, d("0.1"), d("0.5")), -4164),
        (limit(Side::Buy, "0.1", "40000", Gtc), -4016),
        (limit(Side::Sell, "0.1", "5000", Gtc), -4024),
        (named(""), -4015),
        (named(&long), -4015),
        (named("späce"), -4015),
        (named("taken"), -4116),
    ] {
        let words = format!("{order:?}");
        assert_eq!(desk.refuse(order), code, "{words}");
    }
}

#[test]
fn small_reduce_only_orders_are_exempt_from_min_notional() {
    let mut desk = Desk::new();
    desk.jump("4000");
    desk.place(market(Side::Buy, "0.002"));
    assert_eq!(desk.refuse(market(Side::Sell, "0.001")), -4164);
    desk.place(reduce(market(Side::Sell, "0.001")));
    assert_eq!(desk.position().amount, d("0.001"));
}

#[test]
fn cancelling_frees_margin_and_works_once() {
    let mut desk = Desk::new();
    let order = desk.place(limit(Side::Buy, "1", "19000", Gtc));
    desk.cancel(BTC, Which::Plain, order.id).unwrap();
    assert_eq!(desk.available(), d("10000"));
    assert_eq!(desk.cancel(BTC, Which::Plain, order.id).unwrap_err().code, -2011);
    assert_eq!(desk.cancel(BTC, Which::Plain, 999).unwrap_err().code, -2011);
    assert_eq!(desk.story(&order), ["NEW", "CANCELED"]);
}

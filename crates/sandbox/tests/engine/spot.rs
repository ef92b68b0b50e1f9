//! Spot: every order type and time in force, filters and balances.

use crate::desk::{BTC_SPOT, Desk, d};
use domain::{OrderType, Side, TimeInForce};
use sandbox::engine::{Command, NewOrder, OrderRef, Status, Which};

fn limit(side: Side, amount: &str, price: &str, tif: TimeInForce) -> NewOrder {
    let mut order = NewOrder::limit(BTC_SPOT, side, d(amount), d(price));
    order.tif = Some(tif);
    order
}

fn market(side: Side, amount: &str) -> NewOrder {
    NewOrder::market(BTC_SPOT, side, d(amount))
}

#[test]
fn a_market_buy_pays_its_fee_in_what_it_buys() {
    let mut desk = Desk::new();
    let order = desk.place(market(Side::Buy, "0.1"));
    assert_eq!((order.status, order.filled), (Status::Filled, d("0.1")));
    assert_eq!(desk.spot("BTC"), (d("0.0999"), d("0")));
    assert_eq!(desk.spot("USDT").0, d("10000") - order.cost);
    assert_eq!(desk.story(&order), ["NEW", "TRADE"]);
    let sold = desk.place(market(Side::Sell, "0.0999"));
    let back = d("10000") - order.cost + sold.cost * d("0.999");
    assert_eq!(desk.spot("USDT").0, back.round_dp(8));
}

#[test]
fn a_market_order_by_quote_amount_buys_whole_lots() {
    let mut desk = Desk::new();
    let mut order = market(Side::Buy, "1");
    order.amount = None;
    order.quote_amount = Some(d("1000"));
    let order = desk.place(order);
    assert_eq!(order.status, Status::Filled);
    assert!(order.cost <= d("1000") && order.cost > d("999"), "{}", order.cost);
    assert!((order.filled / d("0.00001")).is_integer());
}

#[test]
fn a_resting_limit_locks_funds_and_fills_only_when_passed() {
    let mut desk = Desk::new();
    let order = desk.place(limit(Side::Buy, "0.1", "19000", TimeInForce::Gtc));
    assert_eq!(order.status, Status::New);
    assert_eq!(desk.spot("USDT"), (d("8100"), d("1900")));
    desk.jump("19000");
    assert_eq!(desk.order(&order).filled, d("0"), "touched is not traded through");
    desk.jump("18999.99");
    let filled = desk.order(&order);
    assert_eq!((filled.status, filled.average()), (Status::Filled, d("19000")));
    assert_eq!(desk.spot("USDT"), (d("8100"), d("0")));
    assert_eq!(desk.spot("BTC").0, d("0.0999"));
}

#[test]
fn a_crossing_limit_takes_at_book_prices_and_the_rest_rests() {
    let mut desk = Desk::new();
    let best = desk.engine.book_ticker(BTC_SPOT).ask;
    let price = best.price.to_string();
    desk.apply(Command::Transfer {
        account: desk.who,
        from: domain::TradeType::Futures,
        asset: "USDT".into(),
        amount: d("9000"),
    })
    .unwrap();
    let wanted = (d("18900") / best.price).trunc_with_scale(5);
    let order = desk.place(limit(Side::Buy, &wanted.to_string(), &price, TimeInForce::Gtc));
    assert_eq!(order.filled, best.amount.min(wanted));
    let again = desk.engine.book_ticker(BTC_SPOT).ask;
    assert!(again != best, "what was taken is gone from the book");
    let trades = desk.engine.trades(BTC_SPOT, 1);
    assert_eq!((trades[0].amount, trades[0].buyer_maker), (order.filled, false));
}

#[test]
fn times_in_force() {
    let mut desk = Desk::new();
    let far = limit(Side::Buy, "0.1", "19000", TimeInForce::Ioc);
    let order = desk.place(far.clone());
    assert_eq!((order.status, desk.story(&order)), (Status::Expired, vec!["NEW", "EXPIRED"]));
    let order = desk.place(NewOrder { tif: Some(TimeInForce::Fok), ..far.clone() });
    assert_eq!(order.status, Status::Expired);
    let order = desk.place(limit(Side::Buy, "0.1", "21000", TimeInForce::Fok));
    assert_eq!(order.status, Status::Filled);
    assert_eq!(desk.refuse(limit(Side::Buy, "0.1", "21000", TimeInForce::Gtx)), -2010);
    let order = desk.place(limit(Side::Buy, "0.1", "19000", TimeInForce::Gtx));
    assert_eq!(order.status, Status::New);
    assert_eq!(desk.refuse(NewOrder { tif: Some(TimeInForce::GteGtc), ..far }), -1115);
}

#[test]
fn cancel_gives_back_and_works_once() {
    let mut desk = Desk::new();
    let mut order = limit(Side::Buy, "0.1", "19000", TimeInForce::Gtc);
    order.client_id = Some("mine".into());
    let first = desk.place(order.clone());
    assert_eq!(desk.refuse(order.clone()), -2010, "the id is taken while open");
    desk.cancel(BTC_SPOT, Which::Plain, first.id).unwrap();
    assert_eq!(desk.spot("USDT"), (d("10000"), d("0")));
    assert_eq!(desk.cancel(BTC_SPOT, Which::Plain, first.id).unwrap_err().code, -2011);
    let second = desk.place(order);
    let account = desk.engine.account(desk.who).unwrap();
    let found = account.orders(BTC_SPOT.kind).find(&OrderRef::Client("mine".into()));
    assert_eq!(found.unwrap().id, second.id);
}

#[test]
fn filter_rejections_name_the_filter() {
    let mut desk = Desk::new();
    let gtc = TimeInForce::Gtc;
    let mut no_price = limit(Side::Buy, "0.1", "1", gtc);
    no_price.price = None;
    let mut stop = limit(Side::Buy, "0.1", "19000", gtc);
    stop.kind = OrderType::StopMarket;
    for (order, code, word) in [
        (limit(Side::Buy, "0.1", "19000.001", gtc), -1013, "PRICE_FILTER"),
        (limit(Side::Buy, "0.1", "-1", gtc), -1013, "PRICE_FILTER"),
        (limit(Side::Buy, "0.000001", "19000", gtc), -1013, "LOT_SIZE"),
        (limit(Side::Buy, "-5", "19000", gtc), -1013, "LOT_SIZE"),
        (limit(Side::Buy, "0", "19000", gtc), -1013, "LOT_SIZE"),
        (limit(Side::Buy, "0.0001", "19000", gtc), -1013, "NOTIONAL"),
        (limit(Side::Buy, "0.1", "1000000", gtc), -1013, "PERCENT_PRICE_BY_SIDE"),
        (limit(Side::Buy, "0.6", "19000", gtc), -2010, "insufficient"),
        (market(Side::Sell, "0.1"), -2010, "insufficient"),
        (no_price, -1102, "price"),
        (stop, -1116, "orderType"),
        (market(Side::Buy, "79228162514264337593543950335"), -1013, "LOT_SIZE"),
    ] {
        let words = format!("{order:?}");
        let reject = desk.apply(Command::Place { account: desk.who, order: order.clone() }).unwrap_err();
        assert!(reject.code == code && reject.message.contains(word), "{reject} for {words}");
        desk.refuse(order);
    }
}

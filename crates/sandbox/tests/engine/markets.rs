//! The list of markets: each takes orders that fit its own filters, and an exchange of a release with fewer markets
//! gets the others.

use crate::desk::{Desk, MORNING, d};
use domain::{Decimal, Side, TimeInForce, money};
use sandbox::{
    engine::{Command, Engine, NewOrder, Status},
    market::{DEFAULT_START, MarketId, Pair, Tick},
};
use serde_json::Value;

/// The smallest amount that a market takes at a price.
fn least(market: MarketId, price: Decimal) -> Decimal {
    let rules = market.rules();
    let lots = (rules.min_notional / price / rules.lot).ceil();
    (lots * rules.lot).max(rules.min_amount)
}

#[test]
fn every_market_takes_orders_within_its_filters() {
    let mut desk = Desk::new();
    for market in MarketId::all() {
        let rules = market.rules();
        let best = desk.engine.book_ticker(market);
        let depth = desk.engine.depth(market, 50);
        for level in depth.bids.iter().chain(&depth.asks) {
            assert!(
                money::on_step(level.price, rules.tick) && money::on_step(level.amount, rules.lot),
                "{market:?}"
            );
        }
        let amount = least(market, best.ask.price) * d("2");
        let bought = desk.place(NewOrder::market(market, Side::Buy, amount));
        assert_eq!(bought.status, Status::Filled, "{market:?}");

        let price = money::floor_to(best.bid.price * d("0.9"), rules.tick);
        let mut order = NewOrder::limit(market, Side::Buy, least(market, price), price);
        order.tif = Some(TimeInForce::Gtc);
        assert_eq!(desk.place(order.clone()).status, Status::New, "{market:?}");
        for (amount, price) in [
            (order.amount.unwrap() + rules.lot / d("2"), price),
            (order.amount.unwrap(), price + rules.tick / d("2")),
            (least(market, price) - rules.lot, price),
            (rules.max_amount + rules.lot, price),
        ] {
            let mut wrong = NewOrder::limit(market, Side::Buy, amount, price);
            wrong.tif = Some(TimeInForce::Gtc);
            assert!(desk.try_place(wrong).is_err(), "{market:?} {amount} {price}");
        }
    }
}

#[test]
fn the_markets_differ() {
    let ticks: std::collections::BTreeSet<_> = Pair::ALL.map(|pair| MarketId::spot(pair).rules().tick).into();
    assert!(ticks.len() >= 5, "{ticks:?}");
    assert!(ticks.contains(&d("0.0000001")));
    let engine = Engine::new(7, MORNING, DEFAULT_START);
    let top = |pair| {
        let side = engine.depth(MarketId::spot(pair), 20).asks;
        side.iter().map(|level| level.price * level.amount).sum::<Decimal>()
    };
    assert!(top(Pair::ThinUsdt) < d("5000"), "{}", top(Pair::ThinUsdt));
    assert!(top(Pair::BtcUsdt) > d("20000"));
    let book = engine.book_ticker(MarketId::spot(Pair::ThinUsdt));
    assert!((book.ask.price - book.bid.price) / book.bid.price < d("0.001"), "{book:?}");
}

#[test]
fn an_exchange_of_a_release_with_fewer_markets_gets_the_others() {
    let mut desk = Desk::new();
    desk.step(30);
    let mut state: Value = serde_json::to_value(&desk.engine).unwrap();
    let floor = state["floor"].as_object_mut().unwrap();
    let cut = |list: &mut Value| list.as_array_mut().unwrap().truncate(4);
    cut(&mut floor["perps"]);
    cut(&mut floor["tape"]["feeds"]);
    cut(&mut floor["tape"]["minutes"]);
    let books = floor["shelves"].as_array_mut().unwrap();
    let futures: Vec<_> = books[Pair::ALL.len()..Pair::ALL.len() + 4].to_vec();
    books.truncate(4);
    books.extend(futures);

    let mut engine: Engine = serde_json::from_value(state).unwrap();
    for market in MarketId::all().filter(|market| market.pair.number() < 4) {
        assert_eq!(engine.book_ticker(market), desk.engine.book_ticker(market), "{market:?}");
    }
    engine.tick(Tick::step(desk.at.plus(250_000)));
    for market in MarketId::all() {
        assert!(engine.price(market) > Decimal::ZERO);
        assert_eq!(engine.trades(market, 100).len(), 100, "{market:?}");
    }
    let order = NewOrder::market(MarketId::futures(Pair::WaveUsdt), Side::Sell, d("1"));
    engine.apply(desk.at.plus(300_000), Command::Place { account: desk.who, order }).unwrap();
}

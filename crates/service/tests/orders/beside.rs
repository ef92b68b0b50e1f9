//! Trades that share one position.

use super::{ENTRY, STOP, World, changes::MOVED, fake::Fault, limit, ticket, world};
use crate::fake::{btc, d};
use domain::{
    Decimal, IntentId, Order, Refusal, copy::Exit, ticket::RawTicket, trade::AutomationChange,
    validation::Problem,
};
use service::{
    Error,
    trading::order::{
        self, NewTrade, Part, TradeTarget,
        trade::{self, TradeStatus},
    },
};
use store::testing::TestDb;

/// A second trade of 0.02 with its stop at 18,900, without take-profits.
pub(crate) fn second() -> RawTicket {
    RawTicket {
        amount: Some("0.02".into()),
        take_profit_prices: vec![],
        stop_trigger_price: Some("18900".into()),
        ..ticket()
    }
}

impl World {
    pub(crate) async fn open_beside(&self, ticket: &RawTicket) -> Result<IntentId, Error> {
        let new = NewTrade {
            order: ticket.check().unwrap(),
            targets: Vec::new(),
            replace: false,
            automation: AutomationChange::default(),
        };
        order::open_trade(&self.desk, &self.actor, self.key, new, None).await
    }

    /// Opens a trade of 0.05 with take-profits and a second one of 0.02 beside it.
    async fn two_trades(&self) -> (IntentId, IntentId) {
        self.place(&ticket()).await.unwrap();
        let first = self.trade().await.id;
        (first, self.open_beside(&second()).await.unwrap())
    }

    /// Supervises for about a minute.
    pub(crate) async fn supervise(&self) {
        for _ in 0..120 {
            order::protection::tick(&self.desk).await.unwrap();
        }
    }

    /// Returns price and amount of the open stops, in the order of their prices.
    pub(crate) fn stops(&self) -> Vec<(Decimal, Option<Decimal>)> {
        let stops = |order: &Order| order.reduce_only && order.price.is_none();
        let open = self.open();
        let stops = open.iter().filter(|order| stops(order));
        let mut stops: Vec<_> = stops.map(|order| (order.stop_price.unwrap(), order.amount)).collect();
        stops.sort_unstable();
        stops
    }

    async fn status(&self, trade: IntentId) -> TradeStatus {
        trade::get_trade(&self.desk, &self.actor, trade).await.unwrap().row.status
    }
}

pub(crate) fn both() -> Vec<(Decimal, Option<Decimal>)> {
    vec![(d("18900"), Some(d("0.02"))), (d("19000"), Some(d("0.05")))]
}

pub(crate) async fn a_trade_is_opened_beside_another_whose_stop_is_bounded_first(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    assert_eq!(world.stops(), [(d("19000"), None)], "alone, it closes the whole position");
    let before = world.fake.log().len();
    world.open_beside(&second()).await.unwrap();
    let log = world.fake.log();
    assert_eq!(log[before..], ["place 100", "cancel 3", "place 2", "place 3"], "{log:?}");
    assert_eq!(world.position(), d("0.07"));
    assert_eq!(world.stops(), both());
    let state = order::account_state(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    let stops: Vec<_> = state.trades.iter().map(|trade| trade.stop.unwrap().trigger).collect();
    assert_eq!(stops, [d("19000"), d("18900")]);
    world.supervise().await;
    assert_eq!((world.stops(), world.position()), (both(), d("0.07")), "all is as wanted");
    world.open_beside(&RawTicket { stop_trigger_price: Some("18800".into()), ..second() }).await.unwrap();
    assert_eq!(world.stops().len(), 3, "a third one needs no other stops");
    assert_eq!(world.fake.placed(MOVED).len(), 1);
}

pub(crate) async fn a_trade_of_the_other_side_is_opened_only_to_replace(db: &TestDb) {
    let world = world(db).await;
    world.two_trades().await;
    let before = world.fake.log().len();
    let sell = RawTicket { side: Some("SELL".into()), stop_trigger_price: Some("21000".into()), ..second() };
    match world.open_beside(&sell).await {
        Err(Error::Fields(problems)) => assert_eq!(problems[0].problem, Problem::PositionOpen),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.fake.log().len(), before, "nothing was sent");
    world.place(&sell).await.unwrap();
    world.supervise().await;
    assert_eq!(world.position(), d("-0.02"));
    assert_eq!(world.stops(), [(d("21000"), None)]);
}

pub(crate) async fn nothing_is_opened_if_the_first_stop_cannot_be_bounded(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.fake.fault(MOVED, Fault::Refused(-2021));
    let refused = world.open_beside(&second()).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::ExchangeBadRequest))), "{refused:?}");
    assert_eq!((world.position(), world.stops()), (d("0.05"), vec![(d("19000"), None)]));
    world.supervise().await;
    assert_eq!(world.stops(), [(d("19000"), None)]);
}

pub(crate) async fn one_of_two_trades_is_closed_without_the_other(db: &TestDb) {
    let world = world(db).await;
    let (first, second) = world.two_trades().await;
    let close = |trade, part| trade::close_trade(&world.desk, &world.actor, trade, part, None);
    close(first, Part::Share(d("0.5"))).await.unwrap();
    assert_eq!(world.position(), d("0.045"));
    world.supervise().await;
    assert_eq!(world.stops(), [(d("18900"), Some(d("0.02"))), (d("19000"), Some(d("0.025")))]);
    close(first, Part::Share(Decimal::ONE)).await.unwrap();
    assert_eq!(world.position(), d("0.02"));
    assert_eq!(world.stops(), [(d("18900"), Some(d("0.02")))], "its stop would close the other trade");
    world.supervise().await;
    assert_eq!(
        (world.status(first).await, world.status(second).await),
        (TradeStatus::Closed, TradeStatus::Open)
    );
    assert_eq!(world.open().len(), 1, "its take-profits are gone, too");
    assert!(matches!(close(first, Part::Share(Decimal::ONE)).await, Err(Error::NotFound)));
    close(second, Part::Share(Decimal::ONE)).await.unwrap();
    assert_eq!(world.position(), Decimal::ZERO);
    assert!(world.open().is_empty());
}

pub(crate) async fn a_stop_that_fills_ends_only_its_trade(db: &TestDb) {
    let world = world(db).await;
    let (first, second) = world.two_trades().await;
    world.fake.fill(MOVED, "0.05");
    world.supervise().await;
    assert_eq!(
        (world.status(first).await, world.status(second).await),
        (TradeStatus::Closed, TradeStatus::Open)
    );
    assert_eq!(world.stops(), [(d("18900"), Some(d("0.02")))]);
    assert_eq!((world.open().len(), world.position()), (1, d("0.02")));
    let events = store::event::after(&**db, world.actor.user, 0, 100).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.body.contains("StopHit")).count(), 1);
}

pub(crate) async fn what_was_closed_elsewhere_reduces_the_oldest_trade(db: &TestDb) {
    let world = world(db).await;
    let (first, second) = world.two_trades().await;
    world.fake.state.lock().unwrap().position = d("0.06");
    world.supervise().await;
    assert_eq!(world.stops(), [(d("18900"), Some(d("0.02"))), (d("19000"), Some(d("0.04")))]);
    let targets = world.open().into_iter().filter(|order| order.price.is_some());
    assert!(targets.filter_map(|order| order.amount).sum::<Decimal>() <= d("0.04"));
    world.fake.state.lock().unwrap().position = d("0.02");
    world.supervise().await;
    assert_eq!(
        (world.status(first).await, world.status(second).await),
        (TradeStatus::Closed, TradeStatus::Open)
    );
    assert_eq!(world.stops(), [(d("18900"), Some(d("0.02")))]);
}

pub(crate) async fn a_stop_is_moved_and_lost_for_one_trade_alone(db: &TestDb) {
    let world = world(db).await;
    let (first, _) = world.two_trades().await;
    let target = TradeTarget { trade: Some(first), ..TradeTarget::default() };
    world.change_of(target, super::changes::stop("19500")).await.unwrap();
    assert_eq!(world.stops(), [(d("18900"), Some(d("0.02"))), (d("19500"), Some(d("0.05")))]);
    // The stop of the second trade is lost: that of the first does not cover it.
    {
        let mut state = world.fake.state.lock().unwrap();
        state.orders.retain(|order| order.stop_price != Some(d("18900")));
    }
    world.supervise().await;
    assert_eq!(world.stops(), [(d("18900"), Some(d("0.02"))), (d("19500"), Some(d("0.05")))]);
    assert_eq!(world.position(), d("0.07"));
}

pub(crate) async fn an_entry_that_rests_beside_another_gets_a_stop_for_what_has_filled(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let resting =
        RawTicket { take_profit_prices: vec![], stop_trigger_price: Some("18900".into()), ..limit("19900") };
    world.open_beside(&resting).await.unwrap();
    assert_eq!(world.stops(), [(d("19000"), Some(d("0.05")))]);
    {
        let mut state = world.fake.state.lock().unwrap();
        let index = state.orders.iter().rposition(|order| order.client_order_id.ends_with("-2")).unwrap();
        let order = &mut state.orders[index];
        (order.filled, order.average, order.remaining) = (d("0.02"), Some(d("19900")), Some(d("0.03")));
        state.position += d("0.02");
    }
    order::sweep(&world.desk).await.unwrap();
    assert_eq!(world.stops(), [(d("18900"), Some(d("0.02"))), (d("19000"), Some(d("0.05")))]);
    order::cancel_entries(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    world.supervise().await;
    assert_eq!((world.position(), world.stops().len()), (d("0.07"), 2));
}

pub(crate) async fn a_trade_is_closed_with_the_rest_of_its_entry(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let resting = RawTicket {
        take_profit_prices: vec!["20300".into()],
        stop_trigger_price: Some("18900".into()),
        ..limit("19900")
    };
    let second = world.open_beside(&resting).await.unwrap();
    {
        let mut state = world.fake.state.lock().unwrap();
        let index = state.orders.iter().rposition(|order| order.client_order_id.ends_with("-2")).unwrap();
        let order = &mut state.orders[index];
        (order.filled, order.average, order.remaining) = (d("0.02"), Some(d("19900")), Some(d("0.03")));
        state.position += d("0.02");
    }
    order::sweep(&world.desk).await.unwrap();
    trade::close_trade(&world.desk, &world.actor, second, Part::Share(Decimal::ONE), None).await.unwrap();
    order::sweep(&world.desk).await.unwrap();
    world.supervise().await;
    assert_eq!((world.position(), world.status(second).await), (d("0.05"), TradeStatus::Closed));
    assert_eq!(world.stops(), [(d("19000"), Some(d("0.05")))]);
    let others =
        world.open().into_iter().filter(|order| !order.reduce_only || order.price == Some(d("20300")));
    assert_eq!(others.count(), 0, "neither its entry nor its take-profit is left");
}

pub(crate) async fn closing_the_position_ends_all_its_trades(db: &TestDb) {
    let world = world(db).await;
    let (first, second) = world.two_trades().await;
    order::close_position(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    world.supervise().await;
    assert_eq!(
        (world.status(first).await, world.status(second).await),
        (TradeStatus::Closed, TradeStatus::Closed)
    );
    assert!(world.open().is_empty());
    let exit = trade::get_trade(&world.desk, &world.actor, first).await.unwrap().row.exit_reason;
    assert_eq!(exit, Some(Exit::Manual));
}

pub(crate) async fn a_trade_that_shares_its_position_is_not_reversed(db: &TestDb) {
    let world = world(db).await;
    let (first, _) = world.two_trades().await;
    let before = world.fake.log().len();
    match trade::reverse(&world.desk, &world.actor, first, false, None).await {
        Err(Error::Fields(problems)) => {
            assert_eq!((problems[0].field.as_str(), problems[0].problem), ("trade", Problem::PositionShared));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((world.fake.log().len(), world.position()), (before, d("0.07")));
}

pub(crate) async fn a_killed_desk_bounds_the_first_stop_and_opens_nothing_late(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    // Neither the smaller stop nor the entry arrives.
    for leg in [MOVED, ENTRY] {
        for _ in 0..40 {
            world.fake.fault(leg, Fault::RequestLost);
        }
    }
    drop(world.open_beside(&second()).await);
    world.fake.state.lock().unwrap().faults.clear();
    let later = super::desk(db, &world.fake);
    order::sweep(&later).await.unwrap();
    for _ in 0..60 {
        order::protection::tick(&later).await.unwrap();
    }
    assert_eq!(world.position(), d("0.05"), "an entry is never sent late");
    assert_eq!(world.stops(), [(d("19000"), Some(d("0.05")))]);
    assert!(world.fake.placed(STOP).iter().all(Order::is_final), "the new one came before the old one went");
}

//! OCO entries, stop entries, orders that are good till a date, and limit orders that close a part of a trade.

use super::{ENTRY, STOP, TARGET, World, desk, fake::Fault, idempotency, ticket, world};
use crate::fake::{btc, d};
use domain::{
    Decimal, IntentId, Micros, OrderStatus, OrderType, Side, TimeInForce,
    ticket::{Entry, RawTicket, TradeTicket},
    time,
    trade::{AutomationChange, ChangeKind},
    validation::Problem,
};
use service::{
    Error, SharedDesk,
    trading::order::{self, LimitClose, NewTrade, entry_order, trade::TradeStatus},
};
use store::testing::TestDb;

/// The leg of the stop order of an OCO, of the order that closes what both filled, and of the first take-profit of a change.
const SECOND: u16 = 91;
const EXCESS: u16 = 92;
const NEW_TARGET: u16 = 20_000;

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// An OCO that buys at 19,900 or above 20,050. The market is at 20,000.
fn oco() -> TradeTicket {
    TradeTicket {
        raw: RawTicket { kind: text("OCO"), price: text("19900"), ..ticket() },
        trigger_price: text("20050"),
        ..TradeTicket::default()
    }
}

fn problem(result: Result<IntentId, Error>) -> (String, Problem) {
    let Err(Error::Fields(mut all)) = result else { panic!("expected a problem, got {result:?}") };
    let first = all.remove(0);
    (first.field, first.problem)
}

impl World {
    async fn open_trade(&self, ticket: &TradeTicket) -> Result<IntentId, Error> {
        let order = ticket.check(self.desk.clock.now()).map_err(Error::Fields)?;
        let new =
            NewTrade { order, targets: vec![], replace: false, automation: AutomationChange::default() };
        order::open_trade(&self.desk, &self.actor, self.key, new, None).await
    }

    fn status_of(&self, leg: u16) -> OrderStatus {
        self.fake.placed(leg)[0].status
    }

    fn take_profits(&self) -> Decimal {
        let open = self.open();
        open.iter().filter(|order| order.reduce_only && order.price.is_some()).filter_map(|o| o.amount).sum()
    }

    async fn limit_close(&self, amount: &str, price: &str, once: &'static str) -> Result<(), Error> {
        let closing = LimitClose { side: Side::Sell, amount: d(amount), price: d(price) };
        let once = idempotency(once, 1);
        order::reduce_at_limit(&self.desk, &self.actor, self.key, &btc(), closing, once).await
    }
}

/// How often the owner was notified that both orders of an OCO filled.
async fn notices_of_both(db: &TestDb) -> usize {
    let bodies = db.texts("select body from notices").await;
    bodies.iter().filter(|body| body.contains("BothFilled")).count()
}

async fn settle(desk: &SharedDesk) {
    order::sweep(desk).await.unwrap();
    order::protection::tick(desk).await.unwrap();
}

async fn fills_of_one_cancel_the_other(db: &TestDb, filled: u16, other: u16) {
    let world = world(db).await;
    let id = world.open_trade(&oco()).await.unwrap();
    assert_eq!(world.fake.log(), ["place 2", "place 91"]);
    let stop = world.fake.placed(SECOND)[0].clone();
    assert_eq!(
        (stop.kind, stop.stop_price, stop.reduce_only),
        (OrderType::StopMarket, Some(d("20050")), false)
    );
    settle(&world.desk).await;
    assert_eq!(world.open().len(), 2, "both wait");

    world.fake.fill(filled, "0.02");
    settle(&world.desk).await;
    assert_eq!(world.status_of(other), OrderStatus::Canceled, "a part is a fill");
    assert_eq!((world.open_stops(), world.take_profits()), (vec![Some(d("19000"))], Decimal::ZERO));
    world.fake.fill(filled, "0.03");
    settle(&world.desk).await;
    assert_eq!((world.position(), world.take_profits()), (d("0.05"), d("0.05")));
    assert_eq!((world.fake.placed(STOP).len(), world.fake.placed(EXCESS).len()), (1, 0));
    let view = order::trade::get_trade(&world.desk, &world.actor, id).await.unwrap();
    assert_eq!((view.row.status, view.row.amount.0), (TradeStatus::Open, d("0.05")));
    assert_eq!(view.entries.len(), 2);
    assert_eq!(notices_of_both(db).await, 0);
}

pub(crate) async fn the_first_fill_of_an_ocos_limit_order_cancels_its_stop_order(db: &TestDb) {
    fills_of_one_cancel_the_other(db, ENTRY, SECOND).await;
}

pub(crate) async fn the_first_fill_of_an_ocos_stop_order_cancels_its_limit_order(db: &TestDb) {
    fills_of_one_cancel_the_other(db, SECOND, ENTRY).await;
}

pub(crate) async fn what_both_orders_of_an_oco_fill_beyond_the_amount_is_closed(db: &TestDb) {
    let world = world(db).await;
    let id = world.open_trade(&oco()).await.unwrap();
    world.fake.fill(ENTRY, "0.02");
    world.fake.fill(SECOND, "0.05");
    settle(&world.desk).await;
    assert_eq!(world.position(), d("0.05"), "{:?}", world.fake.log());
    assert_eq!(
        (world.status_of(ENTRY), world.fake.placed(EXCESS)[0].amount),
        (OrderStatus::Canceled, Some(d("0.02")))
    );
    assert_eq!((world.open_stops(), world.take_profits()), (vec![Some(d("19000"))], d("0.05")));
    assert_eq!(notices_of_both(db).await, 1);
    let log = world.fake.log();
    let place = |leg: u16| log.iter().position(|line| *line == format!("place {leg}")).unwrap();
    assert!(place(STOP) < place(EXCESS), "the stop comes first: {log:?}");
    let view = order::trade::get_trade(&world.desk, &world.actor, id).await.unwrap();
    assert_eq!(view.row.amount.0, d("0.05"));
    settle(&world.desk).await;
    assert_eq!((world.position(), world.fake.placed(EXCESS).len()), (d("0.05"), 1), "once");
}

pub(crate) async fn an_oco_needs_both_orders(db: &TestDb) {
    let world = world(db).await;
    world.fake.fault(SECOND, Fault::Refused(-2021));
    assert!(matches!(world.open_trade(&oco()).await, Err(Error::Refused(_))));
    assert_eq!((world.open().len(), world.position()), (0, Decimal::ZERO), "the limit order is cancelled");
    assert!(store::protection::list_all(&world.desk.db).await.unwrap().is_empty(), "nothing is supervised");

    // The second request is lost, with its answer.
    world.fake.fault(SECOND, Fault::RequestLost);
    world.open_trade(&oco()).await.unwrap_err();
    settle(&desk(db, &world.fake)).await;
    assert_eq!((world.open().len(), world.position()), (0, Decimal::ZERO));
}

pub(crate) async fn an_oco_is_resumed_after_a_restart(db: &TestDb) {
    let world = world(db).await;
    for leg in [ENTRY, SECOND] {
        world.fake.fault(leg, Fault::AnswerLost);
    }
    world.open_trade(&oco()).await.unwrap();
    world.fake.fill(SECOND, "0.05");
    let restarted = desk(db, &world.fake);
    settle(&restarted).await;
    assert_eq!((world.status_of(ENTRY), world.position()), (OrderStatus::Canceled, d("0.05")));
    assert_eq!((world.open_stops(), world.take_profits()), (vec![Some(d("19000"))], d("0.05")));
    assert_eq!(
        (world.fake.placed(ENTRY).len(), world.fake.placed(SECOND).len()),
        (1, 1),
        "nothing is sent twice"
    );
}

pub(crate) async fn an_oco_whose_prices_are_reached_is_refused(db: &TestDb) {
    let world = world(db).await;
    let reached = TradeTicket { trigger_price: text("20000"), ..oco() };
    assert_eq!(problem(world.open_trade(&reached).await), ("triggerPrice".to_owned(), Problem::PriceReached));
    let raw = RawTicket { price: text("20000"), ..oco().raw };
    let fills = TradeTicket { raw, ..oco() };
    assert_eq!(problem(world.open_trade(&fills).await), ("price".to_owned(), Problem::PriceReached));
    // Each of the two orders needs margin.
    world.fake.state.lock().unwrap().funds = Some(d("150"));
    assert!(matches!(world.open_trade(&oco()).await, Err(Error::Refused(_))));
    assert!(world.fake.log().is_empty(), "nothing was sent");
}

pub(crate) async fn a_stop_entry_is_protected_when_it_fills(db: &TestDb) {
    let world = world(db).await;
    let stop = TradeTicket {
        raw: RawTicket { kind: text("STOP_LIMIT"), price: text("20060"), ..ticket() },
        trigger_price: text("20050"),
        ..TradeTicket::default()
    };
    world.open_trade(&stop).await.unwrap();
    let sent = world.fake.placed(ENTRY)[0].clone();
    assert_eq!(
        (sent.kind, sent.price, sent.stop_price),
        (OrderType::Stop, Some(d("20060")), Some(d("20050")))
    );
    settle(&world.desk).await;
    assert!(world.open_stops().is_empty(), "nothing has filled");
    world.fake.fill(ENTRY, "0.05");
    settle(&world.desk).await;
    assert_eq!((world.open_stops(), world.take_profits()), (vec![Some(d("19000"))], d("0.05")));
}

pub(crate) async fn an_order_that_is_good_till_a_date_ends_as_a_cancelled_trade(db: &TestDb) {
    let world = world(db).await;
    let until = world.desk.clock.now().plus(time::HOUR);
    let dated = TradeTicket {
        raw: RawTicket { kind: text("LIMIT"), price: text("19900"), time_in_force: text("GTD"), ..ticket() },
        good_till_date: Some(until.millis().to_string()),
        ..TradeTicket::default()
    };
    let id = world.open_trade(&dated).await.unwrap();
    assert_eq!(world.fake.placed(ENTRY)[0].time_in_force, TimeInForce::Gtd);
    let waiting =
        entry_order::list_waiting_entries(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    let seconds = Micros(until.0 - until.0.rem_euclid(time::SECOND));
    assert_eq!((waiting.len(), waiting[0].orders[0].good_till), (1, Some(seconds)));
    {
        let mut state = world.fake.state.lock().unwrap();
        state.orders[0].status = OrderStatus::Expired;
    }
    settle(&world.desk).await;
    let view = order::trade::get_trade(&world.desk, &world.actor, id).await.unwrap();
    assert_eq!(
        (view.row.status, view.entries[0].status),
        (TradeStatus::Canceled, Some(OrderStatus::Expired))
    );
    assert!(store::protection::list_all(&world.desk.db).await.unwrap().is_empty());
    let waiting =
        entry_order::list_waiting_entries(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    assert!(waiting.is_empty());
}

pub(crate) async fn a_trailing_entry_of_a_trade_gets_its_protection(db: &TestDb) {
    let world = world(db).await;
    let raw =
        RawTicket { kind: text("TRAILING_STOP"), price: text("19900"), callback_rate: text("1"), ..ticket() };
    let trailing = TradeTicket { raw, ..TradeTicket::default() };
    let order = trailing.check(world.desk.clock.now()).unwrap();
    assert!(matches!(order.entry, Entry::Trailing { .. }));
    world.open_trade(&trailing).await.unwrap();
    world.fake.fill(ENTRY, "0.05");
    settle(&world.desk).await;
    assert_eq!((world.open_stops(), world.take_profits()), (vec![Some(d("19000"))], d("0.05")));
}

pub(crate) async fn a_limit_close_belongs_to_the_trade_and_its_take_profits_become_smaller(db: &TestDb) {
    let world = world(db).await;
    assert!(matches!(world.limit_close("0.02", "20150", "none").await, Err(Error::NotFound)));
    world.place(&ticket()).await.unwrap();
    let id = world.trade().await.id;
    for _ in 0..2 {
        world.limit_close("0.02", "20150", "once").await.unwrap();
    }
    assert_eq!(world.take_profits(), d("0.05"), "together they never exceed the position");
    let last = world.fake.placed(NEW_TARGET + 2)[0].clone();
    assert_eq!((last.kind, last.price, last.amount), (OrderType::Limit, Some(d("20150")), Some(d("0.02"))));
    assert!(last.reduce_only && last.stop_price.is_none());
    assert!(world.fake.placed(NEW_TARGET + 3).is_empty(), "the repeated request placed nothing");
    assert_eq!(world.trade().await.targets.len(), 3);
    let view = order::trade::get_trade(&world.desk, &world.actor, id).await.unwrap();
    assert_eq!(view.changes[0].after.kind, Some(ChangeKind::ReduceLimit));
    assert_eq!(view.changes[0].after.targets.as_ref().map(Vec::len), Some(3));
    let more = world.limit_close("0.06", "20150", "more").await;
    assert!(matches!(more, Err(Error::Fields(all)) if all[0].problem == Problem::MoreThanPosition));

    order::close_position(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    settle(&world.desk).await;
    assert_eq!((world.position(), world.open().len()), (Decimal::ZERO, 0), "it is cancelled with its trade");
}

pub(crate) async fn a_limit_close_that_the_exchange_refuses_is_an_error(db: &TestDb) {
    let world = world(db).await;
    world.place(&RawTicket { take_profit_prices: vec![], ..ticket() }).await.unwrap();
    world.fake.fault(NEW_TARGET, Fault::Refused(-2022));
    assert!(matches!(world.limit_close("0.02", "20150", "refused").await, Err(Error::Refused(_))));
    assert_eq!((world.open_stops().len(), world.take_profits()), (1, Decimal::ZERO), "the stop stays");
    assert!(world.fake.placed(TARGET).is_empty());
}

//! Changes of an open trade that are interrupted, and what happens to the trade meanwhile.

use super::{
    ENTRY, STOP, TARGET, World,
    changes::{MOVED, NEW_TARGET, remove, stop, targets},
    fake::{Fault, d},
    idempotency, limit, ticket, world,
};
use domain::{Decimal, Order, OrderStatus, OrderType, Side, ticket::RawTicket, trade::TradeChange};
use service::{
    Error,
    trading::order::{self, Part, trade},
};
use store::testing::TestDb;

impl World {
    /// Loses every request for this leg until the faults are cleared.
    fn lose(&self, leg: u16) {
        for _ in 0..60 {
            self.fake.fault(leg, Fault::RequestLost);
        }
    }

    fn clear_faults(&self) {
        self.fake.state.lock().unwrap().faults.clear();
    }
}

fn is_unknown<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Unavailable { .. }))
}

pub(crate) async fn an_entry_that_fills_before_its_change_completes_gets_only_the_new_take_profits(
    db: &TestDb,
) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    world.fake.fill(ENTRY, "0.02");
    order::sweep(&world.desk).await.unwrap();
    world.lose(MOVED);
    let both =
        TradeChange { targets: targets(&[("20300", "0.4"), ("20400", "0.6")]).targets, ..stop("19500") };
    assert!(is_unknown(&world.change(both).await));
    world.clear_faults();
    world.fake.fill(ENTRY, "0.03");
    for _ in 0..3 {
        order::sweep(&world.desk).await.unwrap();
    }
    let amounts: Vec<_> = (NEW_TARGET..NEW_TARGET + 2).map(|seq| world.fake.placed(seq)[0].amount).collect();
    assert_eq!(amounts, [Some(d("0.02")), Some(d("0.03"))]);
    assert!(world.fake.placed(TARGET).iter().all(Order::is_final), "the old ones are not wanted any more");
}

pub(crate) async fn take_profits_that_were_lost_when_the_entry_filled_are_sent_again(db: &TestDb) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    world.lose(TARGET);
    world.fake.fill(ENTRY, "0.05");
    order::sweep(&world.desk).await.unwrap();
    assert!(world.fake.placed(TARGET).is_empty());
    world.clear_faults();
    for _ in 0..3 {
        order::sweep(&world.desk).await.unwrap();
    }
    assert_eq!(world.fake.placed(TARGET).len(), 1);
    assert!(store::intent::list_unfinished(&**db).await.unwrap().is_empty());
}

pub(crate) async fn a_stop_that_arrives_after_it_was_moved_again_is_cancelled(db: &TestDb) {
    let world = world(db).await;
    world.place(&RawTicket { take_profit_prices: vec![], ..ticket() }).await.unwrap();
    world.lose(MOVED);
    assert!(is_unknown(&world.change(stop("19500")).await));
    world.clear_faults();
    let first = world.fake.placed(STOP)[0].clone();
    let prefix = first.client_order_id.rsplit_once('-').unwrap().0;
    let late = Order {
        id: "late".to_owned(),
        client_order_id: format!("{prefix}-{MOVED}"),
        stop_price: Some(d("19500")),
        status: OrderStatus::Open,
        ..first
    };
    world.fake.state.lock().unwrap().late = Some(late);
    world.change(stop("19600")).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19600"))], "{:?}", world.fake.log());
}

pub(crate) async fn a_moved_stop_that_the_exchange_calls_a_duplicate_stays_the_wanted_one(db: &TestDb) {
    let world = world(db).await;
    world.place(&RawTicket { take_profit_prices: vec![], ..ticket() }).await.unwrap();
    world.lose(MOVED);
    assert!(is_unknown(&world.change(stop("19500")).await));
    world.clear_faults();
    world.fake.fault(MOVED, Fault::Refused(-4116));
    order::protection::tick(&world.desk).await.unwrap();
    assert_eq!(world.trade().await.stop.unwrap().trigger, d("19500"));
    for _ in 0..20 {
        order::protection::tick(&world.desk).await.unwrap();
    }
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
}

pub(crate) async fn a_take_profit_that_the_exchange_calls_a_duplicate_is_replaced_like_the_others(
    db: &TestDb,
) {
    let world = world(db).await;
    world.fake.fault(TARGET, Fault::Refused(-4116));
    world.place(&ticket()).await.unwrap();
    world.change(targets(&[("20300", "1")])).await.unwrap();
    let log = world.fake.log();
    assert!(log.contains(&format!("cancel {TARGET}")), "it may be there: {log:?}");
}

pub(crate) async fn the_moved_stop_follows_the_fill_after_a_crash(db: &TestDb) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    world.change(stop("19500")).await.unwrap();
    // The process was killed before it recorded that the first stop is not needed.
    db.execute("update intent_legs set status = 'planned' where seq = 3").await;
    world.fake.fill(ENTRY, "0.05");
    order::sweep(&super::desk(db, &world.fake)).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
    assert!(world.fake.placed(STOP).is_empty(), "{:?}", world.fake.log());
}

pub(crate) async fn a_moved_stop_beside_one_for_the_whole_position_has_an_amount(db: &TestDb) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    world.change(stop("19500")).await.unwrap();
    // The entry had filled, and the first stop had been sent, before the process that did so was killed.
    let entry = world.fake.placed(ENTRY)[0].clone();
    let prefix = entry.client_order_id.rsplit_once('-').unwrap().0;
    let first = Order {
        client_order_id: format!("{prefix}-{STOP}"),
        kind: OrderType::StopMarket,
        side: Side::Sell,
        reduce_only: true,
        price: None,
        stop_price: Some(d("19000")),
        amount: None,
        remaining: None,
        ..entry
    };
    world.fake.state.lock().unwrap().orders.push(first);
    world.fake.fill(ENTRY, "0.05");
    order::sweep(&world.desk).await.unwrap();
    for _ in 0..60 {
        order::protection::tick(&world.desk).await.unwrap();
    }
    assert_eq!(world.fake.placed(MOVED)[0].amount, Some(d("0.05")));
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
}

pub(crate) async fn the_stop_of_a_waiting_entry_that_is_replaced_is_recorded(db: &TestDb) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    world.fake.fill(ENTRY, "0.02");
    order::sweep(&world.desk).await.unwrap();
    let lost = world.fake.placed(STOP)[0].client_order_id.clone();
    world.fake.state.lock().unwrap().orders.retain(|order| order.client_order_id != lost);
    for _ in 0..60 {
        order::protection::tick(&world.desk).await.unwrap();
        if !world.fake.placed(MOVED).is_empty() {
            break;
        }
    }
    let replaced = world.fake.placed(MOVED)[0].client_order_id.clone();
    let known = store::intent::leg_by_client_id(&**db, &replaced).await.unwrap();
    assert!(known.is_some(), "an order without a row could not be found again");
    // The entry is still resumed when the rest fills.
    world.fake.fill(ENTRY, "0.03");
    order::sweep(&world.desk).await.unwrap();
    assert_eq!(world.fake.placed(TARGET).len(), 1);
}

pub(crate) async fn all_of_a_position_is_closed_while_a_change_cannot_be_completed(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.change(remove(true)).await.unwrap();
    world.lose(MOVED);
    assert!(is_unknown(&world.change(stop("19500")).await));
    world.close_part(Part::Share(Decimal::ONE)).await.unwrap();
    assert_eq!(world.position(), Decimal::ZERO);
}

pub(crate) async fn the_close_of_a_trade_closes_no_later_one(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let first = world.trade().await.id;
    world.place(&ticket()).await.unwrap();
    let second = world.trade().await.id;
    let close = |id, once| trade::close_trade(&world.desk, &world.actor, id, Part::Share(Decimal::ONE), once);
    assert!(matches!(close(first, None).await, Err(Error::NotFound)));
    assert_eq!(world.position(), d("0.05"));
    close(second, idempotency("all", 1)).await.unwrap();
    assert_eq!(world.position(), Decimal::ZERO);
    for _ in 0..60 {
        order::protection::tick(&world.desk).await.unwrap();
    }
    close(second, idempotency("all", 1)).await.unwrap();
}

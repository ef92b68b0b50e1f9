//! Positions that were opened elsewhere: adopted, and closed together with the others.

use super::{ENTRY, RESCUE, STOP, World, desk, fake::Fault, idempotency, ticket, world};
use crate::{
    changes::{MOVED, NEW_TARGET, remove, stop, targets},
    fake::{btc, d},
};
use domain::{
    IntentId, Micros, Order, OrderStatus, OrderType, Refusal, Side, TimeInForce,
    live::ProtectionState,
    trade::{AutomationChange, Setting, TradeChange},
    validation::{FieldProblem, Problem},
};
use service::{
    Error,
    trading::{
        order::{self, AddSize, TradeTarget, automation, trade::TradeStatus},
        review,
    },
};
use store::{protection::Wanted, testing::TestDb};

/// The stop and the take-profits that the tests adopt a long position with.
fn wish() -> TradeChange {
    TradeChange { targets: targets(&[("20300", "0.6")]).targets, ..stop("19000") }
}

impl World {
    /// Opens a position at the exchange, without the desk.
    fn open_elsewhere(&self, amount: &str) {
        self.fake.state.lock().unwrap().position = d(amount);
    }

    async fn adopt(&self, wish: TradeChange) -> Result<IntentId, Error> {
        order::adopt_position(&self.desk, &self.actor, self.key, (&btc(), None), wish, None).await
    }

    async fn protection_state(&self) -> Option<ProtectionState> {
        let state = order::account_state(&self.desk, &self.actor, self.key, &btc()).await.unwrap();
        state.protection.map(|protection| protection.state)
    }
}

fn problems(result: Result<IntentId, Error>) -> Vec<(String, Problem)> {
    let Err(Error::Fields(all)) = result else { panic!("expected problems, got {result:?}") };
    all.into_iter().map(|FieldProblem { field, problem }| (field, problem)).collect()
}

pub(crate) async fn a_position_that_was_opened_elsewhere_is_adopted(db: &TestDb) {
    let world = world(db).await;
    world.open_elsewhere("0.05");
    assert_eq!(world.protection_state().await, Some(ProtectionState::Foreign));
    let id = world.adopt(wish()).await.unwrap();
    assert_eq!(world.fake.log(), ["place 3", "place 20000"], "nothing is entered");
    assert_eq!((world.position(), world.open_stops()), (d("0.05"), vec![Some(d("19000"))]));
    assert_eq!(world.fake.placed(NEW_TARGET)[0].amount, Some(d("0.03")));
    assert_eq!(world.protection_state().await, Some(ProtectionState::Supervised));
    let view = order::trade::get_trade(&world.desk, &world.actor, id).await.unwrap();
    assert_eq!((view.row.status, view.row.amount.0), (TradeStatus::Open, d("0.05")));
    assert_eq!(view.row.entry_price.map(|price| price.0), Some(d("20000")));
    assert_eq!(view.row.risk.map(|risk| risk.0), Some(d("50")));
    assert_eq!(view.stop.map(|stop| stop.trigger), Some(d("19000")));
    // From now on it is a trade like any other.
    world.change(stop("19500")).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
    order::protection::tick(&world.desk).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
    assert_eq!(problems(world.adopt(wish()).await), [("symbol".to_owned(), Problem::AlreadySupervised)]);
}

pub(crate) async fn an_adoption_that_does_not_fit_changes_nothing(db: &TestDb) {
    let world = world(db).await;
    assert!(matches!(world.adopt(wish()).await, Err(Error::NotFound)), "no position is open");
    world.open_elsewhere("0.05");
    let cases = [
        (targets(&[("20300", "1")]), "stopTriggerPrice", Problem::Required),
        (remove(false), "confirmNoStop", Problem::Required),
        (stop("20100"), "stopTriggerPrice", Problem::StopOnWrongSide),
        (
            TradeChange { targets: targets(&[("19000", "1")]).targets, ..stop("19000") },
            "takeProfitPrices",
            Problem::TargetOnWrongSide,
        ),
        (
            TradeChange { targets: targets(&[("20300", "0.001")]).targets, ..stop("19000") },
            "takeProfitShares",
            Problem::TargetTooSmall,
        ),
    ];
    for (wish, field, problem) in cases {
        assert_eq!(problems(world.adopt(wish).await), [(field.to_owned(), problem)]);
    }
    assert!(world.fake.log().is_empty(), "nothing was sent");
    world.adopt(remove(true)).await.unwrap();
    assert!(world.fake.log().is_empty());
    assert_eq!(world.protection_state().await, Some(ProtectionState::NoStop), "its owner chose so");
}

pub(crate) async fn a_stop_that_the_exchange_refuses_adopts_nothing(db: &TestDb) {
    let world = world(db).await;
    world.open_elsewhere("0.05");
    world.fake.fault(STOP, Fault::Refused(-2021));
    let refused = world.adopt(wish()).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::ExchangeBadRequest))), "{refused:?}");
    order::protection::tick(&world.desk).await.unwrap();
    assert_eq!((world.position(), world.open().len()), (d("0.05"), 0), "it is left as it was");
    assert_eq!(world.protection_state().await, Some(ProtectionState::Foreign));
    world.adopt(wish()).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19000"))], "and can be adopted later");
}

pub(crate) async fn an_adoption_is_completed_after_a_crash_and_repeats_its_answer(db: &TestDb) {
    let world = world(db).await;
    world.open_elsewhere("-0.05");
    let wish = || stop("21000");
    let adopt = |desk: &service::SharedDesk| {
        let (desk, actor, key) = (desk.clone(), world.actor.clone(), world.key);
        async move {
            order::adopt_position(&desk, &actor, key, (&btc(), None), wish(), idempotency("adopt", 1)).await
        }
    };
    for _ in 0..60 {
        world.fake.fault(STOP, Fault::RequestLost);
    }
    let unknown = adopt(&world.desk).await;
    assert!(matches!(unknown, Err(Error::Unavailable { .. })), "{unknown:?}");
    world.fake.state.lock().unwrap().faults.clear();
    world.fake.fault(STOP, Fault::AnswerLost);
    let restarted = desk(db, &world.fake);
    order::sweep(&restarted).await.unwrap();
    let first = adopt(&restarted).await.unwrap();
    assert_eq!(adopt(&restarted).await.unwrap(), first, "it is adopted once");
    assert_eq!(world.fake.placed(STOP).len(), 1);
    assert_eq!(world.fake.placed(STOP)[0].side, Side::Buy);
}

/// A stop that the owner has placed at the exchange.
fn own_stop() -> Order {
    Order {
        id: "500".into(),
        client_order_id: "web-500".into(),
        at: Micros(0),
        symbol: btc(),
        kind: OrderType::StopMarket,
        time_in_force: TimeInForce::GteGtc,
        post_only: false,
        reduce_only: true,
        side: Side::Sell,
        price: None,
        stop_price: Some(d("19000")),
        callback_rate: None,
        amount: None,
        cost: d("0"),
        average: None,
        filled: d("0"),
        remaining: None,
        status: OrderStatus::Open,
        position_side: domain::PositionSlot::Both,
    }
}

pub(crate) async fn a_stop_of_the_owner_is_kept_as_that_of_the_trade(db: &TestDb) {
    let world = world(db).await;
    world.open_elsewhere("0.05");
    world.fake.state.lock().unwrap().orders.push(own_stop());
    world.adopt(stop("19000")).await.unwrap();
    assert!(world.fake.log().is_empty(), "the position has this stop already");
    assert_eq!(world.protection_state().await, Some(ProtectionState::Supervised));
    world.change(stop("19500")).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19500"))], "moving it replaces the owner's");
}

pub(crate) async fn a_list_that_lags_does_not_undo_the_move_of_an_adopted_stop(db: &TestDb) {
    let world = world(db).await;
    world.open_elsewhere("0.05");
    world.fake.state.lock().unwrap().orders.push(own_stop());
    world.adopt(stop("19000")).await.unwrap();
    world.change(stop("19500")).await.unwrap();
    let list = |unlisted, status| {
        let mut state = world.fake.state.lock().unwrap();
        state.unlisted = unlisted;
        let own = state.orders.iter_mut().find(|order| order.client_order_id == "web-500");
        own.unwrap().status = status;
    };
    list(Some(MOVED), OrderStatus::Open);
    order::protection::tick(&world.desk).await.unwrap();
    list(None, OrderStatus::Canceled);
    assert_eq!(world.trade().await.stop.map(|stop| stop.trigger), Some(d("19500")));
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
}

pub(crate) async fn a_take_profit_of_the_owner_does_not_keep_an_adopted_position_open(db: &TestDb) {
    let world = world(db).await;
    world.open_elsewhere("0.05");
    let target = Order {
        kind: OrderType::TakeProfit,
        price: Some(d("21000")),
        stop_price: Some(d("21000")),
        amount: Some(d("0.05")),
        remaining: Some(d("0.05")),
        ..own_stop()
    };
    world.fake.state.lock().unwrap().orders.push(target);
    world.adopt(stop("19000")).await.unwrap();
    let automation = AutomationChange { time_limit: Setting::Set(10), ..AutomationChange::default() };
    world.change(TradeChange { automation, ..TradeChange::default() }).await.unwrap();
    assert_eq!(world.open().len(), 2, "the take-profit stays beside the stop");
    // The limit is reached while the desk is off.
    let restarted = desk(db, &world.fake);
    world.fake.fault(RESCUE, Fault::Refused(-2022));
    for _ in 0..60 {
        automation::tick(&restarted).await.unwrap();
        order::protection::tick(&restarted).await.unwrap();
        if world.position() == d("0") && world.open().is_empty() {
            break;
        }
    }
    assert_eq!((world.position(), world.open().len()), (d("0"), 0), "{:?}", world.fake.log());
}

pub(crate) async fn an_adoption_that_a_restored_database_does_not_know_is_rebuilt(db: &TestDb) {
    let world = world(db).await;
    review::begin(&world.desk).await.unwrap();
    world.open_elsewhere("0.05");
    let id = world.adopt(wish()).await.unwrap();
    db.execute("delete from intents").await;
    assert_eq!(world.protection_state().await, Some(ProtectionState::Foreign));
    let restored = desk(db, &world.fake);
    review::begin(&restored).await.unwrap();
    review::check_next(&restored).await.unwrap();
    let rows = store::protection::of_key(&**db, world.key).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.intent_id, row.wanted)).collect::<Vec<_>>(), [(id, Wanted::Stop)]);
    assert!(rows[0].entered_at.is_some());
    let legs = store::intent::list_legs(&**db, id).await.unwrap();
    assert_eq!(legs.iter().map(|leg| leg.seq).collect::<Vec<_>>(), [ENTRY, STOP, NEW_TARGET]);
    assert_eq!(world.protection_state().await, Some(ProtectionState::Supervised));
}

pub(crate) async fn an_adoption_that_was_increased_is_rebuilt_too(db: &TestDb) {
    let world = world(db).await;
    review::begin(&world.desk).await.unwrap();
    world.open_elsewhere("0.05");
    let id = world.adopt(stop("19000")).await.unwrap();
    let (target, more) = (TradeTarget::default(), AddSize::Amount(d("0.03")));
    order::add_to_trade(&world.desk, &world.actor, world.key, &btc(), target, more).await.unwrap();
    db.execute("delete from intents").await;
    let restored = desk(db, &world.fake);
    review::begin(&restored).await.unwrap();
    review::check_next(&restored).await.unwrap();
    let rows = store::protection::of_key(&**db, world.key).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.intent_id, row.wanted)).collect::<Vec<_>>(), [(id, Wanted::Stop)]);
    let legs = store::intent::list_legs(&**db, id).await.unwrap();
    let seqs: Vec<_> = legs.iter().map(|leg| leg.seq).collect();
    assert_eq!(seqs, [ENTRY, STOP, MOVED], "the position contains what was added");
}

pub(crate) async fn all_positions_are_closed_with_a_result_for_each(db: &TestDb) {
    let world = world(db).await;
    let close = |symbol| order::close_positions(&world.desk, &world.actor, world.key, symbol, None);
    assert!(close(None).await.unwrap().is_empty(), "nothing is open");
    world.place(&ticket()).await.unwrap();
    let other = "ETH/USDT".parse().unwrap();
    assert!(matches!(close(Some(&other)).await, Err(Error::Refused(Refusal::SymbolInvalid))));
    assert_eq!(world.position(), d("0.05"));
    let closed = close(None).await.unwrap();
    assert_eq!(closed.len(), 1);
    assert!(closed[0].outcome.is_ok(), "{closed:?}");
    assert_eq!((closed[0].symbol.clone(), closed[0].amount), (btc(), d("0.05")));
    assert_eq!((world.position(), world.open().len()), (d("0"), 0));
    let eve = service::Actor { user: domain::UserId(uuid::Uuid::nil()), ..world.actor.clone() };
    let strange = order::close_positions(&world.desk, &eve, world.key, None, None).await;
    assert!(matches!(strange, Err(Error::NotFound)), "{strange:?}");
}

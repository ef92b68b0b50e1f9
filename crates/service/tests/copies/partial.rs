//! Partial exits: an alert closes a share of each follower's position, once, whatever happens on the way.

use super::{
    CLOSE,
    own_sources::{alert, source},
    world::{SECOND, World},
};
use crate::fake::{Fault, d};
use domain::{
    Decimal, OrderType,
    copy::{Exit, Reason, Status},
    own_source::Verdict,
};
use service::following::follow::{self, FollowChange};
use store::{copy::CopyTrade, testing::TestDb};

store::each_engine!(
    a_partial_exit_keeps_the_stop_and_fits_the_take_profits,
    exits_after_a_partial_exit_leave_what_its_owner_has_added,
    a_repeated_partial_exit_closes_nothing_more,
    a_partial_exit_whose_answer_is_lost_closes_once,
    a_partial_exit_whose_request_is_lost_closes_once,
    a_refused_partial_exit_is_tried_again_down_to_what_it_planned,
    a_position_of_the_smallest_amount_is_not_divided,
);

/// Opens a position by an alert with two take profits; returns the webhook's token.
async fn entered(world: &World) -> String {
    let (id, token) = source(world, &world.follower).await;
    let change = FollowChange { strategy: Some(id), ..FollowChange::default() };
    follow::update_follow(&world.desk, &world.follower, world.follow, change).await.unwrap();
    alert(world, &token, "BTC long 20000 SL 19800 TP 20400 20800").await;
    let copy = world.last_copy().await;
    assert_eq!(copy.status, Status::Open, "{copy:?}");
    assert_eq!(copy.strategy_id, id);
    token
}

fn exit(percent: &str, more: &str) -> String {
    format!(
        r#"{{"action":"exit_long",{more}"order":{{"amount":"{percent}","currency_type":"position_percent"}}}}"#
    )
}

/// Half of a position, rounded down to the lot.
fn half(position: Decimal) -> Decimal {
    domain::money::floor_to(position / Decimal::TWO, d("0.001"))
}

/// The unfilled amounts of the open take profits.
fn targets(world: &World) -> Decimal {
    let state = world.fake.state.lock().unwrap();
    let open = state.orders.iter().filter(|order| order.kind == OrderType::TakeProfit && !order.is_final());
    open.filter_map(|order| order.remaining).sum()
}

fn open_stops(world: &World) -> usize {
    let state = world.fake.state.lock().unwrap();
    state.orders.iter().filter(|order| order.kind == OrderType::StopMarket && !order.is_final()).count()
}

/// The entry and its last exit.
async fn both(world: &World) -> (CopyTrade, CopyTrade) {
    let copies = world.copies().await;
    (copies.first().unwrap().clone(), copies.last().unwrap().clone())
}

async fn a_partial_exit_keeps_the_stop_and_fits_the_take_profits(db: &TestDb) {
    let world = World::open(db).await;
    let token = entered(&world).await;
    let held = world.position();
    assert_eq!((targets(&world), open_stops(&world)), (held, 1));
    let verdict = alert(&world, &token, &exit("50", "")).await;
    assert_eq!(verdict.verdict, Verdict::Accepted);
    let left = held - half(held);
    assert_eq!(world.position(), left);
    assert_eq!((targets(&world), open_stops(&world)), (left, 1), "{:?}", world.fake.log());
    let (entry, part) = both(&world).await;
    assert_eq!((entry.status, entry.amount.map(|amount| amount.0)), (Status::Open, Some(held)));
    assert_eq!((part.status, part.exit_reason), (Status::Closed, Some(Exit::Signal)), "{part:?}");
    assert_eq!(part.exit_percent.map(|percent| percent.0), Some(d("50")));

    // The next one closes a share of what is left, and an exit without a share the rest.
    alert(&world, &token, &exit("50", "")).await;
    let rest = left - half(left);
    assert_eq!((world.position(), targets(&world)), (rest, rest));
    alert(&world, &token, r#"{"action":"exit_long"}"#).await;
    assert!(world.position().is_zero() && open_stops(&world) == 0 && targets(&world).is_zero());
    assert_eq!(both(&world).await.0.status, Status::Closed);
}

async fn exits_after_a_partial_exit_leave_what_its_owner_has_added(db: &TestDb) {
    let world = World::open(db).await;
    let token = entered(&world).await;
    let held = world.position();
    world.fake.state.lock().unwrap().position = held + Decimal::ONE;
    alert(&world, &token, &exit("50", "")).await;
    let left = held - half(held);
    assert_eq!(world.position(), left + Decimal::ONE);
    // A share is one of what the copy still holds.
    alert(&world, &token, &exit("50", "")).await;
    assert_eq!(world.position(), left - half(left) + Decimal::ONE);
    alert(&world, &token, r#"{"action":"exit_long"}"#).await;
    assert_eq!(world.position(), Decimal::ONE, "{:?}", world.fake.log());
}

/// By its id, or without one by its time: charting programs send an alert again whose answer they have missed.
async fn a_repeated_partial_exit_closes_nothing_more(db: &TestDb) {
    let world = World::open(db).await;
    let token = entered(&world).await;
    let time = domain::Clock::now(&*world.clock).0 / SECOND;
    for more in [r#""id":"part-1","#.to_owned(), format!(r#""timestamp":{time},"#)] {
        let held = world.position();
        let first = alert(&world, &token, &exit("50", &more)).await;
        let again = alert(&world, &token, &exit("50", &more)).await;
        assert_eq!((first.verdict, again.verdict), (Verdict::Accepted, Verdict::Repeated), "{more}");
        assert_eq!(first.signal, again.signal);
        assert_eq!(world.position(), held - half(held), "{more}");
    }
}

/// Loses the close's request or its answer.
async fn lost(db: &TestDb, fault: Fault) {
    let world = World::open(db).await;
    let token = entered(&world).await;
    let held = world.position();
    world.fake.fault(CLOSE, fault);
    alert(&world, &token, &exit("50", "")).await;
    assert_eq!(world.position(), held - half(held), "{:?}", world.fake.log());
    let (entry, part) = both(&world).await;
    assert_eq!((entry.status, part.status), (Status::Open, Status::Closed), "{part:?}");
}

async fn a_partial_exit_whose_answer_is_lost_closes_once(db: &TestDb) {
    lost(db, Fault::AnswerLost).await;
}

async fn a_partial_exit_whose_request_is_lost_closes_once(db: &TestDb) {
    lost(db, Fault::RequestLost).await;
}

async fn a_refused_partial_exit_is_tried_again_down_to_what_it_planned(db: &TestDb) {
    let world = World::open(db).await;
    let token = entered(&world).await;
    let held = world.position();
    for _ in 0..20 {
        world.fake.fault(CLOSE, Fault::Refused(-2019));
    }
    alert(&world, &token, &exit("50", "")).await;
    let mut rounds = 0;
    while both(&world).await.1.status == Status::Queued {
        rounds += 1;
        assert!(rounds < 200, "{:?}", both(&world).await.1);
        world.clock.advance(SECOND);
        world.work_off().await;
    }
    let (entry, part) = both(&world).await;
    assert_eq!((entry.status, part.status, part.reason), (Status::Open, Status::Closed, None), "{part:?}");
    assert!(part.attempts > 0, "{part:?}");
    assert_eq!(world.position(), held - half(held));
}

async fn a_position_of_the_smallest_amount_is_not_divided(db: &TestDb) {
    let world = World::open(db).await;
    let token = entered(&world).await;
    world.fake.state.lock().unwrap().position = d("0.001");
    alert(&world, &token, &exit("50", "")).await;
    let (entry, part) = both(&world).await;
    assert_eq!((part.status, part.reason), (Status::Skipped, Some(Reason::BelowMinimum)), "{part:?}");
    assert_eq!((entry.status, world.position(), open_stops(&world)), (Status::Open, d("0.001"), 1));
}

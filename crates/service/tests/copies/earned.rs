//! The performance of a follow: its total is that of its closed copies and its open position.

use crate::{
    STOP,
    fake::{Fault, d},
    world::{SECOND, World},
};
use domain::{
    Decimal, Fee, IntentId, Side, Trade,
    copy::{Exit, Reason, Status},
    follow::Leaving,
    profit::Profit,
};
use exchange::Funding;
use service::{
    Error,
    following::{follow, signal::NewSignal},
};
use store::{copy::Ended, testing::TestDb, trade::ClosedTrade};

/// The leg of an entry.
const ENTRY: u16 = 2;

store::each_engine!(
    the_total_of_a_follow_is_that_of_its_copies_and_its_open_position,
    a_follow_without_copies_earned_nothing_and_is_its_owners,
    a_copy_whose_stop_was_rejected_counts,
    the_results_of_a_stopped_follow_stay,
);

/// Opens a copy at 20,000 for a signal at 19,990, a second after it.
async fn opened(world: &World) {
    let clock = std::sync::Arc::clone(&world.clock);
    world.fake.state.lock().unwrap().before_entry = Some(Box::new(move || clock.advance(SECOND)));
    world.give(NewSignal { price: Some(d("19990")), ..world.entry(Side::Buy) }).await;
    assert_eq!(world.last_copy().await.status, Status::Open, "{:?}", world.last_copy().await);
}

/// The exchange reports the fill of the entry, and a funding payment.
fn report_costs(world: &World, amount: Decimal) {
    let order = world.fake.placed(ENTRY).last().unwrap().clone();
    let at = world.desk.clock.now();
    let mut state = world.fake.state.lock().unwrap();
    state.trades.push(Trade {
        id: "1".into(),
        order: order.id,
        symbol: order.symbol,
        at,
        side: Side::Buy,
        maker: false,
        price: d("20000"),
        amount,
        cost: d("20000") * amount,
        fee: Fee { cost: d("1.5"), currency: "USDT".into() },
        realized: Decimal::ZERO,
    });
    state.funding.push(Funding { id: "1".into(), at: at.plus(1), paid: d("0.25") });
}

async fn the_total_of_a_follow_is_that_of_its_copies_and_its_open_position(db: &TestDb) {
    let world = World::open(db).await;
    opened(&world).await;
    let copy = world.last_copy().await;
    let amount = copy.amount.unwrap().0;
    report_costs(&world, amount);
    world.fake.state.lock().unwrap().price = d("20100");
    world.clock.advance(SECOND);
    let (of, open) = follow::performance(&world.desk, &world.follower, world.follow).await.unwrap();
    assert!(of.in_position && open.in_position);
    let expected =
        Profit { realized: Decimal::ZERO, unrealized: d("100") * amount, fees: d("1.5"), funding: d("0.25") };
    assert_eq!((open.open, open.closed), (Some(expected), Profit::default()));
    assert_eq!(open.total().net(), expected.net());
    assert_eq!((open.execution.median_delay_ms, open.slippage), (Some(1_000), Some(d("10") * amount)));
    assert_eq!(open.execution.median_slippage_percent, Some(d("0.05002501")));
    let position = follow::open_copy(&world.desk, &world.follower, world.follow).await.unwrap().unwrap();
    assert_eq!((position.side, position.amount, position.stop), (Side::Buy, amount, Some(d("19800"))));
    assert_eq!((position.entry_price, position.targets), (Some(d("20000")), vec![]));
    let other = follow::open_copy(&world.desk, &world.admin, world.follow).await;
    assert!(matches!(other, Err(Error::NotFound)), "{other:?}");

    let (id, now) = (copy.id, world.desk.clock.now());
    let mut tx = world.desk.db.begin().await.unwrap();
    let ended = Ended { exit: Exit::Signal, price: Some(d("20100")), profit: Some(d("42")) };
    assert!(store::copy::close_copy(&mut tx, id, ended, now).await.unwrap());
    let trade = ClosedTrade {
        price: ended.price,
        realized: Some(d("45.25")),
        fees: Some(d("3")),
        funding: Some(d("0.25")),
        exit: Exit::Signal,
    };
    store::trade::close_trade(&mut tx, IntentId(id.0), &trade, now).await.unwrap();
    tx.commit().await.unwrap();
    let all = follow::performances(&world.desk, &world.follower).await.unwrap();
    let closed = &all[&world.follow];
    let sum: Decimal =
        world.copies().await.iter().filter_map(|copy| copy.profit_usd).map(|text| text.0).sum();
    assert_eq!((closed.total().net(), closed.today, closed.open), (sum, sum, None));
    assert_eq!((closed.closed.realized, closed.closed.fees), (d("45.25"), d("3")));
    assert_eq!(closed.curve.last(), Some(&(now, sum)));
}

async fn a_follow_without_copies_earned_nothing_and_is_its_owners(db: &TestDb) {
    let world = World::open(db).await;
    let (_, none) = follow::performance(&world.desk, &world.follower, world.follow).await.unwrap();
    assert_eq!(none, domain::follow::FollowPerformance::default());
    let other = follow::performance(&world.desk, &world.admin, world.follow).await;
    assert!(matches!(other, Err(Error::NotFound)), "{other:?}");
}

/// Its position was opened and closed, so what it cost belongs to the follow.
async fn a_copy_whose_stop_was_rejected_counts(db: &TestDb) {
    let world = World::open(db).await;
    world.fake.fault(STOP, Fault::Refused(-2021));
    world.give(world.entry(Side::Buy)).await;
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Failed, Some(Reason::StopRefused)), "{copy:?}");
    let (_, earned) = follow::performance(&world.desk, &world.follower, world.follow).await.unwrap();
    assert_eq!(earned.ended + earned.unknown, 1, "{earned:?}");
    db.execute("update trades set status = 'CLOSED', realized = '-3', fees = '1.5', funding = '0.5'").await;
    let (_, earned) = follow::performance(&world.desk, &world.follower, world.follow).await.unwrap();
    assert_eq!((earned.ended, earned.total().net()), (1, d("-5")), "{earned:?}");
    assert!(earned.slippage.is_some(), "its entry was executed: {earned:?}");
}

async fn the_results_of_a_stopped_follow_stay(db: &TestDb) {
    let world = World::open(db).await;
    opened(&world).await;
    let (desk, owner) = (&world.desk, &world.follower);
    assert!(follow::list_stopped(desk, owner).await.unwrap().is_empty());
    follow::stop_follow(&desk.following(), owner, world.follow, Leaving::Keep).await.unwrap();
    assert!(follow::list_follows(desk, owner).await.unwrap().is_empty());
    let stopped = follow::list_stopped(desk, owner).await.unwrap();
    let [of] = &stopped[..] else { panic!("{stopped:?}") };
    assert!(of.id == world.follow && of.stopped_at.is_some() && of.in_position, "{of:?}");
    let (of, open) = follow::performance(desk, owner, world.follow).await.unwrap();
    assert!(of.stopped_at.is_some() && open.in_position, "the position that was kept counts");
    assert!(matches!(follow::get_follow(desk, owner, world.follow).await, Err(Error::NotFound)));
    let change = follow::FollowChange::default();
    let unchanged = follow::update_follow(desk, owner, world.follow, change).await;
    assert!(matches!(unchanged, Err(Error::NotFound)), "{unchanged:?}");
    assert!(follow::list_stopped(desk, &world.admin).await.unwrap().is_empty());
    let other = follow::performance(desk, &world.admin, world.follow).await;
    assert!(matches!(other, Err(Error::NotFound)), "{other:?}");
}

//! Copies of a key with first-day limits.

use super::world::World;
use crate::fake::{btc, d};
use domain::{
    Side,
    copy::{Reason, Status},
    first_day::FirstDayLimits,
};
use service::{following::follow, trading::first_day};
use store::testing::TestDb;

async fn limits(world: &World) -> Option<FirstDayLimits> {
    first_day::get_limits(&world.desk, &world.follower, world.key).await.unwrap()
}

/// Sets the balance from which the size of copies follows.
fn fund(world: &World, usdt: &str) {
    world.fake.state.lock().unwrap().funds = Some(d(usdt));
}

async fn a_copy_above_the_cap_is_skipped_until_the_limits_end(db: &TestDb) {
    let world = World::live(db).await;
    world.give(world.entry(Side::Buy)).await;
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Skipped, Some(Reason::FirstDayCap)), "{copy:?}");
    assert_eq!(copy.detail.as_deref(), Some("first-day-cap:100"));
    assert_eq!(world.placed(), 0, "{:?}", world.fake.log());
    assert_eq!(limits(&world).await.unwrap().market, None, "a skipped copy chooses no market");

    first_day::end_limits(&world.desk, &world.follower, world.key).await.unwrap();
    world.give(world.entry(Side::Buy)).await;
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Open, None), "{copy:?}");
}

async fn a_small_copy_chooses_the_market_and_its_exit_is_not_limited(db: &TestDb) {
    let world = World::live(db).await;
    // At 2 percent, a stop 200 away allows 0.004 BTC: 80 USDT.
    fund(&world, "45");
    world.give(world.entry(Side::Buy)).await;
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Open, None), "{copy:?}");
    assert_eq!(limits(&world).await.unwrap().market, Some(btc()));
    db.execute("update first_day_limits set market = 'ETH/USDT'").await;
    world.give(world.exit()).await;
    let exit = world.last_copy().await;
    assert_eq!((exit.status, exit.reason), (Status::Closed, None), "{exit:?}");
    assert!(world.position().is_zero());
}

/// The page with a user's follows and the workers give the same reason.
async fn a_copy_on_another_market_is_skipped(db: &TestDb) {
    let world = World::live(db).await;
    fund(&world, "45");
    db.execute("update first_day_limits set market = 'ETH/USDT'").await;
    let page = follow::get_follow(&world.desk, &world.follower, world.follow).await.unwrap();
    assert_eq!(page.blocked, Some(Reason::FirstDayMarket));
    world.give(world.entry(Side::Buy)).await;
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Skipped, Some(Reason::FirstDayMarket)), "{copy:?}");
    assert_eq!(copy.detail.as_deref(), Some("ETH/USDT"));
    assert_eq!(world.placed(), 0, "{:?}", world.fake.log());
}

store::each_engine!(
    a_copy_above_the_cap_is_skipped_until_the_limits_end,
    a_small_copy_chooses_the_market_and_its_exit_is_not_limited,
    a_copy_on_another_market_is_skipped,
);

//! Collecting fills for reports.

use super::{World, btc, d, ticket};
use crate::keys::still;
use domain::{
    Fee, Micros, Side, Trade,
    time::{DAY, HOUR, MINUTE},
};
use service::{following::report, testing::TestClock};
use std::ops::RangeInclusive;
use store::testing::TestDb;

/// Adds fills with a fee of one cent each, one millisecond apart.
fn fills(world: &World, start: Micros, numbers: RangeInclusive<i64>) {
    let fill = |number: i64| Trade {
        id: number.to_string(),
        order: "1".into(),
        symbol: btc(),
        at: start.plus(number * 1_000),
        side: Side::Buy,
        maker: false,
        price: d("20000"),
        amount: d("0.001"),
        cost: d("20"),
        fee: Fee { cost: d("0.01"), currency: "USDT".into() },
        realized: d("0"),
        position_side: domain::PositionSlot::Both,
    };
    world.fake.state.lock().unwrap().trades.extend(numbers.map(fill));
}

/// Makes the reports that are due after this time; returns their number.
async fn due(world: &World, clock: &TestClock, after: i64) -> usize {
    clock.advance(after);
    report::run_due(&world.desk).await.unwrap()
}

pub(crate) async fn every_fill_counts_however_many_there_are(db: &TestDb) {
    let (world, clock) = still(db).await;
    // The test clock starts on a Thursday.
    let start = world.desk.clock.now();
    world.place(&ticket()).await.unwrap();
    fills(&world, start, 1..=2_500);
    assert_eq!(due(&world, &clock, HOUR).await, 0);
    let (week, complete) = report::so_far(&world.desk, &world.actor).await.unwrap().unwrap();
    assert_eq!((week.fees, complete), (d("25"), true));

    // More than one run reads: the report of the week waits until the next run has read the rest.
    fills(&world, start, 2_501..=13_000);
    let monday = Micros(1_767_225_600_000_000).plus(4 * DAY);
    assert_eq!(due(&world, &clock, monday.since(world.desk.clock.now())).await, 0);
    assert_eq!(due(&world, &clock, 10 * MINUTE).await, 1);
    let made = report::list_reports(&world.desk, &world.actor).await.unwrap().remove(0);
    assert_eq!(made.report.fees, d("130"));
}

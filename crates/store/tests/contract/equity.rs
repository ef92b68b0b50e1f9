//! Equity points: stored exactly, whatever the number.

use crate::samples::{NOW, connected, id, person, write};
use domain::{Decimal, ExchangeKeyId};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use store::{
    equity::{self, Point},
    key,
    testing::TestDb,
};

fn point(number: u128, at: i64, total_usd: Decimal) -> Point {
    Point { key: ExchangeKeyId(id(number)), at: NOW.plus(at), total_usd }
}

async fn noted(db: &TestDb, points: &[Point]) {
    write(db, async |tx| {
        for point in points {
            equity::insert(tx, point).await?;
        }
        Ok(())
    })
    .await
    .unwrap();
}

async fn any_decimal_reads_back_as_it_was(db: &TestDb) {
    let me = person(db, 1).await;
    connected(db, me, 10).await;
    let mut runner = TestRunner::deterministic();
    let any = (any::<i128>().prop_map(|n| n >> 32), 0_u32..=28)
        .prop_map(|(n, scale)| Decimal::from_i128_with_scale(n, scale));
    let mut values = vec![Decimal::MAX, Decimal::MIN, Decimal::ZERO, Decimal::ONE / Decimal::from(3)];
    values.extend((0..200).map(|_| any.new_tree(&mut runner).unwrap().current()));
    let points: Vec<_> = values.into_iter().zip(0..).map(|(value, at)| point(10, at, value)).collect();
    noted(db, &points).await;
    assert_eq!(equity::list_points(&**db, me, NOW).await.unwrap(), points);
}

async fn a_series_is_one_persons_in_the_order_of_time(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    connected(db, me, 10).await;
    connected(db, me, 11).await;
    connected(db, other, 12).await;
    let usd = |n: i64| Decimal::new(n, 2);
    noted(db, &[point(10, 5, usd(1)), point(10, 3, usd(2)), point(11, 3, usd(3)), point(12, 4, usd(4))])
        .await;
    noted(db, &[point(10, 5, usd(950))]).await;
    let mine = [point(10, 3, usd(2)), point(11, 3, usd(3)), point(10, 5, usd(950))];
    assert_eq!(equity::list_points(&**db, me, NOW.plus(3)).await.unwrap(), mine);
    assert_eq!(equity::list_points(&**db, me, NOW.plus(4)).await.unwrap(), mine[2..]);
    assert_eq!(equity::latest_by_key(&**db, ExchangeKeyId(id(10))).await.unwrap(), Some(mine[2]));
    assert_eq!(equity::latest_by_key(&**db, ExchangeKeyId(id(99))).await.unwrap(), None);
}

async fn points_go_with_their_key(db: &TestDb) {
    let me = person(db, 1).await;
    let mine = connected(db, me, 10).await;
    noted(db, &[point(10, 0, Decimal::ONE), point(99, 0, Decimal::ONE)]).await;
    assert_eq!(equity::list_points(&**db, me, NOW).await.unwrap().len(), 1, "an unknown key is passed over");
    write(db, async |tx| key::delete_key(tx, me, mine).await).await.unwrap();
    assert_eq!(equity::latest_by_key(&**db, mine).await.unwrap(), None);
}

async fn old_points_thin_out_and_go(db: &TestDb) {
    let me = person(db, 1).await;
    connected(db, me, 10).await;
    // Times 0 to 9 of a clock whose zero is a multiple of ten microseconds.
    let zero = NOW.0.rem_euclid(10);
    let points: Vec<_> = (0..20).map(|at| point(10, at - zero, Decimal::ONE)).collect();
    noted(db, &points).await;
    let first = point(10, -3 - zero, Decimal::TWO);
    noted(db, &[first]).await;
    for gone in [8, 0] {
        let thinned = write(db, async |tx| equity::thin(tx, NOW.plus(10 - zero), 5).await).await.unwrap();
        assert_eq!(thinned, gone, "of the first ten, two stay; and what the key began with");
    }
    assert_eq!(equity::list_points(&**db, me, first.at).await.unwrap()[0], first);
    assert_eq!(write(db, async |tx| equity::prune(tx, NOW.plus(10 - zero)).await).await.unwrap(), 3);
    assert_eq!(equity::list_points(&**db, me, NOW.plus(-zero)).await.unwrap(), points[10..]);
}

store::each_engine!(
    any_decimal_reads_back_as_it_was,
    a_series_is_one_persons_in_the_order_of_time,
    points_go_with_their_key,
    old_points_thin_out_and_go,
);

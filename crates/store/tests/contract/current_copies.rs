//! The copies that the state of a user's keys follows from, read with one statement.

use crate::{
    copies::{begin, claim, copy_of, follower, queued, signal_row, with_strategy},
    samples::{NOW, id, write},
};
use domain::{CopyId, Decimal, Micros, Side, copy::Exit, signal::Action};
use store::{
    copy::{self, Ended},
    signal,
    testing::TestDb,
};

store::each_engine!(the_current_copies_are_the_newest_the_open_and_those_that_ended);

async fn the_current_copies_are_the_newest_the_open_and_those_that_ended(db: &TestDb) {
    with_strategy(db).await;
    let (follow, other) = (follower(db, 1).await, follower(db, 2).await);
    queued(db, &[copy_of(&follow, 701), copy_of(&other, 702)]).await;
    for number in 1..=4 {
        let signal = signal_row(600 + number, Action::Enter);
        write(db, async |tx| signal::insert_signal(tx, &signal).await).await.unwrap();
        let copies = [copy_of(&follow, 710 + number)];
        let side = Some(Side::Buy);
        write(db, async |tx| copy::insert_all(tx, signal.id, Action::Enter, side, &copies, NOW).await)
            .await
            .unwrap();
    }
    let current = async |newest, since: Micros| {
        let all = copy::current(&**db, follow.user_id, newest, since).await.unwrap();
        all.into_iter().map(|c| c.id.0).collect::<Vec<_>>()
    };
    let later = NOW.plus(9);
    assert_eq!(current(0, later).await, [id(714)], "at least one of each key, and no other user's");
    assert_eq!(current(3, later).await, [id(714), id(713), id(712)]);
    assert_eq!(current(9, later).await, [id(714), id(713), id(712), id(711), id(701)]);
    claim(db, "one", 0, 9).await;
    let me = CopyId(id(701));
    assert!(begin(db, 701, "one").await);
    let opened =
        write(db, async |tx| copy::open_position(tx, me, "77", Decimal::from(101), Decimal::ONE, NOW).await);
    assert!(opened.await.unwrap());
    assert_eq!(current(2, later).await, [id(714), id(713), id(701)], "an open one, however old");
    let ended = Ended { exit: Exit::Stop, price: Some(Decimal::from(90)), profit: Some(Decimal::from(-11)) };
    assert!(write(db, async |tx| copy::close_copy(tx, me, ended, later).await).await.unwrap());
    assert_eq!(current(2, later).await, [id(714), id(713), id(701)], "one that ended since then");
    assert_eq!(current(2, later.plus(1)).await, [id(714), id(713)]);
}

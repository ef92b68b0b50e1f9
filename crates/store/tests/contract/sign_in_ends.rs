//! Ends of sign-ins.

use crate::samples::{NOW, person, write};
use store::{sign_in_end, testing::TestDb};

store::each_engine!(ends_of_sign_ins_are_counted_for_each_user);

async fn ends_of_sign_ins_are_counted_for_each_user(db: &TestDb) {
    let (first, second) = (person(db, 1).await, person(db, 2).await);
    let record =
        async |user, at| write(db, async |tx| sign_in_end::record(tx, user, at).await).await.unwrap();
    let since = async |at| {
        let rows = sign_in_end::list_since(&**db, at).await.unwrap();
        rows.into_iter().map(|row| (row.user_id, row.count, row.ended_at)).collect::<Vec<_>>()
    };
    record(first, NOW).await;
    record(second, NOW.plus(1)).await;
    assert_eq!(since(NOW.plus(-1)).await, [(first, 1, NOW), (second, 1, NOW.plus(1))]);
    assert_eq!(since(NOW).await, [(second, 1, NOW.plus(1))]);
    record(first, NOW.plus(2)).await;
    record(first, NOW.plus(2)).await;
    assert_eq!(since(NOW).await, [(second, 1, NOW.plus(1)), (first, 3, NOW.plus(2))]);
    let pruned = write(db, async |tx| sign_in_end::prune(tx, NOW.plus(1)).await).await.unwrap();
    assert_eq!((pruned, since(NOW).await), (1, vec![(first, 3, NOW.plus(2))]));
}

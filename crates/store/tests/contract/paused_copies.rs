//! A pause stops every entry that is not committed yet, whatever its worker has decided before.

use crate::{
    copies::{begin, claim, copy_of, follower, queued, with_strategy},
    samples::{NOW, write},
};
use store::{strategy, switch, testing::TestDb};

async fn no_entry_starts_while_all_copying_is_paused(db: &TestDb) {
    with_strategy(db).await;
    let follow = follower(db, 1).await;
    queued(db, &[copy_of(&follow, 701)]).await;
    assert_eq!(claim(db, "one", 0, 9).await.len(), 1, "it was decided before the pause");
    write(db, async |tx| switch::turn_on(tx, switch::PAUSE_COPIES, follow.user_id, NOW).await).await.unwrap();
    assert!(!begin(db, 701, "one").await);
    write(db, async |tx| switch::turn_off(tx, switch::PAUSE_COPIES).await).await.unwrap();
    assert!(begin(db, 701, "one").await);
}

async fn no_entry_starts_while_its_strategy_is_paused(db: &TestDb) {
    with_strategy(db).await;
    let follow = follower(db, 1).await;
    queued(db, &[copy_of(&follow, 701)]).await;
    assert_eq!(claim(db, "one", 0, 9).await.len(), 1, "it was decided before the pause");
    let set = async |active| {
        write(db, async |tx| strategy::set_active(tx, follow.strategy_id, active, NOW).await).await.unwrap()
    };
    assert!(set(false).await);
    assert!(!begin(db, 701, "one").await);
    assert!(set(true).await);
    assert!(begin(db, 701, "one").await);
}

store::each_engine!(
    no_entry_starts_while_all_copying_is_paused,
    no_entry_starts_while_its_strategy_is_paused,
);

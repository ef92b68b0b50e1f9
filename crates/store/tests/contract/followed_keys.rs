//! The keys of one user with their follows, and the entries that pages and risk rules read.

use crate::{
    copies::{STRATEGY, begin, claim, copy_of, follower, queued, with_strategy},
    own_sources::source,
    samples::{NOW, connected, id, person, write},
};
use domain::{CopyId, StrategyId, copy::Status};
use store::{copy, follow, key, own_source, strategy, switch, testing::TestDb};

store::each_engine!(
    a_users_keys_are_read_with_their_follows,
    a_followed_source_that_became_private_is_withdrawn,
    an_entry_that_is_being_sent_is_counted_but_has_not_entered,
);

async fn a_users_keys_are_read_with_their_follows(db: &TestDb) {
    with_strategy(db).await;
    let (follow, other) = (follower(db, 1).await, follower(db, 2).await);
    let idle = connected(db, follow.user_id, 3).await;
    let read = follow::following_keys(&**db, follow.user_id).await.unwrap();
    assert_eq!(read.keys, key::list_by_user(&**db, follow.user_id).await.unwrap());
    assert_eq!(read.keys.iter().map(|key| key.id).collect::<Vec<_>>(), [follow.exchange_key_id, idle]);
    assert_eq!(read.follows, follow::list_by_user(&**db, follow.user_id).await.unwrap());
    assert_eq!(read.follows, std::slice::from_ref(&follow));
    assert!(read.withdrawn.is_empty() && !read.all_paused);

    write(db, async |tx| switch::turn_on(tx, switch::PAUSE_COPIES, follow.user_id, NOW).await).await.unwrap();
    assert!(follow::following_keys(&**db, other.user_id).await.unwrap().all_paused);
    let stopped = follow::Follow { active: false, stopped_at: Some(NOW), ..follow.clone() };
    assert!(write(db, async |tx| follow::update_follow(tx, &stopped).await).await.unwrap());
    let read = follow::following_keys(&**db, follow.user_id).await.unwrap();
    assert_eq!((read.keys.len(), read.follows.len()), (2, 0), "a stopped follow is history");
    let nobody = person(db, 4).await;
    assert_eq!(follow::following_keys(&**db, nobody).await.unwrap(), follow::FollowingKeys::default());
}

async fn a_followed_source_that_became_private_is_withdrawn(db: &TestDb) {
    with_strategy(db).await;
    let (owner, stranger) = (follower(db, 1).await, follower(db, 2).await);
    let bystander = person(db, 3).await;
    let row = source(STRATEGY, owner.user_id);
    write(db, async |tx| own_source::insert_source(tx, &row).await).await.unwrap();
    let withdrawn = async |user| {
        let read = follow::following_keys(&**db, user).await.unwrap();
        read.withdrawn.into_iter().collect::<Vec<_>>()
    };
    let private = StrategyId(id(STRATEGY));
    assert_eq!(withdrawn(stranger.user_id).await, [private]);
    assert!(withdrawn(owner.user_id).await.is_empty(), "the owner sees it");
    let listed = async |user| {
        let all = strategy::list_visible_or_followed(&**db, user).await.unwrap();
        all.into_iter().map(|strategy| strategy.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(stranger.user_id).await, [private], "its follower still sees it");
    assert!(listed(bystander).await.is_empty());
}

async fn an_entry_that_is_being_sent_is_counted_but_has_not_entered(db: &TestDb) {
    with_strategy(db).await;
    let follow = follower(db, 1).await;
    queued(db, &[copy_of(&follow, 701)]).await;
    assert!(copy::list_entries(&**db, follow.user_id).await.unwrap().is_empty(), "it is only queued");
    claim(db, "one", 0, 9).await;
    assert!(begin(db, 701, "one").await);
    let entries = copy::list_entries(&**db, follow.user_id).await.unwrap();
    assert_eq!((entries.len(), entries[0].status), (1, Status::Sending));
    assert!(!entries[0].has_entered());
    let counted = store::risk_rule::list_counted(&**db, follow.user_id, NOW.plus(99)).await.unwrap();
    assert_eq!(counted.iter().map(|copy| copy.id).collect::<Vec<_>>(), [CopyId(id(701))]);
    assert_eq!(entries[0].counted(NOW.plus(99)).as_ref(), counted.first(), "whichever statement reads it");
}

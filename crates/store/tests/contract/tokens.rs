//! Single-use tokens, signing keys, and rate limit counters.

use crate::samples::{NOW, id, person, write};
use domain::{SigningKeyId, TokenFamilyId, UserId};
use store::{
    Db, password_reset, refresh_token as refresh, signing_key,
    testing::TestDb,
    throttle,
    token_family::{self as family, NewTokenFamily},
};
use tokio::task::JoinSet;

async fn a_reset_works_once_and_in_time(db: &TestDb) {
    let me = person(db, 1).await;
    write(db, async |tx| {
        for hash in [[1; 32], [2; 32], [3; 32]] {
            password_reset::insert(tx, &hash, me, NOW, NOW.plus(10)).await?;
        }
        Ok(())
    })
    .await
    .unwrap();
    let spend =
        async |hash, at| write(db, async |tx| password_reset::spend(tx, &hash, at).await).await.unwrap();
    assert_eq!(spend([9; 32], NOW).await, None);
    assert_eq!(spend([1; 32], NOW.plus(10)).await, None, "expired");
    assert_eq!(spend([1; 32], NOW.plus(9)).await, Some(me));
    assert_eq!(spend([1; 32], NOW.plus(9)).await, None, "used");
    assert_eq!(write(db, async |tx| password_reset::spend_all(tx, me, NOW).await).await.unwrap(), 2);
    assert_eq!(spend([2; 32], NOW).await, None, "worthless since the password changed");
    assert_eq!(write(db, async |tx| password_reset::prune(tx, NOW.plus(11)).await).await.unwrap(), 3);
}

async fn of_sixteen_concurrent_resets_one_succeeds(db: &TestDb) {
    let me = person(db, 1).await;
    write(db, async |tx| password_reset::insert(tx, &[1; 32], me, NOW, NOW.plus(10)).await).await.unwrap();
    let mut racers = JoinSet::new();
    for _ in 0..16 {
        let db = (**db).clone();
        racers.spawn(async move {
            write(&db, async |tx| password_reset::spend(tx, &[1; 32], NOW).await).await.unwrap()
        });
    }
    assert_eq!(racers.join_all().await.into_iter().flatten().collect::<Vec<_>>(), [me]);
}

async fn give(db: &Db, owner: UserId, family: u128, token_hash: store::TokenHash) {
    let family_id = TokenFamilyId(id(family));
    let token = refresh::NewRefreshToken {
        token_hash,
        family_id,
        user_id: owner,
        issued_at: NOW,
        expires_at: NOW.plus(10),
    };
    write(db, async |tx| refresh::insert(tx, &token).await).await.unwrap();
}

async fn refresh_tokens_work_once_and_fall_together(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    for (owner, family, hash) in [(me, 1, [1; 32]), (me, 1, [2; 32]), (me, 2, [3; 32]), (other, 3, [4; 32])] {
        give(db, owner, family, hash).await;
    }
    let spend = async |hash, at| write(db, async |tx| refresh::spend(tx, &hash, at).await).await.unwrap();
    assert_eq!(spend([1; 32], NOW.plus(10)).await, None, "expired");
    let spent = spend([1; 32], NOW).await.unwrap();
    assert_eq!((spent.user_id, spent.family_id, spent.used_at), (me, TokenFamilyId(id(1)), Some(NOW)));
    assert_eq!(spend([1; 32], NOW).await, None, "used");
    assert_eq!(
        refresh::get(&**db, &[1; 32]).await.unwrap().unwrap().used_at,
        Some(NOW),
        "and it can be reported"
    );

    let family = TokenFamilyId(id(1));
    assert_eq!(write(db, async |tx| refresh::revoke_family(tx, family, NOW).await).await.unwrap(), 2);
    assert_eq!(spend([2; 32], NOW).await, None, "revoked with its family");
    assert!(spend([3; 32], NOW).await.is_some(), "another family");
    assert_eq!(write(db, async |tx| refresh::revoke_all(tx, me, NOW).await).await.unwrap(), 1);
    assert!(spend([4; 32], NOW).await.is_some(), "another person");
    assert_eq!(refresh::get(&**db, &[9; 32]).await.unwrap(), None);
    assert_eq!(write(db, async |tx| refresh::prune(tx, NOW.plus(11)).await).await.unwrap(), 4);
}

async fn sign_ins_are_listed_while_they_can_be_refreshed(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    for (number, owner, at) in [(1, me, 0), (2, me, 1), (3, other, 2), (4, me, 3)] {
        let new = NewTokenFamily {
            family_id: TokenFamilyId(id(number)),
            user_id: owner,
            user_agent: "Bot/1.0",
            address: "192.0.2.1",
            began_at: NOW.plus(at),
        };
        write(db, async |tx| family::insert(tx, &new).await).await.unwrap();
        // The last one has no token.
        if number < 4 {
            give(db, owner, number, [u8::try_from(number).unwrap(); 32]).await;
        }
    }
    let listed = async |at| {
        let all = family::list_by_user(&**db, me, NOW.plus(at)).await.unwrap();
        all.into_iter().map(|one| one.family_id).collect::<Vec<_>>()
    };
    let [first, second] = [1, 2].map(|number| TokenFamilyId(id(number)));
    assert_eq!(listed(0).await, [second, first]);
    write(db, async |tx| family::touch(tx, first, "Bot/2.0", "198.51.100.7", NOW.plus(9)).await)
        .await
        .unwrap();
    assert_eq!(listed(0).await, [first, second]);
    let kept = family::list_by_user(&**db, me, NOW).await.unwrap().remove(0);
    assert_eq!((kept.user_agent.as_str(), kept.address.as_str()), ("Bot/2.0", "198.51.100.7"));
    assert_eq!((kept.began_at, kept.last_used_at), (NOW, NOW.plus(9)));
    write(db, async |tx| refresh::revoke_family(tx, second, NOW).await).await.unwrap();
    assert_eq!(listed(0).await, [first]);
    assert!(listed(10).await.is_empty(), "expired");
}

async fn signing_keys_come_newest_first(db: &TestDb) {
    let key = |number, at| signing_key::SigningKey {
        id: SigningKeyId(id(number)),
        public_key: vec![1, 2],
        sealed: vec![0; 60],
        created_at: NOW.plus(at),
        retired_at: None,
    };
    let retired = signing_key::SigningKey { retired_at: Some(NOW), ..key(3, 1) };
    write(db, async |tx| {
        signing_key::insert(tx, &key(1, 5)).await?;
        signing_key::insert(tx, &key(2, 5)).await?;
        signing_key::insert(tx, &retired).await?;
        assert!(signing_key::reseal(tx, SigningKeyId(id(1)), &[7]).await?);
        Ok(())
    })
    .await
    .unwrap();
    let keys = signing_key::list(&**db).await.unwrap();
    assert_eq!(keys[0], key(2, 5));
    assert_eq!((keys[1].id, keys[1].sealed.as_slice()), (SigningKeyId(id(1)), &[7][..]));
    assert_eq!(keys[2], retired);
}

async fn attempts_are_counted_in_their_window(db: &TestDb) {
    let hit = async |bucket: &'static str, at, ends| {
        write(db, async |tx| throttle::count_attempt(tx, bucket, NOW.plus(at), NOW.plus(ends)).await)
            .await
            .unwrap()
    };
    assert_eq!(hit("a", 0, 10).await, throttle::Attempts { count: 1, window_ends_at: NOW.plus(10) });
    assert_eq!(hit("a", 9, 19).await, throttle::Attempts { count: 2, window_ends_at: NOW.plus(10) });
    assert_eq!(hit("b", 9, 19).await.count, 1);
    assert_eq!(throttle::get(&**db, "a", NOW.plus(9)).await.unwrap().unwrap().count, 2);
    assert_eq!(throttle::get(&**db, "a", NOW.plus(10)).await.unwrap(), None);
    assert_eq!(hit("a", 10, 20).await, throttle::Attempts { count: 1, window_ends_at: NOW.plus(20) });
    write(db, async |tx| throttle::clear(tx, "a").await).await.unwrap();
    assert_eq!(throttle::get(&**db, "a", NOW).await.unwrap(), None);
    assert_eq!(write(db, async |tx| throttle::prune(tx, NOW.plus(19)).await).await.unwrap(), 1);
}

store::each_engine!(
    a_reset_works_once_and_in_time,
    of_sixteen_concurrent_resets_one_succeeds,
    refresh_tokens_work_once_and_fall_together,
    sign_ins_are_listed_while_they_can_be_refreshed,
    signing_keys_come_newest_first,
    attempts_are_counted_in_their_window,
);

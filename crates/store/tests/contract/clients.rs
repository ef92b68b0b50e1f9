//! API clients and their tokens.

use crate::samples::{NOW, id, person, write};
use domain::{ApiClientId, UserId};
use store::{
    StoreErrorKind,
    api_client::{self, ClientRow},
    testing::TestDb,
};

fn client(owner: UserId, number: u128) -> ClientRow {
    ClientRow {
        id: ApiClientId(id(number)),
        user_id: owner,
        name: "Ботове 🤖".into(),
        login_id: format!("login-{number}"),
        api_key: format!("key-{number}"),
        sealed_secret: vec![1, 0, 255],
        rsa_public_key: None,
        permissions: "ACCOUNTS_READ".into(),
        networks: String::new(),
        created_at: NOW,
        expires_at: Some(NOW.plus(9)),
        last_used_at: None,
        last_used_from: None,
        revoked_at: None,
    }
}

async fn a_client_is_found_by_what_it_sends(db: &TestDb) {
    let (ada, eve) = (person(db, 1).await, person(db, 2).await);
    let (one, two) = (client(ada, 1), client(ada, 2));
    for row in [&one, &two] {
        write(db, async |tx| api_client::insert_client(tx, row).await).await.unwrap();
    }
    assert_eq!(api_client::by_key(&**db, "key-1").await.unwrap(), Some(one.clone()));
    assert_eq!(api_client::by_login(&**db, "login-2").await.unwrap(), Some(two.clone()));
    assert_eq!(api_client::by_key(&**db, "key-3").await.unwrap(), None);
    assert_eq!(api_client::list_by_user(&**db, ada).await.unwrap(), [one.clone(), two]);
    assert_eq!(api_client::list_by_user(&**db, eve).await.unwrap(), []);
    let same = ClientRow { id: ApiClientId(id(3)), ..one.clone() };
    let taken = write(db, async |tx| api_client::insert_client(tx, &same).await).await;
    assert_eq!(taken.unwrap_err().kind(), StoreErrorKind::Unique);
    write(db, async |tx| api_client::touch(tx, one.id, NOW.plus(5), "::1").await).await.unwrap();
    let used = api_client::by_key(&**db, "key-1").await.unwrap().unwrap();
    assert_eq!((used.last_used_at, used.last_used_from.as_deref()), (Some(NOW.plus(5)), Some("::1")));
}

async fn revoking_ends_tokens_and_is_the_owners(db: &TestDb) {
    let (ada, eve) = (person(db, 1).await, person(db, 2).await);
    let row = client(ada, 1);
    let token = [7; 32];
    write(db, async |tx| {
        api_client::insert_client(tx, &row).await?;
        api_client::insert_token(tx, &token, row.id, NOW.plus(10)).await
    })
    .await
    .unwrap();
    let by_token = async |now| api_client::by_token(&**db, &token, now).await.unwrap().is_some();
    assert!(by_token(NOW.plus(9)).await && !by_token(NOW.plus(10)).await);
    write(db, async |tx| api_client::extend_token(tx, &token, NOW.plus(20)).await).await.unwrap();
    assert_eq!(api_client::token_expires(&**db, &token).await.unwrap(), Some(NOW.plus(20)));
    let revoke = async |owner| {
        write(db, async |tx| api_client::revoke_client(tx, owner, row.id, NOW).await).await.unwrap()
    };
    assert!(!revoke(eve).await && by_token(NOW).await);
    assert!(revoke(ada).await && !by_token(NOW).await);
    assert!(!revoke(ada).await, "once");
    assert_eq!(api_client::list_by_user(&**db, ada).await.unwrap(), []);
    assert_eq!(api_client::by_key(&**db, "key-1").await.unwrap().unwrap().revoked_at, Some(NOW));
}

async fn tokens_are_pruned(db: &TestDb) {
    let ada = person(db, 1).await;
    let row = client(ada, 1);
    write(db, async |tx| {
        api_client::insert_client(tx, &row).await?;
        api_client::insert_token(tx, &[1; 32], row.id, NOW).await?;
        api_client::insert_token(tx, &[2; 32], row.id, NOW.plus(1)).await
    })
    .await
    .unwrap();
    assert_eq!(write(db, async |tx| api_client::prune_tokens(tx, NOW).await).await.unwrap(), 1);
    assert!(write(db, async |tx| api_client::delete_token(tx, &[2; 32]).await).await.unwrap());
    assert!(!write(db, async |tx| api_client::delete_token(tx, &[2; 32]).await).await.unwrap());
}

store::each_engine!(
    a_client_is_found_by_what_it_sends,
    revoking_ends_tokens_and_is_the_owners,
    tokens_are_pruned
);

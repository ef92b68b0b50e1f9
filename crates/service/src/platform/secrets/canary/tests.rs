//! Tests of the canary: which master keys a database accepts.

use super::*;
use crate::{
    Desk, Parts, SharedDesk,
    platform::secrets::{MasterKey, rekey},
    testing::{self, TestEntropy},
};
use std::sync::Arc;
use store::{desk_secret::DeskSecret, testing::TestDb};

/// A desk with a master key made of this byte, and optionally a previous one.
fn desk(db: &TestDb, key: u8, before: Option<u8>) -> SharedDesk {
    let entropy: Arc<dyn Entropy> = Arc::new(TestEntropy::default());
    let master = |byte| MasterKey::new([byte; 32]);
    let sealer = Sealer::new(master(key), before.map(master), Arc::clone(&entropy));
    let (usual, clock) = testing::desk((**db).clone());
    Desk::new(Parts {
        db: (**db).clone(),
        exchange: Arc::clone(&usual.exchange),
        payments: None,
        sealer,
        clock,
        entropy,
        settings: crate::platform::settings::Settings::default(),
        sandbox: None,
        instance: "one".into(),
    })
    .unwrap()
}

/// The result of a start with these keys.
async fn start(db: &TestDb, key: u8, before: Option<u8>) -> std::result::Result<(), Refused> {
    let desk = desk(db, key, before);
    verify(&desk.db, &desk.sealer, &*desk.clock, &*desk.entropy).await
}

fn refused(started: std::result::Result<(), Refused>) -> bool {
    matches!(started, Err(Refused::WrongKey))
}

/// Stores a secret of the install, encrypted under the key of this byte.
async fn seal(db: &TestDb, number: u128, key: u8) {
    let desk = desk(db, key, None);
    let id = Uuid::from_u128(number);
    let sealed = desk.sealer.seal("desk_secrets", id, Uuid::nil(), b"secret").unwrap().to_bytes();
    let mut tx = desk.db.begin().await.unwrap();
    let secret = DeskSecret { name: number.to_string(), id, sealed };
    store::desk_secret::insert(&mut tx, &secret, desk.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_new_database_takes_the_first_key_and_no_other(db: &TestDb) {
    assert!(!holds_secrets(db).await.unwrap());
    start(db, 1, None).await.unwrap();
    assert!(holds_secrets(db).await.unwrap());
    start(db, 1, None).await.unwrap();
    assert!(refused(start(db, 2, None).await));
    let words = start(db, 2, None).await.unwrap_err().to_string();
    for named in ["SLIPSTREAM_MASTER_KEY", "master.key", "another key", "slipstream rekey"] {
        assert!(words.contains(named), "{words}");
    }
}

async fn a_database_of_an_earlier_release_shows_its_key(db: &TestDb) {
    seal(db, 1, 1).await;
    assert!(refused(start(db, 2, None).await));
    assert!(store::canary::get(&**db).await.unwrap().is_none(), "a wrong key leaves nothing");
    start(db, 1, None).await.unwrap();
    assert!(store::canary::get(&**db).await.unwrap().is_some());
    assert!(refused(start(db, 2, None).await));
}

async fn changing_keys_takes_the_canary_over_last(db: &TestDb) {
    seal(db, 1, 1).await;
    start(db, 1, None).await.unwrap();
    // Interrupted after some of the rows: one is under the new key, the canary is not.
    seal(db, 2, 2).await;
    assert!(refused(start(db, 2, None).await), "the rest would be lost");
    start(db, 2, Some(1)).await.unwrap();
    assert_eq!(rekey(&desk(db, 2, Some(1))).await.unwrap(), 1);
    assert_eq!(rekey(&desk(db, 2, Some(1))).await.unwrap(), 0);
    start(db, 2, Some(1)).await.unwrap();
    start(db, 2, None).await.unwrap();
    assert!(refused(start(db, 1, None).await));
}

/// Updating the release and changing the key in the same step.
async fn keys_may_change_before_there_is_a_canary(db: &TestDb) {
    seal(db, 1, 1).await;
    start(db, 2, Some(1)).await.unwrap();
    assert!(refused(start(db, 2, None).await), "nothing is under the new key yet");
    rekey(&desk(db, 2, Some(1))).await.unwrap();
    start(db, 2, None).await.unwrap();
    assert!(refused(start(db, 1, None).await));
}

store::each_engine!(
    a_new_database_takes_the_first_key_and_no_other,
    a_database_of_an_earlier_release_shows_its_key,
    changing_keys_takes_the_canary_over_last,
    keys_may_change_before_there_is_a_canary,
);

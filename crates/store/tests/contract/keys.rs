//! Exchange keys, and access to them.

use crate::samples::{NOW, connected, id, key, kind, person, sealed, write};
use domain::{ApiKeyStatus, ExchangeKeyId, TradeType};
use store::{
    StoreErrorKind,
    key::{self as keys, KeyUpdate},
    testing::TestDb,
};

async fn a_key_is_kept_as_it_was_written(db: &TestDb) {
    let me = person(db, 1).await;
    let row = key(me, 10);
    connected(db, me, 10).await;
    connected(db, me, 11).await;
    assert_eq!(keys::get_key(&**db, me, row.key.id).await.unwrap(), Some(row.clone()));
    assert_eq!(keys::get_any(&**db, row.key.id).await.unwrap(), Some(row.clone()));
    assert_eq!(keys::list_by_user(&**db, me).await.unwrap(), [row.key.clone(), key(me, 11).key]);
    assert_eq!(keys::count_by_user(&**db, me).await.unwrap(), 2);
    assert_eq!(keys::list_keys_after(&**db, row.key.id, 5).await.unwrap(), [key(me, 11)]);
    assert!(!format!("{row:?}").contains("7, 7"), "a Debug shows no sealed bytes");
}

async fn another_persons_key_is_not_there(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let theirs = connected(db, other, 10).await;
    assert_eq!(keys::get_key(&**db, me, theirs).await.unwrap(), None);
    assert_eq!(keys::list_by_user(&**db, me).await.unwrap(), []);
    assert_eq!(keys::count_by_user(&**db, me).await.unwrap(), 0);
    let rename = KeyUpdate { name: Some("mine"), ..KeyUpdate::default() };
    assert!(!write(db, async |tx| keys::update_key(tx, me, theirs, &rename, NOW).await).await.unwrap());
    assert!(!write(db, async |tx| keys::delete_key(tx, me, theirs).await).await.unwrap());
    assert_eq!(keys::get_key(&**db, other, theirs).await.unwrap(), Some(key(other, 10)));
}

async fn the_same_credentials_connect_once(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    connected(db, me, 10).await;
    let (exchange, api_key) = (key(me, 10).key.exchange_id, key(me, 10).key.api_key);
    assert!(keys::exists(&**db, exchange, &api_key, TradeType::Futures).await.unwrap());
    assert!(!keys::exists(&**db, exchange, &api_key, TradeType::Spot).await.unwrap());

    let mut again = key(other, 11);
    again.key.api_key.clone_from(&api_key);
    assert_eq!(
        kind(write(db, async |tx| keys::insert_key(tx, &again).await).await),
        Some(StoreErrorKind::Unique)
    );
    again.key.trade_type = TradeType::Spot;
    write(db, async |tx| keys::insert_key(tx, &again).await).await.unwrap();

    let third = connected(db, me, 12).await;
    let (sealed, taken) = (sealed(9), api_key);
    let update = KeyUpdate { credentials: Some((&taken, &sealed)), ..KeyUpdate::default() };
    assert_eq!(
        kind(write(db, async |tx| keys::update_key(tx, me, third, &update, NOW).await).await),
        Some(StoreErrorKind::Unique)
    );
    let mut orphan = key(me, 13);
    orphan.user_id = domain::UserId(id(99));
    assert_eq!(
        kind(write(db, async |tx| keys::insert_key(tx, &orphan).await).await),
        Some(StoreErrorKind::ForeignKey)
    );
}

async fn only_what_is_named_changes(db: &TestDb) {
    let me = person(db, 1).await;
    let mine = connected(db, me, 10).await;
    let later = NOW.plus(5);
    let change = async |update: KeyUpdate<'_>| {
        write(db, async |tx| keys::update_key(tx, me, mine, &update, later).await).await.unwrap()
    };
    assert!(change(KeyUpdate { active: Some(false), ..KeyUpdate::default() }).await);
    let mut expected = key(me, 10);
    (expected.key.active, expected.key.updated_at) = (false, later);
    assert_eq!(keys::get_key(&**db, me, mine).await.unwrap(), Some(expected.clone()));
    assert_eq!(keys::list_active(&**db).await.unwrap(), []);

    let other = sealed(9);
    assert!(
        change(KeyUpdate {
            name: Some("second"),
            active: Some(true),
            status: Some(ApiKeyStatus::Failed),
            ip_restricted: Some(true),
            account_mode: Some(domain::AccountMode::Hedge),
            may_withdraw: Some(true),
            traded_elsewhere: Some(true),
            credentials: Some(("api-new", &other)),
        })
        .await
    );
    expected.key.name = "second".into();
    expected.key.api_key = "api-new".into();
    (expected.key.active, expected.key.ip_restricted) = (true, true);
    expected.key.account_mode = domain::AccountMode::Hedge;
    (expected.key.may_withdraw, expected.key.traded_elsewhere) = (true, true);
    (expected.key.status, expected.sealed) = (ApiKeyStatus::Failed, other);
    assert_eq!(keys::list_active(&**db).await.unwrap(), [expected]);
}

async fn a_refused_key_is_switched_off(db: &TestDb) {
    let me = person(db, 1).await;
    let mine = connected(db, me, 10).await;
    let refused = ApiKeyStatus::Unauthorized;
    assert!(write(db, async |tx| keys::set_status(tx, mine, refused, false, NOW).await).await.unwrap());
    let row = keys::get_any(&**db, mine).await.unwrap().unwrap();
    assert_eq!((row.key.status, row.key.active), (refused, false));
    let nobody = ExchangeKeyId(id(99));
    assert!(!write(db, async |tx| keys::set_status(tx, nobody, refused, false, NOW).await).await.unwrap());
}

async fn rights_are_noted_once(db: &TestDb) {
    let me = person(db, 1).await;
    let mine = connected(db, me, 10).await;
    let (ends, later) = (Some(NOW.plus(9)), NOW.plus(5));
    let note = async |withdraw, at| {
        write(db, async |tx| keys::set_rights(tx, mine, true, withdraw, ends, at).await).await.unwrap()
    };
    assert!(note(true, later).await);
    assert!(!note(true, later.plus(1)).await, "nothing is new");
    let row = keys::get_any(&**db, mine).await.unwrap().unwrap().key;
    assert_eq!((row.may_withdraw, row.ip_restricted, row.expires_at), (true, true, ends));
    assert_eq!(row.updated_at, later);
    assert!(note(false, later).await);
}

async fn resealing_never_undoes_new_credentials(db: &TestDb) {
    let me = person(db, 1).await;
    let mine = connected(db, me, 10).await;
    let (old, fresh, late) = (sealed(7), sealed(8), sealed(9));
    assert!(write(db, async |tx| keys::reseal(tx, mine, &old, &fresh).await).await.unwrap());
    assert!(!write(db, async |tx| keys::reseal(tx, mine, &old, &late).await).await.unwrap());
    assert_eq!(keys::get_any(&**db, mine).await.unwrap().unwrap().sealed, fresh);
}

store::each_engine!(
    a_key_is_kept_as_it_was_written,
    another_persons_key_is_not_there,
    the_same_credentials_connect_once,
    only_what_is_named_changes,
    a_refused_key_is_switched_off,
    rights_are_noted_once,
    resealing_never_undoes_new_credentials,
);

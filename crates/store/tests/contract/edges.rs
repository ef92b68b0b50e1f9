//! Identities at external issuers, the maintenance notice, the version of public lists, metrics, and backups.

use crate::samples::{NOW, id, kind, person, write};
use domain::UserId;
use store::{StoreErrorKind, Uncopied, gauge, identity, public_version, switch, testing::TestDb};

const ISSUER: &str = "https://issuer.example/pool";

async fn an_issuers_subject_is_one_person(db: &TestDb) {
    let (first, second) = (person(db, 1).await, person(db, 2).await);
    write(db, async |tx| identity::insert(tx, ISSUER, "a", first, NOW).await).await.unwrap();
    let again = write(db, async |tx| identity::insert(tx, ISSUER, "a", second, NOW).await).await;
    assert_eq!(kind(again), Some(StoreErrorKind::Unique));
    write(db, async |tx| identity::insert(tx, "https://other.example", "a", second, NOW).await)
        .await
        .unwrap();
    assert_eq!(identity::user(&**db, ISSUER, "a").await.unwrap(), Some(first));
    assert_eq!(identity::user(&**db, "https://other.example", "a").await.unwrap(), Some(second));
    assert_eq!(identity::user(&**db, ISSUER, "A").await.unwrap(), None);
    let nobody = UserId(id(9));
    assert!(write(db, async |tx| identity::insert(tx, ISSUER, "b", nobody, NOW).await).await.is_err());
}

async fn a_notice_keeps_its_beginning(db: &TestDb) {
    let admin = person(db, 1).await;
    assert_eq!(switch::get_message(&**db, switch::MAINTENANCE).await.unwrap(), None);
    let say = async |by, words: Option<&'static str>, at| {
        write(db, async |tx| switch::turn_on_with_message(tx, switch::MAINTENANCE, by, words, at).await)
            .await
            .unwrap();
        switch::get_message(&**db, switch::MAINTENANCE).await.unwrap().unwrap()
    };
    assert_eq!(say(None, Some("moving house"), NOW).await.message.as_deref(), Some("moving house"));
    let later = say(Some(admin), None, NOW.plus(5)).await;
    assert_eq!((later.changed_at, later.message), (NOW, None));
    write(db, async |tx| switch::turn_off(tx, switch::MAINTENANCE).await).await.unwrap();
    assert_eq!(switch::get_message(&**db, switch::MAINTENANCE).await.unwrap(), None);
}

async fn changes_of_public_lists_are_counted(db: &TestDb) {
    let version = async || public_version::get(&**db).await.unwrap();
    let mut last = version().await;
    for change in [
        "update plans set position = position + 10",
        "update risk_profiles set name = name",
        "update strategies set name = name",
    ] {
        // There is no strategy yet, so this statement changes no row.
        let rows = !change.contains("strategies");
        db.execute(change).await;
        let now = version().await;
        assert_eq!(now > last, rows, "{change}");
        last = now;
    }
    person(db, 1).await;
    assert_eq!(version().await, last, "what no list shows");
}

async fn waiting_work_is_counted(db: &TestDb) {
    let waiting = gauge::waiting(db).await.unwrap();
    assert_eq!((waiting.queued, waiting.queued_since, waiting.open, waiting.mails), (0, None, 0, 0));
    let connections = db.connections();
    assert!(connections.open >= 1 && connections.idle <= connections.open);
}

async fn a_copy_is_whole_and_overwrites_nothing(db: &TestDb) {
    let ada = person(db, 1).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    if db.folder().is_none() {
        assert!(db.copy_to(&file).await.is_err(), "pg_dump does that");
        assert!(!file.exists());
        return;
    }
    // An uncommitted writer does not block the copy and is not included in it.
    let mut unfinished = db.begin().await.unwrap();
    store::user::insert_user(&mut unfinished, &crate::samples::user(2)).await.unwrap();
    let aside = store::Db::connect(db.url(), &store::Options::default()).await.unwrap();
    aside.copy_to(&file).await.unwrap();
    unfinished.commit().await.unwrap();
    assert!(matches!(aside.copy_to(&file).await, Err(Uncopied::Exists)));
    let mistyped = folder.path().join("mistyped/copy.db");
    assert!(matches!(aside.copy_to(&mistyped).await, Err(Uncopied::NoFolder)));
    assert!(!folder.path().join("mistyped").exists());
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let url = format!("sqlite:{}", file.display());
    let copy = store::Db::connect(&url, &store::Options::default()).await.unwrap();
    copy.migrate().await.unwrap();
    assert_eq!(store::user::count_users(&copy).await.unwrap(), 1);
    assert!(store::user::get_user(&copy, ada).await.unwrap().is_some());
}

store::each_engine!(
    an_issuers_subject_is_one_person,
    a_notice_keeps_its_beginning,
    changes_of_public_lists_are_counted,
    waiting_work_is_counted,
    a_copy_is_whole_and_overwrites_nothing,
);

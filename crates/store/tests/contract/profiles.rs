//! Profiles: only the given fields change.

use crate::samples::{NOW, person, write};
use domain::profile::Language;
use store::{
    profile::{self, ProfileUpdate},
    testing::TestDb,
};

async fn only_what_is_given_changes(db: &TestDb) {
    let (ada, eve) = (person(db, 1).await, person(db, 2).await);
    let update = async |change: ProfileUpdate<'static>, at| {
        write(db, async |tx| profile::update_profile(tx, ada, &change, NOW.plus(at)).await).await.unwrap()
    };
    assert_eq!(profile::get_profile(&**db, ada).await.unwrap(), None);
    let first =
        update(ProfileUpdate { last_name: Some("O'Brien"), first_name: Some(""), ..Default::default() }, 1);
    let first = first.await;
    assert_eq!((first.last_name.as_deref(), first.first_name.as_deref()), (Some("O'Brien"), None));
    assert_eq!((first.created_at, first.updated_at), (NOW.plus(1), NOW.plus(1)));

    let language = Some("AR");
    update(ProfileUpdate { language, time_zone: Some("Asia/Riyadh"), ..Default::default() }, 2).await;
    let last =
        update(ProfileUpdate { last_name: Some(""), country: Some("SA"), ..Default::default() }, 3).await;
    assert_eq!((last.last_name.as_deref(), last.country.as_deref()), (None, Some("SA")));
    assert_eq!((last.language, last.time_zone.as_deref()), (Some(Language::Arabic), Some("Asia/Riyadh")));
    assert_eq!((last.created_at, last.updated_at), (NOW.plus(1), NOW.plus(3)));
    assert_eq!(profile::get_profile(&**db, ada).await.unwrap(), Some(last));
    assert_eq!(profile::get_country(&**db, ada).await.unwrap().as_deref(), Some("SA"));
    assert_eq!(profile::get_country(&**db, eve).await.unwrap(), None);
}

async fn changes_at_the_same_time_lose_nothing(db: &TestDb) {
    let ada = person(db, 1).await;
    let update = async |change: ProfileUpdate<'static>| {
        write(db, async |tx| profile::update_profile(tx, ada, &change, NOW).await).await.unwrap();
    };
    tokio::join!(
        update(ProfileUpdate { last_name: Some("Lovelace"), ..Default::default() }),
        update(ProfileUpdate { first_name: Some("Ada"), ..Default::default() }),
        update(ProfileUpdate { country: Some("GB"), ..Default::default() }),
    );
    let kept = profile::get_profile(&**db, ada).await.unwrap().unwrap();
    assert_eq!(
        [kept.last_name.as_deref(), kept.first_name.as_deref(), kept.country.as_deref()],
        [Some("Lovelace"), Some("Ada"), Some("GB")]
    );
}

store::each_engine!(only_what_is_given_changes, changes_at_the_same_time_lose_nothing);

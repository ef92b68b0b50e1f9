//! A desk that finds orders of its own at the exchange that its database does not know, as after a restore; on
//! both databases. The protection tests cover more cases, on SQLite.

use super::{ENTRY, STOP, TARGET, d, desk, market_order, ticket, world};
use domain::{Role, validation::Problem};
use service::{
    Actor, Error,
    trading::{order, review},
};
use store::{protection::Wanted, testing::TestDb};

pub(super) async fn orders_that_a_restored_database_does_not_know_are_adopted_and_reviewed(db: &TestDb) {
    let world = world(db).await;
    review::begin(&world.desk).await.unwrap();
    world.place(&ticket()).await.unwrap();
    // The backup is older than the order. Its legs and its protection go with the intent.
    db.execute("delete from intents").await;
    assert!(store::protection::list_all(&**db).await.unwrap().is_empty());
    let sent = world.fake.log().len();

    let restored = desk(db, &world.fake);
    review::begin(&restored).await.unwrap();
    review::check_next(&restored).await.unwrap();
    // Without a session, like a token of another issuer: the sign-in of the test is too old for a step-up.
    let admin = Actor { role: Role::Admin, session: None, token: None, ..world.actor.clone() };
    let reviews = review::list(&restored, &admin).await.unwrap();
    assert_eq!(reviews.iter().map(|review| review.key).collect::<Vec<_>>(), [world.key]);
    let differences = reviews[0].differences.clone().unwrap();
    assert_eq!(differences.len(), 3, "the stop and both targets: {differences:?}");
    assert!(differences.iter().all(|difference| difference.adopted), "{differences:?}");
    let described = |text: &str| differences.iter().any(|difference| difference.what.starts_with(text));
    assert!(described("Stop market sell ") && described("Take profit sell "), "{differences:?}");
    let rows = store::protection::of_key(&**db, world.key).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.wanted).collect::<Vec<_>>(), [Wanted::Stop]);
    assert!(rows[0].entered_at.is_some());
    let legs = store::intent::list_legs(&**db, rows[0].intent_id).await.unwrap();
    assert_eq!(legs.iter().map(|leg| leg.seq).collect::<Vec<_>>(), [ENTRY, STOP, TARGET, TARGET + 1]);
    assert_eq!(world.fake.log().len(), sent, "checking sends nothing");

    let place = async || order::place_order(&restored, &world.actor, world.key, market_order(), None).await;
    match place().await {
        Err(Error::Fields(all)) => assert_eq!(all[0].problem, Problem::KeyUnderReview),
        other => panic!("{other:?}"),
    }
    review::confirm(&restored, &admin, world.key).await.unwrap();
    assert!(review::list(&restored, &admin).await.unwrap().is_empty());
    place().await.unwrap();
    assert_eq!(world.position(), d("0.05"), "the adopted position was closed before the new one was opened");
}

//! Two desks on one database, and accounts in unsupported modes.

use super::{Fake, World, d, new_key, ticket};
use crate::keys::still;
use domain::{AccountMode, Symbol, UserId, copy::Reason, time::MINUTE, time::SECOND, validation::Problem};
use service::{
    Error,
    testing::{Setup, TestClock, desk_with},
    trading::{
        key::{self, NewKey},
        order,
    },
};
use std::{sync::Arc, time::Duration};
use store::testing::TestDb;
use tokio::{sync::Notify, time::timeout};

/// Opens another desk on the same database and exchange.
fn another(db: &TestDb, fake: &Fake, name: &str) -> (service::SharedDesk, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    let setup = Setup {
        exchange: Arc::new(fake.clone()),
        clock: clock.clone(),
        instance: name.to_owned(),
        ..Setup::default()
    };
    (desk_with((**db).clone(), setup), clock)
}

fn closes(fake: &Fake) -> usize {
    fake.log().iter().filter(|line| *line == "place 1").count()
}

/// Case V5: a desk that was paused while it closed a position does not close the next position.
pub(crate) async fn a_desk_that_was_paused_sends_nothing_once_another_has_taken_over(db: &TestDb) {
    if !db.is_shared() {
        return;
    }
    let (World { desk, fake, actor, key }, clock) = still(db).await;
    let user = actor.user;
    desk.keep_lease().await.unwrap();
    fake.state.lock().unwrap().position = d("0.02");
    let (reached, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    fake.state.lock().unwrap().gate = Some((reached.clone(), go_on.clone()));
    let symbol: Symbol = "BTC/USDT".parse().unwrap();
    let closing = {
        let (desk, symbol) = (desk.clone(), symbol.clone());
        tokio::spawn(async move { order::close_position(&desk, &actor, key, &symbol).await })
    };
    timeout(Duration::from_secs(20), reached.notified()).await.unwrap();

    // The desk is paused here, holding what it has read.
    let (other, _) = another(db, &fake, "other");
    order::sweep(&other).await.unwrap();
    assert_eq!(closes(&fake), 0, "its lease has not ended: no other instance takes over");
    clock.advance(41 * SECOND);
    db.execute("update instances set lease_until = lease_until - 41000000 where name = 'test'").await;
    order::sweep(&other).await.unwrap();
    assert_eq!((closes(&fake), fake.state.lock().unwrap().position), (1, d("0")), "the other has closed it");
    fake.state.lock().unwrap().position = d("0.03");
    let saved = saved(db, user).await;

    go_on.notify_one();
    let answer = timeout(Duration::from_secs(20), closing).await.unwrap().unwrap();
    assert!(matches!(answer, Err(Error::Unavailable { .. })), "{answer:?}");
    assert_eq!((closes(&fake), fake.state.lock().unwrap().position), (1, d("0.03")));
    assert_eq!(self::saved(db, user).await, saved, "the desk that lost its lease has saved nothing more");
}

/// A user's intents with their legs, as the database holds them.
async fn saved(db: &TestDb, user: UserId) -> Vec<(store::intent::Intent, Vec<store::intent::Leg>)> {
    let mut all = Vec::new();
    for intent in store::intent::list_by_user(&**db, user, None, 10).await.unwrap() {
        let legs = store::intent::list_legs(&**db, intent.id).await.unwrap();
        all.push((intent, legs));
    }
    all
}

/// A wrong clock does not let a desk take over another desk's work.
pub(crate) async fn a_clock_that_is_ahead_takes_nothing_over(db: &TestDb) {
    if !db.is_shared() {
        return;
    }
    let (World { desk, fake, actor, key }, _) = still(db).await;
    desk.keep_lease().await.unwrap();
    fake.state.lock().unwrap().position = d("0.02");
    let (reached, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    fake.state.lock().unwrap().gate = Some((reached.clone(), go_on.clone()));
    let closing =
        tokio::spawn(
            async move { order::close_position(&desk, &actor, key, &"BTC/USDT".parse().unwrap()).await },
        );
    timeout(Duration::from_secs(20), reached.notified()).await.unwrap();
    let (other, clock) = another(db, &fake, "other");
    clock.advance(60 * MINUTE);
    order::sweep(&other).await.unwrap();
    assert_eq!(closes(&fake), 0);
    go_on.notify_one();
    timeout(Duration::from_secs(20), closing).await.unwrap().unwrap().unwrap();
    assert_eq!((closes(&fake), fake.state.lock().unwrap().position), (1, d("0")));
}

fn fields<T: std::fmt::Debug>(answer: Result<T, Error>) -> Vec<(String, Problem)> {
    match answer {
        Err(Error::Fields(all)) => all.into_iter().map(|found| (found.field, found.problem)).collect(),
        other => panic!("{other:?}"),
    }
}

const UNSUPPORTED: [(AccountMode, Problem); 2] = [
    (AccountMode::MultiAssets, Problem::AccountMultiAssets),
    (AccountMode::Portfolio, Problem::AccountPortfolio),
];

pub(crate) async fn a_key_of_an_account_in_another_mode_is_not_connected(db: &TestDb) {
    let (world, _) = still(db).await;
    for (mode, problem) in UNSUPPORTED {
        world.fake.state.lock().unwrap().mode = Some(mode);
        let other = NewKey { api_key: "other".into(), ..new_key() };
        let refused = fields(key::connect_key(&world.desk, &world.actor, other).await);
        assert_eq!(refused, [("apiKey".to_owned(), problem)]);
    }
    assert_eq!(key::list_keys(&world.desk, &world.actor).await.unwrap().len(), 1);
}

pub(crate) async fn an_account_that_was_switched_takes_no_entries_until_it_is_switched_back(db: &TestDb) {
    let (world, clock) = still(db).await;
    for (mode, problem) in UNSUPPORTED.into_iter().take(1) {
        world.fake.state.lock().unwrap().mode = Some(mode);
        for _ in 0..2 {
            clock.advance(15 * MINUTE);
            key::check_due(&world.desk).await.unwrap();
        }
        let row = key::list_keys(&world.desk, &world.actor).await.unwrap().remove(0);
        assert_eq!((row.account_mode, row.active), (mode, true), "it stays connected: protection goes on");
        let before = world.fake.log();
        assert_eq!(fields(world.place(&ticket()).await), [("apiKey".to_owned(), problem)]);
        assert_eq!(world.fake.log(), before, "nothing was cancelled or sent");
    }
    let reported = store::event::after(&**db, world.actor.user, 0, 10).await.unwrap();
    let reported = reported.iter().filter(|event| event.body.contains("AccountMode")).count();
    assert_eq!(reported, 1, "once for each change");
    world.fake.state.lock().unwrap().mode = None;
    clock.advance(15 * MINUTE);
    key::check_due(&world.desk).await.unwrap();
    world.place(&ticket()).await.unwrap();
    assert_eq!(Reason::AccountMode.word(), "ACCOUNT_MODE");
}

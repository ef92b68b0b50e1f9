//! The key guardian: the rights of keys are checked, and every relevant change is reported.

use super::{World, new_key, ticket};
use crate::keys::still;
use domain::{
    ApiKeyStatus,
    time::{DAY, MINUTE},
    validation::Problem,
};
use service::{
    Error,
    messaging::notify,
    platform::settings::{Mode, Settings},
    testing::{Setup, TestClock, desk_with},
    trading::key::{self, NewKey},
};
use std::sync::Arc;
use store::testing::TestDb;
use tokio::sync::Notify;

/// Runs the next check of the key.
async fn check(world: &World, clock: &TestClock) {
    clock.advance(15 * MINUTE);
    key::check_due(&world.desk).await.unwrap();
}

/// Returns how often the owner was notified of `change`.
async fn notified(db: &TestDb, world: &World, change: &str) -> usize {
    let events = store::event::after(&**db, world.actor.user, 0, 50).await.unwrap();
    events.iter().filter(|event| event.body.contains(change)).count()
}

fn only_problem<T: std::fmt::Debug>(answer: Result<T, Error>) -> Problem {
    match answer {
        Err(Error::Fields(all)) if all.len() == 1 => all[0].problem,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_key_that_gains_the_right_to_withdraw_takes_no_entries(db: &TestDb) {
    let (world, clock) = still(db).await;
    world.fake.state.lock().unwrap().withdraw = true;
    check(&world, &clock).await;
    check(&world, &clock).await;
    assert_eq!(notified(db, &world, "WITHDRAW_GAINED").await, 1, "once");
    let row = key::list_keys(&world.desk, &world.actor).await.unwrap().remove(0);
    assert!(row.may_withdraw && row.active, "it stays connected: stops stay supervised");
    let before = world.fake.log();
    assert_eq!(only_problem(world.place(&ticket()).await), Problem::KeyMayWithdraw);
    assert_eq!(world.fake.log(), before, "nothing was cancelled or sent");
    clock.advance(MINUTE);
    notify::gather(&world.desk).await.unwrap();
    let operator = super::keys::person(&world.desk, "operator").await;
    service::identity::account::make_admin(&world.desk, &operator.email).await.unwrap();
    let origin = service::Origin::new([127, 0, 0, 1].into(), "test");
    let admin =
        service::identity::account::sign_in(&world.desk, origin, &operator.email, "correct horse battery")
            .await;
    let search = notify::Search::first(20);
    let mails = notify::list(&world.desk, &admin.unwrap().actor, &search).await.unwrap();
    let about = mails.iter().filter(|mail| mail.subject.contains("can withdraw funds")).count();
    assert_eq!(about, 1, "by e-mail, too");

    world.fake.state.lock().unwrap().withdraw = false;
    check(&world, &clock).await;
    assert_eq!(notified(db, &world, "WITHDRAW_LOST").await, 1);
    world.place(&ticket()).await.unwrap();
}

pub(crate) async fn the_owner_is_notified_of_a_lost_ip_restriction_and_of_an_expiring_right(db: &TestDb) {
    let (world, clock) = still(db).await;
    world.fake.state.lock().unwrap().ip_restricted = true;
    check(&world, &clock).await;
    assert_eq!(notified(db, &world, "ANY_ADDRESS").await, 0);
    world.fake.state.lock().unwrap().ip_restricted = false;
    check(&world, &clock).await;
    check(&world, &clock).await;
    assert_eq!(notified(db, &world, "ANY_ADDRESS").await, 1);

    let now = world.desk.clock.now();
    world.fake.state.lock().unwrap().expires_at = Some(now.plus(30 * DAY));
    check(&world, &clock).await;
    assert_eq!(notified(db, &world, "EXPIRES_SOON").await, 0, "that is far away");
    clock.advance(17 * DAY);
    check(&world, &clock).await;
    check(&world, &clock).await;
    assert_eq!(notified(db, &world, "EXPIRES_SOON").await, 1, "once for each date");
}

pub(crate) async fn a_key_that_lost_the_right_to_trade_is_switched_off_in_words(db: &TestDb) {
    let (world, clock) = still(db).await;
    world.fake.state.lock().unwrap().no_futures = true;
    check(&world, &clock).await;
    check(&world, &clock).await;
    let row = key::list_keys(&world.desk, &world.actor).await.unwrap().remove(0);
    assert_eq!((row.status, row.active), (ApiKeyStatus::Unauthorized, false));
    assert_eq!(notified(db, &world, "TRADING_LOST").await, 1);
    assert_eq!(notified(db, &world, "KeyRefused").await, 0, "one message says what happened");
}

pub(crate) async fn live_mode_takes_only_restricted_keys_unless_the_operator_allows_others(db: &TestDb) {
    let (world, _) = still(db).await;
    let live = |allow_unrestricted_keys| {
        let settings = Settings { mode: Mode::Live, allow_unrestricted_keys, ..Settings::default() };
        let setup = Setup { exchange: Arc::new(world.fake.clone()), settings, ..Setup::default() };
        desk_with((**db).clone(), setup)
    };
    let eve = super::keys::person(&world.desk, "eve").await;
    let other = || NewKey { api_key: "other".into(), ..new_key() };
    world.fake.state.lock().unwrap().funds = Some(super::d("100"));
    assert_eq!(only_problem(key::connect_key(&live(false), &eve, other()).await), Problem::KeyAnyAddress);
    world.fake.state.lock().unwrap().ip_restricted = true;
    let made = key::connect_key(&live(false), &eve, other()).await.unwrap();
    key::delete_key(&live(false), &eve, made.id).await.unwrap();
    world.fake.state.lock().unwrap().ip_restricted = false;
    key::connect_key(&live(true), &eve, other()).await.unwrap();
}

/// The owner renames a key while the exchange is asked whether it can be enabled.
pub(crate) async fn a_change_of_a_key_leaves_what_it_is_not_about(db: &TestDb) {
    let (world, _) = still(db).await;
    let (reached, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    world.fake.state.lock().unwrap().rights_gate = Some((reached.clone(), go_on.clone()));
    let (desk, actor, id) = (world.desk.clone(), world.actor.clone(), world.key);
    let on = key::KeyChange { active: Some(true), ..key::KeyChange::default() };
    let enabling = tokio::spawn(async move { key::update_key(&desk, &actor, id, on).await });
    reached.notified().await;
    let (name, traded_elsewhere) = (Some("Other".to_owned()), Some(true));
    let other = key::KeyChange { name, traded_elsewhere, ..key::KeyChange::default() };
    key::update_key(&world.desk, &world.actor, world.key, other).await.unwrap();
    go_on.notify_one();
    assert!(enabling.await.unwrap().unwrap().active);
    let stored = key::list_keys(&world.desk, &world.actor).await.unwrap().remove(0);
    assert_eq!((stored.name.as_str(), stored.traded_elsewhere), ("Other", true));
}

//! Keys over time: checks, daily balances, and plan limits.

use super::{Fake, World, d, new_key};
use domain::{
    ApiKeyStatus, Decimal, ExchangeKeyId, Refusal,
    time::{DAY, HOUR, MINUTE, SECOND},
    validation::Problem,
};
use exchange::ExchangeFailure;
use service::{
    Actor, Error, Origin,
    identity::{account, session, step_up},
    messaging::notify,
    platform::settings::{Mode, Settings},
    testing::{Setup, TestClock, desk_with},
    trading::{
        balance_history::{self, BalanceHistoryRequest},
        equity,
        key::{self, NewKey},
        order,
    },
};
use std::{net::IpAddr, sync::Arc, time::Duration};
use store::testing::TestDb;
use tokio::sync::Notify;

fn here() -> Origin {
    Origin::new(IpAddr::from([127, 0, 0, 1]), "test")
}

/// Opens a desk with a stopped clock and one key.
pub(crate) async fn still(db: &TestDb) -> (World, Arc<TestClock>) {
    let (fake, clock) = (Fake::at("20000"), Arc::new(TestClock::default()));
    let setup = Setup { exchange: Arc::new(fake.clone()), clock: clock.clone(), ..Setup::default() };
    let desk = desk_with((**db).clone(), setup);
    let actor = person(&desk, "ada").await;
    let key = key::connect_key(&desk, &actor, new_key()).await.unwrap().id;
    (World { desk, fake, actor, key }, clock)
}

pub(crate) async fn person(desk: &service::SharedDesk, name: &str) -> Actor {
    let email = format!("{name}@example.org");
    account::sign_up(desk, here(), &email, "correct horse battery").await.unwrap().actor
}

/// The owner after they gave their password again, which replaced the session's token.
async fn confirmed(world: &World) -> Actor {
    let token = step_up::confirm(&world.desk, &world.actor, &here(), "correct horse battery").await;
    session::find(&world.desk, &token.unwrap().unwrap(), &here()).await.unwrap().unwrap()
}

impl World {
    async fn state(&self) -> (ApiKeyStatus, bool) {
        let key = key::list_keys(&self.desk, &self.actor).await.unwrap().remove(0);
        (key.status, key.active)
    }

    /// Runs the next check round. Returns the key's resulting state.
    async fn round(&self, clock: &TestClock, after: i64) -> (ApiKeyStatus, bool) {
        clock.advance(after);
        key::check_due(&self.desk).await.unwrap();
        self.state().await
    }

    fn rights_fail(&self, failure: Option<ExchangeFailure>) {
        self.fake.state.lock().unwrap().rights_fail = failure;
    }

    fn requests(&self) -> usize {
        self.fake.state.lock().unwrap().rights_requests
    }

    async fn days(&self, request: &BalanceHistoryRequest) -> Vec<(String, Decimal)> {
        let page = balance_history::page(&self.desk, &self.actor, self.key, request).await.unwrap();
        page.items.into_iter().map(|day| (day.day.date(), day.total_usd)).collect()
    }
}

const WELL: (ApiKeyStatus, bool) = (ApiKeyStatus::Authorized, true);
const FAILED: (ApiKeyStatus, bool) = (ApiKeyStatus::Failed, true);

pub(crate) async fn a_key_fails_after_several_tries_and_recovers_by_itself(db: &TestDb) {
    let (world, clock) = still(db).await;
    world.rights_fail(Some(ExchangeFailure::Unreachable));
    assert_eq!(world.round(&clock, MINUTE).await, WELL);
    assert_eq!(world.round(&clock, MINUTE).await, WELL);
    assert_eq!(world.round(&clock, MINUTE).await, FAILED);
    // An unclear answer does not restore the key either.
    world.rights_fail(Some(ExchangeFailure::Unknown("502".into())));
    assert_eq!(world.round(&clock, MINUTE).await, FAILED);
    world.rights_fail(None);
    assert_eq!(world.round(&clock, MINUTE).await, WELL);
    // From here on it takes as many tries again.
    world.rights_fail(Some(ExchangeFailure::Unreachable));
    assert_eq!(world.round(&clock, 15 * MINUTE).await, WELL);
    assert_eq!(
        store::event::after(&**db, world.actor.user, 0, 10).await.unwrap().len(),
        0,
        "no alarm is raised"
    );
}

pub(crate) async fn a_busy_exchange_does_not_invalidate_a_key(db: &TestDb) {
    let (world, clock) = still(db).await;
    let clock_off =
        ExchangeFailure::Refused { code: -1021, message: "Timestamp is outside of the recvWindow.".into() };
    for failure in
        [clock_off, ExchangeFailure::Limited(Duration::from_secs(60)), ExchangeFailure::Unknown("503".into())]
    {
        world.rights_fail(Some(failure));
        for _ in 0..5 {
            assert_eq!(world.round(&clock, 15 * MINUTE).await, WELL);
        }
    }
    assert_eq!(world.requests(), 1 + 15, "once when it was connected, and each quarter of an hour");
    world.round(&clock, 14 * MINUTE).await;
    assert_eq!(world.requests(), 16, "not before its turn");
}

pub(crate) async fn a_refused_key_is_switched_off_and_its_owner_written_to_once(db: &TestDb) {
    let (world, clock) = still(db).await;
    world.rights_fail(Some(ExchangeFailure::Unauthorized));
    assert_eq!(world.round(&clock, MINUTE).await, (ApiKeyStatus::Unauthorized, false));
    world.round(&clock, HOUR).await;
    let balance = key::get_balance(&world.desk, &world.actor, world.key).await;
    assert!(balance.is_ok(), "the fake refuses its rights only");
    assert_eq!(store::event::after(&**db, world.actor.user, 0, 10).await.unwrap().len(), 1);
    let noted = store::audit::list_latest(&**db, 20).await.unwrap();
    let noted = noted.iter().find(|row| row.action == "key-refused").expect("a row");
    assert_eq!((noted.user_id, noted.address.as_str()), (Some(world.actor.user), "job"));
    let operator = person(&world.desk, "operator").await;
    account::make_admin(&world.desk, &operator.email).await.unwrap();
    let admin =
        account::sign_in(&world.desk, here(), &operator.email, "correct horse battery").await.unwrap();
    // A pending message is sent once there have been no more for a while.
    clock.advance(MINUTE);
    notify::gather(&world.desk).await.unwrap();
    let mails = notify::list(&world.desk, &admin.actor, &notify::Search::first(10)).await.unwrap();
    let mails: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("was disabled")).collect();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "ada@example.org");
    assert!(mails[0].subject.contains("Test"), "{}", mails[0].subject);
    assert!(!mails[0].body.contains("secret"), "{}", mails[0].body);
    assert!(mails[0].body.contains("Exchange: BINANCE\nAPI key: key\n"), "{}", mails[0].body);

    // A key that lost the right to trade is treated as rejected, and is not accepted again before it has
    // regained the right.
    let on = || key::KeyChange { active: Some(true), ..key::KeyChange::default() };
    world.rights_fail(None);
    world.fake.state.lock().unwrap().no_futures = true;
    // Enabling a key requires the password, hours after the sign-in.
    let due = key::update_key(&world.desk, &world.actor, world.key, on()).await;
    assert!(matches!(due, Err(Error::StepUp)), "{due:?}");
    let actor = confirmed(&world).await;
    let again = key::update_key(&world.desk, &actor, world.key, on()).await;
    assert!(matches!(again, Err(Error::Refused(Refusal::KeyUnauthorized))), "{again:?}");
    world.fake.state.lock().unwrap().no_futures = false;
    assert!(key::update_key(&world.desk, &actor, world.key, on()).await.unwrap().active);
    assert_eq!(world.state().await, WELL);
    world.fake.state.lock().unwrap().no_futures = true;
    assert_eq!(world.round(&clock, HOUR).await, (ApiKeyStatus::Unauthorized, false));
}

/// The owner renews the credentials while a request with the old ones is on its way.
pub(crate) async fn a_late_rejection_of_old_credentials_does_not_disable_the_new_ones(db: &TestDb) {
    let (world, _) = still(db).await;
    let (reached, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    world.fake.state.lock().unwrap().gate = Some((reached.clone(), go_on.clone()));
    let (desk, actor, id) = (world.desk.clone(), world.actor.clone(), world.key);
    let reading = tokio::spawn(async move { order::list_positions(&desk, &actor, id).await });
    reached.notified().await;
    world.fake.state.lock().unwrap().refused_api_key = Some("key".into());
    let credentials = Some(("new-key".to_owned(), "new-secret".to_owned().into()));
    let renewed = key::KeyChange { credentials, ..key::KeyChange::default() };
    key::update_key(&world.desk, &world.actor, world.key, renewed).await.unwrap();
    go_on.notify_one();
    let answer = reading.await.unwrap();
    assert!(matches!(answer, Err(Error::Refused(Refusal::KeyUnauthorized))), "{answer:?}");
    assert_eq!(world.state().await, WELL, "the exchange accepts the new credentials");

    // The new ones are disabled once they are rejected themselves.
    world.fake.state.lock().unwrap().refused_api_key = Some("new-key".into());
    order::list_positions(&world.desk, &world.actor, world.key).await.unwrap_err();
    assert_eq!(world.state().await, (ApiKeyStatus::Unauthorized, false));
}

pub(crate) async fn a_restart_asks_about_no_more_keys_than_any_minute(db: &TestDb) {
    let (world, clock) = still(db).await;
    for number in 0..59 {
        let api_key = format!("key-{number}");
        key::connect_key(&world.desk, &world.actor, NewKey { api_key, ..new_key() }).await.unwrap();
    }
    let before = world.requests();
    clock.advance(DAY);
    key::check_due(&world.desk).await.unwrap();
    assert_eq!(world.requests() - before, 20, "a fifteenth of sixty, and sixteen to catch up");
    for _ in 0..2 {
        clock.advance(MINUTE);
        key::check_due(&world.desk).await.unwrap();
    }
    assert_eq!(world.requests() - before, 60, "each once");
    clock.advance(MINUTE);
    key::check_due(&world.desk).await.unwrap();
    assert_eq!(world.requests() - before, 60);
}

pub(crate) async fn a_person_has_so_many_keys(db: &TestDb) {
    let (world, _) = still(db).await;
    let first = store::key::get_key(&world.desk.db, world.actor.user, world.key).await.unwrap().unwrap();
    let mut tx = world.desk.db.begin().await.unwrap();
    for number in 1..499 {
        let mut row = first.clone();
        row.key.id = ExchangeKeyId::mint(&*world.desk.clock, &*world.desk.entropy);
        row.key.api_key = format!("key-{number}");
        store::key::insert_key(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
    let create = async |name: &str| {
        key::connect_key(&world.desk, &world.actor, NewKey { api_key: name.into(), ..new_key() }).await
    };
    // Of two at the same time one is the 500th.
    let both = tokio::join!(create("one"), create("two"));
    let full = [&both.0, &both.1].map(|made| matches!(made, Err(Error::Refused(Refusal::PlanKeyLimit))));
    assert!(full == [true, false] || full == [false, true], "{both:?}");
    let more = create("three").await;
    assert!(matches!(more, Err(Error::Refused(Refusal::PlanKeyLimit))), "{more:?}");
}

pub(crate) async fn a_day_has_one_balance_and_a_missed_day_none(db: &TestDb) {
    let (world, clock) = still(db).await;
    let all = BalanceHistoryRequest { limit: 1_000, ..BalanceHistoryRequest::default() };
    let (first, second) =
        tokio::join!(balance_history::snapshot(&world.desk), balance_history::snapshot(&world.desk));
    assert!(first.is_ok() && second.is_ok());
    world.fake.state.lock().unwrap().funds = Some(d("9000.5"));
    clock.advance(HOUR);
    balance_history::snapshot(&world.desk).await.unwrap();
    assert_eq!(world.days(&all).await, [("2026-01-01".to_owned(), d("10000"))], "the first of a day stays");
    // Two days of downtime; then the exchange does not answer at first.
    clock.advance(3 * DAY - HOUR);
    world.fake.state.lock().unwrap().readings_lost = 1;
    balance_history::snapshot(&world.desk).await.unwrap();
    assert_eq!(world.days(&all).await.len(), 1);
    clock.advance(SECOND);
    balance_history::snapshot(&world.desk).await.unwrap();
    let days = world.days(&all).await;
    assert_eq!(days, [("2026-01-04".to_owned(), d("9000.5")), ("2026-01-01".to_owned(), d("10000"))]);
}

pub(crate) async fn days_page_by_page(db: &TestDb) {
    let (world, clock) = still(db).await;
    for _ in 0..5 {
        balance_history::snapshot(&world.desk).await.unwrap();
        clock.advance(DAY);
    }
    let page = async |request: &BalanceHistoryRequest| {
        balance_history::page(&world.desk, &world.actor, world.key, request).await
    };
    let dates = |page: &balance_history::BalanceHistoryPage| {
        page.items.iter().map(|day| day.day.date()[8..].to_owned()).collect::<Vec<_>>()
    };
    let mut request = BalanceHistoryRequest { limit: 2, ..BalanceHistoryRequest::default() };
    let first = page(&request).await.unwrap();
    assert_eq!(dates(&first), ["05", "04"]);
    // A new day does not shift the pages.
    balance_history::snapshot(&world.desk).await.unwrap();
    request.token = first.next.clone();
    let second = page(&request).await.unwrap();
    assert_eq!(dates(&second), ["03", "02"]);
    let last = page(&BalanceHistoryRequest { token: second.next, ..request.clone() }).await.unwrap();
    assert_eq!((dates(&last), last.next), (vec!["01".to_owned()], None));

    let start = domain::Micros::from_date("2026-01-02");
    let from = page(&BalanceHistoryRequest { start, limit: 2, token: None }).await.unwrap();
    assert_eq!((dates(&from), from.next), (vec!["03".to_owned(), "02".to_owned()], None));

    // A token is valid for one user and one key.
    let other = NewKey { api_key: "other".into(), ..new_key() };
    let actor = confirmed(&world).await;
    let other = key::connect_key(&world.desk, &actor, other).await.unwrap().id;
    let strange = |result: Result<balance_history::BalanceHistoryPage, Error>| match result {
        Err(Error::Fields(all)) => (all[0].field.clone(), all[0].problem),
        other => panic!("{other:?}"),
    };
    let wrong = ("nextToken".to_owned(), Problem::NotToken);
    assert_eq!(strange(balance_history::page(&world.desk, &world.actor, other, &request).await), wrong);
    let rubbish = BalanceHistoryRequest { token: Some("abc".into()), ..request.clone() };
    assert_eq!(strange(page(&rubbish).await), wrong);
    let eve = person(&world.desk, "eve").await;
    let all = BalanceHistoryRequest { limit: 9, ..BalanceHistoryRequest::default() };
    let theirs = balance_history::page(&world.desk, &eve, world.key, &all).await;
    assert!(matches!(theirs, Err(Error::NotFound)));
    let nobodys = ExchangeKeyId(uuid::Uuid::nil());
    assert!(matches!(balance_history::page(&world.desk, &eve, nobodys, &all).await, Err(Error::NotFound)));
}

pub(crate) async fn a_key_is_counted_from_when_it_was_connected(db: &TestDb) {
    let (world, clock) = still(db).await;
    let (db, connected) = (&world.desk.db, world.desk.clock.now());
    let first = store::equity::latest_by_key(db, world.key).await.unwrap().unwrap();
    let balance = key::get_balance(&world.desk, &world.actor, world.key).await.unwrap();
    let worth = equity::value_of(&world.desk, &balance).await.unwrap();
    assert_eq!((first.at, first.total_usd), (connected, worth));

    // An empty change has no effect.
    clock.advance(MINUTE);
    let update = async |change| key::update_key(&world.desk, &world.actor, world.key, change).await.unwrap();
    assert_eq!(update(key::KeyChange::default()).await.updated_at, connected);
    let name = key::KeyChange { name: Some("Other".into()), ..key::KeyChange::default() };
    assert_eq!(update(name).await.updated_at, world.desk.clock.now());
}

pub(crate) async fn a_plan_bounds_keys_and_balance(db: &TestDb) {
    let fake = Fake::at("20000");
    // Small enough for two keys, so that their number is refused, whichever of them comes first.
    fake.state.lock().unwrap().funds = Some(d("200"));
    let settings = Settings { mode: Mode::Live, allow_unrestricted_keys: true, ..Settings::default() };
    let setup = Setup { exchange: Arc::new(fake.clone()), settings, ..Setup::default() };
    let desk = desk_with((**db).clone(), setup);
    let (ada, eve) = (person(&desk, "ada").await, person(&desk, "eve").await);
    let named = |name: &str| NewKey { api_key: name.into(), ..new_key() };
    // Without a paid plan there is room for one key: of two concurrent ones, one is accepted.
    let both = tokio::join!(
        key::connect_key(&desk, &ada, named("one")),
        key::connect_key(&desk, &ada, named("two"))
    );
    let refused = |result: &Result<domain::ExchangeKey, Error>, refusal| matches!(result, Err(Error::Refused(no)) if *no == refusal);
    let full = [&both.0, &both.1].map(|result| refused(result, Refusal::PlanKeyLimit));
    assert!(full == [true, false] || full == [false, true], "{both:?}");
    assert_eq!(key::list_keys(&desk, &ada).await.unwrap().len(), 1);

    fake.state.lock().unwrap().funds = Some(d("500.01"));
    assert!(refused(&key::connect_key(&desk, &eve, named("three")).await, Refusal::PlanBalanceLimit));
    assert_eq!(key::list_keys(&desk, &eve).await.unwrap(), []);
    fake.state.lock().unwrap().funds = Some(d("500"));
    let made = key::connect_key(&desk, &eve, named("three")).await.unwrap();
    assert!(!made.sandbox);
}

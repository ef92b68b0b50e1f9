//! First-day limits of a key that was connected in live mode: what they reject, and how they end.

use super::{Fake, World, btc, d, new_key, ticket};
use crate::keys::{person, still};
use domain::{
    Decimal, Order, Role,
    first_day::{FirstDayChoice, FirstDayLimits},
    ticket::RawTicket,
    time::{DAY, MINUTE},
    validation::Problem,
};
use service::{
    Actor, Error, Origin,
    identity::{session, step_up},
    messaging::notify,
    platform::{
        audit,
        settings::{Mode, Settings},
    },
    testing::{Setup, TestClock, desk_with},
    trading::{
        first_day,
        key::{self, NewKey},
        order,
    },
};
use std::sync::Arc;
use store::testing::TestDb;

/// The largest order at the price of 20,000: 100 USDT.
const ALLOWED: &str = "0.005";
/// Above the cap by the market's smallest step.
const TOO_LARGE: &str = "0.006";

/// Opens a desk in live mode with a stopped clock and one key.
async fn live(db: &TestDb, cap: Option<Decimal>, ends: bool) -> (World, Arc<TestClock>) {
    let (fake, clock) = (Fake::at("20000"), Arc::new(TestClock::default()));
    // The free plan allows no more.
    fake.state.lock().unwrap().funds = Some(d("500"));
    let settings = Settings {
        mode: Mode::Live,
        allow_unrestricted_keys: true,
        first_day_cap_usd: cap,
        ..Settings::default()
    };
    let setup =
        Setup { exchange: Arc::new(fake.clone()), clock: clock.clone(), settings, ..Setup::default() };
    let desk = desk_with((**db).clone(), setup);
    let actor = person(&desk, "ada").await;
    let new = NewKey { first_day: FirstDayChoice { market: None, ends }, ..new_key() };
    let key = key::connect_key(&desk, &actor, new).await.unwrap().id;
    (World { desk, fake, actor, key }, clock)
}

fn cap() -> Option<Decimal> {
    Settings::default().first_day_cap_usd
}

fn entry(amount: &str) -> RawTicket {
    RawTicket { amount: Some(amount.into()), take_profit_prices: vec![], ..ticket() }
}

fn problems(answer: Result<Vec<Order>, Error>) -> Vec<(String, Problem)> {
    match answer {
        Err(Error::Fields(all)) => all.into_iter().map(|found| (found.field, found.problem)).collect(),
        other => panic!("{other:?}"),
    }
}

async fn limits(world: &World) -> Option<FirstDayLimits> {
    first_day::get_limits(&world.desk, &world.actor, world.key).await.unwrap()
}

async fn an_order_above_the_cap_is_rejected_before_anything_is_sent(db: &TestDb) {
    let (world, _) = live(db, cap(), false).await;
    let above = [("amount".to_owned(), Problem::FirstDayCap)];
    assert_eq!(problems(world.place(&entry(TOO_LARGE)).await), above);
    // A limit order below the market's price costs less.
    let cheap =
        |amount: &str| RawTicket { kind: Some("LIMIT".into()), price: Some("19500".into()), ..entry(amount) };
    assert_eq!(problems(world.place(&cheap(TOO_LARGE)).await), above);
    assert!(world.fake.log().is_empty(), "{:?}", world.fake.log());
    assert_eq!(limits(&world).await.unwrap().market, None, "a rejected order chooses no market");

    world.place(&entry(ALLOWED)).await.unwrap();
    assert_eq!(world.position(), d(ALLOWED));
    assert_eq!(limits(&world).await.unwrap().market, Some(btc()));
    world.place(&cheap(ALLOWED)).await.unwrap();
}

async fn another_market_is_rejected_and_closing_is_not(db: &TestDb) {
    let (world, _) = live(db, cap(), false).await;
    world.place(&entry(ALLOWED)).await.unwrap();
    db.execute("update first_day_limits set market = 'ETH/USDT'").await;
    let before = world.fake.log();
    let elsewhere = ("symbol".to_owned(), Problem::FirstDayMarket);
    assert_eq!(problems(world.place(&entry(ALLOWED)).await), std::slice::from_ref(&elsewhere));
    let both = [elsewhere, ("amount".to_owned(), Problem::FirstDayCap)];
    assert_eq!(problems(world.place(&entry(TOO_LARGE)).await), both);
    assert_eq!(world.fake.log(), before, "nothing was cancelled or sent");
    order::close_position(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    assert_eq!(world.position(), Decimal::ZERO);
}

async fn their_owner_ends_the_limits_with_the_password(db: &TestDb) {
    let (world, clock) = live(db, cap(), false).await;
    let eve = person(&world.desk, "eve").await;
    let foreign = first_day::end_limits(&world.desk, &eve, world.key).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
    clock.advance(11 * MINUTE);
    // The messages about the new key are not those about the limits.
    notify::gather(&world.desk).await.unwrap();
    let late = first_day::end_limits(&world.desk, &world.actor, world.key).await;
    assert!(matches!(late, Err(Error::StepUp)), "{late:?}");
    assert!(limits(&world).await.is_some());

    let here = Origin::new([127, 0, 0, 1].into(), "test");
    let token = step_up::confirm(&world.desk, &world.actor, &here, "correct horse battery").await;
    let confirmed = session::find(&world.desk, &token.unwrap().unwrap(), &here).await.unwrap().unwrap();
    first_day::end_limits(&world.desk, &confirmed, world.key).await.unwrap();
    assert_eq!(limits(&world).await, None);
    let again = first_day::end_limits(&world.desk, &confirmed, world.key).await;
    assert!(matches!(again, Err(Error::NotFound)), "{again:?}");

    let log = audit::list_own(&world.desk, &world.actor, None).await.unwrap();
    let ended: Vec<_> = log.iter().filter(|entry| entry.action == "first-day-ended").collect();
    assert_eq!(ended.len(), 1, "{log:?}");
    assert_eq!(ended[0].subject, world.key.to_string());
    clock.advance(MINUTE);
    notify::gather(&world.desk).await.unwrap();
    let admin = Actor { role: Role::Admin, ..eve };
    let mails = notify::list(&world.desk, &admin, &notify::Search::first(50)).await.unwrap();
    let about = mails.iter().filter(|mail| mail.subject.contains("first-day limits")).count();
    assert_eq!(about, 1, "{mails:?}");
    world.place(&entry(TOO_LARGE)).await.unwrap();
    assert_eq!(world.position(), d(TOO_LARGE));
}

async fn limits_stay_if_their_owner_has_not_chosen_an_end(db: &TestDb) {
    let (world, clock) = live(db, cap(), false).await;
    clock.advance(3 * DAY);
    assert_eq!(limits(&world).await.unwrap().ends_at, None);
    let above = [("amount".to_owned(), Problem::FirstDayCap)];
    assert_eq!(problems(world.place(&entry(TOO_LARGE)).await), above);
}

async fn limits_end_after_24_hours_if_their_owner_has_chosen_so(db: &TestDb) {
    let (world, clock) = live(db, cap(), true).await;
    clock.advance(DAY / 2);
    assert!(limits(&world).await.is_some());
    clock.advance(DAY / 2);
    assert_eq!(limits(&world).await, None);
    world.place(&entry(TOO_LARGE)).await.unwrap();
    let ended = first_day::end_limits(&world.desk, &world.actor, world.key).await;
    assert!(matches!(ended, Err(Error::NotFound)), "{ended:?}");
}

async fn a_chosen_market_must_exist(db: &TestDb) {
    let (world, _) = live(db, cap(), false).await;
    key::delete_key(&world.desk, &world.actor, world.key).await.unwrap();
    let chosen = |market: &str| NewKey {
        first_day: FirstDayChoice { market: Some(market.parse().unwrap()), ends: false },
        ..new_key()
    };
    let unknown = key::connect_key(&world.desk, &world.actor, chosen("DOGE/USDT")).await;
    assert!(matches!(unknown, Err(Error::Refused(domain::Refusal::SymbolInvalid))), "{unknown:?}");
    let key = key::connect_key(&world.desk, &world.actor, chosen("BTC/USDT")).await.unwrap().id;
    let world = World { key, ..world };
    assert_eq!(limits(&world).await.unwrap().market, Some(btc()));
}

async fn keys_have_no_limits_in_sandbox_mode(db: &TestDb) {
    let (world, _) = still(db).await;
    assert_eq!(limits(&world).await, None);
    assert_eq!(store::first_day::get_limits(&**db, world.key).await.unwrap(), None);
    world.place(&ticket()).await.unwrap();
}

async fn keys_have_no_limits_without_a_cap(db: &TestDb) {
    let (world, _) = live(db, None, false).await;
    assert_eq!(limits(&world).await, None);
    world.place(&entry(TOO_LARGE)).await.unwrap();
}

store::each_engine!(
    an_order_above_the_cap_is_rejected_before_anything_is_sent,
    another_market_is_rejected_and_closing_is_not,
    their_owner_ends_the_limits_with_the_password,
    limits_stay_if_their_owner_has_not_chosen_an_end,
    limits_end_after_24_hours_if_their_owner_has_chosen_so,
    a_chosen_market_must_exist,
    keys_have_no_limits_in_sandbox_mode,
    keys_have_no_limits_without_a_cap,
);

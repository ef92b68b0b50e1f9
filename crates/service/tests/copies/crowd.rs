//! How soon a rule that closes positions acts for many users at the same time, when their accounts have a stream.

use super::world::{SECOND, World};
use crate::fake::d;
use domain::{
    ExchangeId, FollowId, Micros, Role, Side, StrategyType, TradeType, UserId,
    follow::Leaving,
    risk_rule::{Kind, RuleAction, RuleTerms, Scope},
};
use exchange::AccountEvent;
use service::{
    Actor,
    following::{
        copy, follow,
        risk::{self, NewRule},
    },
    trading::{
        account_streams::AccountStreams,
        key::{self, NewKey},
    },
};
use std::time::Duration;
use store::{follow::Follow, user::User};
use tokio::time::timeout;

/// The users with a rule, each with an account.
const USERS: usize = 1_000;
/// How often the rules are judged, as the server does.
const ROUND: i64 = 3 * SECOND;
/// The delay in which all of them have their two readings.
const WITHIN: i64 = 15 * SECOND;
/// Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(120);

/// Creates a user without a password, with a key that follows the strategy and a rule that closes its positions.
async fn user(world: &World, number: usize, pattern: &Follow) {
    let (desk, now) = (&world.desk, world.desk.clock.now());
    let id = UserId::mint(&*desk.clock, &*desk.entropy);
    let email = format!("trader{number}@example.org");
    let row = User {
        id,
        email: email.clone(),
        password_hash: "cannot sign in".into(),
        role: Role::Trader,
        created_at: now,
        updated_at: now,
        frozen_at: None,
        suspended_at: None,
    };
    let mut tx = desk.db.begin().await.unwrap();
    store::user::insert_user(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let actor = Actor { user: id, email, role: Role::Trader, session: None, token: None, from: None };
    let new = NewKey {
        exchange_id: ExchangeId::Binance,
        trade_type: TradeType::Futures,
        strategy_type: StrategyType::Automated,
        active: true,
        name: "Copies".into(),
        api_key: format!("key{number}"),
        secret: "secret".to_owned().into(),
        first_day: domain::first_day::FirstDayChoice::default(),
    };
    let key = key::connect_key(desk, &actor, new).await.unwrap().id;
    let follow = FollowId::mint(&*desk.clock, &*desk.entropy);
    let row = Follow { id: follow, user_id: id, exchange_key_id: key, ..pattern.clone() };
    let mut tx = desk.db.begin().await.unwrap();
    store::follow::insert_follow(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let terms = RuleTerms {
        kind: Kind::DayLoss,
        threshold: d("50"),
        cool_down_hours: None,
        action: RuleAction::Flatten,
    };
    risk::create_rule(desk, &actor, NewRule { scope: Scope::Follow(follow), terms }).await.unwrap();
}

/// Connects the streams, and reads all accounts ahead.
async fn connect(world: &World, streams: &mut AccountStreams) {
    let reads = || world.fake.state.lock().unwrap().balance_reads;
    let before = reads();
    let opened = async {
        while world.fake.state.lock().unwrap().streams.len() < USERS {
            streams.round(&world.desk.following()).await.unwrap();
        }
        world.fake.emit(AccountEvent::Connected).await;
        while reads() < before + USERS {
            streams.round(&world.desk.following()).await.unwrap();
        }
    };
    timeout(PATIENCE, opened).await.expect("all accounts are streamed and read");
}

/// On one engine: what is shown is the order of the judging, not the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_users_get_both_readings_within_fifteen_seconds() {
    let db = store::testing::sqlite().await;
    let world = World::open(&db).await;
    let pattern = store::follow::get_follow(&world.desk.db, world.follower.user, world.follow).await;
    let pattern = pattern.unwrap().unwrap();
    follow::stop_follow(&world.desk.following(), &world.follower, world.follow, Leaving::Keep).await.unwrap();
    for number in 0..USERS {
        user(&world, number, &pattern).await;
    }
    // Each account holds one BTC that was bought at 20,000, as the fake reports the same for all.
    world.accept(world.entry(Side::Buy)).await;
    copy::queue_signals(&world.desk).await.unwrap();
    db.execute(
        "update copies set status = 'OPEN', amount = '1', entry_price = '20000', opened_at = created_at \
         where status = 'QUEUED'",
    )
    .await;
    world.fake.state.lock().unwrap().position = d("1");
    let mut streams = AccountStreams::default();
    connect(&world, &mut streams).await;

    world.fake.state.lock().unwrap().price = d("19900");
    let crash: Micros = world.desk.clock.now();
    let tripped = loop {
        let closing = store::risk_rule::list_closing(&world.desk.db).await.unwrap();
        if closing.len() == USERS {
            break closing;
        }
        let passed = world.desk.clock.now().since(crash);
        assert!(passed <= WITHIN, "{} of {USERS} rules after {passed} microseconds", closing.len());
        world.clock.advance(ROUND);
        risk::watch(&world.desk).await.unwrap();
    };
    for owned in tripped {
        let trip = owned.rule.trip.unwrap();
        let (first_at, first) = trip.first.unwrap();
        assert_eq!((first, trip.seen), (d("100"), d("100")));
        assert!((5 * SECOND..=10 * SECOND).contains(&trip.at.since(first_at)), "{trip:?}");
        assert!(trip.at.since(crash) <= WITHIN, "{trip:?}");
    }
}

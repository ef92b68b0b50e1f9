//! Alerts of private signal sources, copied on their owner's key and on no other.

use super::{
    fake::d,
    world::{SECOND, World},
};
use domain::{
    StrategyId,
    copy::Status,
    own_source::{RefusedAlert, SourceDecision, SourceRules, Verdict},
    validation::Problem,
};
use service::{
    Actor, Error,
    following::{
        follow::{self, FollowChange},
        own_source::{self, NewSource, SourceChange, SourceVerdict},
        strategy,
    },
};
use store::testing::TestDb;

/// Creates a source whose alerts get a stop 1 % away; returns its id and the webhook's token.
pub(crate) async fn source(world: &World, owner: &Actor) -> (StrategyId, String) {
    let rules = SourceRules { stop_percent: Some(1.into()), ..SourceRules::default() };
    let new = NewSource { name: "Alerts".to_owned(), symbol: "BTC/USDT".parse().unwrap(), rules };
    let (source, token) = own_source::create_source(&world.desk, owner, new).await.unwrap();
    (source.strategy.id, token)
}

/// Sends an alert and drains the copy queue.
pub(crate) async fn alert(world: &World, token: &str, body: &str) -> SourceVerdict {
    world.clock.advance(2 * SECOND);
    let verdict = own_source::receive(&world.desk, token, body.as_bytes()).await.unwrap().unwrap();
    world.work_off().await;
    verdict
}

async fn an_alert_trades_on_the_owners_key(db: &TestDb) {
    let world = World::open(db).await;
    let (id, token) = source(&world, &world.follower).await;
    let change = FollowChange { strategy: Some(id), ..FollowChange::default() };
    follow::update_follow(&world.desk, &world.follower, world.follow, change).await.unwrap();

    let entered = alert(&world, &token, "BTC long").await;
    assert_eq!((entered.verdict, entered.reason), (Verdict::Accepted, None));
    let copy = world.last_copy().await;
    assert_eq!(copy.status, Status::Open, "{copy:?}");
    assert_eq!(copy.stop.map(|stop| stop.0), Some(19_800.into()));
    assert!(world.position().is_sign_positive() && !world.position().is_zero());

    let wrong = alert(&world, &token, r#"{"action":"exit_short","bot_uuid":"x"}"#).await;
    assert_eq!(wrong.reason, Some(RefusedAlert::NothingToExit));
    assert!(!world.position().is_zero());
    let exit = |percent: &str| {
        format!(
            r#"{{"action":"exit_long","order":{{"amount":"{percent}","currency_type":"position_percent"}}}}"#
        )
    };
    let entered = world.position();
    let half = alert(&world, &token, &exit("50")).await;
    assert_eq!((half.verdict, half.reason), (Verdict::Accepted, None));
    let left = world.position();
    assert!(left < entered && !left.is_zero(), "a part is not the whole: {left} of {entered}");
    let left = alert(&world, &token, &exit("100")).await;
    assert_eq!(left.verdict, Verdict::Accepted);
    assert!(world.position().is_zero());
    let seen = own_source::get_source(&world.desk, &world.follower, id).await.unwrap();
    assert!(seen.live_since.is_some() && seen.follows == 1, "{seen:?}");
}

/// With its owner's consent, the amount of an alert decides the size of the owner's copy.
async fn an_alert_decides_the_size_where_its_owner_wants_it(db: &TestDb) {
    let world = World::open(db).await;
    let (id, token) = source(&world, &world.follower).await;
    let change = FollowChange { strategy: Some(id), ..FollowChange::default() };
    follow::update_follow(&world.desk, &world.follower, world.follow, change).await.unwrap();
    let bot = |amount: &str, unit: &str| {
        format!(r#"{{"action":"enter_long","order":{{"amount":"{amount}","currency_type":"{unit}"}}}}"#)
    };
    let traded = async |body: String| {
        assert_eq!(alert(&world, &token, &body).await.verdict, Verdict::Accepted);
        let copy = world.last_copy().await;
        assert_eq!(copy.status, Status::Open, "{copy:?}");
        assert_eq!(alert(&world, &token, r#"{"action":"exit_long"}"#).await.verdict, Verdict::Accepted);
        copy.amount.unwrap().0
    };
    let by_risk = traded(bot("0.005", "base")).await;
    assert_ne!(by_risk, d("0.005"), "it is not switched on");
    let on = SourceChange { size_from_alert: Some(true), ..SourceChange::default() };
    let changed = own_source::change_source(&world.desk, &world.follower, id, on).await.unwrap();
    assert!(changed.size_from_alert);
    assert_eq!(traded(bot("0.005", "base")).await, d("0.005"));
    assert_eq!(traded(bot("200", "quote")).await, d("0.01"));
    assert_eq!(traded(bot("50", "position_percent")).await, by_risk);
    assert_eq!(traded(r#"{"action":"enter_long"}"#.to_owned()).await, by_risk);
}

/// An opposite entry that a paused follow skips leaves the position open, and the exit must still close it.
async fn an_exit_closes_what_a_skipped_entry_left_open(db: &TestDb) {
    let world = World::open(db).await;
    let (id, token) = source(&world, &world.follower).await;
    let change = FollowChange { strategy: Some(id), ..FollowChange::default() };
    follow::update_follow(&world.desk, &world.follower, world.follow, change).await.unwrap();
    alert(&world, &token, "BTC long").await;
    assert!(!world.position().is_zero());
    let pause = FollowChange { active: Some(false), ..FollowChange::default() };
    follow::update_follow(&world.desk, &world.follower, world.follow, pause).await.unwrap();
    let skipped = alert(&world, &token, "BTC short").await;
    assert_eq!((skipped.verdict, world.last_copy().await.status), (Verdict::Accepted, Status::Skipped));
    assert!(!world.position().is_zero());

    let left = alert(&world, &token, r#"{"action":"exit_long","bot_uuid":"x"}"#).await;
    assert_eq!((left.verdict, left.reason), (Verdict::Accepted, None));
    assert!(world.position().is_zero());
}

/// Whatever another user does with the id of a source, it does not exist for them.
async fn anothers_source_cannot_be_reached(db: &TestDb) {
    let world = World::open(db).await;
    let (desk, other) = (&world.desk, &world.follower);
    let (id, _) = source(&world, &world.admin).await;

    assert!(own_source::list_sources(desk, other).await.unwrap().is_empty());
    let missing = |error: Error| assert!(matches!(error, Error::NotFound), "{error:?}");
    missing(own_source::get_source(desk, other, id).await.unwrap_err());
    missing(own_source::list_calls(desk, other, id).await.unwrap_err());
    missing(own_source::test_alert(desk, other, id, b"BTC long").await.unwrap_err());
    missing(own_source::change_source(desk, other, id, SourceChange::default()).await.unwrap_err());
    missing(own_source::rotate_token(desk, other, id).await.unwrap_err());
    missing(own_source::revoke_token(desk, other, id).await.unwrap_err());
    missing(own_source::remove_source(desk, other, id).await.unwrap_err());
    missing(strategy::get_strategy(desk, other, id).await.unwrap_err());
    missing(strategy::card(desk, Some(other), id).await.unwrap_err());
    missing(strategy::card(desk, None, id).await.unwrap_err());
    assert!(strategy::card(desk, Some(&world.admin), id).await.is_ok());
    for seen in [strategy::list_strategies(desk).await, strategy::list_visible(desk, other).await] {
        assert!(seen.unwrap().iter().all(|strategy| strategy.id != id));
    }
    assert!(strategy::cards(desk).await.unwrap().iter().all(|card| card.strategy.id != id));

    let change = FollowChange { strategy: Some(id), ..FollowChange::default() };
    match follow::update_follow(desk, other, world.follow, change).await {
        Err(Error::Fields(problems)) => assert_eq!(problems[0].problem, Problem::NotActiveStrategy),
        followed => panic!("{followed:?}"),
    }
    assert!(own_source::get_source(desk, &world.admin, id).await.unwrap().webhook, "nothing has changed");
}

/// Even a follow that should not exist gets no entry.
async fn an_entry_reaches_no_other_users_key(db: &TestDb) {
    let world = World::open(db).await;
    let (id, token) = source(&world, &world.admin).await;
    let mut tx = world.desk.db.begin().await.unwrap();
    let row = store::follow::get_follow(&mut tx, world.follower.user, world.follow).await.unwrap().unwrap();
    let row = store::follow::Follow { strategy_id: id, ..row };
    assert!(store::follow::update_follow(&mut tx, &row).await.unwrap());
    tx.commit().await.unwrap();

    let entered = alert(&world, &token, "BTC long").await;
    assert_eq!(entered.verdict, Verdict::Accepted);
    assert!(world.copies().await.is_empty());
    assert_eq!((world.placed(), world.position().is_zero()), (0, true));
}

/// When an approved source becomes private again, its followers keep their follows and their exits, and get no entries.
async fn followers_keep_the_follow_of_a_revoked_source(db: &TestDb) {
    let world = World::open(db).await;
    let (desk, follower) = (&world.desk, &world.follower);
    let (id, token) = source(&world, &world.admin).await;
    let decide = async |decision| own_source::decide_source(desk, &world.admin, id, decision).await.unwrap();
    own_source::request_approval(desk, &world.admin, id).await.unwrap();
    decide(SourceDecision::Approve).await;
    let change = FollowChange { strategy: Some(id), ..FollowChange::default() };
    follow::update_follow(desk, follower, world.follow, change).await.unwrap();
    alert(&world, &token, "BTC long").await;
    assert!(!world.position().is_zero());

    decide(SourceDecision::Revoke).await;
    let kept = follow::list_follows(desk, follower).await.unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!((kept[0].strategy.id, kept[0].strategy.active, kept[0].in_position), (id, false, true));
    assert!(kept[0].blocked.is_some(), "{kept:?}");
    follow::pause_follow(desk, follower, world.follow).await.unwrap();
    follow::resume_follow(desk, follower, world.follow).await.unwrap();
    alert(&world, &token, r#"{"action":"exit_long"}"#).await;
    assert!(world.position().is_zero());
    let copies = world.copies().await.len();
    assert_eq!(alert(&world, &token, "BTC long").await.verdict, Verdict::Accepted);
    assert_eq!((world.copies().await.len(), world.position().is_zero()), (copies, true));
}

store::each_engine!(
    an_alert_trades_on_the_owners_key,
    an_alert_decides_the_size_where_its_owner_wants_it,
    an_exit_closes_what_a_skipped_entry_left_open,
    anothers_source_cannot_be_reached,
    an_entry_reaches_no_other_users_key,
    followers_keep_the_follow_of_a_revoked_source,
);

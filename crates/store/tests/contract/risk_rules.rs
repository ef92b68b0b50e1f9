//! Risk rules: one of each kind and action, trips that happen once, and the follows that they stop.

use crate::{
    copies::{begin, claim, copy_of, follower, queued, with_strategy},
    samples::{self, NOW, connected, id, person, write},
};
use domain::{
    CopyId, Decimal, ExchangeKeyId, FollowId, Micros, RiskRuleId, StrategyType,
    risk_rule::{EntryTerms, Kind, RiskRule, RuleAction, RuleTerms, Scope, Trip},
    time::DAY,
};
use store::{
    StoreErrorKind, follow,
    follow::Follow,
    key,
    risk_rule::{self, Bound, Capacity, OwnedRule},
    testing::TestDb,
};

fn rule(number: u128, scope: Scope, action: RuleAction) -> RiskRule {
    let terms =
        RuleTerms { kind: Kind::DayLoss, threshold: Decimal::from(50), cool_down_hours: None, action };
    RiskRule {
        id: RiskRuleId(id(number)),
        scope,
        terms,
        armed_at: None,
        trip: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

fn trip(at: i64, until: Option<i64>, closing: bool) -> Trip {
    let (at, until) = (NOW.plus(at), until.map(|until| NOW.plus(until)));
    Trip { at, until, seen: Decimal::from(60), first: Some((at, Decimal::from(55))), closing }
}

async fn stored(db: &TestDb, follow: &Follow, rule: &RiskRule) -> store::Result<()> {
    write(db, async |tx| risk_rule::insert_rule(tx, follow.user_id, rule).await).await
}

async fn tripped(db: &TestDb, follow: &Follow, rule: RiskRule, trip: &Trip) -> bool {
    let owned = OwnedRule { user_id: follow.user_id, rule };
    write(db, async |tx| risk_rule::trip_rule(tx, &owned, trip).await).await.unwrap()
}

async fn begins(db: &TestDb, follow: &Follow, at: Micros) -> bool {
    write(db, async |tx| follow::begin_copy(tx, follow.id, at).await).await.unwrap()
}

async fn there_is_one_rule_of_each_kind_and_action(db: &TestDb) {
    with_strategy(db).await;
    let follow = follower(db, 1).await;
    let stranger = person(db, 9).await;
    let scopes = [Scope::Follow(follow.id), Scope::Key(follow.exchange_key_id), Scope::Person];
    let mut number = 300;
    for scope in scopes {
        for action in RuleAction::ALL {
            number += 1;
            let new = rule(number, scope, *action);
            stored(db, &follow, &new).await.unwrap();
            let found = risk_rule::get_rule(&**db, follow.user_id, new.id).await.unwrap();
            assert_eq!(found, Some(new));
            assert_eq!(risk_rule::get_rule(&**db, stranger, new.id).await.unwrap(), None);
            let twin = RiskRule { id: RiskRuleId(id(400 + number)), ..new };
            assert_eq!(stored(db, &follow, &twin).await.unwrap_err().kind(), StoreErrorKind::Unique);
        }
    }
    assert_eq!(risk_rule::list_by_user(&**db, follow.user_id).await.unwrap().len(), 6);
    assert_eq!(risk_rule::count_of_user(&**db, follow.user_id).await.unwrap(), 6);
    assert!(risk_rule::list_by_user(&**db, stranger).await.unwrap().is_empty());
}

async fn a_rule_trips_once_and_stops_its_follows(db: &TestDb) {
    with_strategy(db).await;
    let (follow, other) = (follower(db, 1).await, follower(db, 2).await);
    let of_key = rule(301, Scope::Key(follow.exchange_key_id), RuleAction::Flatten);
    let of_all = rule(302, Scope::Person, RuleAction::StopEntries);
    stored(db, &follow, &of_key).await.unwrap();
    stored(db, &follow, &of_all).await.unwrap();
    assert!(tripped(db, &follow, of_key, &trip(1, Some(DAY), true)).await);
    assert!(!tripped(db, &follow, of_key, &trip(2, Some(DAY), true)).await, "it is tripped");
    let changed = RiskRule { updated_at: NOW.plus(5), ..of_all };
    assert!(!tripped(db, &follow, changed, &trip(1, None, false)).await, "it was changed since it was read");
    assert!(!begins(db, &follow, NOW.plus(3)).await);
    assert!(begins(db, &other, NOW.plus(3)).await, "another user's");
    assert!(begins(db, &follow, NOW.plus(DAY)).await, "the trip ends by itself");
    let found = risk_rule::get_rule(&**db, follow.user_id, of_key.id).await.unwrap().unwrap();
    assert_eq!(found.trip, Some(trip(1, Some(DAY), true)));
    let closing = risk_rule::list_closing(&**db).await.unwrap();
    assert_eq!(closing.iter().map(|owned| owned.rule.id).collect::<Vec<_>>(), [of_key.id]);
    let end = async |at| write(db, async |tx| risk_rule::end_closing(tx, of_key.id, at).await).await.unwrap();
    assert!(!end(NOW).await && end(NOW.plus(1)).await && !end(NOW.plus(1)).await);

    // The other rule stops until the owner resumes; resuming one leaves the other.
    assert!(tripped(db, &follow, of_all, &trip(4, None, false)).await);
    assert!(!begins(db, &follow, NOW.plus(9 * DAY)).await);
    let resume = async |rule: RiskRule| {
        write(db, async |tx| {
            assert!(risk_rule::resume_rule(tx, follow.user_id, rule.id, NOW.plus(6)).await?);
            risk_rule::refresh_halts(tx, follow.user_id, NOW.plus(6)).await
        })
        .await
        .unwrap();
    };
    resume(of_all).await;
    assert!(!begins(db, &follow, NOW.plus(7)).await);
    resume(of_key).await;
    assert!(begins(db, &follow, NOW.plus(7)).await);
    assert_eq!(risk_rule::list_trips(&**db, follow.user_id, 9).await.unwrap().len(), 2);
    assert!(risk_rule::list_trips(&**db, other.user_id, 9).await.unwrap().is_empty());
}

/// With a live account, a rule for all accounts does not cover paper accounts.
async fn a_trip_for_all_accounts_leaves_paper_beside_live_alone(db: &TestDb) {
    with_strategy(db).await;
    let paper = follower(db, 1).await;
    let mut live = samples::key(paper.user_id, 2);
    (live.key.strategy_type, live.key.sandbox) = (StrategyType::Automated, false);
    write(db, async |tx| key::insert_key(tx, &live).await).await.unwrap();
    let real = Follow { id: FollowId(id(102)), exchange_key_id: live.key.id, ..paper.clone() };
    write(db, async |tx| follow::insert_follow(tx, &real).await).await.unwrap();
    let of_all = rule(301, Scope::Person, RuleAction::StopEntries);
    stored(db, &paper, &of_all).await.unwrap();
    assert!(tripped(db, &paper, of_all, &trip(1, None, false)).await);
    assert!(begins(db, &paper, NOW.plus(2)).await);
    assert!(!begins(db, &real, NOW.plus(2)).await);
    let reached = follow::reached_by_entry(&**db, paper.strategy_id).await.unwrap();
    let stopped = |id| {
        reached.iter().find(|reached| reached.id == id).map(|of| (of.halted_until.is_some(), of.covered))
    };
    assert_eq!(stopped(paper.id), Some((false, Some(false))));
    assert_eq!(stopped(real.id), Some((true, Some(true))));
    let stopping = async |at| risk_rule::list_stopping(&**db, paper.strategy_id, at).await.unwrap();
    let found = stopping(NOW.plus(2)).await;
    assert_eq!(found.iter().map(|owned| owned.rule.id).collect::<Vec<_>>(), [of_all.id]);
    let resumed = async |tx: &mut store::Tx| {
        risk_rule::resume_rule(tx, paper.user_id, of_all.id, NOW.plus(3)).await?;
        risk_rule::refresh_halts(tx, paper.user_id, NOW.plus(3)).await
    };
    write(db, resumed).await.unwrap();
    assert_eq!(stopping(NOW.plus(4)).await, []);
}

/// Two workers decided at the same time; the second one begins after the first.
async fn two_entries_do_not_take_the_last_place(db: &TestDb) {
    with_strategy(db).await;
    let first = follower(db, 1).await;
    let key = connected(db, first.user_id, 2).await;
    let second = Follow { id: FollowId(id(102)), exchange_key_id: key, ..first.clone() };
    write(db, async |tx| follow::insert_follow(tx, &second).await).await.unwrap();
    queued(db, &[copy_of(&first, 701), copy_of(&second, 702)]).await;
    claim(db, "a", 0, 9).await;
    let both = [first.exchange_key_id, key];
    let is_left = async |scope: Scope, kind: Kind, limit: i64, keys: &[ExchangeKeyId]| {
        let of = rule(301, scope, RuleAction::StopEntries);
        let terms = RuleTerms { kind, threshold: Decimal::from(limit), ..of.terms };
        let bound = Bound { rule: RiskRule { terms, ..of }, keys: keys.to_vec() };
        let (value, price) = (Decimal::from(5), Decimal::from(100));
        let entry = EntryTerms { value, leverage: 3, price, signal_price: None };
        let (user_id, copy) = (first.user_id, CopyId(id(702)));
        let capacity = Capacity { user_id, copy, entry, bounds: vec![bound] };
        write(db, async |tx| capacity.is_left(tx, NOW).await).await.unwrap()
    };
    assert!(is_left(Scope::Person, Kind::OpenPositions, 1, &both).await);
    assert!(begin(db, 701, "a").await);
    assert!(!is_left(Scope::Person, Kind::OpenPositions, 1, &both).await);
    assert!(is_left(Scope::Person, Kind::OpenPositions, 2, &both).await);
    assert!(is_left(Scope::Key(key), Kind::OpenPositions, 1, &[key]).await, "the other key's does not count");
    // Each is worth 5.
    assert!(!is_left(Scope::Person, Kind::Exposure, 9, &both).await);
    assert!(is_left(Scope::Person, Kind::Exposure, 10, &both).await);
    assert!(
        is_left(Scope::Follow(second.id), Kind::Exposure, 9, &both).await,
        "only the follow's own counts"
    );
}

async fn the_daily_limit_of_a_follow_is_set_and_removed(db: &TestDb) {
    with_strategy(db).await;
    let follow = follower(db, 1).await;
    let set = async |limit: Option<i64>| {
        let limit = limit.map(Decimal::from);
        let (owner, rule) = (follow.user_id, RiskRuleId(id(301)));
        write(db, async |tx| risk_rule::set_daily_limit(tx, owner, follow.id, limit, rule, NOW).await)
            .await
            .unwrap();
        let rules = risk_rule::list_by_user(&**db, owner).await.unwrap();
        rules.into_iter().map(|rule| rule.terms.threshold).collect::<Vec<_>>()
    };
    assert_eq!(set(Some(50)).await, [Decimal::from(50)]);
    assert_eq!(set(Some(70)).await, [Decimal::from(70)]);
    assert!(set(None).await.is_empty());
    assert!(risk_rule::list_watched(&**db, NOW, NOW).await.unwrap().is_empty());
}

store::each_engine!(
    there_is_one_rule_of_each_kind_and_action,
    a_rule_trips_once_and_stops_its_follows,
    a_trip_for_all_accounts_leaves_paper_beside_live_alone,
    two_entries_do_not_take_the_last_place,
    the_daily_limit_of_a_follow_is_set_and_removed,
);

//! Changes of risk rules that arrive at the same time.

use super::{fake::d, world::World};
use domain::risk_rule::{Kind, RuleAction, RuleTerms, Scope};
use service::following::risk::{self, NewRule, RuleChange};
use store::testing::TestDb;

store::each_engine!(two_changes_at_the_same_time_are_both_made);

async fn two_changes_at_the_same_time_are_both_made(db: &TestDb) {
    let world = World::open(db).await;
    let terms = RuleTerms {
        kind: Kind::DayLoss,
        threshold: d("50"),
        cool_down_hours: None,
        action: RuleAction::StopEntries,
    };
    let new = NewRule { scope: Scope::Person, terms };
    let id = risk::create_rule(&world.desk, &world.follower, new).await.unwrap().id;
    let threshold = RuleChange { threshold: Some(d("70")), ..RuleChange::default() };
    let action = RuleChange { action: Some(RuleAction::Flatten), ..RuleChange::default() };
    let change = |change| risk::change_rule(&world.desk, &world.follower, id, change);
    let (first, second) = tokio::join!(change(threshold), change(action));
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    let rule = risk::get_rule(&world.desk, &world.follower, id).await.unwrap();
    assert_eq!((rule.terms.threshold, rule.terms.action), (d("70"), RuleAction::Flatten));
}

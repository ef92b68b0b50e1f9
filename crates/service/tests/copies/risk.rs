//! Risk rules: each kind stops entries, and a rule that closes positions acts on two readings, once.

use super::{
    CLOSE,
    world::{SECOND, World},
};
use crate::fake::{Fault, d};
use domain::{
    Clock as _, Decimal, RiskRuleId, Side,
    copy::{Exit, Reason, Status},
    risk_rule::{Kind, RiskRule, RuleAction, RuleTerms, Scope},
    time::DAY,
    validation::Problem,
};
use service::{
    Error,
    following::{
        follow::{self, FollowChange},
        risk::{self, NewRule, RuleChange},
        signal::NewSignal,
    },
    messaging::notify,
    trading::order,
};
use store::testing::TestDb;

fn rule(scope: Scope, kind: Kind, threshold: &str, action: RuleAction) -> NewRule {
    NewRule { scope, terms: RuleTerms { kind, threshold: d(threshold), cool_down_hours: None, action } }
}

impl World {
    async fn add_rule(&self, new: NewRule) -> RiskRule {
        risk::create_rule(&self.desk, &self.follower, new).await.unwrap()
    }

    async fn rule(&self, id: RiskRuleId) -> RiskRule {
        risk::get_rule(&self.desk, &self.follower, id).await.unwrap()
    }

    fn lose(&self, usd: &str) {
        self.fake.state.lock().unwrap().unrealized = Some(-d(usd));
    }

    async fn blocked(&self) -> Option<Reason> {
        follow::get_follow(&self.desk, &self.follower, self.follow).await.unwrap().blocked
    }

    /// Whether a decided copy may be begun.
    async fn begins(&self) -> bool {
        let mut tx = self.desk.db.begin().await.unwrap();
        store::follow::begin_copy(&mut tx, self.follow, self.clock.now()).await.unwrap()
    }

    /// Judges the rules after some seconds.
    async fn watch_after(&self, seconds: i64) {
        self.clock.advance(seconds * SECOND);
        risk::watch(&self.desk).await.unwrap();
    }

    /// Gives the account a recorded equity of 10,000 USDT.
    async fn record_equity(&self) {
        let at = self.clock.now().plus(-8 * DAY);
        let point = store::equity::Point { key: self.key, at, total_usd: d("10000") };
        let mut tx = self.desk.db.begin().await.unwrap();
        store::equity::insert(&mut tx, &point).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Asserts that an entry is skipped for a reason.
    async fn expect_skipped(&self, new: NewSignal, reason: Reason) {
        self.give(new).await;
        let copy = self.last_copy().await;
        assert_eq!((copy.status, copy.reason), (Status::Skipped, Some(reason)), "{copy:?}");
    }
}

async fn a_loss_trips_once_and_stops_entries_until_its_owner_resumes(db: &TestDb) {
    let world = World::open(db).await;
    let new = rule(Scope::Key(world.key), Kind::DayLoss, "50", RuleAction::StopEntries);
    let id = world.add_rule(new).await.id;
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Open, "{:?}", world.last_copy().await);
    world.lose("60");
    risk::watch(&world.desk).await.unwrap();
    let trip = world.rule(id).await.trip.expect("the rule tripped");
    assert_eq!((trip.seen, trip.closing), (d("60"), false));
    assert!(!world.begins().await && !world.position().is_zero(), "entries stop, and the position stays");

    // The loss is gone, and another process started: the trip stays.
    world.lose("0");
    let restarted = world.another_desk(db, 0);
    risk::watch(&restarted).await.unwrap();
    assert_eq!(world.blocked().await, Some(Reason::DailyLoss));
    world.give(world.exit()).await;
    assert!(world.position().is_zero(), "exits are copied");
    world.expect_skipped(world.entry(Side::Buy), Reason::DailyLoss).await;
    assert_eq!(world.last_copy().await.detail.as_deref(), Some("daily-loss:60:50"));
    assert_eq!(risk::list_trips(&world.desk, &world.follower).await.unwrap().len(), 1);

    risk::resume_rule(&world.desk, &world.follower, id).await.unwrap();
    assert_eq!(world.blocked().await, None);
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Open, "{:?}", world.last_copy().await);

    world.clock.advance(6 * SECOND);
    notify::gather(&world.desk).await.unwrap();
    let mails = notify::list(&world.desk, &world.admin, &notify::Search::first(100)).await.unwrap();
    let reported = mails.iter().filter(|mail| mail.subject.contains("Risk rule reached")).count();
    assert_eq!(reported, 1, "{mails:?}");
}

async fn one_bad_reading_closes_nothing_and_two_close_once(db: &TestDb) {
    let world = World::open(db).await;
    let id = world.add_rule(rule(Scope::Person, Kind::DayLoss, "50", RuleAction::Flatten)).await.id;
    world.give(world.entry(Side::Buy)).await;
    world.lose("60");
    world.watch_after(0).await;
    world.watch_after(3).await;
    assert_eq!(world.rule(id).await.trip, None, "three seconds apart is too near");
    world.lose("0");
    world.watch_after(3).await;
    world.lose("60");
    world.watch_after(6).await;
    assert_eq!(world.rule(id).await.trip, None, "the reading between was good");
    // The account cannot be read, until the first reading is too old.
    world.fake.state.lock().unwrap().positions_lost = 1;
    world.watch_after(6).await;
    world.watch_after(6).await;
    assert_eq!(world.rule(id).await.trip, None, "missing data closes nothing");
    assert!(!world.position().is_zero());

    world.lose("70");
    world.watch_after(6).await;
    let trip = world.rule(id).await.trip.expect("two readings");
    let (first_at, first) = trip.first.unwrap();
    assert_eq!((first, trip.seen, trip.closing), (d("60"), d("70"), true));
    assert!((5 * SECOND..=10 * SECOND).contains(&trip.at.since(first_at)), "{trip:?}");
    assert!(!world.begins().await && !world.position().is_zero(), "entries are stopped first");

    // The process that tripped is gone before it closed anything; the next one finds the trip.
    let restarted = world.another_desk(db, 0).following();
    world.fake.fault(CLOSE, Fault::AnswerLost);
    let (first, second) = tokio::join!(risk::close_due(&restarted), risk::close_due(&restarted));
    first.and(second).unwrap();
    for _ in 0..3 {
        risk::close_due(&restarted).await.unwrap();
    }
    assert!(world.position().is_zero(), "{:?}", world.fake.log());
    assert_eq!(world.fake.placed(CLOSE).len(), 1, "{:?}", world.fake.log());
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.exit_reason), (Status::Closed, Some(Exit::Rule)), "{copy:?}");
    assert!(!world.rule(id).await.trip.unwrap().closing);
    world.watch_after(6).await;
    world.watch_after(6).await;
    assert_eq!(risk::list_trips(&world.desk, &world.follower).await.unwrap().len(), 1);
    assert_eq!(world.blocked().await, Some(Reason::DailyLoss));
}

async fn a_rejected_close_is_repeated_and_notified_once(db: &TestDb) {
    let world = World::open(db).await;
    world.add_rule(rule(Scope::Person, Kind::DayLoss, "50", RuleAction::Flatten)).await;
    world.give(world.entry(Side::Buy)).await;
    world.lose("60");
    world.watch_after(0).await;
    world.watch_after(6).await;
    for _ in 0..30 {
        world.fake.fault(CLOSE, Fault::Refused(-2019));
    }
    let mut rounds = 0;
    while !world.position().is_zero() {
        rounds += 1;
        assert!(rounds < 200, "{:?}", world.last_copy().await);
        risk::close_due(&world.desk.following()).await.unwrap();
        world.clock.advance(SECOND);
    }
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.exit_reason), (Status::Closed, Some(Exit::Rule)), "{copy:?}");
    world.clock.advance(6 * SECOND);
    notify::gather(&world.desk).await.unwrap();
    let mails = notify::list(&world.desk, &world.admin, &notify::Search::first(100)).await.unwrap();
    let late = mails.iter().filter(|mail| mail.subject.contains("isn't closed yet")).count();
    assert_eq!(late, 1, "{mails:?}");
}

async fn every_kind_of_loss_skips_an_entry(db: &TestDb) {
    let world = World::open(db).await;
    world.record_equity().await;
    let drawdown = rule(Scope::Person, Kind::Drawdown, "4", RuleAction::StopEntries);
    let mut id = world.add_rule(drawdown).await.id;
    world.give(world.entry(Side::Buy)).await;
    world.give(world.exit()).await;
    assert!(world.position().is_zero());
    db.execute("update copies set profit_usd = '-500' where action = 'ENTER'").await;
    world.expect_skipped(world.entry(Side::Buy), Reason::Drawdown).await;
    let scopes = [Scope::Person, Scope::Key(world.key), Scope::Follow(world.follow)];
    for (kind, threshold, reason) in [
        (Kind::DayLoss, "500", Reason::DailyLoss),
        (Kind::DayLossPercent, "5", Reason::DailyLoss),
        (Kind::WeekLoss, "500", Reason::WeeklyLoss),
        (Kind::WeekLossPercent, "5", Reason::WeeklyLoss),
        (Kind::LossStreak, "1", Reason::LossStreak),
    ] {
        for scope in scopes {
            risk::remove_rule(&world.desk, &world.follower, id).await.unwrap();
            id = world.add_rule(rule(scope, kind, threshold, RuleAction::StopEntries)).await.id;
            assert_eq!(world.blocked().await, Some(reason), "the page agrees");
            world.expect_skipped(world.entry(Side::Buy), reason).await;
        }
    }
    risk::remove_rule(&world.desk, &world.follower, id).await.unwrap();
    let percent = rule(Scope::Person, Kind::DayLossPercent, "50", RuleAction::StopEntries);
    world.add_rule(percent).await;
    assert_eq!(world.blocked().await, None);
    db.execute("delete from equity_points").await;
    world.expect_skipped(world.entry(Side::Buy), Reason::RuleUnknown).await;
}

async fn every_bound_of_an_entry_skips_it(db: &TestDb) {
    let world = World::open(db).await;
    let near = NewSignal { price: Some(d("19700")), stop: Some(d("19600")), ..world.entry(Side::Buy) };
    for (kind, threshold, signal, reason) in [
        (Kind::Exposure, "100", world.entry(Side::Buy), Reason::RuleExposure),
        (Kind::Leverage, "1", world.entry(Side::Buy), Reason::RuleLeverage),
        (Kind::Slippage, "1", near, Reason::RuleSlippage),
    ] {
        let id = world.add_rule(rule(Scope::Person, kind, threshold, RuleAction::StopEntries)).await.id;
        world.expect_skipped(signal, reason).await;
        assert_eq!(world.rule(id).await.trip, None, "it decides about each entry");
        risk::remove_rule(&world.desk, &world.follower, id).await.unwrap();
    }
    let age = world.add_rule(rule(Scope::Person, Kind::SignalAge, "5", RuleAction::StopEntries)).await.id;
    world.accept(world.entry(Side::Buy)).await;
    world.clock.advance(10 * SECOND);
    world.work_off().await;
    assert_eq!(world.last_copy().await.reason, Some(Reason::RuleSignalAge));
    risk::remove_rule(&world.desk, &world.follower, age).await.unwrap();

    // An open copy on another market.
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Open, "{:?}", world.last_copy().await);
    db.execute("update copies set symbol = 'ETH/USDT' where status = 'OPEN'").await;
    world.fake.state.lock().unwrap().position = Decimal::ZERO;
    world.add_rule(rule(Scope::Key(world.key), Kind::OpenPositions, "1", RuleAction::StopEntries)).await;
    world.expect_skipped(world.entry(Side::Buy), Reason::RulePositions).await;
    assert_eq!(world.placed(), 2, "entry and stop of the one that was copied: {:?}", world.fake.log());
}

/// Alerts need not name a price.
async fn a_signal_without_a_price_has_slipped_from_the_markets(db: &TestDb) {
    let world = World::open(db).await;
    world.add_rule(rule(Scope::Person, Kind::Slippage, "1", RuleAction::StopEntries)).await;
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Open, "{:?}", world.last_copy().await);
}

/// An entry that was decided but certainly not sent is judged by the rules again.
async fn a_resumed_entry_obeys_the_rules(db: &TestDb) {
    let world = World::open(db).await;
    world.add_rule(rule(Scope::Person, Kind::SignalAge, "5", RuleAction::StopEntries)).await;
    world.fake.state.lock().unwrap().before_entry = Some(Box::new(|| panic!("the worker is killed")));
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Sending);
    world.clock.advance(10 * SECOND);
    order::sweep(&world.desk).await.unwrap();
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Failed, Some(Reason::RuleSignalAge)), "{copy:?}");
    assert_eq!(world.placed(), 0);
}

async fn the_limit_of_a_follow_is_one_of_its_rules(db: &TestDb) {
    let world = World::open(db).await;
    let set = async |limit| {
        let change = FollowChange { daily_loss_limit_usd: Some(limit), ..FollowChange::default() };
        follow::update_follow(&world.desk, &world.follower, world.follow, change).await.unwrap()
    };
    assert_eq!(set(Some(d("50"))).await.daily_loss_limit_usd, Some(d("50")));
    let rules = risk::list_rules(&world.desk, &world.follower).await.unwrap();
    let found: Vec<_> =
        rules.iter().map(|rule| (rule.scope, rule.terms.kind, rule.terms.threshold)).collect();
    assert_eq!(found, [(Scope::Follow(world.follow), Kind::DayLoss, d("50"))]);
    let change = RuleChange { threshold: Some(d("70")), ..RuleChange::default() };
    risk::change_rule(&world.desk, &world.follower, rules[0].id, change).await.unwrap();
    let page = follow::get_follow(&world.desk, &world.follower, world.follow).await.unwrap();
    assert_eq!(page.daily_loss_limit_usd, Some(d("70")));
    assert_eq!(set(None).await.daily_loss_limit_usd, None);
    assert!(risk::list_rules(&world.desk, &world.follower).await.unwrap().is_empty());
}

async fn a_rule_is_its_owners(db: &TestDb) {
    let world = World::open(db).await;
    let new = rule(Scope::Key(world.key), Kind::DayLoss, "50", RuleAction::StopEntries);
    let id = world.add_rule(new).await.id;
    let again = risk::create_rule(&world.desk, &world.follower, new).await;
    match again {
        Err(Error::Fields(fields)) => assert_eq!(fields[0].problem, Problem::RuleExists),
        other => panic!("{other:?}"),
    }
    let other = &world.admin;
    assert!(matches!(risk::get_rule(&world.desk, other, id).await, Err(Error::NotFound)));
    assert!(matches!(risk::resume_rule(&world.desk, other, id).await, Err(Error::NotFound)));
    assert!(matches!(risk::remove_rule(&world.desk, other, id).await, Err(Error::NotFound)));
    assert!(matches!(risk::create_rule(&world.desk, other, new).await, Err(Error::Fields(_))));
    assert!(matches!(risk::preview(&world.desk, other, new).await, Err(Error::Fields(_))));
}

/// The watch judges users for an hour after their last copy; later the rule is found broken by an entry.
async fn a_loss_found_at_an_entry_is_a_trip(db: &TestDb) {
    let world = World::open(db).await;
    let id = world.add_rule(rule(Scope::Person, Kind::LossStreak, "1", RuleAction::StopEntries)).await.id;
    world.give(world.entry(Side::Buy)).await;
    world.give(world.exit()).await;
    db.execute("update copies set profit_usd = '-60' where action = 'ENTER'").await;
    world.watch_after(2 * 3_600).await;
    assert_eq!(world.rule(id).await.trip, None, "it is not watched any more");
    world.expect_skipped(world.entry(Side::Buy), Reason::LossStreak).await;
    assert_eq!(world.rule(id).await.trip.map(|trip| trip.seen), Some(d("1")));
    world.expect_skipped(world.entry(Side::Buy), Reason::LossStreak).await;
    assert_eq!(risk::list_trips(&world.desk, &world.follower).await.unwrap().len(), 1, "told once");
}

async fn the_preview_judges_past_copies(db: &TestDb) {
    let world = World::open(db).await;
    world.give(world.entry(Side::Buy)).await;
    world.give(world.exit()).await;
    db.execute("update copies set profit_usd = '-60' where action = 'ENTER'").await;
    world.give(world.entry(Side::Buy)).await;
    let new = rule(Scope::Follow(world.follow), Kind::DayLoss, "50", RuleAction::Flatten);
    let preview = risk::preview(&world.desk, &world.follower, new).await.unwrap();
    assert_eq!(
        (preview.copies, preview.replay.stopped.len(), preview.replay.skipped),
        (2, 1, 1),
        "{preview:?}"
    );
    assert!(preview.replay.closed.is_empty(), "nothing was open when the loss was known");
    assert!(risk::list_rules(&world.desk, &world.follower).await.unwrap().is_empty(), "nothing is stored");
}

store::each_engine!(
    a_loss_trips_once_and_stops_entries_until_its_owner_resumes,
    one_bad_reading_closes_nothing_and_two_close_once,
    a_rejected_close_is_repeated_and_notified_once,
    every_kind_of_loss_skips_an_entry,
    every_bound_of_an_entry_skips_it,
    a_signal_without_a_price_has_slipped_from_the_markets,
    a_resumed_entry_obeys_the_rules,
    the_limit_of_a_follow_is_one_of_its_rules,
    a_rule_is_its_owners,
    a_loss_found_at_an_entry_is_a_trip,
    the_preview_judges_past_copies,
);

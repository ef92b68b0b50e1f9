//! Automation of open trades: breakeven after a take-profit, a trailing stop, and a time limit.

use super::{
    ENTRY, RESCUE, TARGET, World,
    changes::{MOVED, remove, stop},
    desk,
    fake::{Fault, btc, d},
    limit, ticket, world,
};
use domain::{
    Decimal,
    copy::Exit,
    trade::{Automation, AutomationChange, ChangeKind, PriceSource, Setting, TargetShare, TradeChange},
    validation::Problem,
};
use service::{
    Error, SharedDesk,
    trading::order::{
        self, NewTrade, Part, automation,
        trade::{self, AutomationView, TradeStatus, TradeView},
    },
};
use store::testing::TestDb;

/// Rounds until something that is due has certainly happened, and rounds in which nothing may happen.
const ENOUGH: usize = 120;
const A_FEW: usize = 12;

fn breakeven_after(number: u16) -> AutomationChange {
    AutomationChange { breakeven_after: Setting::Set(number), ..AutomationChange::default() }
}

fn trailing(percent: &str) -> AutomationChange {
    AutomationChange { trailing_percent: Setting::Set(d(percent)), ..AutomationChange::default() }
}

fn time_limit(minutes: u32) -> AutomationChange {
    AutomationChange { time_limit: Setting::Set(minutes), ..AutomationChange::default() }
}

fn problem(result: Result<(), Error>) -> (String, Problem) {
    match result {
        Err(Error::Fields(mut problems)) if problems.len() == 1 => {
            let problem = problems.remove(0);
            (problem.field, problem.problem)
        }
        other => panic!("expected one problem, got {other:?}"),
    }
}

impl World {
    async fn automate(&self, automation: AutomationChange) -> Result<(), Error> {
        self.change(TradeChange { automation, ..TradeChange::default() }).await
    }

    fn price(&self, price: &str) {
        self.fake.state.lock().unwrap().price = d(price);
    }

    async fn view(&self, id: domain::IntentId) -> TradeView {
        trade::get_trade(&self.desk, &self.actor, id).await.unwrap()
    }

    async fn automation(&self) -> Option<AutomationView> {
        self.view(self.trade().await.id).await.automation
    }

    /// Runs rounds of `desk` until this is the only open stop.
    async fn until_stop(&self, desk: &SharedDesk, price: &str) {
        for _ in 0..ENOUGH {
            automation::tick(desk).await.unwrap();
            if self.open_stops() == [Some(d(price))] {
                return;
            }
        }
        panic!("the stop is at {:?}, not at {price}", self.open_stops());
    }

    /// Runs some rounds, after which this is still the only open stop.
    async fn stop_stays(&self, desk: &SharedDesk, price: &str) {
        for _ in 0..A_FEW {
            automation::tick(desk).await.unwrap();
            assert_eq!(self.open_stops(), [Some(d(price))]);
        }
    }
}

pub(crate) async fn the_stop_moves_to_breakeven_once_after_a_take_profit(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let id = world.trade().await.id;
    world.automate(breakeven_after(1)).await.unwrap();
    world.stop_stays(&world.desk, "19000").await;
    world.price("20100");
    world.fake.fill(TARGET, "0.025");
    world.until_stop(&world.desk, "20020.1").await;
    let view = world.view(id).await;
    let kinds: Vec<_> = view.changes.iter().map(|change| change.after.kind).collect();
    assert_eq!(kinds, [Some(ChangeKind::Protection), Some(ChangeKind::BreakevenAfter)]);
    let set = Automation { breakeven_after: Some(1), ..Automation::default() };
    assert_eq!(view.changes[0].after.automation, Some(set));
    assert!(view.automation.unwrap().breakeven_at.is_some());
    // Its owner decides afterwards, also across a restart.
    world.change(stop("19500")).await.unwrap();
    world.stop_stays(&world.desk, "19500").await;
    world.stop_stays(&desk(db, &world.fake), "19500").await;
}

pub(crate) async fn a_take_profit_that_filled_while_the_desk_was_off_moves_the_stop(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.automate(breakeven_after(1)).await.unwrap();
    world.fake.fill(TARGET, "0.025");
    // The price has returned: the old stop stays until the new one is possible.
    world.price("20010");
    let restarted = desk(db, &world.fake);
    world.stop_stays(&restarted, "19000").await;
    world.price("20050");
    world.until_stop(&restarted, "20020.1").await;
}

pub(crate) async fn breakeven_never_moves_a_stop_to_a_worse_price(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.automate(breakeven_after(1)).await.unwrap();
    world.price("20100");
    world.change(stop("20050")).await.unwrap();
    world.fake.fill(TARGET, "0.025");
    world.stop_stays(&world.desk, "20050").await;
    assert!(world.automation().await.unwrap().breakeven_at.is_some(), "it is done");
}

pub(crate) async fn a_trailing_stop_follows_the_peak_and_remembers_it(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let id = world.trade().await.id;
    world.automate(trailing("1")).await.unwrap();
    let version = world.trade().await.version;
    world.until_stop(&world.desk, "19800").await;
    world.price("20090");
    world.until_stop(&world.desk, "19889.1").await;
    let seen = world.view(id).await.version;
    assert_eq!((world.trade().await.version, seen), (version, version), "its owner may be editing it");
    world.price("19950");
    world.stop_stays(&world.desk, "19889.1").await;
    // A gain of less than a twentieth of the distance is no reason to move.
    world.price("20095");
    world.stop_stays(&world.desk, "19889.1").await;
    world.close_part(Part::Share(d("0.5"))).await.unwrap();
    world.price("19950");
    let restarted = desk(db, &world.fake);
    world.stop_stays(&restarted, "19889.1").await;
    let peak = trade::get_trade(&restarted, &world.actor, id).await.unwrap().automation.unwrap().peak;
    assert!(peak.is_some_and(|peak| peak >= d("20090")), "{peak:?}");
    world.price("20300");
    world.until_stop(&restarted, "20097").await;
    let view = world.view(id).await;
    let moves: Vec<_> =
        view.changes.iter().filter(|change| change.after.kind == Some(ChangeKind::Trail)).collect();
    assert_eq!(moves.len(), 3, "{moves:?}");
    assert_eq!(ChangeKind::Trail.decided_by_desk(), Some("desk (trailing stop)"));
}

pub(crate) async fn a_trailing_stop_that_is_refused_leaves_the_old_one_and_is_tried_again(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.fake.fault(MOVED, Fault::Refused(-2021));
    world.automate(trailing("1")).await.unwrap();
    automation::tick(&world.desk).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19000"))]);
    world.until_stop(&world.desk, "19800").await;
    order::protection::tick(&world.desk).await.unwrap();
    world.stop_stays(&world.desk, "19800").await;
}

pub(crate) async fn a_trade_is_closed_at_its_time_limit_and_its_owner_is_notified(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let id = world.trade().await.id;
    world.automate(time_limit(10)).await.unwrap();
    automation::tick(&world.desk).await.unwrap();
    assert_eq!(world.position(), d("0.05"));
    // The limit is reached while the desk is off.
    let restarted = desk(db, &world.fake);
    let mut row = world.view(id).await.row;
    for _ in 0..ENOUGH {
        automation::tick(&restarted).await.unwrap();
        order::protection::tick(&restarted).await.unwrap();
        row = world.view(id).await.row;
        if row.status == TradeStatus::Closed {
            break;
        }
    }
    assert_eq!((world.position(), world.open().len()), (Decimal::ZERO, 0));
    assert_eq!((row.status, row.exit_reason), (TradeStatus::Closed, Some(Exit::TimeLimit)));
    let last = world.view(id).await.changes.pop().unwrap();
    assert_eq!(last.after.kind, Some(ChangeKind::TimeLimit));
    assert_eq!((last.before.amount, last.after.amount), (Some(d("0.05")), Some(Decimal::ZERO)));
    let events = store::event::after(&**db, world.actor.user, 0, 100).await.unwrap();
    let told = |word: &str| events.iter().filter(|event| event.body.contains(word)).count();
    assert_eq!((told("TimeLimit"), told("ClosedWithoutStop")), (1, 0), "{events:?}");
}

/// Its owner must not read that a stop loss was rejected.
pub(crate) async fn an_entry_that_still_fills_ends_with_the_time_limit(db: &TestDb) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    world.fake.fill(ENTRY, "0.02");
    order::sweep(&world.desk).await.unwrap();
    let id = world.trade().await.id;
    world.automate(time_limit(10)).await.unwrap();
    let restarted = desk(db, &world.fake);
    let is_over = async || store::automation::is_over(&**db, id).await.unwrap();
    for _ in 0..ENOUGH {
        automation::tick(&restarted).await.unwrap();
        if is_over().await {
            break;
        }
    }
    assert!(is_over().await);
    // More of the entry fills before the supervisor closes the position, and the sweep finds it first.
    world.fake.fill(ENTRY, "0.01");
    order::sweep(&restarted).await.unwrap();
    for _ in 0..ENOUGH {
        order::protection::tick(&restarted).await.unwrap();
        if world.view(id).await.row.status == TradeStatus::Closed {
            break;
        }
    }
    assert_eq!((world.position(), world.open().len()), (Decimal::ZERO, 0));
    let row = world.view(id).await.row;
    assert_eq!((row.status, row.exit_reason), (TradeStatus::Closed, Some(Exit::TimeLimit)));
    let intent = store::intent::get_intent(&**db, id).await.unwrap().unwrap();
    assert_eq!(intent.status, store::intent::Status::Done);
    let events = store::event::after(&**db, world.actor.user, 0, 100).await.unwrap();
    assert!(!events.iter().any(|event| event.body.contains("ClosedWithoutStop")), "{events:?}");
}

pub(crate) async fn a_close_at_a_time_limit_that_is_refused_is_no_missing_stop(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.automate(time_limit(10)).await.unwrap();
    let restarted = desk(db, &world.fake);
    for _ in 0..20 {
        world.fake.fault(RESCUE, Fault::Refused(-1008));
    }
    for _ in 0..ENOUGH {
        automation::tick(&restarted).await.unwrap();
        order::protection::tick(&restarted).await.unwrap();
        if world.position().is_zero() {
            break;
        }
    }
    assert_eq!(world.position(), Decimal::ZERO, "it is closed as soon as the exchange accepts that");
    let events = store::event::after(&**db, world.actor.user, 0, 100).await.unwrap();
    let told = |word: &str| events.iter().filter(|event| event.body.contains(word)).count();
    assert_eq!((told("TimeLimit"), told("WithoutStop")), (1, 0), "{events:?}");
}

pub(crate) async fn a_stop_that_another_price_triggers_is_placed_again(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let by = |source| AutomationChange { trigger: Some(source), ..AutomationChange::default() };
    let before = world.fake.log().len();
    world.automate(by(PriceSource::Mark)).await.unwrap();
    let log = world.fake.log();
    assert_eq!(log[before..before + 2], ["place 100", "cancel 3"], "{log:?}");
    assert_eq!(world.open_stops(), [Some(d("19000"))]);
    world.automate(by(PriceSource::Mark)).await.unwrap();
    // A move keeps the price that triggers it, and the supervisor agrees.
    world.change(stop("19100")).await.unwrap();
    order::protection::tick(&world.desk).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19100"))]);
    let placed = world.fake.log().iter().filter(|line| line.starts_with("place 10")).count();
    assert_eq!(placed, 2, "the same setting again places nothing");
    world.automate(by(PriceSource::Last)).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19100"))]);
}

pub(crate) async fn settings_that_do_not_fit_a_trade_are_refused_and_end_with_its_stop(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let field = |name: &str, problem| (name.to_owned(), problem);
    let refused = problem(world.automate(breakeven_after(3)).await);
    assert_eq!(refused, field("breakevenAfter", Problem::NotTargetNumber));
    let refused = problem(world.automate(trailing("51")).await);
    assert_eq!(refused, field("trailingPercent", Problem::NotTrailingPercent));
    let ranges = AutomationChange { trailing_atr: Some(d("2")), ..AutomationChange::default() };
    assert_eq!(problem(world.automate(ranges).await), field("trailingAtr", Problem::TooFewCandles));
    assert!(world.automation().await.is_none(), "nothing has changed");
    let all = AutomationChange { time_limit: Setting::Set(90), ..trailing("1") };
    world.automate(AutomationChange { breakeven_after: Setting::Set(2), ..all }).await.unwrap();
    world.change(remove(true)).await.unwrap();
    let left = world.automation().await.unwrap().settings;
    assert_eq!(left, Automation { time_limit: Some(90), ..Automation::default() });
    for _ in 0..A_FEW {
        automation::tick(&world.desk).await.unwrap();
    }
    assert!(world.open_stops().is_empty(), "a trade without a stop has none to trail");
    let refused = problem(world.automate(trailing("1")).await);
    assert_eq!(refused, field("trailingPercent", Problem::NeedsStop));
}

pub(crate) async fn a_trade_is_opened_with_its_settings(db: &TestDb) {
    let world = world(db).await;
    let targets = [("20100", "0.5"), ("20200", "0.5")];
    let targets = targets.map(|(price, share)| TargetShare { price: d(price), share: d(share) });
    let automation = AutomationChange { trigger: Some(PriceSource::Mark), ..trailing("1") };
    let new = |automation| NewTrade {
        order: ticket().check().unwrap(),
        targets: targets.to_vec(),
        replace: false,
        automation,
    };
    let open = |automation| order::open_trade(&world.desk, &world.actor, world.key, new(automation), None);
    let refused = problem(open(breakeven_after(3)).await.map(drop));
    assert_eq!(refused, ("breakevenAfter".to_owned(), Problem::NotTargetNumber));
    let id = open(automation).await.unwrap();
    let settings = world.view(id).await.automation.unwrap().settings;
    let expected =
        Automation { trailing_percent: Some(d("1")), trigger: PriceSource::Mark, ..Automation::default() };
    assert_eq!(settings, expected);
    world.until_stop(&world.desk, "19800").await;
    order::close_position(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    for _ in 0..A_FEW {
        automation::tick(&world.desk).await.unwrap();
    }
    assert!(world.open().is_empty(), "nothing is done with a trade that has ended");
}

//! Copies on an in-memory exchange: clocks are set back, processes are frozen and exits are refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod ahead;
mod crowd;
mod earned;
#[path = "../orders/fake.rs"]
#[allow(dead_code, reason = "shared with the tests of orders")]
mod fake;
mod first_day;
mod own_sources;
mod partial;
mod risk;
mod rule_changes;
mod world;

use domain::{
    MarginMode, Side,
    copy::{Exit, Reason, Status},
    signal::Action,
};
use fake::{Fault, d};
use service::{
    Error,
    following::{
        copy, follow,
        signal::{self, NewSignal},
        strategy::{self, SignalRequest},
    },
    identity::person::{self, By, UserAction},
    messaging::notify,
    trading::order,
};
use store::testing::TestDb;
use world::{SECOND, World};

/// The leg of an exit that closes the position.
const CLOSE: u16 = 1;
/// The stop of an entry.
const STOP: u16 = 3;

/// Ids and times of signals come from wall clocks; the order of signals does not.
async fn exit_after_the_clock_was_set_back(db: &TestDb, seconds: i64) {
    let world = World::open(db).await;
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Open, "{:?}", world.last_copy().await);
    world.clock.advance(-seconds * SECOND);
    world.give(world.exit()).await;
    let exit = world.last_copy().await;
    assert_eq!((exit.status, exit.reason), (Status::Closed, None), "{exit:?}");
    assert!(world.position().is_zero());
    // The strategy continues: its next entry is the newest signal.
    world.give(world.entry(Side::Sell)).await;
    let next = world.last_copy().await;
    assert_eq!((next.status, next.reason), (Status::Open, None), "{next:?}");
}

async fn an_exit_is_carried_out_although_the_clock_went_back_5_seconds(db: &TestDb) {
    exit_after_the_clock_was_set_back(db, 5).await;
}

async fn an_exit_is_carried_out_although_the_clock_went_back_60_seconds(db: &TestDb) {
    exit_after_the_clock_was_set_back(db, 60).await;
}

async fn of_two_desks_with_different_clocks_the_later_signal_wins(db: &TestDb) {
    let world = World::open(db).await;
    let ahead = world.another_desk(db, 60 * SECOND);
    signal::accept(&ahead, world.entry(Side::Sell)).await.unwrap();
    world.give(world.entry(Side::Buy)).await;
    let copies = world.copies().await;
    assert_eq!(copies[0].reason, Some(Reason::Superseded), "{:?}", copies[0]);
    assert_eq!((copies[1].status, copies[1].reason), (Status::Open, None), "{:?}", copies[1]);
    assert!(world.position().is_sign_positive());
}

/// A process frozen between its decision and the entry sends nothing late.
async fn an_entry_is_not_sent_after_its_signals_age(db: &TestDb) {
    let world = World::open(db).await;
    let clock = std::sync::Arc::clone(&world.clock);
    world.fake.state.lock().unwrap().before_entry = Some(Box::new(move || clock.advance(150 * SECOND)));
    world.give(world.entry(Side::Buy)).await;
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Failed, Some(Reason::TooOld)), "{copy:?}");
    assert_eq!(world.placed(), 0, "{:?}", world.fake.log());
    assert!(world.position().is_zero());
}

/// An entry that was decided but certainly not sent is judged by the rule for new entries.
async fn a_resumed_entry_is_judged_like_a_new_one(db: &TestDb) {
    let world = World::open(db).await;
    // The worker is killed between the commit of the intent and its entry.
    world.fake.state.lock().unwrap().before_entry = Some(Box::new(|| panic!("the worker is killed")));
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Sending);
    copy::pause_all(&world.desk, &world.admin, true).await.unwrap();
    order::sweep(&world.desk).await.unwrap();
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Failed, Some(Reason::AllPaused)), "{copy:?}");
    assert_eq!(world.placed(), 0);
}

/// The page with a user's follows and the workers give the same reason.
async fn the_page_and_the_worker_agree(db: &TestDb) {
    let world = World::open(db).await;
    world.switch_key(false).await;
    copy::pause_all(&world.desk, &world.admin, true).await.unwrap();
    for expected in [Reason::KeyInactive, Reason::AllPaused] {
        let page = follow::get_follow(&world.desk, &world.follower, world.follow).await.unwrap();
        assert_eq!(page.blocked, Some(expected));
        world.give(world.entry(Side::Buy)).await;
        assert_eq!(world.last_copy().await.reason, Some(expected));
        world.switch_key(true).await;
    }
}

/// A pause that another instance has written takes effect with the next copy: nothing is remembered of the time before.
async fn a_pause_on_one_instance_holds_on_every_other(db: &TestDb) {
    let world = World::open(db).await;
    let other = world.another_desk(db, 0);
    world.give(world.entry(Side::Buy)).await;
    world.give(world.exit()).await;
    let placed = world.placed();
    world.accept(world.entry(Side::Buy)).await;
    copy::pause_all(&other, &world.admin, true).await.unwrap();
    world.work_off().await;
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Skipped, Some(Reason::AllPaused)), "{copy:?}");
    assert_eq!(world.placed(), placed);
    copy::pause_all(&other, &world.admin, false).await.unwrap();
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Open);
}

/// Before an admin sends a signal to everyone, they see how many accounts it reaches and about how much it trades.
async fn a_manual_signal_is_previewed_with_its_accounts_and_value(db: &TestDb) {
    let world = World::open(db).await;
    let id = world.entry(Side::Buy).strategy;
    let enter = SignalRequest {
        action: Action::Enter,
        side: Some(Side::Buy),
        price: None,
        stop: Some(d("19800")),
        targets: Vec::new(),
    };
    let exit = SignalRequest { action: Action::Exit, side: None, stop: None, ..enter.clone() };
    let preview = async |request: &SignalRequest| {
        strategy::preview_signal(&world.desk, &world.admin, id, request).await.unwrap()
    };
    let known = preview(&enter).await;
    assert_eq!((known.accounts, known.unknown, known.quote.as_str()), (1, 0, "USDT"));
    assert!(known.value.is_some_and(|value| value > d("100")), "{known:?}");
    assert_eq!(world.placed(), 0, "a preview sends nothing");
    assert_eq!(preview(&exit).await.accounts, 0);

    world.give(world.entry(Side::Buy)).await;
    let amount = world.last_copy().await.amount.unwrap().0;
    let open = preview(&exit).await;
    assert_eq!((open.accounts, open.value), (1, Some(amount * d("20000"))));
    let refused = strategy::preview_signal(&world.desk, &world.follower, id, &exit).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
}

/// A refused exit stays queued until the position is closed; its owner is notified once of the delay.
async fn a_refused_exit_is_tried_again_until_the_position_is_closed(db: &TestDb) {
    let world = World::open(db).await;
    world.give(world.entry(Side::Buy)).await;
    // Each attempt tries for twelve seconds before it returns the exit to its queue.
    for _ in 0..30 {
        world.fake.fault(CLOSE, Fault::Refused(-2019));
    }
    world.give(world.exit()).await;
    let (mut attempts, mut waited) = (0, 0);
    while world.last_copy().await.status == Status::Queued {
        let exit = world.last_copy().await;
        assert!(exit.attempts >= attempts && !world.position().is_zero(), "{exit:?}");
        waited = if exit.attempts > attempts { 0 } else { waited + 1 };
        assert!(waited < 31, "attempt {attempts} is not repeated: {exit:?}");
        attempts = exit.attempts;
        world.clock.advance(SECOND);
        world.work_off().await;
    }
    assert!(attempts > 1, "{attempts}");
    assert!(world.position().is_zero());
    let copies = world.copies().await;
    assert_eq!((copies[0].status, copies[0].exit_reason), (Status::Closed, Some(Exit::Signal)));
    assert_eq!((copies[1].status, copies[1].reason), (Status::Closed, None), "{:?}", copies[1]);
    world.clock.advance(6 * SECOND);
    notify::gather(&world.desk).await.unwrap();
    let mails = notify::list(&world.desk, &world.admin, &notify::Search::first(100)).await.unwrap();
    let late: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("isn't closed yet")).collect();
    assert_eq!(late.len(), 1, "{mails:?}");
    assert!(late[0].body.contains("-2019"), "{}", late[0].body);
}

/// A follower whose account is frozen or suspended gets no new copies; open copies are closed by their
/// strategy as usual.
async fn closed_account(db: &TestDb, close: UserAction, open: UserAction, reason: Reason) {
    let world = World::open(db).await;
    let act = async |step| person::act_on_user(&world.desk, By::CommandLine, world.follower.user, step).await;
    world.give(world.entry(Side::Buy)).await;
    assert_eq!(world.last_copy().await.status, Status::Open);
    act(close).await.unwrap();
    world.give(world.exit()).await;
    assert!(world.position().is_zero(), "{:?}", world.last_copy().await);
    world.give(world.entry(Side::Sell)).await;
    let copy = world.last_copy().await;
    assert_eq!((copy.status, copy.reason), (Status::Skipped, Some(reason)), "{copy:?}");
    assert!(world.position().is_zero());
    act(open).await.unwrap();
    world.give(world.entry(Side::Sell)).await;
    assert_eq!(world.last_copy().await.status, Status::Open);
}

async fn a_frozen_account_takes_no_entries_and_its_exits_go_on(db: &TestDb) {
    closed_account(db, UserAction::Freeze, UserAction::Unfreeze, Reason::AccountFrozen).await;
}

async fn a_suspended_account_takes_no_entries_and_its_exits_go_on(db: &TestDb) {
    closed_account(db, UserAction::Suspend, UserAction::Unsuspend, Reason::AccountSuspended).await;
}

/// The account is frozen after the worker's check, before the entry's rows are committed.
async fn a_freeze_between_decision_and_commit_stops_the_entry(db: &TestDb) {
    let world = World::open(db).await;
    let now = world.desk.clock.now();
    let mut tx = world.desk.db.begin().await.unwrap();
    store::user::set_frozen(&mut tx, world.follower.user, Some(now), now).await.unwrap();
    assert!(!store::follow::begin_copy(&mut tx, world.follow, now).await.unwrap());
    store::user::set_frozen(&mut tx, world.follower.user, None, now).await.unwrap();
    assert!(store::follow::begin_copy(&mut tx, world.follow, now).await.unwrap());
}

/// In isolated mode, only its own margin backs the position, and it would be liquidated before its stop. In
/// crossed mode, the whole account does.
async fn a_stop_beyond_liquidation_is_skipped_on_an_isolated_account(db: &TestDb) {
    let world = World::open(db).await;
    // At the stop, a position of 0.196 BTC loses 196 USDT.
    let far = || NewSignal { stop: Some(d("19000")), ..world.entry(Side::Buy) };
    let account = |mode: MarginMode, free: &str| {
        let mut state = world.fake.state.lock().unwrap();
        state.margin_mode = Some(mode);
        state.free = Some(d(free));
    };
    // Of 200 USDT, some are kept for fees, and the rest is less than that.
    account(MarginMode::Isolated, "200");
    world.give(far()).await;
    let copy = world.last_copy().await;
    let decided = (copy.status, copy.reason);
    assert_eq!(decided, (Status::Skipped, Some(Reason::StopBeyondLiquidation)), "{copy:?}");
    assert_eq!(world.placed(), 0, "{:?}", world.fake.log());

    for (mode, free) in [(MarginMode::Isolated, "10000"), (MarginMode::Crossed, "200")] {
        account(mode, free);
        world.give(far()).await;
        let copy = world.last_copy().await;
        assert_eq!((copy.status, copy.reason), (Status::Open, None), "{copy:?}");
        assert_eq!(copy.amount.as_ref().map(|amount| amount.0), Some(d("0.196")));
        world.give(world.exit()).await;
        assert!(world.position().is_zero());
    }
}

/// Rescues of copies trip the breaker. While it is tripped, no entry of a copy is sent.
async fn many_rescues_of_copies_suspend_their_entries(db: &TestDb) {
    let world = World::open(db).await;
    let suspended = Some("wait:breaker-open");
    let entries = || world.fake.log().iter().filter(|request| request.as_str() == "place 2").count();
    // A rescue takes a second: within a minute, there is one more than the breaker allows.
    for _ in 0..21 {
        world.fake.fault(STOP, Fault::Refused(-2021));
        world.give(world.entry(Side::Buy)).await;
    }
    let copies = world.copies().await;
    let (last, rescued) = copies.split_last().unwrap();
    assert_eq!(rescued.len(), 20);
    for copy in rescued {
        assert_eq!((copy.status, copy.reason), (Status::Failed, Some(Reason::StopRefused)), "{copy:?}");
    }
    assert_eq!(last.status, Status::Sending, "{last:?}");
    assert!(!world.position().is_zero(), "closing positions is suspended, too");

    world.give(world.entry(Side::Buy)).await;
    let waiting = world.last_copy().await;
    assert_eq!((waiting.status, waiting.detail.as_deref()), (Status::Queued, suspended), "{waiting:?}");
    assert_eq!(entries(), 21, "{:?}", world.fake.log());
    // Ten minutes later, only the copy that is not settled is in the way.
    world.clock.advance(600 * SECOND);
    world.give(world.entry(Side::Buy)).await;
    let next = world.last_copy().await;
    assert_ne!(next.detail.as_deref(), suspended, "{next:?}");
    assert_eq!(entries(), 21, "{:?}", world.fake.log());
}

store::each_engine!(
    a_frozen_account_takes_no_entries_and_its_exits_go_on,
    a_suspended_account_takes_no_entries_and_its_exits_go_on,
    a_freeze_between_decision_and_commit_stops_the_entry,
    an_exit_is_carried_out_although_the_clock_went_back_5_seconds,
    an_exit_is_carried_out_although_the_clock_went_back_60_seconds,
    of_two_desks_with_different_clocks_the_later_signal_wins,
    an_entry_is_not_sent_after_its_signals_age,
    a_resumed_entry_is_judged_like_a_new_one,
    the_page_and_the_worker_agree,
    a_pause_on_one_instance_holds_on_every_other,
    a_manual_signal_is_previewed_with_its_accounts_and_value,
    a_refused_exit_is_tried_again_until_the_position_is_closed,
    a_stop_beyond_liquidation_is_skipped_on_an_isolated_account,
    many_rescues_of_copies_suspend_their_entries,
);

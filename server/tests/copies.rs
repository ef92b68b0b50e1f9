//! Copies against the real sandbox behind a real desk: which followers trade what, which do not and why, and
//! how copies end. The market moves by command only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod world;

use domain::{
    Decimal, OrderType, Side,
    copy::{Exit, Paused, Reason, Status},
    signal::Action,
};
use service::{
    following::{copy, panic, signal},
    messaging::notify,
};
use std::collections::HashSet;
use store::testing::TestDb;
use world::{Change, Follower, World, d};

async fn every_follower_trades_at_their_own_risk(db: &TestDb) {
    let world = World::open(db).await;
    let careful = world.follower("CONSERVATIVE").await;
    let bold = world.follower("AGGRESSIVE").await;
    world.enter(Side::Buy, "9900", &["10200", "10400"]).await;
    let mut sizes = Vec::new();
    for (follower, percent) in [(&careful, "1.5"), (&bold, "3")] {
        let copy = follower.last_copy(&world).await;
        assert_eq!((copy.status, copy.reason), (Status::Open, None), "{:?}", copy.detail);
        let (amount, entry) = (copy.amount.unwrap().0, copy.entry_price.unwrap().0);
        let risked = amount * (entry - d("9900"));
        let chosen = d("10000") * d(percent) / Decimal::ONE_HUNDRED;
        assert!(risked < chosen && risked > chosen * d("0.8"), "{percent} %: {risked} of {chosen}");
        let orders = follower.open_orders(&world).await;
        let mut kinds: Vec<_> = orders.iter().map(|o| o.kind.word()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["stop_market", "take_profit", "take_profit"]);
        let shares: Decimal =
            orders.iter().filter(|o| o.kind == OrderType::TakeProfit).filter_map(|o| o.amount).sum();
        assert_eq!(shares, amount, "the targets share the whole position");
        let position = follower.position(&world).await.unwrap();
        assert_eq!(position.contracts, amount);
        // Binance reports a position's entry price to five places, an order's average to more.
        let off = (position.entry_price - entry).abs();
        assert!(off <= d("0.00001"), "{} of {entry}", position.entry_price);
        assert_eq!(i64::from(position.leverage), copy.leverage.unwrap());
        sizes.push(amount);
    }
    assert!(sizes[1] > sizes[0] + sizes[0] * d("0.9"), "twice the risk, about twice the size: {sizes:?}");
    let mut placed = HashSet::new();
    for follower in [&careful, &bold] {
        assert!(placed.insert(follower.last_copy(&world).await.order_id.unwrap()));
    }
}

async fn a_copied_trade_is_notified_once(db: &TestDb) {
    let world = World::open(db).await;
    let (one, two) = (world.follower("CONSERVATIVE").await, world.follower("AGGRESSIVE").await);
    world.enter(Side::Buy, "9900", &["10200", "10400"]).await;
    let reported = async |follower: &Follower| {
        world.server.clock.advance(6 * 1_000_000);
        notify::gather(&world.server.desk).await.unwrap();
        let all = notify::list(&world.server.desk, &world.admin, &notify::Search::first(100)).await.unwrap();
        // The mail about the connected key does not count.
        let of_copies = |subject: &str| !subject.starts_with("Exchange key");
        all.into_iter()
            .filter(|mail| mail.to == follower.actor.email && of_copies(&mail.subject))
            .collect::<Vec<_>>()
    };
    for follower in [&one, &two] {
        let mails = reported(follower).await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].subject, "New order: buy BTC/USDT");
        assert!(mails[0].body.contains("Account: Copies\nStrategy: Test"), "{}", mails[0].body);
    }
    world.server.price("BTC/USDT", "9890").await;
    for _ in 0..2 {
        world.reconcile_copies().await;
        for follower in [&one, &two] {
            let mails = reported(follower).await;
            assert_eq!(mails.len(), 2, "{mails:?}");
            assert_eq!(mails[0].subject, "Stop loss hit: BTC/USDT");
            assert!(mails[0].body.contains("Result: −"), "{}", mails[0].body);
            assert!(mails[0].body.contains(" USD (−1."), "{}", mails[0].body);
        }
    }
}

async fn each_order_that_closed_a_share_is_notified_with_its_own_result(db: &TestDb) {
    let world = World::open(db).await;
    let follower = world.follower("MODERATE").await;
    world.enter(Side::Buy, "9900", &["10200", "10400"]).await;
    for price in ["10250", "9890"] {
        world.server.price("BTC/USDT", price).await;
        world.reconcile_copies().await;
    }
    assert_eq!(follower.last_copy(&world).await.exit_reason, Some(Exit::Stop));
    world.server.clock.advance(6 * 1_000_000);
    notify::gather(&world.server.desk).await.unwrap();
    let all = notify::list(&world.server.desk, &world.admin, &notify::Search::first(100)).await.unwrap();
    let result = |subject: &str| {
        let mail = all.iter().find(|m| m.to == follower.actor.email && m.subject == subject).unwrap();
        mail.body.split_once("Result: ").unwrap().1.chars().next().unwrap()
    };
    assert_eq!((result("Take profit hit: BTC/USDT"), result("Stop loss hit: BTC/USDT")), ('+', '−'));
    // Pages show the last one as the end of the copy.
    let reported = store::event::after(&world.server.desk.db, follower.actor.user, 0, 50).await.unwrap();
    let reported: Vec<_> = reported.iter().map(|event| event.body.as_str()).collect();
    let words = ["\"Order\"", "TargetHit", "CopyEnded"];
    assert!(
        reported.len() == 3 && reported.iter().zip(words).all(|(body, word)| body.contains(word)),
        "{reported:?}"
    );
}

async fn a_repeated_signal_trades_only_once(db: &TestDb) {
    let world = World::open(db).await;
    let follower = world.follower("MODERATE").await;
    let alert =
        signal::NewSignal { external_id: Some("alert-1".into()), ..world.entry(Side::Buy, "9900", &[]) };
    let first = signal::accept(&world.server.desk, alert.clone()).await.unwrap();
    assert!(matches!(first, signal::Accepted::New(_)));
    world.work_off().await;
    let size = follower.position(&world).await.unwrap().contracts;
    // Repeated later: the stored signal counts.
    world.server.clock.advance(3_600 * 1_000_000);
    let again = signal::accept(&world.server.desk, alert.clone()).await.unwrap();
    assert_eq!(again, signal::Accepted::Repeated(stored(&world, &first).await));
    // Other content under the same id is not accepted as the same signal.
    let other = [
        signal::NewSignal { stop: Some(d("1")), ..alert.clone() },
        signal::NewSignal { side: Some(Side::Sell), ..alert.clone() },
        signal::NewSignal { action: Action::Exit, side: None, stop: None, ..alert },
    ];
    for other in other {
        match signal::accept(&world.server.desk, other).await {
            Err(service::Error::Fields(all)) => {
                let found = (all[0].field.as_str(), all[0].problem);
                assert_eq!(found, ("id", domain::validation::Problem::SignalIdReused));
            }
            other => panic!("{other:?}"),
        }
    }
    world.work_off().await;
    assert_eq!(follower.position(&world).await.unwrap().contracts, size);
    assert_eq!(follower.copies(&world).await.len(), 1);
}

async fn stored(world: &World, accepted: &signal::Accepted) -> store::signal::Signal {
    store::signal::get_signal(&world.server.desk.db, accepted.signal().id).await.unwrap().unwrap()
}

async fn a_follower_who_does_not_trade_sees_the_reason(db: &TestDb) {
    let world = World::open(db).await;
    let mut expected: Vec<(Follower, Reason)> = Vec::new();
    let paused = world.follower("MODERATE").await;
    world.change(&paused, |f| f.active = false).await;
    let panicked = world.follower("MODERATE").await;
    world.change(&panicked, |f| (f.active, f.paused_reason) = (false, Some(Paused::Panic))).await;
    let cautious = world.follower("AGGRESSIVE").await;
    world.change(&cautious, |f| f.max_leverage = Some(1)).await;
    let losing = world.follower("MODERATE").await;
    world.limit_loss(&losing, Decimal::ZERO).await;
    let by_hand = world.follower("MODERATE").await;
    by_hand.buy(&world, "0.01").await;
    let off = world.follower("MODERATE").await;
    world.switch_off(&off).await;
    let fine = world.follower("MODERATE").await;
    // The stop is so near that the size needs more than the available balance.
    world.enter(Side::Buy, "9980", &[]).await;
    expected.push((paused, Reason::Paused));
    expected.push((panicked, Reason::Panic));
    expected.push((cautious, Reason::Margin));
    expected.push((losing, Reason::DailyLoss));
    expected.push((off, Reason::KeyInactive));
    assert_eq!(
        by_hand.position(&world).await.unwrap().contracts,
        d("0.01"),
        "positions opened manually are not touched"
    );
    expected.push((by_hand, Reason::InPosition));
    for (follower, reason) in expected {
        let copy = follower.last_copy(&world).await;
        assert_eq!((copy.status, copy.reason), (Status::Skipped, Some(reason)), "{:?}", copy.detail);
        assert!(copy.finished_at.is_some() && !copy.reason.unwrap().text().is_empty());
    }
    assert_eq!(fine.last_copy(&world).await.status, Status::Open);
}

async fn between_signal_and_worker_anything_may_change(db: &TestDb) {
    let world = World::open(db).await;
    let follower = world.follower("MODERATE").await;
    let reasons = async |change: &dyn Fn() -> Change| {
        let accepted = world.send_signal(world.entry(Side::Buy, "9900", &[])).await;
        world.apply(&follower, change(), accepted.signal().strategy_id).await;
        world.work_off().await;
        let copy = follower.last_copy(&world).await;
        assert_eq!(copy.status, Status::Skipped);
        world.apply(&follower, Change::Undo, accepted.signal().strategy_id).await;
        copy.reason.unwrap()
    };

    assert_eq!(reasons(&|| Change::Paused).await, Reason::Paused);
    assert_eq!(reasons(&|| Change::Stopped).await, Reason::Stopped);
    assert_eq!(reasons(&|| Change::StrategyOff).await, Reason::StrategyInactive);
    assert_eq!(reasons(&|| Change::AllPaused).await, Reason::AllPaused);
    assert_eq!(reasons(&|| Change::Late).await, Reason::TooOld);
    assert_eq!(reasons(&|| Change::NewerSignal).await, Reason::Superseded);
    assert_eq!(reasons(&|| Change::PriceBelowStop).await, Reason::PastStop);
    assert!(follower.position(&world).await.is_none());
}

async fn bad_signals_are_refused_by_name_and_leave_nothing(db: &TestDb) {
    let world = World::open(db).await;
    let follower = world.follower("MODERATE").await;
    let entry = |stop: &str, targets: &[&str]| world.entry(Side::Buy, stop, targets);
    let late = Some(domain::Clock::now(&*world.server.clock).plus(-3_600 * 1_000_000));
    let early = Some(domain::Clock::now(&*world.server.clock).plus(3_600 * 1_000_000));
    use domain::validation::Problem as P;
    let cases = [
        (entry("10100", &[]), "stop", P::StopOnWrongSide),
        (entry("0", &[]), "stop", P::NotPositive),
        (entry("9900", &["9000"]), "targets", P::TargetOnWrongSide),
        (entry("9900", &["11000"; 26]), "targets", P::TooManyTargets),
        (signal::NewSignal { stop: None, ..entry("1", &[]) }, "stop", P::Required),
        (signal::NewSignal { side: None, ..entry("9900", &[]) }, "side", P::Required),
        (signal::NewSignal { price: Some(d("-1")), ..entry("9900", &[]) }, "price", P::NotPositive),
        (signal::NewSignal { sent_at: late, ..entry("9900", &[]) }, "time", P::TooOld),
        (signal::NewSignal { sent_at: early, ..entry("9900", &[]) }, "time", P::InFuture),
        (signal::NewSignal { external_id: Some("x".repeat(101)), ..entry("9900", &[]) }, "id", P::TooLong),
        (signal::NewSignal { external_id: Some(String::new()), ..entry("9900", &[]) }, "id", P::Required),
    ];
    for (bad, field, problem) in cases {
        match signal::accept(&world.server.desk, bad).await {
            Err(service::Error::Fields(all)) => {
                assert_eq!((all[0].field.as_str(), all[0].problem), (field, problem));
            }
            other => panic!("{field}: {other:?}"),
        }
    }
    let strangers =
        signal::NewSignal { strategy: domain::StrategyId(uuid::Uuid::nil()), ..entry("9900", &[]) };
    assert!(matches!(signal::accept(&world.server.desk, strangers).await, Err(service::Error::NotFound)));
    world.work_off().await;
    assert_eq!(follower.copies(&world).await.len(), 0);
}

async fn a_position_that_ends_ends_its_copy_with_its_result(db: &TestDb) {
    let world = World::open(db).await;
    let (stopped, won) = (world.follower("MODERATE").await, world.follower("MODERATE").await);
    world.enter(Side::Buy, "9900", &["10200"]).await;
    let entered = [stopped.last_copy(&world).await, won.last_copy(&world).await];
    assert!(entered.iter().all(|copy| copy.status == Status::Open));
    world.server.price("BTC/USDT", "9850").await;
    world.reconcile_copies().await;
    let copy = stopped.last_copy(&world).await;
    assert_eq!((copy.status, copy.exit_reason), (Status::Closed, Some(Exit::Stop)));
    let lost = copy.profit_usd.unwrap().0;
    assert!(lost < Decimal::ZERO && lost > d("-400"), "{lost}");
    assert!(copy.exit_price.unwrap().0 <= d("9900"));
    assert_eq!(stopped.open_orders(&world).await.len(), 0, "the target went with the position");
    let reported = store::event::after(&world.server.desk.db, stopped.actor.user, 0, 50).await.unwrap();
    assert!(reported.iter().any(|event| event.body.contains("CopyEnded")), "{reported:?}");

    // The next signal finds the account free again.
    world.server.price("BTC/USDT", "10000").await;
    world.enter(Side::Buy, "9900", &["10200"]).await;
    world.server.price("BTC/USDT", "10300").await;
    world.reconcile_copies().await;
    let copy = won.last_copy(&world).await;
    assert_eq!((copy.status, copy.exit_reason), (Status::Closed, Some(Exit::Target)), "{copy:?}");
    assert!(copy.profit_usd.unwrap().0 > Decimal::ZERO);
    assert_eq!(won.open_orders(&world).await.len(), 0);
}

async fn a_stream_reports_a_stop_without_an_inspection(db: &TestDb) {
    let world = World::open(db).await;
    let follower = world.follower("MODERATE").await;
    world.enter(Side::Buy, "9900", &["10200"]).await;
    world.server.control("events", &serde_json::json!({"duplicate": 100, "reorder": 50, "seed": 3})).await;
    let mut watch = service::trading::account_streams::AccountStreams::default();
    watch.round(&world.server.desk).await.unwrap();
    world.server.price("BTC/USDT", "9850").await;
    let ended = async {
        while follower.last_copy(&world).await.status == Status::Open {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), ended).await.expect("it is heard of");
    assert_eq!(follower.last_copy(&world).await.exit_reason, Some(Exit::Stop));
    assert_eq!(follower.open_orders(&world).await.len(), 0);
    let reported = store::event::after(&world.server.desk.db, follower.actor.user, 0, 50).await.unwrap();
    let ends = reported.iter().filter(|event| event.body.contains("CopyEnded")).count();
    assert_eq!(ends, 1, "reported once, however often it was received: {reported:?}");
}

async fn an_exit_closes_what_was_copied_and_nothing_else(db: &TestDb) {
    let world = World::open(db).await;
    let (copied, own) = (world.follower("MODERATE").await, world.follower("MODERATE").await);
    own.buy(&world, "0.02").await;
    world.enter(Side::Buy, "9900", &["10200"]).await;
    world.leave().await;
    assert!(copied.position(&world).await.is_none());
    assert_eq!(copied.open_orders(&world).await.len(), 0);
    assert_eq!(own.position(&world).await.unwrap().contracts, d("0.02"));
    let [exit, entry] = &copied.copies(&world).await[..] else { panic!("an entry and an exit") };
    assert_eq!(
        (exit.action, exit.status, exit.exit_reason),
        (Action::Exit, Status::Closed, Some(Exit::Signal))
    );
    assert_eq!((entry.status, entry.exit_reason), (Status::Closed, Some(Exit::Signal)));
    assert!(entry.profit_usd.is_some());
    assert_eq!(own.last_copy(&world).await.reason, Some(Reason::NothingOpen));
}

async fn a_position_leaves_with_the_strategy_that_entered_it(db: &TestDb) {
    let world = World::open(db).await;
    let follower = world.follower("MODERATE").await;
    let other = world.another_strategy().await;
    world.enter(Side::Buy, "9900", &[]).await;
    world.change(&follower, |follow| follow.strategy_id = other).await;
    let leave = signal::NewSignal {
        action: Action::Exit,
        side: None,
        stop: None,
        ..world.entry(Side::Buy, "1", &[])
    };
    world.send_signal(signal::NewSignal { strategy: other, ..leave.clone() }).await;
    world.work_off().await;
    assert_eq!(follower.last_copy(&world).await.reason, Some(Reason::NothingOpen));
    assert!(follower.position(&world).await.is_some(), "it is not the new strategy's to close");
    world.send_signal(leave).await;
    world.work_off().await;
    assert!(follower.position(&world).await.is_none());
    let ended: Vec<_> = follower.copies(&world).await.into_iter().map(|copy| copy.exit_reason).collect();
    assert!(ended.contains(&Some(Exit::Signal)), "{ended:?}");
}

async fn the_other_side_closes_and_enters_and_the_same_side_waits(db: &TestDb) {
    let world = World::open(db).await;
    let follower = world.follower("MODERATE").await;
    world.enter(Side::Buy, "9900", &[]).await;
    world.enter(Side::Buy, "9800", &[]).await;
    assert_eq!(follower.last_copy(&world).await.reason, Some(Reason::InPosition));
    world.enter(Side::Sell, "10100", &["9800"]).await;
    let position = follower.position(&world).await.unwrap();
    assert_eq!(position.side, domain::PositionSide::Short);
    let copies = follower.copies(&world).await;
    let ends: Vec<_> = copies.iter().map(|c| (c.status, c.exit_reason)).collect();
    assert_eq!(
        ends,
        [(Status::Open, None), (Status::Skipped, None), (Status::Closed, Some(Exit::Signal))],
        "newest first"
    );
    assert_eq!(follower.open_orders(&world).await.len(), 2, "a stop and a target of the new one only");
}

async fn a_lost_stop_comes_back_or_the_position_goes(db: &TestDb) {
    let world = World::open(db).await;
    let follower = world.follower("MODERATE").await;
    world.enter(Side::Buy, "9900", &[]).await;
    follower.cancel_all(&world).await;
    assert_eq!(follower.open_orders(&world).await.len(), 0);
    world.reconcile_copies().await;
    let orders = follower.open_orders(&world).await;
    assert_eq!(
        orders.iter().map(|o| (o.kind, o.stop_price)).collect::<Vec<_>>(),
        [(OrderType::StopMarket, Some(d("9900")))]
    );
    assert_eq!(follower.last_copy(&world).await.status, Status::Open);

    // Again, and by now the price is where the stop would trigger immediately.
    follower.cancel_all(&world).await;
    world.server.price("BTC/USDT", "9890").await;
    world.reconcile_copies().await;
    assert!(follower.position(&world).await.is_none());
    assert_eq!(follower.last_copy(&world).await.exit_reason, Some(Exit::Unprotected));
    let reported = store::event::after(&world.server.desk.db, follower.actor.user, 0, 50).await.unwrap();
    for word in ["StopReplaced", "ClosedWithoutStop"] {
        assert!(reported.iter().any(|event| event.body.contains(word)), "{word}: {reported:?}");
    }
}

async fn panic_pauses_first_and_then_clears_everything(db: &TestDb) {
    let world = World::open(db).await;
    let (mine, other) = (world.follower("MODERATE").await, world.follower("MODERATE").await);
    world.enter(Side::Buy, "9900", &["10200"]).await;
    let desk = &world.server.desk;
    let accepted = world.send_signal(world.entry(Side::Sell, "10100", &[])).await;
    let report = panic::close_key(desk, &mine.actor, mine.key).await.unwrap();
    assert!(report.done(), "{report:?}");
    assert!(mine.position(&world).await.is_none());
    assert_eq!(mine.open_orders(&world).await.len(), 0);
    let copy = mine.copies(&world).await.pop().unwrap();
    assert_eq!((copy.status, copy.exit_reason), (Status::Closed, Some(Exit::Panic)));
    assert!(other.position(&world).await.is_some(), "no one else's");
    world.work_off().await;
    let waiting = store::copy::list_by_signal(&desk.db, accepted.signal().id, None, 9).await.unwrap();
    let reason = |f: &Follower| waiting.iter().find(|c| c.exchange_key_id == f.key).map(|c| c.reason);
    assert!(matches!(reason(&mine), None | Some(Some(Reason::Panic))), "{waiting:?}");
    assert_eq!(reason(&other), Some(None));

    // Repeated: there is nothing left to do, which is not an error.
    let again = panic::close_all_keys(desk, &mine.actor).await.unwrap();
    assert!(again.iter().all(panic::Report::done) && again.len() == 1);
    assert!(matches!(panic::close_key(desk, &other.actor, mine.key).await, Err(service::Error::NotFound)));
}

async fn the_operator_pauses_entries_and_never_exits(db: &TestDb) {
    let world = World::open(db).await;
    let follower = world.follower("MODERATE").await;
    world.enter(Side::Buy, "9900", &[]).await;
    let desk = &world.server.desk;
    assert!(matches!(copy::pause_all(desk, &follower.actor, true).await, Err(service::Error::Forbidden)));
    copy::pause_all(desk, &world.admin, true).await.unwrap();
    assert!(copy::paused_all(desk).await.unwrap().is_some());
    world.enter(Side::Sell, "10100", &[]).await;
    assert_eq!(follower.last_copy(&world).await.reason, Some(Reason::AllPaused));
    assert!(follower.position(&world).await.is_some());
    world.leave().await;
    assert!(follower.position(&world).await.is_none());
    copy::pause_all(desk, &world.admin, false).await.unwrap();
    world.enter(Side::Sell, "10100", &[]).await;
    assert_eq!(follower.last_copy(&world).await.status, Status::Open);
    let progress =
        copy::signal_progress(desk, &world.admin, follower.last_copy(&world).await.signal_id).await.unwrap();
    assert_eq!((progress.copies, progress.left), (1, 0));
}

async fn one_followers_failure_affects_no_other(db: &TestDb) {
    let world = World::open(db).await;
    let (refused, lost, fine) = (
        world.follower("MODERATE").await,
        world.follower("MODERATE").await,
        world.follower("MODERATE").await,
    );
    // The next stop order is rejected, and one response to an entry is lost.
    world
        .server
        .control(
            "fault",
            &serde_json::json!({"next": 1, "kind": "refuse", "path": "/fapi/v1/algoOrder", "method": "POST"}),
        )
        .await;
    world.server.control("fault", &serde_json::json!({"next": 1, "kind": "500", "path": "/fapi/v1/order", "method": "POST", "when": "after"})).await;
    world.enter(Side::Buy, "9900", &[]).await;
    let mut failed = 0;
    for follower in [&refused, &lost, &fine] {
        let copy = follower.last_copy(&world).await;
        match copy.status {
            Status::Open => {
                assert_eq!(follower.position(&world).await.unwrap().contracts, copy.amount.unwrap().0);
                assert_eq!(follower.open_orders(&world).await.len(), 1);
            }
            Status::Failed => {
                failed += 1;
                assert_eq!(copy.reason, Some(Reason::StopRefused));
                assert!(follower.position(&world).await.is_none(), "closed without its stop");
            }
            other => panic!("{other:?}: {copy:?}"),
        }
    }
    assert_eq!(failed, 1);
}

store::each_engine![
    every_follower_trades_at_their_own_risk,
    a_copied_trade_is_notified_once,
    each_order_that_closed_a_share_is_notified_with_its_own_result,
    a_repeated_signal_trades_only_once,
    a_follower_who_does_not_trade_sees_the_reason,
    between_signal_and_worker_anything_may_change,
    bad_signals_are_refused_by_name_and_leave_nothing,
    a_position_that_ends_ends_its_copy_with_its_result,
    a_stream_reports_a_stop_without_an_inspection,
    an_exit_closes_what_was_copied_and_nothing_else,
    a_position_leaves_with_the_strategy_that_entered_it,
    the_other_side_closes_and_enters_and_the_same_side_waits,
    a_lost_stop_comes_back_or_the_position_goes,
    panic_pauses_first_and_then_clears_everything,
    the_operator_pauses_entries_and_never_exits,
    one_followers_failure_affects_no_other,
];

//! Changes of an open trade, and the requests that change nothing.

use super::{ENTRY, STOP, TARGET, World, fake::Fault, idempotency, limit, ticket, world};
use crate::fake::{btc, d};
use domain::{
    Decimal, Order, Refusal,
    copy::Exit,
    ticket::{RawTicket, Stop},
    trade::{AutomationChange, ChangeKind, OpenTrade, StopChange, TargetShare, TradeChange},
    validation::Problem,
};
use service::{
    Error,
    trading::order::{
        self, AddSize, NewTrade, Part, TradeTarget,
        trade::{self, TradeStatus},
    },
};
use store::testing::TestDb;

/// The first leg of a moved stop and of new take-profits, and the leg that closes.
pub(crate) const MOVED: u16 = 100;
pub(crate) const NEW_TARGET: u16 = 20_000;
const CLOSE: u16 = 1;
/// The first leg that increases the position.
const ADDED: u16 = 30_000;

pub(crate) fn stop(price: &str) -> TradeChange {
    let stop = Stop { trigger: d(price), limit: None };
    TradeChange { stop: Some(StopChange::Set(stop)), ..TradeChange::default() }
}

pub(crate) fn targets(all: &[(&str, &str)]) -> TradeChange {
    let targets = all.iter().map(|(price, share)| TargetShare { price: d(price), share: d(share) });
    TradeChange { targets: Some(targets.collect()), ..TradeChange::default() }
}

pub(crate) fn remove(confirmed: bool) -> TradeChange {
    TradeChange { stop: Some(StopChange::Remove { confirmed }), ..TradeChange::default() }
}

impl World {
    pub(crate) async fn change(&self, change: TradeChange) -> Result<(), Error> {
        self.change_of(TradeTarget::default(), change).await
    }

    pub(crate) async fn change_of(&self, target: TradeTarget, change: TradeChange) -> Result<(), Error> {
        order::change_trade(&self.desk, &self.actor, self.key, &btc(), target, change).await
    }

    pub(crate) async fn close_part(&self, part: Part) -> Result<(), Error> {
        order::close_part(&self.desk, &self.actor, self.key, &btc(), (part, None), None).await
    }

    async fn add(&self, size: AddSize) -> Result<(), Error> {
        order::add_to_trade(&self.desk, &self.actor, self.key, &btc(), TradeTarget::default(), size).await
    }

    pub(crate) async fn trade(&self) -> OpenTrade {
        let state = order::account_state(&self.desk, &self.actor, self.key, &btc()).await.unwrap();
        state.trades.last().unwrap().clone()
    }

    pub(crate) fn open(&self) -> Vec<Order> {
        let state = self.fake.state.lock().unwrap();
        state.orders.iter().filter(|order| !order.is_final()).cloned().collect()
    }

    pub(crate) fn open_stops(&self) -> Vec<Option<Decimal>> {
        let stops = |order: &Order| order.reduce_only && order.price.is_none();
        self.open().iter().filter(|order| stops(order)).map(|order| order.stop_price).collect()
    }
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, Problem) {
    match result {
        Err(Error::Fields(mut problems)) if problems.len() == 1 => {
            let problem = problems.remove(0);
            (problem.field, problem.problem)
        }
        other => panic!("expected one problem, got {other:?}"),
    }
}

pub(crate) async fn a_stop_is_moved_by_placing_the_new_one_first(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let before = world.fake.log().len();
    world.change(stop("19500")).await.unwrap();
    let log = world.fake.log();
    assert_eq!(log[before..before + 2], ["place 100", "cancel 3"], "{log:?}");
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
    assert_eq!(world.fake.placed(MOVED)[0].amount, Some(d("0.05")));
    let trade = world.trade().await;
    assert_eq!(trade.stop, Some(Stop { trigger: d("19500"), limit: None }));
    // It stays where it is.
    order::protection::tick(&world.desk).await.unwrap();
    order::sweep(&world.desk).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
    world.change(stop("19600")).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19600"))], "and can be moved again");
}

pub(crate) async fn a_stop_becomes_a_limit_order_and_a_market_order_again(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let limit = Stop { trigger: d("19000"), limit: Some(d("18990")) };
    let change = TradeChange { stop: Some(StopChange::Set(limit)), ..TradeChange::default() };
    world.change(change).await.unwrap();
    assert_eq!(world.trade().await.stop, Some(limit));
    assert!(world.open_stops().is_empty(), "no market stop is left");
    world.change(stop("19000")).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19000"))]);
}

pub(crate) async fn a_stop_that_the_exchange_refuses_to_move_stays(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.fake.fault(MOVED, Fault::Refused(-2021));
    let refused = world.change(stop("19500")).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::ExchangeBadRequest))), "{refused:?}");
    assert_eq!(world.open_stops(), [Some(d("19000"))]);
    assert_eq!(world.trade().await.stop.unwrap().trigger, d("19000"));
    order::protection::tick(&world.desk).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19000"))]);
}

pub(crate) async fn a_stop_is_removed_only_when_confirmed_and_can_be_set_again(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let refused = problem(world.change(remove(false)).await);
    assert_eq!(refused, ("confirmNoStop".to_owned(), Problem::Required));
    world.change(remove(true)).await.unwrap();
    assert!(world.open_stops().is_empty());
    assert_eq!(world.trade().await.stop, None);
    order::protection::tick(&world.desk).await.unwrap();
    assert!(world.open_stops().is_empty(), "the supervisor places none");
    world.change(stop("19400")).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19400"))]);
    assert_eq!(world.trade().await.stop.unwrap().trigger, d("19400"));
}

pub(crate) async fn take_profits_are_replaced_with_unequal_shares(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.change(targets(&[("20300", "0.3"), ("20400", "0.5"), ("20500", "0.2")])).await.unwrap();
    let amounts: Vec<_> = (NEW_TARGET..NEW_TARGET + 3).map(|seq| world.fake.placed(seq)[0].amount).collect();
    assert_eq!(amounts, [Some(d("0.015")), Some(d("0.025")), Some(d("0.01"))]);
    assert!(world.fake.placed(TARGET).iter().all(Order::is_final), "the old ones are cancelled");
    let shown: Vec<_> = world.trade().await.targets.iter().map(|target| target.share).collect();
    assert_eq!(shown, [d("0.3"), d("0.5"), d("0.2")]);
    assert_eq!(world.open_stops(), [Some(d("19000"))], "the stop stays");
    world.change(targets(&[])).await.unwrap();
    assert!(world.trade().await.targets.is_empty());
    assert_eq!(world.open().len(), 1, "only the stop is left");
}

pub(crate) async fn a_part_is_closed_and_the_take_profits_fit_what_is_left(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.close_part(Part::Share(d("0.5"))).await.unwrap();
    assert_eq!(world.position(), d("0.025"));
    assert_eq!(world.open_stops(), [Some(d("19000"))], "the stop stays");
    let open: Decimal =
        world.open().iter().filter(|order| order.price.is_some()).filter_map(|o| o.amount).sum();
    assert_eq!(open, d("0.025"));
    world.close_part(Part::Amount(d("0.025"))).await.unwrap();
    assert_eq!(world.position(), Decimal::ZERO);
    assert!(world.open().is_empty(), "all of it is an ordinary close");
    assert!(matches!(world.close_part(Part::Share(d("0.5"))).await, Err(Error::NotFound)));
}

pub(crate) async fn a_lost_answer_closes_no_part_twice(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.fake.fault(CLOSE, Fault::AnswerLost);
    world.close_part(Part::Share(d("0.4"))).await.unwrap();
    assert_eq!(world.position(), d("0.03"));
    assert_eq!(world.fake.log().iter().filter(|line| *line == "place 1").count(), 1);
}

pub(crate) async fn breakeven_moves_the_stop_beyond_the_fees(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let market = btc();
    let at = || order::breakeven(&world.desk, &world.actor, world.key, &market, TradeTarget::default());
    let refused = problem(at().await);
    assert_eq!(
        refused,
        ("stopTriggerPrice".to_owned(), Problem::StopOnWrongSide),
        "it has not gained its fees"
    );
    world.fake.state.lock().unwrap().price = d("20050");
    at().await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("20020.1"))]);
}

pub(crate) async fn each_change_is_in_the_history_with_the_amounts_before_and_after(db: &TestDb) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    let id = world.trade().await.id;
    world.fake.fill(ENTRY, "0.04");
    order::sweep(&world.desk).await.unwrap();
    order::cancel_entries(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    world.close_part(Part::Share(d("0.25"))).await.unwrap();
    world.fake.state.lock().unwrap().price = d("20050");
    order::breakeven(&world.desk, &world.actor, world.key, &btc(), TradeTarget::default()).await.unwrap();
    let view = trade::get_trade(&world.desk, &world.actor, id).await.unwrap();
    let seen: Vec<_> = view
        .changes
        .iter()
        .map(|change| (change.after.kind, change.before.amount, change.after.amount))
        .collect();
    let some = |amount| Some(d(amount));
    let expected = [
        (Some(ChangeKind::CancelEntry), some("0.05"), some("0.04")),
        (Some(ChangeKind::Reduce), some("0.04"), some("0.03")),
        (Some(ChangeKind::Breakeven), None, None),
    ];
    assert_eq!(seen, expected);
    assert!(view.changes.iter().all(|change| change.user == world.actor.user));
}

pub(crate) async fn a_trade_that_its_owner_closes_ends_as_closed_manually(db: &TestDb) {
    let world = world(db).await;
    for whole in [true, false] {
        world.place(&ticket()).await.unwrap();
        let id = world.trade().await.id;
        if whole {
            order::close_position(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
        } else {
            let sell = RawTicket {
                side: Some("SELL".to_owned()),
                take_profit_prices: vec![],
                stop_trigger_price: Some("21000".to_owned()),
                ..ticket()
            };
            world.place(&sell).await.unwrap();
        }
        let mut row = trade::get_trade(&world.desk, &world.actor, id).await.unwrap().row;
        // A recent entry is not considered gone, so it takes several passes.
        for _ in 0..60 {
            if row.status == TradeStatus::Closed {
                break;
            }
            order::protection::tick(&world.desk).await.unwrap();
            row = trade::get_trade(&world.desk, &world.actor, id).await.unwrap().row;
        }
        assert_eq!((row.status, row.exit_reason), (TradeStatus::Closed, Some(Exit::Manual)), "{whole}");
    }
}

pub(crate) async fn the_plan_of_a_resting_entry_can_be_changed(db: &TestDb) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    world.change(stop("19500")).await.unwrap();
    world.change(targets(&[("20300", "0.8"), ("20400", "0.2")])).await.unwrap();
    let trade = world.trade().await;
    assert_eq!((trade.entered, trade.stop.unwrap().trigger), (d("0"), d("19500")));
    assert!(trade.entry.is_some());
    assert_eq!(world.open().len(), 1, "nothing but the entry is open");
    world.fake.fill(ENTRY, "0.05");
    order::sweep(&world.desk).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
    assert!(world.fake.placed(STOP).is_empty() && world.fake.placed(TARGET).is_empty());
    let amounts: Vec<_> = (NEW_TARGET..NEW_TARGET + 2).map(|seq| world.fake.placed(seq)[0].amount).collect();
    assert_eq!(amounts, [Some(d("0.04")), Some(d("0.01"))]);
}

pub(crate) async fn a_cancelled_entry_keeps_what_has_filled_with_its_stop(db: &TestDb) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    world.fake.fill(ENTRY, "0.02");
    order::sweep(&world.desk).await.unwrap();
    let ended = order::cancel_entries(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    assert_eq!(ended, 1);
    assert_eq!(world.position(), d("0.02"));
    assert_eq!(world.open_stops(), [Some(d("19000"))]);
    assert_eq!(world.fake.placed(TARGET)[0].amount, Some(d("0.01")));
    assert_eq!(order::cancel_entries(&world.desk, &world.actor, world.key, &btc()).await.unwrap(), 0);
}

pub(crate) async fn an_addition_is_covered_by_the_stop_and_shared_by_the_take_profits(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let id = world.trade().await.id;
    world.fake.state.lock().unwrap().price = d("20080");
    world.add(AddSize::Amount(d("0.03"))).await.unwrap();
    assert_eq!(world.position(), d("0.08"));
    assert_eq!(world.open_stops(), [Some(d("19000"))], "it closes all of the position");
    let amounts: Vec<_> = (NEW_TARGET..NEW_TARGET + 2).map(|seq| world.fake.placed(seq)[0].amount).collect();
    assert_eq!(amounts, [Some(d("0.04")), Some(d("0.04"))]);
    assert!(world.fake.placed(TARGET).iter().all(Order::is_final), "the smaller ones are cancelled");
    let view = trade::get_trade(&world.desk, &world.actor, id).await.unwrap();
    let figures = (view.row.amount.0, view.row.entry_price.unwrap().0, view.row.risk.unwrap().0);
    assert_eq!(figures, (d("0.08"), d("20030"), d("82.4")));
    let change = view.changes.last().unwrap();
    assert_eq!(
        (change.after.kind, change.before.amount, change.after.amount),
        (Some(ChangeKind::Add), Some(d("0.05")), Some(d("0.08")))
    );
    assert_eq!(world.trade().await.entered, d("0.08"));
}

pub(crate) async fn a_stop_with_an_amount_grows_before_the_position(db: &TestDb) {
    let world = world(db).await;
    world.place(&RawTicket { take_profit_prices: vec![], ..ticket() }).await.unwrap();
    world.change(stop("19500")).await.unwrap();
    let before = world.fake.log().len();
    world.add(AddSize::Amount(d("0.03"))).await.unwrap();
    let log = world.fake.log();
    assert_eq!(log[before..before + 3], ["place 101", "cancel 100", "place 30000"], "{log:?}");
    assert_eq!(world.fake.placed(MOVED + 1)[0].amount, Some(d("0.08")));
    order::protection::tick(&world.desk).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
    world.fake.fault(MOVED + 2, Fault::Refused(-2021));
    let refused = world.add(AddSize::Amount(d("0.01"))).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::ExchangeBadRequest))), "{refused:?}");
    assert_eq!((world.position(), world.open_stops()), (d("0.08"), vec![Some(d("19500"))]));
}

pub(crate) async fn an_addition_that_never_arrived_is_not_sent_late(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    world.fake.fault(ADDED, Fault::RequestLost);
    let refused = world.add(AddSize::Amount(d("0.03"))).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::ExchangeBadRequest))), "{refused:?}");
    order::sweep(&world.desk).await.unwrap();
    order::protection::tick(&world.desk).await.unwrap();
    assert_eq!(world.position(), d("0.05"));
    let sent = world.fake.log().iter().filter(|line| *line == "place 30000").count();
    assert_eq!(sent, 1);
    world.fake.fault(ADDED + 1, Fault::AnswerLost);
    world.add(AddSize::Amount(d("0.03"))).await.unwrap();
    assert_eq!(world.position(), d("0.08"), "a lost answer adds once");
}

pub(crate) async fn an_addition_is_checked_like_an_entry(db: &TestDb) {
    let world = world(db).await;
    assert!(matches!(world.add(AddSize::Amount(d("0.01"))).await, Err(Error::NotFound)), "no trade is open");
    world.place(&limit("19900")).await.unwrap();
    let refused = problem(world.add(AddSize::Amount(d("0.01"))).await);
    assert_eq!(refused, ("amount".to_owned(), Problem::EntryStillOpen));
    world.place(&ticket()).await.unwrap();
    let before = world.fake.log().len();
    let refused = problem(world.add(AddSize::Amount(d("0.0005"))).await);
    assert_eq!(refused, ("amount".to_owned(), Problem::LotFilter));
    let refused = problem(world.add(AddSize::RiskPercent(d("101"))).await);
    assert_eq!(refused, ("riskPercent".to_owned(), Problem::NotRiskPercent));
    world.fake.state.lock().unwrap().free = Some(d("10"));
    let refused = world.add(AddSize::Amount(d("0.05"))).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::ExchangeBadRequest))), "{refused:?}");
    assert!(!world.fake.log()[before..].iter().any(|line| line.starts_with("place")), "nothing was sent");
    world.fake.state.lock().unwrap().free = None;
    // A loss of 100 at the stop, 1,000 and the fees below the price.
    world.add(AddSize::RiskPercent(d("1"))).await.unwrap();
    assert_eq!(world.position(), d("0.148"));
}

pub(crate) async fn a_position_is_reversed_with_its_stop_on_the_other_side(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let id = world.trade().await.id;
    let (market, once) = (btc(), || idempotency("reverse", 1));
    let reverse = |confirmed| {
        order::reverse_trade(&world.desk, &world.actor, world.key, &market, Some(id), confirmed, once())
    };
    let reversed = reverse(false).await.unwrap();
    assert_eq!((world.position(), world.open_stops()), (d("-0.05"), vec![Some(d("21000"))]));
    assert_eq!(world.open().len(), 1, "it has no take-profits");
    assert_eq!(reverse(false).await.unwrap(), reversed, "the same request again acts once");
    assert_eq!(world.position(), d("-0.05"));
    let other = |trade, confirmed| {
        order::reverse_trade(&world.desk, &world.actor, world.key, &market, Some(trade), confirmed, None)
    };
    assert!(matches!(other(id, false).await, Err(Error::NotFound)), "it is closed");
    world.change(remove(true)).await.unwrap();
    let refused = problem(other(reversed, false).await);
    assert_eq!(refused, ("confirmNoStop".to_owned(), Problem::Required));
    other(reversed, true).await.unwrap();
    assert_eq!((world.position(), world.open().len()), (d("0.05"), 0));
}

pub(crate) async fn a_trade_replaces_what_is_open_only_if_requested(db: &TestDb) {
    let world = world(db).await;
    let new = |replace| {
        let raw = RawTicket { take_profit_prices: vec!["20300".into(), "20400".into()], ..ticket() };
        let targets = [("20300", "0.8"), ("20400", "0.2")];
        let targets = targets.map(|(price, share)| TargetShare { price: d(price), share: d(share) });
        NewTrade {
            order: raw.check().unwrap(),
            targets: targets.to_vec(),
            replace,
            automation: AutomationChange::default(),
        }
    };
    let open = |replace| order::open_trade(&world.desk, &world.actor, world.key, new(replace), None);
    let first = open(false).await.unwrap();
    assert_eq!(world.trade().await.id, first);
    let amounts: Vec<_> = (NEW_TARGET..NEW_TARGET + 2).map(|seq| world.fake.placed(seq)[0].amount).collect();
    assert_eq!(amounts, [Some(d("0.04")), Some(d("0.01"))]);
    assert_ne!(open(true).await.unwrap(), first);
    assert_eq!(world.position(), d("0.05"), "it replaces the first");
    open(false).await.unwrap();
    assert_eq!(world.position(), d("0.1"), "it is opened beside the second");
    order::close_position(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    world.supervise().await;
    // A position that no trade has opened cannot be shared.
    world.fake.state.lock().unwrap().position = d("0.05");
    let before = world.fake.log().len();
    assert_eq!(problem(open(false).await), ("replace".to_owned(), Problem::PositionOpen));
    assert_eq!(world.fake.log().len(), before, "nothing was sent");
}

pub(crate) async fn an_unconfirmed_order_replaces_nothing_and_repeats_its_answer(db: &TestDb) {
    let world = world(db).await;
    let place = |once: &'static str| {
        let (order, once) = (ticket().check().unwrap(), idempotency(once, 1));
        order::place_order_unless_open(&world.desk, &world.actor, world.key, order, once)
    };
    let first = place("first").await.unwrap();
    let sell = || {
        let raw = RawTicket {
            side: Some("SELL".into()),
            take_profit_prices: vec![],
            stop_trigger_price: Some("21000".into()),
            ..ticket()
        };
        let order = raw.check().unwrap();
        order::place_order_unless_open(&world.desk, &world.actor, world.key, order, idempotency("second", 1))
    };
    let before = world.fake.log().len();
    assert_eq!(problem(sell().await), ("replace".to_owned(), Problem::PositionOpen));
    assert_eq!(place("first").await.unwrap().len(), first.len(), "its own position is no obstacle");
    assert_eq!((world.fake.log().len(), world.position()), (before, d("0.05")), "nothing was sent");
}

pub(crate) async fn changes_that_do_not_fit_change_nothing(db: &TestDb) {
    let world = world(db).await;
    assert!(matches!(world.change(stop("19500")).await, Err(Error::NotFound)), "no trade is open");
    world.place(&ticket()).await.unwrap();
    let before = world.fake.log().len();
    let cases = [
        (stop("20000"), "stopTriggerPrice", Problem::StopOnWrongSide),
        (stop("19000.05"), "stopTriggerPrice", Problem::PriceFilter),
        (targets(&[("19900", "1")]), "takeProfitPrices", Problem::TargetOnWrongSide),
        (targets(&[("20100", "0.6"), ("20200", "0.6")]), "takeProfitShares", Problem::SharesTooMany),
        (targets(&[("20100", "0.001")]), "takeProfitShares", Problem::TargetTooSmall),
    ];
    for (change, field, expected) in cases {
        assert_eq!(problem(world.change(change).await), (field.to_owned(), expected));
    }
    let refused = problem(world.close_part(Part::Amount(d("0.06"))).await);
    assert_eq!(refused, ("amount".to_owned(), Problem::MoreThanPosition));
    assert_eq!(world.fake.log().len(), before, "nothing was sent");
    world.change(TradeChange::default()).await.unwrap();
    world.change(stop("19000")).await.unwrap();
    let sent = world.fake.log()[before..].iter().any(|line| line.starts_with("place"));
    assert!(!sent, "a stop that stays where it is is not sent");
}

pub(crate) async fn of_two_edits_of_one_version_the_second_is_refused(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let trade = world.trade().await;
    let target =
        || TradeTarget { trade: Some(trade.id), version: Some(trade.version), ..TradeTarget::default() };
    world.change_of(target(), stop("19500")).await.unwrap();
    let refused = problem(world.change_of(target(), stop("19400")).await);
    assert_eq!(refused, ("version".to_owned(), Problem::ChangedMeanwhile));
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
    let foreign = TradeTarget { trade: Some(domain::IntentId(uuid::Uuid::nil())), ..target() };
    assert!(matches!(world.change_of(foreign, stop("19400")).await, Err(Error::NotFound)));
}

pub(crate) async fn the_same_change_twice_acts_once(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let part = |body| {
        let (desk, actor, key) = (world.desk.clone(), world.actor.clone(), world.key);
        let (part, once) = (Part::Share(d("0.2")), idempotency("part", body));
        async move { order::close_part(&desk, &actor, key, &btc(), (part, None), once).await }
    };
    part(1).await.unwrap();
    part(1).await.unwrap();
    assert_eq!(world.position(), d("0.04"));
    assert!(matches!(part(2).await, Err(Error::IdempotencyMismatch)));
}

pub(crate) async fn a_change_that_a_crash_interrupted_is_completed(db: &TestDb) {
    let world = world(db).await;
    world.place(&RawTicket { take_profit_prices: vec![], ..ticket() }).await.unwrap();
    // The request was lost, and so was everything that the process knew.
    for _ in 0..60 {
        world.fake.fault(MOVED, Fault::RequestLost);
    }
    let unknown = world.change(stop("19500")).await;
    assert!(matches!(unknown, Err(Error::Unavailable { .. })), "{unknown:?}");
    assert_eq!(world.open_stops(), [Some(d("19000"))], "the old one is in place meanwhile");
    world.fake.state.lock().unwrap().faults.clear();
    let restarted = super::desk(db, &world.fake);
    order::sweep(&restarted).await.unwrap();
    order::protection::tick(&restarted).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19500"))]);
}

pub(crate) async fn a_moved_stop_that_is_rejected_later_is_notified(db: &TestDb) {
    let world = world(db).await;
    world.place(&RawTicket { take_profit_prices: vec![], ..ticket() }).await.unwrap();
    for _ in 0..60 {
        world.fake.fault(MOVED, Fault::RequestLost);
    }
    let unknown = world.change(stop("19500")).await;
    assert!(matches!(unknown, Err(Error::Unavailable { .. })), "{unknown:?}");
    world.fake.state.lock().unwrap().faults.clear();
    world.fake.fault(MOVED, Fault::Refused(-2021));
    let restarted = super::desk(db, &world.fake);
    order::sweep(&restarted).await.unwrap();
    order::protection::tick(&restarted).await.unwrap();
    assert_eq!(world.open_stops(), [Some(d("19000"))], "the old one stays");
    let entries = store::audit::list_by_user(&**db, world.actor.user, 100).await.unwrap();
    let notified = entries.iter().filter(|entry| entry.subject.starts_with("stop-not-moved:")).count();
    assert_eq!(notified, 1);
}

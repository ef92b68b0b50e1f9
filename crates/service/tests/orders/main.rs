//! The order pipeline against an exchange that loses requests, loses responses and refuses; on both
//! databases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod adoption;
mod automation;
mod beside;
mod changes;
mod entries;
mod fake;
mod fence;
mod fills;
mod first_day;
mod hedge;
mod keys;
mod profit;
mod restored;
mod rights;
mod tabs;
mod timed;
mod unfinished;

use adoption::*;
use automation::*;
use beside::*;
use changes::*;
use domain::{
    Clock, Decimal, ExchangeId, Micros, OrderStatus, OrderType, Refusal, Sleep, StrategyType, TradeType,
    live::{ClientMessage, LiveMessage},
    ticket::{ManualOrder, RawTicket},
    validation::Problem,
};
use entries::*;
use fake::{Fake, Fault, btc, d};
use fence::*;
use fills::every_fill_counts_however_many_there_are;
use hedge::*;
use keys::*;
use profit::{
    a_position_reaches_the_dashboard_without_a_reload, closed_trades_are_filtered_sorted_and_exported,
    pages_take_the_positions_from_the_feed, trades_and_reports_reconcile_to_the_last_digit,
};
use restored::orders_that_a_restored_database_does_not_know_are_adopted_and_reviewed;
use rights::{
    a_change_of_a_key_leaves_what_it_is_not_about, a_key_that_gains_the_right_to_withdraw_takes_no_entries,
    a_key_that_lost_the_right_to_trade_is_switched_off_in_words,
    live_mode_takes_only_restricted_keys_unless_the_operator_allows_others,
    the_owner_is_notified_of_a_lost_ip_restriction_and_of_an_expiring_right,
};
use service::{
    Actor, Error, Origin, SharedDesk,
    identity::{account, person, session},
    testing::{Setup, desk_with},
    trading::{
        key::{self, NewKey},
        live,
        order::{self, IdempotencyKey},
        reconciler::Reconciler,
    },
};
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use store::testing::TestDb;
use tabs::an_orders_event_reaches_the_tabs_of_every_instance_once;
use timed::*;
use unfinished::*;

const ENTRY: u16 = 2;
const STOP: u16 = 3;
const TARGET: u16 = 4;
const RESCUE: u16 = 90;

/// Advances by half a second on each reading, so that waiting for the receive window takes a few calls and no
/// real time.
struct Hurried(AtomicI64);

impl Clock for Hurried {
    fn now(&self) -> Micros {
        Micros(self.0.fetch_add(500_000, Ordering::SeqCst))
    }

    fn sleep(&self, _: Duration) -> Sleep {
        Box::pin(tokio::task::yield_now())
    }
}

struct World {
    desk: SharedDesk,
    fake: Fake,
    actor: Actor,
    key: domain::ExchangeKeyId,
}

async fn world(db: &TestDb) -> World {
    world_at(db, Fake::at("20000")).await
}

/// A desk with a key at this exchange.
async fn world_at(db: &TestDb, fake: Fake) -> World {
    let desk = desk(db, &fake);
    let origin = Origin::new(IpAddr::from([127, 0, 0, 1]), "test");
    let new =
        account::sign_up(&desk, origin.clone(), "ada@example.org", "correct horse battery").await.unwrap();
    let actor = session::find(&desk, &new.token, &origin).await.unwrap().unwrap();
    let key = key::connect_key(&desk, &actor, new_key()).await.unwrap().id;
    World { desk, fake, actor, key }
}

fn desk(db: &TestDb, fake: &Fake) -> SharedDesk {
    static STARTS: AtomicI64 = AtomicI64::new(0);
    // A later process starts later.
    let start = 1_767_225_600_000_000 + STARTS.fetch_add(1, Ordering::SeqCst) * 3_600_000_000;
    let clock = Arc::new(Hurried(AtomicI64::new(start)));
    desk_with((**db).clone(), Setup { exchange: Arc::new(fake.clone()), clock, ..Setup::default() })
}

fn new_key() -> NewKey {
    NewKey {
        exchange_id: ExchangeId::Binance,
        trade_type: TradeType::Futures,
        strategy_type: StrategyType::Manual,
        active: true,
        name: "Test".into(),
        api_key: "key".into(),
        secret: "secret".to_owned().into(),
        first_day: domain::first_day::FirstDayChoice::default(),
    }
}

fn ticket() -> RawTicket {
    let text = |s: &str| Some(s.to_owned());
    RawTicket {
        symbol: text("BTC/USDT"),
        kind: text("MARKET"),
        side: text("BUY"),
        amount: text("0.05"),
        take_profit_prices: vec!["20100".into(), "20200".into()],
        stop_trigger_price: text("19000"),
        stop_trigger_type: text("MARKET"),
        ..RawTicket::default()
    }
}

/// The order that [`ticket`] describes.
fn market_order() -> ManualOrder {
    ticket().check().unwrap()
}

fn limit(price: &str) -> RawTicket {
    RawTicket { kind: Some("LIMIT".into()), price: Some(price.into()), ..ticket() }
}

fn idempotency(key: &str, body: u8) -> Option<IdempotencyKey> {
    Some(IdempotencyKey { key: key.into(), body_hash: [body; 32] })
}

impl World {
    async fn place(&self, ticket: &RawTicket) -> Result<Vec<domain::Order>, Error> {
        let order = ticket.check().map_err(Error::Fields)?;
        order::place_order(&self.desk, &self.actor, self.key, order, None).await
    }

    fn position(&self) -> Decimal {
        self.fake.state.lock().unwrap().position
    }
}

fn refusal(result: Result<Vec<domain::Order>, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn entry_targets_and_stop_in_the_documents_order(db: &TestDb) {
    let world = world(db).await;
    let orders = world.place(&ticket()).await.unwrap();
    let kinds: Vec<_> = orders.iter().map(|o| o.kind).collect();
    use OrderType::{Market, StopMarket, TakeProfit};
    assert_eq!(kinds, [Market, TakeProfit, TakeProfit, StopMarket]);
    assert_eq!(orders[1].amount, Some(d("0.025")));
    // The stop is sent before the targets.
    assert_eq!(world.fake.log(), ["place 2", "place 3", "place 4", "place 5"]);
}

async fn open_positions_are_closed_first(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    let sell = RawTicket {
        side: Some("SELL".into()),
        take_profit_prices: vec![],
        stop_trigger_price: Some("21000".into()),
        ..ticket()
    };
    world.place(&sell).await.unwrap();
    assert_eq!(world.position(), d("-0.05"));
    let open = world.fake.state.lock().unwrap().orders.iter().filter(|o| !o.is_final()).count();
    assert_eq!(open, 1, "only the new stop is left");
}

async fn a_lost_answer_is_looked_up_and_never_sent_again(db: &TestDb) {
    let world = world(db).await;
    for leg in [ENTRY, STOP, TARGET] {
        world.fake.fault(leg, Fault::AnswerLost);
    }
    let orders = world.place(&ticket()).await.unwrap();
    assert_eq!(orders.len(), 4);
    assert_eq!(world.position(), d("0.05"));
    for leg in [ENTRY, STOP, TARGET, TARGET + 1] {
        assert_eq!(world.fake.placed(leg).len(), 1, "leg {leg}");
    }
}

async fn an_entry_that_never_arrived_is_not_sent_late(db: &TestDb) {
    let world = world(db).await;
    world.fake.fault(ENTRY, Fault::RequestLost);
    assert_eq!(refusal(world.place(&ticket()).await), Refusal::ExchangeBadRequest);
    assert_eq!(world.position(), Decimal::ZERO);
    let sent = world.fake.log().iter().filter(|l| *l == "place 2").count();
    assert_eq!(sent, 1);
}

async fn a_stop_that_never_arrived_is_sent_again(db: &TestDb) {
    let world = world(db).await;
    world.fake.fault(STOP, Fault::RequestLost);
    assert_eq!(world.place(&ticket()).await.unwrap().len(), 4);
    assert_eq!(world.fake.placed(STOP).len(), 1);
}

async fn a_position_whose_stop_was_rejected_is_closed_and_its_owner_notified(db: &TestDb) {
    let world = world(db).await;
    world.fake.fault(STOP, Fault::Refused(-2021));
    assert_eq!(refusal(world.place(&ticket()).await), Refusal::ExchangeBadRequest);
    assert_eq!(world.position(), Decimal::ZERO);
    assert_eq!(world.fake.placed(RESCUE).len(), 1);
    assert_eq!(world.fake.placed(TARGET).len(), 0);
    let reported = store::event::after(&**db, world.actor.user, 0, 10).await.unwrap();
    assert!(reported.iter().any(|e| e.body.contains("ClosedWithoutStop")), "{reported:?}");
}

/// Frozen or suspended: no new order; what is open stays protected and can be closed.
async fn a_closed_account_opens_nothing_and_keeps_its_stop(db: &TestDb) {
    let world = world(db).await;
    world.place(&ticket()).await.unwrap();
    for (close, expected) in [
        (person::UserAction::Freeze, Refusal::AccountFrozen),
        (person::UserAction::Suspend, Refusal::AccountSuspended),
    ] {
        person::act_on_user(&world.desk, person::By::CommandLine, world.actor.user, close).await.unwrap();
        assert_eq!(refusal(world.place(&ticket()).await), expected);
    }
    assert_eq!(world.position(), d("0.05"), "what was open was not touched");
    // Its stop is lost at the exchange, and the supervisor replaces it.
    let lost = world.fake.placed(STOP)[0].client_order_id.clone();
    world.fake.state.lock().unwrap().orders.retain(|order| order.client_order_id != lost);
    for _ in 0..60 {
        order::protection::tick(&world.desk).await.unwrap();
        if !world.fake.placed(RESCUE).is_empty() || world.fake.placed(STOP).len() > 1 {
            break;
        }
    }
    let protected = world.fake.state.lock().unwrap().orders.iter().any(|order| {
        order.kind == OrderType::StopMarket
            && order.status == OrderStatus::Open
            && order.client_order_id != lost
    });
    assert!(protected, "{:?}", world.fake.log());
    order::close_position(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    assert_eq!(world.position(), Decimal::ZERO);
}

async fn a_rejected_target_leaves_the_others_open(db: &TestDb) {
    let world = world(db).await;
    world.fake.fault(TARGET, Fault::Refused(-2021));
    let orders = world.place(&ticket()).await.unwrap();
    assert_eq!(orders.len(), 3);
    let reported = store::event::after(&**db, world.actor.user, 0, 10).await.unwrap();
    assert!(reported.iter().any(|e| e.body.contains("TargetRefused")));
}

async fn an_account_whose_secret_is_unreadable_stops_no_other(db: &TestDb) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    db.execute("update exchange_keys set master_key_id = 'lost'").await;
    Reconciler::default().tick(&world.desk).await.unwrap();
}

async fn a_resting_entry_is_protected_when_it_fills(db: &TestDb) {
    let world = world(db).await;
    let orders = world.place(&limit("19900")).await.unwrap();
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].status, OrderStatus::Open);

    world.fake.fill(ENTRY, "0.02");
    order::sweep(&world.desk).await.unwrap();
    assert_eq!(world.fake.placed(STOP).len(), 1, "the stop follows the first fill");
    assert_eq!(world.fake.placed(TARGET).len(), 0);

    world.fake.fill(ENTRY, "0.03");
    order::sweep(&world.desk).await.unwrap();
    assert_eq!(world.fake.placed(TARGET)[0].amount, Some(d("0.025")));
    assert_eq!(world.fake.placed(STOP).len(), 1);
    order::sweep(&world.desk).await.unwrap();
    assert_eq!(world.fake.placed(TARGET).len(), 1);
}

async fn a_new_order_ends_what_waited(db: &TestDb) {
    let world = world(db).await;
    world.place(&limit("19900")).await.unwrap();
    world.fake.fill(ENTRY, "0.02");
    world.place(&RawTicket { take_profit_prices: vec![], ..ticket() }).await.unwrap();
    let stops = world.fake.placed(STOP).len();
    order::sweep(&world.desk).await.unwrap();
    assert_eq!(world.fake.placed(STOP).len(), stops, "the old entry asks for no stop of its own");
    assert_eq!(world.position(), d("0.05"));
}

async fn the_same_request_twice_acts_once(db: &TestDb) {
    let world = world(db).await;
    let place = |body| {
        let (desk, actor, key) = (world.desk.clone(), world.actor.clone(), world.key);
        async move { order::place_order(&desk, &actor, key, market_order(), idempotency("one", body)).await }
    };
    let (a, b) = tokio::join!(place(1), place(1));
    assert_eq!(a.unwrap(), b.unwrap());
    assert_eq!(world.position(), d("0.05"));
    assert!(matches!(place(2).await, Err(Error::IdempotencyMismatch)));
}

async fn after_a_crash_nothing_is_lost_and_nothing_doubled(db: &TestDb) {
    // The process is killed after the exchange has received the entry and before its outcome is written.
    let world = world(db).await;
    world.fake.fault(ENTRY, Fault::AnswerLost);
    let crash = {
        let (desk, actor, key) = (world.desk.clone(), world.actor.clone(), world.key);
        tokio::spawn(async move { order::place_order(&desk, &actor, key, market_order(), None).await })
    };
    crash.await.unwrap().unwrap();
    forget_outcomes(db).await;
    world.fake.state.lock().unwrap().orders.retain(|o| o.client_order_id.ends_with("-2"));

    let later = desk(db, &world.fake);
    order::sweep(&later).await.unwrap();
    assert_eq!(world.position(), d("0.05"));
    for leg in [ENTRY, STOP, TARGET, TARGET + 1] {
        assert_eq!(world.fake.placed(leg).len(), 1, "leg {leg}");
    }
    assert!(store::intent::list_unfinished(&**db).await.unwrap().is_empty());
}

async fn an_order_that_was_never_sent_is_abandoned_and_may_be_repeated(db: &TestDb) {
    let world = world(db).await;
    let place = |desk: SharedDesk| {
        let (actor, key) = (world.actor.clone(), world.key);
        async move { order::place_order(&desk, &actor, key, market_order(), idempotency("again", 1)).await }
    };
    place(world.desk.clone()).await.unwrap();
    forget_outcomes(db).await;
    {
        let mut state = world.fake.state.lock().unwrap();
        state.orders.clear();
        state.position = Decimal::ZERO;
    }
    let later = desk(db, &world.fake);
    order::sweep(&later).await.unwrap();
    assert_eq!(world.position(), Decimal::ZERO, "an entry is not sent late");
    place(later).await.unwrap();
    assert_eq!(world.position(), d("0.05"));
}

/// Resets the newest intent to the state a killed process leaves behind: written, and not finished.
async fn forget_outcomes(db: &TestDb) {
    db.execute(
        "update intents set status = 'working', finished_at = null, answer = null, failure = null, lease_until = 0",
    )
    .await;
    db.execute("update intent_legs set status = 'planned', order_json = null, failure = null").await;
}

async fn bad_orders_change_nothing(db: &TestDb) {
    let world = world(db).await;
    let problem = |result: Result<_, Error>| match result {
        Err(Error::Fields(all)) => (all[0].field.clone(), all[0].problem),
        other => panic!("{other:?}"),
    };
    let with = |change: fn(&mut RawTicket)| {
        let mut raw = ticket();
        change(&mut raw);
        raw
    };
    let cases = [
        (with(|t| t.amount = Some("0.0005".into())), "amount", Problem::LotFilter),
        (with(|t| t.stop_trigger_price = Some("19000.05".into())), "stopTriggerPrice", Problem::PriceFilter),
        (with(|t| t.stop_trigger_price = Some("20500".into())), "stopTriggerPrice", Problem::StopOnWrongSide),
        (
            with(|t| {
                t.amount = Some("4".into());
                t.stop_trigger_price = Some("10000".into());
            }),
            "stopTriggerPrice",
            Problem::StopBeyondLiquidation,
        ),
        (
            with(|t| t.take_profit_prices = vec!["19999".into()]),
            "takeProfitPrices",
            Problem::TargetOnWrongSide,
        ),
        (with(|t| t.amount = Some("0.001".into())), "takeProfitPrices", Problem::TargetTooSmall),
    ];
    for (raw, field, expected) in cases {
        assert_eq!(problem(world.place(&raw).await), (field.to_owned(), expected), "{raw:?}");
    }
    let rich = with(|t| t.amount = Some("900".into()));
    assert_eq!(refusal(world.place(&rich).await), Refusal::ExchangeBadRequest);
    let unknown = with(|t| t.symbol = Some("DOGE/USDT".into()));
    assert_eq!(refusal(world.place(&unknown).await), Refusal::SymbolInvalid);
    assert!(world.fake.log().is_empty(), "nothing was cancelled or sent");
}

async fn a_key_that_the_exchange_rejects_is_disabled_and_its_owner_notified_once(db: &TestDb) {
    let world = world(db).await;
    world.fake.state.lock().unwrap().key_refused = true;
    for _ in 0..2 {
        let result = key::get_balance(&world.desk, &world.actor, world.key).await;
        assert!(matches!(result, Err(Error::Refused(Refusal::KeyUnauthorized))));
    }
    let listed = key::list_keys(&world.desk, &world.actor).await.unwrap();
    assert!(!listed[0].active);
    let reported = store::event::after(&**db, world.actor.user, 0, 10).await.unwrap();
    assert_eq!(reported.len(), 1);
    assert_eq!(refusal(world.place(&ticket()).await), Refusal::KeyUnauthorized);
}

async fn a_key_that_may_withdraw_is_refused_and_a_known_one_too(db: &TestDb) {
    let world = world(db).await;
    let exists = key::connect_key(&world.desk, &world.actor, new_key()).await;
    assert!(matches!(exists, Err(Error::Refused(Refusal::KeyExists))));
    // If the exchange does not accept it, a connected key is answered like an unknown one.
    world.fake.state.lock().unwrap().no_futures = true;
    let guessed = key::connect_key(&world.desk, &world.actor, new_key()).await;
    assert!(matches!(guessed, Err(Error::Refused(Refusal::KeyUnauthorized))), "{guessed:?}");
    world.fake.state.lock().unwrap().no_futures = false;
    world.fake.state.lock().unwrap().withdraw = true;
    let other = NewKey { api_key: "other".into(), ..new_key() };
    match key::connect_key(&world.desk, &world.actor, other).await {
        Err(Error::Fields(all)) => assert_eq!(all[0].problem, Problem::KeyMayWithdraw),
        other => panic!("{other:?}"),
    }
    assert_eq!(key::list_keys(&world.desk, &world.actor).await.unwrap().len(), 1);
}

async fn a_reading_that_failed_is_repeated_for_who_watches(db: &TestDb) {
    let world = world(db).await;
    world.fake.state.lock().unwrap().readings_lost = 2;
    let (asks, mut messages) = live::attach(world.desk.trading(), Some(world.actor.clone()));
    let account = Some((world.key, btc()));
    let message = ClientMessage::Watch { symbols: vec![], account, after: None };
    asks.send(Box::new(message)).await.unwrap();
    let shown = async {
        loop {
            if let LiveMessage::Account(state) = *messages.recv().await.unwrap() {
                return state;
            }
        }
    };
    // Long before the sweep that would repair it.
    let state = tokio::time::timeout(Duration::from_secs(15), shown).await.expect("the account is shown");
    assert_eq!(state.balance.assets["USDT"].free, d("10000"));
    assert_eq!(world.fake.state.lock().unwrap().readings_lost, 0);
}

store::each_engine![
    entry_targets_and_stop_in_the_documents_order,
    open_positions_are_closed_first,
    a_lost_answer_is_looked_up_and_never_sent_again,
    an_entry_that_never_arrived_is_not_sent_late,
    a_stop_that_never_arrived_is_sent_again,
    a_position_whose_stop_was_rejected_is_closed_and_its_owner_notified,
    a_closed_account_opens_nothing_and_keeps_its_stop,
    a_rejected_target_leaves_the_others_open,
    a_resting_entry_is_protected_when_it_fills,
    an_account_whose_secret_is_unreadable_stops_no_other,
    a_new_order_ends_what_waited,
    the_same_request_twice_acts_once,
    after_a_crash_nothing_is_lost_and_nothing_doubled,
    an_order_that_was_never_sent_is_abandoned_and_may_be_repeated,
    bad_orders_change_nothing,
    a_key_that_the_exchange_rejects_is_disabled_and_its_owner_notified_once,
    a_key_that_may_withdraw_is_refused_and_a_known_one_too,
    a_reading_that_failed_is_repeated_for_who_watches,
    a_key_is_counted_from_when_it_was_connected,
    a_key_fails_after_several_tries_and_recovers_by_itself,
    a_busy_exchange_does_not_invalidate_a_key,
    a_refused_key_is_switched_off_and_its_owner_written_to_once,
    a_late_rejection_of_old_credentials_does_not_disable_the_new_ones,
    a_change_of_a_key_leaves_what_it_is_not_about,
    a_restart_asks_about_no_more_keys_than_any_minute,
    a_person_has_so_many_keys,
    a_day_has_one_balance_and_a_missed_day_none,
    days_page_by_page,
    a_plan_bounds_keys_and_balance,
    a_desk_that_was_paused_sends_nothing_once_another_has_taken_over,
    a_clock_that_is_ahead_takes_nothing_over,
    a_key_of_an_account_in_another_mode_is_not_connected,
    an_account_that_was_switched_takes_no_entries_until_it_is_switched_back,
    orders_in_hedge_mode_name_their_position,
    what_is_open_on_the_other_side_stays_open_beside,
    trades_share_the_position_of_their_side,
    a_trade_of_one_side_does_not_replace_those_of_the_other,
    a_changed_position_mode_refuses_once_and_is_known_from_then_on,
    closing_finds_positions_although_the_mode_has_changed,
    one_of_two_positions_is_closed_with_its_own_orders,
    changes_of_a_trade_are_of_its_own_position,
    the_position_beside_a_trade_is_adopted,
    a_lost_stop_is_replaced_on_its_own_side,
    a_reversal_closes_one_side_and_opens_the_other,
    resting_entries_of_both_sides_are_cancelled,
    supervision_is_ended_for_one_side,
    a_key_that_gains_the_right_to_withdraw_takes_no_entries,
    the_owner_is_notified_of_a_lost_ip_restriction_and_of_an_expiring_right,
    a_key_that_lost_the_right_to_trade_is_switched_off_in_words,
    live_mode_takes_only_restricted_keys_unless_the_operator_allows_others,
    every_fill_counts_however_many_there_are,
    trades_and_reports_reconcile_to_the_last_digit,
    closed_trades_are_filtered_sorted_and_exported,
    a_position_reaches_the_dashboard_without_a_reload,
    pages_take_the_positions_from_the_feed,
    an_orders_event_reaches_the_tabs_of_every_instance_once,
    orders_that_a_restored_database_does_not_know_are_adopted_and_reviewed,
    a_stop_is_moved_by_placing_the_new_one_first,
    a_stop_becomes_a_limit_order_and_a_market_order_again,
    a_stop_that_the_exchange_refuses_to_move_stays,
    a_stop_is_removed_only_when_confirmed_and_can_be_set_again,
    take_profits_are_replaced_with_unequal_shares,
    a_part_is_closed_and_the_take_profits_fit_what_is_left,
    a_lost_answer_closes_no_part_twice,
    breakeven_moves_the_stop_beyond_the_fees,
    each_change_is_in_the_history_with_the_amounts_before_and_after,
    a_trade_that_its_owner_closes_ends_as_closed_manually,
    the_plan_of_a_resting_entry_can_be_changed,
    a_cancelled_entry_keeps_what_has_filled_with_its_stop,
    an_addition_is_covered_by_the_stop_and_shared_by_the_take_profits,
    a_stop_with_an_amount_grows_before_the_position,
    an_addition_that_never_arrived_is_not_sent_late,
    an_addition_is_checked_like_an_entry,
    a_position_is_reversed_with_its_stop_on_the_other_side,
    a_trade_replaces_what_is_open_only_if_requested,
    an_unconfirmed_order_replaces_nothing_and_repeats_its_answer,
    changes_that_do_not_fit_change_nothing,
    of_two_edits_of_one_version_the_second_is_refused,
    the_same_change_twice_acts_once,
    a_change_that_a_crash_interrupted_is_completed,
    a_moved_stop_that_is_rejected_later_is_notified,
    an_entry_that_fills_before_its_change_completes_gets_only_the_new_take_profits,
    take_profits_that_were_lost_when_the_entry_filled_are_sent_again,
    a_stop_that_arrives_after_it_was_moved_again_is_cancelled,
    a_moved_stop_that_the_exchange_calls_a_duplicate_stays_the_wanted_one,
    a_take_profit_that_the_exchange_calls_a_duplicate_is_replaced_like_the_others,
    the_moved_stop_follows_the_fill_after_a_crash,
    a_moved_stop_beside_one_for_the_whole_position_has_an_amount,
    the_stop_of_a_waiting_entry_that_is_replaced_is_recorded,
    the_stop_moves_to_breakeven_once_after_a_take_profit,
    a_take_profit_that_filled_while_the_desk_was_off_moves_the_stop,
    breakeven_never_moves_a_stop_to_a_worse_price,
    a_trailing_stop_follows_the_peak_and_remembers_it,
    a_trailing_stop_that_is_refused_leaves_the_old_one_and_is_tried_again,
    a_trade_is_closed_at_its_time_limit_and_its_owner_is_notified,
    an_entry_that_still_fills_ends_with_the_time_limit,
    a_close_at_a_time_limit_that_is_refused_is_no_missing_stop,
    a_stop_that_another_price_triggers_is_placed_again,
    settings_that_do_not_fit_a_trade_are_refused_and_end_with_its_stop,
    a_trade_is_opened_with_its_settings,
    all_of_a_position_is_closed_while_a_change_cannot_be_completed,
    the_close_of_a_trade_closes_no_later_one,
    a_position_that_was_opened_elsewhere_is_adopted,
    an_adoption_that_does_not_fit_changes_nothing,
    a_stop_that_the_exchange_refuses_adopts_nothing,
    an_adoption_is_completed_after_a_crash_and_repeats_its_answer,
    a_stop_of_the_owner_is_kept_as_that_of_the_trade,
    a_list_that_lags_does_not_undo_the_move_of_an_adopted_stop,
    a_take_profit_of_the_owner_does_not_keep_an_adopted_position_open,
    an_adoption_that_a_restored_database_does_not_know_is_rebuilt,
    an_adoption_that_was_increased_is_rebuilt_too,
    all_positions_are_closed_with_a_result_for_each,
    an_order_that_fills_in_part_and_expires_is_a_protected_position,
    an_order_that_fills_nothing_is_no_trade,
    a_post_only_order_that_would_fill_has_its_own_message,
    a_reduce_only_order_closes_a_part_and_never_opens,
    the_first_fill_of_an_ocos_limit_order_cancels_its_stop_order,
    the_first_fill_of_an_ocos_stop_order_cancels_its_limit_order,
    what_both_orders_of_an_oco_fill_beyond_the_amount_is_closed,
    an_oco_needs_both_orders,
    an_oco_is_resumed_after_a_restart,
    an_oco_whose_prices_are_reached_is_refused,
    a_stop_entry_is_protected_when_it_fills,
    an_order_that_is_good_till_a_date_ends_as_a_cancelled_trade,
    a_trailing_entry_of_a_trade_gets_its_protection,
    a_limit_close_belongs_to_the_trade_and_its_take_profits_become_smaller,
    a_limit_close_that_the_exchange_refuses_is_an_error,
    a_trade_is_opened_beside_another_whose_stop_is_bounded_first,
    a_trade_of_the_other_side_is_opened_only_to_replace,
    nothing_is_opened_if_the_first_stop_cannot_be_bounded,
    one_of_two_trades_is_closed_without_the_other,
    a_stop_that_fills_ends_only_its_trade,
    what_was_closed_elsewhere_reduces_the_oldest_trade,
    a_stop_is_moved_and_lost_for_one_trade_alone,
    an_entry_that_rests_beside_another_gets_a_stop_for_what_has_filled,
    a_trade_is_closed_with_the_rest_of_its_entry,
    closing_the_position_ends_all_its_trades,
    a_trade_that_shares_its_position_is_not_reversed,
    a_killed_desk_bounds_the_first_stop_and_opens_nothing_late,
];

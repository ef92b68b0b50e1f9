//! Accounts in hedge mode: a long and a short position on one market, each with its own orders.

use super::{ENTRY, STOP, World, limit, ticket, world, world_at};
use crate::{
    beside::{both, second},
    changes::{MOVED, remove, stop},
    fake::{Fake, btc, d},
};
use domain::{
    AccountMode, Decimal, MarginMode, Micros, Order, OrderType, Position, PositionSide, PositionSlot, Side,
    live::ProtectionState,
    ticket::RawTicket,
    validation::{FieldProblem, Problem},
};
use service::{
    Error,
    trading::{
        key,
        order::{self, AddSize, NewTrade, Part, TradeTarget, trade::TradeStatus},
    },
};
use store::testing::TestDb;

/// A market order that sells, with its stop above.
fn sell() -> RawTicket {
    RawTicket {
        side: Some("SELL".into()),
        take_profit_prices: vec![],
        stop_trigger_price: Some("21000".into()),
        ..ticket()
    }
}

/// A short position that was opened elsewhere.
fn short(amount: &str) -> Position {
    let zero = Decimal::ZERO;
    Position {
        symbol: btc(),
        contracts: d(amount),
        unrealized_pnl: zero,
        leverage: 10,
        liquidation_price: None,
        collateral: zero,
        notional: d(amount) * d("20000"),
        mark_price: d("20000"),
        entry_price: d("20000"),
        initial_margin: zero,
        initial_margin_percentage: zero,
        maintenance_margin: zero,
        maintenance_margin_percentage: zero,
        margin_ratio: None,
        at: Micros(0),
        margin_mode: MarginMode::Crossed,
        side: PositionSide::Short,
        position_side: PositionSlot::Short,
        percentage: zero,
    }
}

fn problems<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<(String, Problem)> {
    let Err(Error::Fields(all)) = result else { panic!("expected problems, got {result:?}") };
    all.into_iter().map(|FieldProblem { field, problem }| (field, problem)).collect()
}

impl World {
    /// Switches the account to hedge mode at the exchange.
    fn switch(&self, mode: AccountMode) {
        self.fake.state.lock().unwrap().mode = Some(mode);
    }

    /// Opens a short position at the exchange, beside what the desk trades.
    fn hold_short(&self, amount: &str) {
        self.fake.state.lock().unwrap().beside = Some(short(amount));
    }

    async fn mode(&self) -> AccountMode {
        key::list_keys(&self.desk, &self.actor).await.unwrap().remove(0).account_mode
    }

    fn orders(&self) -> Vec<Order> {
        self.fake.state.lock().unwrap().orders.clone()
    }
}

/// A desk with a key whose account was in hedge mode when it was connected.
async fn hedged(db: &TestDb) -> World {
    let fake = Fake::at("20000");
    fake.state.lock().unwrap().mode = Some(AccountMode::Hedge);
    let world = world_at(db, fake).await;
    assert_eq!(world.mode().await, AccountMode::Hedge);
    world
}

pub(crate) async fn orders_in_hedge_mode_name_their_position(db: &TestDb) {
    let world = hedged(db).await;
    world.place(&ticket()).await.unwrap();
    assert!(world.orders().iter().all(|order| order.position_side == PositionSlot::Long));
    order::close_position(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    assert_eq!(world.position(), d("0"));
    world.place(&sell()).await.unwrap();
    let last = world.orders().pop().unwrap();
    assert_eq!(
        (last.kind, last.side, last.position_side),
        (OrderType::StopMarket, Side::Buy, PositionSlot::Short)
    );
}

pub(crate) async fn what_is_open_on_the_other_side_stays_open_beside(db: &TestDb) {
    let world = hedged(db).await;
    world.hold_short("0.03");
    let order = ticket().check().unwrap();
    let new = NewTrade { order, targets: vec![], replace: false, automation: Default::default() };
    order::open_trade(&world.desk, &world.actor, world.key, new, None).await.unwrap();
    let state = order::account_state(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    let sides: Vec<_> = state.positions().map(|held| (held.side, held.contracts)).collect();
    assert_eq!(sides, [(PositionSide::Long, d("0.05")), (PositionSide::Short, d("0.03"))]);
    let protected = |side| state.protection_on(Some(side)).map(|protection| protection.state);
    assert_eq!(protected(PositionSide::Long), Some(ProtectionState::Supervised));
    assert_eq!(protected(PositionSide::Short), Some(ProtectionState::Foreign));
    assert_eq!(state.trades.len(), 1);
    // What no trade has opened is not replaced unasked, and no trade shares it.
    let refused = world.open_beside(&sell()).await;
    assert_eq!(problems(refused), [("replace".to_owned(), Problem::PositionOpen)]);
}

pub(crate) async fn trades_share_the_position_of_their_side(db: &TestDb) {
    let world = hedged(db).await;
    world.hold_short("0.03");
    world.place(&ticket()).await.unwrap();
    let added = world.open_beside(&second()).await.unwrap();
    assert_eq!((world.position(), world.stops()), (d("0.07"), both()));
    world.supervise().await;
    assert_eq!((world.position(), world.stops()), (d("0.07"), both()), "all is as wanted");
    let state = order::account_state(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    let protected = |side| state.protection_on(Some(side)).map(|protection| protection.state);
    assert_eq!(protected(PositionSide::Long), Some(ProtectionState::Supervised));
    assert_eq!(protected(PositionSide::Short), Some(ProtectionState::Foreign));
    let all = Part::Share(Decimal::ONE);
    order::trade::close_trade(&world.desk, &world.actor, added, all, None).await.unwrap();
    world.supervise().await;
    assert_eq!(world.position(), d("0.05"));
    assert_eq!(world.stops(), [(d("19000"), Some(d("0.05")))], "the other trade keeps its stop");
    assert!(world.orders().iter().all(|order| order.position_side == PositionSlot::Long));
}

pub(crate) async fn a_trade_of_one_side_does_not_replace_those_of_the_other(db: &TestDb) {
    let world = hedged(db).await;
    let short = world.open_beside(&sell()).await.unwrap();
    // The fake exchange has one position of ours at a time: the short one stays open as the other one.
    world.hold_short("0.05");
    world.fake.state.lock().unwrap().position = Decimal::ZERO;
    world.place(&ticket()).await.unwrap();
    world.supervise().await;
    let state = order::account_state(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    assert_eq!(state.trades.len(), 2, "both are open");
    let row = order::trade::get_trade(&world.desk, &world.actor, short).await.unwrap().row;
    assert_eq!(row.status, TradeStatus::Open);
    let protected = |side| state.protection_on(Some(side)).map(|protection| protection.state);
    assert_eq!(protected(PositionSide::Short), Some(ProtectionState::Supervised));
}

pub(crate) async fn a_changed_position_mode_refuses_once_and_is_known_from_then_on(db: &TestDb) {
    let world = world(db).await;
    world.switch(AccountMode::Hedge);
    let refused = world.place(&ticket()).await;
    assert_eq!(problems(refused), [("apiKey".to_owned(), Problem::AccountModeChanged)]);
    assert_eq!((world.position(), world.orders()), (d("0"), vec![]));
    assert_eq!(world.mode().await, AccountMode::Hedge);
    world.place(&ticket()).await.unwrap();
    assert_eq!(world.fake.placed(ENTRY)[0].position_side, PositionSlot::Long);
    assert_eq!(world.fake.placed(STOP)[0].position_side, PositionSlot::Long);
}

pub(crate) async fn closing_finds_positions_although_the_mode_has_changed(db: &TestDb) {
    let world = world(db).await;
    world.switch(AccountMode::Hedge);
    world.fake.state.lock().unwrap().position = d("0.05");
    order::close_position(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    assert_eq!((world.position(), world.mode().await), (d("0"), AccountMode::Hedge));
}

pub(crate) async fn one_of_two_positions_is_closed_with_its_own_orders(db: &TestDb) {
    let world = hedged(db).await;
    world.hold_short("0.03");
    world.place(&ticket()).await.unwrap();
    let long = Some(PositionSide::Long);
    order::close_side(&world.desk, &world.actor, world.key, &btc(), long).await.unwrap();
    assert_eq!(world.position(), d("0"));
    let touched = world.orders().iter().any(|order| order.position_side == PositionSlot::Short);
    assert!(!touched, "the short one is left alone");
    assert!(world.orders().iter().all(Order::is_final));
}

pub(crate) async fn changes_of_a_trade_are_of_its_own_position(db: &TestDb) {
    let world = hedged(db).await;
    world.hold_short("0.03");
    world.place(&ticket()).await.unwrap();
    world.change(stop("19500")).await.unwrap();
    assert_eq!(world.fake.placed(MOVED)[0].position_side, PositionSlot::Long);
    let target = TradeTarget { side: Some(PositionSide::Short), ..TradeTarget::default() };
    let missing = world.change_of(target, stop("21000")).await;
    assert!(matches!(missing, Err(Error::NotFound)), "no trade is open on that side: {missing:?}");
    let add = AddSize::Amount(d("0.01"));
    let target = TradeTarget::default();
    order::add_to_trade(&world.desk, &world.actor, world.key, &btc(), target, add).await.unwrap();
    assert_eq!(world.position(), d("0.06"));
    let part = (Part::Amount(d("0.02")), Some(PositionSide::Long));
    order::close_part(&world.desk, &world.actor, world.key, &btc(), part, None).await.unwrap();
    assert_eq!(world.position(), d("0.04"));
    let sell = (Side::Sell, d("0.01"));
    order::reduce_position(&world.desk, &world.actor, world.key, &btc(), sell, None).await.unwrap();
    assert_eq!(world.position(), d("0.03"), "a sell reduces the long one");
    assert!(world.orders().iter().all(|order| order.position_side == PositionSlot::Long));
}

pub(crate) async fn the_position_beside_a_trade_is_adopted(db: &TestDb) {
    let world = hedged(db).await;
    world.hold_short("0.03");
    world.place(&ticket()).await.unwrap();
    let adopted = async |side| {
        let wish = stop("21000");
        order::adopt_position(&world.desk, &world.actor, world.key, (&btc(), side), wish, None).await
    };
    let long = adopted(Some(PositionSide::Long)).await;
    assert_eq!(problems(long), [("symbol".to_owned(), Problem::AlreadySupervised)]);
    adopted(None).await.unwrap();
    let state = order::account_state(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    let short = state.protection_on(Some(PositionSide::Short)).unwrap();
    assert_eq!((short.state, short.stop), (ProtectionState::Supervised, Some(d("21000"))));
    assert_eq!(state.trades.len(), 2);
    let on_short = |order: &Order| order.position_side == PositionSlot::Short;
    assert_eq!(world.orders().iter().filter(|order| on_short(order)).count(), 1);
}

pub(crate) async fn a_lost_stop_is_replaced_on_its_own_side(db: &TestDb) {
    let world = hedged(db).await;
    world.hold_short("0.03");
    world.place(&ticket()).await.unwrap();
    world.fake.state.lock().unwrap().orders.retain(|order| order.kind != OrderType::StopMarket);
    // A stop of the short position covers nothing of the long one.
    let beside = Order {
        client_order_id: "web-1".into(),
        side: Side::Buy,
        position_side: PositionSlot::Short,
        ..world.orders()[1].clone()
    };
    world.fake.state.lock().unwrap().orders.push(Order { kind: OrderType::StopMarket, ..beside });
    // It is supervised already: this inspects it now.
    let market = btc();
    let position = (&market, Some(PositionSide::Long));
    order::protection::set_supervised(&world.desk, &world.actor, world.key, position, true).await.unwrap();
    let stops: Vec<_> = world.orders().into_iter().filter(|o| o.kind == OrderType::StopMarket).collect();
    let sides: Vec<_> = stops.iter().map(|stop| stop.position_side).collect();
    assert_eq!(sides, [PositionSlot::Short, PositionSlot::Long]);
}

pub(crate) async fn a_reversal_closes_one_side_and_opens_the_other(db: &TestDb) {
    let world = hedged(db).await;
    world.place(&ticket()).await.unwrap();
    world.hold_short("0.03");
    let reverse =
        async || order::reverse_trade(&world.desk, &world.actor, world.key, &btc(), None, false, None).await;
    assert_eq!(problems(reverse().await), [("trade".to_owned(), Problem::PositionOpen)]);
    assert_eq!(world.position(), d("0.05"), "another trade is not replaced unasked");
    world.fake.state.lock().unwrap().beside = None;
    reverse().await.unwrap();
    let entries: Vec<_> = world.fake.placed(ENTRY).iter().map(|order| order.position_side).collect();
    assert_eq!(entries, [PositionSlot::Long, PositionSlot::Short]);
    assert_eq!(world.position(), d("-0.05"));
}

pub(crate) async fn resting_entries_of_both_sides_are_cancelled(db: &TestDb) {
    let world = hedged(db).await;
    world.place(&limit("19500")).await.unwrap();
    let above = RawTicket { kind: Some("LIMIT".into()), price: Some("20500".into()), ..sell() };
    world.place(&above).await.unwrap();
    let open = |world: &World| world.orders().iter().filter(|order| !order.is_final()).count();
    assert_eq!(open(&world), 2, "neither has replaced the other");
    let ended = order::cancel_entries(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    assert_eq!((ended, open(&world)), (2, 0));
}

pub(crate) async fn supervision_is_ended_for_one_side(db: &TestDb) {
    let world = hedged(db).await;
    world.place(&ticket()).await.unwrap();
    let set = async |side, on| {
        order::protection::set_supervised(&world.desk, &world.actor, world.key, (&btc(), side), on).await
    };
    let none = set(Some(PositionSide::Short), false).await;
    assert!(matches!(none, Err(Error::NotFound)), "{none:?}");
    set(Some(PositionSide::Long), false).await.unwrap();
    let state = order::account_state(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    assert_eq!(state.protection.map(|protection| protection.state), Some(ProtectionState::Released));
    assert!(world.change(remove(true)).await.is_ok());
}

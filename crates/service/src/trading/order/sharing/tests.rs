use super::*;
use crate::trading::order::{
    intent::Request,
    legs::{
        self, PlannedOrder,
        tests::{market, open_order},
    },
    seq,
};
use domain::{
    ExchangeKeyId, OrderStatus, OrderType, TradeType, UserId,
    ticket::{Entry, ManualOrder, Stop},
};
use store::{
    intent::{LegStatus, Status},
    protection::Wanted,
};
use uuid::Uuid;

fn d(text: &str) -> Decimal {
    domain::money::parse(text).unwrap()
}

fn id(number: u128) -> IntentId {
    IntentId(Uuid::from_u128(number))
}

/// The row of a long trade that was opened beside others, or that replaced what was open.
fn row(number: u128, beside: bool) -> Protection {
    Protection {
        intent_id: id(number),
        user_id: UserId(Uuid::nil()),
        exchange_key_id: ExchangeKeyId(Uuid::nil()),
        symbol: "BTC/USDT".parse().unwrap(),
        position_side: PositionSlot::Both,
        side: Side::Buy,
        wanted: Wanted::Stop,
        entered_at: Some(Micros(1)),
        told_at: None,
        ended_at: None,
        held_before: beside.then_some(DecimalText(d("1"))),
        lost: None,
        created_at: Micros(0),
    }
}

/// A bought trade of 1 with a stop at 90 and a take-profit for all of it.
fn trade(number: u128) -> Intent {
    let order = ManualOrder {
        symbol: "BTC/USDT".parse().unwrap(),
        side: Side::Buy,
        entry: Entry::Market,
        amount: d("1"),
        targets: vec![d("110")],
        stop: Some(Stop { trigger: d("90"), limit: None }),
        risk_percent: None,
    };
    let mut legs = legs::opening(&order, &market()).unwrap();
    beside_others(&mut legs, order.amount);
    let mut intent = Intent {
        id: id(number),
        user: UserId(Uuid::nil()),
        key: ExchangeKeyId(Uuid::nil()),
        trade_type: TradeType::Futures,
        symbol: order.symbol.clone(),
        slot: PositionSlot::Both,
        request: Request::Open(order),
        status: Status::Done,
        settled: true,
        legs,
        ending: None,
        created_at: Micros(0),
        updated_at: Micros(0),
        install: None,
        held_before: None,
        tenure: crate::platform::fence::Tenure::default(),
    };
    let entry = Order {
        filled: d("1"),
        status: OrderStatus::Closed,
        ..open_order(OrderType::Market, Side::Buy, None)
    };
    intent.mark(seq::ENTRY, LegStatus::Placed, Some(entry));
    intent.mark(seq::STOP, LegStatus::Placed, None);
    intent
}

fn sharer(number: u128) -> Sharer {
    Sharer { intent: trade(number), row: row(number, number > 1), reduced: Decimal::ZERO }
}

/// Trades 1, 2 and 3 as the one with this number sees them.
fn shared(number: usize) -> SharedPosition {
    SharedPosition { trades: vec![sharer(1), sharer(2), sharer(3)], own: number - 1, side: Side::Buy }
}

fn stop(client_order_id: &str, amount: Option<&str>) -> Order {
    let order = open_order(OrderType::StopMarket, Side::Sell, amount.map(d));
    Order { client_order_id: client_order_id.to_owned(), ..order }
}

fn own_stop(number: u128) -> Order {
    stop(&trade(number).client_id(seq::STOP), Some("1"))
}

#[test]
fn a_position_belongs_to_what_has_replaced_it_and_to_what_was_opened_beside_that() {
    let rows = [row(1, false), row(2, true), row(3, false), row(4, true)];
    let superseded = |rows: &[Protection]| {
        let ids = rows.iter().map(|row| is_superseded(rows, row.intent_id));
        ids.collect::<Vec<_>>()
    };
    assert_eq!(superseded(&rows), [true, true, false, false]);
    assert_eq!(superseded(&rows[..2]), [false, false]);
    let waiting = |row: Protection| Protection { entered_at: None, ..row };
    let not_yet = [row(1, false), row(2, true), waiting(row(3, false))];
    assert_eq!(superseded(&not_yet), [false; 3], "the replacement has not filled");
    let ended = Protection { ended_at: Some(Micros(2)), ..row(4, true) };
    let open: Vec<_> =
        current(&[row(1, false), row(3, false), ended]).into_iter().map(|row| row.intent_id).collect();
    assert_eq!(open, [id(3)]);
}

#[test]
fn in_hedge_mode_a_trade_neither_shares_nor_replaces_a_position_of_the_other_side() {
    let of = |slot, side, row| Protection { position_side: slot, side, ..row };
    let long = |number, beside| of(PositionSlot::Long, Side::Buy, row(number, beside));
    let short = |number, beside| of(PositionSlot::Short, Side::Sell, row(number, beside));
    let rows = [long(1, false), short(2, false), long(3, true), short(4, true)];
    assert!(rows.iter().all(|row| !is_superseded(&rows, row.intent_id)));
    let [first, second, third, fourth] = positions(&rows)[..] else { panic!("a row has no position") };
    assert_eq!((first, second), (third, fourth), "each side has one shared position");
    assert_ne!(first, second);
    let replaced = [long(1, false), short(2, false), long(3, true), short(4, false)];
    let open: Vec<_> = current(&replaced).into_iter().map(|row| row.intent_id).collect();
    assert_eq!(open, [id(1), id(3), id(4)], "a replaced short position leaves the long ones alone");
}

#[test]
fn a_trade_has_what_it_entered_less_what_was_closed_of_it() {
    let mut one = sharer(1);
    assert_eq!(one.rest(), d("1"));
    let hit = Order { filled: d("0.25"), ..open_order(OrderType::TakeProfit, Side::Sell, Some(d("1"))) };
    one.intent.mark(seq::FIRST_TARGET, LegStatus::Placed, Some(hit));
    one.reduced = d("0.5");
    assert_eq!(one.rest(), d("0.25"));
    one.row.lost = Some(DecimalText(d("0.1")));
    assert_eq!(one.rest(), d("0.15"));
    one.reduced = d("1");
    assert_eq!(one.rest(), Decimal::ZERO);
}

#[test]
fn the_stops_of_other_trades_do_not_cover_a_trade() {
    let open = vec![own_stop(1), own_stop(2)];
    let seen = |number: usize| shared(number).own_orders(open.clone());
    assert_eq!(seen(1), [own_stop(1)]);
    assert_eq!(seen(2), [own_stop(2)]);
    assert!(seen(3).is_empty());
}

#[test]
fn a_stop_of_no_trade_covers_the_oldest_trade_without_one_first() {
    let open = vec![own_stop(1), stop("web-1", Some("1.5"))];
    let covered = |number: usize| {
        let seen = shared(number).own_orders(open.clone());
        seen.iter()
            .filter(|order| order.client_order_id == "web-1")
            .filter_map(|order| order.amount)
            .sum::<Decimal>()
    };
    assert_eq!([1, 2, 3].map(covered), [d("0"), d("1"), d("0.5")]);
    let whole = vec![stop("web-1", None)];
    let all = [1, 2, 3].map(|number| shared(number).own_orders(whole.clone())[0].amount);
    assert_eq!(all, [Some(d("1")); 3], "a stop without an amount closes everything");
}

#[test]
fn a_resized_stop_replaces_all_before_it_whatever_their_amounts() {
    let mut intent = trade(1);
    let order = intent.wanted_stop().unwrap().clone();
    intent.plan(100, Role::Stop, PlannedOrder { amount: Some(d("0.4")), resizes: true, ..order.clone() });
    let outdated = |intent: &Intent| intent.outdated_stops().map(|leg| leg.seq).collect::<Vec<_>>();
    assert_eq!(outdated(&intent), [seq::STOP]);
    intent.mark(100, LegStatus::Placed, None);
    intent.mark(seq::STOP, LegStatus::Done, None);
    // A stop for what has filled since shares the trade with it.
    intent.plan(101, Role::Stop, PlannedOrder { amount: Some(d("0.2")), ..order });
    assert!(outdated(&intent).is_empty());
}

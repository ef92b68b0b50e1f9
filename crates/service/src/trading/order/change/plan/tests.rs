use super::*;
use crate::trading::order::{
    change::request::Reducing,
    intent::Request,
    legs::tests::{market, open_order, position},
    seq,
};
use domain::{
    ExchangeKeyId, IntentId, Micros, OrderStatus, OrderType, TradeType, UserId,
    ticket::{Entry, ManualOrder},
};
use proptest::prelude::*;
use store::intent::{LegStatus, Status};
use uuid::Uuid;

pub(in crate::trading::order::change) fn d(text: &str) -> Decimal {
    domain::money::parse(text).unwrap()
}

/// A bought trade of 1 with a market stop at 90, whose entry has filled by `filled`.
pub(in crate::trading::order::change) fn trade(filled: Decimal) -> Intent {
    let order = ManualOrder {
        symbol: "BTC/USDT".parse().unwrap(),
        side: Side::Buy,
        entry: Entry::Limit(d("100")),
        amount: d("1"),
        targets: vec![d("110"), d("120")],
        stop: Some(Stop { trigger: d("90"), limit: None }),
        risk_percent: None,
    };
    let mut legs = legs::opening(&order, &market()).unwrap();
    for leg in legs.iter_mut().filter(|leg| leg.role == Role::Entry || filled > Decimal::ZERO) {
        let ends = leg.role == Role::Entry && filled == d("1");
        let placed = leg.order.as_ref().map(|planned| Order {
            filled: if leg.role == Role::Entry { filled } else { Decimal::ZERO },
            reduce_only: planned.reduce_only,
            status: if ends { OrderStatus::Closed } else { OrderStatus::Open },
            ..open_order(planned.kind, planned.side, planned.amount)
        });
        (leg.status, leg.placed) = (LegStatus::Placed, placed);
    }
    let rests = filled < d("1");
    Intent {
        id: IntentId(Uuid::nil()),
        user: UserId(Uuid::nil()),
        key: ExchangeKeyId(Uuid::nil()),
        trade_type: TradeType::Futures,
        symbol: order.symbol.clone(),
        slot: domain::PositionSlot::Both,
        request: Request::Open(order),
        status: if rests { Status::Waiting } else { Status::Done },
        settled: !rests,
        legs,
        ending: None,
        created_at: Micros(0),
        updated_at: Micros(0),
        install: None,
        held_before: None,
        tenure: crate::platform::fence::Tenure::default(),
    }
}

fn moved(trigger: &str) -> TradeChange {
    TradeChange {
        stop: Some(StopChange::Set(Stop { trigger: d(trigger), limit: None })),
        ..TradeChange::default()
    }
}

fn planned(trade: &mut Intent, held: Option<&Position>, change: &TradeChange) -> Protecting {
    let at = Situation::of(trade, held, d("100")).unwrap();
    plan(trade, change, &at, Wanted::Stop, d("0.001")).unwrap()
}

#[test]
fn a_moved_stop_has_the_amount_that_is_held_and_is_wanted_from_then_on() {
    let mut trade = trade(d("1"));
    let held = position(d("0.4"));
    let step = planned(&mut trade, Some(&held), &moved("95"));
    assert_eq!(step.stop, StopStep::Move(100));
    let wanted = trade.wanted_stop().unwrap();
    assert_eq!((wanted.stop_price, wanted.amount), (Some(d("95")), Some(d("0.4"))));
    let outdated: Vec<u16> = trade.outdated_stops().map(|leg| leg.seq).collect();
    assert_eq!(outdated, [seq::STOP]);
}

#[test]
fn a_stop_that_the_desk_moves_covers_a_fill_that_the_position_does_not_show_yet() {
    for stop in [None, Some(d("94"))].map(|limit| Stop { trigger: d("95"), limit }) {
        let mut trade = trade(d("1"));
        let held = position(d("0.4"));
        let mut at = Situation::of(&trade, Some(&held), d("100")).unwrap();
        at.cover_entered(&trade);
        let change = TradeChange { stop: Some(StopChange::Set(stop)), ..TradeChange::default() };
        plan(&mut trade, &change, &at, Wanted::Stop, d("0.001")).unwrap();
        assert_eq!(trade.wanted_stop().unwrap().amount, Some(d("1")), "{stop:?}");
    }
}

#[test]
fn a_moved_market_stop_covers_what_its_owner_has_added_elsewhere() {
    let mut trade = trade(d("1"));
    let held = position(d("1.5"));
    planned(&mut trade, Some(&held), &moved("95"));
    assert_eq!(trade.wanted_stop().unwrap().amount, Some(d("1.5")), "so did the stop before it");
    let limit = Stop { trigger: d("94"), limit: Some(d("93")) };
    let change = TradeChange { stop: Some(StopChange::Set(limit)), ..TradeChange::default() };
    planned(&mut trade, Some(&held), &change);
    assert_eq!(trade.wanted_stop().unwrap().amount, Some(d("1")));
}

#[test]
fn a_refused_move_leaves_the_stop_before_it_wanted() {
    let mut trade = trade(d("1"));
    let held = position(d("1"));
    planned(&mut trade, Some(&held), &moved("95"));
    trade.mark(100, LegStatus::Refused, None);
    assert_eq!(trade.wanted_stop().unwrap().stop_price, Some(d("90")));
    assert_eq!(trade.outdated_stops().count(), 0);
    let step = planned(&mut trade, Some(&held), &moved("96"));
    assert_eq!(step.stop, StopStep::Move(100), "a leg that was refused is used again");
}

#[test]
fn a_stop_that_stays_where_it_is_plans_nothing() {
    let mut trade = trade(d("1"));
    let held = position(d("1"));
    assert_eq!(planned(&mut trade, Some(&held), &moved("90")).stop, StopStep::Keep);
}

#[test]
fn the_stop_of_an_entry_that_rests_is_for_all_that_was_ordered() {
    let mut trade_unfilled = trade(d("0"));
    assert_eq!(planned(&mut trade_unfilled, None, &moved("95")).stop, StopStep::Move(100));
    assert_eq!(trade_unfilled.wanted_stop().unwrap().amount, None, "nothing else is open");
    let mut partly = trade(d("0.3"));
    let held = position(d("0.3"));
    planned(&mut partly, Some(&held), &moved("95"));
    assert_eq!(partly.wanted_stop().unwrap().amount, Some(d("1")), "the rest may still fill");
}

#[test]
fn new_take_profits_replace_those_that_have_not_filled() {
    let mut trade = trade(d("1"));
    let held = position(d("1"));
    let shares = [("110", "0.3"), ("120", "0.5"), ("130", "0.2")];
    let targets = shares.map(|(price, share)| TargetShare { price: d(price), share: d(share) }).to_vec();
    let change = TradeChange { targets: Some(targets), ..TradeChange::default() };
    let step = planned(&mut trade, Some(&held), &change).targets.unwrap();
    assert_eq!((step.old, &step.new[..]), (vec![4, 5], &[20_000, 20_001, 20_002][..]));
    let amounts: Vec<_> = step.new.iter().map(|seq| trade.leg(*seq).unwrap().unfilled()).collect();
    assert_eq!(amounts, [d("0.3"), d("0.5"), d("0.2")]);
}

#[test]
fn a_moved_stop_of_a_part_closes_only_the_part() {
    let mut trade = trade(d("1"));
    // A take-profit has closed half of it.
    let part = position(d("0.5"));
    let at = Situation::of(&trade, Some(&part), d("100")).unwrap();
    let mut at = at.shared();
    at.cover_entered(&trade);
    plan(&mut trade, &moved("95"), &at, Wanted::Stop, d("0.001")).unwrap();
    let stop = trade.wanted_stop().unwrap();
    assert_eq!((stop.amount, stop.resizes), (Some(d("0.5")), true));
    let adding = plan_addition(&mut trade, &at, &part, d("0.3")).unwrap();
    assert!(matches!(adding.stop, StopStep::Move(_)));
    assert_eq!(trade.wanted_stop().unwrap().amount, Some(d("0.8")));
    assert_eq!(adding.own, d("0.5"));
}

#[test]
fn a_position_that_grows_gets_a_larger_stop_where_the_stop_has_an_amount() {
    let mut trade = trade(d("1"));
    let held = position(d("1"));
    let at = Situation::of(&trade, Some(&held), d("100")).unwrap();
    let adding = plan_addition(&mut trade, &at, &held, d("0.5")).unwrap();
    assert_eq!((adding.stop, adding.leg, &adding.targets[..]), (StopStep::Keep, 30_000, &[4, 5][..]));
    planned(&mut trade, Some(&held), &moved("95"));
    trade.mark(seq::STOP, LegStatus::Done, None);
    let adding = plan_addition(&mut trade, &at, &held, d("0.5")).unwrap();
    assert_eq!((adding.stop, trade.wanted_stop().unwrap().amount), (StopStep::Move(101), Some(d("1.5"))));
    let outdated: Vec<u16> = trade.outdated_stops().map(|leg| leg.seq).collect();
    assert_eq!(outdated, [100], "the smaller one at the same price");
}

#[test]
fn an_addition_counts_as_entered() {
    let mut trade = trade(d("1"));
    let held = position(d("1"));
    let at = Situation::of(&trade, Some(&held), d("100")).unwrap();
    let adding = plan_addition(&mut trade, &at, &held, d("0.5")).unwrap();
    assert_eq!(trade.entered(), Some(d("1")), "nothing of it has filled");
    let filled = |price, filled| Order {
        average: Some(d(price)),
        filled: d(filled),
        ..open_order(OrderType::Market, Side::Buy, Some(d(filled)))
    };
    trade.mark(seq::ENTRY, LegStatus::Placed, Some(filled("100", "1")));
    assert_eq!(trade.average_entry(), Some(d("100")));
    trade.mark(adding.leg, LegStatus::Placed, Some(filled("106", "0.5")));
    assert_eq!((trade.entered(), trade.average_entry()), (Some(d("1.5")), Some(d("102"))));
    let price_of = |amount| {
        let held = Position { entry_price: d("105"), ..position(d(amount)) };
        Situation::of(&trade, Some(&held), d("106")).unwrap().held_price(&trade)
    };
    assert_eq!(price_of("0.6"), Some(d("105")), "most of the first part was closed before");
    assert_eq!(price_of("2"), Some(d("102")), "the exchange counts what its owner has added elsewhere");
}

#[test]
fn only_the_new_take_profits_are_sent_if_the_entry_fills_before_the_change_is_carried_out() {
    let mut partly = trade(d("0.3"));
    partly.mark(4, LegStatus::Planned, None);
    partly.mark(5, LegStatus::Planned, None);
    let held = position(d("0.3"));
    let targets = vec![TargetShare { price: d("130"), share: d("1") }];
    let change = TradeChange { targets: Some(targets), ..TradeChange::default() };
    let step = planned(&mut partly, Some(&held), &change).targets.unwrap();
    assert_eq!((&step.old[..], &step.new[..]), (&[4, 5][..], &[20_000][..]));
    legs::fit_to_fill(&mut partly.legs, d("1"), &market());
    let wanted: Vec<_> = partly.wanted_targets().map(|leg| (leg.seq, leg.unfilled())).collect();
    assert_eq!(wanted, [(20_000, d("1"))]);
    // The exchange refuses the change.
    partly.give_up(&step.new);
    partly.take_back(&step.old);
    let wanted: Vec<u16> = partly.wanted_targets().map(|leg| leg.seq).collect();
    assert_eq!(wanted, [4, 5]);
}

#[test]
fn an_interrupted_fit_continues_with_the_take_profits_that_it_planned() {
    let mut trade = trade(d("1"));
    let half: Vec<PlannedOrder> =
        trade.wanted_targets().filter_map(|leg| with_amount(leg, d("0.25"))).collect();
    assert_eq!(trade.interrupted_fit(d("0.5")), None);
    let step = replace_targets(&mut trade, &half).unwrap();
    assert_eq!(trade.interrupted_fit(d("0.5")), Some(step.clone()));
    step.old.iter().for_each(|seq| trade.mark(*seq, LegStatus::Done, None));
    let rest = TargetStep { old: Vec::new(), new: step.new };
    assert_eq!(trade.interrupted_fit(d("0.5")), Some(rest), "the old ones are cancelled");
    trade.mark(20_000, LegStatus::Placed, None);
    let last = TargetStep { old: Vec::new(), new: vec![20_001] };
    assert_eq!(trade.interrupted_fit(d("0.5")), Some(last), "one of them is open");
    assert_eq!(trade.interrupted_fit(d("0.2")), None, "the position has become smaller");
}

#[test]
fn a_partial_close_that_has_closed_something_is_never_repeated() {
    let mut reduced = trade(d("1"));
    assert!(!reduced.has_reduced(), "it opens a position");
    reduced.legs = vec![Leg::new(seq::CLOSE, Role::Close, None)];
    reduced.request = Request::Reduce(Reducing {
        trade: None,
        side: Side::Buy,
        amount: d("0.5"),
        left: d("0.5"),
        copy: None,
        whole: false,
    });
    assert!(!reduced.has_reduced());
    let filled = Order { filled: d("0.2"), ..open_order(OrderType::Market, Side::Sell, Some(d("0.5"))) };
    reduced.mark(seq::CLOSE, LegStatus::Placed, Some(filled));
    assert!(reduced.has_reduced());
}

#[test]
fn a_trade_without_its_position_cannot_be_changed() {
    let short = position(d("-1"));
    assert!(Situation::of(&trade(d("1")), Some(&short), d("100")).is_none());
    assert!(Situation::of(&trade(d("1")), None, d("100")).is_none());
}

#[test]
fn a_stop_that_was_adopted_is_outdated_once_it_was_moved_again() {
    let mut trade = trade(d("1"));
    let held = position(d("1"));
    let adopted = PlannedOrder { stop_price: Some(d("92")), ..trade.wanted_stop().unwrap().clone() };
    trade.plan(100, Role::Stop, adopted);
    trade.mark(100, LegStatus::Skipped, None);
    let theirs = Order {
        client_order_id: "web-1".to_owned(),
        stop_price: Some(d("92")),
        ..open_order(OrderType::StopMarket, Side::Sell, None)
    };
    let open = [theirs];
    assert!(trade.outdated_among(&open).is_empty());
    planned(&mut trade, Some(&held), &moved("95"));
    assert_eq!(trade.outdated_among(&open), ["web-1"]);
    trade.end_adoptions();
    assert!(trade.outdated_among(&open).is_empty(), "its owner may place it again");
}

#[test]
fn changes_leave_the_last_numbers_to_lost_stops_and_partial_closes() {
    let mut trade = trade(d("1"));
    let held = position(d("1"));
    let refused = |trade: &mut Intent, change: &TradeChange| {
        let at = Situation::of(trade, Some(&held), d("100")).unwrap();
        plan(trade, change, &at, Wanted::Stop, d("0.001")).map(drop)
    };
    let often = |result: Result<()>| matches!(result, Err(Error::Fields(all)) if all[0].problem == Problem::ChangedTooOften);
    let stop = PlannedOrder { stop_price: Some(d("91")), ..trade.wanted_stop().unwrap().clone() };
    trade.plan(seq::STOPS.end - seq::RESERVED - 1, Role::Stop, stop);
    trade.mark(seq::STOPS.end - seq::RESERVED - 1, LegStatus::Placed, None);
    assert!(often(refused(&mut trade, &moved("95"))));
    assert_eq!(trade.next_stop(), Some(seq::STOPS.end - seq::RESERVED));

    let target = legs::target_order(Side::Buy, d("110"), d("1"));
    trade.plan(seq::TARGETS.end - seq::RESERVED - 2, Role::Target, target);
    let targets = |count| {
        let all = vec![TargetShare { price: d("110"), share: d("0.5") }; count];
        TradeChange { targets: Some(all), ..TradeChange::default() }
    };
    assert!(often(refused(&mut trade, &targets(2))));
    assert!(refused(&mut trade, &targets(0)).is_ok());
    assert!(refused(&mut trade, &targets(1)).is_ok());
}

proptest! {
    /// After any sequence of moves, answered or refused, one stop is wanted: the last one that was not refused.
    #[test]
    fn the_last_stop_that_was_not_refused_is_wanted(
        moves in proptest::collection::vec((901_i64..999, any::<bool>()), 1..12),
    ) {
        let mut trade = trade(d("1"));
        let held = position(d("1"));
        let mut expected = d("90");
        for (price, accepted) in moves {
            let price = Decimal::new(price, 1);
            let change = TradeChange {
                stop: Some(StopChange::Set(Stop { trigger: price, limit: None })),
                ..TradeChange::default()
            };
            let StopStep::Move(seq) = planned(&mut trade, Some(&held), &change).stop else { continue };
            if accepted {
                trade.mark(seq, LegStatus::Placed, None);
                expected = price;
                let old: Vec<u16> = trade.outdated_stops().map(|leg| leg.seq).collect();
                old.into_iter().for_each(|seq| trade.mark(seq, LegStatus::Done, None));
            } else {
                trade.mark(seq, LegStatus::Refused, None);
            }
            prop_assert_eq!(trade.wanted_stop().unwrap().stop_price, Some(expected));
            prop_assert_eq!(trade.outdated_stops().count(), 0);
        }
    }
}

//! Decides the next repair of a position from what is wanted and what the exchange reports. Pure, and
//! independent of the cause of a difference: a crash, a refusal, a late cancel, an outage and a manual change
//! by the owner are handled alike.

use super::rules::Rule;
use crate::trading::order::side::entered_by;
use domain::{Decimal, Order, OrderType, Position, Side};
use store::protection::Wanted;

/// The desired state of a position, and its state as the exchange reports it.
#[derive(Clone, Copy, Debug)]
pub(in crate::trading::order) struct Facts<'a> {
    pub(in crate::trading::order) wanted: Wanted,
    pub(in crate::trading::order) side: Side,
    /// The filled amount of the entry, if known.
    pub(in crate::trading::order) entered: Option<Decimal>,
    /// Whether the entry is resting, or may still arrive at the exchange.
    pub(in crate::trading::order) entry_open: bool,
    /// Whether a later entry of this desk on the market has replaced the position. The open one then belongs to that entry.
    pub(in crate::trading::order) superseded: bool,
    /// Whether other trades share the position. `position` and `open` are then the trade's part.
    pub(in crate::trading::order) shared: bool,
    pub(in crate::trading::order) position: Option<&'a Position>,
    pub(in crate::trading::order) open: &'a [Order],
    /// Client order ids of open stops that another stop has replaced.
    pub(in crate::trading::order) outdated: &'a [String],
}

/// The next repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trading::order) enum Next {
    /// Everything is as wanted.
    Agree,
    /// This amount of the position has no stop.
    PlaceStop(Decimal),
    /// This amount of the position has only a stop that another one has replaced: the wanted one is missing.
    MoveStop(Decimal),
    /// The wanted stop is open: cancel those that it has replaced.
    CancelOutdated,
    /// The stop would close more than this amount, which is the trade's part of a shared position.
    ResizeStop(Decimal),
    /// This amount of the position must be closed.
    Close(Decimal),
    /// The position is flat: remove its protective orders.
    End,
}

/// Decides the next repair.
pub(in crate::trading::order) fn next(facts: &Facts<'_>) -> Next {
    let ours =
        |position: &&Position| entered_by(position.side) == facts.side || !Rule::OtherSideIsForeign.holds();
    let held = facts.position.filter(ours);
    let held = held.map_or(Decimal::ZERO, |position| position.contracts);
    if facts.superseded && Rule::LaterEntryOwns.holds() {
        return Next::End;
    }
    if held.is_zero() {
        let may_fill = facts.entry_open && Rule::OpenEntryMayFill.holds();
        return if may_fill { Next::Agree } else { Next::End };
    }
    // Anything beyond the entry's amount does not belong to this position.
    let entered = facts.entered.filter(|_| Rule::ExcessIsForeign.holds());
    let ours = entered.map_or(held, |entered| entered.min(held));
    match facts.wanted {
        Wanted::NoStop if Rule::NoStopByChoice.holds() => Next::Agree,
        Wanted::Closed if Rule::ClosingIsPursued.holds() => Next::Close(ours),
        _ => {
            let outdated = |order: &&Order| facts.outdated.contains(&order.client_order_id);
            let wanted = facts.open.iter().filter(|order| !outdated(order));
            let uncovered = ours - covered(facts.open.iter(), facts.side, ours);
            let missing = ours - covered(wanted, facts.side, ours);
            if uncovered > Decimal::ZERO {
                Next::PlaceStop(missing)
            } else if missing > Decimal::ZERO {
                if Rule::OutdatedStopIsReplaced.holds() { Next::MoveStop(missing) } else { Next::Agree }
            } else if facts.open.iter().any(|order| outdated(&order)) && Rule::OutdatedStopIsCancelled.holds()
            {
                Next::CancelOutdated
            } else if facts.shared && closes_more(facts, ours) && Rule::SharedStopFits.holds() {
                Next::ResizeStop(ours)
            } else {
                Next::Agree
            }
        }
    }
}

/// Returns how much of `held` the stops among `open` would close, whether the desk placed them or not.
fn covered<'a>(open: impl Iterator<Item = &'a Order>, entered: Side, held: Decimal) -> Decimal {
    let stops = open.filter(|order| is_stop(order) && order.side == entered.opposite());
    // A stop without an amount closes the whole position.
    let whole = !Rule::PartialStopCoversPart.holds();
    let covers = |order: &Order| order.amount.filter(|_| !whole).map_or(held, |amount| amount - order.filled);
    stops.map(covers).sum::<Decimal>().min(held)
}

/// Whether the wanted stops among the open orders would close more than `held` together: those that no trade has sent have the amount that
/// they cover.
fn closes_more(facts: &Facts<'_>, held: Decimal) -> bool {
    let wanted = |order: &&Order| {
        is_stop(order)
            && order.side == facts.side.opposite()
            && !facts.outdated.contains(&order.client_order_id)
    };
    let amounts = facts.open.iter().filter(wanted).map(|order| Some(order.amount? - order.filled));
    // One without an amount closes the whole position.
    amounts.sum::<Option<Decimal>>().is_none_or(|total| total > held)
}

/// Whether an order closes a position when the price moves against it.
pub(in crate::trading::order) fn is_stop(order: &Order) -> bool {
    let kind = matches!(order.kind, OrderType::Stop | OrderType::StopMarket | OrderType::TrailingStopMarket);
    (kind || !Rule::OnlyStopsCover.holds()) && order.reduce_only && !order.is_final()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trading::order::legs::tests::{open_order, position};
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        domain::money::parse(text).unwrap()
    }

    fn facts<'a>(position: Option<&'a Position>, open: &'a [Order]) -> Facts<'a> {
        Facts {
            wanted: Wanted::Stop,
            side: Side::Buy,
            entered: Some(d("1")),
            entry_open: false,
            superseded: false,
            shared: false,
            position,
            open,
            outdated: &[],
        }
    }

    #[test]
    fn a_stop_that_was_moved_is_replaced_before_it_is_cancelled() {
        let long = position(d("1"));
        let stop = |id: &str, amount: Option<Decimal>| Order {
            client_order_id: id.to_owned(),
            ..open_order(OrderType::StopMarket, Side::Sell, amount)
        };
        let outdated = ["old".to_owned()];
        let of = |open: &[Order]| next(&Facts { outdated: &outdated, ..facts(Some(&long), open) });
        let (old, new) = (stop("old", None), stop("new", Some(d("1"))));
        assert_eq!(of(std::slice::from_ref(&old)), Next::MoveStop(d("1")));
        assert_eq!(of(&[old.clone(), new.clone()]), Next::CancelOutdated);
        assert_eq!(of(&[new]), Next::Agree);
        assert_eq!(of(&[]), Next::PlaceStop(d("1")), "neither is open");
        let part = stop("old", Some(d("0.4")));
        assert_eq!(of(&[part]), Next::PlaceStop(d("1")), "the old one does not cover the position");
        assert_eq!(of(&[old, stop("new", Some(d("0.4")))]), Next::MoveStop(d("0.6")));
    }

    #[test]
    fn a_stop_of_a_part_closes_no_more_than_the_part() {
        let part = position(d("1"));
        let stop = |amount: Option<&str>| open_order(OrderType::StopMarket, Side::Sell, amount.map(d));
        let of = |open: &[Order]| next(&Facts { shared: true, ..facts(Some(&part), open) });
        assert_eq!(of(&[stop(None)]), Next::ResizeStop(d("1")), "it closes the others, too");
        assert_eq!(of(&[stop(Some("1.5"))]), Next::ResizeStop(d("1")));
        assert_eq!(of(&[stop(Some("0.4")), stop(Some("0.6"))]), Next::Agree);
        assert_eq!(of(&[stop(Some("0.4"))]), Next::PlaceStop(d("0.6")));
        let alone = [stop(Some("1.5"))];
        assert_eq!(next(&facts(Some(&part), &alone)), Next::Agree, "nobody else has a part");
    }

    #[test]
    fn a_stop_is_wanted_for_what_was_entered_and_is_still_held() {
        let long = position(d("1"));
        assert_eq!(next(&facts(Some(&long), &[])), Next::PlaceStop(d("1")));
        let whole = [open_order(OrderType::StopMarket, Side::Sell, None)];
        assert_eq!(next(&facts(Some(&long), &whole)), Next::Agree);
        let part = [open_order(OrderType::Stop, Side::Sell, Some(d("0.4")))];
        assert_eq!(next(&facts(Some(&long), &part)), Next::PlaceStop(d("0.6")));
        let more = position(d("3"));
        assert_eq!(next(&facts(Some(&more), &part)), Next::PlaceStop(d("0.6")), "the rest is not ours");
        let wrong_way = [open_order(OrderType::StopMarket, Side::Buy, None)];
        assert_eq!(next(&facts(Some(&long), &wrong_way)), Next::PlaceStop(d("1")));
        let target = [open_order(OrderType::TakeProfit, Side::Sell, Some(d("1")))];
        assert_eq!(next(&facts(Some(&long), &target)), Next::PlaceStop(d("1")), "a take-profit is no stop");
    }

    #[test]
    fn a_position_at_zero_ends_it_unless_it_may_still_come() {
        assert_eq!(next(&facts(None, &[])), Next::End);
        let short = position(d("-1"));
        assert_eq!(next(&facts(Some(&short), &[])), Next::End, "the other way is another position");
        assert_eq!(next(&Facts { entry_open: true, ..facts(None, &[]) }), Next::Agree);
        let long = position(d("1"));
        assert_eq!(next(&Facts { superseded: true, ..facts(Some(&long), &[]) }), Next::End);
    }

    #[test]
    fn the_wanted_protection_decides() {
        let long = position(d("2"));
        let wanted = |wanted| next(&Facts { wanted, ..facts(Some(&long), &[]) });
        assert_eq!(wanted(Wanted::NoStop), Next::Agree);
        assert_eq!(wanted(Wanted::Closed), Next::Close(d("1")), "no more than was entered");
    }

    proptest! {
        /// Performing the decided repair reaches agreement in one step, whatever was open before.
        #[test]
        fn placing_what_is_missing_leaves_nothing_missing(
            held in 1_i64..1_000,
            entered in 1_i64..1_000,
            stops in proptest::collection::vec(1_i64..400, 0..4),
        ) {
            let long = position(Decimal::from(held));
            let mut open: Vec<Order> = stops
                .iter()
                .map(|amount| open_order(OrderType::Stop, Side::Sell, Some(Decimal::from(*amount))))
                .collect();
            let entered = Some(Decimal::from(entered));
            if let Next::PlaceStop(amount) = next(&Facts { entered, ..facts(Some(&long), &open) }) {
                prop_assert!(amount > Decimal::ZERO && amount <= Decimal::from(held));
                open.push(open_order(OrderType::Stop, Side::Sell, Some(amount)));
            }
            prop_assert_eq!(next(&Facts { entered, ..facts(Some(&long), &open) }), Next::Agree);
        }
    }
}

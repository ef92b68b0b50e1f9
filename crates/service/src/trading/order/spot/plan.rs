//! The shares of what a spot trade holds, each with the orders that protect it, and the next step that leads to them. Pure.

use crate::trading::order::legs::PlannedOrder;
use domain::{Decimal, Market, money, trade::fit_targets};

/// A take-profit that the trade wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WantedTarget {
    /// The number of its leg.
    pub(super) leg: u16,
    pub(super) price: Decimal,
    /// The amount that has not filled, in base units.
    pub(super) amount: Decimal,
}

/// A share of what is held, with the orders that it should have. With both it is a pair of which one cancels the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Share {
    /// In base units.
    pub(super) amount: Decimal,
    pub(super) stop: Option<PlannedOrder>,
    pub(super) target: Option<WantedTarget>,
}

/// A share of what is held, with the orders that are open for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpenShare {
    /// The unfilled amount, in base units.
    pub(super) amount: Decimal,
    pub(super) stop: Option<PlannedOrder>,
    /// The price of its take-profit.
    pub(super) target: Option<Decimal>,
    /// The number of the stop's leg.
    pub(super) stop_leg: Option<u16>,
    /// The number of the take-profit's leg.
    pub(super) target_leg: Option<u16>,
}

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The open shares are the wanted ones.
    Agree,
    /// This share is missing, and its coins are free.
    Place(Share),
    /// This one of the open shares is not wanted, or is in the way.
    Cancel(usize),
}

/// Returns the shares of `held`: one for each take-profit, and one for the rest. A share that is too small for an order of
/// its own is added to another one.
pub(super) fn shares(
    held: Decimal,
    stop: Option<&PlannedOrder>,
    targets: &[WantedTarget],
    market: &Market,
) -> Vec<Share> {
    let amounts: Vec<Decimal> = targets.iter().map(|target| target.amount).collect();
    let total: Decimal = amounts.iter().sum();
    let fitted = if total <= held { amounts } else { fit_targets(&amounts, total, held, market) };
    let with =
        |amount: Decimal, target: &WantedTarget| Share { amount, stop: stop.cloned(), target: Some(*target) };
    let all = targets.iter().zip(fitted).map(|(target, amount)| with(amount, target));
    let mut shares: Vec<Share> = all.filter(|share| is_tradable(share, market)).collect();
    let rest = money::floor_to(held - shares.iter().map(|share| share.amount).sum::<Decimal>(), market.lot);
    if rest <= Decimal::ZERO || stop.is_none() {
        return shares;
    }
    let alone = Share { amount: rest, stop: stop.cloned(), target: None };
    if is_tradable(&alone, market) {
        shares.push(alone);
    } else if let Some(last) = shares.last_mut() {
        last.amount += rest;
    }
    shares
}

/// Whether the exchange takes orders for a share by its size: the value counts at the lowest price of its orders.
fn is_tradable(share: &Share, market: &Market) -> bool {
    let stop = share.stop.as_ref().and_then(|stop| stop.price.or(stop.stop_price));
    let Some(price) = stop.or(share.target.map(|target| target.price)) else { return false };
    share.amount >= market.min_amount && market.check_notional(price, share.amount).is_ok()
}

/// Returns the step that leads from the `open` shares of `held` to the `wanted` ones. The largest missing share comes first.
/// What has no stop is cancelled before what has one.
pub(super) fn step(held: Decimal, open: &[OpenShare], wanted: &[Share], market: &Market) -> Step {
    let (missing, surplus) = differences(open, wanted, market);
    let free = held - locked(open);
    let fitting = missing.iter().filter(|share| share.amount <= free).max_by_key(|share| share.amount);
    let part = || missing.iter().find_map(|share| first_part(share, free, open, market));
    if let Some(share) = fitting.cloned().or_else(part) {
        return Step::Place(share);
    }
    let order = |index: &usize| (open[*index].stop.is_some(), open[*index].amount);
    surplus.into_iter().min_by_key(order).map_or(Step::Agree, Step::Cancel)
}

/// Returns the part of a missing share without a take-profit whose coins are `free`, so that it gets its stop before the coins
/// of the other part are. `None` if it has a part already.
fn first_part(share: &Share, free: Decimal, open: &[OpenShare], market: &Market) -> Option<Share> {
    let has_part = open.iter().any(|open| {
        let same = OpenShare { amount: share.amount, ..open.clone() };
        is_same(&same, share)
    });
    let part = Share { amount: money::floor_to(free.min(share.amount), market.lot), ..share.clone() };
    let is_first = share.target.is_none() && !has_part && part.amount > Decimal::ZERO;
    (is_first && is_tradable(&part, market)).then_some(part)
}

/// Returns the open share to cancel so that `amount` of `held` can be sold; `None` if so much is free.
pub(super) fn in_the_way(amount: Decimal, held: Decimal, open: &[OpenShare]) -> Option<usize> {
    let needed = amount - (held - locked(open));
    if needed <= Decimal::ZERO {
        return None;
    }
    // Of those that suffice alone the smallest, otherwise the largest: as little as possible loses its stop.
    let enough = |index: &usize| open[*index].amount >= needed;
    let order = |index: &usize| (open[*index].stop.is_some(), open[*index].amount);
    let smallest = (0..open.len()).filter(enough).min_by_key(order);
    smallest.or_else(|| (0..open.len()).max_by_key(|index| open[*index].amount))
}

/// Returns how much of `held` has no stop that is `wanted`.
pub(super) fn uncovered(held: Decimal, open: &[OpenShare]) -> Decimal {
    let covered: Decimal = open.iter().filter(|share| share.stop.is_some()).map(|share| share.amount).sum();
    (held - covered).max(Decimal::ZERO)
}

/// Returns the coins that the open shares lock.
pub(super) fn locked(open: &[OpenShare]) -> Decimal {
    open.iter().map(|share| share.amount).sum()
}

/// Returns the wanted shares that are not open, and the numbers of the open ones that are not wanted. The share without a
/// take-profit may have two stops, so that it can grow without losing the first one.
fn differences(open: &[OpenShare], wanted: &[Share], market: &Market) -> (Vec<Share>, Vec<usize>) {
    let mut surplus: Vec<usize> = (0..open.len()).collect();
    let mut missing = Vec::new();
    for share in wanted {
        match surplus.iter().position(|index| is_same(&open[*index], share)) {
            Some(found) => drop(surplus.remove(found)),
            None => missing.push(share.clone()),
        }
    }
    for share in missing.iter_mut().filter(|share| share.target.is_none()) {
        let partly = |index: &usize| {
            let same = OpenShare { amount: share.amount, ..open[*index].clone() };
            is_same(&same, share)
        };
        let parts: Vec<usize> = surplus.iter().copied().filter(partly).collect();
        let covered: Decimal = parts.iter().map(|index| open[*index].amount).sum();
        let rest = Share { amount: share.amount - covered, ..share.clone() };
        let is_whole = rest.amount.is_zero();
        if is_whole || (parts.len() == 1 && is_tradable(&rest, market) && rest.amount > Decimal::ZERO) {
            surplus.retain(|index| !parts.contains(index));
            *share = rest;
        }
    }
    missing.retain(|share| !share.amount.is_zero());
    (missing, surplus)
}

fn is_same(open: &OpenShare, wanted: &Share) -> bool {
    let stop = match (&open.stop, &wanted.stop) {
        (Some(open), Some(wanted)) => open.stops_as(wanted),
        (None, None) => true,
        _ => false,
    };
    stop && open.amount == wanted.amount && open.target == wanted.target.map(|target| target.price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trading::order::legs::{self, tests::market};
    use domain::{Side, ticket::Stop};
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        money::parse(text).unwrap()
    }

    fn stop_at(trigger: &str) -> PlannedOrder {
        legs::stop_order(Side::Buy, Stop { trigger: d(trigger), limit: None }, Decimal::ONE)
    }

    fn target(leg: u16, price: &str, amount: &str) -> WantedTarget {
        WantedTarget { leg, price: d(price), amount: d(amount) }
    }

    fn opened(share: &Share) -> OpenShare {
        OpenShare {
            amount: share.amount,
            stop: share.stop.clone(),
            target: share.target.map(|target| target.price),
            stop_leg: None,
            target_leg: share.target.map(|target| target.leg),
        }
    }

    #[test]
    fn each_take_profit_has_a_stop_of_its_own_and_the_rest_has_one() {
        let stop = stop_at("19000");
        let all =
            shares(d("1"), Some(&stop), &[target(4, "21000", "0.3"), target(5, "22000", "0.2")], &market());
        let amounts: Vec<_> = all.iter().map(|share| (share.amount, share.target.is_some())).collect();
        assert_eq!(amounts, [(d("0.3"), true), (d("0.2"), true), (d("0.5"), false)]);
        assert!(all.iter().all(|share| share.stop.is_some()));
        let none = shares(d("1"), None, &[target(4, "21000", "0.3")], &market());
        assert_eq!(none.len(), 1, "what has no stop needs no order");
    }

    #[test]
    fn take_profits_never_share_more_than_there_is() {
        let stop = stop_at("19000");
        let all = shares(
            d("0.999"),
            Some(&stop),
            &[target(4, "21000", "0.5"), target(5, "22000", "0.5")],
            &market(),
        );
        let sum: Decimal = all.iter().map(|share| share.amount).sum();
        assert_eq!(sum, d("0.999"));
    }

    #[test]
    fn a_rest_that_is_too_small_for_an_order_joins_the_last_share() {
        let low = stop_at("100");
        let all = shares(d("1"), Some(&low), &[target(4, "21000", "0.99")], &market());
        assert_eq!(all.len(), 1, "0.01 at 100 is worth less than the smallest order");
        assert_eq!(all[0].amount, d("1"));
        assert!(shares(d("0.001"), Some(&low), &[], &market()).is_empty());
    }

    #[test]
    fn a_moved_stop_replaces_one_share_after_the_other() {
        let (old, new) = (stop_at("19000"), stop_at("19500"));
        let targets = [target(4, "21000", "0.3")];
        let before: Vec<_> = shares(d("1"), Some(&old), &targets, &market()).iter().map(opened).collect();
        let wanted = shares(d("1"), Some(&new), &targets, &market());
        let Step::Cancel(first) = step(d("1"), &before, &wanted, &market()) else {
            panic!("nothing is cancelled")
        };
        assert_eq!(before[first].amount, d("0.3"), "the smallest first");
        let mut open = before.clone();
        open.remove(first);
        let Step::Place(share) = step(d("1"), &open, &wanted, &market()) else {
            panic!("it is not replaced first")
        };
        assert_eq!((share.amount, share.target.is_some()), (d("0.3"), true));
    }

    #[test]
    fn a_rest_that_grows_gets_a_second_stop_before_it_is_merged() {
        let stop = stop_at("19000");
        let wanted = |held: &str| shares(d(held), Some(&stop), &[], &market());
        let mut open: Vec<_> = wanted("0.4").iter().map(opened).collect();
        let Step::Place(more) = step(d("0.7"), &open, &wanted("0.7"), &market()) else { panic!("cancelled") };
        assert_eq!(more.amount, d("0.3"));
        open.push(opened(&more));
        assert_eq!(step(d("0.7"), &open, &wanted("0.7"), &market()), Step::Agree);
        // A third one would use up what the exchange takes.
        assert_eq!(step(d("1"), &open, &wanted("1"), &market()), Step::Cancel(1));
    }

    #[test]
    fn a_sale_takes_the_smallest_share_that_suffices() {
        let stop = stop_at("19000");
        let targets = [target(4, "21000", "0.3"), target(5, "22000", "0.2")];
        let open: Vec<_> = shares(d("1"), Some(&stop), &targets, &market()).iter().map(opened).collect();
        assert_eq!(in_the_way(d("0.1"), d("1"), &open), Some(1));
        assert_eq!(in_the_way(d("0.9"), d("1"), &open), Some(2), "none suffices: the largest first");
        assert_eq!(in_the_way(d("0.2"), d("1.2"), &open), None, "so much is free");
    }

    proptest! {
        /// Whatever is open, the steps lead to the wanted shares, and never lock more than is held.
        #[test]
        fn the_steps_come_to_an_end(
            held in 1_i64..200,
            parts in proptest::collection::vec(1_i64..80, 0..5),
            before in proptest::collection::vec((1_i64..80, any::<bool>()), 0..5),
            has_stop in any::<bool>(),
        ) {
            let amount = |lots: i64| Decimal::from(lots) / Decimal::from(100);
            let (held, stop) = (amount(held), stop_at("19000"));
            let targets: Vec<_> = parts.iter().enumerate().map(|(index, lots)| WantedTarget {
                leg: u16::try_from(index).unwrap() + 4,
                price: Decimal::from(21_000 + index),
                amount: amount(*lots),
            }).collect();
            let wanted = shares(held, has_stop.then_some(&stop), &targets, &market());
            let total: Decimal = wanted.iter().map(|share| share.amount).sum();
            prop_assert!(total <= held);
            prop_assert!(!has_stop || total == held, "everything has a stop");
            let mut open = Vec::new();
            for (lots, stops) in before {
                let share = OpenShare {
                    amount: amount(lots),
                    stop: stops.then(|| stop_at("18000")),
                    target: Some(Decimal::from(25_000)),
                    stop_leg: None,
                    target_leg: None,
                };
                if locked(&open) + share.amount <= held {
                    open.push(share);
                }
            }
            for _ in 0..30 {
                match step(held, &open, &wanted, &market()) {
                    Step::Agree => break,
                    Step::Place(share) => open.push(opened(&share)),
                    Step::Cancel(index) => drop(open.remove(index)),
                }
                prop_assert!(locked(&open) <= held);
            }
            prop_assert_eq!(step(held, &open, &wanted, &market()), Step::Agree);
            prop_assert_eq!(locked(&open), total);
            prop_assert!(!has_stop || uncovered(held, &open).is_zero());
        }
    }
}

//! Fits the protection of an entry to what filled.

use super::{Leg, Role};
use crate::trading::order::seq;
use domain::{Decimal, Market, sizing, trade};

/// Fits the stop and targets of `legs` to the amount that the entry actually filled.
pub(crate) fn fit_to_fill(legs: &mut [Leg], filled: Decimal, market: &Market) {
    let mut shares = fitted_targets(legs, filled, market).into_iter();
    for leg in legs {
        let wanted = leg.is_wanted_target();
        match (leg.role, &mut leg.order) {
            (Role::Stop, Some(order)) => order.amount = order.amount.map(|_| filled),
            (Role::Target, Some(order)) if wanted => {
                order.amount = Some(shares.next().unwrap_or(Decimal::ZERO));
            }
            _ => {}
        }
    }
}

/// Returns the amounts of the targets: equal ones, as in the order, or with the shares that their owner has given them
/// since. Calculated again after a restart, they are the same.
fn fitted_targets(legs: &[Leg], filled: Decimal, market: &Market) -> Vec<Decimal> {
    let wanted = || legs.iter().filter(|leg| leg.is_wanted_target());
    let entry = legs.iter().find(|leg| leg.role == Role::Entry).and_then(|leg| leg.order.as_ref()?.amount);
    if let Some(ordered) = entry
        && wanted().any(|leg| seq::TARGETS.contains(&leg.seq))
    {
        let amounts: Vec<_> = wanted().filter_map(|leg| leg.order.as_ref()?.amount).collect();
        let fit = amounts.iter().sum::<Decimal>() <= filled;
        return if fit { amounts } else { trade::fit_targets(&amounts, ordered, filled, market) };
    }
    // If too little filled for every target, only the first ones get a share.
    let count = wanted().count();
    (1..=count).rev().find_map(|n| sizing::target_shares(filled, n, market.lot)).unwrap_or_default()
}

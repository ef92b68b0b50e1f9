//! The performance of a follow: the results of its ended copies and of its open one, by the definition of
//! [`crate::profit`], and how its entries were executed.

use crate::{
    Decimal, Micros,
    execution::{Entry, Execution},
    profit::Profit,
};

/// Largest number of points of a curve; a chart has no room for more.
const POINTS: usize = 160;

/// A copy of a follow that entered a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnteredCopy {
    /// Its execution; `None` if its fill is not known.
    pub entry: Option<Entry>,
    /// When its position ended; `None` while it is open.
    pub ended_at: Option<Micros>,
    /// Its result once it has ended; `None` if it is not known.
    pub profit: Option<Profit>,
}

/// The results, costs and execution of a follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowPerformance {
    /// The results of the ended copies, added up.
    pub closed: Profit,
    /// Net result of the copies that ended today.
    pub today: Decimal,
    /// Number of ended copies with a known result.
    pub ended: u32,
    /// Number of ended copies whose result is not known; they count in no sum.
    pub unknown: u32,
    /// Whether a copied position is open.
    pub in_position: bool,
    /// The result of the open position so far; `None` without one, or if it could not be read.
    pub open: Option<Profit>,
    /// Delay and slippage of the entries.
    pub execution: Execution,
    /// Slippage of all entries in quote units; `None` if no entry had a signal price.
    pub slippage: Option<Decimal>,
    /// The cumulative net result after each ended copy, and the present total if the open result is known; oldest first,
    /// thinned to what a chart can show. Empty without an ended copy.
    pub curve: Vec<(Micros, Decimal)>,
}

impl FollowPerformance {
    /// Adds up a follow's copies, in any order. Those that ended at `midnight` or later ended today.
    #[must_use]
    pub fn of(copies: &[EnteredCopy], midnight: Micros) -> Self {
        let mut sum = Self::default();
        let mut results: Vec<(Micros, Decimal)> = Vec::new();
        for copy in copies {
            let (Some(ended_at), profit) = (copy.ended_at, copy.profit) else {
                sum.in_position = true;
                continue;
            };
            let Some(profit) = profit else {
                sum.unknown += 1;
                continue;
            };
            sum.closed += profit;
            sum.ended += 1;
            if ended_at >= midnight {
                sum.today += profit.net();
            }
            results.push((ended_at, profit.net()));
        }
        let entries: Vec<Entry> = copies.iter().filter_map(|copy| copy.entry).collect();
        sum.execution = Execution::of(&entries);
        sum.slippage = entries.iter().filter_map(Entry::slippage).reduce(|all, next| all + next);
        let first = entries.iter().map(|entry| entry.signal_at).min();
        sum.curve = curve(first, results);
        sum
    }

    /// Adds the result of the open position so far, as of `now`.
    pub fn set_open(&mut self, open: Profit, now: Micros) {
        self.open = Some(open);
        if !self.curve.is_empty() {
            self.curve.push((now, self.total().net()));
        }
    }

    /// Returns the result of all copies, of the open one as far as it is known.
    #[must_use]
    pub fn total(&self) -> Profit {
        [self.closed, self.open.unwrap_or_default()].into_iter().sum()
    }
}

/// Returns the cumulative results, from zero at `first` or at the first result.
fn curve(first: Option<Micros>, mut results: Vec<(Micros, Decimal)>) -> Vec<(Micros, Decimal)> {
    results.sort_by_key(|(at, _)| *at);
    let Some((earliest, _)) = results.first() else { return Vec::new() };
    let mut total = Decimal::ZERO;
    let mut all = vec![(first.map_or(*earliest, |first| first.min(*earliest)), Decimal::ZERO)];
    for (at, result) in results {
        total += result;
        all.push((at, total));
    }
    let last = all.len() - 1;
    let step = last.div_ceil(POINTS).max(1);
    let shown = |(place, point)| (place % step == 0 || place == last).then_some(point);
    all.into_iter().enumerate().filter_map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Side, dec, time::DAY};
    use proptest::prelude::*;

    fn entry(at: i64, price: Decimal) -> Entry {
        Entry {
            side: Side::Buy,
            signal_at: Micros(at),
            signal_price: Some(dec!(100)),
            filled_at: Micros(at + 250_000),
            price,
            amount: dec!(2),
        }
    }

    fn ended(at: i64, realized: Decimal, fees: Decimal, funding: Decimal) -> EnteredCopy {
        let profit = Profit { realized, unrealized: Decimal::ZERO, fees, funding };
        EnteredCopy {
            entry: Some(entry(at - DAY, dec!(101))),
            ended_at: Some(Micros(at)),
            profit: Some(profit),
        }
    }

    #[test]
    fn the_total_is_what_ended_and_what_is_open() {
        let copies = [
            ended(3 * DAY, dec!(-20), dec!(1), dec!(0.5)),
            ended(2 * DAY, dec!(50), dec!(2), dec!(-1)),
            EnteredCopy { profit: None, ..ended(2 * DAY, dec!(9), dec!(9), dec!(9)) },
            EnteredCopy { entry: Some(entry(4 * DAY, dec!(99))), ended_at: None, profit: None },
        ];
        let mut sum = FollowPerformance::of(&copies, Micros(3 * DAY));
        assert_eq!(
            (sum.closed.net(), sum.closed.fees, sum.closed.funding),
            (dec!(27.5), dec!(3), dec!(-0.5))
        );
        assert_eq!((sum.today, sum.ended, sum.unknown, sum.in_position), (dec!(-21.5), 2, 1, true));
        assert_eq!(
            (sum.slippage, sum.execution.filled),
            (Some(dec!(4)), 4),
            "three of +1 and one of -1, for 2"
        );
        assert_eq!(sum.execution.median_delay_ms, Some(250));
        let points = [(DAY, dec!(0)), (2 * DAY, dec!(49)), (3 * DAY, dec!(27.5))];
        assert_eq!(sum.curve, points.map(|(at, value)| (Micros(at), value)));
        let open = Profit { unrealized: dec!(12), fees: dec!(0.1), ..Profit::default() };
        sum.set_open(open, Micros(5 * DAY));
        assert_eq!((sum.total().net(), sum.total().fees), (dec!(39.4), dec!(3.1)));
        assert_eq!(sum.curve.last(), Some(&(Micros(5 * DAY), dec!(39.4))));
    }

    #[test]
    fn without_copies_there_is_nothing() {
        let mut sum = FollowPerformance::of(&[], Micros(0));
        assert_eq!(sum, FollowPerformance::default());
        sum.set_open(Profit { unrealized: dec!(5), ..Profit::default() }, Micros(1));
        assert_eq!((sum.total().net(), sum.curve.len()), (dec!(5), 0));
    }

    proptest! {
        #[test]
        fn the_curve_ends_at_the_total(results in prop::collection::vec((0_i64..50, -9_000_i64..9_000), 1..400)) {
            let copies: Vec<_> = results
                .iter()
                .map(|&(day, cents)| ended((day + 1) * DAY, Decimal::new(cents, 2), Decimal::ONE, Decimal::ZERO))
                .collect();
            let sum = FollowPerformance::of(&copies, Micros(26 * DAY));
            let net: Decimal = copies.iter().filter_map(|copy| copy.profit).map(|profit| profit.net()).sum();
            prop_assert_eq!(sum.total().net(), net);
            prop_assert_eq!(sum.curve.last().unwrap().1, net);
            prop_assert!(sum.curve.len() <= POINTS + 2);
            prop_assert!(sum.curve.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            let today: Decimal = results.iter().filter(|(day, _)| *day >= 25)
                .map(|(_, cents)| Decimal::new(*cents, 2) - Decimal::ONE).sum();
            prop_assert_eq!(sum.today, today);
        }
    }
}

//! Leverage brackets: the larger the position, the lower the leverage and the higher the maintenance margin.

use crate::market::Pair;
use domain::Decimal;
use serde::Serialize;
use std::sync::LazyLock;

/// One bracket of a perpetual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bracket {
    /// Its number, from one.
    pub number: u32,
    /// Maximum leverage.
    pub leverage: u16,
    /// Lower bound of the notional.
    pub floor: Decimal,
    /// Upper bound of the notional.
    pub cap: Decimal,
    /// Maintenance margin rate, as a fraction of the notional.
    pub rate: Decimal,
    /// Amount subtracted from the maintenance margin, so that it is continuous across brackets.
    pub cumulative: Decimal,
}

/// A perpetual's brackets, in ascending order of notional.
#[must_use]
pub fn brackets(pair: Pair) -> &'static [Bracket] {
    static LARGE: LazyLock<Vec<Bracket>> = LazyLock::new(|| table(LARGE_MARKETS));
    static SMALL: LazyLock<Vec<Bracket>> = LazyLock::new(|| table(SMALL_MARKETS));
    match pair {
        Pair::BtcUsdt | Pair::EthUsdt => &LARGE,
        _ => &SMALL,
    }
}

/// Leverage, upper bound in thousands, maintenance rate in hundredths of a percent.
type Rows = &'static [(u16, i64, i64)];

const LARGE_MARKETS: Rows = &[
    (125, 300, 40),
    (100, 800, 50),
    (75, 3_000, 65),
    (50, 12_000, 100),
    (25, 70_000, 200),
    (20, 100_000, 250),
    (10, 230_000, 500),
    (5, 480_000, 1_000),
    (4, 600_000, 1_250),
    (3, 800_000, 1_500),
    (2, 1_200_000, 2_500),
    (1, 1_800_000, 5_000),
];

const SMALL_MARKETS: Rows = &[
    (75, 50, 65),
    (50, 300, 100),
    (25, 1_000, 200),
    (20, 5_000, 250),
    (10, 10_000, 500),
    (5, 20_000, 1_000),
    (2, 50_000, 2_500),
    (1, 100_000, 5_000),
];

fn table(rows: Rows) -> Vec<Bracket> {
    let mut before = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    let mut numbers = 1..;
    rows.iter()
        .map(|&(leverage, cap, rate)| {
            let (floor, last_rate, cumulative) = before;
            let (cap, rate) = (Decimal::from(cap * 1_000), Decimal::new(rate, 4));
            let cumulative = cumulative + floor * (rate - last_rate);
            before = (cap, rate, cumulative);
            Bracket { number: numbers.next().unwrap_or(0), leverage, floor, cap, rate, cumulative }
        })
        .collect()
}

/// The bracket for a position of this notional; the last one if it exceeds all.
pub(super) fn bracket(pair: Pair, notional: Decimal) -> Option<&'static Bracket> {
    let all = brackets(pair);
    all.iter().find(|b| notional <= b.cap).or(all.last())
}

/// Maintenance margin of a position of this notional.
pub(super) fn maintenance(pair: Pair, notional: Decimal) -> Decimal {
    bracket(pair, notional).map_or(notional, |b| notional * b.rate - b.cumulative)
}

/// The largest notional allowed at a leverage.
pub(super) fn largest(pair: Pair, leverage: u16) -> Decimal {
    brackets(pair).iter().rev().find(|b| b.leverage >= leverage).map_or(Decimal::ZERO, |b| b.cap)
}

/// The highest leverage of a perpetual.
pub(super) fn highest_leverage(pair: Pair) -> u16 {
    brackets(pair).first().map_or(1, |b| b.leverage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_join_without_a_step() {
        for pair in Pair::ALL {
            for two in brackets(pair).windows(2) {
                let cap = two[0].cap;
                assert_eq!(two[1].floor, cap);
                assert_eq!(cap * two[0].rate - two[0].cumulative, cap * two[1].rate - two[1].cumulative);
                assert!(two[0].leverage > two[1].leverage);
            }
            for b in brackets(pair) {
                assert!(b.rate * Decimal::from(b.leverage) < Decimal::ONE, "no liquidation at opening");
                assert_eq!(largest(pair, b.leverage), b.cap);
            }
        }
    }
}

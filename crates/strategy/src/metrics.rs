//! Further figures of trades: profit factor, Sharpe ratio, exposure and average trade. Backtest and live results use the
//! same functions.

use crate::{
    curve::Curve,
    performance::{TradeResult, quotient},
};
use domain::{Decimal, Micros, dec, time::DAY};

/// The fewest days that a Sharpe ratio is computed from.
pub const LEAST_DAYS: i64 = 10;
/// Days per year: crypto markets are open on all of them.
const YEAR: Decimal = dec!(365);
/// The starting equity. Only ratios are reported.
const START: i128 = 1_000_000_000_000_000_000;

/// Gains divided by losses, in money, as each trade invests the whole equity; `None` without a loss.
#[must_use]
pub fn profit_factor(outcomes: &[TradeResult]) -> Option<Decimal> {
    let (mut curve, mut gains, mut losses) = (Curve::new(START), 0_i128, 0_i128);
    for outcome in sorted(outcomes) {
        let profit = curve.take(outcome.profit);
        *(if profit > 0 { &mut gains } else { &mut losses }) += profit.abs();
    }
    quotient(gains, losses)
}

/// The mean profit of a trade in percent, not compounded; `None` without trades.
#[must_use]
pub fn average_trade_percent(outcomes: &[TradeResult]) -> Option<Decimal> {
    let sum: Decimal = outcomes.iter().map(|outcome| outcome.profit.percent()).sum();
    Some(sum.checked_div(Decimal::from(outcomes.len()))?.round_dp(8))
}

/// The share of the time from `start` to `end` with an open position; `None` if that is no time. Trades of one strategy
/// never overlap.
#[must_use]
pub fn exposure(outcomes: &[TradeResult], start: Micros, end: Micros) -> Option<Decimal> {
    let within = |outcome: &TradeResult| {
        let (entered, exited) = (outcome.entered_at.max(start), outcome.exited_at.min(end));
        exited.since(entered).max(0)
    };
    let held: i64 = outcomes.iter().map(within).fold(0, i64::saturating_add);
    let span = Some(end.since(start)).filter(|span| *span > 0)?;
    Some(Decimal::from(held).checked_div(Decimal::from(span))?.min(Decimal::ONE).round_dp(8))
}

/// The Sharpe ratio: the mean of the returns of all UTC days from the one of `start` to the one of `end`, divided by their
/// standard deviation (of a sample), times the square root of 365. A trade belongs to the day of its exit; a day without
/// one returns zero, and so does cash. `None` for less than [`LEAST_DAYS`] days, or if all days are equal.
#[must_use]
pub fn sharpe(outcomes: &[TradeResult], start: Micros, end: Micros) -> Option<Decimal> {
    let days = end.day().since(start.day()) / DAY + 1;
    if days < LEAST_DAYS {
        return None;
    }
    let returns = daily_returns(outcomes);
    let days = Decimal::from(days);
    let mean = returns.iter().sum::<Decimal>().checked_div(days)?;
    let squares = returns.iter().map(|day| (day - mean) * (day - mean)).sum::<Decimal>();
    // The days without a trade differ from the mean by the mean.
    let silent = days - Decimal::from(returns.len());
    let variance = (squares + silent * mean * mean).checked_div(days - Decimal::ONE)?;
    let deviation = square_root(variance).filter(|deviation| *deviation > Decimal::ZERO)?;
    let yearly = mean.checked_mul(square_root(YEAR)?)?;
    Some(yearly.checked_div(deviation)?.round_dp(4))
}

/// The return of each UTC day on which a trade ended.
fn daily_returns(outcomes: &[TradeResult]) -> Vec<Decimal> {
    let sorted = sorted(outcomes);
    let days = sorted.chunk_by(|a, b| a.exited_at.day() == b.exited_at.day());
    let growth = |day: &[TradeResult]| {
        day.iter().fold(Decimal::ONE, |equity, outcome| {
            (equity * (Decimal::ONE + outcome.profit.decimal())).round_dp(12)
        })
    };
    days.map(|day| growth(day) - Decimal::ONE).collect()
}

fn sorted(outcomes: &[TradeResult]) -> Vec<TradeResult> {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by_key(|outcome| (outcome.exited_at, outcome.entered_at));
    sorted
}

/// The square root of a decimal by Newton's method; `None` for a negative one.
fn square_root(value: Decimal) -> Option<Decimal> {
    if value.is_zero() {
        return Some(Decimal::ZERO);
    }
    if value < Decimal::ZERO {
        return None;
    }
    let mut root = value.max(Decimal::ONE);
    // It halves the distance at first, then doubles the number of right digits.
    for _ in 0..100 {
        let next = (root + value.checked_div(root)?) / Decimal::TWO;
        if next >= root {
            break;
        }
        root = next;
    }
    Some(root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ratio;
    use domain::{PositionSide, time::HOUR};
    use proptest::prelude::*;

    /// A trade of an hour that ends at noon of a day.
    fn trade(day: i64, percent: Decimal) -> TradeResult {
        let exited_at = Micros(day * DAY + 12 * HOUR);
        let profit = Ratio::from_percent(percent).unwrap();
        TradeResult { entered_at: exited_at.plus(-HOUR), exited_at, side: PositionSide::Long, profit }
    }

    #[test]
    fn the_profit_factor_counts_compounded_money() {
        // 100 gains 10 (110), loses 20 % of it (22), gains 25 % of 88 (22): 32 of gains, 22 of losses.
        let trades = [trade(0, dec!(10)), trade(1, dec!(-20)), trade(2, dec!(25))];
        assert_eq!(profit_factor(&trades), Some(dec!(1.45454545)));
        assert_eq!(average_trade_percent(&trades), Some(dec!(5)));
        assert_eq!((profit_factor(&trades[..1]), profit_factor(&[])), (None, None));
        assert_eq!(average_trade_percent(&[]), None);
    }

    #[test]
    fn exposure_is_the_time_in_the_market() {
        let trades = [trade(0, dec!(1)), trade(1, dec!(1))];
        let share = |start: i64, end: i64| exposure(&trades, Micros(start * HOUR), Micros(end * HOUR));
        assert_eq!(share(0, 40), Some(dec!(0.05)));
        assert_eq!(share(11, 12), Some(dec!(1)));
        assert_eq!((share(12, 20), share(5, 5)), (Some(dec!(0)), None));
    }

    #[test]
    fn the_sharpe_ratio_is_that_of_daily_returns() {
        // Ten days: five of +1 %, five without a trade. Mean 0.005, deviation 0.0052704628; 0.94868330 a day.
        let trades: Vec<_> = (0..5).map(|day| trade(2 * day, dec!(1))).collect();
        let ten = |days: i64| sharpe(&trades, Micros(0), Micros(days * DAY - 1));
        assert_eq!(ten(10), Some(dec!(18.1246)));
        assert_eq!(ten(9), None);
        assert_eq!(sharpe(&[], Micros(0), Micros(20 * DAY)), None, "all days are equal");
        let halves = [trade(0, dec!(-50)), trade(0, dec!(100)), trade(3, dec!(2))];
        let one = sharpe(&[trade(3, dec!(2))], Micros(0), Micros(12 * DAY));
        assert_eq!(
            sharpe(&halves, Micros(0), Micros(12 * DAY)),
            one,
            "a day is its first to its last equity"
        );
    }

    #[test]
    fn square_roots_are_exact_to_many_digits() {
        let known =
            [(dec!(2), dec!(1.414213562373)), (dec!(0.0001), dec!(0.01)), (dec!(1000000), dec!(1000))];
        for (value, root) in known {
            assert_eq!(square_root(value).unwrap().round_dp(12), root);
        }
        assert_eq!((square_root(dec!(-1)), square_root(dec!(0))), (None, Some(dec!(0))));
    }

    proptest! {
        #[test]
        fn figures_agree_with_the_net_profit(profits in prop::collection::vec((0_i64..60, -500_i64..500), 1..60)) {
            let trades: Vec<_> = profits.iter().map(|&(day, basis)| trade(day, Decimal::new(basis, 2))).collect();
            let net = crate::performance::total(&trades).net_profit_percent.unwrap();
            if let Some(factor) = profit_factor(&trades).filter(|_| net.abs() > dec!(0.001)) {
                prop_assert_eq!(factor > Decimal::ONE, net > Decimal::ZERO, "{} {}", factor, net);
            }
            let (start, end) = (Micros(0), Micros(60 * DAY));
            let share = exposure(&trades, start, end).unwrap();
            prop_assert!((Decimal::ZERO..=Decimal::ONE).contains(&share));
            let mirrored: Vec<_> = trades.iter().rev().copied().collect();
            let sum: Decimal = daily_returns(&trades).iter().sum();
            let other: Decimal = daily_returns(&mirrored).iter().sum();
            // Returns of one day are multiplied, and each product is rounded.
            prop_assert!((sum - other).abs() < dec!(0.000000001), "{} {}", sum, other);
            if let Some(sharpe) = sharpe(&trades, start, end) {
                prop_assert!(sum.is_zero() || sharpe.is_zero() || sharpe.is_sign_negative() == sum.is_sign_negative());
            }
        }

        #[test]
        fn a_square_root_squared_is_the_value(units in 1_i64..i64::MAX / 1_000, scale in 0_u32..12) {
            let value = Decimal::new(units, scale);
            let root = square_root(value).unwrap();
            prop_assert!((root * root - value).abs() <= value * dec!(0.0000000001), "{} {}", value, root);
        }
    }
}

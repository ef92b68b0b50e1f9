//! Performance figures of trades, in total and per UTC day and month. Backtest and live results use the same
//! functions.
//!
//! A trade belongs to the day on which it was closed. Profits compound as if each trade invested the whole
//! equity: two trades of +10 % are +21 %. The max drawdown is the largest decline from a peak, measured after
//! each trade; within a day or month the first peak is its start.

use crate::{Ratio, curve::Curve};
use domain::{
    Decimal, Micros, PositionSide, dec,
    strategy::{Figures, Interval, Range},
    time::DAY,
};

/// The result of one closed trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeResult {
    /// Time of the entry.
    pub entered_at: Micros,
    /// Time of the exit.
    pub exited_at: Micros,
    /// Long or short.
    pub side: PositionSide,
    /// Profit relative to the cost, after all costs.
    pub profit: Ratio,
}

/// The start of the range that contains a timestamp.
fn start_of(interval: Interval, at: Micros) -> Micros {
    match interval {
        Interval::Day => at.day(),
        Interval::Month => at.month(),
    }
}

/// The end of the range with this start.
fn end_of(interval: Interval, start: Micros) -> Micros {
    match interval {
        Interval::Day => start.plus(DAY),
        // No month has more than 31 days.
        Interval::Month => start.plus(31 * DAY).month(),
    }
}

/// The figures of all outcomes. They are sorted by exit time first.
#[must_use]
pub fn total(outcomes: &[TradeResult]) -> Figures {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by_key(|outcome| (outcome.exited_at, outcome.entered_at));
    figures(&sorted)
}

/// The last `limit` UTC months up to the one that contains `until`, newest first.
#[must_use]
pub fn by_month(outcomes: &[TradeResult], until: Micros, limit: usize) -> Vec<Range> {
    history(outcomes, Interval::Month, until, limit)
}

/// The last `limit` ranges up to the one that contains `until`, newest first.
#[must_use]
pub fn history(outcomes: &[TradeResult], interval: Interval, until: Micros, limit: usize) -> Vec<Range> {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by_key(|outcome| (outcome.exited_at, outcome.entered_at));
    let mut start = start_of(interval, until);
    let mut ranges = Vec::with_capacity(limit);
    for _ in 0..limit {
        let end = end_of(interval, start);
        let of = |moment: Micros| sorted.partition_point(|outcome| outcome.exited_at < moment);
        let within = sorted.get(of(start)..of(end)).unwrap_or_default();
        ranges.push(Range { start, end, figures: figures(within) });
        start = start_of(interval, start.plus(-1));
    }
    ranges
}

/// The total figures of the ranges returned by [`history`].
#[must_use]
pub fn range(outcomes: &[TradeResult], interval: Interval, until: Micros, limit: usize) -> Figures {
    let mut start = start_of(interval, until);
    let end = end_of(interval, start);
    for _ in 1..limit {
        start = start_of(interval, start.plus(-1));
    }
    let within = |outcome: &&TradeResult| limit > 0 && outcome.exited_at >= start && outcome.exited_at < end;
    total(&outcomes.iter().filter(within).copied().collect::<Vec<_>>())
}

fn figures(sorted: &[TradeResult]) -> Figures {
    /// The starting equity. Only ratios are reported; this value keeps them exact far beyond the decimals
    /// shown.
    const START: i128 = 1_000_000_000_000_000_000;
    if sorted.is_empty() {
        return Figures::default();
    }
    let count = |trades: usize| u32::try_from(trades).unwrap_or(u32::MAX);
    let mut curve = Curve::new(START);
    for outcome in sorted {
        curve.take(outcome.profit);
    }
    let wins = sorted.iter().filter(|outcome| outcome.profit > Ratio::ZERO).count();
    let long = sorted.iter().filter(|outcome| outcome.side == PositionSide::Long).count();
    Figures {
        net_profit_percent: quotient((curve.now() - START).saturating_mul(100), START),
        win_rate: quotient(wins as i128, sorted.len() as i128),
        max_draw_down: Some(shown(curve.draw_down().decimal())),
        trades: count(sorted.len()),
        long: count(long),
        short: count(sorted.len() - long),
    }
}

/// `numerator / denominator` as displayed; `None` if the denominator is zero or the result overflows.
pub(crate) fn quotient(numerator: i128, denominator: i128) -> Option<Decimal> {
    let scaled = numerator.checked_mul(1_000_000_000)?.checked_div(denominator)?;
    Decimal::try_from_i128_with_scale(scaled, 9).ok().map(shown)
}

fn shown(value: Decimal) -> Decimal {
    domain::money::round_to(value, dec!(0.00000001))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money;
    use proptest::prelude::*;

    fn at(date: &str) -> Micros {
        Micros::from_date(date).unwrap()
    }

    fn outcome(date: &str, side: PositionSide, percent: &str) -> TradeResult {
        let exited_at = at(date).plus(DAY / 2);
        let profit = Ratio::from_percent(money::parse(percent).unwrap()).unwrap();
        TradeResult { entered_at: exited_at.plus(-DAY), exited_at, side, profit }
    }

    fn given(text: &str) -> Option<Decimal> {
        Some(money::parse(text).unwrap())
    }

    #[test]
    fn profits_compound_and_draw_down_falls_from_the_peak() {
        use PositionSide::{Long, Short};
        let day = "2022-10-19";
        let outcomes = [
            outcome(day, Long, "10"),
            outcome(day, Short, "-20"),
            outcome(day, Long, "10"),
            outcome(day, Long, "-5"),
        ];
        // 1.1, 0.88, 0.968, 0.9196; the peak is 1.1 and the trough 0.88.
        let summary = total(&outcomes);
        assert_eq!(summary.net_profit_percent, given("-8.04"));
        assert_eq!(summary.win_rate, given("0.5"));
        assert_eq!(summary.max_draw_down, given("0.2"));
        assert_eq!((summary.trades, summary.long, summary.short), (4, 3, 1));
    }

    /// The example of the API documentation: four long trades with one win and a loss of 5.62505875 %.
    #[test]
    fn the_figures_are_the_documents() {
        let long = |percent| outcome("2022-10-19", PositionSide::Long, percent);
        // The first two cancel each other out: 0.9765625 x 1.024 = 1.
        let summary = total(&[long("-2.34375"), long("2.4"), long("0"), long("-5.62505875")]);
        let shown = Figures {
            net_profit_percent: given("-5.62505875"),
            win_rate: given("0.25"),
            max_draw_down: given("0.05625059"),
            trades: 4,
            long: 4,
            short: 0,
        };
        assert_eq!(summary, shown);
    }

    #[test]
    fn days_without_trades_have_no_figures() {
        let outcomes = [
            outcome("2022-10-19", PositionSide::Long, "1"),
            outcome("2022-10-17", PositionSide::Short, "-2"),
        ];
        let days = history(&outcomes, Interval::Day, at("2022-10-19").plus(5), 4);
        let dates: Vec<_> = days.iter().map(|d| (d.start.date(), d.end.date(), d.figures.trades)).collect();
        let row = |start: &str, end: &str, trades| (start.to_owned(), end.to_owned(), trades);
        assert_eq!(
            dates,
            [
                row("2022-10-19", "2022-10-20", 1),
                row("2022-10-18", "2022-10-19", 0),
                row("2022-10-17", "2022-10-18", 1),
                row("2022-10-16", "2022-10-17", 0)
            ]
        );
        assert_eq!(days[1].figures, Figures::default());
        assert_eq!(days[2].figures.net_profit_percent, given("-2"));
    }

    #[test]
    fn months_end_where_the_next_begin() {
        let outcomes =
            [outcome("2022-02-28", PositionSide::Long, "1"), outcome("2022-03-01", PositionSide::Long, "2")];
        let months = by_month(&outcomes, at("2022-03-31"), 14);
        assert!(months.windows(2).all(|pair| pair[1].end == pair[0].start));
        assert_eq!(months[1].figures.net_profit_percent, given("1"));
        assert_eq!(months[13].start.date(), "2021-02-01");
        assert_eq!(range(&outcomes, Interval::Month, at("2022-03-31"), 1).trades, 1);
        assert_eq!(range(&outcomes, Interval::Month, at("2022-03-31"), 2).trades, 2);
        assert_eq!(range(&outcomes, Interval::Day, at("2022-03-01"), 0).trades, 0);
    }

    #[test]
    fn a_total_loss_ends_at_minus_a_hundred_percent() {
        let lost = TradeResult { profit: Ratio::LOST, ..outcome("2022-02-28", PositionSide::Short, "1") };
        let summary = total(&[lost, outcome("2022-03-01", PositionSide::Long, "50")]);
        assert_eq!(summary.net_profit_percent, given("-100"));
        assert_eq!(summary.max_draw_down, given("1"));
    }

    proptest! {
        #[test]
        fn the_days_are_the_whole(profits in prop::collection::vec((0_i64..40, -9_000_000_000_i64..9_000_000_000), 0..60)) {
            let first = at("2022-01-01");
            let outcomes: Vec<_> = profits.iter().map(|&(day, parts)| {
                let exited_at = first.plus(day * DAY);
                let side = if parts % 2 == 0 { PositionSide::Long } else { PositionSide::Short };
                TradeResult { entered_at: exited_at.plus(-1), exited_at, side, profit: Ratio::from_parts(parts) }
            }).collect();
            let until = first.plus(39 * DAY);
            let days = history(&outcomes, Interval::Day, until, 40);
            prop_assert_eq!(days.iter().map(|d| d.figures.trades).sum::<u32>() as usize, outcomes.len());
            prop_assert_eq!(range(&outcomes, Interval::Day, until, 40), total(&outcomes));
            let reversed: Vec<_> = outcomes.iter().rev().copied().collect();
            let orders = (total(&outcomes), total(&reversed));
            prop_assert_eq!((orders.0.trades, orders.0.win_rate, orders.0.long), (orders.1.trades, orders.1.win_rate, orders.1.long));
            for day in days {
                prop_assert_eq!(day.figures.trades == 0, day.figures.net_profit_percent.is_none());
            }
        }
    }
}

//! The demo strategies on five years of hours.

use crate::bars::{dec, money_to_start, record, series};
use domain::{Decimal, strategy::Exit};
use strategy::{Costs, Ticks, backtest, demo};

/// The results shown in docs/STRATEGIES.md: trades, net profit in percent, win rate, max drawdown.
const SHOWN: [(&str, u32, &str, &str, &str); 4] = [
    ("EMA cross", 1_606, "69.1", "0.270", "0.662"),
    ("Donchian breakout", 608, "65.9", "0.370", "0.643"),
    ("RSI reversal", 528, "55.7", "0.691", "0.287"),
    ("Supertrend", 878, "116.9", "0.360", "0.743"),
];

#[test]
fn they_trade_both_ways_with_the_results_that_are_shown() {
    let series = series(&record());
    let ticks = Ticks::new(Decimal::new(1, 1)).unwrap();
    for (demo, (name, trades, net, wins, fall)) in demo::demo_strategies().into_iter().zip(SHOWN) {
        assert_eq!(demo.name, name);
        assert_eq!(demo.definition.validate_followable(), Ok(()), "{name}");
        let report =
            backtest::run(&demo.definition, ticks, Costs::PERPETUAL, money_to_start(), &series).unwrap();
        let figures = report.figures;
        let rounded = |value: Option<Decimal>, places| value.unwrap().round_dp(places);
        assert_eq!(figures.trades, trades, "{name}");
        assert_eq!(rounded(figures.net_profit_percent, 1), dec(net), "{name}");
        assert_eq!(rounded(figures.win_rate, 3), dec(wins), "{name}");
        assert_eq!(rounded(figures.max_draw_down, 3), dec(fall), "{name}");
        assert!(figures.long > 100 && figures.short > 100, "{name}");
        let count = |reason| report.trades.iter().filter(|trade| trade.reason == reason).count();
        assert!(count(Exit::Stop) > 10 && count(Exit::Target) >= 10, "{name}");
    }
}

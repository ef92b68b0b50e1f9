//! The demo strategies on five years of hours.

use crate::bars::{money_to_start, record};
use domain::{Decimal, strategy::Exit};
use strategy::{Costs, Series, Ticks, backtest, demo};

#[test]
fn they_trade_both_ways_and_use_their_stops_and_targets() {
    let series = Series::from_candles(&record()).unwrap();
    let ticks = Ticks::new(Decimal::new(1, 1)).unwrap();
    for demo in demo::all() {
        assert_eq!(demo.definition.validate_followable(), Ok(()), "{}", demo.name);
        let report =
            backtest::run(&demo.definition, ticks, Costs::PERPETUAL, money_to_start(), &series).unwrap();
        let count = |reason| report.trades.iter().filter(|trade| trade.reason == reason).count();
        let (stops, targets, signals) = (count(Exit::Stop), count(Exit::Target), count(Exit::Signal));
        println!(
            "{}: {:?}, profit factor {:?}, worst {}; stops {stops}, targets {targets}, signals {signals}, missed {}",
            demo.name,
            report.figures,
            report.profit_factor,
            report.worst_draw_down.decimal(),
            report.missed
        );
        assert!(report.figures.long > 50 && report.figures.short > 50, "{}", demo.name);
        assert!(stops >= 10 && targets >= 10, "{}: {stops} stops, {targets} targets", demo.name);
        // Something to look at within a week of the sandbox's minutes.
        assert!(report.trades.len() > 46_982 / 168, "{}: {} trades", demo.name, report.trades.len());
    }
}

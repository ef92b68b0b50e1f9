//! Comparison of backtest trades with those of the PyPI package `backtesting` (tests/backtesting/README.md).

use crate::bars::{dec, money_to_start, record, series};
use domain::{Decimal, PositionSide, strategy::Exit, time::HOUR};
use strategy::{Condition, Costs, Definition, Expr, Sides, Ticks, Trade, backtest};

fn ema_cross() -> Definition {
    let (fast, slow) = (Expr::ema(12), Expr::ema(26));
    Definition {
        entry: Sides {
            long: Some(Condition::CrossesAbove(fast.clone(), slow.clone())),
            short: Some(Condition::CrossesBelow(fast, slow)),
        },
        exit: Sides::default(),
        stop: None,
        targets: Vec::new(),
    }
}

#[test]
fn every_trade_of_five_years_is_the_one_that_backtesting_makes() {
    let series = series(&record());
    let costs = Costs::new(dec("0.0004"), Decimal::ZERO, Decimal::ZERO).unwrap();
    let ticks = Ticks::new(dec("0.01")).unwrap();
    let report = backtest::run(&ema_cross(), ticks, costs, money_to_start(), &series).unwrap();
    let expected: Vec<_> = include_str!("../backtesting/ema-12-26.csv").lines().collect();
    assert_eq!(report.bars, 46_982);
    assert_eq!(report.trades.len(), expected.len());
    for (number, (trade, line)) in report.trades.iter().zip(&expected).enumerate() {
        let columns: Vec<_> = line.split(',').collect();
        let [side, entry_hour, entry, exit_hour, exit, profit] = columns[..] else { panic!("{line}") };
        let hour = |at: domain::Micros| (at.0 / HOUR).to_string();
        let ours = (trade.side.word(), hour(trade.entered_at), trade.entry.decimal());
        assert_eq!(ours, (side, entry_hour.to_owned(), dec(entry).normalize()), "entry of trade {number}");
        if number + 1 == expected.len() {
            assert_eq!((trade.reason, exit_hour), (Exit::End, ""));
            continue;
        }
        let ours = (trade.reason, hour(trade.exited_at), trade.exit.decimal());
        assert_eq!(
            ours,
            (Exit::Signal, exit_hour.to_owned(), dec(exit).normalize()),
            "exit of trade {number}"
        );
        let off = (trade.profit.decimal() - dec(profit)).abs();
        assert!(
            off < dec("0.000000001"),
            "profit of trade {number}: {}, not {profit}",
            trade.profit.decimal()
        );
    }
    let long = |trade: &&Trade| trade.side == PositionSide::Long;
    assert_eq!(report.figures.long as usize, report.trades.iter().filter(long).count());
}

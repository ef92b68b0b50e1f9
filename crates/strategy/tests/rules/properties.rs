//! Properties that hold for any bars.

use crate::bars::{BEGIN, dec, money_to_start, tenths};
use domain::{PositionSide, strategy::Exit, time::HOUR};
use proptest::prelude::*;
use strategy::{
    Bar, Costs, Definition, Evaluator, Price, Ratio, Runner, Series, Stop, Target, backtest, demo,
};

/// Random walks in tenths, with gaps between bars and ranges that often touch stops and targets.
fn random_walk() -> impl Strategy<Value = Vec<Bar>> {
    let step = (-120_i64..121, -300_i64..301, 0_i64..250, 0_i64..250, 0_u32..1_000);
    prop::collection::vec(step, 1..400).prop_map(|steps| {
        let mut last = 10_000_i64;
        let units = |tenths: i64| Price::from_units(tenths * 10_000_000).unwrap();
        let bar = |(number, (gap, body, up, down, volume)): (i64, (i64, i64, i64, i64, u32))| {
            let open = (last + gap).clamp(1_000, 50_000);
            let close = (open + body).clamp(1_000, 50_000);
            last = close;
            let (high, low) = (open.max(close) + up, open.min(close) - down);
            Bar {
                at: BEGIN.plus(number * HOUR),
                open: units(open),
                high: units(high),
                low: units(low.max(1)),
                close: units(close),
                volume: f64::from(volume),
            }
        };
        (0..).zip(steps).map(bar).collect()
    })
}

/// The demo strategies with shorter lengths, so that they trade on short series, and two with other stops.
fn definitions() -> Vec<Definition> {
    let shorter = |definition: &Definition| {
        let text = definition.to_json();
        let cut = [
            ("200", "20"),
            ("100", "12"),
            ("40", "9"),
            ("26", "7"),
            ("20", "6"),
            ("14", "5"),
            ("12", "3"),
            ("10", "4"),
            ("7", "3"),
        ];
        let text = cut.iter().fold(text, |text, (long, short)| {
            text.replace(&format!("\"length\":{long}"), &format!("\"length\":{short}"))
        });
        Definition::from_json(&text).unwrap()
    };
    let mut all: Vec<_> = demo::demo_strategies().iter().map(|demo| shorter(&demo.definition)).collect();
    all.push(Definition { stop: None, targets: vec![Target::Percent(dec("2"))], ..all[0].clone() });
    all.push(Definition {
        stop: Some(Stop::Percent(dec("2"))),
        targets: vec![Target::R(dec("1.5"))],
        ..all[0].clone()
    });
    all
}

fn touched(bar: &Bar, side: PositionSide, stop: Price) -> bool {
    if side == PositionSide::Long { bar.low <= stop } else { bar.high >= stop }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_trades_before_the_warm_up(bars in random_walk(), which in 0_usize..6) {
        let definition = &definitions()[which];
        let series: Series = bars.iter().copied().collect();
        let report = backtest::run(definition, tenths(), Costs::PERPETUAL, money_to_start(), &series).unwrap();
        // The bar that decides is at the earliest the last of the warm-up; the next one trades.
        let earliest = BEGIN.plus(i64::try_from(definition.warm_up()).unwrap() * HOUR);
        prop_assert!(report.trades.iter().all(|trade| trade.entered_at >= earliest));
        let signals = backtest::signals(definition, tenths(), Costs::PERPETUAL, &series).unwrap();
        prop_assert!(signals.iter().all(|(at, _)| at.plus(HOUR) >= earliest));
    }

    #[test]
    fn equity_is_the_start_and_every_profit(bars in random_walk(), which in 0_usize..6) {
        let series = bars.iter().copied().collect();
        let report =
            backtest::run(&definitions()[which], tenths(), Costs::PERPETUAL, money_to_start(), &series).unwrap();
        prop_assert_eq!(report.equity.len(), report.trades.len() + 1);
        let (mut equity, mut peak, mut deepest) = (i128::from(money_to_start().units()), 0_i128, 0_i128);
        for (trade, point) in report.trades.iter().zip(&report.equity[1..]) {
            peak = peak.max(equity);
            equity += (equity * i128::from(trade.profit.parts())).div_euclid(i128::from(Ratio::ONE));
            prop_assert_eq!((point.at, i128::from(point.equity)), (trade.exited_at, equity));
            deepest = deepest.max((peak - equity) * i128::from(Ratio::ONE) / peak);
            prop_assert!(equity >= 0);
        }
        let shown = report.figures.max_draw_down.unwrap_or_default();
        prop_assert!((shown - Ratio::from_parts(i64::try_from(deepest).unwrap()).decimal()).abs() < dec("0.00000002"));
        prop_assert!(report.worst_draw_down.decimal() + dec("0.00000002") >= shown);
        prop_assert_eq!(report.figures.trades as usize, report.trades.len());
    }

    #[test]
    fn the_stop_always_wins(bars in random_walk(), which in 0_usize..6) {
        let series = bars.iter().copied().collect();
        let report = backtest::run(&definitions()[which], tenths(), Costs::FREE, money_to_start(), &series).unwrap();
        for trade in report.trades.iter().filter(|trade| trade.stop.is_some()) {
            let stop = trade.stop.unwrap();
            for bar in bars.iter().filter(|bar| bar.at >= trade.entered_at && bar.at <= trade.exited_at) {
                let hit = touched(bar, trade.side, stop);
                let last = bar.at == trade.exited_at;
                match trade.reason {
                    Exit::Stop => prop_assert_eq!(hit, last),
                    // Closed at the open, so the rest of that bar does not concern the trade.
                    Exit::Signal => prop_assert!(!hit || last),
                    Exit::Target | Exit::End => prop_assert!(!hit),
                }
            }
            prop_assert!(trade.exited_at >= trade.entered_at);
        }
    }

    #[test]
    fn live_decides_what_the_backtest_does(bars in random_walk(), which in 0_usize..6, restart in 0_usize..400) {
        let definition = &definitions()[which];
        let series: Series = bars.iter().copied().collect();
        let report = backtest::run(definition, tenths(), Costs::PERPETUAL, money_to_start(), &series).unwrap();
        let signals = backtest::signals(definition, tenths(), Costs::PERPETUAL, &series).unwrap();

        // As in live use: bar by bar, and once restarted from the stored bars.
        let fresh = || Runner::new(definition, tenths(), Costs::PERPETUAL).unwrap();
        let (mut runner, mut alone) = (fresh(), Evaluator::new(definition, tenths()).unwrap());
        let (mut decided, mut closed) = (Vec::new(), Vec::new());
        for (number, bar) in bars.iter().enumerate() {
            if number == restart {
                (runner, closed) = (fresh(), Vec::new());
                bars[..number].iter().for_each(|bar| { runner.step(bar, &mut closed); });
            }
            let decision = runner.step(bar, &mut closed).cloned();
            prop_assert_eq!(&alone.step(bar, runner.held()), &decision);
            decided.extend(decision.map(|decision| (bar.at, decision)));
        }
        prop_assert_eq!(decided, signals);
        runner.finish(&bars[bars.len() - 1], &mut closed);
        prop_assert_eq!(closed, report.trades);
    }
}

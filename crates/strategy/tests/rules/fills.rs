//! Fills computed manually: how a bar affects a position, and the outcome of the trade.

use crate::bars::{BEGIN, dec, hours, money_to_start, price, tenths};
use domain::{Decimal, PositionSide, strategy::Exit, time::HOUR};
use strategy::{Condition, Costs, Definition, Expr, Price, Sides, Stop, Target, Trade, backtest};

/// Enters long at a close of 100 or more and short below 50, leaves a long below 90.
fn definition(stop: &str, targets: &[&str]) -> Definition {
    let level = |value: &str| Expr::Constant(dec(value));
    Definition {
        entry: Sides {
            long: Some(Condition::CrossesAbove(Expr::close(), level("99"))),
            short: Some(Condition::CrossesBelow(Expr::close(), level("50"))),
        },
        exit: Sides { long: Some(Condition::Below(Expr::close(), level("90"))), short: None },
        stop: Some(Stop::Percent(dec(stop))),
        targets: targets.iter().map(|percent| Target::Percent(dec(percent))).collect(),
    }
}

fn trades(definition: &Definition, costs: Costs, rows: &[[&str; 4]]) -> (Vec<Trade>, usize) {
    let report = backtest::run(definition, tenths(), costs, money_to_start(), &hours(rows)).unwrap();
    (report.trades, report.missed)
}

/// A long decided at 100 and opened at 101.
const IN: [[&str; 4]; 3] =
    [["95", "95", "95", "95"], ["95", "100", "95", "100"], ["101", "102", "100", "101"]];

fn after(rows: &[[&'static str; 4]]) -> Vec<[&'static str; 4]> {
    IN.iter().chain(rows).copied().collect()
}

fn one(definition: &Definition, rows: &[[&'static str; 4]]) -> Trade {
    let (trades, missed) = trades(definition, Costs::FREE, &after(rows));
    assert_eq!((trades.len(), missed), (1, 0), "{trades:?}");
    trades[0].clone()
}

fn ends(trade: &Trade) -> (Exit, i64, Decimal) {
    (trade.reason, trade.exited_at.since(BEGIN) / HOUR, trade.exit.decimal())
}

#[test]
fn a_decision_trades_at_the_next_open() {
    let trade = one(&definition("5", &[]), &[["101", "103", "99", "102"]]);
    assert_eq!(
        (trade.side, trade.entered_at, trade.entry),
        (PositionSide::Long, BEGIN.plus(2 * HOUR), price("101"))
    );
    assert_eq!(trade.stop, Some(price("95")));
    assert_eq!(ends(&trade), (Exit::End, 3, dec("102")));
    assert_eq!(trade.worst, price("99"));
}

#[test]
fn a_decision_at_the_last_close_never_trades() {
    assert_eq!(trades(&definition("5", &["5"]), Costs::FREE, &IN[..2]), (Vec::new(), 0));
    assert_eq!(trades(&definition("5", &["5"]), Costs::FREE, &[]), (Vec::new(), 0));
}

#[test]
fn the_stop_counts_when_a_bar_touches_both() {
    let trade = one(&definition("5", &["5"]), &[["101", "110", "95", "100"]]);
    assert_eq!(ends(&trade), (Exit::Stop, 3, dec("95")));
    // Even if the open is already beyond the target.
    let trade = one(&definition("5", &["5"]), &[["106", "110", "94", "100"]]);
    assert_eq!(ends(&trade), (Exit::Stop, 3, dec("95")));
}

#[test]
fn a_gap_fills_at_the_open() {
    let trade = one(&definition("5", &["5"]), &[["93", "96", "92", "94"]]);
    assert_eq!(ends(&trade), (Exit::Stop, 3, dec("93")));
    assert_eq!(trade.worst, price("93"));
    let trade = one(&definition("5", &["5"]), &[["107", "108", "103", "104"]]);
    assert_eq!(ends(&trade), (Exit::Target, 3, dec("107")));
}

#[test]
fn the_bar_of_the_entry_can_end_it() {
    let rows = [IN[0], IN[1], ["101", "102", "94", "96"]];
    let (trades, _) = trades(&definition("5", &["5"]), Costs::FREE, &rows);
    assert_eq!(ends(&trades[0]), (Exit::Stop, 2, dec("95")));
}

#[test]
fn targets_take_equal_shares() {
    let split = definition("5", &["10", "5"]);
    // Half at 105, half at 110.
    let trade = one(&split, &[["101", "106", "100", "104"], ["104", "111", "104", "108"]]);
    assert_eq!(ends(&trade), (Exit::Target, 4, dec("107.5")));
    // Half at 105, half stopped at 95: 100 on average.
    let trade = one(&split, &[["101", "106", "100", "104"], ["104", "104", "90", "92"]]);
    assert_eq!(ends(&trade), (Exit::Stop, 4, dec("100")));
    assert_eq!(trade.profit.percent().round_dp(4), dec("-0.9901"));
    // Both targets in one bar.
    let trade = one(&split, &[["101", "120", "100", "104"]]);
    assert_eq!(ends(&trade), (Exit::Target, 3, dec("107.5")));
}

#[test]
fn an_exit_condition_closes_at_the_next_open() {
    let trade = one(&definition("20", &[]), &[["101", "101", "88", "89"], ["87", "91", "86", "90"]]);
    assert_eq!(ends(&trade), (Exit::Signal, 4, dec("87")));
    assert_eq!(trade.worst, price("87"));
}

#[test]
fn the_opposite_entry_turns_the_position_round_at_one_open() {
    let rows = after(&[["101", "101", "49", "49"], ["48", "49", "47", "48"]]);
    let (trades, missed) = trades(&definition("60", &["30"]), Costs::FREE, &rows);
    assert_eq!(missed, 0);
    assert_eq!(ends(&trades[0]), (Exit::Signal, 4, dec("48")));
    assert_eq!(
        (trades[1].side, trades[1].entry, trades[1].stop),
        (PositionSide::Short, price("48"), Some(price("78.4")))
    );
    assert_eq!(ends(&trades[1]), (Exit::End, 4, dec("48")));
}

#[test]
fn an_entry_whose_stop_or_target_is_behind_the_open_is_not_taken() {
    for open in ["95", "94.9", "105", "106"] {
        let rows = [IN[0], IN[1], [open, "107", "90", "96"]];
        assert_eq!(trades(&definition("5", &["5"]), Costs::FREE, &rows), (Vec::new(), 1), "{open}");
    }
}

#[test]
fn costs_are_counted_exactly() {
    // Slippage 10 bp to the tick of 0.1: entry at 101.2, exit from the final 103 at 102.8. Fee 0.1 %, funding
    // 0.01 % at 08:00.
    let costs = Costs::new(dec("0.001"), dec("10"), dec("0.0001")).unwrap();
    let rows = after(&[["101", "103", "100", "102"]; 6]);
    let rows = [&rows[..8], &[["102", "103", "101", "103"]]].concat();
    let (trades, _) = trades(&definition("5", &[]), costs, &rows);
    let trade = &trades[0];
    assert_eq!((trade.entry, trade.exit), (price("101.2"), price("102.8")));
    // (101.2 + 102.8) * 0.001 / 101.2, rounded up; one funding; the remainder rounded down.
    assert_eq!(trade.fee.decimal(), dec("0.0020158103"));
    assert_eq!(trade.funding.decimal(), dec("0.0001"));
    assert_eq!(trade.profit.decimal(), dec("0.0136944663"));
}

#[test]
fn shorts_receive_what_longs_pay() {
    let costs = Costs::new(dec("0"), dec("0"), dec("0.0001")).unwrap();
    let mut rows = vec![["60", "60", "60", "60"], ["60", "60", "49", "49"]];
    rows.extend([["50", "51", "49", "50"]; 20]);
    let (trades, _) = trades(&definition("40", &[]), costs, &rows);
    // Entry at 02:00, exit at 21:00: fundings at 08:00 and 16:00.
    assert_eq!(trades[0].funding.decimal(), dec("-0.0002"));
    assert_eq!(trades[0].profit.decimal(), dec("0.0002"));
}

#[test]
fn a_short_cannot_lose_more_than_everything() {
    let rows = [
        ["60", "60", "60", "60"],
        ["60", "60", "49", "49"],
        ["49", "50", "48", "49"],
        ["200", "200", "200", "200"],
        ["95", "95", "95", "95"],
        ["95", "100", "95", "100"],
        ["100", "103", "100", "103"],
    ];
    let report =
        backtest::run(&definition("40", &[]), tenths(), Costs::FREE, money_to_start(), &hours(&rows))
            .unwrap();
    assert_eq!(report.trades[0].profit.decimal(), dec("-1"));
    let equity: Vec<_> = report.equity.iter().map(|point| point.equity).collect();
    assert_eq!(equity, [Price::units(money_to_start()), 0, 0]);
    assert_eq!(report.figures.net_profit_percent, Some(dec("-100")));
    assert_eq!(report.worst_draw_down.decimal(), dec("1"));
}

//! Decisions computed manually.

use crate::bars::{dec, hours, price, tenths};
use domain::PositionSide::{Long, Short};
use strategy::{Condition, Decision, Definition, Evaluator, Expr, Sides, Source, Stop, Target};

fn above(value: &str) -> Condition {
    Condition::Above(Expr::close(), Expr::Constant(dec(value)))
}

fn long_only(stop: Option<Stop>, targets: Vec<Target>) -> Definition {
    Definition {
        entry: Sides { long: Some(above("99")), short: None },
        exit: Sides::default(),
        stop,
        targets,
    }
}

fn decide(definition: &Definition, rows: &[[&str; 4]]) -> Option<Decision> {
    let mut evaluator = Evaluator::new(definition, tenths()).unwrap();
    hours(rows).bars().map(|bar| evaluator.step(&bar, None)).last().flatten()
}

#[test]
fn targets_come_nearest_first_whatever_they_are_measured_in() {
    let targets = vec![Target::R(dec("4")), Target::Percent(dec("1")), Target::R(dec("0.5"))];
    let given = decide(&long_only(Some(Stop::Percent(dec("2"))), targets), &[["100", "100", "100", "100"]]);
    let targets = ["101", "101", "108"].map(price).to_vec();
    assert_eq!(given, Some(Decision::Enter { side: Long, stop: Some(price("98")), targets }));
}

#[test]
fn an_atr_stop_is_a_multiple_of_the_range_away() {
    let stop = Some(Stop::Atr { length: 2, multiple: dec("1.5") });
    // Ranges of 4 and 2: the average is 3.
    let rows = [["100", "102", "98", "101"], ["101", "102", "100", "100"]];
    let given = decide(&long_only(stop, Vec::new()), &rows);
    assert_eq!(given, Some(Decision::Enter { side: Long, stop: Some(price("95.5")), targets: Vec::new() }));
}

#[test]
fn a_level_on_the_wrong_side_is_no_entry() {
    let level = |source| Some(Stop::Level(Sides { long: Some(Expr::Price(source)), short: None }));
    let row = ["100", "103", "97", "101"];
    let entered = |source| decide(&long_only(level(source), Vec::new()), &[row]).is_some();
    assert!(entered(Source::Low));
    assert!(!entered(Source::High));
    assert!(!entered(Source::Close));
    // A volume is not a price, but it is a number.
    assert!(entered(Source::Volume));
}

#[test]
fn both_sides_together_are_no_signal() {
    let entry = Sides { long: Some(above("99")), short: Some(above("98")) };
    let definition = Definition { entry, ..long_only(None, Vec::new()) };
    assert_eq!(decide(&definition, &[["100", "100", "100", "100"]]), None);
    let short = decide(&definition, &[["99", "99", "99", "99"]]);
    assert_eq!(short, Some(Decision::Enter { side: Short, stop: None, targets: Vec::new() }));
}

#[test]
fn an_opposite_entry_that_cannot_have_its_stop_is_an_exit() {
    let below = Condition::Below(Expr::close(), Expr::Constant(dec("90")));
    let levels = Sides { long: Some(Expr::Price(Source::Low)), short: Some(Expr::Price(Source::Low)) };
    let definition = Definition {
        entry: Sides { long: Some(above("99")), short: Some(below) },
        stop: Some(Stop::Level(levels)),
        ..long_only(None, Vec::new())
    };
    let mut evaluator = Evaluator::new(&definition, tenths()).unwrap();
    let bar = hours(&[["89", "90", "87", "88"]]).bars().next().unwrap();
    assert_eq!(evaluator.clone().step(&bar, Some(Long)), Some(Decision::Exit));
    assert_eq!(evaluator.clone().step(&bar, Some(Short)), None, "it is there already");
    assert_eq!(evaluator.step(&bar, None), None);
}

#[test]
fn the_cross_of_12_and_26_waits_for_the_26th_bar() {
    // Falls for 24 bars, then jumps, so that the averages cross immediately.
    let cross = |flat: usize| {
        let mut rows = vec![["100", "100", "100", "100"]; 2];
        rows.extend(vec![["90", "90", "90", "90"]; flat]);
        rows.push(["200", "200", "200", "200"]);
        let condition = Condition::CrossesAbove(Expr::ema(12), Expr::ema(26));
        let entry = Sides { long: Some(condition), short: None };
        decide(&Definition { entry, ..long_only(None, Vec::new()) }, &rows)
    };
    assert_eq!(cross(22), None, "the 25th bar");
    assert!(cross(23).is_some(), "the 26th bar");
}

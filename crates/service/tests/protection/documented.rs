//! The scenarios that docs/protocols/binance-protection.md names for its rules exist and pass.

use crate::enumerate::{Ready, play_one};

const DOCUMENT: &str = include_str!("../../../../docs/protocols/binance-protection.md");

/// Returns the last column of the tables, by row; empty if a row names nothing.
fn columns() -> impl Iterator<Item = &'static str> {
    let rows = DOCUMENT.lines().filter(|line| line.starts_with("| ") && !line.ends_with("| Scenario |"));
    rows.map(|row| row.trim_end_matches(" |").rsplit_once(" | ").map_or("", |(_, last)| last.trim()))
}

#[test]
fn every_rule_names_its_scenarios() {
    let named = |cell: &str| cell == "none" || (cell.starts_with('`') && cell.ends_with('`'));
    let without: Vec<_> = columns().filter(|cell| !named(cell)).collect();
    assert!(without.is_empty(), "not scenarios: {without:?}");
    assert!(columns().filter(|cell| *cell != "none").count() > 20);
}

#[test]
fn every_named_scenario_exists_and_holds() {
    if crate::wanted().is_none() {
        crate::roomy(play_named);
    }
}

fn play_named() {
    for cell in columns().filter(|cell| *cell != "none") {
        for name in cell.split(", ").map(|name| name.trim_matches('`')) {
            let scenario: crate::sim::plan::Scenario = name.parse().expect("a scenario");
            let failed = play_one(&Ready::of(&scenario.life), &scenario);
            assert!(failed.is_none(), "{failed:?}");
        }
    }
}

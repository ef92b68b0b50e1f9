//! Backtest speed in bars per second: the example `backtest_speed` of crates/strategy, on one core.

use super::table::Table;
use crate::process;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::process::{Command, Stdio};

/// The target, in bars per second.
const TARGET: f64 = 20e6;

/// Builds the example before anything is measured.
pub(super) fn build(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo(&["build", "--quiet", "--release", "--package", "strategy"]);
    process::run(cargo.args(["--example", "backtest_speed"]))
}

pub(super) fn measure(workspace: &Workspace, table: &mut Table) -> Result<()> {
    let example = workspace.target.join("release").join("examples").join("backtest_speed");
    let output = Command::new(&example).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("cannot run {}", example.display()))?;
    let answer: Value = serde_json::from_slice(&output.stdout).context("the backtest printed no figures")?;
    let figure = |name: &str| answer[name].as_f64().with_context(|| format!("no {name} in {answer}"));
    let (median, best) = (figure("medianBarsPerSecond")?, figure("bestBarsPerSecond")?);
    let shown = format!(
        "{:.1} million/s (best of {}: {:.1}), {} trades over {} bars",
        median / 1e6,
        answer["runs"],
        best / 1e6,
        answer["trades"],
        answer["bars"]
    );
    let verdict = Some((median >= TARGET, "20 million/s".to_owned()));
    table.add("backtestBarsPerSecond", "backtest, EMA 12/26, bars a second", answer, &shown, verdict);
    Ok(())
}

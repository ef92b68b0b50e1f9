//! Copies of signals: the examples `fan_out` (one signal to 1,000 and 10,000 followers) and `private_sources` (an alert
//! of each of 1,000 private sources in the same second) of crates/service, against a separate sandbox without rate
//! limits.

use super::table::Table;
use crate::process;
use crate::sandbox::Sandbox;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::process::{Command, Stdio};

/// The target: CPU time of the desk per follower, in milliseconds.
const TARGET: f64 = 2.0;

/// The target: requests to the exchange for each follower whose account has a stream, at the first entry.
const FRESH_REQUESTS: f64 = 5.0;
/// The same at a later entry.
const KNOWN_REQUESTS: f64 = 4.0;

/// Builds the examples before anything is measured.
pub(super) fn build(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo(&["build", "--quiet", "--release", "--package", "service"]);
    process::run(cargo.args(["--example", "fan_out", "--example", "private_sources"]))
}

/// Runs an example against a sandbox of its own and returns the figures that it prints.
fn figures(workspace: &Workspace, name: &str, count: u32) -> Result<Value> {
    let sandbox = Sandbox::start(workspace, "release", &["--unlimited"])?;
    let example = workspace.target.join("release").join("examples").join(name);
    let output = Command::new(&example)
        .args([sandbox.url.as_str(), sandbox.token.as_str(), &count.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", example.display()))?;
    serde_json::from_slice(&output.stdout).with_context(|| format!("{name} printed no figures"))
}

fn number(answer: &Value, path: &str) -> Result<f64> {
    answer.pointer(path).and_then(Value::as_f64).with_context(|| format!("no {path} in {answer}"))
}

pub(super) fn measure(workspace: &Workspace, followers: u32, table: &mut Table) -> Result<()> {
    let answer = figures(workspace, "fan_out", followers)?;
    let figure = |name: &str| number(&answer, &format!("/{name}"));
    let cpu = figure("cpuMillisPerFollower")?;
    let shown = format!(
        "{:.1} s to the last of {}, {:.0} orders/s; each {:.2} ms CPU, {:.1} requests, {:.2} commits",
        figure("seconds")?,
        answer["opened"],
        figure("ordersPerSecond")?,
        cpu,
        figure("requestsPerFollower")?,
        figure("commitsPerFollower")?
    );
    let verdict = Some((cpu <= TARGET, "2 ms CPU each".to_owned()));
    if let Some(known) = answer.get("requestsPerKnownFollower").and_then(Value::as_f64) {
        requests(table, &answer, figure("requestsPerFollower")?, known);
    }
    table.add(
        &format!("fanOut.{followers}"),
        &format!("signal to {followers} followers"),
        answer,
        &shown,
        verdict,
    );
    Ok(())
}

/// Adds the row of the requests of followers whose accounts have a stream.
fn requests(table: &mut Table, answer: &Value, fresh: f64, known: f64) {
    // Inspections of positions are a few more.
    let good = fresh < FRESH_REQUESTS + 0.1 && known < KNOWN_REQUESTS + 0.1;
    table.add(
        "fanOut.requests",
        "requests of a copied entry",
        answer.clone(),
        &format!("{fresh:.2} on a fresh account, {known:.2} on a known one"),
        Some((good, "5 and 4 with two take profits".to_owned())),
    );
}

/// Measures alerts of `sources` private sources that are sent at the same time.
pub(super) fn private_sources(workspace: &Workspace, sources: u32, table: &mut Table) -> Result<()> {
    let answer = figures(workspace, "private_sources", sources)?;
    let row = |name: &str| -> Result<String> {
        let at = |point: &str| number(&answer, &format!("/{name}/{point}"));
        let (p50, p90, p99, max) = (at("p50")?, at("p90")?, at("p99")?, at("max")?);
        Ok(format!("{p50:.2} / {p90:.2} / {p99:.2} / {max:.2} s"))
    };
    let shown = format!(
        "answered {}, open {} (p50 / p90 / p99 / last); each {:.2} ms CPU, {:.1} requests",
        row("answeredSeconds")?,
        row("openedSeconds")?,
        number(&answer, "/cpuMillisPerSource")?,
        number(&answer, "/requestsPerSource")?
    );
    table.add(
        &format!("privateSources.{sources}"),
        &format!("alerts of {sources} private sources at once"),
        answer,
        &shown,
        None,
    );
    Ok(())
}

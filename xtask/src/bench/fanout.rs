//! The fan-out of a signal: the example `fan_out` of crates/service with 1,000 and 10,000 followers, against
//! a separate sandbox without rate limits.

use super::table::Table;
use crate::process;
use crate::sandbox::Sandbox;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::process::{Command, Stdio};

/// The target: CPU time of the desk per follower, in milliseconds.
const TARGET: f64 = 2.0;

/// Builds the example before anything is measured.
pub(super) fn build(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo(&["build", "--quiet", "--release", "--package", "service"]);
    process::run(cargo.args(["--example", "fan_out"]))
}

pub(super) fn measure(workspace: &Workspace, followers: u32, table: &mut Table) -> Result<()> {
    let sandbox = Sandbox::start(workspace, "release", &["--unlimited"])?;
    let example = workspace.target.join("release").join("examples").join("fan_out");
    let output = Command::new(&example)
        .args([sandbox.url.as_str(), sandbox.token.as_str(), &followers.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", example.display()))?;
    let answer: Value = serde_json::from_slice(&output.stdout).context("the fan-out printed no figures")?;
    let figure = |name: &str| answer[name].as_f64().with_context(|| format!("no {name} in {answer}"));
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
    table.add(
        &format!("fanOut.{followers}"),
        &format!("signal to {followers} followers"),
        answer,
        &shown,
        verdict,
    );
    Ok(())
}

//! The Rust tests: with nextest where it is installed, else with `cargo test`.

use super::Run;
use super::report;
use super::tally::Tally;
use crate::{process, say, tools};
use anyhow::{Context as _, Result};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

/// Test programs named `crash…` kill real servers: they run by themselves, so that nothing else slows them or is
/// slowed by them.
const CRASH: &str = "binary(/^crash/)";

/// Everything but the crash tests.
pub(super) fn tests(run: &Run<'_>) -> Result<Tally> {
    if tools::rust::has_nextest(run.workspace) {
        return nextest(run, &["--filterset", &format!("not {CRASH}")]);
    }
    say::note("cargo-nextest is not installed: cargo test runs everything here, the crash tests too");
    cargo_test(run)
}

/// The crash tests, which `cargo test` has run already.
pub(super) fn crash_tests(run: &Run<'_>) -> Result<Tally> {
    if tools::rust::has_nextest(run.workspace) {
        return nextest(run, &["--filterset", CRASH, "--test-threads", "1"]);
    }
    Ok(Tally::default())
}

fn nextest(run: &Run<'_>, arguments: &[&str]) -> Result<Tally> {
    let mut cargo = run.workspace.cargo(&["nextest", "run", "--workspace", "--exclude", "frontend"]);
    cargo
        .args(["--no-fail-fast", "--no-tests", "pass", "--cargo-quiet", "--no-input-handler"])
        .args(arguments);
    environment(run, &mut cargo)?;
    let report = run.workspace.target.join("nextest").join("default").join("junit.xml");
    if report.exists() {
        std::fs::remove_file(&report)?;
    }
    let status = process::status(&mut cargo)?;
    if status.success() && !report.exists() {
        return Ok(Tally::default());
    }
    report::read(&report, status, report::junit)
}

fn cargo_test(run: &Run<'_>) -> Result<Tally> {
    let mut cargo = run.workspace.cargo(&["test", "--quiet", "--workspace", "--exclude", "frontend"]);
    cargo.arg("--no-fail-fast").stdout(Stdio::piped());
    environment(run, &mut cargo)?;
    let mut child = cargo.spawn().context("cannot start cargo test")?;
    let mut text = String::new();
    for line in BufReader::new(child.stdout.take().context("cargo test has no stdout")?).lines() {
        let line = line?;
        say::line(&line);
        text.push_str(&line);
        text.push('\n');
    }
    Ok(report::judged(report::libtest(&text), child.wait()?))
}

fn environment(run: &Run<'_>, command: &mut Command) -> Result<()> {
    command.env("TEST_POSTGRES_URL", run.cluster()?.default_url());
    run.long_forms(command);
    Ok(())
}

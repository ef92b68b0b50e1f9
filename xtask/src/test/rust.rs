//! The Rust tests: with nextest if it is installed, else with `cargo test`.

use super::Run;
use super::report;
use super::tally::Tally;
use crate::fs::files_below;
use crate::{console, process, tools};
use anyhow::{Context as _, Result};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Test programs named `crash…` kill real servers: they run separately, so that they and other tests do not
/// slow each other down.
const CRASH: &str = "binary(/^crash/)";
/// Floods need the release program and the whole machine.
const FLOOD: &str = "binary(=flood)";

/// The packages of the mail server that some tests send to.
pub(super) const SMTP: &str = "end2end/smtp";

/// All tests except the crash tests and the floods.
pub(super) fn tests(run: &Run<'_>) -> Result<Tally> {
    if !tools::rust::has_nextest(run.workspace) {
        console::note(
            "cargo-nextest is not installed; cargo test runs everything, including the crash and flood tests",
        );
        return cargo_test(run);
    }
    // nextest rejects a filter that can match nothing.
    let rest =
        if has_crash_tests(run)? { format!("not ({CRASH} or {FLOOD})") } else { format!("not {FLOOD}") };
    nextest(run, &["--filterset", &rest], &[])
}

/// The crash tests; without nextest, `cargo test` has already run them.
pub(super) fn crash_tests(run: &Run<'_>) -> Result<Tally> {
    if has_crash_tests(run)? && tools::rust::has_nextest(run.workspace) {
        // The long variants run against the release program.
        let binary = if run.deep { Some(("SLIPSTREAM_BIN", run.binary()?.as_path())) } else { None };
        return nextest(run, &["--filterset", CRASH, "--test-threads", "1"], binary.as_slice());
    }
    Ok(Tally::default())
}

/// The floods, against the release binary.
pub(super) fn flood_tests(run: &Run<'_>) -> Result<Tally> {
    let binary = [("SLIPSTREAM_BIN", run.binary()?.as_path())];
    if tools::rust::has_nextest(run.workspace) {
        return nextest(run, &["--filterset", FLOOD, "--test-threads", "1"], &binary);
    }
    // `cargo test` has run them against the debug build.
    Ok(Tally::default())
}

fn has_crash_tests(run: &Run<'_>) -> Result<bool> {
    let crash = |path: &Path| {
        let in_tests = path.parent().and_then(Path::file_name) == Some("tests".as_ref());
        in_tests && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("crash"))
    };
    let server = files_below(&run.workspace.root.join("server"))?;
    let crates = files_below(&run.workspace.root.join("crates"))?;
    Ok(server.iter().chain(&crates).any(|path| crash(path)))
}

fn nextest(run: &Run<'_>, arguments: &[&str], settings: &[(&str, &Path)]) -> Result<Tally> {
    let mut cargo = run.workspace.cargo(&["nextest", "run", "--workspace", "--exclude", "frontend"]);
    cargo
        .args(["--no-fail-fast", "--no-tests", "pass", "--cargo-quiet", "--no-input-handler"])
        .args(arguments)
        .envs(settings.iter().copied());
    environment(run, &mut cargo)?;
    // nextest's own directory is in the checkout, wherever cargo's target directory is.
    let report = run.workspace.root.join("target/nextest/default/junit.xml");
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
        console::line(&line);
        text.push_str(&line);
        text.push('\n');
    }
    Ok(report::judged(report::libtest(&text), child.wait()?))
}

fn environment(run: &Run<'_>, command: &mut Command) -> Result<()> {
    command.env("TEST_POSTGRES_URL", run.cluster()?.default_url());
    // A real mail server for server/tests/messages.rs.
    let smtp = run.workspace.root.join(SMTP);
    command.env("TEST_AIOSMTPD", tools::python::ensure(&smtp, &run.workspace.target)?.join("aiosmtpd"));
    run.long_forms(command);
    Ok(())
}

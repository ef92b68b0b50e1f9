//! Third-party clients, unmodified but for their base addresses, against the sandbox in a process of its own.

use super::Run;
use super::report;
use super::tally::Tally;
use crate::sandbox::Sandbox;
use crate::{process, say, tools};
use anyhow::Result;
use std::process::Command;

/// Folders with a package.json whose `node --test` talks to a sandbox.
const CLIENTS: [&str; 1] = ["crates/sandbox/tests/ccxt"];

/// Runs each client's tests against a fresh sandbox.
pub(super) fn clients(run: &Run<'_>) -> Result<Tally> {
    let mut total = Tally::default();
    let folders = CLIENTS.iter().map(|client| run.workspace.root.join(client));
    for folder in folders.filter(|folder| folder.join("package.json").is_file()) {
        tools::node::ensure_packages(&folder)?;
        build_sandbox(run)?;
        let sandbox = Sandbox::start(run.workspace, "debug", &["--controllable"])?;
        let report = run.report("node.tap")?;
        let mut node = Command::new("node");
        node.current_dir(&folder).arg("--test");
        node.args(["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap"]);
        node.arg(format!("--test-reporter-destination={}", report.display()));
        node.env("SANDBOX_URL", &sandbox.url).env("SANDBOX_CONTROL_TOKEN", &sandbox.token);
        run.long_forms(&mut node);
        let status = say::step(&format!("client {}", folder.display()), || process::status(&mut node))?;
        total += report::read(&report, status, report::tap)?;
    }
    Ok(total)
}

/// The same package selection as the Rust tests have, so that nothing is compiled twice.
fn build_sandbox(run: &Run<'_>) -> Result<()> {
    let mut cargo = run.workspace.cargo(&["build", "--quiet", "--workspace", "--exclude", "frontend"]);
    process::run(cargo.args(["--example", "serve"]))
}

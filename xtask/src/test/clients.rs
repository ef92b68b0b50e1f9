//! Third-party clients, unmodified but for their base addresses, against the sandbox in a process of its own.

use super::Run;
use super::report;
use super::tally::Tally;
use crate::process::{self, Running, free_port};
use crate::{say, tools};
use anyhow::{Context as _, Result};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

/// Folders with a package.json whose `node --test` talks to a sandbox.
const CLIENTS: [&str; 1] = ["crates/sandbox/tests/ccxt"];

/// A sandbox that takes test commands, where it is, and the token of its control door.
pub(crate) struct Sandbox {
    _process: Running,
    _directory: tempfile::TempDir,
    pub(crate) url: String,
    pub(crate) token: String,
}

/// Runs each client's tests against a fresh sandbox.
pub(super) fn clients(run: &Run<'_>) -> Result<Tally> {
    let mut total = Tally::default();
    let folders = CLIENTS.iter().map(|client| run.workspace.root.join(client));
    for folder in folders.filter(|folder| folder.join("package.json").is_file()) {
        tools::node::ensure_packages(&folder)?;
        build_sandbox(run)?;
        let sandbox = start_sandbox(run)?;
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

/// Starts it on a free port and reads the one line of JSON that it prints when it is ready.
fn start_sandbox(run: &Run<'_>) -> Result<Sandbox> {
    let directory = tempfile::tempdir()?;
    let port = free_port()?.to_string();
    let mut command = Command::new(run.workspace.target.join("debug").join("examples").join("serve"));
    command.arg("--dir").arg(directory.path()).args(["--port", &port, "--controllable"]);
    let mut process = Running::start(command.stdout(Stdio::piped()))?;
    let stdout = process.take_stdout().context("the sandbox has no stdout")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let ready: serde_json::Value =
        serde_json::from_str(&line).with_context(|| format!("the sandbox said {line:?}"))?;
    let field = |name: &str| {
        ready[name].as_str().map(str::to_owned).with_context(|| format!("the sandbox did not say its {name}"))
    };
    Ok(Sandbox {
        url: field("url")?,
        token: field("controlToken")?,
        _process: process,
        _directory: directory,
    })
}

//! The sandbox exchange as a separate process, for third-party clients and for measurements.

use crate::process::Running;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A running sandbox on an empty directory, with its URL and the token of its control API.
pub(crate) struct Sandbox {
    pub(crate) url: String,
    pub(crate) token: String,
    _process: Running,
    _directory: TempDir,
}

impl Sandbox {
    /// Starts the built example `serve` of a profile (`debug` or `release`), and waits for the line of JSON
    /// that it prints when it is ready.
    pub(crate) fn start(workspace: &Workspace, profile: &str, options: &[&str]) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let mut command = Command::new(workspace.target.join(profile).join("examples").join("serve"));
        command.arg("--dir").arg(directory.path()).args(["--port", "0"]).args(options);
        let mut process = Running::start(command.stdout(Stdio::piped()))?;
        let ready = first_line(&mut process)?;
        let field = |name: &str| {
            ready[name]
                .as_str()
                .map(str::to_owned)
                .with_context(|| format!("the sandbox did not report its {name}"))
        };
        Ok(Self {
            url: field("url")?,
            token: field("controlToken")?,
            _process: process,
            _directory: directory,
        })
    }
}

/// The line of JSON with which a program reports that it is ready. Its stdout must be piped.
pub(crate) fn first_line(process: &mut Running) -> Result<serde_json::Value> {
    let stdout = process.take_stdout().context("the program's stdout is not piped")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    serde_json::from_str(&line).with_context(|| format!("expected a line of JSON, not {line:?}"))
}

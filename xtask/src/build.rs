//! `build`: creates the single executable that runs from any directory. `run`: builds and runs it.

use crate::console;
use crate::process;
use crate::site::{self, Mode};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

/// Builds the wasm, then the release server with everything embedded; returns its path.
pub(crate) fn release(workspace: &Workspace) -> Result<PathBuf> {
    server(workspace, Mode::Release, "release")
}

/// As [`release`], in the profile that is built fastest.
fn quick(workspace: &Workspace) -> Result<PathBuf> {
    server(workspace, Mode::Quick, "quick")
}

fn server(workspace: &Workspace, mode: Mode, profile: &str) -> Result<PathBuf> {
    let site = site::build(workspace, mode)?;
    console::step(&format!("compile the server ({profile})"), || {
        let mut cargo =
            mode.cargo(workspace, &["build", "--quiet", "--package", "server", "--profile", profile]);
        process::run(cargo.env("SLIPSTREAM_SITE", &site))
    })?;
    let binary = workspace.binary(profile);
    let size = std::fs::metadata(&binary).with_context(|| binary.display().to_string())?.len();
    console::note(&format!("{} ({} MB)", binary.display(), size / 1_000_000));
    Ok(binary)
}

/// Builds and then executes the server in this process, so that Ctrl-C and exit codes are its own.
/// SLIPSTREAM_* variables are passed on.
pub(crate) fn run(workspace: &Workspace, unoptimised: bool) -> Result<()> {
    let binary = if unoptimised { quick(workspace)? } else { release(workspace)? };
    console::note(&format!("serving http://{} (Ctrl-C to stop)", address()));
    let error = Command::new(&binary).current_dir(&workspace.root).exec();
    Err(error).with_context(|| format!("cannot start {}", binary.display()))
}

/// The address the server will listen on: its default, or the one in the environment.
pub(crate) fn address() -> String {
    std::env::var("SLIPSTREAM_ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned())
}

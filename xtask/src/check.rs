//! `check`: run before a commit: formatting, the vocabulary, the packages, and clippy for both halves.

use crate::console;
use crate::deny;
use crate::process;
use crate::site::BUNDLES;
use crate::tools;
use crate::words;
use crate::workspace::Workspace;
use anyhow::Result;

/// All checks, stopping at the first that fails.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    console::step("check the formatting", || format(workspace))?;
    console::step("check the words", || words::check(workspace))?;
    console::step("check the packages", || deny::check(workspace))?;
    console::step("clippy for the server", || clippy(workspace))?;
    console::step("clippy for the browser", || clippy_wasm(workspace))
}

pub(crate) fn format(workspace: &Workspace) -> Result<()> {
    process::run(&mut workspace.cargo(&["fmt", "--all", "--check"]))
}

/// Clippy for every crate that runs on the server, tests and examples included. `frontend` is excluded:
/// together with the server it would enable both of Leptos' mutually exclusive features.
pub(crate) fn clippy(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo(&["clippy", "--quiet", "--workspace", "--exclude", "frontend"]);
    process::run(cargo.args(["--all-targets", "--", "-D", "warnings"]))
}

/// Clippy for the browser code, once per bundle.
pub(crate) fn clippy_wasm(workspace: &Workspace) -> Result<()> {
    tools::rust::ensure_wasm(workspace)?;
    for (_, features) in BUNDLES {
        let mut cargo =
            workspace.cargo(&["clippy", "--quiet", "--package", "frontend", "--no-default-features"]);
        cargo.args(["--features", features, "--target", "wasm32-unknown-unknown", "--", "-D", "warnings"]);
        process::run(&mut cargo)?;
    }
    Ok(())
}

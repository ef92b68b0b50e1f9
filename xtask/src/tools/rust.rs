//! The wasm target of the Rust toolchain, and cargo-nextest.

use crate::console;
use crate::process;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::path::Path;
use std::process::Command;

const WASM: &str = "wasm32-unknown-unknown";

/// Ensures that the standard library for wasm is installed. rust-toolchain.toml lists it, but rustup does not
/// fetch it if its auto-install is disabled.
pub(crate) fn ensure_wasm(workspace: &Workspace) -> Result<()> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(&workspace.root).args(["--print", "target-libdir", "--target", WASM]);
    let libraries = process::output(&mut rustc)?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    console::step("install the Rust standard library for wasm", || {
        let mut rustup = Command::new("rustup");
        rustup.current_dir(&workspace.root).args(["target", "add", WASM]);
        process::run(&mut rustup).context("install the target wasm32-unknown-unknown for this Rust toolchain")
    })
}

/// Whether `cargo nextest` is installed. It is optional: without it, `cargo test` runs the same tests.
pub(crate) fn has_nextest(workspace: &Workspace) -> bool {
    process::succeeds(workspace.cargo(&["nextest", "--version"]).env("NEXTEST_NO_INPUT_HANDLER", "1"))
}

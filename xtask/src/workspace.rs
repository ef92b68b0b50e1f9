//! The checkout, its target directory, and how to call cargo there.

use crate::process;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace that this xtask belongs to.
pub(crate) struct Workspace {
    /// The root of the checkout.
    pub(crate) root: PathBuf,
    /// Cargo's target directory, as set by environment or configuration.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks cargo, so that both `CARGO_TARGET_DIR` and `.cargo/config.toml` are respected.
    pub(crate) fn find() -> Result<Self> {
        // The variable at run time, not at compile time: two checkouts may share a target directory, and with
        // it this program.
        let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
        let mut command = bare_cargo(&here);
        command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        let metadata: serde_json::Value = serde_json::from_str(&process::output(&mut command)?)?;
        let path = |key: &str| -> Result<PathBuf> {
            let text = metadata[key].as_str().with_context(|| format!("cargo metadata has no {key}"))?;
            Ok(PathBuf::from(text))
        };
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")? })
    }

    /// A cargo command in the workspace. Queries are always checked against the committed `.sqlx`: a
    /// `DATABASE_URL` meant for the server must not make the compiler connect to a database.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = bare_cargo(&self.root);
        command.args(arguments).env("SQLX_OFFLINE", "true");
        command
    }

    /// The server built in a profile of this name; `debug` for `dev`.
    pub(crate) fn binary(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join("slipstream")
    }
}

/// Adds compiler flags to those of the environment, which take the place of those of cargo's configuration.
pub(crate) fn add_rustflags(cargo: &mut Command, flags: &[&str]) {
    // Cargo reads the second only if the first is not set.
    let (name, separator) = match std::env::var_os("CARGO_ENCODED_RUSTFLAGS") {
        Some(_) => ("CARGO_ENCODED_RUSTFLAGS", "\u{1f}"),
        None => ("RUSTFLAGS", " "),
    };
    cargo.env(name, joined(std::env::var(name).ok().as_deref(), separator, flags));
}

fn joined(present: Option<&str>, separator: &str, flags: &[&str]) -> String {
    let present = present.filter(|present| !present.is_empty());
    present.into_iter().chain(flags.iter().copied()).collect::<Vec<_>>().join(separator)
}

fn bare_cargo(directory: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(directory);
    // `cargo xtask` is `cargo run`, which sets these variables for the xtask package. Some build scripts
    // watch them, and would run again whenever a developer alternates between `cargo xtask …` and plain
    // cargo.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn flags_are_added_to_those_that_are_set() {
        let flags = ["--cfg", "a"];
        assert_eq!(joined(None, " ", &flags), "--cfg a");
        assert_eq!(joined(Some(""), " ", &flags), "--cfg a");
        assert_eq!(joined(Some("-C\u{1f}x=y"), "\u{1f}", &flags), "-C\u{1f}x=y\u{1f}--cfg\u{1f}a");
    }
}

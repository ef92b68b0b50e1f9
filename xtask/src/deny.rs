//! Checks all packages: their number, and by `deny.toml` licences, sources, banned packages and duplicates
//! always, without the network; the advisories of the RustSec database when it can be fetched.

use crate::console;
use crate::fs;
use crate::process;
use crate::tools;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An exception that is no longer needed is an error.
const NO_LEFTOVERS: [&str; 4] = ["--deny", "unmatched-skip", "--deny", "unnecessary-skip"];

/// The maximum number of packages in the server's tree.
const MOST: usize = 380;

/// Checks the number of packages, licences, sources, bans and duplicates.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    offline(workspace).map(drop)
}

/// As [`check`]; then the advisories, if their database can be fetched. Prints whether they were checked.
pub(crate) fn check_with_advisories(workspace: &Workspace) -> Result<()> {
    let program = offline(workspace)?;
    let mut fetch = deny(&program, workspace);
    // A connection without data ends after half a minute, and git asks for no password.
    fetch.env("GIT_HTTP_LOW_SPEED_LIMIT", "1000").env("GIT_HTTP_LOW_SPEED_TIME", "30");
    fetch.env("GIT_TERMINAL_PROMPT", "0").args(["fetch", "db"]);
    if !process::status(&mut fetch)?.success() {
        console::note(
            "checked licences, bans and sources; NOT the advisories, because their database cannot be fetched here",
        );
        return Ok(());
    }
    process::run(deny(&program, workspace).args(["--offline", "--locked", "check", "advisories"]))?;
    console::note("checked licences, bans, sources and advisories");
    Ok(())
}

/// Returns the program for further checks.
fn offline(workspace: &Workspace) -> Result<PathBuf> {
    let config = fs::read(&workspace.root.join("deny.toml"))?;
    let undated = undated(std::str::from_utf8(&config).context("deny.toml is not UTF-8")?);
    if !undated.is_empty() {
        bail!(
            "deny.toml: these exceptions have no reason with a date (`2026-11-30: ...`):\n{}",
            undated.join("\n")
        );
    }
    let program = tools::deny::ensure(workspace)?;
    // cargo-deny reads the manifests of all systems' packages; a build downloads only those of its own system.
    process::run(&mut workspace.cargo(&["fetch", "--quiet", "--locked"]))?;
    let mut check = deny(&program, workspace);
    check.args(["--offline", "--locked", "check"]).args(NO_LEFTOVERS);
    process::run(check.args(["licenses", "bans", "sources"]))?;
    count(workspace)?;
    Ok(program)
}

/// Fails if the server has more packages than [`MOST`], whatever system this is.
fn count(workspace: &Workspace) -> Result<()> {
    let mut tree = workspace.cargo(&["tree", "--locked", "--offline", "--package", "server"]);
    tree.args(["--target", "x86_64-unknown-linux-gnu", "--edges", "normal,build"]);
    let listed = process::output(tree.args(["--prefix", "none", "--format", "{p}"]))?;
    let count = packages(&listed).len();
    if count == 0 {
        bail!("`cargo tree` listed no packages");
    }
    if count > MOST {
        bail!("the server's tree has {count} packages, {MOST} at most: see docs/decisions/0014-libraries.md");
    }
    console::note(&format!("the server's tree has {count} packages, {MOST} at most"));
    Ok(())
}

/// Names and versions in the output of `cargo tree`, which repeats packages.
fn packages(tree: &str) -> BTreeSet<(&str, &str)> {
    tree.lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, rest)| (name, rest.split(' ').next().unwrap_or_default()))
        .collect()
}

fn deny(program: &Path, workspace: &Workspace) -> Command {
    let mut command = Command::new(program);
    command.current_dir(&workspace.root);
    command
}

/// The lines of exceptions without a dated reason.
fn undated(config: &str) -> Vec<&str> {
    let exception = |line: &&str| line.trim_start().starts_with("{ crate =") || line.contains("{ id =");
    config.lines().filter(exception).filter(|line| !has_dated_reason(line)).collect()
}

fn has_dated_reason(line: &str) -> bool {
    let reason = line.split_once("reason = \"").map_or("", |(_, reason)| reason);
    let (Some(date), Some((_, why))) = (reason.get(..10), reason.split_once(": ")) else { return false };
    let dashes = date.match_indices('-').map(|(at, _)| at);
    dashes.eq([4_usize, 7])
        && date.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit())
        && reason.get(10..12) == Some(": ")
        && !why.starts_with('"')
}

#[cfg(test)]
mod tests {
    use super::{packages, undated};

    #[test]
    fn a_package_counts_once_for_each_version() {
        let tree = "server v0.1.0 (/work/server)\nsyn v2.0.1\nsyn v3.0.9\nserde_derive v1.0.2 (proc-macro)\n\n\
                    serde_derive v1.0.2 (proc-macro) (*)\nsyn v2.0.1 (*)\n";
        assert_eq!(packages(tree).len(), 4);
    }

    #[test]
    fn an_exception_needs_a_reason_with_a_date() {
        let good = "    { crate = \"ring\", reason = \"2026-11-30: because\" },";
        let bad = [
            "    { crate = \"ring\" },",
            "    { crate = \"ring\", reason = \"because\" },",
            "    { crate = \"ring\", reason = \"2026-11-30\" },",
            "    { crate = \"ring\", reason = \"2026-11-30: \" },",
            "    { crate = \"ring\", reason = \"26-11-2030: because\" },",
            "    { id = \"RUSTSEC-2026-0001\", reason = \"soon: perhaps\" },",
        ];
        let config = format!("[bans]\nmultiple-versions = \"deny\"\nskip = [\n{good}\n{}\n]", bad.join("\n"));
        assert_eq!(undated(&config), bad);
    }

    #[test]
    fn the_exceptions_of_this_project_have_one() {
        let config = include_str!("../../deny.toml");
        assert!(config.contains("{ crate ="), "the exceptions are written differently");
        assert_eq!(undated(config), [""; 0]);
    }
}

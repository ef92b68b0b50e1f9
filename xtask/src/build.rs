//! `build`: creates the single executable that runs from any directory. `run`: builds and runs it.

use crate::console;
use crate::process::{self, Running};
use crate::site::{self, Mode};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds the wasm, then the release server with everything embedded; returns its path.
pub(crate) fn release(workspace: &Workspace) -> Result<PathBuf> {
    let site = site::build(workspace, Mode::Release)?;
    server(workspace, Mode::Release, "release", &site)
}

/// As [`release`], in the profile that is built fastest. The first build compiles the server's packages beside the bundle,
/// because either alone leaves the second core idle for a part of the time. Later builds skip that: it ends with a failed
/// build script, after which cargo compiles the server again even if nothing has changed.
fn quick(workspace: &Workspace) -> Result<PathBuf> {
    let is_first = !workspace.binary("quick").is_file();
    let packages = is_first.then(|| Running::start(&mut packages_of_server(workspace))).transpose()?;
    let site = site::build(workspace, Mode::Quick)?;
    if let Some(mut packages) = packages {
        console::step("compile the server's packages (quick)", || packages.wait())?;
    }
    server(workspace, Mode::Quick, "quick", &site)
}

fn server(workspace: &Workspace, mode: Mode, profile: &str, site: &Path) -> Result<PathBuf> {
    console::step(&format!("compile the server ({profile})"), || {
        process::run(server_cargo(workspace, mode, profile).env("SLIPSTREAM_SITE", site))
    })?;
    let binary = workspace.binary(profile);
    let size = std::fs::metadata(&binary).with_context(|| binary.display().to_string())?.len();
    console::note(&format!("{} ({} MB)", binary.display(), size / 1_000_000));
    Ok(binary)
}

fn server_cargo(workspace: &Workspace, mode: Mode, profile: &str) -> Command {
    mode.cargo(workspace, &["build", "--quiet", "--package", "server", "--profile", profile])
}

/// Compiles everything but the server itself, whose build script fails without a site. Cargo has no option for that, and
/// with other packages selected it would choose other features. What fails here fails again in [`server`], which reports it.
fn packages_of_server(workspace: &Workspace) -> Command {
    let mut cargo = server_cargo(workspace, Mode::Quick, "quick");
    cargo.arg("--keep-going").env("SLIPSTREAM_SITE", workspace.target.join("no-site"));
    cargo.stdout(Stdio::null()).stderr(Stdio::null());
    cargo
}

/// The profile that `run` builds in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    Quick,
    Release,
}

/// Chooses a profile: the one that is asked for, or the release profile if its build is there and only needs an update.
fn profile(release: bool, quick: bool, has_release: bool) -> Profile {
    if release || (has_release && !quick) { Profile::Release } else { Profile::Quick }
}

/// Builds and then executes the server in this process, so that Ctrl-C and exit codes are its own.
/// SLIPSTREAM_* variables are passed on.
pub(crate) fn run(workspace: &Workspace, as_release: bool, as_quick: bool) -> Result<()> {
    let has_release = workspace.binary("release").is_file();
    let binary = match profile(as_release, as_quick, has_release) {
        Profile::Release => release(workspace)?,
        Profile::Quick => {
            console::note(
                "unoptimized, to be ready sooner; `cargo xtask run --release` builds the fast server",
            );
            quick(workspace)?
        }
    };
    console::note(&format!("serving http://{} (Ctrl-C to stop)", address()));
    let error = Command::new(&binary).current_dir(&workspace.root).exec();
    Err(error).with_context(|| format!("cannot start {}", binary.display()))
}

/// The address the server will listen on: its default, or the one in the environment.
pub(crate) fn address() -> String {
    std::env::var("SLIPSTREAM_ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_run_is_quick_and_a_release_build_is_kept_up_to_date() {
        assert_eq!(profile(false, false, false), Profile::Quick);
        assert_eq!(profile(false, false, true), Profile::Release);
        assert_eq!(profile(true, false, false), Profile::Release);
        assert_eq!(profile(false, true, true), Profile::Quick);
    }
}

//! Node and npm, for the browser journeys and the third-party clients.

use crate::console;
use crate::process::{self, which};
use anyhow::{Context as _, Result, bail};
use std::path::Path;
use std::process::Command;

const OLDEST: u32 = 20;

/// Ensures that a recent Node is installed.
pub(crate) fn ensure() -> Result<()> {
    if which("node").is_none() || which("npm").is_none() {
        bail!("node and npm are missing: install Node {OLDEST} or newer (https://nodejs.org)");
    }
    let version = process::output(Command::new("node").arg("--version"))?;
    if major(&version).with_context(|| format!("unexpected node version {version:?}"))? < OLDEST {
        bail!("node is {}, but {OLDEST} or newer is needed", version.trim());
    }
    Ok(())
}

/// Installs exactly the packages of a directory's lock file, unless they are already installed.
pub(crate) fn ensure_packages(folder: &Path) -> Result<()> {
    ensure()?;
    let lock = crate::fs::read(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules").join(".installed-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    console::step(&format!("npm ci in {}", folder.display()), || {
        let mut npm = Command::new("npm");
        npm.current_dir(folder).args(["ci", "--no-audit", "--no-fund"]);
        // tools::chromium provides the browser.
        npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        process::run(&mut npm)
    })?;
    crate::fs::write_if_changed(&stamp, &lock)
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_major_version_is_read() {
        assert_eq!(super::major("v20.20.2\n"), Some(20));
        assert_eq!(super::major("deno 2"), None);
    }
}

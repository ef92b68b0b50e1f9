//! A Chromium for the browser journeys: `$CHROMIUM`, the system's, or Playwright's own; otherwise it is
//! installed.

use crate::console;
use crate::process::{self, is_root, which};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// Finds a browser that starts, or installs one. `end2end` is the directory whose Playwright may download its
/// own.
pub(crate) fn ensure(end2end: &Path) -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        let path = PathBuf::from(named);
        if !starts(&path) {
            bail!("CHROMIUM is set to {}, which does not start", path.display());
        }
        return Ok(path);
    }
    if let Some(path) = find() {
        return Ok(path);
    }
    let packaged = if is_root() && which("apt-get").is_some() {
        super::install("Chromium", &["chromium"])
    } else {
        Err(anyhow::anyhow!("no permission to install system packages"))
    };
    if let Err(reason) = packaged {
        console::note(&format!(
            "could not install Chromium from system packages: {reason:#}; trying Playwright's own"
        ));
        let mut playwright = Command::new("npx");
        playwright.current_dir(end2end).args(["playwright", "install", "chromium"]);
        process::run(&mut playwright)
            .context("Chromium is missing: install it, or set CHROMIUM to its path")?;
    }
    find().context("Chromium was installed but does not start: set CHROMIUM to the path of a working one")
}

fn find() -> Option<PathBuf> {
    let system = NAMES.iter().filter_map(|name| which(name));
    system.chain(of_playwright()).find(|path| starts(path))
}

/// Playwright keeps `chromium-<revision>/chrome-linux*/chrome` in its cache; the newest comes first.
fn of_playwright() -> Vec<PathBuf> {
    let cache = std::env::var_os("PLAYWRIGHT_BROWSERS_PATH").map(PathBuf::from).or_else(|| {
        std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache").join("ms-playwright"))
    });
    let mut found: Vec<PathBuf> = cache.iter().flat_map(|dir| folders(dir, "chromium-")).collect();
    found.sort();
    found.iter().rev().flat_map(|dir| folders(dir, "chrome-linux")).map(|dir| dir.join("chrome")).collect()
}

fn folders(directory: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect()
}

fn starts(path: &Path) -> bool {
    process::succeeds(Command::new(path).arg("--version"))
}

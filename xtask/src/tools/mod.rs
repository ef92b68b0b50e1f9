//! Finds the programs that builds and tests need, and installs them if possible; otherwise reports exactly
//! what is missing.

pub(crate) mod chromium;
pub(crate) mod deny;
pub(crate) mod node;
pub(crate) mod postgres;
pub(crate) mod python;
pub(crate) mod rust;
pub(crate) mod wrk;

use crate::console;
use crate::process::{self, is_root, which};
use anyhow::{Result, bail};
use std::process::Command;

/// Installs packages on a Debian-like system. On other systems, and without root, reports what to install.
fn install(what: &str, packages: &[&str]) -> Result<()> {
    let wanted = packages.join(" ");
    if which("apt-get").is_none() || !is_root() {
        bail!("{what} is missing: install it (Debian and Ubuntu: `sudo apt-get install {wanted}`)");
    }
    console::step(&format!("install {wanted}"), || {
        let apt = |arguments: &[&str]| {
            let mut command = Command::new("apt-get");
            command.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-y"]).args(arguments);
            process::run(&mut command)
        };
        apt(&["update"])?;
        apt(&[&["install", "--no-install-recommends"], packages].concat())
    })
}

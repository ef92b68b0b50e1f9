//! Python, for the test tools written in it. Their packages are installed beside our builds, never in the
//! system.

use crate::console;
use crate::process::{self, which};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const OLDEST: (u32, u32) = (3, 11);

/// Creates an environment with exactly the packages of a directory's requirements.txt, once for each version
/// of that file. Returns the directory of its programs.
pub(crate) fn ensure(folder: &Path, target: &Path) -> Result<PathBuf> {
    let python = which("python3").with_context(|| missing("python3"))?;
    let version =
        process::output(Command::new(&python).args(["-c", "import sys; print(*sys.version_info[:2])"]))?;
    if release(&version).with_context(|| format!("unexpected python3 version {version:?}"))? < OLDEST {
        bail!("{}", missing("a recent python3"));
    }
    let list = folder.join("requirements.txt");
    let wanted = crate::fs::read(&list)?;
    let environment = target.join("python").join(folder.file_name().context("the folder has no name")?);
    let programs = environment.join("bin");
    let stamp = environment.join(".installed");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    console::step(&format!("install {}", list.display()), || {
        let mut venv = Command::new(&python);
        process::run(venv.args(["-m", "venv", "--clear"]).arg(&environment))
            .with_context(|| missing("venv"))?;
        let mut pip = Command::new(programs.join("python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"]);
        process::run(pip.arg(&list))
    })?;
    crate::fs::write_if_changed(&stamp, &wanted)?;
    Ok(programs)
}

fn missing(what: &str) -> String {
    let (major, minor) = OLDEST;
    format!(
        "{what} is missing: install Python {major}.{minor} or newer with its venv (Debian and Ubuntu: \
         `sudo apt-get install python3 python3-venv`)"
    )
}

fn release(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_release_is_read() {
        assert_eq!(super::release("3 11\n"), Some((3, 11)));
        assert_eq!(super::release("Python"), None);
    }
}

//! Python, for the test tools written in it. Their packages are installed beside our builds, never in the
//! system.

use crate::console;
use crate::process::{self, which};
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest version for directories that name none.
const OLDEST: (u32, u32) = (3, 11);

/// Interpreters beside `python3`, for directories that need a newer one than the system's.
const NEWER: [&str; 3] = ["python3.12", "python3.13", "python3.14"];

/// Creates an environment with exactly the packages of a directory's requirements.txt, once for each version
/// of that file. A `.python-version` beside it names the oldest Python that has these packages. Returns the
/// directory of the environment's programs.
pub(crate) fn ensure(folder: &Path, target: &Path) -> Result<PathBuf> {
    let oldest = oldest(folder)?;
    let python = interpreter(folder, oldest).with_context(|| missing("python3", oldest))?;
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
        venv.current_dir(folder).args(["-m", "venv", "--clear"]).arg(&environment);
        process::run(&mut venv).with_context(|| missing("venv", oldest))?;
        let mut pip = Command::new(programs.join("python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"]);
        process::run(pip.arg(&list))
    })?;
    crate::fs::write_if_changed(&stamp, &wanted)?;
    Ok(programs)
}

/// The oldest Python that a directory's packages run on.
fn oldest(folder: &Path) -> Result<(u32, u32)> {
    let file = folder.join(".python-version");
    if !file.is_file() {
        return Ok(OLDEST);
    }
    let text = std::fs::read_to_string(&file)?;
    release(&text.replace('.', " ")).with_context(|| format!("unexpected content of {}", file.display()))
}

/// The first interpreter that is new enough. It runs in the directory, where pyenv's programs read
/// `.python-version`, too.
fn interpreter(folder: &Path, oldest: (u32, u32)) -> Option<PathBuf> {
    std::iter::once("python3").chain(NEWER).filter_map(which).find(|python| {
        let mut ask = Command::new(python);
        ask.current_dir(folder).args(["-c", "import sys; print(*sys.version_info[:2])"]);
        process::output(&mut ask).ok().and_then(|text| release(&text)).is_some_and(|found| found >= oldest)
    })
}

fn missing(what: &str, (major, minor): (u32, u32)) -> String {
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

    #[test]
    fn a_directory_names_its_oldest_python() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(super::oldest(folder.path()).unwrap(), super::OLDEST);
        std::fs::write(folder.path().join(".python-version"), "3.12\n").unwrap();
        assert_eq!(super::oldest(folder.path()).unwrap(), (3, 12));
    }
}

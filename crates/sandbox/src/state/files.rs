//! Files that only their owner may read, and the lock that keeps a second process out.

use super::StateError;
use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::Path,
};

/// Makes a directory that only its owner may enter.
pub(crate) fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options for a file that only its owner may read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a rename or a new file in `dir` survive a power cut.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Replaces a file whole or not at all.
pub(crate) fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = dir.join(format!("{name}.new"));
    let mut file = private().create(true).truncate(true).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, dir.join(name))?;
    sync_dir(dir)
}

/// The text of a private file, which is made from `fresh` when it is not there.
pub(crate) fn read_or_create(dir: &Path, name: &str, fresh: impl FnOnce() -> String) -> io::Result<String> {
    match File::open(dir.join(name)) {
        Ok(mut file) => {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok(text.trim().to_owned())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = fresh();
            replace(dir, name, text.as_bytes())?;
            Ok(text)
        }
        Err(error) => Err(error),
    }
}

/// Held while the exchange runs; the operating system lets go of it however the process ends.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Lock {
    /// Takes the lock of a directory.
    pub(crate) fn take(dir: &Path) -> Result<Self, StateError> {
        let file = private().create(true).truncate(false).open(dir.join("LOCK"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StateError::Locked),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

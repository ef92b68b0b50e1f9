//! Private files that are replaced atomically, and a lock that excludes a second process. The sandbox
//! exchange and the test checkout persist their state with these.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Creates a directory that only its owner can access.
///
/// # Errors
/// An error of the file system.
pub fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options for opening a file that only its owner can access.
#[must_use]
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a rename or a new file in `dir` survive a power failure.
///
/// # Errors
/// An error of the file system.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Replaces a file atomically.
///
/// # Errors
/// An error of the file system. The file is then unchanged, unless only the final sync of the directory failed.
pub fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = dir.join(format!("{name}.new"));
    let mut file = private().create(true).truncate(true).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, dir.join(name))?;
    sync_dir(dir)
}

/// Reads a private text file, which is created with the text from `fresh` if it does not exist.
///
/// # Errors
/// An error of the file system.
pub fn read_or_create(dir: &Path, name: &str, fresh: impl FnOnce() -> String) -> io::Result<String> {
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

/// An exclusive lock, held while a state is in use. The operating system releases it however the process
/// ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Lock {
    /// Acquires the lock of a directory; `None` if another process holds it.
    ///
    /// # Errors
    /// An error of the file system.
    pub fn take(dir: &Path) -> io::Result<Option<Self>> {
        let file = private().create(true).truncate(false).open(dir.join("LOCK"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Acquires the lock of a directory and writes its holder into the lock file. If another process holds
    /// the lock, returns what that process wrote.
    ///
    /// # Errors
    /// An error of the file system.
    pub fn take_as(dir: &Path, holder: &str) -> io::Result<Taken> {
        let mut file = private().read(true).create(true).truncate(false).open(dir.join("LOCK"))?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                file.seek(SeekFrom::Start(0))?;
                file.write_all(holder.as_bytes())?;
                Ok(Taken::Ours(Self(file)))
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = Vec::new();
                file.take(LONGEST_HOLDER).read_to_end(&mut holder)?;
                Ok(Taken::Held(String::from_utf8_lossy(&holder).trim().to_owned()))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// How many bytes of a lock file are read.
const LONGEST_HOLDER: u64 = 200;

/// The outcome of [`Lock::take_as`].
#[derive(Debug)]
pub enum Taken {
    /// The lock was acquired, and is held until this value is dropped.
    Ours(Lock),
    /// Another process holds it. Contains the text that process wrote, which is empty if it has not written
    /// any yet.
    Held(String),
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_kept_out() {
        let dir = tempfile::tempdir().unwrap();
        let held = Lock::take(dir.path()).unwrap();
        assert!(held.is_some() && Lock::take(dir.path()).unwrap().is_none());
        drop(held);
        assert!(Lock::take(dir.path()).unwrap().is_some());
    }

    #[test]
    fn a_second_holder_reads_who_the_first_is() {
        let dir = tempfile::tempdir().unwrap();
        let held = |taken| match taken {
            Taken::Held(by) => by,
            Taken::Ours(_) => "nobody".to_owned(),
        };
        let first = Lock::take_as(dir.path(), "process 1234, started long ago").unwrap();
        assert!(matches!(first, Taken::Ours(_)));
        assert_eq!(held(Lock::take_as(dir.path(), "x").unwrap()), "process 1234, started long ago");
        drop(first);
        // A shorter text leaves no remainder of the longer one.
        let second = Lock::take_as(dir.path(), "process 5").unwrap();
        assert_eq!(held(Lock::take_as(dir.path(), "x").unwrap()), "process 5");
        drop(second);
    }

    #[test]
    fn a_file_is_made_once_and_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read_or_create(dir.path(), "key", || "one".into()).unwrap(), "one");
        assert_eq!(read_or_create(dir.path(), "key", || "two".into()).unwrap(), "one");
        replace(dir.path(), "key", b"three").unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("key")).unwrap(), "three");
    }
}

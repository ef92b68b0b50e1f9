//! The books on disk: one file, atomically replaced after each change and before it is acknowledged, so that
//! `kill -9` loses nothing that was acknowledged.

use crate::books::Books;
use keep::Lock;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const BOOKS: &str = "books.json";

/// Why the state could not be read or persisted.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file system operation failed.
    #[error("checkout state: {0}")]
    Io(#[from] io::Error),
    /// Another process runs the same checkout.
    #[error("another process holds the checkout's state directory")]
    Locked,
    /// The file has content that the checkout did not write.
    #[error("checkout state is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
    /// The HTTP client cannot be created.
    #[error("the checkout cannot send messages: {0}")]
    Http(#[from] reqwest::Error),
}

/// The state directory, which contains the books.
pub(crate) struct StateDir {
    dir: PathBuf,
    _lock: Lock,
}

impl StateDir {
    /// Locks the directory and reads the books.
    pub(crate) fn open(dir: &Path) -> Result<(Self, Books), StateError> {
        keep::private_dir(dir)?;
        let lock = Lock::take(dir)?.ok_or(StateError::Locked)?;
        let books = match fs::read(dir.join(BOOKS)) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Books::default(),
            Err(error) => return Err(error.into()),
        };
        Ok((Self { dir: dir.to_owned(), _lock: lock }, books))
    }

    /// Replaces the books on disk.
    pub(crate) fn put(&self, books: &Books) -> Result<(), StateError> {
        Ok(keep::replace(&self.dir, BOOKS, &serde_json::to_vec(books)?)?)
    }

    /// Reads a named secret, creating it at first use.
    pub(crate) fn secret(&self, name: &str, fresh: impl FnOnce() -> String) -> Result<String, StateError> {
        Ok(keep::read_or_create(&self.dir, name, fresh)?)
    }
}

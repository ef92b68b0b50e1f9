//! The journal: every record since a snapshot, in order.

use super::{StateError, files, frame, frame::Frames, sync::Syncer};
use serde::Serialize;
use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The journal file of a generation.
pub(crate) fn path(dir: &Path, generation: u64) -> PathBuf {
    dir.join(format!("journal-{generation:010}"))
}

/// Reads the complete records of a journal file. Returns their total length, and whether a torn record
/// follows.
pub(crate) fn read<E: From<StateError>>(
    bytes: &[u8],
    mut each: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(u64, bool), E> {
    let mut frames = Frames::new(bytes);
    for payload in frames.by_ref() {
        each(payload)?;
    }
    Ok((frames.good() as u64, frames.torn()))
}

/// The writer at the end of the newest journal.
#[derive(Debug)]
pub(crate) struct Journal {
    dir: PathBuf,
    generation: u64,
    file: Arc<File>,
    written: u64,
    buffer: Vec<u8>,
    syncer: Syncer,
    broken: bool,
}

impl Journal {
    /// Continues a generation's journal after its first `length` bytes. Torn data after that is cut off.
    pub(crate) fn open(dir: &Path, generation: u64, length: u64) -> Result<Self, StateError> {
        let file = open_at(dir, generation, length)?;
        let syncer = Syncer::start(Arc::clone(&file))?;
        Ok(Self {
            dir: dir.to_owned(),
            generation,
            file,
            written: 0,
            buffer: Vec::new(),
            syncer,
            broken: false,
        })
    }

    pub(crate) const fn syncer(&self) -> &Syncer {
        &self.syncer
    }

    /// Whether a write has failed. Memory is then ahead of the disk, and nothing more may be acknowledged.
    pub(crate) const fn broken(&self) -> bool {
        self.broken
    }

    /// Writes a record to the operating system. Returns its number, for waiting on its durability.
    pub(crate) fn append(&mut self, record: &impl Serialize) -> Result<u64, StateError> {
        let result = self.write(record);
        if result.is_err() {
            self.broken = true;
            self.syncer.broke();
        }
        result
    }

    fn write(&mut self, record: &impl Serialize) -> Result<u64, StateError> {
        let payload = serde_json::to_vec(record)?;
        self.buffer.clear();
        frame::encode(&payload, &mut self.buffer)
            .ok_or_else(|| StateError::Damaged("a record is too large".into()))?;
        (&*self.file).write_all(&self.buffer)?;
        self.written += 1;
        self.syncer.wrote(self.written);
        Ok(self.written)
    }

    /// Syncs this journal to disk and starts the next one. Returns the new generation.
    pub(crate) fn rotate(&mut self) -> Result<u64, StateError> {
        self.file.sync_data()?;
        let file = open_at(&self.dir, self.generation + 1, 0)?;
        self.generation += 1;
        self.file = file;
        self.syncer.rotated(Arc::clone(&self.file));
        Ok(self.generation)
    }
}

fn open_at(dir: &Path, generation: u64, length: u64) -> Result<Arc<File>, StateError> {
    let mut file = files::private().create(true).truncate(false).open(path(dir, generation))?;
    file.set_len(length)?;
    file.seek(SeekFrom::Start(length))?;
    file.sync_all()?;
    files::sync_dir(dir)?;
    Ok(Arc::new(file))
}

/// Removes journals older than `generation`.
pub(crate) fn remove_older(dir: &Path, generation: u64) -> Result<(), StateError> {
    for old in super::snapshot::generations(dir, "journal-")?.into_iter().filter(|old| *old < generation) {
        fs::remove_file(path(dir, old))?;
    }
    Ok(())
}

//! Snapshots: the complete state at the start of a journal.

use super::{StateError, files, frame, frame::Frames};
use serde::{Serialize, de::DeserializeOwned};
use std::{fs, path::Path};

const PREFIX: &str = "snapshot-";

fn name(generation: u64) -> String {
    format!("{PREFIX}{generation:010}")
}

/// The generations of the files in `dir` whose names start with `prefix`, oldest first.
pub(crate) fn generations(dir: &Path, prefix: &str) -> Result<Vec<u64>, StateError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        // Other names, such as a temporary file left by a crash, are ignored.
        found.extend(name.to_str().and_then(|n| n.strip_prefix(prefix)).and_then(|n| n.parse::<u64>().ok()));
    }
    found.sort_unstable();
    Ok(found)
}

/// Writes a snapshot atomically.
pub(crate) fn save(dir: &Path, generation: u64, state: &impl Serialize) -> Result<(), StateError> {
    let mut bytes = Vec::new();
    frame::encode(&serde_json::to_vec(state)?, &mut bytes)
        .ok_or_else(|| StateError::Damaged("the state is too large".into()))?;
    Ok(files::replace(dir, &name(generation), &bytes)?)
}

/// Reads the newest snapshot and its generation.
pub(crate) fn newest<S: DeserializeOwned>(dir: &Path) -> Result<Option<(u64, S)>, StateError> {
    let Some(generation) = generations(dir, PREFIX)?.pop() else { return Ok(None) };
    let bytes = fs::read(dir.join(name(generation)))?;
    let damaged = || StateError::Damaged(name(generation));
    let payload = Frames::new(&bytes).next().ok_or_else(damaged)?;
    let state = serde_json::from_slice(payload)
        .map_err(|error| StateError::Damaged(format!("{}: {error}", name(generation))))?;
    Ok(Some((generation, state)))
}

/// Removes snapshots older than `generation`.
pub(crate) fn remove_older(dir: &Path, generation: u64) -> Result<(), StateError> {
    for old in generations(dir, PREFIX)?.into_iter().filter(|old| *old < generation) {
        fs::remove_file(dir.join(name(old)))?;
    }
    Ok(())
}

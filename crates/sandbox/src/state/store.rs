//! Snapshots and journal combined: recovery and persistence of the state.

use super::{Durability, StateError, journal, journal::Journal, snapshot};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Persists a state of type `S` that is changed by a sequence of records.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    journal: Journal,
}

impl Store {
    /// Recovers the state from `dir`, or initializes it with `fresh` if the directory has none.
    pub(crate) fn open<S: Serialize + DeserializeOwned, R: DeserializeOwned>(
        dir: &Path,
        fresh: impl FnOnce() -> S,
        mut replay: impl FnMut(&mut S, R) -> Result<(), String>,
    ) -> Result<(S, Self), StateError> {
        let (first, mut state) = match snapshot::newest(dir)? {
            Some(found) => found,
            None => {
                let state = fresh();
                snapshot::save(dir, 0, &state)?;
                (0, state)
            }
        };
        let last = newest_started(dir)?.unwrap_or(first).max(first);
        let (mut length, mut records) = (0, 0);
        for generation in first..=last {
            let bytes = match fs::read(journal::path(dir, generation)) {
                Ok(bytes) => bytes,
                // The snapshot is written before its journal is created.
                Err(error) if error.kind() == io::ErrorKind::NotFound && generation == last => Vec::new(),
                Err(error) => return Err(error.into()),
            };
            let torn;
            (length, torn) = journal::read(&bytes, |payload| {
                let damaged = |why: String| {
                    StateError::Damaged(format!("journal {generation}, record {records}: {why}"))
                };
                let record = serde_json::from_slice(payload).map_err(|error| damaged(error.to_string()))?;
                replay(&mut state, record).map_err(damaged)?;
                records += 1;
                Ok::<_, StateError>(())
            })?;
            // Only the journal being written at the time of a crash can end in a partial record.
            if torn && generation != last {
                return Err(StateError::Damaged(format!("journal {generation} is torn")));
            }
        }
        let journal = Journal::open(dir, last, length)?;
        Ok((state, Self { dir: dir.to_owned(), journal }))
    }

    /// Appends a record. Returns its number, for waiting on its durability.
    pub(crate) fn append(&mut self, record: &impl Serialize) -> Result<u64, StateError> {
        self.journal.append(record)
    }

    /// Whether a record was lost, so that nothing more may be acknowledged.
    pub(crate) const fn broken(&self) -> bool {
        self.journal.broken()
    }

    /// Returns the handle that callers use to wait for a record to reach the disk.
    pub(crate) fn durability(&self) -> Durability {
        self.journal.syncer().durability()
    }

    /// Starts a new journal and returns the task that writes the current state as its snapshot. The task is
    /// slow, so it owns a copy of the state and runs where the caller chooses. Until it completes, recovery
    /// replays both journals.
    pub(crate) fn rotate<S: Serialize + Send + 'static>(
        &mut self,
        state: S,
    ) -> Result<impl FnOnce() -> Result<(), StateError> + Send + use<S>, StateError> {
        let generation = self.journal.rotate()?;
        let dir = self.dir.clone();
        Ok(move || {
            snapshot::save(&dir, generation, &state)?;
            snapshot::remove_older(&dir, generation)?;
            journal::remove_older(&dir, generation)
        })
    }
}

/// The newest journal that is not empty. An empty one may be left behind by an interrupted rotation.
fn newest_started(dir: &Path) -> Result<Option<u64>, StateError> {
    let mut newest = None;
    for generation in snapshot::generations(dir, "journal-")? {
        if fs::metadata(journal::path(dir, generation))?.len() > 0 {
            newest = Some(generation);
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &Path) -> Result<(Vec<u32>, Store), StateError> {
        Store::open(dir, Vec::new, |state: &mut Vec<u32>, record: u32| {
            state.push(record);
            Ok(())
        })
    }

    #[test]
    fn every_cut_of_the_journal_keeps_the_whole_records_before_it_and_can_go_on() {
        let dir = tempfile::tempdir().unwrap();
        let (_, mut store) = open(dir.path()).unwrap();
        for record in [1, 22, 333] {
            store.append(&record).unwrap();
        }
        drop(store);
        let journal = journal::path(dir.path(), 0);
        let whole = fs::read(&journal).unwrap();
        let ends = [9, 9 + 10, 9 + 10 + 11];
        assert_eq!(whole.len(), ends[2]);
        for cut in 0..=whole.len() {
            fs::write(&journal, &whole[..cut]).unwrap();
            let (state, mut store) = open(dir.path()).unwrap();
            let kept = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(state, [1, 22, 333][..kept], "cut at {cut}");
            store.append(&7).unwrap();
            drop(store);
            assert_eq!(open(dir.path()).unwrap().0.last(), Some(&7), "going on after a cut at {cut}");
        }
    }

    #[test]
    fn a_crash_at_any_step_of_a_rotation_loses_nothing() {
        for step in 0..3 {
            let dir = tempfile::tempdir().unwrap();
            let (mut state, mut store) = open(dir.path()).unwrap();
            store.append(&1).unwrap();
            state.push(1);
            let write = store.rotate(state).unwrap();
            store.append(&2).unwrap();
            if step > 0 {
                write().unwrap();
                assert_eq!(snapshot::generations(dir.path(), "journal-").unwrap(), [1]);
            }
            if step > 1 {
                store.append(&3).unwrap();
            }
            drop(store);
            assert_eq!(open(dir.path()).unwrap().0, [1, 2, 3][..(2 + usize::from(step > 1))]);
        }
    }

    #[test]
    fn a_failed_rotation_may_leave_an_empty_journal() {
        let dir = tempfile::tempdir().unwrap();
        let (_, mut store) = open(dir.path()).unwrap();
        store.append(&1).unwrap();
        fs::write(journal::path(dir.path(), 1), "").unwrap();
        store.append(&22).unwrap();
        drop(store);
        let journal = journal::path(dir.path(), 0);
        let mut bytes = fs::read(&journal).unwrap();
        bytes.pop();
        fs::write(&journal, bytes).unwrap();
        let (state, mut store) = open(dir.path()).unwrap();
        assert_eq!(state, [1]);
        store.append(&333).unwrap();
        drop(store);
        assert_eq!(open(dir.path()).unwrap().0, [1, 333]);
    }

    #[test]
    fn damage_before_the_end_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let (state, mut store) = open(dir.path()).unwrap();
        store.append(&1).unwrap();
        let _unwritten = store.rotate(state).unwrap();
        store.append(&2).unwrap();
        drop(store);
        let journal = journal::path(dir.path(), 0);
        let mut bytes = fs::read(&journal).unwrap();
        bytes.pop();
        fs::write(&journal, bytes).unwrap();
        assert!(matches!(open(dir.path()), Err(StateError::Damaged(_))));
    }

    #[tokio::test]
    async fn waiting_ends_when_the_record_is_on_disk() {
        let dir = tempfile::tempdir().unwrap();
        let (_, mut store) = open(dir.path()).unwrap();
        let durability = store.durability();
        let numbers: Vec<_> = (0..50).map(|n| store.append(&n).unwrap()).collect();
        let waits = numbers.into_iter().map(|number| durability.wait(number));
        assert!(futures::future::join_all(waits).await.into_iter().all(|result| result == Ok(())));
    }
}

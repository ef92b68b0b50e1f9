//! Group commit: one thread syncs the journal to disk on behalf of all waiting callers.

use std::{
    fs::File,
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};
use tokio::sync::watch;

/// The journal can no longer be relied on to reach the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

/// How far the journal has been synced.
#[derive(Clone, Copy, Debug)]
enum Reached {
    Record(u64),
    Broken,
}

#[derive(Debug)]
struct Progress {
    file: Arc<File>,
    /// Number of the last record written to the operating system.
    written: u64,
    /// Number of the last record that a caller waits for.
    wanted: u64,
    stop: bool,
}

#[derive(Debug)]
struct SyncState {
    progress: Mutex<Progress>,
    wake: Condvar,
    reached: watch::Sender<Reached>,
}

impl SyncState {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        // These are plain numbers and a handle, so a panic elsewhere cannot have left them inconsistent.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A handle with which callers wait until a record is on disk.
#[derive(Clone, Debug)]
pub(crate) struct Durability(Arc<SyncState>);

impl Durability {
    /// Returns once the record numbered `record` is on disk.
    pub(crate) async fn wait(&self, record: u64) -> Result<(), Broken> {
        let mut reached = self.0.reached.subscribe();
        {
            let mut progress = self.0.progress();
            if progress.wanted < record {
                progress.wanted = record;
                self.0.wake.notify_one();
            }
        }
        let far_enough = |reached: &Reached| match reached {
            Reached::Record(number) => *number >= record,
            Reached::Broken => true,
        };
        match reached.wait_for(far_enough).await.map(|reached| *reached) {
            Ok(Reached::Record(_)) => Ok(()),
            Ok(Reached::Broken) | Err(_) => Err(Broken),
        }
    }
}

/// The syncing thread and its shared state. Dropping it ends the thread.
#[derive(Debug)]
pub(crate) struct Syncer {
    shared: Arc<SyncState>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    pub(crate) fn start(file: Arc<File>) -> io::Result<Self> {
        let progress = Progress { file, written: 0, wanted: 0, stop: false };
        let shared = Arc::new(SyncState {
            progress: Mutex::new(progress),
            wake: Condvar::new(),
            reached: watch::Sender::new(Reached::Record(0)),
        });
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("sandbox-journal".into()).spawn(move || run(&theirs))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn durability(&self) -> Durability {
        Durability(Arc::clone(&self.shared))
    }

    /// Reports that the record numbered `written` has been written to the operating system.
    pub(crate) fn wrote(&self, written: u64) {
        self.shared.progress().written = written;
    }

    /// Reports that a new journal has been started; the old one is already on disk.
    pub(crate) fn rotated(&self, file: Arc<File>) {
        self.shared.progress().file = file;
    }

    /// Fails all current and future waiters.
    pub(crate) fn broke(&self) {
        self.shared.reached.send_replace(Reached::Broken);
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.shared.progress().stop = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // The thread is not expected to panic, and a panic could not be handled here anyway.
            let _ = thread.join();
        }
    }
}

fn run(shared: &SyncState) {
    let mut synced = 0;
    loop {
        let (file, written) = {
            let mut progress = shared.progress();
            while !progress.stop && progress.wanted <= synced {
                progress = shared.wake.wait(progress).unwrap_or_else(PoisonError::into_inner);
            }
            if progress.wanted <= synced {
                return;
            }
            (Arc::clone(&progress.file), progress.written)
        };
        // Every record up to `written` is in this file, or in an earlier one that was synced when it was
        // closed.
        if let Err(error) = file.sync_data() {
            tracing::error!(%error, "sandbox: could not sync the journal to disk");
            shared.reached.send_replace(Reached::Broken);
            return;
        }
        synced = written;
        shared.reached.send_if_modified(|reached| match reached {
            Reached::Record(number) => {
                *number = synced;
                true
            }
            Reached::Broken => false,
        });
    }
}

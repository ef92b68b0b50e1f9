//! An exclusive lock: one desk per data directory.

use anyhow::{Context as _, Result, bail};
use domain::Clock;
use keep::{Lock, Taken};
use std::{path::Path, process};

/// Locks the data directory for this process; the operating system releases the lock however the process
/// ends. Commands that only use the database do not take it.
///
/// # Errors
/// If another desk holds it, or the directory cannot be used.
pub(super) fn take(data_dir: &Path, clock: &dyn Clock) -> Result<Lock> {
    let holder = format!("process {}, started {}", process::id(), clock.now());
    let taken = Lock::take_as(data_dir, &holder)
        .with_context(|| format!("SLIPSTREAM_DATA_DIR: cannot lock {}", data_dir.display()))?;
    match taken {
        Taken::Ours(lock) => Ok(lock),
        Taken::Held(holder) => {
            let holder = if holder.is_empty() { "another process" } else { &holder };
            bail!(
                "Slipstream is already running on this data folder ({holder}). Stop it first, or set SLIPSTREAM_DATA_DIR to a \
                 different folder"
            )
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use service::platform::system::WallClock;

    #[test]
    fn the_second_process_reports_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(folder.path(), &WallClock).unwrap();
        let refused = take(folder.path(), &WallClock).unwrap_err().to_string();
        let named = format!(
            "Slipstream is already running on this data folder (process {}, started 2",
            process::id()
        );
        assert!(refused.starts_with(&named), "{refused}");
        drop(first);
        assert!(take(folder.path(), &WallClock).is_ok());
    }
}

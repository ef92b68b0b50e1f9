//! What outlives the process: snapshots of the exchange and a journal of everything since.
//!
//! A command is written to the journal before its answer leaves, and the answer waits until the journal has reached
//! the disk; a tick is only written. So `kill -9` loses nothing that was acknowledged, and a power cut loses at most
//! the last moments of price movement. Now and then the whole state is written aside, and a new journal begins.
//!
//! ```text
//! LOCK                    held while the exchange runs
//! snapshot-0000000003     the state at the start of journal 3
//! journal-0000000003      every record since, one frame each
//! control.token           opens the control door
//! ```

mod files;
mod frame;
mod journal;
mod snapshot;
mod store;
mod sync;

pub(crate) use files::{Lock, private_dir, read_or_create};
pub(crate) use store::Store;
pub(crate) use sync::Durability;

/// Why the state could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file system refused.
    #[error("sandbox state: {0}")]
    Io(#[from] std::io::Error),
    /// Another process runs the same exchange.
    #[error("another process holds the sandbox's state directory")]
    Locked,
    /// A file is not what we wrote.
    #[error("sandbox state is damaged: {0}")]
    Damaged(String),
    /// A record or a snapshot could not be written as JSON.
    #[error("sandbox state cannot be encoded: {0}")]
    Encode(#[from] serde_json::Error),
}

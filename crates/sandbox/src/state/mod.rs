//! Persistent state: snapshots of the exchange and a journal of everything since.
//!
//! A command is written to the journal before it is acknowledged, and the acknowledgement waits until the
//! journal has reached the disk. A tick is written without waiting. Therefore `kill -9` loses nothing that
//! was acknowledged, and a power failure loses at most the last moves of the prices. From time to
//! time a snapshot of the whole state is written and a new journal started.
//!
//! ```text
//! LOCK                 held while the exchange runs
//! snapshot-0000000003  the state at the start of journal 3
//! journal-0000000003   every record since, one frame each
//! control.token        authorizes calls to the control API
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

/// Why the state could not be read or persisted.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file system operation failed.
    #[error("sandbox state: {0}")]
    Io(#[from] std::io::Error),
    /// Another process runs the same exchange.
    #[error("another process holds the sandbox's state directory")]
    Locked,
    /// A file has content that the sandbox did not write.
    #[error("sandbox state is damaged: {0}")]
    Damaged(String),
    /// A record or snapshot could not be encoded as JSON.
    #[error("sandbox state cannot be encoded: {0}")]
    Encode(#[from] serde_json::Error),
}

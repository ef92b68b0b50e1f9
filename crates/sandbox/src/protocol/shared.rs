//! What every request of the sandbox works with.

use super::{
    fault::Faults,
    limits::Budget,
    listen::{ListenKeys, Listener},
};
use crate::exchange::Exchange;
use domain::Chance;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64},
};
use tokio::sync::broadcast;

/// The exchange and what stands around it.
pub(crate) struct Shared {
    pub(crate) exchange: Exchange,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) listen_keys: ListenKeys,
    /// Listeners whose key was closed.
    pub(crate) closed: broadcast::Sender<Listener>,
    pub(crate) budget: Budget,
    pub(crate) faults: Faults,
    pub(crate) control_token: String,
    /// Whether tests may move the market and provoke faults.
    pub(crate) controllable: bool,
    /// The running clock stands still.
    pub(crate) paused: AtomicBool,
    /// How many of Binance's calls were asked, for measuring.
    pub(crate) requests: AtomicU64,
}

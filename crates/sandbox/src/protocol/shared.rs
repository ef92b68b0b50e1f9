//! State shared by all requests of the sandbox.

use super::{
    fault::Faults,
    limits::Budget,
    listen::{ListenKeys, Listener},
};
use crate::exchange::Exchange;
use domain::Entropy;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64},
};
use tokio::sync::broadcast;

/// The exchange and the state around it.
pub(crate) struct ServerState {
    pub(crate) exchange: Exchange,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) listen_keys: ListenKeys,
    /// Announces listeners whose key was closed.
    pub(crate) closed: broadcast::Sender<Listener>,
    pub(crate) budget: Budget,
    pub(crate) faults: Faults,
    pub(crate) control_token: String,
    /// Whether tests may move the market and inject faults.
    pub(crate) controllable: bool,
    /// Whether spot has listen keys.
    pub(crate) legacy_listen_key: bool,
    /// The running clock is stopped.
    pub(crate) paused: AtomicBool,
    /// Number of Binance requests received, for measurements.
    pub(crate) requests: AtomicU64,
}

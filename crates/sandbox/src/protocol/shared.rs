//! State shared by all requests of the sandbox.

use super::{
    fault::Faults,
    limits::Budget,
    listen::{ListenKeys, Listener},
};
use crate::{engine::AccountId, exchange::Exchange};
use domain::Entropy;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64},
};
use tokio::sync::broadcast;

/// An end of streams that a test has asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamEnd {
    /// Every WebSocket connection is closed, as after 24 hours.
    Close,
    /// Spot announces that it will close its connections.
    Shutdown,
    /// The user-data streams of an account expire.
    Expire(AccountId),
}

/// The exchange and the state around it.
pub(crate) struct ServerState {
    pub(crate) exchange: Exchange,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) listen_keys: ListenKeys,
    /// Announces listeners whose key was closed.
    pub(crate) closed: broadcast::Sender<Listener>,
    /// Announces ends of streams.
    pub(crate) ends: broadcast::Sender<StreamEnd>,
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

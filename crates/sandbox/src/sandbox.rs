//! The crate's public interface: open, serve and run the sandbox exchange.

use crate::{
    engine::Engine,
    exchange::{Exchange, Refused},
    market::DEFAULT_START,
    protocol::{self, Budget, Faults, Limits, ListenKeys, ServerState, token},
    state::{Lock, StateError, private_dir, read_or_create},
};
use axum::Router;
use domain::{Clock, Entropy, Micros};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::broadcast, time};

/// The interval between market ticks.
const BEAT: Duration = Duration::from_millis(250);

/// Settings of a sandbox exchange.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Enables the control API, with which tests tick the market, set prices, stop the clock and inject
    /// faults.
    pub controllable: bool,
    /// Start with the clock stopped. Only useful when `controllable`.
    pub paused: bool,
    /// Rate limits for callers.
    pub limits: Limits,
    /// The recorded hour at which a new exchange starts its replay.
    pub start: Micros,
    /// Seed of a new exchange's order books and synthetic markets; random if `None`.
    pub seed: Option<u64>,
    /// Serves listen keys on spot, which Binance has retired.
    pub legacy_listen_key: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            controllable: false,
            paused: false,
            limits: Limits::default(),
            start: DEFAULT_START,
            seed: None,
            legacy_listen_key: false,
        }
    }
}

/// The exchange has stopped because its state can no longer be persisted. The log gives the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sandbox has stopped: its state can no longer be kept")]
pub struct Stopped;

impl From<Refused> for Stopped {
    fn from(_: Refused) -> Self {
        Self
    }
}

/// The embedded exchange. Clones and routers share the same exchange, which closes when the last of them is
/// dropped.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<ServerState>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("controllable", &self.shared.controllable).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Opens the exchange stored in `dir`, recovering it after a crash, or creates a new one if the directory
    /// has none.
    /// Blocks while it reads the snapshot and replays the journal written since.
    ///
    /// # Errors
    /// If the directory cannot be used, another process runs the exchange, or the state is damaged.
    pub fn open(
        dir: &Path,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: Options,
    ) -> Result<Self, StateError> {
        private_dir(dir)?;
        let lock = Lock::take(dir)?;
        let control_token = read_or_create(dir, "control.token", || token(entropy.as_ref()))?;
        let now = clock.now();
        let seed = options.seed.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            entropy.fill(&mut bytes);
            u64::from_le_bytes(bytes)
        });
        let exchange = Exchange::open(dir, lock, clock, || Engine::new(seed, now, options.start))?;
        let shared = ServerState {
            exchange,
            entropy,
            listen_keys: ListenKeys::default(),
            closed: broadcast::Sender::new(64),
            ends: broadcast::Sender::new(64),
            budget: Budget::new(options.limits),
            faults: Faults::default(),
            control_token,
            controllable: options.controllable,
            legacy_listen_key: options.legacy_listen_key,
            paused: AtomicBool::new(options.controllable && options.paused),
            requests: AtomicU64::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Returns the routes `/binance/...` and `/control/...`, to be nested under `/sandbox`.
    pub fn router(&self) -> Router {
        protocol::router(&self.shared)
    }

    /// The token that authorizes calls to the control API, sent in the header `X-Sandbox-Control`.
    #[must_use]
    pub fn control_token(&self) -> &str {
        &self.shared.control_token
    }

    /// Advances the market by `count` ticks regardless of the clock.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn tick(&self, count: u32) -> Result<(), Stopped> {
        (0..count).try_for_each(|_| self.shared.exchange.step()).map_err(Stopped::from)
    }

    /// Advances the market four times a second until the exchange stops. Ticks missed while the process was
    /// suspended are skipped.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn run_clock(&self) -> Result<(), Stopped> {
        let mut beats = time::interval(BEAT);
        beats.set_missed_tick_behavior(time::MissedTickBehavior::Skip);
        loop {
            beats.tick().await;
            if !self.shared.paused.load(Ordering::Relaxed) {
                self.shared.exchange.tick()?;
            }
        }
    }
}

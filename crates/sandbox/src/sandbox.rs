//! The sandbox as others use it: open, run, serve.

use crate::{
    engine::Engine,
    exchange::{Exchange, Refused},
    market::DEFAULT_START,
    protocol::{self, Budget, Faults, Limits, ListenKeys, Shared, token},
    state::{Lock, StateError, private_dir, read_or_create},
};
use axum::Router;
use domain::{Chance, Clock, Micros};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::broadcast, time};

/// How often the market moves.
const BEAT: Duration = Duration::from_millis(250);

/// How a sandbox is set up.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether the control door lets tests tick, jump prices, stop the clock and provoke faults.
    pub controllable: bool,
    /// Begin with the clock standing still; only of use when controllable.
    pub paused: bool,
    /// How much callers may ask for.
    pub limits: Limits,
    /// The recorded hour that a new exchange starts at.
    pub start: Micros,
    /// The seed of a new exchange: books, synthetic markets. By chance when there is none.
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            controllable: false,
            paused: false,
            limits: Limits::default(),
            start: DEFAULT_START,
            seed: None,
        }
    }
}

/// The exchange has stopped: its state can no longer be kept. The log says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sandbox has stopped: its state can no longer be kept")]
pub struct Stopped;

impl From<Refused> for Stopped {
    fn from(_: Refused) -> Self {
        Self
    }
}

/// The embedded exchange. Clones, and routers, are the same exchange; it closes when the last of them is gone.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("controllable", &self.shared.controllable).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Opens the exchange whose state is in `dir`, and recovers it after a crash; makes a new one where there is none.
    /// Blocks: it reads, and replays what happened since the last snapshot.
    ///
    /// # Errors
    /// When the directory cannot be used, another process runs the exchange, or the state is damaged.
    pub fn open(
        dir: &Path,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        options: Options,
    ) -> Result<Self, StateError> {
        private_dir(dir)?;
        let lock = Lock::take(dir)?;
        let control_token = read_or_create(dir, "control.token", || token(chance.as_ref()))?;
        let now = clock.now();
        let seed = options.seed.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            chance.fill(&mut bytes);
            u64::from_le_bytes(bytes)
        });
        let exchange = Exchange::open(dir, lock, clock, || Engine::new(seed, now, options.start))?;
        let shared = Shared {
            exchange,
            chance,
            listen_keys: ListenKeys::default(),
            closed: broadcast::Sender::new(64),
            budget: Budget::new(options.limits),
            faults: Faults::default(),
            control_token,
            controllable: options.controllable,
            paused: AtomicBool::new(options.controllable && options.paused),
            requests: AtomicU64::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// `/binance/...` and `/control/...`, to be nested under `/sandbox`.
    pub fn router(&self) -> Router {
        protocol::router(&self.shared)
    }

    /// What opens the control door, in the header `X-Sandbox-Control`.
    #[must_use]
    pub fn control_token(&self) -> &str {
        &self.shared.control_token
    }

    /// Moves the market by so many beats, whatever the clock says.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn tick(&self, count: u32) -> Result<(), Stopped> {
        (0..count).try_for_each(|_| self.shared.exchange.step()).map_err(Stopped::from)
    }

    /// Keeps the market moving, four times a second, until it stops. What the process slept through does not play.
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

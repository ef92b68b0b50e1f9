//! The exchange as everybody shares it: the engine behind one lock, its journal, and the stream of what happens.

use crate::{
    engine::{self, Command, Engine, Event, Reject},
    market::Tick,
    state::{Durability, StateError, Store},
};
use domain::{Clock, Micros};
use serde::{Deserialize, Serialize};
use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::broadcast;

/// How many moments a listener may lag behind before it is dropped: about a minute of ticks.
const BACKLOG: usize = 1_024;
/// After so many records the state is written aside, so that a restart replays no more than these.
const RECORDS_PER_SNAPSHOT: u64 = 20_000;

/// What the journal holds.
#[derive(Debug, Serialize, Deserialize)]
enum Record {
    /// A command that was carried out.
    Command { at: Micros, command: Command },
    /// A step of the market.
    Tick(Tick),
}

/// What happened at one command or tick, in order.
pub(crate) type Moment = Arc<[Event]>;

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The engine says no.
    Reject(Reject),
    /// The state can no longer be kept.
    Stopped,
}

impl From<StateError> for Refused {
    fn from(error: StateError) -> Self {
        tracing::error!(%error, "the sandbox stops taking commands");
        Self::Stopped
    }
}

struct Inner {
    engine: Engine,
    store: Store,
}

/// The engine, its journal and its listeners.
pub(crate) struct Exchange {
    inner: Mutex<Inner>,
    durability: Durability,
    moments: broadcast::Sender<Moment>,
    clock: Arc<dyn Clock>,
    records_per_snapshot: u64,
}

impl Exchange {
    /// Recovers the exchange from its directory, or begins it with `fresh`.
    pub(crate) fn open(
        dir: &Path,
        clock: Arc<dyn Clock>,
        fresh: impl FnOnce() -> Engine,
    ) -> Result<Self, StateError> {
        let (engine, store) = Store::open(dir, fresh, |engine: &mut Engine, record| match record {
            Record::Command { at, command } => {
                engine.apply(at, command).map(drop).map_err(|reject| reject.to_string())
            }
            Record::Tick(tick) => {
                engine.tick(tick);
                Ok(())
            }
        })?;
        let durability = store.durability();
        Ok(Self {
            inner: Mutex::new(Inner { engine, store }),
            durability,
            moments: broadcast::Sender::new(BACKLOG),
            clock,
            records_per_snapshot: RECORDS_PER_SNAPSHOT,
        })
    }

    /// A panic inside the engine leaves its state in doubt: then nothing more is done.
    fn lock(&self) -> Result<MutexGuard<'_, Inner>, Refused> {
        let inner = self.inner.lock().map_err(|_| Refused::Stopped)?;
        if inner.store.broken() { Err(Refused::Stopped) } else { Ok(inner) }
    }

    /// The time.
    pub(crate) fn now(&self) -> Micros {
        self.clock.now()
    }

    /// Looks at the engine.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Engine) -> T) -> Result<T, Refused> {
        Ok(look(&self.lock()?.engine))
    }

    /// Carries out a command, writes it down and tells the listeners. The number is the journal record's: whoever is
    /// to learn the answer waits for it with [`Exchange::durable`] first.
    pub(crate) fn apply(&self, command: Command) -> Result<(engine::Answer, u64), Refused> {
        let mut inner = self.lock()?;
        let at = self.clock.now();
        let (answer, events) = inner.engine.apply(at, command.clone()).map_err(Refused::Reject)?;
        let record = inner.store.append(&Record::Command { at, command })?;
        self.tell(events);
        self.snapshot_when_due(&mut inner)?;
        Ok((answer, record))
    }

    /// Returns once a record is on disk.
    pub(crate) async fn durable(&self, record: u64) -> Result<(), Refused> {
        self.durability.wait(record).await.map_err(|_| Refused::Stopped)
    }

    /// Plays what is due on the wall clock.
    pub(crate) fn tick(&self) -> Result<(), Refused> {
        self.play(Tick::wall)
    }

    /// Plays one beat, whatever the clock says.
    pub(crate) fn step(&self) -> Result<(), Refused> {
        self.play(Tick::step)
    }

    fn play(&self, tick: fn(Micros) -> Tick) -> Result<(), Refused> {
        let mut inner = self.lock()?;
        let tick = tick(self.clock.now());
        let events = inner.engine.tick(tick);
        inner.store.append(&Record::Tick(tick))?;
        self.tell(events);
        self.snapshot_when_due(&mut inner)
    }

    /// What happens from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Moment> {
        self.moments.subscribe()
    }

    fn tell(&self, events: Vec<Event>) {
        if !events.is_empty() {
            // Nobody listening is no fault.
            let _ = self.moments.send(events.into());
        }
    }

    fn snapshot_when_due(&self, inner: &mut Inner) -> Result<(), Refused> {
        if inner.store.since_snapshot() < self.records_per_snapshot {
            return Ok(());
        }
        let write = inner.store.rotate(inner.engine.clone())?;
        // A thread of its own: it is rare and slow, and a tick may come from outside of any runtime.
        let spawned = std::thread::Builder::new().name("sandbox-snapshot".into()).spawn(move || {
            if let Err(error) = write() {
                // Nothing is lost: the journals stay, and the next snapshot replaces them all.
                tracing::warn!(%error, "the sandbox could not write its snapshot");
            }
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "the sandbox could not start writing its snapshot");
        }
        Ok(())
    }
}

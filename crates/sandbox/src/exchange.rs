//! The exchange as everybody shares it: the engine behind one lock, its journal, and the stream of what happens.

use crate::{
    engine::{AccountId, Answer, Command, Engine, Event, Reject, ruleset},
    history::{History, Lag, Past, Read},
    market::Tick,
    state::{Durability, Lock, StateError, Store},
};
use domain::{Clock, Micros};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    thread::JoinHandle,
};
use tokio::sync::broadcast;

/// How many moments a listener may lag behind before it is dropped: about a minute of ticks.
const BACKLOG: usize = 1_024;
/// The state is written aside when a recovery would have to do so much: it should take a fraction of a second.
const WORK_PER_SNAPSHOT: u64 = 20_000;
/// How much work a tick is, beside a command: it moves every market.
const WORK_OF_TICK: u64 = 8;

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
        tracing::error!(%error, "sandbox: could not write the journal; no more commands are accepted");
        Self::Stopped
    }
}

struct Inner {
    engine: Engine,
    store: Store,
    /// What accounts looked like, while reads lag.
    history: History,
    /// What a recovery would have to do, in commands.
    work: u64,
    /// The thread that writes, or has written, the latest snapshot.
    snapshot: Option<JoinHandle<()>>,
}

impl Inner {
    /// Keeps what the accounts look like that these events are about, while reads lag.
    fn remember(&mut self, events: &[Event], opened: Option<AccountId>) {
        if self.history.idle() {
            return;
        }
        let changed: BTreeSet<_> = events.iter().filter_map(|event| event.account).chain(opened).collect();
        self.history.keep(&self.engine, changed);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(thread) = self.snapshot.take() {
            // Whoever opens the directory next must find it at rest. A panic of the thread is the panic hook's to tell.
            let _ = thread.join();
        }
    }
}

/// The engine, its journal and its listeners.
pub(crate) struct Exchange {
    inner: Mutex<Inner>,
    durability: Durability,
    moments: broadcast::Sender<Moment>,
    clock: Arc<dyn Clock>,
    /// Let go of last, when nothing of ours touches the directory any more.
    _lock: Lock,
}

impl Exchange {
    /// Recovers the exchange from its directory, or begins it with `fresh`.
    pub(crate) fn open(
        dir: &Path,
        lock: Lock,
        clock: Arc<dyn Clock>,
        fresh: impl FnOnce() -> Engine,
    ) -> Result<Self, StateError> {
        let mut work = 0;
        let (mut engine, mut store) = Store::open(dir, fresh, |engine: &mut Engine, record| match record {
            Record::Command { at, command } => {
                work += 1;
                engine.apply(at, command).map(drop).map_err(|reject| reject.to_string())
            }
            Record::Tick(tick) => {
                work += WORK_OF_TICK;
                engine.tick(tick);
                Ok(())
            }
        })?;
        if engine.rules_version() < ruleset::CURRENT {
            // What the journal holds was accepted by older rules, and has been; from here on the newest count.
            let (at, command) = (clock.now(), Command::SetRules { version: ruleset::CURRENT });
            let raised = engine.apply(at, command.clone());
            raised.map_err(|reject| StateError::Damaged(reject.to_string()))?;
            store.append(&Record::Command { at, command })?;
        }
        let durability = store.durability();
        Ok(Self {
            inner: Mutex::new(Inner { engine, store, history: History::default(), work, snapshot: None }),
            durability,
            moments: broadcast::Sender::new(BACKLOG),
            clock,
            _lock: lock,
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
    /// to learn the answer waits for it with [`Exchange::durable`] first. The listeners do not wait: what they hear
    /// outlives the process, and only a power cut could take it back, as it would the ticks.
    pub(crate) fn apply(&self, command: Command) -> Result<(Answer, u64), Refused> {
        let mut inner = self.lock()?;
        let at = self.clock.now();
        let (answer, events) = inner.engine.apply(at, command.clone()).map_err(Refused::Reject)?;
        let record = inner.store.append(&Record::Command { at, command })?;
        let opened = if let Answer::Account(id) = &answer { Some(*id) } else { None };
        inner.remember(&events, opened);
        self.tell(events);
        snapshot_when_due(&mut inner, 1);
        Ok((answer, record))
    }

    /// Has reads of one account, or of all, answer from the past. Forgotten with the process, like other faults.
    pub(crate) fn set_lag(&self, lag: Lag, only: Option<AccountId>) -> Result<(), Refused> {
        let mut inner = self.lock()?;
        let Inner { engine, history, .. } = &mut *inner;
        history.set(engine, lag, only);
        Ok(())
    }

    /// What a read of an account answers from where it lags; nothing where it answers from the present.
    pub(crate) fn past(&self, account: AccountId, read: Read) -> Result<Option<Arc<Past>>, Refused> {
        Ok(self.lock()?.history.past(account, self.clock.now(), read))
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
        inner.remember(&events, None);
        self.tell(events);
        snapshot_when_due(&mut inner, WORK_OF_TICK);
        Ok(())
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
}

/// Writes the state aside when enough has happened. Where that fails nothing is lost: the journals stay, a recovery
/// takes longer, and the next attempt replaces them all.
fn snapshot_when_due(inner: &mut Inner, work: u64) {
    inner.work += work;
    if inner.work < WORK_PER_SNAPSHOT || inner.snapshot.as_ref().is_some_and(|thread| !thread.is_finished()) {
        return;
    }
    inner.work = 0;
    let failed =
        |error: &dyn std::fmt::Display| tracing::warn!(%error, "sandbox: could not write a snapshot");
    let write = match inner.store.rotate(inner.engine.clone()) {
        Ok(write) => write,
        Err(error) => return failed(&error),
    };
    // A thread of its own: it is rare and slow, and a tick may come from outside of any runtime.
    let thread = std::thread::Builder::new().name("sandbox-snapshot".into());
    let spawned = thread.spawn(move || {
        if let Err(error) = write() {
            tracing::warn!(%error, "sandbox: could not write a snapshot");
        }
    });
    match spawned {
        Ok(thread) => inner.snapshot = Some(thread),
        Err(error) => failed(&error),
    }
}

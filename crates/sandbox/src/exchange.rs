//! The shared exchange: the engine behind one lock, its journal, and the broadcast of its events.

use crate::{
    book_feed::{BookChange, BookFeed},
    engine::{AccountId, Command, CommandResult, Engine, Event, Reject, ruleset},
    history::{History, Lag, Past, ReadKind},
    market::{MarketId, Tick},
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

/// How many event batches a subscriber may fall behind before it is dropped: about a minute of ticks.
const BACKLOG: usize = 1_024;
/// A snapshot is written once recovery would have to replay this much work, so that recovery takes a fraction
/// of a second.
const WORK_PER_SNAPSHOT: u64 = 20_000;
/// Weight of a tick relative to a command: a tick moves every market.
const WORK_OF_TICK: u64 = 8;

/// One journal record.
#[derive(Debug, Serialize, Deserialize)]
enum Record {
    /// A command that was applied.
    Command { at: Micros, command: Command },
    /// A step of the market.
    Tick(Tick),
}

/// The events of one command or tick, in order, and the changes of followed order books.
#[derive(Clone, Debug)]
pub(crate) struct EventBatch {
    pub(crate) events: Arc<[Event]>,
    pub(crate) books: Arc<[BookChange]>,
}

/// Why a request was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The engine rejected the command.
    Reject(Reject),
    /// The state can no longer be persisted.
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
    /// Past states of accounts, kept while reads lag.
    history: History,
    /// The order books that streams follow.
    books: BookFeed,
    /// Work that recovery would have to replay, in commands.
    work: u64,
    /// The thread that writes, or has written, the latest snapshot.
    snapshot: Option<JoinHandle<()>>,
}

impl Inner {
    /// Records the state of the accounts affected by these events, while reads lag.
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
            // The next process to open the directory must find no writer active. The panic hook reports a
            // panic of the thread.
            let _ = thread.join();
        }
    }
}

/// The engine, its journal and its event subscribers.
pub(crate) struct Exchange {
    inner: Mutex<Inner>,
    durability: Durability,
    batches: broadcast::Sender<EventBatch>,
    clock: Arc<dyn Clock>,
    /// Dropped last, when nothing in this process touches the directory any more.
    _lock: Lock,
}

impl Exchange {
    /// Recovers the exchange from its directory, or creates it with `fresh`.
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
            // The journal's commands were accepted under older rules and have been replayed; from here on the
            // newest rules apply.
            let (at, command) = (clock.now(), Command::SetRules { version: ruleset::CURRENT });
            let raised = engine.apply(at, command.clone());
            raised.map_err(|reject| StateError::Damaged(reject.to_string()))?;
            store.append(&Record::Command { at, command })?;
        }
        let durability = store.durability();
        Ok(Self {
            inner: Mutex::new(Inner {
                engine,
                store,
                history: History::default(),
                books: BookFeed::default(),
                work,
                snapshot: None,
            }),
            durability,
            batches: broadcast::Sender::new(BACKLOG),
            clock,
            _lock: lock,
        })
    }

    /// Locks the engine. A panic inside the engine leaves its state in doubt, so a poisoned lock stops the
    /// exchange.
    fn lock(&self) -> Result<MutexGuard<'_, Inner>, Refused> {
        let inner = self.inner.lock().map_err(|_| Refused::Stopped)?;
        if inner.store.broken() { Err(Refused::Stopped) } else { Ok(inner) }
    }

    pub(crate) fn now(&self) -> Micros {
        self.clock.now()
    }

    /// Runs a read-only closure against the engine.
    pub(crate) fn read<T>(&self, query: impl FnOnce(&Engine) -> T) -> Result<T, Refused> {
        Ok(query(&self.lock()?.engine))
    }

    /// Applies a command, appends it to the journal and notifies subscribers. The returned number is the
    /// journal record's: a caller that reports the answer must first wait for it with [`Exchange::durable`].
    /// Subscribers do not wait: their events survive the process, and only a power failure could undo them,
    /// as it could ticks.
    pub(crate) fn apply(&self, command: Command) -> Result<(CommandResult, u64), Refused> {
        let mut inner = self.lock()?;
        let at = self.clock.now();
        let (answer, events) = inner.engine.apply(at, command.clone()).map_err(Refused::Reject)?;
        let record = inner.store.append(&Record::Command { at, command })?;
        let opened = if let CommandResult::Account(id) = &answer { Some(*id) } else { None };
        inner.remember(&events, opened);
        self.publish(&mut inner, events);
        snapshot_when_due(&mut inner, 1);
        Ok((answer, record))
    }

    /// Makes reads of one account, or of all accounts, answer from an earlier state. Like other injected
    /// faults, the setting is not persisted.
    pub(crate) fn set_lag(&self, lag: Lag, only: Option<AccountId>) -> Result<(), Refused> {
        let mut inner = self.lock()?;
        let Inner { engine, history, .. } = &mut *inner;
        history.set(engine, lag, only);
        Ok(())
    }

    /// The past state that a lagging read of an account is served from; `None` if the read is current.
    pub(crate) fn past(&self, account: AccountId, read: ReadKind) -> Result<Option<Arc<Past>>, Refused> {
        Ok(self.lock()?.history.past(account, self.clock.now(), read))
    }

    /// Returns once a record is on disk.
    pub(crate) async fn durable(&self, record: u64) -> Result<(), Refused> {
        self.durability.wait(record).await.map_err(|_| Refused::Stopped)
    }

    /// Plays the ticks that are due by the wall clock.
    pub(crate) fn tick(&self) -> Result<(), Refused> {
        self.play(Tick::wall)
    }

    /// Plays one tick regardless of the clock.
    pub(crate) fn step(&self) -> Result<(), Refused> {
        self.play(Tick::step)
    }

    fn play(&self, tick: fn(Micros) -> Tick) -> Result<(), Refused> {
        let mut inner = self.lock()?;
        let tick = tick(self.clock.now());
        let events = inner.engine.tick(tick);
        inner.store.append(&Record::Tick(tick))?;
        inner.remember(&events, None);
        self.publish(&mut inner, events);
        snapshot_when_due(&mut inner, WORK_OF_TICK);
        Ok(())
    }

    /// Subscribes to events from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<EventBatch> {
        self.batches.subscribe()
    }

    /// Includes a market's order book in the batches from now on, until it is left as often as it was followed.
    pub(crate) fn follow_book(&self, market: MarketId) -> Result<(), Refused> {
        let mut inner = self.lock()?;
        let Inner { engine, books, .. } = &mut *inner;
        books.follow(engine, market);
        Ok(())
    }

    pub(crate) fn leave_book(&self, market: MarketId) {
        // A stopped exchange publishes nothing any more.
        if let Ok(mut inner) = self.lock() {
            inner.books.leave(market);
        }
    }

    fn publish(&self, inner: &mut Inner, events: Vec<Event>) {
        if !events.is_empty() {
            let Inner { engine, books, .. } = inner;
            let books = books.changes(engine, &events).into();
            // Having no subscribers is not an error.
            let _ = self.batches.send(EventBatch { events: events.into(), books });
        }
    }
}

/// Starts writing a snapshot once enough work has accumulated. If that fails nothing is lost: the journals
/// stay, recovery takes longer, and the next successful snapshot replaces them all.
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
    // A dedicated thread: snapshots are rare and slow, and a tick may come from outside any async runtime.
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

//! An in-memory exchange on a virtual clock. Real time has no influence: a call takes 25 ms of virtual time
//! each way, and sleeping advances the virtual time.

pub(crate) mod book;
mod clock;
mod commits;
pub(crate) mod gate;
mod line;
mod matching;
pub(crate) mod meter;
mod owner;

pub(crate) mod plan;
mod shown;
mod streams;

pub(crate) use clock::SimClock;
pub(crate) use commits::Commits;
pub(crate) use line::SimConnection;

use book::Book;
use domain::{Decimal, time::SECOND};
use exchange::{ExchangeFailure, ExchangeResult, OrderRequest};
use gate::Gate;
use plan::Cut;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
};
use store::Db;
use streams::Streams;
use tokio::sync::Notify;

/// One-way latency between desk and exchange, in microseconds.
pub(crate) const ONE_WAY: i64 = 25_000;

/// A mutating request.
#[derive(Clone, Debug)]
pub(crate) enum WriteRequest {
    Place(OrderRequest),
    Cancel(String),
    Leverage(u16),
    MarginMode,
}

/// The response to a mutating request.
#[derive(Clone, Debug)]
pub(crate) enum Done {
    Order(Box<domain::Order>),
    Cancelled(Option<Box<domain::Order>>),
    Set,
}

impl WriteRequest {
    /// Applies the request on its arrival.
    pub(super) fn arrive(&self, book: &mut Book) -> ExchangeResult<Done> {
        Ok(match self {
            Self::Place(request) => Done::Order(Box::new(book.place(request)?)),
            Self::Cancel(id) => Done::Cancelled(book.cancel(id).map(Box::new)),
            Self::Leverage(leverage) => {
                book.leverage = *leverage;
                Done::Set
            }
            Self::MarginMode => Done::Set,
        })
    }
}

/// Signals to the driver of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// The desk is killed, and started again after this many seconds.
    Killed(i64),
    /// The desk is killed permanently, and a second instance continues.
    Inherited,
    /// The desk calls the exchange in an endless loop.
    Overrun,
    /// The desk is paused for this many seconds, with or without a second instance working meanwhile.
    Paused(i64, bool),
}

/// A sleeping task.
#[derive(Clone, Copy)]
struct Sleeping {
    id: u64,
    due: i64,
    instance: usize,
}

/// The state protected by the lock.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) book: Option<Book>,
    pub(crate) gate: Gate,
    /// How far each instance's wall clock is from the exchange's.
    pub(crate) skew: [i64; 2],
    /// Requests in transit: arrival time, end of validity, request.
    late: Vec<(i64, i64, WriteRequest)>,
    /// Until when positions and open orders lag.
    pub(crate) lag_until: i64,
    /// By how much they lag, in microseconds.
    pub(crate) lag: i64,
    pub(crate) hidden_until: i64,
    sleepers: Vec<Sleeping>,
    next_sleeper: u64,
    /// The paused instance, whose sleepers do not wake.
    paused: Option<usize>,
    signals: VecDeque<Signal>,
    resumed: bool,
    streams: Streams,
    /// The database connections of each instance.
    databases: Vec<(usize, Db)>,
}

impl World {
    /// Whether an instance that is not paused waits for its database. That takes no virtual time: sleepers must not
    /// advance the clock meanwhile.
    fn waits_for_database(&self) -> bool {
        let mut working = self.databases.iter().filter(|(instance, _)| Some(*instance) != self.paused);
        working.any(|(_, db)| db.connections_in_use() > 0)
    }

    pub(crate) fn book(&mut self) -> &mut Book {
        self.book.as_mut().expect("a book")
    }

    pub(crate) fn at(&self) -> i64 {
        self.book.as_ref().map_or(0, |book| book.at)
    }

    /// Advances the virtual time; requests in transit arrive on the way.
    pub(crate) fn advance_to(&mut self, at: i64) {
        loop {
            let next = (0..self.late.len()).min_by_key(|i| self.late[*i].0);
            let Some(next) = next.filter(|i| self.late[*i].0 <= at) else { break };
            let (arrives, valid_until, write) = self.late.remove(next);
            let book = self.book();
            book.at = book.at.max(arrives);
            if arrives <= valid_until {
                // The response is not delivered.
                drop(write.arrive(book));
            }
            self.stream();
        }
        let book = self.book();
        book.at = book.at.max(at);
    }

    /// Sends the changes to the account streams.
    pub(crate) fn stream(&mut self) {
        if let Some(book) = &mut self.book {
            self.streams.send(book);
        }
    }
}

/// The exchange, the virtual time and the scenario's plan, shared by all parts of a scenario.
pub(crate) struct Sim {
    world: Mutex<World>,
    notified: Notify,
    resume: Notify,
}

impl Sim {
    pub(crate) fn new(book: Book) -> Arc<Self> {
        let world = World { book: Some(book), ..World::default() };
        Arc::new(Self { world: Mutex::new(world), notified: Notify::new(), resume: Notify::new() })
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Registers the database of an instance that starts, in place of its former one.
    pub(crate) fn connected(&self, instance: usize, db: Db) {
        let databases = &mut self.world().databases;
        databases.retain(|(other, _)| *other != instance);
        databases.push((instance, db));
    }

    /// Forgets the databases of instances that were killed.
    pub(crate) fn disconnected(&self) {
        self.world().databases.clear();
    }

    /// Advances the virtual time by this many microseconds.
    pub(crate) fn advance(&self, micros: i64) {
        let mut world = self.world();
        let at = world.at() + micros;
        world.advance_to(at);
    }

    /// Applies an external action at the exchange or a market event.
    pub(crate) fn happen(&self, change: impl FnOnce(&mut Book)) {
        let mut world = self.world();
        change(world.book());
        world.book().settle();
        world.stream();
    }

    /// Applies a planned cut to the desk of `instance`. A kill never returns.
    async fn suffer(&self, cut: Cut, instance: usize) {
        let signal = match cut {
            Cut::Clock(seconds) => {
                self.world().skew[instance] += seconds * SECOND;
                return;
            }
            Cut::Price(price) => return self.happen(|book| book.move_price(Decimal::from(price))),
            Cut::Deaf => {
                self.world().streams.dead = true;
                return;
            }
            Cut::Closed => return self.happen(Book::close_by_owner),
            Cut::Stopped => return self.happen(Book::stop_by_owner),
            Cut::KillBefore | Cut::KillAfter => Signal::Killed(3),
            Cut::KillFor(seconds) => Signal::Killed(seconds),
            Cut::HeirBefore | Cut::HeirAfter => Signal::Inherited,
            Cut::PauseBefore(seconds) | Cut::PauseAfter(seconds) => Signal::Paused(seconds, false),
            Cut::RivalBefore | Cut::RivalAfter => Signal::Paused(60, true),
        };
        {
            let mut world = self.world();
            if matches!(signal, Signal::Paused(..)) {
                (world.resumed, world.paused) = (false, Some(instance));
            }
            world.signals.push_back(signal);
        }
        self.notified.notify_one();
        match signal {
            Signal::Paused(..) => {
                while !self.world().resumed {
                    self.resume.notified().await;
                }
            }
            Signal::Killed(_) | Signal::Inherited | Signal::Overrun => std::future::pending().await,
        }
    }

    /// Ends the scenario: the desk calls the exchange in an endless loop.
    async fn overrun(&self) {
        self.world().signals.push_back(Signal::Overrun);
        self.notified.notify_one();
        std::future::pending().await
    }

    /// Waits for the next signal.
    pub(crate) async fn signal(&self) -> Signal {
        loop {
            if let Some(signal) = self.world().signals.pop_front() {
                return signal;
            }
            self.notified.notified().await;
        }
    }

    /// Lets the paused desk continue.
    pub(crate) fn resume(&self) {
        {
            let mut world = self.world();
            (world.resumed, world.paused) = (true, None);
        }
        self.resume.notify_one();
    }
}

pub(super) fn unknown<T>() -> ExchangeResult<T> {
    Err(ExchangeFailure::Unknown("the connection was lost".into()))
}

//! One subscription of a connection: where its messages come from, and how often they are sent.

use super::{
    book::{BookStream, FollowedBook},
    extra, market,
    name::{StreamName, Subject, Topic},
    seconds::SecondCandles,
    user,
};
use crate::{
    engine::{Engine, Event, EventKind, MarketUpdate},
    exchange::EventBatch,
    market::{Interval, MarketId, Pair},
    protocol::{limits::Venue, listen::Listener, shared::ServerState},
};
use domain::Micros;
use serde_json::Value;
use std::sync::Arc;

/// The source of a subscription's messages.
enum Source {
    /// The market's state at each update.
    Market(Subject),
    /// The changes of a book.
    Book(BookStream),
    /// Candles of one second.
    Seconds(Pair, SecondCandles),
    /// An account's events.
    User(Listener),
}

/// Sends at most once in each window of this length, at its first update.
struct Pace {
    every: i64,
    window: i64,
}

impl Pace {
    const fn new(every: i64) -> Self {
        Self { every, window: i64::MIN }
    }

    const fn due(&mut self, at: Micros) -> bool {
        let window = at.0.div_euclid(self.every);
        let due = window != self.window;
        self.window = window;
        due
    }
}

/// One subscription.
pub(super) struct Subscription {
    pub(super) name: String,
    source: Source,
    pace: Option<Pace>,
}

/// The input for the messages of one batch.
pub(super) struct Step<'a> {
    pub(super) shared: &'a ServerState,
    pub(super) engine: &'a Engine,
    pub(super) venue: Venue,
    pub(super) at: Micros,
    pub(super) batch: &'a EventBatch,
    /// The batch's updates of this venue's markets.
    pub(super) updates: &'a [&'a MarketUpdate],
}

impl Subscription {
    /// Creates the subscription of a stream name or listen key; `None` if there is no such stream.
    pub(super) fn new(shared: &Arc<ServerState>, venue: Venue, name: &str) -> Option<Self> {
        let (source, every) = match StreamName::parse(venue, name) {
            Some(StreamName { subject, every }) => (Source::of(shared, venue, subject)?, every),
            None => {
                let listener = shared.listen_keys.find(shared.exchange.now(), name);
                (Source::User(listener.filter(|listener| listener.venue == venue)?), None)
            }
        };
        Some(Self { name: name.to_owned(), source, pace: every.map(Pace::new) })
    }

    /// The account whose events it delivers, if it is a user-data stream.
    pub(super) const fn listener(&self) -> Option<&Listener> {
        match &self.source {
            Source::User(listener) => Some(listener),
            _ => None,
        }
    }

    /// Whether the subscription may be interested in the event. This runs for every connection and event, so it
    /// takes no lock.
    pub(super) fn concerns(&self, event: &Event) -> bool {
        match &self.source {
            Source::User(listener) => event.account == Some(listener.account),
            Source::Market(Subject::AllForceOrders) => extra::liquidation(event, None).is_some(),
            Source::Market(Subject::Market(pair, Topic::ForceOrder)) => {
                extra::liquidation(event, Some(*pair)).is_some()
            }
            Source::Market(_) | Source::Book(_) | Source::Seconds(..) => {
                matches!(event.kind, EventKind::Market(_))
            }
        }
    }

    /// The messages for one batch.
    pub(super) fn messages(&mut self, step: &Step<'_>) -> Vec<Value> {
        let Self { source, pace, .. } = self;
        let mut due = || pace.as_mut().is_none_or(|pace| pace.due(step.at));
        match source {
            Source::User(listener) => {
                let mine = step.batch.events.iter().filter(|event| event.account == Some(listener.account));
                let rows = mine.filter_map(|event| user::message(step.venue, event)).collect();
                step.shared.faults.garbled(rows)
            }
            Source::Market(Subject::AllForceOrders) => liquidations(step, None),
            Source::Market(Subject::Market(pair, Topic::ForceOrder)) => liquidations(step, Some(*pair)),
            Source::Market(subject) if step.moves(*subject) && due() => {
                market::messages(step.engine, step.at, subject, step.updates)
            }
            Source::Market(_) => Vec::new(),
            Source::Book(book) => {
                book.add(&step.batch.books);
                let moved = step.updates.iter().any(|update| update.market == book.market());
                let message = if moved && due() { book.message(step.venue, step.at) } else { None };
                message.into_iter().collect()
            }
            Source::Seconds(pair, candles) => {
                let mine = step.updates.iter().filter(|update| update.market.pair == *pair);
                mine.flat_map(|update| second(candles, step, update)).collect()
            }
        }
    }
}

impl Step<'_> {
    fn has(&self, pair: Pair) -> bool {
        self.updates.iter().any(|update| update.market.pair == pair)
    }

    /// Whether one of the updates is about the subject.
    fn moves(&self, subject: Subject) -> bool {
        match subject {
            Subject::Market(pair, _) => self.has(pair),
            // A user's order moves only its own market. It must not use up the interval of all of them.
            Subject::AllBookTickers | Subject::AllWindowTickers(_) => {
                Pair::ALL.iter().all(|pair| self.has(*pair))
            }
            _ => !self.updates.is_empty(),
        }
    }
}

impl Source {
    fn of(shared: &Arc<ServerState>, venue: Venue, subject: Subject) -> Option<Self> {
        Some(match subject {
            Subject::Market(pair, Topic::BookDiff) => {
                let market = MarketId { pair, kind: venue.kind() };
                Self::Book(BookStream::new(FollowedBook::new(shared, market)?))
            }
            Subject::Market(pair, Topic::Kline(Interval::SECOND)) => {
                Self::Seconds(pair, SecondCandles::default())
            }
            other => Self::Market(other),
        })
    }
}

fn liquidations(step: &Step<'_>, only: Option<Pair>) -> Vec<Value> {
    // There are no liquidations on spot, and spot has no names for them.
    step.batch.events.iter().filter_map(|event| extra::liquidation(event, only)).collect()
}

fn second(candles: &mut SecondCandles, step: &Step<'_>, update: &MarketUpdate) -> Vec<Value> {
    let rows = candles.add(step.at, update);
    let last = market::last_trade_id(step.engine, update);
    market::write_candles(step.at, update.market, Interval::SECOND, &rows, last)
}

//! In-memory state of the supervisor: when each position is inspected next, and since when one is not as
//! wanted. An inspection that finds agreement writes nothing to the database.

mod watched;

pub(crate) use watched::Watched;

use super::{
    breaker::Breaker,
    budget::{Budget, FULL, IN_AGREEMENT, STOP_ALONE},
    pass::Pass,
};
use domain::{Decimal, ExchangeKeyId, IntentId, Micros, PositionSlot, Symbol, time::SECOND};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    future::Future,
    sync::{Mutex, MutexGuard, PoisonError},
};
use store::protection::{Protection, Wanted};
use tokio::sync::Notify;
use watched::{FEW, FULL_INSPECTIONS_UP_TO, WITH_STREAM, WITHOUT_STREAM, WatchedPosition};

/// The rows are reloaded after this, since another instance may have added some.
const LOAD_AFTER: i64 = 2 * SECOND;
/// Retry interval for a key that the exchange rejects.
const REFUSED: i64 = 60 * SECOND;

/// Number of positions that are not as wanted, and of those without a stop by their owner's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unprotected {
    /// Supervised positions.
    pub positions: usize,
    /// Positions that currently are not as wanted.
    pub differing: usize,
    /// How long the oldest of them has not been as wanted, in microseconds.
    pub oldest: i64,
    /// Positions without a stop by their owner's choice.
    pub by_choice: usize,
    /// Duration of one round of routine inspections over all positions, in microseconds.
    pub round: i64,
}

/// The supervisor's in-memory state. All times are boot times.
#[derive(Default)]
pub(crate) struct Supervision {
    pub(super) breaker: Breaker,
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    loaded_at: Option<Micros>,
    watched: HashMap<IntentId, WatchedPosition>,
    budget: Budget,
    short: HashMap<(ExchangeKeyId, Symbol, PositionSlot), Shortfall>,
}

/// A shared position that is smaller than what its trades have together.
struct Shortfall {
    /// The amount of the position, and that of its trades, in base units.
    amounts: (Decimal, Decimal),
    since: Micros,
}

impl Supervision {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Completes when an inspection has been requested.
    pub(super) fn woken(&self) -> impl Future<Output = ()> + '_ {
        self.wake.notified()
    }

    /// Whether entries and the closing of unprotected positions are suspended.
    pub(crate) fn is_tripped(&self, now: Micros) -> bool {
        self.breaker.is_tripped(now)
    }

    /// Requests an immediate inspection of a market.
    pub(crate) fn wake(&self, key: ExchangeKeyId, symbol: &Symbol) {
        self.hasten(|watched| watched.key == key && watched.symbol == *symbol);
    }

    /// Requests an immediate inspection of everything open on an account.
    pub(crate) fn wake_key(&self, key: ExchangeKeyId) {
        self.hasten(|watched| watched.key == key);
    }

    fn hasten(&self, which: impl Fn(&Watched) -> bool) {
        let mut state = self.state();
        state.loaded_at = None;
        for entry in state.watched.values_mut().filter(|entry| which(&entry.watched)) {
            (entry.next, entry.inspections, entry.requested) = (Micros(0), 0, true);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Whether the rows must be reloaded.
    pub(super) fn must_load(&self, now: Micros) -> bool {
        self.state().loaded_at.is_none_or(|at| now.since(at) >= LOAD_AFTER)
    }

    /// Replaces the watched rows. New ones are due immediately.
    pub(super) fn load(&self, rows: Vec<Protection>, now: Micros) {
        let mut state = self.state();
        state.loaded_at = Some(now);
        let known: HashSet<_> = rows.iter().map(|row| row.intent_id).collect();
        state.watched.retain(|id, _| known.contains(id));
        for row in &rows {
            let entry = state.watched.entry(row.intent_id).or_insert_with(|| WatchedPosition::new(row, now));
            entry.by_choice = row.wanted == Wanted::NoStop;
            // Another instance may have learned of the fill, and may have got no further than that.
            if row.entered_at.is_some() && !entry.entered {
                (entry.entered, entry.next, entry.requested) = (true, now, true);
            }
        }
    }

    /// Adds these rows to the watched ones.
    pub(super) fn remember(&self, rows: &[Protection], now: Micros) {
        let mut state = self.state();
        for row in rows {
            state.watched.entry(row.intent_id).or_insert_with(|| WatchedPosition::new(row, now));
        }
    }

    /// Registers a position that has just been opened and protected: its first inspection is due after the
    /// usual interval.
    pub(in crate::trading::order) fn confirmed(&self, watched: Watched, now: Micros, streamed: bool) {
        let entry = WatchedPosition {
            by_choice: false,
            entered: true,
            requested: false,
            known: true,
            next: now.plus(if streamed { WITH_STREAM } else { WITHOUT_STREAM }),
            differs_since: None,
            tries: 0,
            inspections: 1,
            ending_since: None,
            watched,
        };
        self.state().watched.insert(entry.watched.intent, entry);
    }

    /// Returns the markets that are due: first those that differ, oldest difference first, then those where
    /// something has happened, then as many of the others as the budget allows, most overdue first.
    /// `streamed` returns whether an account's stream is connected.
    pub(super) fn due(
        &self,
        now: Micros,
        streamed: impl Fn(ExchangeKeyId) -> bool,
    ) -> Vec<(ExchangeKeyId, Symbol)> {
        let mut state = self.state();
        let few = state.watched.len() <= FEW;
        let (mut urgent, mut others) = (BTreeMap::new(), BTreeMap::new());
        for entry in state.watched.values().filter(|entry| entry.next <= now) {
            let market = (entry.watched.key, entry.watched.symbol.clone());
            if few || entry.is_urgent() {
                let since = entry.differs_since.unwrap_or(now);
                let first: &mut Micros = urgent.entry(market).or_insert(since);
                *first = (*first).min(since);
            } else {
                let full = entry.needs_full_inspection(state.watched.len(), streamed(entry.watched.key));
                let (first, weight): &mut (Micros, i64) = others.entry(market).or_insert((entry.next, 0));
                (*first, *weight) =
                    ((*first).min(entry.next), *weight + if full { FULL } else { STOP_ALONE });
            }
        }
        let starting = state.watched.values().any(|entry| !entry.known);
        state.budget.fill(now, starting);
        let mut markets: Vec<_> = urgent.iter().collect();
        markets.sort_by_key(|(_, since)| **since);
        let mut due: Vec<_> = markets.into_iter().map(|(market, _)| market.clone()).collect();
        let mut others: Vec<_> =
            others.into_iter().filter(|(market, _)| !urgent.contains_key(market)).collect();
        others.sort_by_key(|(_, (first, _))| *first);
        let affordable = others.into_iter().take_while(|(_, (_, weight))| state.budget.take(*weight));
        due.extend(affordable.map(|(market, _)| market));
        due
    }

    /// Returns the number of supervised positions.
    pub(super) fn positions(&self) -> usize {
        self.state().watched.len()
    }

    /// Whether the next inspection of a position may query its stop alone.
    pub(super) fn may_inspect_cheaply(&self, watched: &Watched, streamed: bool) -> bool {
        let state = self.state();
        let entry = state.watched.get(&watched.intent);
        entry.is_some_and(|entry| !entry.needs_full_inspection(state.watched.len(), streamed))
    }

    /// Records the result of an inspection.
    pub(super) fn record_inspection(&self, watched: &Watched, pass: Pass, now: Micros, streamed: bool) {
        let mut state = self.state();
        let Some(entry) = state.watched.get_mut(&watched.intent) else { return };
        entry.inspections = entry.inspections.wrapping_add(1);
        (entry.requested, entry.known) = (false, true);
        match pass {
            Pass::Agrees => {
                // With many positions the budget delays it further.
                let pause = if streamed { WITH_STREAM } else { WITHOUT_STREAM };
                (entry.next, entry.tries, entry.differs_since) = (now.plus(pause), 0, None);
            }
            Pass::Differs => entry.retry(now),
            Pass::Ending => {
                entry.ending_since.get_or_insert(now);
                entry.retry(now);
            }
            Pass::Ended => drop(state.watched.remove(&watched.intent)),
        }
    }

    /// Schedules a retry for a market that could not be inspected.
    pub(super) fn record_failed_inspection(&self, key: ExchangeKeyId, symbol: &Symbol, now: Micros) {
        self.each(key, symbol, |entry| entry.retry(now));
    }

    /// Schedules the next inspection of positions that an intent at work keeps from being inspected.
    pub(super) fn record_work(&self, intents: &[IntentId], now: Micros) {
        let mut state = self.state();
        for intent in intents {
            if let Some(entry) = state.watched.get_mut(intent) {
                entry.retry(now);
            }
        }
    }

    /// Postpones a market that cannot be inspected for a while.
    pub(super) fn postpone(&self, key: ExchangeKeyId, symbol: &Symbol, now: Micros) {
        self.each(key, symbol, |entry| entry.next = now.plus(REFUSED));
    }

    fn each(&self, key: ExchangeKeyId, symbol: &Symbol, change: impl Fn(&mut WatchedPosition)) {
        let mut state = self.state();
        let of = |entry: &&mut WatchedPosition| entry.watched.key == key && entry.watched.symbol == *symbol;
        state.watched.values_mut().filter(of).for_each(change);
    }

    /// Drops watched positions that are no longer among a market's rows.
    pub(super) fn keep_only(&self, key: ExchangeKeyId, symbol: &Symbol, rows: &[Protection]) {
        let known: HashSet<_> = rows.iter().map(|row| row.intent_id).collect();
        let elsewhere = |watched: &Watched| watched.key != key || watched.symbol != *symbol;
        self.state().watched.retain(|id, entry| elsewhere(&entry.watched) || known.contains(id));
    }

    /// Records that a position is not as wanted. The earliest known time is kept.
    pub(super) fn differs(&self, intent: IntentId, now: Micros) {
        if let Some(entry) = self.state().watched.get_mut(&intent) {
            entry.differs_since.get_or_insert(now);
        }
    }

    /// Records that a position is as wanted.
    pub(super) fn agrees(&self, intent: IntentId) {
        if let Some(entry) = self.state().watched.get_mut(&intent) {
            entry.differs_since = None;
        }
    }

    /// Returns since when a position has not been as wanted.
    pub(super) fn differs_since(&self, intent: IntentId) -> Option<Micros> {
        self.state().watched.get(&intent).and_then(|entry| entry.differs_since)
    }

    /// Returns how long a position has not been as wanted, in microseconds.
    pub(super) fn differs_for(&self, intent: IntentId, now: Micros) -> i64 {
        self.differs_since(intent).map_or(0, |since| now.since(since))
    }

    /// Returns how long a position has been settled, as far as this process knows, in microseconds.
    pub(super) fn ending_for(&self, intent: IntentId, now: Micros) -> i64 {
        let state = self.state();
        let since = state.watched.get(&intent).and_then(|entry| entry.ending_since);
        since.map_or(0, |since| now.since(since))
    }

    /// Returns how long a shared position has had this amount, smaller than that of its trades, in microseconds.
    pub(in crate::trading::order) fn short_for(
        &self,
        key: ExchangeKeyId,
        (symbol, slot): (&Symbol, PositionSlot),
        amounts: (Decimal, Decimal),
        now: Micros,
    ) -> i64 {
        let mut state = self.state();
        let new = || Shortfall { amounts, since: now };
        let short = state.short.entry((key, symbol.clone(), slot)).or_insert_with(new);
        if short.amounts != amounts {
            *short = new();
        }
        now.since(short.since)
    }

    /// Records that a shared position has what its trades have.
    pub(in crate::trading::order) fn record_agreement(
        &self,
        key: ExchangeKeyId,
        (symbol, slot): (&Symbol, PositionSlot),
    ) {
        self.state().short.remove(&(key, symbol.clone(), slot));
    }

    /// Returns the current counts.
    pub(crate) fn unprotected(&self, now: Micros) -> Unprotected {
        let state = self.state();
        let differing = || state.watched.values().filter_map(|entry| entry.differs_since);
        // A settled position is inspected once more, soon, and not in the routine round.
        let open = || state.watched.values().filter(|entry| entry.ending_since.is_none());
        Unprotected {
            positions: open().count(),
            differing: differing().count(),
            oldest: differing().map(|since| now.since(since)).max().unwrap_or(0),
            by_choice: open().filter(|entry| entry.by_choice).count(),
            round: round(open().count()),
        }
    }
}

/// Returns the duration of one round of inspections over this many positions.
fn round(positions: usize) -> i64 {
    let weight = if positions <= FULL_INSPECTIONS_UP_TO { FULL } else { STOP_ALONE };
    let positions = i64::try_from(positions).unwrap_or(i64::MAX / SECOND / FULL);
    WITHOUT_STREAM.max(positions * weight * SECOND / IN_AGREEMENT)
}

#[cfg(test)]
mod tests;

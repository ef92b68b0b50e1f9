//! The memory of managed trades: the peak since the stop last moved, and when something is tried next. All times are boot
//! times. What is lost with it costs at most one step of a trailing stop.

use super::prices::Seen;
use domain::{Decimal, IntentId, Micros, Side, time::SECOND, trade::better_price};
use std::{
    collections::{HashMap, HashSet},
    future::Future,
    sync::{Mutex, MutexGuard, PoisonError},
};
use store::automation::ActiveAutomation;
use tokio::sync::Notify;

/// The shortest time between two changes of a trade.
const BETWEEN_MOVES: i64 = SECOND;
/// The pause while the price does not allow a change, or the exchange does not answer. Each try reads the position.
const WAIT: i64 = 5 * SECOND;
/// The longest pause after changes that fail: each may leave an entry in the trade's history.
const LONGEST_PAUSE: i64 = 300 * SECOND;
/// How often take-profits are looked up where their fills may have been missed, and a trailing stop is compared with the
/// stop that is in force: its owner may have moved it.
const CHECK_EVERY: i64 = 20 * SECOND;
/// How often a peak is written although the stop has not moved.
const KEEP_PEAK_EVERY: i64 = 60 * SECOND;

/// The memory of the trades that this instance manages.
#[derive(Default)]
pub(crate) struct Automations {
    trades: Mutex<HashMap<IntentId, Memory>>,
    wake: Notify,
}

#[derive(Default)]
struct Memory {
    trail: Option<Followed>,
    /// When the next change may be tried.
    next: Micros,
    failures: u32,
    checked_at: Option<Micros>,
    /// The number of take-profits before breakeven that are known to have filled.
    ready: Option<u16>,
}

/// A peak that is followed.
struct Followed {
    /// The peak in the trade's row: if that has changed, it counts.
    stored: Option<Decimal>,
    peak: Decimal,
    /// The stop that was last compared with the one in force, and when.
    compared: Option<(Decimal, Micros)>,
    kept_at: Option<Micros>,
}

impl Automations {
    fn trades(&self) -> MutexGuard<'_, HashMap<IntentId, Memory>> {
        self.trades.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Completes when a trade should be checked.
    pub(super) fn woken(&self) -> impl Future<Output = ()> + '_ {
        self.wake.notified()
    }

    /// Checks a trade's take-profits in the next round: one of them has changed.
    pub(in crate::trading::order) fn check_soon(&self, trade: IntentId) {
        if let Some(memory) = self.trades().get_mut(&trade) {
            memory.checked_at = None;
            self.wake.notify_one();
        }
    }

    /// Forgets all trades but these, and remembers new ones.
    pub(super) fn keep_only(&self, rows: &[ActiveAutomation]) {
        let known: HashSet<_> = rows.iter().map(|row| row.intent_id).collect();
        let mut trades = self.trades();
        trades.retain(|id, _| known.contains(id));
        for id in known {
            trades.entry(id).or_default();
        }
    }

    /// Follows the peak of a trade, and returns it; `None` without a trailing stop, and before a price is known.
    pub(super) fn follow(&self, row: &ActiveAutomation, seen: Option<Seen>) -> Option<Decimal> {
        let mut trades = self.trades();
        let memory = trades.get_mut(&row.intent_id)?;
        let stored = row.peak.map(|peak| peak.0);
        if row.trailing_percent.is_none() {
            memory.trail = None;
            return None;
        }
        let best = seen.map(|seen| if row.side == Side::Buy { seen.high } else { seen.low });
        let remembered = memory.trail.as_ref().filter(|trail| trail.stored == stored).map(|trail| trail.peak);
        let start = remembered.or(stored);
        let peak = match (start, best) {
            (Some(start), Some(best)) => better_price(row.side, start, best),
            (start, best) => start.or(best)?,
        };
        let kept_at = memory.trail.as_ref().and_then(|trail| trail.kept_at);
        match memory.trail.as_mut().filter(|trail| trail.stored == stored) {
            Some(trail) => trail.peak = peak,
            None => memory.trail = Some(Followed { stored, peak, compared: None, kept_at }),
        }
        Some(peak)
    }

    /// Returns the peak that is followed.
    pub(in crate::trading::order) fn peak(&self, trade: IntentId) -> Option<Decimal> {
        self.trades().get(&trade)?.trail.as_ref().map(|trail| trail.peak)
    }

    /// Whether a trailing stop must be compared with the stop in force: it is a step further, or that was long ago.
    pub(super) fn must_compare(
        &self,
        trade: IntentId,
        further: impl Fn(Decimal) -> bool,
        now: Micros,
    ) -> bool {
        let trades = self.trades();
        let compared = trades.get(&trade).and_then(|memory| memory.trail.as_ref()?.compared);
        compared.is_none_or(|(stop, at)| further(stop) || now.since(at) >= CHECK_EVERY)
    }

    /// Records that a trailing stop was compared with the stop in force.
    pub(super) fn record_comparison(&self, trade: IntentId, stop: Decimal, now: Micros) {
        if let Some(trail) = self.trades().get_mut(&trade).and_then(|memory| memory.trail.as_mut()) {
            trail.compared = Some((stop, now));
        }
    }

    /// Whether a peak should be written although the stop has not moved, and records that it is.
    pub(super) fn keeps_peak(&self, trade: IntentId, now: Micros) -> bool {
        let mut trades = self.trades();
        let Some(trail) = trades.get_mut(&trade).and_then(|memory| memory.trail.as_mut()) else {
            return false;
        };
        let due = trail.kept_at.is_none_or(|at| now.since(at) >= KEEP_PEAK_EVERY);
        if due {
            trail.kept_at = Some(now);
        }
        due
    }

    /// Whether a change of a trade may be tried.
    pub(super) fn is_due(&self, trade: IntentId, now: Micros) -> bool {
        self.trades().get(&trade).is_some_and(|memory| memory.next <= now)
    }

    /// Records that a trade was changed.
    pub(super) fn record_move(&self, trade: IntentId, now: Micros) {
        if let Some(memory) = self.trades().get_mut(&trade) {
            (memory.next, memory.failures) = (now.plus(BETWEEN_MOVES), 0);
        }
    }

    /// Records that the price or the exchange does not allow a change of a trade yet.
    pub(super) fn record_wait(&self, trade: IntentId, now: Micros) {
        if let Some(memory) = self.trades().get_mut(&trade) {
            memory.next = now.plus(WAIT);
        }
    }

    /// Records that a change of a trade failed: the next one is tried later.
    pub(super) fn record_failure(&self, trade: IntentId, now: Micros) {
        if let Some(memory) = self.trades().get_mut(&trade) {
            let pause = (BETWEEN_MOVES << memory.failures.min(10)).min(LONGEST_PAUSE);
            memory.next = now.plus(pause);
            memory.failures = memory.failures.saturating_add(1);
        }
    }

    /// Whether this many take-profits are known to have filled.
    pub(super) fn is_ready(&self, trade: IntentId, needed: u16) -> bool {
        self.trades().get(&trade).is_some_and(|memory| memory.ready == Some(needed))
    }

    /// Whether the take-profits should be looked up now, and records that they are.
    pub(super) fn may_check(&self, trade: IntentId, now: Micros) -> bool {
        let mut trades = self.trades();
        let Some(memory) = trades.get_mut(&trade) else { return false };
        let due = memory.checked_at.is_none_or(|at| now.since(at) >= CHECK_EVERY);
        if due {
            memory.checked_at = Some(now);
        }
        due
    }

    /// Records that this many take-profits have filled.
    pub(super) fn record_ready(&self, trade: IntentId, filled: u16) {
        if let Some(memory) = self.trades().get_mut(&trade) {
            memory.ready = Some(filled);
        }
    }
}

#[cfg(test)]
mod tests;

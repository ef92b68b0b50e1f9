//! Replays past copies under a rule: the same decision as for new entries, at each of their entries and ends.

use super::{
    Kind, RiskRule, RuleAction, Trip,
    judge::{Ended, EntryTerms, Measured, Verdict, judge, start},
};
use crate::{Decimal, Micros};
use serde::{Deserialize, Serialize};

/// A copy of the past, or one that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastCopy {
    /// When its position was opened.
    pub opened_at: Micros,
    /// When its position ended; `None` while it is open.
    pub ended_at: Option<Micros>,
    /// Net profit or loss in USD, if it has ended and is known.
    pub profit: Option<Decimal>,
    /// Value at the entry, in quote units.
    pub value: Decimal,
    /// Leverage.
    pub leverage: u16,
    /// Entry price.
    pub price: Decimal,
    /// The signal's price.
    pub signal_price: Option<Decimal>,
    /// When the signal was accepted.
    pub signal_at: Micros,
    /// Whether the rule applies to the copy's follow; other copies only count towards its losses and positions.
    pub concerned: bool,
}

/// The effects that a rule would have had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// When it would have begun to stop entries, or have skipped an entry; oldest first.
    pub stopped: Vec<Micros>,
    /// When it would have closed positions; oldest first.
    pub closed: Vec<Micros>,
    /// Number of past copies whose entry would have been skipped.
    pub skipped: usize,
    /// Number of decisions for which the past has no data.
    pub unknown: usize,
}

/// Plays the copies in the order of time, from `from` on. `equity` returns the equity at a time. Prices between entry and
/// end are not kept, so open positions count with a result of zero. A copy that the rule skips has neither position nor
/// result afterwards.
#[must_use]
pub fn replay(
    rule: &RiskRule,
    copies: &[PastCopy],
    from: Micros,
    equity: impl Fn(Micros) -> Option<Decimal>,
) -> Replay {
    // Trips and resumes of the real rule are not part of the past that is played.
    let mut rule = RiskRule { armed_at: None, trip: None, created_at: from, ..*rule };
    let mut done = Replay::default();
    let mut played: Vec<&PastCopy> = copies.iter().collect();
    played.sort_by_key(|copy| copy.ended_at);
    for event in events(copies, from) {
        let (at, copy) = (event.at, event.copy);
        let is_it = |other: &&PastCopy| std::ptr::eq(*other, copy);
        let base = equity(start(&rule, at));
        let stopped = rule.active_trip(at).is_some();
        if event.enters {
            let measured = measured(&played, at, base, Some(copy));
            let verdict = judge(&rule, &measured);
            if copy.concerned && (stopped || verdict != Verdict::Kept) {
                done.skipped += 1;
            }
            if copy.concerned && (stopped || matches!(verdict, Verdict::Broken { .. })) {
                played.retain(|other| !is_it(other));
            }
            if copy.concerned && !stopped {
                note(&mut rule, &mut done, &measured, verdict);
            }
        } else if rule.terms.kind.latches() && !stopped && played.iter().any(is_it) {
            let measured = measured(&played, at, base, None);
            let verdict = judge(&rule, &measured);
            note(&mut rule, &mut done, &measured, verdict);
        }
    }
    done
}

/// The entry or the end of a copy.
#[derive(Clone, Copy)]
struct Event<'a> {
    at: Micros,
    copy: &'a PastCopy,
    enters: bool,
}

/// The entries and ends since `from`, in the order of time.
fn events(copies: &[PastCopy], from: Micros) -> Vec<Event<'_>> {
    let entries = copies.iter().map(|copy| Event { at: copy.opened_at, copy, enters: true });
    let ends = copies.iter().filter_map(|copy| Some(Event { at: copy.ended_at?, copy, enters: false }));
    let mut events: Vec<_> = ends.chain(entries).filter(|event| event.at >= from).collect();
    // Stable, so that an end comes before an entry of the same time.
    events.sort_by_key(|event| event.at);
    events
}

/// The reading that the rule counts at a time. `copies` are in the order of their ends.
fn measured(copies: &[&PastCopy], at: Micros, base: Option<Decimal>, entry: Option<&PastCopy>) -> Measured {
    let result =
        |copy: &&PastCopy| Some(Ended { at: copy.ended_at.filter(|end| *end <= at)?, profit: copy.profit? });
    let ended: Vec<_> = copies.iter().filter_map(result).collect();
    let open = |copy: &&&PastCopy| copy.opened_at < at && copy.ended_at.is_none_or(|end| end > at);
    let terms = |copy: &PastCopy| EntryTerms {
        value: copy.value,
        leverage: copy.leverage,
        price: copy.price,
        signal_price: copy.signal_price,
    };
    Measured {
        now: at,
        ended,
        unrealized: Some(Decimal::ZERO),
        positions: copies.iter().filter(open).count(),
        exposure: copies.iter().filter(open).map(|copy| copy.value).sum(),
        base,
        signal_at: entry.map(|copy| copy.signal_at),
        entry: entry.map(terms),
    }
}

/// Adds a decision to the replay, and trips the rule if it latches.
fn note(rule: &mut RiskRule, done: &mut Replay, measured: &Measured, verdict: Verdict) {
    let (at, kind) = (measured.now, rule.terms.kind);
    match verdict {
        Verdict::Kept => {}
        Verdict::Unknown => done.unknown += 1,
        Verdict::Broken { seen, until } => {
            done.stopped.push(at);
            if rule.terms.action == RuleAction::Flatten && measured.positions > 0 {
                done.closed.push(at);
            }
            if kind.latches() {
                // A drawdown would stop until its owner resumes; the replay resumes the next day, so that later falls show.
                let until =
                    until.or_else(|| (kind == Kind::Drawdown).then(|| at.day().plus(crate::time::DAY)));
                rule.trip = Some(Trip { at, until, seen, first: None, closing: false });
            }
        }
    }
}

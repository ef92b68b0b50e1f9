//! One supervised position: when it is inspected next, and how.

use crate::trading::order::protection::rules::Rule;
use domain::{ExchangeKeyId, IntentId, Micros, Symbol, time::SECOND};
use store::protection::{Protection, Wanted};

/// Interval between inspections of a position in agreement, with and without a connected user-data stream.
pub(super) const WITH_STREAM: i64 = 60 * SECOND;
pub(super) const WITHOUT_STREAM: i64 = 20 * SECOND;
/// The first and the longest pause after a difference.
const FIRST_PAUSE: i64 = SECOND / 2;
pub(super) const LONGEST_PAUSE: i64 = 5 * SECOND;
/// Up to this many positions are always inspected in full, which costs at most a tenth of an address's
/// weight.
pub(super) const FEW: usize = 10;
/// Every n-th inspection is a full one, up to this many positions.
const FULL_INSPECTION_EVERY: u32 = 5;
pub(super) const FULL_INSPECTIONS_UP_TO: usize = 100;

/// A supervised position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Watched {
    pub(crate) intent: IntentId,
    pub(crate) key: ExchangeKeyId,
    pub(crate) symbol: Symbol,
}

impl Watched {
    pub(in crate::trading::order::protection) fn of(row: &Protection) -> Self {
        Self { intent: row.intent_id, key: row.exchange_key_id, symbol: row.symbol.clone() }
    }
}

/// A watched position and when it is inspected.
pub(super) struct WatchedPosition {
    pub(super) watched: Watched,
    pub(super) by_choice: bool,
    /// Its entry has filled, at least in part.
    pub(super) entered: bool,
    /// Something has happened to it: it is inspected whatever the cost.
    pub(super) requested: bool,
    /// It was found as wanted at least once.
    pub(super) known: bool,
    pub(super) next: Micros,
    pub(super) differs_since: Option<Micros>,
    pub(super) tries: u32,
    pub(super) inspections: u32,
    /// Since when it has been settled. It is inspected once more for orders that arrive late.
    pub(super) ending_since: Option<Micros>,
}

impl WatchedPosition {
    pub(super) fn new(row: &Protection, next: Micros) -> Self {
        let by_choice = row.wanted == Wanted::NoStop;
        Self {
            watched: Watched::of(row),
            by_choice,
            entered: row.entered_at.is_some(),
            requested: false,
            known: false,
            next,
            differs_since: None,
            tries: 0,
            inspections: 0,
            ending_since: None,
        }
    }

    /// Whether it is inspected regardless of the budget.
    pub(super) const fn is_urgent(&self) -> bool {
        self.requested || self.differs_since.is_some() || self.ending_since.is_some()
    }

    /// Whether the next inspection is a full one rather than a query of the stop alone. A desk with few
    /// positions can afford that, and so notices take-profit fills sooner where no stream reports them.
    pub(super) const fn needs_full_inspection(&self, positions: usize, streamed: bool) -> bool {
        if self.is_urgent() || (!streamed && positions <= FEW) {
            return true;
        }
        positions <= FULL_INSPECTIONS_UP_TO && self.inspections.is_multiple_of(FULL_INSPECTION_EVERY)
    }

    pub(super) fn retry(&mut self, now: Micros) {
        let pause = (FIRST_PAUSE << self.tries.min(4)).min(LONGEST_PAUSE);
        self.next = now.plus(if Rule::DifferenceIsRetriedSoon.holds() { pause } else { WITH_STREAM });
        self.tries = self.tries.saturating_add(1);
    }
}

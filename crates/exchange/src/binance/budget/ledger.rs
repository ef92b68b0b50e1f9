//! The rules of the rate limit budget, without waiting: who may proceed now, and when to ask again.

use crate::Urgency;
use domain::{Micros, time};
use std::collections::BTreeMap;

/// A place in the queue, ordered by urgency, then by arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    urgency: Urgency,
    number: u64,
}

/// The answer to a queued caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Proceed: the weight is booked and the place is released.
    Go,
    /// No caller may proceed before this time.
    NotBefore(Micros),
    /// Other callers are ahead; ask again when the queue moves.
    Behind,
}

/// The weight used in the current minute, and the queue of waiting callers.
pub(super) struct Ledger {
    limit: u32,
    minute: i64,
    used: u32,
    closed_until: Micros,
    queue: BTreeMap<Place, u32>,
    arrivals: u64,
}

impl Ledger {
    /// A budget of `limit` per minute, of which a fifth is reserved for protection.
    pub(super) fn new(limit: u32) -> Self {
        Self {
            limit,
            minute: i64::MIN,
            used: 0,
            closed_until: Micros(i64::MIN),
            queue: BTreeMap::new(),
            arrivals: 0,
        }
    }

    /// Adopts the limit per minute that the exchange reports.
    pub(super) fn grant(&mut self, limit: u32) {
        self.limit = limit;
    }

    /// Joins the queue.
    pub(super) fn join(&mut self, urgency: Urgency, weight: u32) -> Place {
        self.arrivals += 1;
        let place = Place { urgency, number: self.arrivals };
        self.queue.insert(place, weight);
        place
    }

    /// Leaves the queue.
    pub(super) fn leave(&mut self, place: Place) {
        self.queue.remove(&place);
    }

    /// Asks whether the caller at this place may proceed.
    pub(super) fn ask(&mut self, place: Place, now: Micros) -> Admission {
        self.roll(now);
        if now < self.closed_until {
            return Admission::NotBefore(self.closed_until);
        }
        let Some((&first, &weight)) = self.queue.first_key_value() else { return Admission::Behind };
        if first != place {
            return Admission::Behind;
        }
        // A call heavier than the whole allowance is sent alone at the start of a minute instead of never.
        if self.used != 0 && self.used.saturating_add(weight) > self.allowance(place.urgency) {
            return Admission::NotBefore(Micros((self.minute + 1) * time::MINUTE));
        }
        self.used = self.used.saturating_add(weight);
        self.queue.remove(&place);
        Admission::Go
    }

    /// Adopts the weight of this minute that the exchange reports. Others may share the IP address, so the
    /// larger count applies.
    pub(super) fn record_usage(&mut self, used: u32, now: Micros) {
        self.roll(now);
        self.used = self.used.max(used);
    }

    /// Blocks all calls until this time, as the exchange demanded.
    pub(super) fn close(&mut self, until: Micros) {
        self.closed_until = self.closed_until.max(until);
    }

    /// The weight that is left in this minute.
    pub(super) fn left(&mut self, now: Micros) -> u32 {
        self.roll(now);
        if now < self.closed_until { 0 } else { self.limit.saturating_sub(self.used) }
    }

    /// The weight of every minute that is reserved for protection.
    pub(super) const fn reserved(&self) -> u32 {
        self.limit / 5
    }

    /// When the current minute ends.
    pub(super) fn minute_ends(&self) -> Micros {
        Micros(self.minute.saturating_add(1).saturating_mul(time::MINUTE))
    }

    /// Up to which weight calls of this urgency may use the minute. Reads leave some weight for take-profits,
    /// these for entries, and all of them a fifth for protection.
    const fn allowance(&self, urgency: Urgency) -> u32 {
        let open = self.limit - self.reserved();
        match urgency {
            Urgency::Protection => self.limit,
            Urgency::First => open,
            Urgency::Second => open - self.limit / 20,
            Urgency::Last => open - self.limit / 10,
        }
    }

    fn roll(&mut self, now: Micros) {
        let minute = now.0.div_euclid(time::MINUTE);
        if minute > self.minute {
            self.minute = minute;
            self.used = 0;
        } else if minute < self.minute - 1 {
            // The clock turned out to be ahead. The used weight is kept, so that no minute is granted twice.
            self.minute = minute;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn go(ledger: &mut Ledger, urgency: Urgency, weight: u32, now: Micros) -> Admission {
        let place = ledger.join(urgency, weight);
        let admission = ledger.ask(place, now);
        ledger.leave(place);
        admission
    }

    #[test]
    fn a_fifth_is_kept_for_protection_and_reads_leave_more() {
        let mut ledger = Ledger::new(100);
        let now = Micros(time::MINUTE);
        let next = Admission::NotBefore(Micros(2 * time::MINUTE));
        for (urgency, weight) in
            [(Urgency::Last, 70), (Urgency::Second, 5), (Urgency::First, 5), (Urgency::Protection, 20)]
        {
            assert_eq!(go(&mut ledger, urgency, weight, now), Admission::Go, "{urgency:?}");
            assert_eq!(go(&mut ledger, urgency, 1, now), next, "{urgency:?} has used its part up");
        }
        assert_eq!(go(&mut ledger, Urgency::Last, 1, Micros(2 * time::MINUTE)), Admission::Go);
        assert_eq!((ledger.reserved(), ledger.left(Micros(2 * time::MINUTE))), (20, 99));
    }

    #[test]
    fn a_clock_that_was_far_ahead_does_not_block_for_long() {
        let mut ledger = Ledger::new(100);
        let ahead = Micros(10 * time::MINUTE);
        assert_eq!(go(&mut ledger, Urgency::Protection, 100, ahead), Admission::Go);
        let now = Micros(2 * time::MINUTE);
        assert_eq!(
            go(&mut ledger, Urgency::Protection, 1, now),
            Admission::NotBefore(now.plus(time::MINUTE))
        );
        assert_eq!(go(&mut ledger, Urgency::Protection, 1, now.plus(time::MINUTE)), Admission::Go);
    }

    #[test]
    fn applies_the_limits_the_exchange_reports() {
        let mut ledger = Ledger::new(100);
        let now = Micros(time::MINUTE);
        ledger.record_usage(100, now);
        assert_eq!(go(&mut ledger, Urgency::Protection, 1, now), Admission::NotBefore(ledger.minute_ends()));
        ledger.record_usage(3, now);
        assert_eq!(go(&mut ledger, Urgency::Protection, 1, now), Admission::NotBefore(ledger.minute_ends()));
        let until = Micros(10 * time::MINUTE);
        ledger.close(until);
        ledger.close(now);
        assert_eq!((ledger.left(until.plus(-1)), ledger.left(until)), (0, 100));
        assert_eq!(go(&mut ledger, Urgency::First, 1, until.plus(-1)), Admission::NotBefore(until));
        assert_eq!(go(&mut ledger, Urgency::First, 1, until), Admission::Go);
    }

    #[test]
    fn a_larger_grant_counts_immediately() {
        let mut ledger = Ledger::new(10);
        let now = Micros(time::MINUTE);
        assert_eq!(go(&mut ledger, Urgency::First, 10, now), Admission::Go);
        ledger.grant(100);
        assert_eq!(go(&mut ledger, Urgency::Last, 60, now), Admission::Go);
        assert!(
            matches!(go(&mut ledger, Urgency::Last, 1, now), Admission::NotBefore(_)),
            "the rest is kept for orders"
        );
    }

    #[test]
    fn a_call_heavier_than_the_budget_is_not_starved() {
        let mut ledger = Ledger::new(10);
        assert_eq!(go(&mut ledger, Urgency::Last, 40, Micros(time::MINUTE)), Admission::Go);
        assert!(matches!(go(&mut ledger, Urgency::First, 1, Micros(time::MINUTE)), Admission::NotBefore(_)));
    }

    fn urgency() -> impl Strategy<Value = Urgency> {
        prop_oneof![
            Just(Urgency::Protection),
            Just(Urgency::First),
            Just(Urgency::Second),
            Just(Urgency::Last)
        ]
    }

    proptest! {
        /// Whatever is requested, no minute is overdrawn, and only protection uses the reserve.
        #[test]
        fn no_minute_is_overdrawn(calls in prop::collection::vec((urgency(), 1_u32..40, 0_i64..20), 1..200)) {
            let mut ledger = Ledger::new(200);
            let (mut now, mut minute, mut all, mut others) = (Micros(0), 0, 0, 0);
            for (urgency, weight, seconds) in calls {
                now = now.plus(seconds * time::SECOND);
                if now.0 / time::MINUTE != minute {
                    (minute, all, others) = (now.0 / time::MINUTE, 0, 0);
                }
                if go(&mut ledger, urgency, weight, now) == Admission::Go {
                    all += weight;
                    others += if urgency == Urgency::Protection { 0 } else { weight };
                }
                prop_assert!(all <= 200 && others <= 160);
            }
        }

        /// Concurrent waiters are served by urgency, then by arrival, and all are served eventually.
        #[test]
        fn the_queue_is_served_in_order(waiters in prop::collection::vec((urgency(), 1_u32..50), 1..60)) {
            let mut ledger = Ledger::new(100);
            let mut waiting: Vec<Place> = waiters.iter().map(|(u, w)| ledger.join(*u, *w)).collect();
            let mut served = Vec::new();
            let mut now = Micros(0);
            while !waiting.is_empty() {
                let before = waiting.len();
                for place in waiting.clone().into_iter().rev() {
                    if ledger.ask(place, now) == Admission::Go {
                        served.push(place);
                        waiting.retain(|p| *p != place);
                    }
                }
                if waiting.len() == before {
                    now = ledger.minute_ends();
                }
            }
            prop_assert!(served.is_sorted());
            prop_assert_eq!(served.len(), waiters.len());
        }
    }
}

//! Places a position's stop, and closes the position if it certainly cannot get one.

mod rescue;

use super::{
    answer::{StopRefusal, stop_refusal},
    decide::{Facts, Next, next},
    rules::Rule,
};
use crate::{
    error::{Error, Result},
    trading::order::{
        legs::{PlannedOrder, Role},
        run::{Halt, Run, RunResult},
        seq,
        sharing::{Part, SharedPosition},
    },
};
use domain::{Decimal, Micros, Order, Position, Side, time::SECOND};
use exchange::ExchangeFailure;
use std::time::Duration;
use store::{
    intent::LegStatus,
    protection::{self as rows, Wanted},
};

/// How long one run tries to place a stop. A position entered less than [`NEW`] ago is closed then: including
/// the two readings before that, it has been without its stop for ten seconds.
const STOP_PATIENCE: i64 = 8 * SECOND;
const NEW: i64 = 60 * SECOND;
/// Pause between the two readings that must agree before a position is closed at market.
pub(in crate::trading::order) const BETWEEN_READINGS: Duration = Duration::from_secs(1);
/// How long after a fill the exchange may not yet report its position.
pub(in crate::trading::order) const READINGS_LAG: i64 = 5 * SECOND;
/// The owner is notified once a position has been without its stop for this long.
pub(super) const NOTIFY_AFTER: i64 = 5 * SECOND;
/// How much later than the fill an intent that waits for it may learn of it.
const LEARNED_AFTER: i64 = SECOND;
/// The longest pause ahead of which the owner is notified, if the limit would be exceeded at its end.
const NOTIFY_AHEAD: i64 = 2 * SECOND;
/// How many ambiguous refusals cause another inspection before one counts as final.
const MAX_INSPECTIONS: u8 = 3;

/// A market's state at the exchange.
pub(in crate::trading::order) struct Seen {
    pub(in crate::trading::order) position: Option<Position>,
    pub(in crate::trading::order) open: Vec<Order>,
    /// Set if the position is shared: then these are the trade's part of it, and the orders that concern that part.
    pub(in crate::trading::order) part: Option<Part>,
}

impl Run<'_> {
    /// Reads position and open orders, of a shared position the trade's part. Orders come first: a stop that fills in between then appears without
    /// its position, which is harmless; the reverse would not be.
    pub(in crate::trading::order) async fn inspect(&self) -> RunResult<Seen> {
        let open = self.open_orders().await?;
        let position = self.position().await?;
        match SharedPosition::load(self.desk, self.intent).await? {
            Some(shared) => self.part(shared, open, position).await,
            None => Ok(Seen { position, open, part: None }),
        }
    }

    /// Decides the next repair for the position that this intent opened, with the intent's own stop as the
    /// wanted one.
    pub(super) fn next_for_stop(&self, seen: &Seen) -> Next {
        let Some(side) = self.intent.entry_side() else { return Next::Agree };
        next(&Facts {
            wanted: Wanted::Stop,
            side,
            entered: self.intent.entered(),
            entry_open: self.intent.open_entry().is_some(),
            superseded: false,
            shared: false,
            position: seen.position.as_ref(),
            open: &seen.open,
            // A stop that was moved protects as well; the supervisor replaces it.
            outdated: &[],
        })
    }

    /// Places the intent's stop and returns once it is open at the exchange or not needed. A new position
    /// that cannot get a stop is closed.
    ///
    /// A new run sends the stop immediately; a resumed one inspects the exchange first.
    pub(in crate::trading::order) async fn ensure_stop(&mut self) -> RunResult<()> {
        if self.intent.wanted_stop().is_none() {
            return Ok(());
        }
        if self.intent.leg(seq::STOP).is_some_and(|leg| leg.status == LegStatus::Placed) && !self.resumed {
            return Ok(());
        }
        let started = self.desk.clock.boot();
        let unknown_since = if self.resumed { self.since.plus(-LEARNED_AFTER) } else { started };
        self.without_stop_since = (!self.fill_is_old).then_some(unknown_since);
        (self.since, self.patience) = (started, STOP_PATIENCE);
        self.notify_of_missing_stop(Duration::ZERO).await?;
        let placed = self.try_stop(started).await;
        if placed.is_ok() {
            self.notify_of_replaced_stop().await?;
        }
        self.without_stop_since = None;
        placed
    }

    /// Tries until the stop is open or not needed, or until it is known that it cannot be placed. `started`
    /// is when this began.
    async fn try_stop(&mut self, started: Micros) -> RunResult<()> {
        let (mut look, mut looks, mut corrected) = (self.resumed && Rule::ResumedRunLooks.holds(), 0, false);
        loop {
            let mut uncovered = self.intent.entered().unwrap_or_default();
            if look {
                let seen = self.inspect().await?;
                match self.next_for_stop(&seen) {
                    Next::PlaceStop(amount) => uncovered = amount,
                    // The fill is known, so a position that is not reported may only lag.
                    Next::End
                        if !self.fill_is_old
                            && self.desk.clock.boot().since(started) < READINGS_LAG
                            && Rule::UnseenPositionMayLag.holds() =>
                    {
                        if self.closed_by_own_orders().await? {
                            return Ok(());
                        }
                        self.pause_between_readings().await?;
                    }
                    _ => return Ok(()),
                }
            }
            let failure = match self.place_stop(uncovered).await {
                Ok(order) if !order.is_final() || !order.filled.is_zero() => return Ok(()),
                // The order was found again, but had been cancelled meanwhile.
                Ok(_) => {
                    look = true;
                    continue;
                }
                Err(Halt::Refused(failure)) => failure,
                Err(Halt::Later(failure)) => return self.give_up_on_stop(failure, started).await,
                Err(fault) => return Err(fault),
            };
            match stop_refusal(&failure) {
                StopRefusal::Inspect if looks < MAX_INSPECTIONS => {
                    (look, looks) = (true, looks + 1);
                    self.pause_between_readings().await?;
                }
                StopRefusal::Filter if !corrected && self.correct_stop() => corrected = true,
                _ => return self.rescue(failure).await,
            }
        }
    }

    async fn pause_between_readings(&self) -> RunResult<()> {
        self.notify_of_missing_stop(BETWEEN_READINGS).await?;
        self.desk.clock.sleep(BETWEEN_READINGS).await;
        Ok(())
    }

    /// Notifies the owner, once, before a pause at whose end the position will have been without its stop for
    /// too long. For positions without an intent at work the supervisor does so.
    pub(in crate::trading::order) async fn notify_of_missing_stop(&self, pause: Duration) -> Result<()> {
        let since = self.without_stop_since.filter(|_| Rule::SlowStopIsNotified.holds());
        let (Some(since), desk) = (since, self.desk) else { return Ok(()) };
        let pause = i64::try_from(pause.as_micros()).unwrap_or(i64::MAX);
        if desk.clock.boot().since(since).saturating_add(pause) < NOTIFY_AFTER {
            return Ok(());
        }
        desk.supervision.differs(self.intent.id, since);
        let row = rows::get_protection(&desk.db, self.intent.id).await?;
        if row.is_some_and(|row| row.told_at.is_none()) {
            let now = desk.clock.now();
            let mut tx = desk.db.begin().await?;
            self.intent.without_stop(now)?.write(&mut tx).await?;
            rows::set_notified(&mut tx, self.intent.id, Some(now)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Notifies an owner who was notified of a missing stop that it is placed or no longer needed.
    async fn notify_of_replaced_stop(&self) -> Result<()> {
        let (desk, id) = (self.desk, self.intent.id);
        let lasted = self.without_stop_since.map_or(0, |since| desk.clock.boot().since(since));
        if lasted < NOTIFY_AFTER - NOTIFY_AHEAD || !Rule::ReplacedStopIsNotified.holds() {
            return Ok(());
        }
        desk.supervision.agrees(id);
        let row = rows::get_protection(&desk.db, id).await?;
        if row.is_some_and(|row| row.told_at.is_some()) {
            let mut tx = desk.db.begin().await?;
            self.intent.stop_replaced(desk.clock.now())?.write(&mut tx).await?;
            rows::set_notified(&mut tx, id, None).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Sends a stop for `amount`: the planned one, or a replacement that is written to the database first.
    async fn place_stop(&mut self, amount: Decimal) -> RunResult<Order> {
        let planned = |status| matches!(status, LegStatus::Planned | LegStatus::Refused);
        // Sending it again under the same id is harmless: the exchange rejects one of the two.
        // Not if its owner has moved it since.
        let wanted = self.intent.wanted_stop_leg();
        if wanted.is_some_and(|leg| leg.seq == seq::STOP && planned(leg.status)) {
            return self.send(seq::STOP).await;
        }
        self.place_another_stop(amount).await
    }

    /// Sends a replacement for a lost stop.
    pub(in crate::trading::order) async fn place_another_stop(
        &mut self,
        amount: Decimal,
    ) -> RunResult<Order> {
        let wanted = self.intent.wanted_stop_leg().ok_or_else(|| Error::fault("no stop is wanted"))?;
        let (number, status) = (wanted.seq, wanted.status);
        let lost = wanted.order.clone().ok_or_else(|| Error::fault("a stop has no order"))?;
        if status == LegStatus::Planned && seq::STOPS.contains(&number) {
            // It may have been sent. Under the same id the exchange accepts only one.
            let placed = self.send(number).await;
            self.intent.save_progress(self.desk).await?;
            return placed;
        }
        let next = self.intent.next_stop();
        let next = next.ok_or_else(|| Error::fault("an intent has no stop orders left"))?;
        let order = PlannedOrder { amount: lost.amount.map(|_| amount), resizes: false, ..lost };
        self.plan_and_save(next, Role::Stop, order).await?;
        let placed = self.send(next).await;
        self.intent.save_progress(self.desk).await?;
        placed
    }

    /// Rounds the stop's prices to the market's tick size, to the side that triggers earlier. Returns `false`
    /// if that changes nothing.
    fn correct_stop(&mut self) -> bool {
        let tick = self.market.tick;
        let last = self.intent.wanted_stop_leg();
        let Some((number, mut order)) = last.and_then(|leg| Some((leg.seq, leg.order.clone()?))) else {
            return false;
        };
        let (side, before) = (order.side, order.clone());
        order.stop_price = order.stop_price.map(|price| on_tick(price, tick, side));
        order.price = order.price.map(|price| on_tick(price, tick, side));
        if order == before {
            return false;
        }
        self.intent.plan(number, Role::Stop, order);
        true
    }

    /// Handles a stop that could not be placed for a while for unknown reasons: closes a new position, and
    /// leaves an older one to be retried.
    async fn give_up_on_stop(&mut self, failure: ExchangeFailure, started: Micros) -> RunResult<()> {
        let tried = self.desk.clock.boot().since(started);
        let entered = self.intent.leg_order(seq::ENTRY).map_or(self.intent.created_at, |entry| entry.at);
        let age = self.desk.clock.now().since(entered.max(self.intent.created_at));
        if tried >= STOP_PATIENCE && age < NEW && Rule::UnreachableStopCloses.holds() {
            self.rescue(failure).await
        } else {
            Err(Halt::Later(failure))
        }
    }
}

/// Rounds a price to the tick size, to the neighbour that a stop of this side reaches earlier.
fn on_tick(price: Decimal, tick: Decimal, side: Side) -> Decimal {
    let steps = price / tick;
    let steps = if side == Side::Sell { steps.ceil() } else { steps.floor() };
    steps * tick
}

/// Whether the entry's first fill is so recent that the exchange may not report its position yet.
pub(in crate::trading::order) fn just_entered(entered_at: Option<Micros>, now: Micros) -> bool {
    entered_at.is_some_and(|at| (0..READINGS_LAG).contains(&now.since(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corrected_stop_triggers_earlier_not_later() {
        let d = |text: &str| domain::money::parse(text).unwrap();
        assert_eq!(on_tick(d("100.03"), d("0.1"), Side::Sell), d("100.1"));
        assert_eq!(on_tick(d("100.03"), d("0.1"), Side::Buy), d("100"));
        assert_eq!(on_tick(d("100.1"), d("0.1"), Side::Sell), d("100.1"));
    }
}

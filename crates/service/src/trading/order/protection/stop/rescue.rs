//! Closes a position that certainly cannot get its stop.

use super::BETWEEN_READINGS;
use crate::{
    error::Error,
    trading::order::{
        close::Share,
        legs::{Leg, Role},
        protection::{breaker::BreakerVerdict, decide::Next, notices, rules::Rule},
        run::{Halt, Run, RunResult},
        sharing::SharedPosition,
    },
};
use domain::{Decimal, Micros};
use exchange::ExchangeFailure;
use std::time::Duration;
use store::{
    intent::LegStatus,
    protection::{self as rows, Wanted},
};

/// The same pause for a part of a shared position. A stop that has filled while reads lag would otherwise be taken for a
/// missing one, and closing the part again would close another trade's.
const AFTER_LAG: Duration = Duration::from_secs(5);

impl Run<'_> {
    /// Closes the position of the intent because it cannot be protected, and notifies its owner. Two readings
    /// must agree first.
    pub(in crate::trading::order) async fn rescue(&mut self, failure: ExchangeFailure) -> RunResult<()> {
        let readings = if Rule::TwoReadingsAgree.holds() { 2 } else { 0 };
        let mut pause = BETWEEN_READINGS;
        for reading in 0..readings {
            if reading > 0 {
                self.desk.clock.sleep(pause).await;
            }
            let seen = self.inspect().await?;
            let had_stop = |leg: &Leg| leg.role == Role::Stop && leg.status == LegStatus::Placed;
            if seen.part.is_some() && self.intent.legs.iter().any(had_stop) {
                pause = AFTER_LAG;
            }
            if !matches!(self.next_for_stop(&seen), Next::PlaceStop(_)) {
                return Ok(());
            }
        }
        self.ask_breaker(&failure).await?;
        let mut tx = self.desk.db.begin().await.map_err(Error::from)?;
        rows::set_wanted(&mut tx, self.intent.id, Wanted::Closed).await.map_err(Error::from)?;
        tx.commit().await.map_err(Error::from)?;
        self.close_unprotected().await?;
        Err(Halt::Refused(failure))
    }

    /// Closes the position of the intent until the exchange reports it closed, and notifies its owner.
    pub(in crate::trading::order) async fn close_unprotected(&mut self) -> RunResult<()> {
        self.end_entry().await?;
        let entered = self.intent.entry_side().zip(self.intent.entered());
        let (side, entered) = entered.ok_or_else(|| Error::fault("an entry without a fill was rescued"))?;
        let amount = match self.own_part().await? {
            // The filled amount of earlier closing orders of the trade is subtracted again.
            Some(part) => part + self.intent.rescued(),
            None => entered,
        };
        let closed = self.close_out(Share::Of(side, amount), Role::Rescue).await?;
        // The end of a time limit was notified when it was reached.
        let over = store::automation::is_over(&self.desk.db, self.intent.id).await.map_err(Error::from)?;
        if closed && !over && Rule::ClosingIsNotified.holds() {
            let notification = self.intent.unprotected(self.desk.clock.now())?;
            let mut tx = self.desk.db.begin().await.map_err(Error::from)?;
            notification.write(&mut tx).await.map_err(Error::from)?;
            tx.commit().await.map_err(Error::from)?;
        }
        Ok(())
    }

    /// Returns the amount of the trade's part of a shared position; `None` if it has the position for itself.
    async fn own_part(&self) -> RunResult<Option<Decimal>> {
        if SharedPosition::load(self.desk, self.intent).await?.is_none() {
            return Ok(None);
        }
        let seen = self.inspect().await?;
        let held = || seen.position.map_or(Decimal::ZERO, |position| position.contracts);
        Ok(seen.part.is_some().then(held))
    }

    /// Cancels the rest of an entry, because further fills would not be protected.
    pub(in crate::trading::order) async fn end_entry(&mut self) -> RunResult<()> {
        let resting: Vec<Leg> =
            self.intent.resting_entries().filter(|leg| leg.placed.is_some()).cloned().collect();
        for leg in resting.into_iter().filter(|_| Rule::RestOfEntryEnds.holds()) {
            let conditional = leg.order.as_ref().is_some_and(|order| order.kind.conditional());
            self.cancel(&self.intent.client_id(leg.seq), conditional).await?;
            if let Some(order) = self.look_up(&leg, Micros(0)).await? {
                self.intent.mark(leg.seq, LegStatus::Placed, Some(order));
                self.intent.save_progress(self.desk).await?;
            }
        }
        Ok(())
    }

    async fn ask_breaker(&self, failure: &ExchangeFailure) -> RunResult<()> {
        let (now, positions) = (self.desk.clock.boot(), self.desk.supervision.positions());
        match self.desk.supervision.breaker.rescue(now, positions) {
            _ if !Rule::BreakerTrips.holds() => Ok(()),
            BreakerVerdict::Go => Ok(()),
            BreakerVerdict::Trips => {
                tracing::error!(
                    %failure,
                    "circuit breaker tripped: the stop losses of many positions were rejected within a minute; emergency \
                     closing and new entries are suspended for ten minutes"
                );
                notices::breaker_tripped(self.desk).await?;
                Err(Halt::Later(failure.clone()))
            }
            BreakerVerdict::Tripped => Err(Halt::Later(failure.clone())),
        }
    }
}

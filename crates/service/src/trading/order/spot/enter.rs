//! Protects what the entry of a spot trade has bought, and sells all of it.

use super::work::{Goal, Outcome};
use crate::trading::order::{
    legs::{self, Role},
    protection::STOP_PATIENCE,
    run::{Halt, Run, RunResult},
};
use domain::{Order, order_failure::FailureCause};
use exchange::ExchangeFailure;
use store::intent::{LegStatus, Status};

impl Run<'_> {
    /// Places the stop and, once the entry has ended, the take-profits for what it has bought less the commission. A stop that
    /// the exchange refuses closes the trade.
    pub(in crate::trading::order) async fn protect_spot(&mut self, entry: &Order) -> RunResult<()> {
        self.read_commissions().await?;
        if entry.is_final() {
            self.fit_targets_to_holding();
        }
        let goal = if self.intent.wanted_stop().is_some() { Goal::Protected } else { Goal::Unprotected };
        let started = self.desk.clock.boot();
        if goal == Goal::Protected {
            (self.since, self.patience) = (started, STOP_PATIENCE);
            self.without_stop_since = (!self.fill_is_old).then_some(started);
        }
        let pursued = self.pursue(goal, false).await;
        let protected = match pursued.map(|pursued| pursued.outcome) {
            Ok(Outcome::StopRefused(failure)) => self.rescue(failure).await,
            // An order that has still to fill is left to the supervisor.
            Ok(Outcome::Agrees | Outcome::Gone | Outcome::Triggered | Outcome::Filling) => Ok(()),
            Err(Halt::Later(failure)) if goal == Goal::Protected => {
                self.give_up_on_stop(failure, started).await
            }
            Err(halt) => Err(halt),
        };
        self.without_stop_since = None;
        protected?;
        self.intent.status = if entry.is_final() { Status::Done } else { Status::Waiting };
        Ok(())
    }

    /// Fits the amounts of take-profits that were not sent yet to what is held. Calculated again, they are the same.
    fn fit_targets_to_holding(&mut self) {
        let targets = || self.intent.legs.iter().filter(|leg| leg.role == Role::Target);
        if targets().any(|leg| leg.placed.is_some() || leg.status != LegStatus::Planned) {
            return;
        }
        let numbers: Vec<u16> = targets().map(|leg| leg.seq).collect();
        let held = self.intent.holds(self.market.lot);
        legs::fit_to_fill(&mut self.intent.legs, held, &self.market);
        numbers.into_iter().for_each(|seq| self.intent.replanned(seq));
    }

    /// Sells everything that the trade holds. Returns whether its orders have sold anything.
    pub(in crate::trading::order) async fn sell_out(&mut self) -> RunResult<bool> {
        match self.pursue(Goal::Sold, false).await?.outcome {
            Outcome::Gone => Ok(!self.intent.sold().is_zero()),
            _ => Err(Halt::Later(ExchangeFailure::of_cause(FailureCause::OutcomeUnknown))),
        }
    }
}

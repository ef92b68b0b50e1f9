//! A trade that shares its position: its stop and its take-profits close no more than its part.

use super::Supervisor;
use crate::{
    error::Error,
    trading::order::{
        legs::{PlannedOrder, Role},
        protection::{rules::Rule, settle::report_filled, stop::Seen},
        run::{Run, RunResult},
    },
};
use domain::{Decimal, Order};
use store::intent::LegStatus;

impl Supervisor<'_> {
    /// Records the trade's own orders that have closed a part of a shared position, and notifies the owner of them.
    pub(super) async fn record_ended(&self, run: &mut Run<'_>, seen: &Seen) -> RunResult<()> {
        let Some(part) = seen.part.as_ref().filter(|part| !part.ended.is_empty()) else { return Ok(()) };
        let mut ended = Vec::new();
        for (seq, order) in &part.ended {
            run.intent.mark(*seq, LegStatus::Placed, Some(order.clone()));
            ended.push(order.clone());
        }
        report_filled(run.desk, self.access, run.intent, &ended).await?;
        Ok(run.intent.save_progress(run.desk).await?)
    }
}

impl Run<'_> {
    /// Plans a stop for `amount` in place of the wanted one, which closes more. The next repairs place it and cancel the others.
    pub(super) async fn size_wanted_stop(&mut self, amount: Decimal) -> RunResult<()> {
        let wanted = self.intent.wanted_stop().cloned();
        let Some(order) = wanted else { return Ok(()) };
        let next = self.intent.next_stop();
        let next = next.ok_or_else(|| Error::fault("an intent has no stop orders left"))?;
        let order = PlannedOrder { amount: Some(amount), resizes: true, ..order };
        Ok(self.plan_and_save(next, Role::Stop, order).await?)
    }

    /// Fits the take-profits of a trade to its part of a shared position, if together they exceed it. Returns whether they
    /// were changed.
    pub(super) async fn fit_part_targets(&mut self, seen: &Seen) -> RunResult<bool> {
        let Some(position) = seen.position.as_ref().filter(|_| seen.part.is_some()) else { return Ok(false) };
        if self.intent.entry_rests() || !Rule::SharedTargetsFit.holds() {
            return Ok(false);
        }
        let own = |order: &&Order| {
            let leg = self.intent.leg_by_client_id(&order.client_order_id);
            leg.is_some_and(|leg| leg.role == Role::Target)
        };
        let remaining = |order: &Order| order.remaining.unwrap_or_default();
        let total: Decimal = seen.open.iter().filter(own).map(remaining).sum();
        if total <= position.contracts {
            return Ok(false);
        }
        let Some(step) = self.fitted(position.contracts).await? else { return Ok(false) };
        self.intent.save_progress(self.desk).await?;
        self.change_targets(&step).await?;
        self.intent.save_progress(self.desk).await?;
        Ok(true)
    }
}

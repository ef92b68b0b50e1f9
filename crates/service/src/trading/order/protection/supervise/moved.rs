//! A stop that was moved, and that the exchange does not have yet.

use super::Supervisor;
use crate::{
    error::Error,
    trading::order::{
        legs::{PlannedOrder, Role},
        run::{Halt, Run, RunResult},
        seq,
    },
};
use domain::Decimal;
use store::intent::LegStatus;

impl Supervisor<'_> {
    /// Places a moved stop for `amount` beside the one that it replaces. If it is refused, the old one stays.
    pub(super) async fn move_stop(&self, run: &mut Run<'_>, amount: Decimal) -> RunResult<()> {
        run.bound_wanted_stop(amount).await?;
        match run.place_another_stop(amount).await {
            // It exists, although the exchange does not find it yet.
            Err(Halt::Refused(failure)) if failure.is_duplicate() => Err(Halt::Later(failure)),
            Ok(_) | Err(Halt::Refused(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

impl Run<'_> {
    /// Gives a wanted stop that closes the whole position this amount instead: of those the exchange accepts only one,
    /// and the old one may be one.
    async fn bound_wanted_stop(&mut self, amount: Decimal) -> RunResult<()> {
        let Some(wanted) = self.intent.wanted_stop_leg() else { return Ok(()) };
        let Some(order) = wanted.order.clone().filter(|order| order.amount.is_none()) else { return Ok(()) };
        let unplaced = matches!(wanted.status, LegStatus::Planned | LegStatus::Refused);
        let same = seq::STOPS.contains(&wanted.seq) && unplaced;
        let next = if same { Some(wanted.seq) } else { self.intent.next_stop() };
        let next = next.ok_or_else(|| Error::fault("an intent has no stop orders left"))?;
        Ok(self.plan_and_save(next, Role::Stop, PlannedOrder { amount: Some(amount), ..order }).await?)
    }
}

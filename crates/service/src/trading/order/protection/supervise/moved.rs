//! A stop that was moved, and that the exchange does not have yet.

use super::Supervisor;
use crate::{
    error::Error,
    trading::order::{
        legs::{PlannedOrder, Role},
        protection::is_stop,
        run::{Halt, Run, RunResult},
        seq,
    },
};
use domain::{Decimal, Micros, Order};
use exchange::ExchangeFailure;
use store::intent::LegStatus;

impl Supervisor<'_> {
    /// Places a moved stop for `amount` beside the one that it replaces. If it is refused, the old one stays, and the owner
    /// is notified: the request was answered before.
    pub(super) async fn move_stop(&self, run: &mut Run<'_>, amount: Decimal) -> RunResult<()> {
        run.bound_wanted_stop(amount).await?;
        let resizes = run.intent.wanted_stop().is_some_and(|stop| stop.resizes);
        match run.place_another_stop(amount).await {
            // It exists, although the exchange does not find it yet.
            Err(Halt::Refused(failure)) if failure.is_duplicate() => Err(Halt::Later(failure)),
            Ok(_) => Ok(()),
            // Its owner has not asked for anything, and the larger stop protects as well.
            Err(Halt::Refused(failure)) if resizes => Err(Halt::Later(failure)),
            Err(Halt::Refused(failure)) => run.notify_of_refused_move(&failure).await,
            Err(other) => Err(other),
        }
    }
}

impl Run<'_> {
    /// Whether the wanted stop is open although it is not among the `open` orders: the list may lag behind. Only a stop
    /// with an amount is looked up, because the exchange accepts another one beside it. A lookup that fails does not
    /// hold up a stop.
    pub(super) async fn has_unlisted_stop(&self, open: &[Order]) -> RunResult<bool> {
        let Some(leg) = self.intent.wanted_stop_leg().filter(|leg| leg.status == LegStatus::Placed) else {
            return Ok(false);
        };
        let id = self.intent.client_id(leg.seq);
        let bounded = leg.order.as_ref().is_some_and(|order| order.amount.is_some());
        if !bounded || open.iter().any(|order| order.client_order_id == id) {
            return Ok(false);
        }
        match self.look_up(leg, Micros(0)).await {
            Ok(found) => Ok(found.is_some_and(|order| is_stop(&order))),
            Err(Halt::Fault(error)) => Err(Halt::Fault(error)),
            Err(_) => Ok(false),
        }
    }

    async fn notify_of_refused_move(&self, failure: &ExchangeFailure) -> RunResult<()> {
        let (desk, notification) = (self.desk, self.intent.stop_not_moved(failure, self.desk.clock.now())?);
        let mut tx = desk.db.begin().await.map_err(Error::from)?;
        notification.write(&mut tx).await.map_err(Error::from)?;
        Ok(tx.commit().await.map_err(Error::from)?)
    }

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

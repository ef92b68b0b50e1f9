//! The end of a supervised position: once the exchange shows it at zero, its protective orders are cancelled by id and
//! its row is settled.

use super::{Known, Supervisor};
use crate::trading::order::{
    protection::{
        pass::Pass,
        rules::Rule,
        settle::{delete, settle},
        stop::just_entered,
    },
    run::{Run, RunResult},
    send::CERTAIN,
};
use domain::{Micros, time::SECOND};

/// A protective order sent within this time may still arrive after its position has ended. This is much
/// longer than a request's validity, because it is measured by wall clocks.
const SENT_RECENTLY: i64 = 60 * SECOND;

impl Supervisor<'_> {
    pub(super) async fn end(&self, run: &mut Run<'_>) -> RunResult<Pass> {
        run.may_cancel_and_close()?;
        // A fill that the exchange does not report yet would be mistaken for the end of the position.
        let recent =
            just_entered(self.row.entered_at, run.desk.clock.now()) && Rule::RecentEntryIsNotGone.holds();
        if self.known == Known::Nothing && recent && !run.closed_by_own_orders().await? {
            return Ok(Pass::Differs);
        }
        if Rule::ProtectionEndsToo.holds() {
            run.cancel_own_protection().await?;
        }
        let late = may_arrive_late(run) && Rule::LateOrdersAreCancelled.holds();
        settle(run.desk, self.access, run.intent, late).await?;
        Ok(if late { Pass::Ending } else { Pass::Ended })
    }

    /// Finishes a position that was settled recently: once no order can arrive any more, cancels those that
    /// have arrived since.
    pub(super) async fn tidy(&self, run: &Run<'_>) -> RunResult<Pass> {
        if run.desk.supervision.ending_for(self.row.intent_id, run.desk.clock.boot()) < CERTAIN {
            return Ok(Pass::Ending);
        }
        if Rule::ProtectionEndsToo.holds() {
            run.cancel_own_protection().await?;
        }
        delete(run.desk, self.row.intent_id).await?;
        Ok(Pass::Ended)
    }
}

/// Whether a protective order of the intent was sent so recently that it may not have arrived yet.
fn may_arrive_late(run: &Run<'_>) -> bool {
    let now = run.desk.clock.now();
    // A clock that was set back counts as recent.
    let recent = |at: Micros| now.since(at) < SENT_RECENTLY;
    let protective = run.intent.legs.iter().filter(|leg| leg.is_protective() && leg.order.is_some());
    protective.map(|leg| leg.changed_at).any(|at| recent(run.intent.updated_at) || at.is_none_or(recent))
}

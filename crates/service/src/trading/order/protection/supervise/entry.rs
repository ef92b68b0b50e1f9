//! The entry of a supervised position, where it is not known whether it has filled.

use super::{Learned, Supervisor};
use crate::trading::order::{
    protection::rules::Rule,
    run::{Run, RunResult},
    seq,
};
use domain::{Micros, OrderType, time::SECOND};
use store::intent::{LegStatus, Status};

/// If the exchange still does not know an entry this long after its intent was given up, it will not arrive
/// any more.
const GIVEN_UP_FOR: i64 = 60 * SECOND;

impl Supervisor<'_> {
    /// Looks up an entry whose state is unknown or was last seen open.
    pub(super) async fn learn_entry(&self, run: &mut Run<'_>) -> RunResult<Learned> {
        if run.intent.status == Status::Waiting {
            return Ok(Learned::Known);
        }
        let id = run.intent.client_id(seq::ENTRY);
        let kind = run.intent.leg(seq::ENTRY).and_then(|leg| leg.order.as_ref()).map(|order| order.kind);
        let conditional = kind.is_some_and(OrderType::conditional);
        if !Rule::GivenUpEntryIsLookedFor.holds() {
            return Ok(Learned::Never);
        }
        let Some(mut entry) = run.find(&id, conditional, Micros(0)).await? else {
            let young = run.desk.clock.now().since(self.row.created_at) < GIVEN_UP_FOR;
            return Ok(if young { Learned::MayCome } else { Learned::Never });
        };
        if !entry.is_final() {
            // No intent waits for it any more.
            run.cancel(&id, conditional).await?;
            entry = run.find(&id, conditional, Micros(0)).await?.unwrap_or(entry);
        }
        let filled = !entry.filled.is_zero();
        run.intent.mark(seq::ENTRY, LegStatus::Placed, Some(entry));
        run.intent.save_progress(run.desk).await?;
        Ok(if filled { Learned::Known } else { Learned::Never })
    }
}

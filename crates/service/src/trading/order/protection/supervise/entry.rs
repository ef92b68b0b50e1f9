//! The entry of a supervised position, where it is not known whether it has filled.

use super::{Learned, Supervisor};
use crate::trading::order::{
    protection::rules::Rule,
    run::{Run, RunResult},
};
use domain::{Micros, time::SECOND};
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
        if !Rule::GivenUpEntryIsLookedFor.holds() {
            return Ok(Learned::Never);
        }
        let mut may_come = false;
        let sent = run.intent.entry_legs().filter(|leg| leg.status != LegStatus::Skipped);
        for leg in sent.cloned().collect::<Vec<_>>() {
            let id = run.intent.client_id(leg.seq);
            let conditional = leg.order.is_some_and(|order| order.kind.conditional());
            let Some(mut entry) = run.find(&id, conditional, Micros(0)).await? else {
                may_come |= run.desk.clock.now().since(self.row.created_at) < GIVEN_UP_FOR;
                continue;
            };
            if !entry.is_final() {
                // No intent waits for it any more.
                run.cancel(&id, conditional).await?;
                entry = run.find(&id, conditional, Micros(0)).await?.unwrap_or(entry);
            }
            run.intent.mark(leg.seq, LegStatus::Placed, Some(entry));
            run.intent.save_progress(run.desk).await?;
        }
        Ok(match run.intent.filled_entry() {
            Some(_) => Learned::Known,
            None if may_come => Learned::MayCome,
            None => Learned::Never,
        })
    }
}

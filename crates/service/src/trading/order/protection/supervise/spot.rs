//! A pass over a spot trade.

use super::{Supervisor, TRIGGERED};
use crate::{
    error::Error,
    trading::order::{
        protection::{pass::Pass, rules::Rule, stop::just_entered},
        run::{Halt, Run, RunResult},
        spot::{Goal, Outcome},
    },
};
use store::protection::{self as rows, Wanted};

impl Supervisor<'_> {
    /// Brings the trade's orders to what is wanted for it. The caller has learned of the entry.
    pub(super) async fn work_spot(&mut self, run: &mut Run<'_>) -> RunResult<Pass> {
        if run.intent.filled_entry().is_none() {
            // An entry that was cancelled before it filled leaves nothing to protect.
            return if run.intent.entry_rests() { Ok(Pass::Agrees) } else { self.end(run).await };
        }
        let goal = match self.row.wanted {
            Wanted::Stop => Goal::Protected,
            Wanted::NoStop => Goal::Unprotected,
            Wanted::Closed => Goal::Sold,
        };
        if goal == Goal::Sold {
            run.end_entry().await?;
            self.notice_difference(run.desk);
        }
        // A balance that does not include the fill yet would be mistaken for coins that were sold elsewhere.
        let balances = !just_entered(self.row.entered_at, run.desk.clock.now());
        run.without_stop_since = run.desk.supervision.differs_since(self.row.intent_id);
        let pursued = run.pursue(goal, balances).await;
        run.without_stop_since = None;
        let pursued = pursued?;
        match pursued.outcome {
            Outcome::Agrees => {
                self.repaired |= pursued.missed;
                Ok(Pass::Agrees)
            }
            Outcome::Gone => {
                // A sale by the desk itself is notified when the trade is settled.
                self.end(run).await
            }
            Outcome::Triggered => self.wait_for_triggered(run).await,
            Outcome::Filling => {
                self.notice_difference(run.desk);
                Ok(Pass::Differs)
            }
            Outcome::StopRefused(failure) => {
                self.notice_difference(run.desk);
                let rescued = run.rescue(failure).await;
                run.intent.save_progress(run.desk).await?;
                self.read_row(run).await?;
                match rescued {
                    // It was closed; the next inspection ends it.
                    Ok(()) | Err(Halt::Refused(_)) => Ok(Pass::Differs),
                    Err(halt) => Err(halt),
                }
            }
        }
    }

    /// Gives a stop-limit order that has triggered some time to fill. Then everything is sold at market.
    async fn wait_for_triggered(&mut self, run: &Run<'_>) -> RunResult<Pass> {
        let waits = run.desk.supervision.differs_for(self.row.intent_id, run.desk.clock.boot());
        self.notice_difference(run.desk);
        let has_time = waits < TRIGGERED && Rule::TriggeredStopHasTime.holds();
        if !has_time && Rule::TriggeredStopIsClosed.holds() {
            self.set_wanted(run.desk, Wanted::Closed).await?;
        }
        Ok(Pass::Differs)
    }

    async fn read_row(&mut self, run: &Run<'_>) -> RunResult<()> {
        let row = rows::get_protection(&run.desk.db, self.row.intent_id).await.map_err(Error::from)?;
        if let Some(row) = row {
            self.row = row;
        }
        Ok(())
    }
}

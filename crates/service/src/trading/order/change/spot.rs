//! Changes of spot trades. Their legs are planned like those of futures; then the trade's sell orders are brought to what is
//! wanted, because no order can be placed before the one that it replaces is cancelled.

use super::{
    request::{Adding, Protecting, StopStep},
    trade_run::TradeRun,
};
use crate::{
    error::Error,
    trading::order::{
        legs::{Leg, Role},
        run::{Halt, Run, RunResult},
        spot::{Goal, Outcome, Pursued},
    },
};
use domain::{Decimal, order_failure::FailureCause, trade::fit_targets};
use exchange::ExchangeFailure;
use store::{
    intent::LegStatus,
    protection::{self as rows, Wanted},
};

impl Run<'_> {
    /// Changes the stop and the take-profits of a spot trade. A refused stop leaves the one before it in force.
    pub(super) async fn change_spot(&mut self, change: &Protecting) -> RunResult<()> {
        if change.stop == StopStep::Remove {
            self.end_legs(|leg| leg.role == Role::Stop);
        }
        if let Some(targets) = &change.targets {
            self.end_legs(|leg| targets.old.contains(&leg.seq));
        }
        self.intent.save_progress(self.desk).await?;
        let moved = match change.stop {
            StopStep::Move(seq) => self.intent.leg(seq).and_then(|leg| leg.order.as_ref()?.stop_price),
            StopStep::Keep | StopStep::Remove => None,
        };
        if self.intent.filled_entry().is_none() {
            return Ok(());
        }
        let goal = match change.stop {
            StopStep::Move(_) => Goal::Protected,
            StopStep::Remove => Goal::Unprotected,
            StopStep::Keep => self.goal().await?,
        };
        let Pursued { outcome, refused, .. } = self.pursue(goal, false).await?;
        let now = self.intent.wanted_stop().and_then(|stop| stop.stop_price);
        match (outcome, refused) {
            (Outcome::StopRefused(failure), _) => Err(Halt::Refused(failure)),
            (_, Some(failure)) if moved.is_some() && moved != now => Err(Halt::Refused(failure)),
            _ => Ok(()),
        }
    }

    /// Records that these legs are not wanted any more, unless they have filled.
    fn end_legs(&mut self, which: impl Fn(&Leg) -> bool) {
        let filled = |leg: &Leg| leg.placed.as_ref().is_some_and(|order| !order.filled.is_zero());
        let ended: Vec<u16> =
            self.intent.legs.iter().filter(|leg| which(leg) && !filled(leg)).map(|leg| leg.seq).collect();
        ended.into_iter().for_each(|seq| self.intent.mark(seq, LegStatus::Done, None));
    }

    /// Returns what is wanted for the trade.
    async fn goal(&self) -> RunResult<Goal> {
        let row = rows::get_protection(&self.desk.db, self.intent.id).await.map_err(Error::from)?;
        Ok(match row.map(|row| row.wanted) {
            Some(Wanted::Stop) => Goal::Protected,
            Some(Wanted::Closed) => Goal::Sold,
            Some(Wanted::NoStop) | None => Goal::Unprotected,
        })
    }

    /// Lets the take-profits share the larger holding as before, and the stop cover all of it.
    pub(super) async fn grow_on_spot(&mut self, adding: &Adding) -> RunResult<()> {
        self.read_commissions().await?;
        let old: Vec<(u16, Decimal)> =
            self.intent.wanted_targets().map(|leg| (leg.seq, leg.unfilled())).collect();
        if !old.is_empty() && old.iter().all(|(seq, _)| adding.targets.contains(seq)) {
            let amounts: Vec<Decimal> = old.iter().map(|(_, amount)| *amount).collect();
            let held = self.intent.holds(self.market.lot);
            let fitted = fit_targets(&amounts, adding.own, held, &self.market);
            for ((seq, _), amount) in old.into_iter().zip(fitted) {
                self.intent.resize_target(seq, amount)?;
            }
            self.intent.save_progress(self.desk).await?;
        }
        let goal = self.goal().await?;
        // The supervisor handles coins that have no stop now. A request that is repeated must not add again.
        self.pursue(goal, false).await.map(drop)
    }
}

impl TradeRun<'_> {
    /// Makes the sale that is planned at the trade, or sells all of it.
    pub(super) async fn sell(&self) -> RunResult<()> {
        let Some((mut trade, row)) = self.trade().await? else { return Ok(()) };
        let mut run = Run::new(self.desk, self.who, &mut trade, self.resumed).await?;
        let sold = run.sell_planned(row.wanted == Wanted::Closed).await;
        trade.save(self.desk).await?;
        sold
    }
}

impl Run<'_> {
    async fn sell_planned(&mut self, whole: bool) -> RunResult<()> {
        if whole {
            self.end_entry().await?;
        }
        let goal = self.goal().await?;
        let pursued = self.pursue(goal, false).await?;
        let sale = self.intent.legs.iter().filter(|leg| leg.role == Role::Close).max_by_key(|leg| leg.seq);
        let refused = sale.is_some_and(|leg| leg.status == LegStatus::Refused);
        match pursued.refused {
            Some(failure) if refused => Err(Halt::Refused(failure)),
            None if refused => Err(Halt::Refused(ExchangeFailure::of_cause(FailureCause::NoFill))),
            _ => Ok(()),
        }
    }
}

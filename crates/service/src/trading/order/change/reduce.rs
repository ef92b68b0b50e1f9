//! A partial close, after which the take-profits are fitted to what is left.

use super::{
    plan::{ended_unfilled, replace_targets, with_amount},
    request::{Reducing, TargetStep},
    trade_run::TradeRun,
};
use crate::trading::order::{
    close::Share,
    intent::Intent,
    legs::{Leg, PlannedOrder, Role},
    protection::rules::Rule,
    run::{Halt, Run, RunResult},
    side::entered_by,
};
use domain::{Decimal, Micros, Order, trade::fit_targets};
use store::intent::{LegStatus, Status};

/// Closes a part of the position and fits the trade's take-profits.
pub(super) async fn reduce(run: &mut Run<'_>, reducing: &Reducing) -> RunResult<()> {
    let (desk, who, tenure, resumed) = (run.desk, run.who, run.intent.tenure, run.resumed);
    let trade = reducing.trade.map(|id| TradeRun { desk, who, id, tenure, resumed });
    if let Some(trade) = &trade
        && trade.trade().await?.is_none()
    {
        // Its position has ended; another one is not reduced.
        return Ok(());
    }
    let Reducing { side, left, whole, .. } = *reducing;
    let mut amount = reducing.amount;
    if let Some(trade) = trade.as_ref().filter(|_| whole)
        && let Some(entered) = trade.end_entry().await?
    {
        // It may have filled meanwhile. No more than down to `left` is closed.
        amount = entered;
    }
    let closed = run.close_out(Share::Part { side, amount, left }, Role::Close).await;
    run.intent.save_progress(desk).await?;
    if let Some(trade) = trade.as_ref().filter(|_| whole && closed.is_ok()) {
        return trade.end_protection(run).await;
    }
    let Some(trade) = trade.filter(|_| Rule::TargetsFitPosition.holds()) else { return closed.map(drop) };
    match closed {
        Ok(_) => trade.fit_targets(left).await,
        Err(Halt::Refused(failure)) => {
            // Take-profits may have been cancelled to make way. Without them the refusal is still the answer.
            trade.fit_targets(left + amount).await.err();
            Err(Halt::Refused(failure))
        }
        Err(halt) => Err(halt),
    }
}

impl TradeRun<'_> {
    /// Ends an entry that may still fill, because its trade is closed. Returns the amount that was entered; `None` if the entry
    /// had ended before.
    async fn end_entry(&self) -> RunResult<Option<Decimal>> {
        let Some((mut trade, _)) = self.trade().await? else { return Ok(None) };
        let rests = trade.entry_rests();
        let mut run = Run::new(self.desk, self.who, &mut trade, self.resumed).await?;
        let ended = if rests { run.end_entry().await } else { Ok(()) };
        if rests && !run.intent.entry_rests() {
            let unsent = run.unsent().filter(|leg| leg.role == Role::Target);
            let unsent: Vec<u16> = unsent.map(|leg| leg.seq).collect();
            run.intent.give_up(&unsent);
            run.intent.status = Status::Done;
        }
        trade.save(self.desk).await?;
        ended?;
        Ok(trade.entered().filter(|_| rests))
    }

    /// Cancels the stop and the take-profits of a trade that was closed, because they would close what others have of the
    /// position. The supervisor settles it.
    async fn end_protection(&self, run: &Run<'_>) -> RunResult<()> {
        let Some((mut trade, _)) = self.trade().await? else { return Ok(()) };
        let cancelled = run.cancel_protection(&trade).await;
        trade.save(self.desk).await?;
        cancelled
    }

    /// Places the take-profits again if together they exceed the position, or if they had to make way for the close.
    async fn fit_targets(&self, left: Decimal) -> RunResult<()> {
        let Some((mut trade, _)) = self.trade().await? else { return Ok(()) };
        if trade.entry_rests() {
            // They are sent, with fitting amounts, when the entry has ended.
            return Ok(trade.save(self.desk).await?);
        }
        let mut run = Run::new(self.desk, self.who, &mut trade, self.resumed).await?;
        let outcome = match run.fitted(left).await {
            Ok(Some(step)) => {
                run.intent.save_progress(self.desk).await?;
                run.change_targets(&step).await
            }
            Ok(None) => Ok(()),
            Err(halt) => Err(halt),
        };
        trade.save(self.desk).await?;
        outcome
    }
}

impl Intent {
    /// Returns the step of an earlier holder that planned take-profits for a position of `held`, and did not place all of
    /// them; `None` if none is planned. Planned again, they would share the position with those that they replace.
    pub(super) fn interrupted_fit(&self, held: Decimal) -> Option<TargetStep> {
        let (new, old): (Vec<&Leg>, Vec<&Leg>) =
            self.wanted_targets().partition(|leg| leg.status == LegStatus::Planned);
        let planned: Decimal = new.iter().map(|leg| leg.unfilled()).sum();
        let open: Decimal = old.iter().map(|leg| leg.unfilled()).sum();
        if !self.settled || new.is_empty() || planned > held {
            return None;
        }
        let numbers = |legs: Vec<&Leg>| legs.iter().map(|leg| leg.seq).collect::<Vec<u16>>();
        // Take-profits that fit beside the planned ones belong to the same step.
        let old = if planned + open > held { numbers(old) } else { Vec::new() };
        Some(TargetStep { old, new: numbers(new) })
    }
}

impl Run<'_> {
    /// Plans take-profits that fit a position of at most `left`, because reads may lag behind the close; `None` if those
    /// that are open fit.
    pub(in crate::trading::order) async fn fitted(&mut self, left: Decimal) -> RunResult<Option<TargetStep>> {
        let seen = self.inspect().await?;
        let side = self.intent.entry_side();
        let ours = seen.position.filter(|position| Some(entered_by(position.side)) == side);
        let Some(held) = ours.map(|position| position.contracts.min(left)) else { return Ok(None) };
        if self.resumed
            && let Some(step) = self.intent.interrupted_fit(held)
        {
            return Ok(Some(step));
        }
        let (kept, missing) = self.unfilled_targets(&seen.open).await?;
        let amounts: Vec<Decimal> = kept.iter().map(|(amount, _)| *amount).collect();
        let total: Decimal = amounts.iter().sum();
        if kept.is_empty() || (total <= held && !missing) {
            return Ok(None);
        }
        let fitted = fit_targets(&amounts, total.max(held), held, &self.market);
        Ok(Some(replace_targets(self.intent, &refitted(&kept, fitted))?))
    }

    /// Returns the wanted take-profits that have not filled, with their unfilled amounts, and whether one of them is not
    /// among the `open` orders.
    pub(super) async fn unfilled_targets(
        &mut self,
        open: &[Order],
    ) -> RunResult<(Vec<(Decimal, Leg)>, bool)> {
        let wanted: Vec<Leg> = self.intent.wanted_targets().cloned().collect();
        let (mut kept, mut missing) = (Vec::new(), false);
        for leg in wanted {
            let id = self.intent.client_id(leg.seq);
            if let Some(order) = open.iter().find(|order| order.client_order_id == id) {
                kept.push((order.remaining.unwrap_or_else(|| leg.unfilled()), leg));
                continue;
            }
            match self.look_up(&leg, Micros(0)).await? {
                Some(order) if order.is_final() && !ended_unfilled(&order) => {
                    self.notify_of_hits(&[(leg.role, order.clone())]).await?;
                    self.intent.mark(leg.seq, LegStatus::Placed, Some(order));
                }
                Some(order) if !order.is_final() => kept.push((leg.unfilled(), leg)),
                _ => {
                    missing = true;
                    kept.push((leg.unfilled(), leg));
                }
            }
        }
        Ok((kept, missing))
    }
}

/// Returns the orders of take-profits with their fitted amounts, without those for which nothing is left.
pub(super) fn refitted(kept: &[(Decimal, Leg)], fitted: Vec<Decimal>) -> Vec<PlannedOrder> {
    let orders = kept.iter().zip(fitted).filter(|(_, amount)| !amount.is_zero());
    orders.filter_map(|((_, leg), amount)| with_amount(leg, amount)).collect()
}

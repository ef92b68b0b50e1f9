//! Carries out changes. Every step can be repeated, because a change is continued after a crash.

use super::{
    reduce::reduce,
    request::{Protecting, StopStep, TargetStep},
    trade_run::TradeRun,
};
use crate::{
    error::Error,
    platform::fence::Tenure,
    trading::{
        Trading,
        order::{
            intent::{Intent, Request},
            legs::{Leg, Role},
            protection::{is_stop, rules::Rule},
            run::{Halt, Run, RunResult},
        },
    },
};
use domain::{IntentId, Micros, Order, order_failure::FailureCause};
use exchange::{Credentials, ExchangeFailure};
use store::{
    intent::{LegStatus, Status},
    protection::{self as rows, Wanted},
};

/// Carries out the change of `intent`. With `resumed` an earlier holder may have started it. The caller holds the
/// per-market lock.
pub(in crate::trading::order) async fn carry_out(
    desk: &Trading,
    who: &Credentials,
    intent: &mut Intent,
    resumed: bool,
) -> RunResult<()> {
    match intent.request.clone() {
        Request::Protect(change) => {
            let trade = TradeRun { desk, who, id: change.trade, tenure: intent.tenure, resumed };
            trade.protect(&change, &mut intent.status).await?;
        }
        Request::Reduce(reducing) => {
            let mut run = Run::new(desk, who, intent, resumed).await?;
            reduce(&mut run, &reducing).await?;
        }
        Request::Add(adding) => {
            let trade = TradeRun { desk, who, id: adding.trade, tenure: intent.tenure, resumed };
            trade.add(&adding).await?;
        }
        Request::CancelEntries => Run::new(desk, who, intent, resumed).await?.cancel_entries().await?,
        _ => return Err(Error::fault("not a change of a trade").into()),
    }
    intent.status = Status::Done;
    Ok(())
}

/// Places the planned stop of leg `seq` of an open trade, then cancels those that it replaces, because another trade will
/// share the position. `tenure` is that of the caller's intent. Does nothing if the trade has ended.
pub(in crate::trading::order) async fn resize_stop(
    desk: &Trading,
    who: &Credentials,
    tenure: Tenure,
    trade: IntentId,
    seq: u16,
) -> RunResult<()> {
    let run = TradeRun { desk, who, id: trade, tenure, resumed: false };
    run.protect(&Protecting { trade, stop: StopStep::Move(seq), targets: None }, &mut Status::Working).await
}

impl TradeRun<'_> {
    /// Changes the trade's stop, then its take-profits. A moved stop alone is done once it is written down, because
    /// the supervisor pursues it.
    async fn protect(&self, change: &Protecting, status: &mut Status) -> RunResult<()> {
        let Some((mut trade, row)) = self.trade().await? else { return Ok(()) };
        if matches!(change.stop, StopStep::Move(_)) && change.targets.is_none() && row.wanted == Wanted::Stop
        {
            *status = Status::Done;
        }
        let mut run = Run::new(self.desk, self.who, &mut trade, self.resumed).await?;
        let mut outcome = run.change_stop(change.stop).await;
        if let Some(targets) = &change.targets {
            if outcome.is_ok() {
                outcome = run.change_targets(targets).await;
            }
            if matches!(outcome, Err(Halt::Refused(_))) {
                // Nothing of the change remains.
                run.intent.give_up(&targets.new);
                if run.intent.entry_rests() {
                    run.intent.take_back(&targets.old);
                }
            }
        }
        trade.save(self.desk).await?;
        outcome?;
        if matches!(change.stop, StopStep::Move(_)) && row.wanted == Wanted::NoStop {
            self.supervise_stop().await?;
        }
        Ok(())
    }

    /// Makes the stop the wanted protection of a position that had none.
    async fn supervise_stop(&self) -> RunResult<()> {
        let mut tx = self.desk.db.begin().await.map_err(Error::from)?;
        rows::set_wanted(&mut tx, self.id, Wanted::Stop).await.map_err(Error::from)?;
        rows::set_notified(&mut tx, self.id, None).await.map_err(Error::from)?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }
}

impl Run<'_> {
    pub(super) async fn change_stop(&mut self, step: StopStep) -> RunResult<()> {
        match step {
            StopStep::Keep => Ok(()),
            StopStep::Move(seq) => self.move_stop(seq).await,
            StopStep::Remove => self.remove_stops().await,
        }
    }

    /// Places the stop of leg `seq`, then cancels the one that it replaces. While nothing has filled, the stop follows
    /// the first fill.
    async fn move_stop(&mut self, seq: u16) -> RunResult<()> {
        let leg = self.intent.leg(seq);
        let status = leg.ok_or_else(|| Error::fault("a moved stop has no leg"))?.status;
        match status {
            LegStatus::Planned if self.intent.filled_entry().is_some() => {
                if !Rule::NewStopComesFirst.holds() {
                    self.cancel_outdated_stops().await?;
                }
                match self.send(seq).await {
                    // It exists, although the exchange does not find it yet. The supervisor sees it.
                    Err(Halt::Refused(failure)) if failure.is_duplicate() => {
                        return Err(Halt::Later(failure));
                    }
                    sent => drop(sent?),
                }
                self.intent.save_progress(self.desk).await?;
            }
            LegStatus::Planned | LegStatus::Placed => {}
            LegStatus::Refused => {
                return Err(Halt::Refused(ExchangeFailure::of_cause(FailureCause::StopRejected)));
            }
            // A later change has replaced it.
            LegStatus::Skipped | LegStatus::Done => return Ok(()),
        }
        self.cancel_outdated_stops().await
    }

    /// Cancels the stops that another one has replaced.
    async fn cancel_outdated_stops(&mut self) -> RunResult<()> {
        let own: Vec<Leg> = self.intent.outdated_stops().cloned().collect();
        self.retire(&own).await?;
        if self.intent.has_adopted_stop() {
            let open = self.open_orders().await?;
            self.cancel_outdated(&open).await?;
        }
        Ok(())
    }

    /// Cancels those of the `open` orders that are stops replaced by another one.
    pub(in crate::trading::order) async fn cancel_outdated(&mut self, open: &[Order]) -> RunResult<()> {
        for id in self.intent.outdated_among(open) {
            match self.intent.leg_by_client_id(&id).cloned() {
                Some(leg) => self.retire(&[leg]).await?,
                None => drop(self.cancel_for_change(&id, true).await?),
            }
        }
        self.intent.end_adoptions();
        Ok(self.intent.save_progress(self.desk).await?)
    }

    /// Cancels all stops of the trade, and one that its owner has placed and that was adopted.
    async fn remove_stops(&mut self) -> RunResult<()> {
        let stops = |leg: &&Leg| leg.role == Role::Stop;
        let own: Vec<Leg> =
            self.intent.legs.iter().filter(stops).filter(|leg| leg.may_be_open()).cloned().collect();
        self.retire(&own).await?;
        let adopted: Vec<Leg> = self.intent.legs.iter().filter(stops).cloned().collect();
        let adopted = adopted.iter().filter(|leg| leg.status == LegStatus::Skipped);
        let prices: Vec<_> =
            adopted.filter_map(|leg| Some((leg.seq, leg.order.as_ref()?.stop_price))).collect();
        if !prices.is_empty() {
            for order in self.open_orders().await?.iter().filter(|order| is_stop(order)) {
                if prices.iter().any(|(_, price)| *price == order.stop_price) {
                    self.cancel_for_change(&order.client_order_id, true).await?;
                }
            }
        }
        let left: Vec<u16> = self.intent.legs.iter().filter(stops).map(|leg| leg.seq).collect();
        for seq in left {
            let placed = self.intent.leg_order(seq).is_some_and(|order| !order.filled.is_zero());
            if !placed {
                self.intent.mark(seq, LegStatus::Done, None);
            }
        }
        Ok(())
    }

    /// Cancels the old take-profits and places the new ones. While the entry rests, they follow its last fill.
    pub(in crate::trading::order) async fn change_targets(&mut self, step: &TargetStep) -> RunResult<()> {
        if self.intent.entry_rests() {
            self.intent.give_up(&step.old);
            return Ok(());
        }
        let mut old = self.legs_of(&step.old);
        old.retain(Leg::may_be_open);
        self.retire(&old).await?;
        if self.resumed {
            let mut new = self.legs_of(&step.new);
            new.retain(|leg| leg.status == LegStatus::Planned);
            for leg in &new {
                if let Some(order) = self.look_up(leg, Micros(0)).await? {
                    self.intent.mark(leg.seq, LegStatus::Placed, Some(order));
                }
            }
        }
        self.place_targets().await
    }

    fn legs_of(&self, numbers: &[u16]) -> Vec<Leg> {
        self.intent.legs.iter().filter(|leg| numbers.contains(&leg.seq)).cloned().collect()
    }

    /// Cancels the orders of these legs, and records that they are no longer wanted.
    async fn retire(&mut self, legs: &[Leg]) -> RunResult<()> {
        let mut hits = Vec::new();
        for leg in legs {
            let never_sent = self.intent.filled_entry().is_none() && leg.placed.is_none();
            let last = if never_sent { None } else { self.cancel_leg(leg).await? };
            // An order that filled before it could be cancelled is reported like any other fill.
            let filled = last.as_ref().is_some_and(|order| !order.filled.is_zero());
            let status = if filled { LegStatus::Placed } else { LegStatus::Done };
            hits.extend(last.clone().filter(|_| filled).map(|order| (leg.role, order)));
            self.intent.mark(leg.seq, status, last);
        }
        // Before the legs are saved: after a crash, they are cancelled and reported again.
        self.notify_of_hits(&hits).await?;
        if !legs.is_empty() {
            self.intent.save_progress(self.desk).await?;
        }
        Ok(())
    }

    /// Cancels the order of a leg and returns its last state. If it is unknown whether the order was sent, waits until
    /// it can no longer arrive: its leg is not supervised any more.
    pub(in crate::trading::order) async fn cancel_leg(&self, leg: &Leg) -> RunResult<Option<Order>> {
        let id = self.intent.client_id(leg.seq);
        let conditional = leg.order.as_ref().is_some_and(|order| order.kind.conditional());
        if let Some(order) = self.cancel_for_change(&id, conditional).await? {
            return Ok(Some(order));
        }
        let may_arrive = leg.status == LegStatus::Planned;
        let found = self.look_up(leg, if may_arrive { self.since } else { Micros(0) }).await?;
        if found.as_ref().is_none_or(Order::is_final) {
            return Ok(found);
        }
        let cancelled = self.cancel_for_change(&id, conditional).await?;
        let open = ExchangeFailure::Unknown("an order that was replaced is still open".to_owned());
        cancelled.map(Some).ok_or(Halt::Later(open))
    }

    /// Cancels an order that a change replaces. The new order is open by then, so a refusal is tried again later.
    async fn cancel_for_change(&self, id: &str, conditional: bool) -> RunResult<Option<Order>> {
        match self.cancel(id, conditional).await {
            Err(Halt::Refused(failure)) if !matches!(failure, ExchangeFailure::Unauthorized) => {
                Err(Halt::Later(failure))
            }
            other => other,
        }
    }

    /// Cancels every opening order of the market, whether or not the desk sent it.
    async fn cancel_entries(&mut self) -> RunResult<()> {
        let mut opening = self.open_orders().await?;
        opening.retain(|order| !order.reduce_only);
        self.cancel_each(&opening).await.map(drop)
    }
}

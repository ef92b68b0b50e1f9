//! Increases an open position. Its stop covers the larger position before the order is sent, and the take-profits are
//! fitted to it afterwards. Like an entry, the order is never sent late.

use super::{
    plan::replace_targets,
    reduce::refitted,
    request::{Adding, TargetStep},
    trade_run::TradeRun,
};
use crate::{
    error::Error,
    trading::order::{
        intent::Intent,
        legs::Leg,
        protection::{BETWEEN_READINGS, READINGS_LAG, rules::Rule},
        run::{Halt, Run, RunResult},
        sharing::SharedPosition,
        side::entered_by,
    },
};
use domain::{Decimal, Micros, Order, order_failure::FailureCause, trade::fit_targets};
use exchange::ExchangeFailure;
use store::intent::LegStatus;

impl TradeRun<'_> {
    /// Increases the position of the trade.
    pub(super) async fn add(&self, adding: &Adding) -> RunResult<()> {
        let Some((mut trade, _)) = self.trade().await? else {
            // Nothing is added to a position that has ended. What was added before that is done.
            let trade = Intent::load(self.desk, self.id).await?;
            let order = trade.as_ref().and_then(|trade| trade.leg_order(adding.leg));
            let added = order.is_some_and(|order| !order.filled.is_zero());
            return if added { Ok(()) } else { Err(refused(FailureCause::PositionEnded)) };
        };
        let mut run = Run::new(self.desk, self.who, &mut trade, self.resumed).await?;
        let outcome = run.add(adding).await;
        trade.save(self.desk).await?;
        outcome
    }
}

impl Run<'_> {
    async fn add(&mut self, adding: &Adding) -> RunResult<()> {
        let leg = self.addition(adding)?;
        let new = leg.status == LegStatus::Planned && !self.resumed;
        if new && Rule::StopGrowsFirst.holds() {
            let grown = self.change_stop(adding.stop).await;
            if matches!(grown, Err(Halt::Refused(_))) {
                self.intent.mark(adding.leg, LegStatus::Skipped, None);
            }
            grown?;
        }
        let order = self.added(adding, leg).await?;
        self.intent.mark(adding.leg, LegStatus::Placed, Some(order.clone()));
        self.intent.save_progress(self.desk).await?;
        if !order.is_final() {
            return Err(Halt::Later(ExchangeFailure::Unknown("the order has not filled yet".to_owned())));
        }
        if order.filled.is_zero() {
            return Err(refused(FailureCause::NoFill));
        }
        // It may have been interrupted. If it is refused now, the supervisor covers what has no stop.
        match self.change_stop(adding.stop).await {
            Ok(()) | Err(Halt::Refused(_)) => {}
            Err(halt) => return Err(halt),
        }
        match self.grow_targets(adding, order.filled).await {
            // A request that is repeated must not add again.
            Err(Halt::Refused(failure)) => Err(Halt::Later(failure)),
            grown => grown,
        }
    }

    fn addition(&self, adding: &Adding) -> RunResult<Leg> {
        Ok(self.intent.leg(adding.leg).cloned().ok_or_else(|| Error::fault("an addition has no leg"))?)
    }

    /// Sends the order, or determines its outcome. An order that certainly never arrived is given up.
    async fn added(&mut self, adding: &Adding, leg: Leg) -> RunResult<Order> {
        let known = match leg.status {
            LegStatus::Placed => {
                let ended = leg.placed.as_ref().is_some_and(Order::is_final);
                let found = if ended { None } else { self.look_up(&leg, Micros(0)).await? };
                found.or(leg.placed)
            }
            LegStatus::Planned if self.resumed => match self.look_up(&leg, self.since).await? {
                Some(order) => Some(order),
                None => self.evidence_of_addition(adding, &leg).await?,
            },
            LegStatus::Planned => match self.send(adding.leg).await {
                Ok(order) => Some(order),
                // A lookup may lag behind the order.
                Err(Halt::Refused(failure)) if !failure.nothing_happened() => {
                    self.evidence_of_addition(adding, &leg).await?
                }
                Err(halt) => return Err(halt),
            },
            LegStatus::Refused | LegStatus::Skipped | LegStatus::Done => None,
        };
        if known.is_none() && leg.status == LegStatus::Planned {
            self.intent.mark(adding.leg, LegStatus::Skipped, None);
        }
        known.ok_or_else(|| refused(FailureCause::NeverSent))
    }

    /// Looks for evidence of an order that the exchange does not find by its id: a position that is as large as
    /// requested. Its price follows from the averages before and after.
    async fn evidence_of_addition(&self, adding: &Adding, leg: &Leg) -> RunResult<Option<Order>> {
        let position = self.position_of(self.intent).await?;
        let (Some(planned), Some(position)) = (&leg.order, position) else { return Ok(None) };
        let grown = position.contracts - adding.held;
        if entered_by(position.side) != adding.side || grown < adding.amount {
            return Ok(None);
        }
        // The average of a shared position is that of all its trades.
        let shared = SharedPosition::load(self.desk, self.intent).await?.is_some();
        let before = adding.price.checked_mul(adding.held);
        let cost = position.entry_price.checked_mul(position.contracts).zip(before);
        let average = cost
            .filter(|_| !shared)
            .and_then(|(after, before)| after.checked_sub(before)?.checked_div(grown));
        let id = self.intent.client_id(leg.seq);
        let assumed = {
            let hedged = self.slot.is_hedged();
            planned.assumed_filled(id, &self.intent.symbol, hedged, self.desk.clock.now())
        };
        Ok(Some(Order { average, ..assumed }))
    }

    /// Returns how much of the `expected` position the exchange reports, once its reads no longer lag behind the addition.
    /// The owner may have closed a part of it meanwhile.
    pub(in crate::trading::order) async fn held_of(&self, expected: Decimal) -> RunResult<Decimal> {
        let (side, began) = (self.intent.entry_side(), self.desk.clock.boot());
        loop {
            let position = self.position_of(self.intent).await?;
            let position = position.filter(|position| Some(entered_by(position.side)) == side);
            let held = position.map_or(Decimal::ZERO, |position| position.contracts);
            if held >= expected || self.desk.clock.boot().since(began) >= READINGS_LAG {
                return Ok(held.min(expected));
            }
            self.desk.clock.sleep(BETWEEN_READINGS).await;
        }
    }

    /// Replaces the take-profits by ones that share the larger position as before.
    async fn grow_targets(&mut self, adding: &Adding, added: Decimal) -> RunResult<()> {
        if adding.targets.is_empty() {
            return Ok(());
        }
        let is_old = |leg: &Leg| adding.targets.contains(&leg.seq);
        if self.intent.wanted_targets().all(is_old) {
            let open = self.open_orders().await?;
            let (kept, _) = self.unfilled_targets(&open).await?;
            if kept.is_empty() {
                return Ok(());
            }
            let amounts: Vec<Decimal> = kept.iter().map(|(amount, _)| *amount).collect();
            let held = self.held_of(adding.own + added).await?;
            let fitted = fit_targets(&amounts, adding.own, held, &self.market);
            replace_targets(self.intent, &refitted(&kept, fitted))?;
            self.intent.save_progress(self.desk).await?;
        }
        let new = self.intent.wanted_targets().filter(|leg| !is_old(leg)).map(|leg| leg.seq).collect();
        self.change_targets(&TargetStep { old: adding.targets.clone(), new }).await
    }
}

fn refused(why: FailureCause) -> Halt {
    Halt::Refused(ExchangeFailure::of_cause(why))
}

//! Places and cancels the orders of one share of a spot trade.

use super::plan::{OpenShare, Share};
use crate::{
    error::{Error, Result},
    trading::{
        market,
        order::{
            intent::Intent,
            legs::{Leg, PlannedOrder, Role},
            run::{Halt, Run, RunResult},
        },
    },
};
use domain::{Decimal, Micros, Order, OrderType, TradeType, dec, live::LiveEventKind, money};
use exchange::ExchangeFailure;
use store::intent::LegStatus;

/// The limit price of a stop on a market that takes no market stops, as a share of its trigger price. A gap beyond it is
/// handled like that of any stop-limit order: what does not fill is sold at market.
const LIMIT: Decimal = dec!(0.99);

impl Run<'_> {
    /// Plans the orders of a share, writes them to the database, and sends them. A refused take-profit is reported, and its
    /// coins belong to the rest from then on.
    pub(super) async fn place_share(&mut self, share: &Share) -> RunResult<()> {
        let stop = match &share.stop {
            Some(order) => Some(self.plan_stop(order, share.amount).await?),
            None => None,
        };
        let target = match &share.target {
            Some(target) => Some(self.plan_target(target.leg, share.amount)?),
            None => None,
        };
        if let Some(leg) = self.intent.legs.iter_mut().find(|leg| Some(leg.seq) == target) {
            leg.spot.pair = stop;
        }
        self.intent.save_progress(self.desk).await?;
        let sent = match (stop, target) {
            (Some(stop), Some(target)) => self.send_pair(stop, target).await,
            (Some(stop), None) => self.send_stop(stop).await,
            (None, Some(target)) => self.send_target(target).await,
            (None, None) => Ok(()),
        };
        if matches!(sent, Err(Halt::Later(_))) {
            self.note_unknown([stop, target]);
        }
        self.intent.save_progress(self.desk).await?;
        sent
    }

    /// Records that the orders of these legs may have arrived, so that this run looks them up as well: one that has sold
    /// unseen would otherwise be sold again, from other coins of the account.
    fn note_unknown(&mut self, sent: [Option<u16>; 2]) {
        let now = self.desk.clock.now();
        self.resumed = true;
        for leg in self.intent.legs.iter_mut().filter(|leg| sent.contains(&Some(leg.seq))) {
            leg.changed_at = Some(now);
        }
    }

    async fn send_stop(&mut self, stop: u16) -> RunResult<()> {
        match self.send(stop).await {
            Err(Halt::Refused(failure)) if failure.is_duplicate() => Err(Halt::Later(failure)),
            Err(Halt::Refused(failure)) if failure.lacks_balance() => {
                self.intent.keep_wanted(stop, &failure);
                Err(Halt::Refused(failure))
            }
            sent => sent.map(drop),
        }
    }

    async fn send_target(&mut self, target: u16) -> RunResult<()> {
        match self.send(target).await {
            Err(Halt::Refused(failure)) if failure.is_duplicate() => Err(Halt::Later(failure)),
            Err(Halt::Refused(failure)) if failure.lacks_balance() => {
                self.intent.keep_wanted(target, &failure);
                Err(Halt::Refused(failure))
            }
            Err(Halt::Refused(failure @ ExchangeFailure::Refused { .. })) => {
                self.report_refused_target(target, &failure).await
            }
            sent => sent.map(drop),
        }
    }

    /// Sends a pair. If it is refused, the price decides which of the two is refused.
    async fn send_pair(&mut self, stop: u16, target: u16) -> RunResult<()> {
        let leg = |seq| self.intent.leg(seq).cloned().ok_or_else(|| Error::fault("a pair lacks a leg"));
        let (below, above) = (leg(stop)?, leg(target)?);
        match self.attempt_pair(&above, &below).await {
            Ok((above, below)) => {
                self.intent.mark(target, LegStatus::Placed, Some(above));
                self.intent.mark(stop, LegStatus::Placed, below);
                Ok(())
            }
            Err(Halt::Refused(failure)) if failure.is_duplicate() => Err(Halt::Later(failure)),
            Err(Halt::Refused(failure)) if failure.lacks_balance() => {
                self.intent.keep_wanted(target, &failure);
                self.intent.keep_wanted(stop, &failure);
                Err(Halt::Refused(failure))
            }
            Err(Halt::Refused(failure @ ExchangeFailure::Refused { .. })) => {
                let trigger = below.order.as_ref().and_then(|order| order.stop_price);
                let last = market::last_price(self.desk, TradeType::Spot, &self.intent.symbol).await;
                if last.is_ok_and(|last| trigger.is_some_and(|trigger| trigger >= last)) {
                    self.intent.keep_wanted(target, &failure);
                    self.intent.refuse(stop, &failure);
                    return Err(Halt::Refused(failure));
                }
                self.intent.keep_wanted(stop, &failure);
                self.report_refused_target(target, &failure).await
            }
            Err(halt) => Err(halt),
        }
    }

    /// Sends a pair and waits for its outcome. An unknown one is looked up until it is certain: on spot an id can be used again
    /// once its order has ended, so that a pair which is sent twice could sell twice.
    async fn attempt_pair(&self, target: &Leg, stop: &Leg) -> RunResult<(Order, Option<Order>)> {
        let request = |leg: &Leg| {
            let planned =
                leg.order.as_ref().ok_or_else(|| Error::fault("a leg was sent without an order"))?;
            let id = self.intent.client_id(leg.seq);
            Ok::<_, Error>(planned.request(id, leg.role, self.intent.trade_type, &self.intent.symbol))
        };
        let (above, below) = (request(target)?, request(stop)?);
        let mut tries = self.tries();
        loop {
            let placed = match self.desk.validity_in(self.intent.tenure).await {
                Ok(validity) => self.desk.exchange.place_pair(self.who, &above, &below, validity).await,
                Err(failure) => Err(failure),
            };
            let failure = match placed {
                Ok((above, below)) => return Ok((above, Some(below))),
                Err(failure) => failure,
            };
            if matches!(failure, ExchangeFailure::Unknown(_))
                && let Some(above) = self.look_up(target, self.desk.clock.boot()).await?
            {
                return Ok((above, self.look_up(stop, Micros(0)).await?));
            }
            self.pause_or_halt(failure, &mut tries).await?;
        }
    }

    pub(super) async fn report_refused_target(
        &mut self,
        target: u16,
        failure: &ExchangeFailure,
    ) -> RunResult<()> {
        self.intent.refuse(target, failure);
        let what = LiveEventKind::TargetRefused(self.intent.symbol.clone(), failure.into());
        Ok(self.notify_pages(what).await?)
    }

    /// Plans a stop for `amount`. The wanted stop itself is used if it was not sent yet.
    async fn plan_stop(&mut self, wanted: &PlannedOrder, amount: Decimal) -> RunResult<u16> {
        let mut order = PlannedOrder { amount: Some(amount), ..wanted.clone() };
        if order.kind == OrderType::StopMarket && !self.takes_market_stops().await {
            let limit = order.stop_price.and_then(|trigger| trigger.checked_mul(LIMIT));
            order.price = limit.map(|limit| money::floor_to(limit, self.market.tick));
            order.kind = OrderType::Stop;
        }
        let unsent = self.intent.wanted_stop_leg().filter(|leg| self.is_unsent(leg)).map(|leg| leg.seq);
        let seq = unsent.or_else(|| self.intent.next_stop());
        let seq = seq.ok_or_else(|| Error::fault("an intent has no stop orders left"))?;
        self.intent.plan_again(seq, Role::Stop, order);
        Ok(seq)
    }

    /// Whether the market takes stops that become market orders. If that cannot be read, it is found out.
    async fn takes_market_stops(&self) -> bool {
        self.desk.exchange.takes_market_stops(TradeType::Spot, &self.intent.symbol).await.unwrap_or(true)
    }

    /// Plans a take-profit for `amount` in place of the wanted one, which is used itself if it was not sent yet.
    fn plan_target(&mut self, wanted: u16, amount: Decimal) -> Result<u16> {
        let leg = self.intent.leg(wanted).cloned().ok_or_else(|| Error::fault("a take-profit has no leg"))?;
        let order = leg.order.clone().map(|order| PlannedOrder { amount: Some(amount), ..order });
        let order = order.ok_or_else(|| Error::fault("a take-profit has no order"))?;
        if self.is_unsent(&leg) {
            self.intent.plan_again(wanted, Role::Target, order);
            return Ok(wanted);
        }
        self.intent.replace_target(wanted, order)
    }

    /// Cancels the orders of a share: those of a pair end together. A take-profit that is still wanted is planned again
    /// before, so that it is not lost if this process is killed.
    pub(super) async fn cancel_share(&mut self, share: &OpenShare) -> RunResult<()> {
        if let Some(seq) = share.target_leg
            && let Some(leg) = self.intent.leg(seq).filter(|leg| leg.status == LegStatus::Placed).cloned()
            && let Some(order) = leg.order
        {
            self.intent.replace_target(seq, PlannedOrder { amount: Some(share.amount), ..order })?;
            self.intent.save_progress(self.desk).await?;
        }
        let Some(seq) = share.target_leg.or(share.stop_leg) else { return Ok(()) };
        let id = self.intent.client_id(seq);
        // A list of open orders may lag behind its cancellation.
        if self.cancel_share_order(&id).await?.is_none() {
            self.pause_between_readings().await?;
        }
        Ok(())
    }

    /// Cancels by one order of the share. A refusal leaves what is open as it is, to be tried again.
    async fn cancel_share_order(&self, id: &str) -> RunResult<Option<Order>> {
        match self.cancel(id, true).await {
            Err(Halt::Refused(failure @ ExchangeFailure::Refused { .. })) => Err(Halt::Later(failure)),
            other => other,
        }
    }
}

impl Intent {
    /// Plans a leg, also one whose order was refused before.
    pub(super) fn plan_again(&mut self, seq: u16, role: Role, order: PlannedOrder) {
        self.plan(seq, role, order);
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.seq == seq) {
            leg.failure = None;
            // It is written before it is sent, and not sent before that.
            leg.changed_at = None;
        }
    }

    /// Records that the exchange refused a leg which is still wanted: its coins are not free.
    fn keep_wanted(&mut self, seq: u16, failure: &ExchangeFailure) {
        self.refuse(seq, failure);
        self.mark(seq, LegStatus::Planned, None);
    }

    /// Gives a take-profit another amount. One that may be open is planned again.
    pub(in crate::trading::order) fn resize_target(&mut self, seq: u16, amount: Decimal) -> Result<()> {
        let order = self.leg(seq).and_then(|leg| leg.order.clone());
        match order {
            Some(_) if amount.is_zero() => self.mark(seq, LegStatus::Done, None),
            Some(order) => drop(self.replace_target(seq, PlannedOrder { amount: Some(amount), ..order })?),
            None => {}
        }
        Ok(())
    }

    /// Plans a take-profit in place of another one. Returns its number.
    fn replace_target(&mut self, old: u16, order: PlannedOrder) -> Result<u16> {
        let next = self.next_target().ok_or_else(|| Error::fault("a trade has no take-profits left"))?;
        self.mark(old, LegStatus::Done, None);
        self.plan_again(next, Role::Target, order);
        Ok(next)
    }
}

//! Sends the requests of one intent and determines their outcome. An unknown outcome is looked up by client
//! order id, and the request is never blindly sent again; a request that may still be on its way is waited
//! for until the exchange would reject it as too old.

use super::{
    change::Reducing,
    intent::{Intent, Request},
    legs::{Leg, PlannedOrder, Role},
    run::{Halt, Run, RunResult},
    seq,
    side::entered_by,
};
use crate::error::Error;
use domain::{Decimal, Micros, Order, OrderType, Position, Side, time};
use exchange::{ExchangeFailure, OrderRequest};
use std::time::Duration;
use store::{
    intent::LegStatus,
    protection::{self, Protection},
};

/// After this long a sent request can no longer take effect: the longest validity, plus the one second by
/// which the exchange's clock may differ from our estimate.
pub(super) const CERTAIN: i64 = 6 * time::SECOND;
/// The first pause between two tries. Pauses double.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A retry schedule with growing pauses and a deadline.
pub(super) struct Tries {
    deadline: Micros,
    pause: Duration,
}

impl Run<'_> {
    /// Starts a retry schedule that ends with this run's patience.
    pub(super) fn tries(&self) -> Tries {
        Tries { deadline: self.since.plus(self.patience), pause: PAUSE }
    }

    /// After a transient failure, pauses and returns until the deadline has passed. Any other failure ends
    /// the step, and so does the end of the tenure in which the intent was claimed: the instance that claims it next can send.
    pub(super) async fn pause_or_halt(&self, failure: ExchangeFailure, tries: &mut Tries) -> RunResult<()> {
        if !failure.passing() {
            return Err(Halt::Refused(failure));
        }
        let left = tries.deadline.since(self.desk.clock.boot());
        if left <= 0 || self.desk.has_ended(self.intent.tenure) {
            return Err(Halt::Later(failure));
        }
        let least = match failure {
            ExchangeFailure::Limited(wait) => wait.min(LONGEST_PAUSE),
            // Only its validity had ended; a new one is available immediately.
            ExchangeFailure::Expired => Duration::from_millis(10),
            _ => Duration::ZERO,
        };
        // The last try happens at the deadline, not a pause after it.
        let pause = least.max(tries.pause).min(Duration::from_micros(left.unsigned_abs()));
        self.notify_of_missing_stop(pause).await?;
        self.desk.clock.sleep(pause).await;
        tries.pause = (tries.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }

    /// Sends one planned leg, waits for its outcome and records it.
    pub(super) async fn send(&mut self, seq: u16) -> RunResult<Order> {
        let leg = self.intent.leg(seq).cloned().ok_or_else(|| Error::fault(format!("no leg {seq}")))?;
        match self.attempt(&leg).await {
            Ok(order) => {
                self.intent.mark(seq, LegStatus::Placed, Some(order.clone()));
                Ok(order)
            }
            Err(Halt::Refused(failure)) => {
                // After an unknown outcome the order may still appear at the exchange, and a stop with the same id
                // is there already, so the leg stays planned.
                let exists = leg.is_protective() && failure.is_duplicate();
                if failure.nothing_happened() && !exists {
                    self.intent.refuse(seq, &failure);
                }
                Err(Halt::Refused(failure))
            }
            Err(other) => Err(other),
        }
    }

    /// Does the same as [`Self::send`] without recording anything, so that several legs can be sent
    /// concurrently.
    pub(super) async fn attempt(&self, leg: &Leg) -> RunResult<Order> {
        let planned = leg.order.as_ref().ok_or_else(|| Error::fault("a leg was sent without an order"))?;
        let intent = &self.intent;
        let request = planned.request(
            intent.client_id(leg.seq),
            leg.role,
            (intent.trade_type, intent.slot.is_hedged()),
            &intent.symbol,
        );
        let mut tries = self.tries();
        // An earlier holder may have sent it, or an earlier try may have arrived after all.
        let mut may_exist = self.resumed;
        loop {
            self.still_fresh(leg)?;
            let failure = match self.place(&request).await {
                Ok(order) => return Ok(order),
                Err(failure) => failure,
            };
            match &failure {
                ExchangeFailure::Unknown(_) => {
                    may_exist = true;
                    // The request was signed no later than now. A protective order is sent again under the
                    // same id without waiting until the first certainly did not arrive: the exchange rejects
                    // one of the two.
                    let signed_by = if leg.is_protective() { Micros(0) } else { self.desk.clock.boot() };
                    if let Some(order) = self.look_up(leg, signed_by).await? {
                        return Ok(order);
                    }
                    if leg.role == Role::Entry
                        && let Some(order) = self.evidence_of_entry(leg).await?
                    {
                        return Ok(order);
                    }
                    if let Some(order) = self.evidence_of_reduction(leg).await? {
                        return Ok(order);
                    }
                    // The request certainly had no effect. Entries are not sent late; protective and closing
                    // orders are.
                    let late = leg.role == Role::Add
                        || (leg.role == Role::Entry && !intent.still_wanted(self.desk.clock.now()));
                    if late {
                        return Err(Halt::Refused(failure));
                    }
                }
                ExchangeFailure::Refused { .. } if may_exist => {
                    let found = self.look_up(leg, Micros(0)).await?;
                    return found.ok_or(Halt::Refused(failure));
                }
                _ => {}
            }
            self.pause_or_halt(failure, &mut tries).await?;
        }
    }

    async fn place(&self, request: &OrderRequest) -> exchange::ExchangeResult<Order> {
        let validity = self.desk.validity_in(self.intent.tenure).await?;
        self.desk.exchange.place(self.who, request, validity).await
    }

    /// Looks up the order of a leg that was signed no later than `signed_by` (boot time); `None` if it
    /// certainly never arrived.
    pub(super) async fn look_up(&self, leg: &Leg, signed_by: Micros) -> RunResult<Option<Order>> {
        let Some(planned) = &leg.order else { return Ok(None) };
        let id = self.intent.client_id(leg.seq);
        self.find(&id, planned.kind.conditional(), signed_by).await
    }

    /// Looks for evidence of an entry that the exchange does not find by its id, in the open orders and the
    /// position. Order lookups lag behind the order for a while, and a position without a stop must not be
    /// overlooked.
    pub(super) async fn evidence_of_entry(&self, leg: &Leg) -> RunResult<Option<Order>> {
        let Some(planned) = &leg.order else { return Ok(None) };
        let id = self.intent.client_id(leg.seq);
        if let Some(order) = self.open_orders().await?.into_iter().find(|order| order.client_order_id == id) {
            return Ok(Some(order));
        }
        let (db, own) = (&self.desk.db, self.intent.id);
        let row = protection::get_protection(db, own).await.map_err(Error::from)?;
        if let Some(before) = row.and_then(|row| row.held_before) {
            return self.evidence_of_growth(planned, id, before.0).await;
        }
        if self.follows_open_position(planned.side).await? {
            return Ok(None);
        }
        let position = self.position().await?.filter(|position| {
            let most = planned.amount.unwrap_or(position.contracts);
            entered_by(position.side) == planned.side && position.contracts <= most
        });
        Ok(position.map(|position| planned.filled_as(id, &self.intent.symbol, &position)))
    }

    /// Looks for evidence of an entry beside other trades: a position that has grown by all of it since. Its price is not known.
    /// The entries of other trades may have filled meanwhile, so this is no evidence of an order that rests.
    async fn evidence_of_growth(
        &self,
        planned: &PlannedOrder,
        id: String,
        before: Decimal,
    ) -> RunResult<Option<Order>> {
        let Some(amount) = planned.amount.filter(|_| planned.kind == OrderType::Market) else {
            return Ok(None);
        };
        let position = self.position().await?.filter(|position| entered_by(position.side) == planned.side);
        let grown = position.is_some_and(|position| position.contracts - before >= amount);
        let hedged = self.slot.is_hedged();
        let assumed = || planned.assumed_filled(id, &self.intent.symbol, hedged, self.desk.clock.now());
        Ok(grown.then(assumed))
    }

    /// Looks for evidence of a partial close that the exchange does not find by its id: a position that is
    /// already as small as requested. Sent again, it would close more than requested.
    async fn evidence_of_reduction(&self, leg: &Leg) -> RunResult<Option<Order>> {
        let (Request::Reduce(reducing), Role::Close) = (&self.intent.request, leg.role) else {
            return Ok(None);
        };
        let Some(planned) = &leg.order else { return Ok(None) };
        let position = self.position_to_close().await?;
        let held = position.map_or(Decimal::ZERO, |position| position.contracts);
        let id = self.intent.client_id(leg.seq);
        let hedged = self.slot.is_hedged();
        let assumed = || planned.assumed_filled(id, &self.intent.symbol, hedged, self.desk.clock.now());
        Ok((held <= reducing.left).then(assumed))
    }

    /// Returns the position that this intent closes or reduces: of a shared one, all but the parts of other trades than the one
    /// that it reduces.
    pub(super) async fn position_to_close(&self) -> RunResult<Option<Position>> {
        let Request::Reduce(Reducing { trade: Some(trade), .. }) = &self.intent.request else {
            return self.position().await;
        };
        match Intent::load(self.desk, *trade).await? {
            Some(trade) => self.position_of(&trade).await,
            None => self.position().await,
        }
    }

    /// Returns whether an earlier entry of this desk on the same side may still be open, because this intent has
    /// not closed it. An open position is then no evidence of this intent's entry.
    async fn follows_open_position(&self, side: Side) -> RunResult<bool> {
        let close = self.intent.leg_order(seq::CLOSE);
        if close.is_some_and(|order| !order.filled.is_zero()) {
            return Ok(false);
        }
        let (key, symbol) = (self.intent.key, &self.intent.symbol);
        let rows = protection::of_position(&self.desk.db, key, symbol, self.slot).await;
        let rows = rows.map_err(Error::from)?;
        let open = |row: &Protection| row.entered_at.is_some() && row.ended_at.is_none();
        Ok(rows.iter().any(|row| row.intent_id != self.intent.id && row.side == side && open(row)))
    }

    /// Does the same as [`Self::look_up`], by client order id.
    pub(super) async fn find(
        &self,
        id: &str,
        conditional: bool,
        signed_by: Micros,
    ) -> RunResult<Option<Order>> {
        let (kind, symbol) = (self.intent.trade_type, &self.intent.symbol);
        let certain = signed_by.plus(CERTAIN);
        let mut tries = self.tries();
        loop {
            let asked_at = self.desk.clock.boot();
            match self.desk.exchange.find_order(self.who, kind, symbol, id, conditional).await {
                Ok(Some(order)) => return Ok(Some(order)),
                Ok(None) if asked_at >= certain => return Ok(None),
                Ok(None) => self.desk.clock.sleep(PAUSE).await,
                Err(failure) => self.pause_or_halt(failure, &mut tries).await?,
            }
        }
    }

    /// Fails while the account is under review, when the desk must not cancel or close anything on its own:
    /// the exchange and the database disagree, and no operator has confirmed it yet. Closing requests that
    /// the owner made since then proceed.
    pub(super) fn may_cancel_and_close(&self) -> RunResult<()> {
        let Some(since) = self.desk.reviews.since(self.intent.key) else { return Ok(()) };
        let closes = match &self.intent.request {
            Request::Close | Request::Panic => true,
            Request::Reduce(_) => !self.intent.request.copies(),
            _ => false,
        };
        if closes && (!self.resumed || self.intent.created_at >= since) {
            return Ok(());
        }
        Err(Halt::Later(ExchangeFailure::Unknown("the account is under review".to_owned())))
    }

    /// Cancels one order by its client order id and waits until it is certainly no longer open. Returns its
    /// last state, if the exchange reports it.
    pub(super) async fn cancel(&self, id: &str, conditional: bool) -> RunResult<Option<Order>> {
        self.may_cancel_and_close()?;
        let (kind, symbol) = (self.intent.trade_type, &self.intent.symbol);
        let mut tries = self.tries();
        loop {
            let answer = match self.desk.validity_in(self.intent.tenure).await {
                Ok(validity) => {
                    self.desk.exchange.cancel(self.who, kind, symbol, id, conditional, validity).await
                }
                Err(failure) => Err(failure),
            };
            match answer {
                Ok(cancelled) => return Ok(cancelled),
                // It may have been cancelled; if the order is seen ended, there is no need to retry.
                // Cancelling twice by id is harmless, and a late cancel affects no other order.
                Err(failure @ ExchangeFailure::Unknown(_)) => {
                    let found = self.desk.exchange.find_order(self.who, kind, symbol, id, conditional).await;
                    if let Ok(Some(order)) = found
                        && order.is_final()
                    {
                        return Ok(Some(order));
                    }
                    self.pause_or_halt(failure, &mut tries).await?;
                }
                Err(failure) => self.pause_or_halt(failure, &mut tries).await?,
            }
        }
    }

    /// Returns the position that this run works on. A run that clears the market fails if the market's positions show that
    /// the account is in another position mode than the intent was planned for: they would be left open.
    pub(super) async fn position(&self) -> RunResult<Option<Position>> {
        let mut tries = self.tries();
        loop {
            match self.desk.exchange.positions_for_stop(self.who, &self.intent.symbol).await {
                Ok(open) => {
                    let hedged = self.slot.is_hedged();
                    if self.clears && open.iter().any(|held| held.position_side.is_hedged() != hedged) {
                        return Err(Halt::Refused(ExchangeFailure::of_mode()));
                    }
                    return Ok(open.into_iter().find(|held| held.position_side == self.slot));
                }
                Err(failure) => self.pause_or_halt(failure, &mut tries).await?,
            }
        }
    }

    /// Returns the open orders of the position that this run works on, conditional ones included.
    pub(super) async fn open_orders(&self) -> RunResult<Vec<Order>> {
        let mut tries = self.tries();
        loop {
            match self.desk.exchange.open_orders_for_stop(self.who, &self.intent.symbol).await {
                Ok(mut all) => {
                    all.retain(|order| order.position_side == self.slot);
                    return Ok(all);
                }
                Err(failure) => self.pause_or_halt(failure, &mut tries).await?,
            }
        }
    }
}

//! OCO entries: a limit order and a stop order of the same side, of which the first fill, also a partial one, cancels the
//! other. No exchange links futures orders, so the desk cancels it: while no instance runs, or in one jump of the price, both
//! can fill. Then what exceeds the amount of the trade is closed at market, and its owner is notified.
//!
//! The stop is placed before anything else is done about a fill, so that what has filled is always protected.

use super::{
    close::Share,
    legs::{Leg, Role},
    protection::rules::Rule,
    recover::FORGOTTEN,
    run::{Halt, Run, RunResult},
    seq,
};
use crate::{
    error::Result,
    messaging::notify::{Notification, NotificationEvent},
};
use domain::{Decimal, Micros, Order, order_failure::FailureCause};
use exchange::ExchangeFailure;
use store::intent::{LegStatus, Status};

impl Run<'_> {
    /// Sends both orders of a new OCO entry. Without the stop order the limit order is cancelled, too: one alone is not what
    /// was requested.
    pub(super) async fn enter_oco(&mut self) -> RunResult<()> {
        let limit = self.send(seq::ENTRY).await?;
        if limit.is_final() || !limit.filled.is_zero() {
            self.intent.mark(seq::SECOND_ENTRY, LegStatus::Skipped, None);
            return self.settle_oco().await;
        }
        match self.send(seq::SECOND_ENTRY).await {
            Ok(_) => self.settle_oco().await,
            Err(Halt::Refused(failure)) => self.abandon_oco(failure).await,
            Err(other) => Err(other),
        }
    }

    /// Resumes an OCO entry: finds out what the exchange has of its two orders. Returns `false` if neither arrived.
    pub(super) async fn resume_oco(&mut self) -> RunResult<bool> {
        let known = self.known_entries();
        let missing = self.find_entries().await?;
        if !missing.is_empty() && self.intent.filled_entry().is_some() {
            // A fill has its stop before it is waited for the other order.
            if self.resume_stop(true).await? {
                return Ok(true);
            }
        }
        self.find_missing_entries(missing).await?;
        if self.intent.entry_legs().all(|leg| leg.placed.is_none()) {
            return Ok(false);
        }
        let changed = known != self.known_entries();
        let filled = self.intent.filled_entry().is_some();
        let resting = self.intent.resting_entries().count();
        let one_fills = resting == 1 && !self.intent.has_entered_all();
        let waits = self.intent.status == Status::Waiting && resting > 0 && (!filled || one_fills);
        if waits && !changed && self.intent.has_its_stop() {
            return Ok(true);
        }
        let lacks = |leg: &Leg| matches!(leg.status, LegStatus::Refused | LegStatus::Skipped);
        if !filled && resting > 0 && self.intent.entry_legs().any(lacks) {
            self.abandon_oco(ExchangeFailure::of_cause(FailureCause::NeverSent)).await?;
            return Ok(true);
        }
        if self.resume_stop(changed).await? {
            return Ok(true);
        }
        self.settle_oco().await?;
        Ok(true)
    }

    /// Places the stop of what has filled, unless an earlier holder decided that it is closed. `changed` means that something has
    /// filled since the stop was placed. Returns whether the trade is complete.
    async fn resume_stop(&mut self, changed: bool) -> RunResult<bool> {
        self.fill_is_old = !changed && self.intent.has_its_stop();
        self.find_unsent().await?;
        if self.close_if_wanted().await? {
            return Ok(true);
        }
        if self.intent.filled_entry().is_some() {
            self.ensure_stop().await?;
        }
        Ok(false)
    }

    /// Protects what has filled, cancels the other order, and closes what both filled beyond the amount.
    async fn settle_oco(&mut self) -> RunResult<()> {
        if let Some(first) = self.intent.filled_entry_leg().map(|leg| leg.seq) {
            self.ensure_stop().await?;
            // The rest of the first order is not needed either once both have filled all that was ordered.
            let needed = |leg: &&Leg| leg.seq == first && !self.intent.has_entered_all();
            let others: Vec<Leg> =
                self.intent.resting_entries().filter(|leg| !needed(leg)).cloned().collect();
            if Rule::FirstFillCancelsOther.holds() {
                for leg in &others {
                    self.end_entry_leg(leg).await?;
                }
            }
            if !self.intent.entry_rests() {
                self.close_excess().await?;
            }
        }
        let filled = self.intent.entered().unwrap_or_default();
        self.protect_filled(filled, !self.intent.entry_rests()).await
    }

    /// Cancels the order that arrived alone. If it has filled meanwhile, the trade continues with it.
    async fn abandon_oco(&mut self, failure: ExchangeFailure) -> RunResult<()> {
        let resting: Vec<Leg> =
            self.intent.resting_entries().filter(|leg| leg.placed.is_some()).cloned().collect();
        for leg in &resting {
            self.end_entry_leg(leg).await?;
        }
        if self.intent.filled_entry().is_none() {
            return Err(Halt::Refused(failure));
        }
        let unsent: Vec<Leg> = self.intent.resting_entries().cloned().collect();
        for leg in &unsent {
            self.end_entry_leg(leg).await?;
        }
        self.settle_oco().await
    }

    /// Cancels an order of the entry, and records its last state: it may have filled before.
    async fn end_entry_leg(&mut self, leg: &Leg) -> RunResult<()> {
        match self.cancel_leg(leg).await? {
            Some(order) if order.is_final() => self.intent.mark(leg.seq, LegStatus::Placed, Some(order)),
            None if leg.placed.is_none() => self.intent.mark(leg.seq, LegStatus::Skipped, None),
            // It is looked up again: reads may lag behind the cancel.
            _ => {
                let words = "the other order of an OCO entry has not ended yet".to_owned();
                return Err(Halt::Later(ExchangeFailure::Unknown(words)));
            }
        }
        Ok(self.intent.save_progress(self.desk).await?)
    }

    /// Closes what both orders filled beyond the amount of the trade.
    async fn close_excess(&mut self) -> RunResult<()> {
        let (over, closed) = (self.intent.overfilled(), self.intent.closed_excess());
        let Some(side) = self.intent.entry_side().filter(|_| over > closed) else { return Ok(()) };
        if !Rule::ExcessIsClosed.holds() {
            return Ok(());
        }
        self.notify_of_both(over).await?;
        // Reads may lag behind the fills. What the stop or the owner has closed meanwhile is not closed again.
        let expected = self.intent.entered().unwrap_or_default();
        if self.held_of(expected).await?.is_zero() {
            return Ok(());
        }
        // A resumed close finds and counts its earlier orders itself.
        let amount = if self.resumed { over } else { over - closed };
        self.close_out(Share::Of(side, amount), Role::Excess).await?;
        Ok(self.intent.save_progress(self.desk).await?)
    }

    /// Notifies the owner once that both orders filled.
    async fn notify_of_both(&self, amount: Decimal) -> Result<()> {
        let (desk, intent) = (self.desk, &*self.intent);
        let event = NotificationEvent::BothFilled {
            key: intent.key,
            symbol: intent.symbol.clone(),
            amount,
            copy: intent.copy(),
        };
        let once = format!("both-filled:{}", intent.id);
        let mut tx = desk.db.begin().await?;
        Notification::new(intent.user, once, &event, desk.clock.now())?.write(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// Looks up both orders, as far as they have not ended.
    ///
    /// Returns the legs of those that the exchange does not find, without waiting for requests on their way.
    async fn find_entries(&mut self) -> RunResult<Vec<u16>> {
        let mut missing = Vec::new();
        for leg in self.intent.resting_entries().cloned().collect::<Vec<_>>() {
            match self.look_up(&leg, Micros(0)).await? {
                Some(order) => self.intent.mark(leg.seq, LegStatus::Placed, Some(order)),
                None => missing.push(leg.seq),
            }
        }
        Ok(missing)
    }

    /// Determines the outcome of the orders of these legs, which the exchange did not find.
    async fn find_missing_entries(&mut self, missing: Vec<u16>) -> RunResult<()> {
        let is_missing = |leg: &&Leg| missing.contains(&leg.seq);
        let legs: Vec<Leg> = self.intent.resting_entries().filter(is_missing).cloned().collect();
        if legs.is_empty() {
            return Ok(());
        }
        // Lookups lag behind the list of open orders.
        let open = self.open_orders().await?;
        for leg in legs {
            let signed_by = if leg.placed.is_some() { Micros(0) } else { self.since };
            if let Some(order) = self.look_up(&leg, signed_by).await? {
                self.intent.mark(leg.seq, LegStatus::Placed, Some(order));
                continue;
            }
            let id = self.intent.client_id(leg.seq);
            if let Some(order) = open.iter().find(|order| order.client_order_id == id) {
                self.intent.mark(leg.seq, LegStatus::Placed, Some(order.clone()));
                continue;
            }
            // The position is evidence of one order only.
            let evidence = match self.intent.filled_entry() {
                None => self.evidence_of_entry(&leg).await?,
                Some(_) => None,
            };
            match (evidence, &leg.placed) {
                (Some(order), _) => self.intent.mark(leg.seq, LegStatus::Placed, Some(order)),
                (None, None) => self.intent.mark(leg.seq, LegStatus::Skipped, None),
                (None, Some(known)) if self.desk.clock.now().since(known.at) < FORGOTTEN => {
                    let words = "an order of an OCO entry was not found".to_owned();
                    return Err(Halt::Later(ExchangeFailure::Unknown(words)));
                }
                // It is given up, as if a sandbox account had been reset.
                (None, Some(_)) => self.intent.mark(leg.seq, LegStatus::Done, None),
            }
        }
        Ok(())
    }

    /// Returns what is known of both orders: their status and how much has filled.
    fn known_entries(&self) -> Vec<(LegStatus, Option<Order>)> {
        self.intent.entry_legs().map(|leg| (leg.status, leg.placed.clone())).collect()
    }
}

//! Working an intent leg by leg. Each step's outcome is known before the next begins; what is not known is looked up
//! by its client order id, never sent blindly again.

use super::{
    client_id,
    intent::{self, Intent},
    legs::{self, Leg, PlannedOrder, Role, seq},
};
use crate::{Desk, Error, Result, live, market};
use domain::{
    Decimal, Market, Micros, Order, Refusal,
    live::{Happening, What},
    time,
};
use exchange::{Credentials, Failure};
use std::time::Duration;
use store::intent::{LegStatus, Status};

/// A request signed before this long ago is refused by the exchange (`recvWindow`): what is not there by then never
/// will be.
const RECEIVE_WINDOW: i64 = 5 * time::SECOND;
/// How long unknown outcomes are looked up while the caller waits; the keeper goes on after that.
const PATIENCE: i64 = 12 * time::SECOND;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(250);

/// Why the work stopped before its end.
pub(super) enum Halt {
    /// The exchange said no: the intent has failed, with its words.
    Refused(Failure),
    /// Nothing can be known or done for the moment: the keeper goes on.
    Later(Failure),
    /// Something of ours broke.
    Fault(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

pub(super) type Step<T> = std::result::Result<T, Halt>;

/// One intent being worked. Only its holder (lease and turn) has one.
pub(super) struct Run<'a> {
    pub(super) desk: &'a Desk,
    pub(super) who: &'a Credentials,
    pub(super) intent: &'a mut Intent,
    pub(super) market: Market,
    /// When this work began, in boot time: nothing of an earlier holder was signed after it.
    pub(super) since: Micros,
    /// An earlier holder may have sent legs that it did not write down.
    pub(super) resumed: bool,
}

impl<'a> Run<'a> {
    pub(super) async fn new(
        desk: &'a Desk,
        who: &'a Credentials,
        intent: &'a mut Intent,
        resumed: bool,
    ) -> Result<Self> {
        let market = market::find(desk, intent.trade_type, &intent.symbol).await?;
        Ok(Self { desk, who, intent, market, since: desk.clock.boot(), resumed })
    }

    /// A fresh intent from its first leg on.
    pub(super) async fn fresh(&mut self) -> Step<()> {
        self.cancel_open_orders().await?;
        self.close_position().await?;
        if self.intent.leg(seq::ENTRY).is_none() {
            self.intent.status = Status::Done;
            return Ok(());
        }
        let entry = self.send(seq::ENTRY).await?;
        self.protect(&entry).await
    }

    /// Stop and targets for what the entry filled; until it fills, the intent waits.
    pub(super) async fn protect(&mut self, entry: &Order) -> Step<()> {
        if entry.filled.is_zero() {
            self.intent.status = if entry.is_final() { Status::Done } else { Status::Waiting };
            return Ok(());
        }
        let planned = self.intent.leg(seq::ENTRY).and_then(|l| l.order.as_ref()?.amount);
        if entry.is_final() && planned != Some(entry.filled) {
            legs::fit_to_fill(&mut self.intent.legs, entry.filled, &self.market);
            for leg in self.intent.planned() {
                self.intent.replanned(leg.seq);
            }
        }
        if let Err(halt) = self.place_stop().await {
            return match halt {
                Halt::Refused(failure) => self.rescue(failure).await,
                other => Err(other),
            };
        }
        if entry.is_final() {
            self.place_targets().await?;
        }
        self.intent.status = if entry.is_final() { Status::Done } else { Status::Waiting };
        Ok(())
    }

    async fn cancel_open_orders(&mut self) -> Step<()> {
        let deadline = self.deadline();
        loop {
            let answer =
                self.desk.exchange.cancel_all(self.who, self.intent.trade_type, &self.intent.symbol).await;
            match answer {
                Ok(()) => break,
                // Cancelling twice does no harm.
                Err(failure) => self.pause_or_halt(failure, deadline).await?,
            }
        }
        self.intent.mark(seq::CANCEL, LegStatus::Done, None);
        Ok(intent::supersede_waiting(self.desk, self.intent).await?)
    }

    async fn close_position(&mut self) -> Step<()> {
        let Some(position) = self.position().await? else {
            self.intent.mark(seq::CLOSE, LegStatus::Skipped, None);
            return Ok(());
        };
        let order = PlannedOrder::closing(position.side.closing(), position.contracts);
        self.intent.plan(seq::CLOSE, order);
        let closed = self.send(seq::CLOSE).await?;
        if closed.filled < position.contracts && self.position().await?.is_some() {
            let message = "the position could not be closed whole".to_owned();
            return Err(Halt::Refused(Failure::Refused { code: 0, message }));
        }
        Ok(())
    }

    async fn place_stop(&mut self) -> Step<()> {
        match self.intent.leg_status(seq::STOP) {
            Some(LegStatus::Planned) => self.send(seq::STOP).await.map(drop),
            _ => Ok(()),
        }
    }

    /// All targets at once; one that is refused is told, and the others stand.
    async fn place_targets(&mut self) -> Step<()> {
        let open =
            |l: &&Leg| l.role == Role::Target && self.intent.leg_status(l.seq) == Some(LegStatus::Planned);
        let wanted: Vec<Leg> = self.intent.legs.iter().filter(open).cloned().collect();
        let (empty, wanted): (Vec<_>, Vec<_>) = wanted
            .into_iter()
            .partition(|l| l.order.as_ref().is_some_and(|o| o.amount == Some(Decimal::ZERO)));
        for leg in empty {
            self.intent.mark(leg.seq, LegStatus::Skipped, None);
        }
        let outcomes = futures::future::join_all(wanted.iter().map(|leg| self.attempt(leg))).await;
        let mut halted = None;
        for (leg, outcome) in wanted.iter().zip(outcomes) {
            match outcome {
                Ok(order) => self.intent.mark(leg.seq, LegStatus::Placed, Some(order)),
                Err(Halt::Refused(failure)) => {
                    self.intent.refuse(leg.seq, &failure);
                    self.tell(What::TargetRefused(self.intent.symbol.clone(), failure.to_string())).await?;
                }
                Err(other) => halted = Some(other),
            }
        }
        halted.map_or(Ok(()), Err)
    }

    /// Without its stop a position is not left open: it is closed, and its owner told.
    async fn rescue(&mut self, failure: Failure) -> Step<()> {
        self.intent.refuse(seq::STOP, &failure);
        if let Some(position) = self.position().await? {
            let order = PlannedOrder::closing(position.side.closing(), position.contracts);
            self.intent.plan(seq::RESCUE, order);
            self.send(seq::RESCUE).await?;
        }
        let telling = self.intent.unprotected(self.desk.clock.now())?;
        let mut tx = self.desk.db.begin().await.map_err(Error::from)?;
        telling.write(&mut tx).await.map_err(Error::from)?;
        tx.commit().await.map_err(Error::from)?;
        Err(Halt::Refused(failure))
    }

    /// Sends one planned leg and learns what became of it.
    pub(super) async fn send(&mut self, seq: u16) -> Step<Order> {
        let leg = self.intent.leg(seq).cloned().ok_or_else(|| Error::fault(format!("no leg {seq}")))?;
        match self.attempt(&leg).await {
            Ok(order) => {
                self.intent.mark(seq, LegStatus::Placed, Some(order.clone()));
                Ok(order)
            }
            Err(Halt::Refused(failure)) => {
                self.intent.refuse(seq, &failure);
                Err(Halt::Refused(failure))
            }
            Err(other) => Err(other),
        }
    }

    async fn attempt(&self, leg: &Leg) -> Step<Order> {
        let planned = leg.order.as_ref().ok_or_else(|| Error::fault("a leg without an order was sent"))?;
        let intent = &self.intent;
        let request = planned.request(intent.id, leg.seq, leg.role, intent.trade_type, &intent.symbol);
        let deadline = self.deadline();
        loop {
            let validity = self.desk.validity_in(intent.tenure).await.map_err(Halt::Later)?;
            match self.desk.exchange.place(self.who, &request, validity).await {
                Ok(order) => return Ok(order),
                Err(failure @ Failure::Unknown(_)) => {
                    // It may have waited for its turn: it was signed no later than now.
                    let signed_by = self.desk.clock.boot();
                    if let Some(order) = self.look_up(leg, signed_by).await? {
                        return Ok(order);
                    }
                    // It certainly did not happen. An entry is not sent late; what protects or closes is.
                    if leg.role == Role::Entry && !self.intent.still_wanted(self.desk.clock.now()) {
                        return Err(Halt::Refused(failure));
                    }
                    self.pause_or_halt(failure, deadline).await?;
                }
                // Perhaps an earlier holder sent it: the exchange refuses the same client order id twice.
                Err(failure @ Failure::Refused { .. }) if self.resumed => {
                    let found = self.look_up(leg, Micros(0)).await?;
                    return found.ok_or(Halt::Refused(failure));
                }
                Err(failure) => self.pause_or_halt(failure, deadline).await?,
            }
        }
    }

    /// The order of a leg whose sending at `sent_at` (boot time) has an unknown outcome; none when it certainly never arrived.
    pub(super) async fn look_up(&self, leg: &Leg, sent_at: Micros) -> Step<Option<Order>> {
        let Some(planned) = &leg.order else { return Ok(None) };
        let id = client_id::derive(self.intent.id, leg.seq);
        let (kind, symbol) = (self.intent.trade_type, &self.intent.symbol);
        let certain = sent_at.plus(RECEIVE_WINDOW);
        let deadline = self.deadline();
        loop {
            let asked_at = self.desk.clock.boot();
            let found =
                self.desk.exchange.find_order(self.who, kind, symbol, &id, planned.kind.conditional()).await;
            match found {
                Ok(Some(order)) => return Ok(Some(order)),
                Ok(None) if asked_at >= certain => return Ok(None),
                Ok(None) => self.desk.clock.sleep(PAUSE).await,
                Err(failure) => self.pause_or_halt(failure, deadline).await?,
            }
        }
    }

    pub(super) async fn position(&self) -> Step<Option<domain::Position>> {
        let deadline = self.deadline();
        loop {
            match self.desk.exchange.positions(self.who, Some(&self.intent.symbol)).await {
                Ok(all) => return Ok(all.into_iter().next()),
                Err(failure) => self.pause_or_halt(failure, deadline).await?,
            }
        }
    }

    /// After a passing failure waits a little, until patience ends; any other ends the step.
    pub(super) async fn pause_or_halt(&self, failure: Failure, deadline: Micros) -> Step<()> {
        if !failure.passing() {
            return Err(Halt::Refused(failure));
        }
        if self.desk.clock.boot() >= deadline {
            return Err(Halt::Later(failure));
        }
        let pause = match failure {
            Failure::Limited(wait) => wait.min(Duration::from_secs(2)),
            _ => PAUSE,
        };
        self.desk.clock.sleep(pause).await;
        Ok(())
    }

    pub(super) fn deadline(&self) -> Micros {
        self.since.plus(PATIENCE)
    }

    async fn tell(&self, what: What) -> Result<()> {
        let happening = Happening { key: Some(self.intent.key), at: self.desk.clock.now(), what };
        live::record(self.desk, self.intent.user, &happening).await
    }
}

/// What the caller is answered for a failure of the exchange.
pub(super) fn refusal(failure: &Failure) -> Refusal {
    match failure {
        Failure::Unauthorized => Refusal::KeyUnauthorized,
        Failure::UnknownSymbol => Refusal::SymbolInvalid,
        _ => Refusal::ExchangeBadRequest,
    }
}

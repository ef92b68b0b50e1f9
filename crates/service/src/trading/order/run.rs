//! Works an intent leg by leg. Each step's outcome is known before the next begins, and the protection of an
//! open position is removed last.

use super::{
    intent::{Intent, Request},
    legs::{self, Leg, PlannedOrder, Role},
    seq,
    sharing::SharedPosition,
};
use crate::{
    error::{Error, Result},
    platform::user_events,
    trading::{Trading, market},
};
use domain::{
    Decimal, Market, Micros, Order, PositionSlot,
    live::{LiveEvent, LiveEventKind},
    time,
};
use exchange::{Credentials, ExchangeFailure};
use store::intent::{LegStatus, Status};

/// How long transient failures are retried while the caller waits. After that the background work continues.
const PATIENCE: i64 = 12 * time::SECOND;

/// Why the work stopped early.
pub(super) enum Halt {
    /// The exchange refused: the intent fails with this failure.
    Refused(ExchangeFailure),
    /// The signal became too old before its entry was sent: nothing was sent, and nothing will be.
    TooLate,
    /// Nothing can be known or done at present: the background work continues.
    Later(ExchangeFailure),
    /// An internal error.
    Fault(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

pub(super) type RunResult<T> = std::result::Result<T, Halt>;

/// One intent being worked. It exists only for the holder of the lease and the per-market lock.
pub(super) struct Run<'a> {
    pub(super) desk: &'a Trading,
    pub(super) who: &'a Credentials,
    pub(super) intent: &'a mut Intent,
    pub(super) market: Market,
    /// The position that is read and cleared: the intent's, except while a reversal clears the other one.
    pub(super) slot: PositionSlot,
    /// Whether it is clearing its market.
    pub(super) clears: bool,
    /// When this work began, by the boot clock. Earlier holders signed nothing after it.
    pub(super) since: Micros,
    /// How long after `since` transient failures are retried, in microseconds.
    pub(super) patience: i64,
    /// Whether an earlier holder may have sent legs without recording their outcome.
    pub(super) resumed: bool,
    /// Whether the entry has not filled further since its stop was placed. A position that the exchange does not report
    /// has ended then: reads lag behind new fills only.
    pub(super) fill_is_old: bool,
    /// While the stop is being placed, the boot time since when the position may have been without it.
    pub(super) without_stop_since: Option<Micros>,
}

impl<'a> Run<'a> {
    pub(super) async fn new(
        desk: &'a Trading,
        who: &'a Credentials,
        intent: &'a mut Intent,
        resumed: bool,
    ) -> Result<Self> {
        let market = market::find_market(desk, intent.trade_type, &intent.symbol).await?;
        let (since, patience, slot) = (desk.clock.boot(), PATIENCE, intent.slot);
        Ok(Self {
            desk,
            slot,
            clears: false,
            who,
            intent,
            market,
            since,
            patience,
            resumed,
            fill_is_old: false,
            without_stop_since: None,
        })
    }

    /// Works a new intent from its first leg: clears its position, or the one that it `reverses`, enters, protects.
    pub(super) async fn fresh(&mut self, reverses: Option<PositionSlot>) -> RunResult<()> {
        // A trade that is opened beside others cancels and closes nothing.
        if self.intent.leg(seq::CANCEL).is_some() {
            self.slot = reverses.unwrap_or(self.intent.slot);
            self.clear_market().await?;
            self.slot = self.intent.slot;
        }
        if self.intent.leg(seq::ENTRY).is_none() {
            self.intent.status = Status::Done;
            return Ok(());
        }
        if self.intent.is_oco() {
            return self.enter_oco().await;
        }
        let entry = self.send(seq::ENTRY).await?;
        self.protect(&entry).await
    }

    /// Places the stop and take-profits for the filled part of the entry. The intent waits until the entry
    /// fills.
    pub(super) async fn protect(&mut self, entry: &Order) -> RunResult<()> {
        self.protect_filled(entry.filled, entry.is_final()).await
    }

    /// Does the same as [`Self::protect`] for an entry of which the amount `filled` has filled. `ended` means that no more of
    /// it will.
    pub(super) async fn protect_filled(&mut self, filled: Decimal, ended: bool) -> RunResult<()> {
        if filled.is_zero() {
            self.intent.status = if ended { Status::Done } else { Status::Waiting };
            return Ok(());
        }
        let planned = self.intent.leg(seq::ENTRY).and_then(|leg| leg.order.as_ref()?.amount);
        if ended && planned != Some(filled) {
            legs::fit_to_fill(&mut self.intent.legs, filled, &self.market);
            let unsent: Vec<u16> = self.unsent().map(|leg| leg.seq).collect();
            unsent.into_iter().for_each(|seq| self.intent.replanned(seq));
        }
        self.fit_stop_to_part(filled).await?;
        self.ensure_stop().await?;
        if ended {
            self.place_targets().await?;
        }
        self.intent.status = if ended { Status::Done } else { Status::Waiting };
        Ok(())
    }

    /// Lets a stop that has not been sent yet close only the filled part of the entry, if other trades share the position.
    async fn fit_stop_to_part(&mut self, filled: Decimal) -> Result<()> {
        if SharedPosition::load(self.desk, self.intent).await?.is_none() {
            return Ok(());
        }
        let unsent = self.intent.wanted_stop_leg().filter(|leg| leg.status == LegStatus::Planned);
        let Some((seq, order)) = unsent.and_then(|leg| Some((leg.seq, leg.order.clone()?))) else {
            return Ok(());
        };
        // It may have been sent by an earlier holder. Then it is found by its id, and resized.
        if order.amount != Some(filled) {
            self.intent.plan(seq, Role::Stop, PlannedOrder { amount: Some(filled), ..order });
        }
        Ok(())
    }

    /// Returns the order legs that are not known to have been sent.
    pub(super) fn unsent(&self) -> impl Iterator<Item = &Leg> {
        self.intent.legs.iter().filter(|leg| leg.order.is_some() && leg.status == LegStatus::Planned)
    }

    /// Places all take-profits concurrently. A refused one is reported, and the others stay.
    pub(super) async fn place_targets(&mut self) -> RunResult<()> {
        let wanted: Vec<Leg> = self.unsent().filter(|leg| leg.role == Role::Target).cloned().collect();
        let (empty, wanted): (Vec<_>, Vec<_>) = wanted
            .into_iter()
            .partition(|leg| leg.order.as_ref().is_some_and(|order| order.amount == Some(Decimal::ZERO)));
        for leg in empty {
            self.intent.mark(leg.seq, LegStatus::Skipped, None);
        }
        let outcomes = futures::future::join_all(wanted.iter().map(|leg| self.attempt(leg))).await;
        let mut halted = None;
        for (leg, outcome) in wanted.iter().zip(outcomes) {
            match outcome {
                Ok(order) => self.intent.mark(leg.seq, LegStatus::Placed, Some(order)),
                // It exists, although the exchange does not find it yet.
                Err(Halt::Refused(failure)) if failure.is_duplicate() => {
                    self.intent.mark(leg.seq, LegStatus::Placed, None);
                }
                Err(Halt::Refused(failure)) => {
                    self.intent.refuse(leg.seq, &failure);
                    let what = LiveEventKind::TargetRefused(self.intent.symbol.clone(), (&failure).into());
                    self.notify_pages(what).await?;
                }
                Err(other) => halted = Some(other),
            }
        }
        halted.map_or(Ok(()), Err)
    }

    /// Plans a leg and writes it to the database, so that its order can be found again whatever happens.
    pub(super) async fn plan_and_save(&mut self, seq: u16, role: Role, order: PlannedOrder) -> Result<()> {
        self.intent.plan(seq, role, order);
        self.intent.save_progress(self.desk).await
    }

    /// Refuses a copy's entry whose signal is too old. Called right before each request is signed, so that
    /// every delay until then counts, such as a process that was frozen.
    pub(super) fn still_fresh(&self, leg: &Leg) -> RunResult<()> {
        match &self.intent.request {
            Request::Enter(entering)
                if leg.role == Role::Entry && entering.is_too_late(&*self.desk.clock) =>
            {
                Err(Halt::TooLate)
            }
            _ => Ok(()),
        }
    }

    async fn notify_pages(&self, what: LiveEventKind) -> Result<()> {
        let event = LiveEvent { key: Some(self.intent.key), at: self.desk.clock.now(), what };
        user_events::record(self.desk, self.intent.user, &event).await
    }
}

//! An intent in memory, and its conversion to and from database rows.

use super::{
    IdempotencyKey,
    account::Access,
    client_id::{self, Install},
    copied::{Entering, Exiting},
    legs::{Leg, LegPlan, PlannedOrder, Role, Unsaved},
    record::{LegChange, PositionOutcome, Record},
    seq,
};
use crate::{Desk, Error, Result, fence::Tenure};
use domain::{
    CopyId, ExchangeKeyId, IntentId, Micros, Order, Refusal, Side, Symbol, TradeType, UserId, copy::Reason,
    ticket::ManualOrder, time,
};
use exchange::Failure;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::ops::Range;
use store::{
    group_commit::BatchedWrite as _,
    intent::{self as rows, Kind, LegStatus, Status},
    protection::{NewProtection, Wanted},
};

/// Lease of an intent, and the time by which it should be finished. Health reports those that take longer.
pub(super) const LEASE: i64 = 30 * time::SECOND;

/// The operation that an intent carries out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Request {
    /// A manual order.
    Open(ManualOrder),
    /// Cancels the market's orders and closes its position.
    Close,
    /// The same as `Close`, requested by the panic button.
    Panic,
    /// A copied entry.
    Enter(Box<Entering>),
    /// The exit of a copied position.
    Exit(Exiting),
}

impl Request {
    const fn kind(&self) -> Kind {
        match self {
            Self::Open(_) | Self::Enter(_) => Kind::Open,
            Self::Close | Self::Panic | Self::Exit(_) => Kind::Close,
        }
    }

    /// Returns the order that opens a position; `None` for closing requests.
    pub(super) fn opens(&self) -> Option<&ManualOrder> {
        match self {
            Self::Open(order) => Some(order),
            Self::Enter(entering) => Some(&entering.order),
            Self::Close | Self::Panic | Self::Exit(_) => None,
        }
    }

    /// Returns the protection wanted for the position that this request opens.
    fn protection(&self) -> Option<NewProtection> {
        self.opens().map(|order| NewProtection {
            side: order.side,
            wanted: if order.stop.is_some() { Wanted::Stop } else { Wanted::NoStop },
        })
    }
}

/// Why an intent failed, kept for callers who repeat the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub(crate) refusal: Refusal,
    pub(crate) words: String,
    /// The reason shown to a copy's owner.
    #[serde(default)]
    pub(crate) reason: Option<Reason>,
}

/// A set of orders that we have decided to send.
pub(crate) struct Intent {
    pub(crate) id: IntentId,
    pub(crate) user: UserId,
    pub(crate) key: ExchangeKeyId,
    pub(crate) trade_type: TradeType,
    pub(crate) symbol: Symbol,
    pub(crate) request: Request,
    pub(crate) status: Status,
    pub(crate) legs: Vec<Leg>,
    pub(crate) ending: Option<Ending>,
    pub(crate) created_at: Micros,
    /// When its row last changed.
    pub(crate) updated_at: Micros,
    /// The install whose characters its new orders carry.
    pub(crate) install: Option<Install>,
    /// The tenure held since before the intent was claimed. Everything sent for it must be sent in the same
    /// tenure.
    pub(crate) tenure: Tenure,
}

impl Intent {
    /// Creates an intent for the key's owner. Nothing is written yet.
    pub(super) fn new(
        desk: &Desk,
        id: IntentId,
        access: &Access,
        symbol: Symbol,
        request: Request,
        legs: Vec<Leg>,
    ) -> Self {
        Self {
            id,
            user: access.row.user_id,
            key: access.row.key.id,
            trade_type: access.row.key.trade_type,
            symbol,
            request,
            status: Status::Working,
            legs,
            ending: None,
            created_at: desk.clock.now(),
            updated_at: desk.clock.now(),
            install: desk.install(),
            tenure: Tenure::default(),
        }
    }

    /// Returns the rows that are written before anything is sent.
    pub(super) fn rows(
        &mut self,
        holder: &str,
        idempotency: Option<&IdempotencyKey>,
    ) -> Result<(rows::NewIntent, Vec<rows::NewLeg>)> {
        let new = rows::NewIntent {
            id: self.id,
            user_id: self.user,
            exchange_key_id: self.key,
            trade_type: self.trade_type,
            symbol: self.symbol.clone(),
            kind: self.request.kind(),
            request: json(&self.request)?,
            idempotency: idempotency.map(|i| (i.key.clone(), i.body_hash)),
            lease_holder: Some(holder.to_owned()),
            lease_until: self.created_at.plus(LEASE),
            protection: self.request.protection(),
            created_at: self.created_at,
        };
        let legs =
            self.legs.iter().map(|leg| new_leg(self.client_id(leg.seq), leg)).collect::<Result<_>>()?;
        self.legs.iter_mut().for_each(|leg| leg.unsaved = Unsaved::Nothing);
        Ok((new, legs))
    }

    /// Writes the intent with all its legs. Nothing is sent before this has been committed.
    pub(super) async fn commit(&mut self, desk: &Desk, idempotency: Option<&IdempotencyKey>) -> Result<()> {
        self.tenure = desk.tenure().await?;
        let (new, legs) = self.rows(&desk.instance, idempotency)?;
        let mut tx = desk.db.begin().await?;
        rows::insert(&mut tx, &new, &legs).await?;
        Ok(tx.commit().await?)
    }

    /// Loads an intent as it was last written.
    pub(super) async fn load(desk: &Desk, id: IntentId) -> Result<Option<Self>> {
        let tenure = desk.tenure().await?;
        let Some(row) = rows::get(&desk.db, id).await? else { return Ok(None) };
        let legs = rows::legs(&desk.db, id).await?.into_iter().map(leg_of).collect::<Result<_>>()?;
        Ok(Some(Self {
            id,
            user: row.user_id,
            key: row.exchange_key_id,
            trade_type: row.trade_type,
            symbol: row.symbol,
            request: read(&row.request)?,
            status: row.status,
            legs,
            ending: row.failure.as_deref().map(read).transpose()?,
            created_at: row.created_at,
            updated_at: row.updated_at,
            install: desk.install(),
            tenure,
        }))
    }

    /// Writes the changes in one transaction and releases the lease. Copies share their transactions.
    pub(super) async fn save(&mut self, desk: &Desk) -> Result<()> {
        self.write(desk, true).await
    }

    /// Does the same as [`Self::save`] but keeps the lease, because more work follows.
    pub(super) async fn save_progress(&mut self, desk: &Desk) -> Result<()> {
        self.write(desk, false).await
    }

    async fn write(&mut self, desk: &Desk, release: bool) -> Result<()> {
        let record = self.record(&desk.instance, desk.clock.now(), release)?;
        if matches!(self.request, Request::Enter(_) | Request::Exit(_)) {
            desk.group_commit.write(&desk.db, record).await?;
            return Ok(());
        }
        let mut tx = desk.db.begin().await?;
        record.write(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// Returns the outcome of all legs of a rebuilt intent that [`Self::rows`] has written. Its owner is not
    /// notified again.
    pub(super) fn adopted(&mut self, holder: &str, at: Micros) -> Result<Record> {
        self.legs.iter_mut().for_each(|leg| leg.unsaved = Unsaved::Outcome);
        Ok(Record { ordered: None, ..self.record(holder, at, true)? })
    }

    /// Returns the changes since the last write, as rows.
    fn record(&mut self, holder: &str, at: Micros, release: bool) -> Result<Record> {
        let mut legs = Vec::new();
        // Computed before the legs are marked as written.
        let position = self.position_outcome();
        for leg in self.legs.iter().filter(|leg| leg.unsaved != Unsaved::Nothing) {
            legs.push(LegChange {
                row: new_leg(self.client_id(leg.seq), leg)?,
                unsaved: leg.unsaved,
                status: leg.status,
                order: leg.placed.as_ref().map(json).transpose()?,
                failure: leg.failure.clone(),
            });
        }
        self.legs.iter_mut().for_each(|leg| leg.unsaved = Unsaved::Nothing);
        Ok(Record {
            id: self.id,
            holder: holder.to_owned(),
            release,
            at,
            legs,
            status: self.status,
            answer: json(&self.answer())?,
            failure: self.ending.as_ref().map(json).transpose()?,
            copy: self.copy_outcome(),
            ordered: self.ordered(at)?,
            position,
        })
    }

    /// Returns the changed outcome of the position that this intent was to open.
    fn position_outcome(&self) -> Option<PositionOutcome> {
        self.request.opens()?;
        let entry = self.leg(seq::ENTRY)?;
        if self.filled_entry().is_some() {
            return (entry.unsaved != Unsaved::Nothing).then_some(PositionOutcome::Entered);
        }
        if !matches!(self.status, Status::Done | Status::Failed) {
            return None;
        }
        let never = entry.status == LegStatus::Refused || entry.placed.as_ref().is_some_and(Order::is_final);
        Some(if never { PositionOutcome::Never } else { PositionOutcome::GivenUp })
    }

    /// Returns the orders that the exchange has, in the order of the API document: entry, targets, stop.
    pub(super) fn answer(&self) -> Vec<Order> {
        let of = |role: Role| {
            let placed = move |leg: &&Leg| leg.role == role && leg.status == LegStatus::Placed;
            self.legs.iter().filter(placed).filter_map(|leg| leg.placed.clone())
        };
        of(Role::Entry).chain(of(Role::Target)).chain(of(Role::Stop)).collect()
    }

    /// Returns a leg by its number.
    pub(super) fn leg(&self, seq: u16) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.seq == seq)
    }

    /// Returns the client order id of a leg, as it was first sent, possibly by an earlier release.
    pub(super) fn client_id(&self, seq: u16) -> String {
        let known = self.leg(seq).and_then(|leg| leg.client_order_id.clone());
        known.unwrap_or_else(|| client_id::derive(self.install, self.id, seq))
    }

    /// Returns the leg that a client order id belongs to.
    pub(super) fn leg_by_client_id(&self, client_order_id: &str) -> Option<&Leg> {
        self.legs.iter().find(|leg| self.client_id(leg.seq) == client_order_id)
    }

    /// Returns the order of a leg, if it is known.
    pub(super) fn leg_order(&self, seq: u16) -> Option<&Order> {
        self.leg(seq)?.placed.as_ref()
    }

    /// Returns the entry's order if it has filled at least partly.
    pub(super) fn filled_entry(&self) -> Option<&Order> {
        self.leg_order(seq::ENTRY).filter(|order| !order.filled.is_zero())
    }

    /// Returns the side of the entry; `None` for an intent that opens nothing.
    pub(super) fn entry_side(&self) -> Option<Side> {
        self.request.opens().map(|order| order.side)
    }

    /// Returns the stop that is wanted now: the requested one, or its replacement.
    pub(super) fn wanted_stop(&self) -> Option<&PlannedOrder> {
        self.legs.iter().rev().find(|leg| leg.role == Role::Stop)?.order.as_ref()
    }

    /// Returns the copy whose entry this is.
    pub(super) fn copy(&self) -> Option<CopyId> {
        matches!(self.request, Request::Enter(_)).then_some(CopyId(self.id.0))
    }

    /// Records the outcome of a leg.
    pub(super) fn mark(&mut self, seq: u16, status: LegStatus, order: Option<Order>) {
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.seq == seq) {
            leg.status = status;
            leg.placed = order.or_else(|| leg.placed.take());
            if leg.unsaved == Unsaved::Nothing {
                leg.unsaved = Unsaved::Outcome;
            }
        }
    }

    /// Records that the exchange refused a leg.
    pub(super) fn refuse(&mut self, seq: u16, failure: &Failure) {
        self.mark(seq, LegStatus::Refused, None);
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.seq == seq) {
            leg.failure = Some(failure.to_string());
        }
    }

    /// Plans a new leg, or replaces the plan of an existing one.
    pub(super) fn plan(&mut self, seq: u16, role: Role, order: PlannedOrder) {
        match self.legs.iter_mut().find(|leg| leg.seq == seq) {
            Some(leg) => {
                leg.order = Some(order);
                leg.status = LegStatus::Planned;
                self.replanned(seq);
            }
            None => self.legs.push(Leg::new(seq, role, Some(order))),
        }
    }

    /// Marks a leg's plan as different from its row.
    pub(super) fn replanned(&mut self, seq: u16) {
        let leg = self.legs.iter_mut().find(|leg| leg.seq == seq && leg.unsaved != Unsaved::Row);
        if let Some(leg) = leg {
            leg.unsaved = Unsaved::Plan;
        }
    }

    /// Returns the number of the next leg in a range. A leg that the exchange certainly refused is reused, so
    /// that an order refused for hours does not fill the database.
    pub(super) fn next_seq(&self, mut range: Range<u16>) -> Option<u16> {
        range.find(|seq| self.leg(*seq).is_none_or(|leg| leg.status == LegStatus::Refused))
    }

    /// Whether its entry may still be sent once it is certain that it did not arrive. Manual entries are
    /// never sent late.
    pub(super) fn still_wanted(&self, now: Micros) -> bool {
        matches!(&self.request, Request::Enter(entering) if now <= entering.fresh_until)
    }

    /// Ends the intent as failed.
    pub(super) fn fail(&mut self, refusal: Refusal, words: String, reason: Option<Reason>) {
        self.status = Status::Failed;
        self.ending = Some(Ending { refusal, words, reason });
    }
}

fn leg_of(row: rows::Leg) -> Result<Leg> {
    let LegPlan { seq, role, order } = read(&row.body)?;
    let placed = row.order_json.as_deref().map(read).transpose()?;
    Ok(Leg {
        status: row.status,
        placed,
        failure: row.failure,
        unsaved: Unsaved::Nothing,
        client_order_id: row.client_order_id,
        changed_at: Some(row.updated_at),
        ..Leg::new(seq, role, order)
    })
}

fn new_leg(client_order_id: String, leg: &Leg) -> Result<rows::NewLeg> {
    let sends = leg.role != Role::Cancel;
    let plan = LegPlan { seq: leg.seq, role: leg.role, order: leg.order.clone() };
    Ok(rows::NewLeg {
        seq: leg.seq,
        role: leg.role.word().to_owned(),
        client_order_id: sends.then_some(client_order_id),
        body: json(&plan)?,
    })
}

pub(super) fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::fault)
}

pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::fault)
}

/// Returns the manual order of a stored request; `None` for copies' orders and closing requests.
pub(crate) fn asked_by_hand(request: &str) -> Result<Option<ManualOrder>> {
    match read(request)? {
        Request::Open(order) => Ok(Some(order)),
        _ => Ok(None),
    }
}

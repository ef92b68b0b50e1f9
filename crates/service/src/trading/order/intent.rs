//! An intent in memory.

mod entered;
mod storage;
mod wanted;

pub(crate) use storage::manual_order_of;
pub(super) use storage::read;

use super::{
    account::Access,
    adopt_request::Adopting,
    change::{Adding, Protecting, Reducing},
    client_id::{self, Install},
    copied_request::{Entering, Exiting},
    legs::{Leg, PlannedOrder, Role, Unsaved},
    seq,
};
use crate::{platform::fence::Tenure, trading::Trading};
use domain::{
    CopyId, Decimal, ExchangeKeyId, IntentId, Micros, Order, Refusal, Side, Symbol, TradeType, UserId,
    copy::{CopyDetail, Reason},
    order_failure::OrderFailure,
    ticket::ManualOrder,
    time,
};
use exchange::ExchangeFailure;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use store::{
    intent::{Kind, LegStatus, Status},
    protection::{NewProtection, Wanted},
};

/// Lease of an intent, and the time by which it should be finished. Health reports those that take longer.
pub(super) const LEASE: i64 = 30 * time::SECOND;

/// The operation that an intent carries out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Request {
    /// A manual order.
    Open(ManualOrder),
    /// Adopts a position that was opened elsewhere: its stop and take-profits are placed.
    Adopt(Box<Adopting>),
    /// Cancels the market's orders and closes its position.
    Close,
    /// The same as `Close`, requested by the panic button.
    Panic,
    /// A copied entry.
    Enter(Box<Entering>),
    /// The exit of a copied position.
    Exit(Exiting),
    /// A change of the stop and the take-profits of an open trade.
    Protect(Box<Protecting>),
    /// A partial close.
    Reduce(Reducing),
    /// An increase of an open position.
    Add(Box<Adding>),
    /// Cancels the market's opening orders. The protection of its position stays.
    CancelEntries,
}

impl Request {
    const fn kind(&self) -> Kind {
        match self {
            Self::Open(_) | Self::Adopt(_) | Self::Enter(_) => Kind::Open,
            Self::Close
            | Self::Panic
            | Self::Exit(_)
            | Self::Protect(_)
            | Self::Reduce(_)
            | Self::Add(_)
            | Self::CancelEntries => Kind::Close,
        }
    }

    /// Whether this changes an open trade. While it cannot be completed, the supervisor continues.
    pub(super) const fn changes(&self) -> bool {
        matches!(self, Self::Protect(_) | Self::Reduce(_) | Self::Add(_) | Self::CancelEntries)
    }

    /// Whether this carries out a signal for a follower, so that its outcome is the outcome of a copy.
    pub(super) const fn copies(&self) -> bool {
        match self {
            Self::Enter(_) | Self::Exit(_) => true,
            Self::Reduce(reducing) => reducing.copy.is_some(),
            Self::Open(_)
            | Self::Adopt(_)
            | Self::Close
            | Self::Panic
            | Self::Protect(_)
            | Self::Add(_)
            | Self::CancelEntries => false,
        }
    }

    /// Returns the order that opens a position, or would have opened an adopted one; `None` for closing requests.
    pub(super) fn opens(&self) -> Option<&ManualOrder> {
        match self {
            Self::Open(order) => Some(order),
            Self::Adopt(adopting) => Some(&adopting.order),
            Self::Enter(entering) => Some(&entering.order),
            Self::Close
            | Self::Panic
            | Self::Exit(_)
            | Self::Protect(_)
            | Self::Reduce(_)
            | Self::Add(_)
            | Self::CancelEntries => None,
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
    /// The detail as [`CopyDetail::stored`] gives it; empty if there is none beyond the reason. Earlier releases stored sentences.
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
    /// Whether it had ended when it was loaded: no instance holds it any more.
    pub(crate) settled: bool,
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
        desk: &Trading,
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
            settled: false,
            legs,
            ending: None,
            created_at: desk.clock.now(),
            updated_at: desk.clock.now(),
            install: desk.install(),
            tenure: Tenure::default(),
        }
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

    /// Whether the entry may still fill, as far as this intent records.
    pub(super) fn entry_rests(&self) -> bool {
        self.leg_order(seq::ENTRY).is_none_or(|entry| !entry.is_final())
    }

    /// Returns the side of the entry; `None` for an intent that opens nothing.
    pub(super) fn entry_side(&self) -> Option<Side> {
        self.request.opens().map(|order| order.side)
    }

    /// Whether the filled part of the entry has the wanted stop, as far as this intent records.
    pub(super) fn has_its_stop(&self) -> bool {
        let mut stops = self.legs.iter().filter(|leg| leg.role == Role::Stop);
        self.filled_entry().is_none()
            || self.wanted_stop().is_none()
            || stops.any(|leg| leg.status == LegStatus::Placed)
    }

    /// Whether this is a partial close that has closed something: repeated, it would close more than requested.
    pub(super) fn has_reduced(&self) -> bool {
        matches!(self.request, Request::Reduce(_)) && !self.reduced().is_zero()
    }

    /// Returns how much this partial close has closed, in base units.
    pub(super) fn reduced(&self) -> Decimal {
        self.legs.iter().filter_map(|leg| leg.placed.as_ref()).map(|order| order.filled).sum()
    }

    /// Whether its position was opened elsewhere: its entry was never sent.
    pub(super) const fn adopts(&self) -> bool {
        matches!(self.request, Request::Adopt(_))
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
    pub(super) fn refuse(&mut self, seq: u16, failure: &ExchangeFailure) {
        self.mark(seq, LegStatus::Refused, None);
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.seq == seq) {
            leg.failure = Some(OrderFailure::from(failure).stored());
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
    pub(super) fn fail(&mut self, refusal: Refusal, detail: Option<CopyDetail>, reason: Option<Reason>) {
        self.status = Status::Failed;
        let words = detail.map(|detail| detail.stored()).unwrap_or_default();
        self.ending = Some(Ending { refusal, words, reason });
    }
}

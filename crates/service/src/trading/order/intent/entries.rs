//! The orders that open the position of an intent: one, or the limit order and the stop order of an OCO entry.

use super::Intent;
use crate::trading::order::{
    legs::{Leg, Role},
    seq,
};
use domain::{Decimal, Order};
use store::intent::LegStatus;

impl Intent {
    /// Returns the legs that open the position.
    pub(in crate::trading::order) fn entry_legs(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(|leg| seq::is_entry(leg.seq))
    }

    /// Whether the entry is an OCO: of its two orders, the first fill cancels the other.
    pub(in crate::trading::order) fn is_oco(&self) -> bool {
        self.leg(seq::SECOND_ENTRY).is_some()
    }

    /// Returns the leg of the entry that has filled at least partly; of an OCO, the one whose other is cancelled.
    pub(in crate::trading::order) fn filled_entry_leg(&self) -> Option<&Leg> {
        let fills = |leg: &&Leg| leg.placed.as_ref().is_some_and(|order| !order.filled.is_zero());
        self.entry_legs().find(fills)
    }

    /// Returns the entry's order if it has filled at least partly.
    pub(in crate::trading::order) fn filled_entry(&self) -> Option<&Order> {
        self.filled_entry_leg()?.placed.as_ref()
    }

    /// Whether the entry may still fill, as far as this intent records.
    pub(in crate::trading::order) fn entry_rests(&self) -> bool {
        if self.is_oco() {
            return self.resting_entries().next().is_some();
        }
        self.leg_order(seq::ENTRY).is_none_or(|entry| !entry.is_final())
    }

    /// Returns the legs of the entry that may be open at the exchange, or may still arrive there.
    pub(in crate::trading::order) fn resting_entries(&self) -> impl Iterator<Item = &Leg> {
        self.entry_legs().filter(|leg| leg.may_be_open())
    }

    /// Returns an order of the entry that the exchange has and that has not ended.
    pub(in crate::trading::order) fn open_entry(&self) -> Option<&Order> {
        let mut known = self.entry_legs().filter(|leg| leg.status != LegStatus::Done);
        known.find_map(|leg| leg.placed.as_ref().filter(|order| !order.is_final()))
    }

    /// Whether none of the entry's orders opened anything, and none can any more: each was refused, was never sent, or has
    /// ended. The caller knows that nothing has filled.
    pub(super) fn entry_is_over(&self) -> bool {
        let over = |leg: &Leg| {
            matches!(leg.status, LegStatus::Refused | LegStatus::Skipped)
                || leg.placed.as_ref().is_some_and(Order::is_final)
        };
        self.entry_legs().all(over)
    }

    /// Returns how much both orders of an OCO entry filled beyond the amount of the trade, in base units, whether or not that
    /// has been closed.
    pub(in crate::trading::order) fn overfilled(&self) -> Decimal {
        let Some(wanted) = self.request.opens().map(|order| order.amount).filter(|_| self.is_oco()) else {
            return Decimal::ZERO;
        };
        (self.filled_by_entry() - wanted).max(Decimal::ZERO)
    }

    /// Whether the orders of the entry have filled at least the amount of the trade together.
    pub(in crate::trading::order) fn has_entered_all(&self) -> bool {
        self.request.opens().is_some_and(|order| self.filled_by_entry() >= order.amount)
    }

    /// Returns how much the orders of the entry have filled, in base units.
    fn filled_by_entry(&self) -> Decimal {
        self.entry_legs().filter_map(|leg| leg.placed.as_ref()).map(|order| order.filled).sum()
    }

    /// Returns how much of it has been closed, in base units.
    pub(in crate::trading::order) fn closed_excess(&self) -> Decimal {
        let closing = self.legs.iter().filter(|leg| leg.role == Role::Excess);
        closing.filter_map(|leg| leg.placed.as_ref()).map(|order| order.filled).sum()
    }
}

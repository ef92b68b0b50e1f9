//! The stop and the take-profits that an intent wants for its position, after all changes.
//!
//! A stop leg that the exchange refused, and one that is done because it was replaced or removed, is not wanted. So a
//! refused change leaves the stop before it in force.

use super::Intent;
use crate::trading::order::{
    legs::{Leg, PlannedOrder, Role},
    protection::{is_stop, rules::Rule},
    seq,
};
use domain::{Decimal, Order};
use store::intent::LegStatus;

impl Intent {
    /// Returns the leg of the stop that is wanted now: the requested one, or its latest replacement.
    pub(in crate::trading::order) fn wanted_stop_leg(&self) -> Option<&Leg> {
        let stop = |leg: &&Leg| leg.role == Role::Stop && leg.status != LegStatus::Done;
        let mut stops = self.legs.iter().rev().filter(stop);
        let newest = stops.clone().next();
        let in_force = |leg: &&Leg| leg.status != LegStatus::Refused || !Rule::RefusedStopIsNotWanted.holds();
        stops.find(in_force).or(newest)
    }

    /// Returns the stop that is wanted now.
    pub(in crate::trading::order) fn wanted_stop(&self) -> Option<&PlannedOrder> {
        self.wanted_stop_leg()?.order.as_ref()
    }

    /// Returns the legs of stops that may be open at the exchange although another stop is wanted, or none.
    pub(in crate::trading::order) fn outdated_stops(&self) -> impl Iterator<Item = &Leg> {
        let wanted = self.wanted_stop_leg();
        self.legs.iter().filter(move |leg| {
            let replaced = wanted.is_none_or(|wanted| self.replaces(wanted, leg).unwrap_or(true));
            leg.role == Role::Stop && leg.may_be_open() && replaced
        })
    }

    /// Whether the wanted stop makes another one of the trade needless: that is elsewhere, or smaller while the wanted one
    /// covers all that was entered. Smaller stops may share a position. `None` if one of them has no order.
    fn replaces(&self, wanted: &Leg, other: &Leg) -> Option<bool> {
        let (stop, old) = (wanted.order.as_ref()?, other.order.as_ref()?);
        let outgrows = |(wanted, other): (Decimal, Decimal)| {
            other < wanted && self.entered().is_some_and(|entered| entered <= wanted)
        };
        let resized = stop.resizes && other.seq < wanted.seq;
        Some(!old.stops_as(stop) || resized || stop.amount.zip(old.amount).is_some_and(outgrows))
    }

    /// Returns which of the `open` orders are stops that are no longer wanted: this trade's own, and one that its
    /// owner had placed at the exchange and that was adopted as the wanted one until it was moved again.
    pub(in crate::trading::order) fn outdated_among(&self, open: &[Order]) -> Vec<String> {
        let Some(leg) = self.wanted_stop_leg() else { return Vec::new() };
        let Some(wanted) = &leg.order else { return Vec::new() };
        let replaced = |other: &Leg| {
            let replaced = self.replaces(leg, other).unwrap_or(false);
            other.role == Role::Stop && (replaced || other.status == LegStatus::Done)
        };
        let own = |order: &&Order| self.leg_by_client_id(&order.client_order_id).is_some_and(replaced);
        let adopted = |order: &&Order| {
            is_stop(order)
                && order.side == wanted.side
                && self.leg_by_client_id(&order.client_order_id).is_none()
                && self.was_adopted(order, wanted)
        };
        let outdated = open.iter().filter(|order| own(order) || adopted(order));
        outdated.map(|order| order.client_order_id.clone()).collect()
    }

    /// Whether a stop that the owner had placed at the exchange was adopted as the wanted one.
    pub(in crate::trading::order) fn has_adopted_stop(&self) -> bool {
        self.legs.iter().any(|leg| leg.role == Role::Stop && leg.status == LegStatus::Skipped)
    }

    /// Records that stops which were adopted, and replaced since, are not wanted any more.
    pub(in crate::trading::order) fn end_adoptions(&mut self) {
        let Some(wanted) = self.wanted_stop().cloned() else { return };
        let ended = |leg: &&Leg| {
            let other = leg.order.as_ref().is_some_and(|order| !order.stops_as(&wanted));
            leg.role == Role::Stop && leg.status == LegStatus::Skipped && other
        };
        let ended: Vec<u16> = self.legs.iter().filter(ended).map(|leg| leg.seq).collect();
        ended.into_iter().for_each(|seq| self.mark(seq, LegStatus::Done, None));
    }

    /// Whether `order` was the wanted stop before `wanted` replaced it.
    fn was_adopted(&self, order: &Order, wanted: &PlannedOrder) -> bool {
        let as_adopted = |leg: &Leg| {
            let planned = leg.order.as_ref();
            leg.role == Role::Stop
                && leg.status == LegStatus::Skipped
                && planned.is_some_and(|planned| {
                    planned.stop_price == order.stop_price && !planned.stops_as(wanted)
                })
        };
        self.legs.iter().any(as_adopted)
    }

    /// Returns the number of the next stop leg of a change; `None` if what is left is reserved.
    pub(in crate::trading::order) fn next_moved_stop(&self) -> Option<u16> {
        self.next_stop().filter(|next| *next < seq::STOPS.end - seq::RESERVED)
    }

    /// Returns how many take-profits changes may still plan.
    pub(in crate::trading::order) fn targets_left(&self) -> u16 {
        self.next_target().map_or(0, |next| (seq::TARGETS.end - seq::RESERVED).saturating_sub(next))
    }

    /// Returns the number of the next stop leg: after all others, so that the latest stop is the last. A leg that the
    /// exchange certainly refused is reused.
    pub(in crate::trading::order) fn next_stop(&self) -> Option<u16> {
        self.next_of(&seq::STOPS)
    }

    /// Returns the number of the next take-profit leg of a change.
    pub(in crate::trading::order) fn next_target(&self) -> Option<u16> {
        self.next_of(&seq::TARGETS)
    }

    /// Returns the number of the next leg that increases the position.
    pub(in crate::trading::order) fn next_addition(&self) -> Option<u16> {
        self.next_of(&seq::ADDS)
    }

    fn next_of(&self, range: &std::ops::Range<u16>) -> Option<u16> {
        let last = self.legs.iter().filter(|leg| range.contains(&leg.seq)).max_by_key(|leg| leg.seq);
        let next = match last {
            Some(leg) if leg.status == LegStatus::Refused => leg.seq,
            Some(leg) => leg.seq.checked_add(1)?,
            None => range.start,
        };
        range.contains(&next).then_some(next)
    }

    /// Returns the legs of take-profits that are wanted and have not filled.
    pub(in crate::trading::order) fn wanted_targets(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(|leg| leg.role == Role::Target && leg.may_be_open())
    }

    /// Marks those of these legs that have not been sent as not needed.
    pub(in crate::trading::order) fn give_up(&mut self, legs: &[u16]) {
        self.mark_each(legs, LegStatus::Planned, LegStatus::Skipped);
    }

    /// Marks those of these legs that were given up as wanted again.
    pub(in crate::trading::order) fn take_back(&mut self, legs: &[u16]) {
        self.mark_each(legs, LegStatus::Skipped, LegStatus::Planned);
    }

    fn mark_each(&mut self, legs: &[u16], from: LegStatus, to: LegStatus) {
        for seq in legs {
            if self.leg(*seq).is_some_and(|leg| leg.status == from) {
                self.mark(*seq, to, None);
            }
        }
    }

    /// Returns a number that grows with each stop and take-profit that replaces another.
    pub(in crate::trading::order) fn protection_version(&self) -> i64 {
        let legs = self.legs.iter().filter(|leg| leg.is_protective()).count();
        i64::try_from(legs).unwrap_or(i64::MAX)
    }
}

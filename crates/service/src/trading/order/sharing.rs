//! Trades that share one position: the rows of a market that belong together, and the part of each trade.
//!
//! A trade is opened beside those that are open on its side, or it replaces everything on its market; in hedge mode everything
//! on its side. Rows of trades on the same position follow each other; the first of them is of the trade that found nothing, or
//! that replaced what it found.

mod part;

pub(super) use part::Part;

use super::{
    intent::Intent,
    legs::{Leg, Role},
    protection::just_entered,
};
use crate::{error::Result, trading::Trading};
use domain::{Decimal, IntentId, Micros, Order, PositionSlot, Side};
use std::collections::BTreeMap;
use store::{
    DecimalText,
    intent::Reduction,
    protection::{self as rows, Protection},
};

/// Whether the position of a row belongs to a later entry of this desk, because that has replaced it. `rows` are those of
/// its market, oldest first.
pub(super) fn is_superseded(rows: &[Protection], trade: IntentId) -> bool {
    let positions = positions(rows);
    let Some(at) = rows.iter().position(|row| row.intent_id == trade) else { return false };
    let (slot, own) = positions[at];
    let later = rows.iter().zip(&positions).skip(at + 1);
    later.into_iter().any(|(row, (of, number))| *of == slot && *number != own && row.entered_at.is_some())
}

/// Returns the rows of a market whose trades have not ended and were not replaced, oldest first.
pub(super) fn current(rows: &[Protection]) -> Vec<Protection> {
    let open = |row: &&Protection| row.ended_at.is_none() && !is_superseded(rows, row.intent_id);
    rows.iter().filter(open).cloned().collect()
}

/// Numbers the positions that rows belong to, in the order of the rows. In hedge mode those of each side have their own
/// numbers: a trade on one side neither shares nor replaces a position of the other.
fn positions(rows: &[Protection]) -> Vec<(PositionSlot, usize)> {
    let mut numbers: BTreeMap<PositionSlot, usize> = BTreeMap::new();
    let of = |row: &Protection| {
        let number = numbers.entry(row.position_side).or_default();
        *number += usize::from(row.held_before.is_none());
        (row.position_side, *number)
    };
    rows.iter().map(of).collect()
}

/// Reduces the legs of an order to those that open a trade beside others: nothing is cancelled or closed, and the stop closes
/// only what the trade has.
pub(super) fn beside_others(legs: &mut Vec<Leg>, amount: Decimal) {
    legs.retain(|leg| !matches!(leg.role, Role::Cancel | Role::Close));
    let stops = legs.iter_mut().filter(|leg| leg.role == Role::Stop);
    stops.filter_map(|leg| leg.order.as_mut()).for_each(|order| order.amount = Some(amount));
}

/// A trade on a shared position.
pub(super) struct Sharer {
    pub(super) intent: Intent,
    pub(super) row: Protection,
    /// The amount that changes of the trade have closed of it.
    reduced: Decimal,
}

impl Sharer {
    async fn new(desk: &Trading, intent: Intent, row: Protection) -> Result<Self> {
        let mut reduced = Decimal::ZERO;
        for Reduction { order_json, .. } in store::intent::list_reductions(&desk.db, intent.id).await? {
            let order = order_json.map(|order| order.value()).transpose()?;
            reduced += order.map_or(Decimal::ZERO, |order| order.filled);
        }
        Ok(Self { intent, row, reduced })
    }

    /// Returns what the trade has entered less what its own orders and its changes have closed, as far as that is known.
    pub(super) fn rest(&self) -> Decimal {
        self.intent.unclosed(self.reduced + self.lost())
    }

    /// Whether something was entered so recently that the exchange may not report it yet.
    fn just_grew(&self, now: Micros) -> bool {
        let added = self.intent.legs.iter().filter(|leg| leg.role == Role::Add);
        let added = added.filter_map(|leg| leg.changed_at).max();
        just_entered(self.row.entered_at, now) || just_entered(added, now)
    }

    /// Returns what was closed of it outside the desk.
    fn lost(&self) -> Decimal {
        self.row.lost.map_or(Decimal::ZERO, |lost| lost.0)
    }

    /// Whether a leg closes a part of the trade.
    fn exits(leg: &Leg) -> bool {
        matches!(leg.role, Role::Stop | Role::Target | Role::Rescue)
    }
}

/// The trades on a position that more than one trade shares.
pub(super) struct SharedPosition {
    /// The trades, oldest first.
    pub(super) trades: Vec<Sharer>,
    /// The index of the trade that asks.
    own: usize,
    pub(super) side: Side,
}

impl SharedPosition {
    /// Loads the trades that share the position of `intent`; `None` if it has the position for itself.
    pub(super) async fn load(desk: &Trading, intent: &Intent) -> Result<Option<Self>> {
        let Some(side) = intent.entry_side() else { return Ok(None) };
        let rows = rows::on_market(&desk.db, intent.key, &intent.symbol).await?;
        let positions = positions(&rows);
        let own = rows.iter().position(|row| row.intent_id == intent.id);
        let Some(number) = own.map(|own| positions[own]) else { return Ok(None) };
        let together = |(row, position): &(&Protection, &usize)| {
            **position == number && row.side == side && (row.ended_at.is_none() || row.intent_id == intent.id)
        };
        let rows: Vec<Protection> =
            rows.iter().zip(&positions).filter(together).map(|(row, _)| row.clone()).collect();
        if rows.len() < 2 {
            return Ok(None);
        }
        let shared = Self::of_rows(desk, rows, Some(intent), side).await?;
        Ok(Some(shared).filter(|shared| shared.trades.len() > 1))
    }

    /// Loads the trades of these rows, of which `own` is known already.
    pub(super) async fn of_rows(
        desk: &Trading,
        rows: Vec<Protection>,
        own: Option<&Intent>,
        side: Side,
    ) -> Result<Self> {
        let mut trades = Vec::with_capacity(rows.len());
        for row in rows {
            let trade = match own.filter(|own| own.id == row.intent_id) {
                Some(own) => Some(own.clone()),
                None => Intent::load(desk, row.intent_id).await?,
            };
            if let Some(trade) = trade {
                trades.push(Sharer::new(desk, trade, row).await?);
            }
        }
        let is_own = |trade: &Sharer| own.is_some_and(|own| own.id == trade.intent.id);
        let own = trades.iter().position(is_own).unwrap_or_default();
        Ok(Self { trades, own, side })
    }

    /// Returns what each trade has, oldest first.
    fn rests(&self) -> Vec<Decimal> {
        self.trades.iter().map(Sharer::rest).collect()
    }

    /// Records that the position is only `held`, because something else than the trades' own orders has closed a part of it.
    async fn write_off(&mut self, desk: &Trading, held: Decimal) -> Result<()> {
        let rests = self.rests();
        let allotted = domain::trade::allot(held, &rests);
        let mut tx = desk.db.begin().await?;
        for ((trade, rest), allotted) in self.trades.iter_mut().zip(rests).zip(allotted) {
            if allotted < rest {
                let lost = trade.lost() + rest - allotted;
                rows::set_lost(&mut tx, trade.intent.id, lost).await?;
                trade.row.lost = Some(DecimalText(lost));
            }
        }
        Ok(tx.commit().await?)
    }

    /// Returns what the other trades have of the position.
    fn others(&self) -> Decimal {
        let others = self.trades.iter().enumerate().filter(|(index, _)| *index != self.own);
        others.map(|(_, trade)| trade.rest()).sum()
    }
}

/// Returns what each trade has of a position of `held`, as far as the database knows: all of it for a trade that has the
/// position for itself. `trades` are those on it, oldest first, with their rows.
pub(super) async fn held_by_each(
    desk: &Trading,
    trades: Vec<(Intent, Protection)>,
    held: Decimal,
) -> Result<Vec<Decimal>> {
    let alone = trades.len() == 1;
    let mut rests = Vec::with_capacity(trades.len());
    for (intent, row) in trades {
        let entered = intent.entered().unwrap_or_default();
        let rest = if alone { entered } else { Sharer::new(desk, intent, row).await?.rest() };
        rests.push(rest);
    }
    Ok(domain::trade::allot(held, &rests))
}

impl Intent {
    /// Returns what it has entered less what its own orders, and the `reduced` amount, have closed; as far as that is known.
    pub(super) fn unclosed(&self, reduced: Decimal) -> Decimal {
        let exits = self.legs.iter().filter(|leg| Sharer::exits(leg));
        let closed: Decimal = exits.filter_map(|leg| leg.placed.as_ref()).map(|order| order.filled).sum();
        (self.entered().unwrap_or_default() - closed - reduced).max(Decimal::ZERO)
    }

    /// Returns what closing orders for lack of protection, or at a time limit, have closed of it.
    pub(super) fn rescued(&self) -> Decimal {
        let rescues = self.legs.iter().filter(|leg| leg.role == Role::Rescue);
        rescues.filter_map(|leg| leg.placed.as_ref()).map(|order: &Order| order.filled).sum()
    }
}

#[cfg(test)]
mod tests;

//! Sells what a spot trade holds at market.

use super::{plan::in_the_way, read::Reading};
use crate::{
    error::Error,
    trading::order::{
        intent::Intent,
        legs::{Leg, PlannedOrder, Role},
        run::{Halt, Run, RunResult},
        seq,
    },
};
use domain::{Decimal, Side};
use store::intent::LegStatus;

impl Intent {
    /// Plans a sale of `amount` by the trade's owner. Returns `None` if the trade has no numbers left.
    pub(in crate::trading::order) fn plan_owners_sale(&mut self, amount: Decimal) -> Option<u16> {
        let seq = self.next_seq(seq::CLOSES)?;
        // The number may be that of a refused sale: with its failure, this one would never be looked up.
        self.plan_again(seq, Role::Close, PlannedOrder::closing(Side::Sell, amount));
        Some(seq)
    }

    /// The role of a sale that the desk plans: the owner's own one may have been refused.
    fn role_of_sale(&self) -> Role {
        let owners = self.legs.iter().rev().find(|leg| leg.role == Role::Close && leg.order.is_some());
        let refused = owners.is_some_and(|leg| matches!(leg.status, LegStatus::Refused | LegStatus::Skipped));
        if refused { Role::Close } else { Role::Rescue }
    }
}

impl Run<'_> {
    /// Returns a sale that is planned and has not been sent, after all that may have been sent before are looked up.
    pub(super) async fn planned_sale(&mut self) -> RunResult<Option<Leg>> {
        let is_sale = |leg: &&Leg| {
            matches!(leg.role, Role::Close | Role::Rescue)
                && leg.status == LegStatus::Planned
                && leg.order.is_some()
        };
        let Some(leg) = self.intent.legs.iter().find(is_sale).cloned() else { return Ok(None) };
        if self.is_unsent(&leg) {
            return Ok(Some(leg));
        }
        // It may have been sent and not have arrived yet. Its coins stay with their stop until that is certain.
        let found = self.look_up(&leg, self.since).await?;
        match found {
            Some(order) => self.intent.mark(leg.seq, LegStatus::Placed, Some(order)),
            None => {
                if let Some(known) = self.intent.legs.iter_mut().find(|known| known.seq == leg.seq) {
                    known.changed_at = None;
                }
            }
        }
        let again = self.intent.legs.iter().find(is_sale).cloned();
        Ok(again.filter(|leg| self.is_unsent(leg)))
    }

    /// Plans the sale of everything.
    pub(super) async fn plan_sale(&mut self, held: Decimal) -> RunResult<()> {
        let role = self.intent.role_of_sale();
        let first = (role == Role::Rescue && self.intent.leg(seq::RESCUE).is_none()).then_some(seq::RESCUE);
        let number = first.or_else(|| self.intent.next_seq(seq::CLOSES));
        let number = number.ok_or_else(|| Error::fault("an intent has no closing orders left"))?;
        self.intent.plan_again(number, role, PlannedOrder::closing(Side::Sell, held));
        Ok(self.intent.save_progress(self.desk).await?)
    }

    /// Makes one step of a planned sale: frees its coins, or sends it.
    pub(super) async fn sell_step(&mut self, sale: &Leg, reading: &Reading) -> RunResult<()> {
        self.may_cancel_and_close()?;
        let planned = sale.order.as_ref().and_then(|order| order.amount).unwrap_or_default();
        // A stop or a take-profit may have sold a part of it meanwhile.
        let amount = planned.min(reading.held);
        if amount.is_zero() {
            self.intent.mark(sale.seq, LegStatus::Skipped, None);
            return Ok(self.intent.save_progress(self.desk).await?);
        }
        if let Some(index) = in_the_way(amount, reading.held, &reading.open) {
            return self.cancel_share(&reading.open[index]).await;
        }
        if amount != planned {
            self.plan_and_save(sale.seq, sale.role, PlannedOrder::closing(Side::Sell, amount)).await?;
        }
        let sent = self.send(sale.seq).await;
        self.intent.save_progress(self.desk).await?;
        match sent {
            // It exists, although the exchange does not find it yet.
            Err(Halt::Refused(failure)) if failure.is_duplicate() => Err(Halt::Later(failure)),
            sent => sent.map(drop),
        }
    }
}

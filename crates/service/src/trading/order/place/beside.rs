//! A trade that is opened beside others, whose position it shares.

use super::{Placing, check_first_day};
use crate::{
    error::{Error, Result},
    trading::{
        Trading,
        order::{
            checks,
            claim::claim,
            intent::Intent,
            legs::{PlannedOrder, Role},
            run::Run,
            sharing::{SharedPosition, current},
            side::entered_by,
        },
    },
};
use domain::{Decimal, IntentId, Order, Position, PositionSlot, ticket::ManualOrder, validation::Problem};
use store::{
    intent::LegStatus,
    protection::{self as rows, Protection, Wanted},
};

/// The open trades that a new one is opened beside. By default there are none.
#[derive(Default)]
pub(super) struct Beside {
    /// The position's amount, in base units.
    pub(super) held_before: Option<Decimal>,
    position: Option<Position>,
    /// The trades whose stops would close more than they have, each with a planned stop that doesn't.
    pub(super) resized: Vec<Intent>,
    /// The legs of these stops.
    pub(super) stops: Vec<(IntentId, u16)>,
}

impl Beside {
    /// Claims the trades whose stops are resized for this instance.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if another instance works on one of them.
    pub(super) async fn claim(&self, desk: &Trading) -> Result<()> {
        for trade in &self.resized {
            if !trade.settled && !claim(desk, trade.id, desk.clock.now()).await? {
                return Err(Error::Unavailable { retry_after_s: 2 });
            }
        }
        Ok(())
    }

    /// Plans a stop of the trade's own amount for each trade whose stop closes more.
    ///
    /// # Errors
    /// A field problem if a trade was changed too often.
    fn plan_stops(&mut self, shared: SharedPosition) -> Result<()> {
        for trade in shared.trades {
            let (rest, mut intent) = (trade.rest(), trade.intent);
            // A stop that its owner has placed is theirs, and one that is not sent yet is fitted to the fill.
            let placed = intent.wanted_stop_leg().filter(|leg| leg.status == LegStatus::Placed);
            let Some(stop) = placed.and_then(|leg| leg.order.clone()) else { continue };
            if rest.is_zero() || stop.amount.is_some_and(|amount| amount <= rest) {
                continue;
            }
            let next = intent.next_moved_stop();
            let next = next.ok_or_else(|| Error::field("replace", Problem::ChangedTooOften))?;
            intent.plan(next, Role::Stop, PlannedOrder { amount: Some(rest), resizes: true, ..stop });
            self.stops.push((intent.id, next));
            self.resized.push(intent);
        }
        Ok(())
    }
}

impl Placing<'_> {
    /// Returns the open trades that an order is placed beside; `None` if nothing is open of the position `slot`, which the
    /// order opens. In hedge mode the market's other position is not concerned.
    ///
    /// # Errors
    /// [`Problem::PositionOpen`] if something is open there that the order cannot share a position with: anything on the other
    /// side, and what no trade has opened.
    pub(super) async fn beside(&self, order: &ManualOrder, slot: PositionSlot) -> Result<Option<Beside>> {
        let (desk, who, symbol) = (self.desk, &self.access.who, &order.symbol);
        let key = &self.access.row.key;
        let open = desk.exchange.open_orders(who, key.trade_type, Some(symbol)).await;
        let mut open = self.access.take(desk, open).await?;
        open.retain(|order| order.position_side == slot);
        let position = desk.exchange.position_for_stop(who, symbol, slot).await;
        let position = self.access.take(desk, position).await?;
        let entries: Vec<&Order> = open.iter().filter(|order| !order.reduce_only).collect();
        if position.is_none() && entries.is_empty() {
            return Ok(None);
        }
        let mut trades = current(&rows::of_position(&desk.db, key.id, symbol, slot).await?);
        trades.retain(|row| row.side == order.side);
        let same_side = position.as_ref().is_none_or(|position| entered_by(position.side) == order.side)
            && entries.iter().all(|entry| entry.side == order.side);
        let stays = |row: &Protection| row.wanted != Wanted::Closed;
        if !same_side || !trades.iter().any(stays) {
            return Err(Error::field("replace", Problem::PositionOpen));
        }
        let held = position.as_ref().map_or(Decimal::ZERO, |position| position.contracts);
        let mut beside = Beside { held_before: Some(held), position, ..Beside::default() };
        let mut shared = SharedPosition::of_rows(desk, trades, None, order.side).await?;
        if let Some(mut first) = shared.trades.first().map(|trade| trade.intent.clone()) {
            let run = Run::new(desk, who, &mut first, true).await?;
            let known = run.share_out(&mut shared, &open, held).await;
            self.access.known(desk, known).await?;
        }
        beside.plan_stops(shared)?;
        Ok(Some(beside))
    }

    /// Checks that the account can carry an order beside what is open, and that the position that results keeps the
    /// first-day limits and reaches the order's stop before it is liquidated.
    pub(super) async fn check_beside(
        &self,
        order: &ManualOrder,
        last: Decimal,
        beside: &Beside,
    ) -> Result<()> {
        let (desk, who) = (self.desk, &self.access.who);
        let kind = self.access.row.key.trade_type;
        let (balance, leverage) =
            tokio::join!(desk.exchange.balance(who, kind), desk.exchange.leverage(who, &order.symbol));
        let balance = self.access.take(desk, balance).await?;
        let (leverage, mode) = self.access.take(desk, leverage).await?;
        let funds = balance.assets.get(order.symbol.quote());
        let (free, total) = funds.map_or((Decimal::ZERO, Decimal::ZERO), |funds| (funds.free, funds.total));
        checks::addition_affordable(order, last, free, leverage)?;
        let whole = match &beside.position {
            Some(held) => checks::together(order.clone(), held, last)?,
            None => order.clone(),
        };
        check_first_day(desk, self.access.row.key.id, &whole, last).await?;
        checks::stop_comes_first(&whole, last, total, leverage, mode)
    }
}

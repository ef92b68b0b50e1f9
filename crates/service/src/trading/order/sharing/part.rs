//! The part of a shared position that is one trade's, with the orders that concern it. To the supervisor and to changes it
//! looks like a position that the trade has for itself.

use super::{SharedPosition, Sharer};
use crate::{
    error::Result,
    trading::order::{
        client_id,
        intent::Intent,
        legs::{Leg, Role},
        protection::{READINGS_LAG, Seen, is_stop},
        run::{Run, RunResult},
        side::entered_by,
    },
};
use domain::{Decimal, Micros, Order, Position, trade::hand_out};
use store::{
    intent::{Kind, LegStatus},
    protection::Wanted,
};

/// The knowledge of a trade's part besides its position and orders.
pub(in crate::trading::order) struct Part {
    /// Whether the position is smaller than what its trades have together, and that is too recent to be believed: reads lag
    /// behind fills, and the outcome of an order may not be known yet. Until then each trade is taken to have all of its part.
    pub(in crate::trading::order) uncertain: bool,
    /// Orders of the trade that have ended, which its legs do not show yet.
    pub(in crate::trading::order) ended: Vec<(u16, Order)>,
}

impl Run<'_> {
    /// Reduces what the exchange reports of a market to the part of this run's trade.
    pub(in crate::trading::order) async fn part(
        &self,
        mut shared: SharedPosition,
        open: Vec<Order>,
        position: Option<Position>,
    ) -> RunResult<Seen> {
        let side = shared.side;
        let position = position.filter(|position| entered_by(position.side) == side);
        let Some(position) = position else {
            let part = Some(Part { uncertain: false, ended: Vec::new() });
            return Ok(Seen { position: None, open: shared.own_orders(open), part });
        };
        let ended = self.learn_exits(&mut shared, &open, position.contracts).await?;
        let uncertain = self.is_short(&mut shared, position.contracts).await?;
        let own = shared.trades[shared.own].rest();
        let position = (!own.is_zero()).then_some(Position { contracts: own, ..position });
        Ok(Seen { position, open: shared.own_orders(open), part: Some(Part { uncertain, ended }) })
    }

    /// Determines what each trade on a position of `held` has, before another one is opened beside them. What a trade that
    /// had the position for itself is missing was closed elsewhere.
    pub(in crate::trading::order) async fn share_out(
        &self,
        shared: &mut SharedPosition,
        open: &[Order],
        held: Decimal,
    ) -> RunResult<()> {
        self.learn_exits(shared, open, held).await?;
        let now = self.desk.clock.now();
        let alone = shared.trades.len() == 1 && !shared.trades.iter().any(|trade| trade.just_grew(now));
        if alone && shared.rests().iter().sum::<Decimal>() > held {
            shared.write_off(self.desk, held).await?;
        }
        Ok(())
    }

    /// Returns the market's position without the parts of other trades than `trade`. What its owner has added elsewhere is
    /// contained.
    pub(in crate::trading::order) async fn position_of(&self, trade: &Intent) -> RunResult<Option<Position>> {
        let Some(mut shared) = SharedPosition::load(self.desk, trade).await? else {
            return self.position().await;
        };
        let open = self.open_orders().await?;
        let Some(position) = self.position().await? else { return Ok(None) };
        if entered_by(position.side) != shared.side {
            return Ok(Some(position));
        }
        self.learn_exits(&mut shared, &open, position.contracts).await?;
        let contracts = position.contracts - shared.others();
        Ok((contracts > Decimal::ZERO).then_some(Position { contracts, ..position }))
    }

    /// Looks up the trades' own closing orders that are not open any more. Returns those of this run's trade that have
    /// ended. While the position is smaller than what the trades have, orders that may have been sent are looked up, too.
    async fn learn_exits(
        &self,
        shared: &mut SharedPosition,
        open: &[Order],
        held: Decimal,
    ) -> RunResult<Vec<(u16, Order)>> {
        let mut ended = self.look_up_exits(shared, open, LegStatus::Placed).await?;
        if shared.rests().iter().sum::<Decimal>() > held {
            ended.extend(self.look_up_exits(shared, open, LegStatus::Planned).await?);
        }
        Ok(ended)
    }

    async fn look_up_exits(
        &self,
        shared: &mut SharedPosition,
        open: &[Order],
        status: LegStatus,
    ) -> RunResult<Vec<(u16, Order)>> {
        let (mut ended, own) = (Vec::new(), shared.own);
        for (index, trade) in shared.trades.iter_mut().enumerate() {
            let unknown = |leg: &&Leg| Sharer::exits(leg) && leg.status == status && leg.may_be_open();
            let legs: Vec<Leg> = trade.intent.legs.iter().filter(unknown).cloned().collect();
            for leg in legs {
                let id = trade.intent.client_id(leg.seq);
                if let Some(order) = open.iter().find(|order| order.client_order_id == id) {
                    trade.intent.mark(leg.seq, leg.status, Some(order.clone()));
                    continue;
                }
                let conditional = leg.order.as_ref().is_some_and(|order| order.kind.conditional());
                let Some(order) = self.find(&id, conditional, Micros(0)).await? else { continue };
                if index == own && order.is_final() {
                    ended.push((leg.seq, order.clone()));
                }
                trade.intent.mark(leg.seq, LegStatus::Placed, Some(order));
            }
        }
        Ok(ended)
    }

    /// Whether the position is smaller than what its trades have together, for a reason that is not known yet. What has been
    /// missing for as long as reads may lag was closed elsewhere, and is written off.
    async fn is_short(&self, shared: &mut SharedPosition, held: Decimal) -> Result<bool> {
        let (desk, key, place) = (self.desk, self.intent.key, (&self.intent.symbol, self.slot));
        let total: Decimal = shared.rests().iter().sum();
        if total <= held {
            desk.supervision.record_agreement(key, place);
            return Ok(false);
        }
        let lasts = desk.supervision.short_for(key, place, (held, total), desk.clock.boot());
        let unfinished = store::intent::unfinished_for_key(&desk.db, key).await?;
        let mut here = unfinished.iter().filter(|row| (&row.symbol, row.position_side) == place);
        let changes = here.any(|row| row.kind == Kind::Close);
        if lasts < READINGS_LAG || changes {
            return Ok(true);
        }
        shared.write_off(desk, held).await?;
        desk.supervision.record_agreement(key, place);
        Ok(false)
    }
}

impl SharedPosition {
    /// Returns those of a market's `open` orders that concern the trade that asks: its own, and those that no trade has sent.
    /// Stops that no trade has sent cover the trades without a stop, oldest first, and appear with the amount that they cover
    /// of this one.
    pub(super) fn own_orders(&self, open: Vec<Order>) -> Vec<Order> {
        let own = &self.trades[self.own].intent;
        let outdated = own.outdated_among(&open);
        let mut needs: Vec<Decimal> = self.trades.iter().map(|trade| trade.uncovered(&open)).collect();
        let mut seen = Vec::new();
        for order in open {
            let id = &order.client_order_id;
            let own = own.leg_by_client_id(id).is_some() || outdated.contains(id);
            if !own && client_id::protects(id) {
                // It is another trade's.
                continue;
            }
            if own || !is_stop(&order) || order.side != self.side.opposite() {
                seen.push(order);
                continue;
            }
            let covered = match order.amount {
                Some(amount) => hand_out(amount - order.filled, &needs),
                None => needs.clone(),
            };
            needs.iter_mut().zip(&covered).for_each(|(need, covered)| *need -= covered);
            let part = covered[self.own];
            if part > Decimal::ZERO {
                seen.push(Order { amount: Some(part), filled: Decimal::ZERO, ..order });
            }
        }
        seen
    }
}

impl Sharer {
    /// Returns how much of the trade has no stop of its own among the `open` orders, if it is to have one.
    fn uncovered(&self, open: &[Order]) -> Decimal {
        if self.row.wanted != Wanted::Stop {
            return Decimal::ZERO;
        }
        let rest = self.rest();
        let stops = open.iter().filter(|order| is_stop(order));
        let own = stops.filter(|order| {
            let leg = self.intent.leg_by_client_id(&order.client_order_id);
            leg.is_some_and(|leg| leg.role == Role::Stop)
        });
        let covered: Decimal =
            own.map(|order| order.amount.map_or(rest, |amount| amount - order.filled)).sum();
        (rest - covered).max(Decimal::ZERO)
    }
}

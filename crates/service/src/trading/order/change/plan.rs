//! Plans the legs of a change at the trade's intent, before anything is sent.

use super::request::{Adding, Protecting, StopStep, TargetStep};
use crate::{
    error::{Error, Result},
    trading::order::{
        intent::Intent,
        legs::{self, Leg, PlannedOrder, Role},
        side::entered_by,
    },
};
use domain::{
    Decimal, Market, Order, OrderType, Position, Side,
    ticket::Stop,
    trade::{PriceSource, StopChange, TargetShare, TradeChange, TradeFacts, target_amounts},
    validation::Problem,
};
use store::protection::{Protection, Wanted};

/// A trade and its position, as a change finds them.
pub(super) struct Situation {
    pub(super) side: Side,
    /// Whether nothing of the entry has filled.
    pub(super) unfilled: bool,
    /// Whether the entry may still fill, so that no take-profit has been sent.
    pub(super) rests: bool,
    /// The amount that stop and take-profits are for: what is held, or what was ordered while the entry rests.
    pub(super) amount: Decimal,
    /// The price that triggers the stop.
    pub(super) trigger: PriceSource,
    /// The whole position on the trade's side, also what its owner has added elsewhere; of a shared position, the trade's part.
    held: Decimal,
    /// Whether other trades share the position.
    shared: bool,
    /// The average entry price; `None` while nothing has filled.
    entry_price: Option<Decimal>,
    prices: Vec<Decimal>,
    liquidation: Option<Decimal>,
}

impl Situation {
    /// Describes a trade by its position and the market's last price. `None` if its position has ended.
    pub(super) fn of(trade: &Intent, position: Option<&Position>, last: Decimal) -> Option<Self> {
        let order = trade.request.opens()?;
        let (side, ordered) = (order.side, order.amount);
        let held = position.filter(|position| entered_by(position.side) == side);
        let rests = trade.entry_rests();
        let trigger = trade.wanted_stop().map(|stop| stop.trigger).unwrap_or_default();
        let Some(entered) = trade.entered() else {
            let prices = order.entry.prices(last);
            let (entry_price, liquidation) = (None, None);
            return rests.then_some(Self {
                side,
                unfilled: true,
                rests,
                amount: ordered,
                trigger,
                held: Decimal::ZERO,
                shared: false,
                entry_price,
                prices,
                liquidation,
            });
        };
        let held = held?;
        Some(Self {
            side,
            unfilled: false,
            rests,
            amount: if rests { ordered } else { entered.min(held.contracts) },
            trigger,
            held: held.contracts,
            shared: false,
            entry_price: Some(held.entry_price),
            prices: vec![last, held.mark_price],
            liquidation: held.liquidation_price,
        })
    }

    /// Describes the same trade on a position that others share. The position that it was made with is the trade's part.
    pub(super) fn shared(self) -> Self {
        Self { shared: true, ..self }
    }

    /// Returns the average price of what is held, for the price at which closing it costs nothing. After a partial close, an
    /// addition weighs more in the position than in all that was entered, and only the exchange knows that average. It
    /// counts what the owner has added elsewhere, too, and then the trade's own average is returned.
    pub(super) fn held_price(&self, trade: &Intent) -> Option<Decimal> {
        let added = trade.filled_entry().is_some_and(|entry| Some(entry.filled) != trade.entered());
        let own =
            !self.unfilled && !self.shared && trade.entered().is_some_and(|entered| self.held <= entered);
        let reported = self.entry_price.filter(|_| added && own);
        reported.or_else(|| trade.average_entry()).or(self.entry_price)
    }

    /// Lets a moved stop cover all that was entered. A stop that the desk moves by itself may be moved right after a fill,
    /// when the position that was read may still lack a part. A stop that is too large closes no more than there is.
    /// On a shared position it would close what others have.
    pub(super) fn cover_entered(&mut self, trade: &Intent) {
        if self.shared {
            return;
        }
        let entered = trade.entered().unwrap_or_default();
        (self.amount, self.held) = (self.amount.max(entered), self.held.max(entered));
    }

    /// Returns what a change is checked against.
    pub(super) fn facts<'a>(&'a self, market: &'a Market) -> TradeFacts<'a> {
        TradeFacts {
            market,
            side: self.side,
            amount: self.amount,
            prices: &self.prices,
            liquidation: self.liquidation,
        }
    }

    /// Returns the stop's order. A stop that replaces another has an amount, because the exchange accepts only one
    /// stop that closes the whole position, and the old one stays until the new one is open. A market stop is for all
    /// that is held, so that moving it protects no less than before.
    fn stop_order(&self, stop: Stop) -> PlannedOrder {
        let planned =
            PlannedOrder { trigger: self.trigger, ..legs::stop_order(self.side, stop, self.amount) };
        if self.shared && !self.unfilled {
            return PlannedOrder { amount: Some(self.held), resizes: true, ..planned };
        }
        if self.unfilled || planned.amount.is_some() {
            return planned;
        }
        PlannedOrder { amount: Some(self.amount.max(self.held)), ..planned }
    }
}

/// Plans a change at `trade` and returns its request. `wanted` is the protection wanted so far.
///
/// # Errors
/// A field problem if the trade was changed too often.
pub(super) fn plan(
    trade: &mut Intent,
    change: &TradeChange,
    at: &Situation,
    wanted: Wanted,
    lot: Decimal,
) -> Result<Protecting> {
    let stop = match change.stop {
        None => StopStep::Keep,
        Some(StopChange::Remove { .. }) => StopStep::Remove,
        Some(StopChange::Set(stop)) => plan_stop(trade, at.stop_order(stop), wanted)?,
    };
    let targets = match &change.targets {
        None => None,
        Some(targets) => Some(plan_targets(trade, targets, at, lot)?),
    };
    Ok(Protecting { trade: trade.id, stop, targets })
}

fn plan_stop(trade: &mut Intent, order: PlannedOrder, wanted: Wanted) -> Result<StopStep> {
    let same = |leg: &&Leg| leg.order.as_ref().is_some_and(|now| now.stops_as(&order));
    if let Some(leg) = trade.wanted_stop_leg().filter(same) {
        // A stop that is not supervised any more becomes the wanted one again.
        return Ok(if wanted == Wanted::Stop { StopStep::Keep } else { StopStep::Move(leg.seq) });
    }
    let next = trade.next_moved_stop();
    let next = next.ok_or_else(|| Error::field("stopTriggerPrice", Problem::ChangedTooOften))?;
    trade.plan(next, Role::Stop, order);
    Ok(StopStep::Move(next))
}

/// Plans an addition of `amount` to a position of `held`, and a stop that covers the larger position. A stop that closes
/// all of the position stays.
///
/// # Errors
/// A field problem if the trade was changed too often.
pub(super) fn plan_addition(
    trade: &mut Intent,
    at: &Situation,
    held: &Position,
    amount: Decimal,
) -> Result<Adding> {
    let often = || Error::field("amount", Problem::ChangedTooOften);
    let leg = trade.next_addition().ok_or_else(often)?;
    if trade.wanted_targets().count() > usize::from(trade.targets_left()) {
        return Err(often());
    }
    let mut stop = StopStep::Keep;
    if let Some(order) = larger_stop(trade, at, held.contracts, amount) {
        let next = trade.next_moved_stop().ok_or_else(often)?;
        trade.plan(next, Role::Stop, order);
        stop = StopStep::Move(next);
    }
    trade.plan(leg, Role::Add, PlannedOrder::adding(at.side, amount));
    Ok(Adding {
        trade: trade.id,
        side: at.side,
        leg,
        amount,
        held: held.contracts,
        price: held.entry_price,
        own: at.amount,
        stop,
        targets: trade.wanted_targets().map(|leg| leg.seq).collect(),
    })
}

/// Returns the wanted stop for a position of `held` that grows by `amount`; `None` if the present one is large enough. A
/// market stop also covers what its owner has added elsewhere, as when it is moved.
fn larger_stop(trade: &Intent, at: &Situation, held: Decimal, amount: Decimal) -> Option<PlannedOrder> {
    let order = trade.wanted_stop()?;
    let entered = trade.entered()?;
    let covered = match order.kind {
        _ if at.shared => at.amount,
        OrderType::StopMarket => entered.max(held),
        _ => entered,
    };
    let whole = covered.checked_add(amount)?;
    order.amount.filter(|now| *now < whole)?;
    Some(PlannedOrder { amount: Some(whole), resizes: at.shared, ..order.clone() })
}

fn plan_targets(
    trade: &mut Intent,
    targets: &[TargetShare],
    at: &Situation,
    lot: Decimal,
) -> Result<TargetStep> {
    if targets.len() > usize::from(trade.targets_left()) {
        return Err(Error::field("takeProfitPrices", Problem::ChangedTooOften));
    }
    let amounts = target_amounts(targets, at.amount, lot);
    let amounts = amounts.ok_or_else(|| Error::fault("take-profits were not checked"))?;
    // A limit order of its owner stays one while its price stays.
    let is_limit = |leg: &&Leg| leg.order.as_ref().is_some_and(|order| order.kind == OrderType::Limit);
    let limits: Vec<Decimal> =
        trade.wanted_targets().filter(is_limit).filter_map(|leg| leg.order.as_ref()?.price).collect();
    let orders = targets.iter().zip(amounts);
    let orders = orders.map(|(target, amount)| {
        let planned = if limits.contains(&target.price) { legs::limit_close } else { legs::target_order };
        planned(at.side, target.price, amount)
    });
    let step = replace_targets(trade, &orders.collect::<Vec<_>>())?;
    if at.rests {
        // Should the entry fill before this change is carried out, only the new ones are sent.
        trade.give_up(&step.old);
    }
    Ok(step)
}

/// Plans take-profits in place of the wanted ones.
pub(super) fn replace_targets(trade: &mut Intent, orders: &[PlannedOrder]) -> Result<TargetStep> {
    let old = trade.wanted_targets().map(|leg| leg.seq).collect();
    let mut new = Vec::new();
    for order in orders {
        let next = trade.next_target().ok_or_else(|| Error::fault("a trade has no take-profits left"))?;
        trade.plan(next, Role::Target, order.clone());
        new.push(next);
    }
    Ok(TargetStep { old, new })
}

/// Returns a take-profit's order with another amount.
pub(super) fn with_amount(leg: &Leg, amount: Decimal) -> Option<PlannedOrder> {
    Some(PlannedOrder { amount: Some(amount), ..leg.order.clone()? })
}

/// Returns the part of a position that is the trade's, in base units; `None` without one.
pub(super) fn own_position(trade: &Intent, row: &Protection, position: Option<&Position>) -> Option<Decimal> {
    let held = position.filter(|position| entered_by(position.side) == row.side)?;
    Some(trade.entered()?.min(held.contracts))
}

/// Whether an order was cancelled, or expired, before it filled.
pub(super) fn ended_unfilled(order: &Order) -> bool {
    order.is_final() && order.filled.is_zero()
}

#[cfg(test)]
pub(super) mod tests;

//! Plans everything an intent will send before anything is sent. Pure functions.

use super::seq;
use domain::{
    Decimal, Market, Micros, Order, OrderStatus, OrderType, Position, PositionSlot, Side, Symbol,
    TimeInForce, TradeType, sizing,
    ticket::{Entry, ManualOrder, Stop},
    trade::{self, PriceSource},
};
use exchange::{OrderRequest, Urgency};
use serde::{Deserialize, Serialize};
use store::intent::LegStatus;

domain::words! {
    /// The purpose of a leg.
    pub(crate) Role {
        /// Cancels the market's open orders.
        Cancel = "cancel",
        /// Closes the current position.
        Close = "close",
        /// Opens the new position.
        Entry = "entry",
        /// Increases the position.
        Add = "add",
        /// Closes the position at a loss.
        Stop = "stop",
        /// Closes a share of the position at a gain.
        Target = "target",
        /// Closes the position because its stop was refused.
        Rescue = "rescue",
    }
}

/// One leg: the plan, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    /// The number of the leg within its intent.
    pub(crate) seq: u16,
    pub(crate) role: Role,
    /// The order to send; `None` for cancelling, and for closing until the position's size is known.
    pub(crate) order: Option<PlannedOrder>,
    pub(crate) status: LegStatus,
    /// The order as last reported by the exchange.
    pub(crate) placed: Option<Order>,
    /// Why the exchange refused the order.
    pub(crate) failure: Option<String>,
    /// How the leg differs from its row.
    pub(crate) unsaved: Unsaved,
    /// The client order id in the leg's row; `None` if the leg was not read from the database.
    pub(crate) client_order_id: Option<String>,
    /// When the leg's row last changed; `None` if the leg was not read from the database.
    pub(crate) changed_at: Option<Micros>,
}

/// How a leg in memory differs from its row in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsaved {
    /// No difference.
    Nothing,
    /// The outcome is not written yet.
    Outcome,
    /// Neither the current plan nor the outcome is written yet.
    Plan,
    /// The leg has no row yet.
    Row,
}

impl Leg {
    /// Creates a planned leg that has no row yet.
    pub(crate) const fn new(seq: u16, role: Role, order: Option<PlannedOrder>) -> Self {
        let (status, unsaved) = (LegStatus::Planned, Unsaved::Row);
        Self {
            seq,
            role,
            order,
            status,
            placed: None,
            failure: None,
            unsaved,
            client_order_id: None,
            changed_at: None,
        }
    }

    /// Whether its order may be open at the exchange: it was placed, or it is not known whether it was.
    pub(crate) fn may_be_open(&self) -> bool {
        let ended = self.placed.as_ref().is_some_and(Order::is_final);
        self.order.is_some() && !ended && matches!(self.status, LegStatus::Planned | LegStatus::Placed)
    }

    /// Whether this is a take-profit that no change has replaced.
    pub(crate) fn is_wanted_target(&self) -> bool {
        self.role == Role::Target && !matches!(self.status, LegStatus::Skipped | LegStatus::Done)
    }

    /// Returns the part of its amount that has not filled, in base units.
    pub(crate) fn unfilled(&self) -> Decimal {
        let amount = self.order.as_ref().and_then(|order| order.amount).unwrap_or_default();
        amount - self.placed.as_ref().map_or(Decimal::ZERO, |order| order.filled)
    }

    /// Whether its row differs from it.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.unsaved != Unsaved::Nothing
    }

    /// Whether this is a stop or a take-profit.
    pub(crate) const fn is_protective(&self) -> bool {
        matches!(self.role, Role::Stop | Role::Target)
    }
}

/// The plan of a leg as stored in its row, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LegPlan {
    pub(crate) seq: u16,
    pub(crate) role: Role,
    pub(crate) order: Option<PlannedOrder>,
}

/// A planned order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlannedOrder {
    pub(crate) side: Side,
    pub(crate) kind: OrderType,
    pub(crate) amount: Option<Decimal>,
    pub(crate) price: Option<Decimal>,
    pub(crate) stop_price: Option<Decimal>,
    /// The price that triggers it. Earlier releases did not record it.
    #[serde(default)]
    pub(crate) trigger: PriceSource,
    pub(crate) callback_rate: Option<Decimal>,
    pub(crate) time_in_force: TimeInForce,
    pub(crate) reduce_only: bool,
}

impl PlannedOrder {
    /// Returns a reduce-only market order.
    pub(crate) const fn closing(side: Side, amount: Decimal) -> Self {
        Self {
            side,
            kind: OrderType::Market,
            amount: Some(amount),
            price: None,
            stop_price: None,
            trigger: PriceSource::Last,
            callback_rate: None,
            time_in_force: TimeInForce::Gtc,
            reduce_only: true,
        }
    }

    /// Returns a market order that increases a position.
    pub(crate) const fn adding(side: Side, amount: Decimal) -> Self {
        Self { reduce_only: false, ..Self::closing(side, amount) }
    }

    /// Returns the plan of an order reported by the exchange. A triggered conditional order is reported as
    /// the order it became.
    pub(crate) fn as_sent(order: &Order) -> Self {
        let kind = match order.kind {
            OrderType::Market if order.stop_price.is_some() => OrderType::StopMarket,
            OrderType::Limit if order.stop_price.is_some() => OrderType::Stop,
            kind => kind,
        };
        Self {
            side: order.side,
            kind,
            amount: order.amount,
            price: order.price.filter(|_| order.kind != OrderType::Market),
            stop_price: order.stop_price,
            // It is not reported; the last price is usual.
            trigger: PriceSource::Last,
            callback_rate: order.callback_rate,
            time_in_force: order.time_in_force,
            reduce_only: order.reduce_only,
        }
    }

    /// Returns this order as filled by `position`, for when the exchange does not report the order itself.
    pub(crate) fn filled_as(&self, client_order_id: String, symbol: &Symbol, position: &Position) -> Order {
        let hedged = position.position_side.is_hedged();
        Order {
            cost: position.notional,
            average: Some(position.entry_price),
            filled: position.contracts,
            remaining: self.amount.map(|amount| amount - position.contracts),
            ..self.assumed_filled(client_order_id, symbol, hedged, position.at)
        }
    }

    /// Returns the position that the order acts on, in an account in hedge mode if `hedged`.
    pub(crate) const fn slot(&self, hedged: bool) -> PositionSlot {
        PositionSlot::opened_by(if self.reduce_only { self.side.opposite() } else { self.side }, hedged)
    }

    /// Returns this order as filled at an unknown price, for when only the position shows that it was; `hedged` if the
    /// account is in hedge mode.
    pub(crate) fn assumed_filled(
        &self,
        client_order_id: String,
        symbol: &Symbol,
        hedged: bool,
        at: Micros,
    ) -> Order {
        Order {
            id: String::new(),
            client_order_id,
            at,
            symbol: symbol.clone(),
            kind: self.kind,
            time_in_force: self.time_in_force,
            post_only: false,
            reduce_only: self.reduce_only,
            side: self.side,
            price: self.price,
            stop_price: self.stop_price,
            callback_rate: self.callback_rate,
            amount: self.amount,
            cost: Decimal::ZERO,
            average: None,
            filled: self.amount.unwrap_or_default(),
            remaining: self.amount.map(|_| Decimal::ZERO),
            status: OrderStatus::Closed,
            position_side: self.slot(hedged),
        }
    }

    /// Whether this is the same stop as `other`, for whatever amount.
    pub(crate) fn stops_as(&self, other: &Self) -> bool {
        (self.side, self.kind, self.price, self.stop_price, self.trigger)
            == (other.side, other.kind, other.price, other.stop_price, other.trigger)
    }

    /// Returns the exchange request for this order, of an account in hedge mode if `hedged`.
    pub(crate) fn request(
        &self,
        client_order_id: String,
        role: Role,
        (trade_type, hedged): (TradeType, bool),
        symbol: &Symbol,
    ) -> OrderRequest {
        OrderRequest {
            position_side: self.slot(hedged),
            trade_type,
            symbol: symbol.clone(),
            client_order_id,
            side: self.side,
            kind: self.kind,
            amount: self.amount,
            price: self.price,
            stop_price: self.stop_price,
            trigger: self.trigger,
            callback_rate: self.callback_rate,
            time_in_force: self.time_in_force,
            reduce_only: self.reduce_only,
            urgency: match role {
                Role::Entry | Role::Add => Urgency::First,
                Role::Target => Urgency::Second,
                Role::Cancel | Role::Close | Role::Stop | Role::Rescue => Urgency::Protection,
            },
        }
    }
}

/// Returns the legs that cancel a market's orders and close its position.
pub(crate) fn closing() -> Vec<Leg> {
    vec![Leg::new(seq::CANCEL, Role::Cancel, None), Leg::new(seq::CLOSE, Role::Close, None)]
}

/// Returns every leg of a manual order; `None` if a target's share would be zero.
pub(crate) fn opening(order: &ManualOrder, market: &Market) -> Option<Vec<Leg>> {
    let mut legs = closing();
    legs.push(Leg::new(seq::ENTRY, Role::Entry, Some(entry(order))));
    if let Some(stop) = order.stop {
        legs.push(Leg::new(seq::STOP, Role::Stop, Some(stop_order(order.side, stop, order.amount))));
    }
    let shares = sizing::target_shares(order.amount, order.targets.len(), market.lot)?;
    for ((share, price), seq) in shares.into_iter().zip(&order.targets).zip(seq::FIRST_TARGET..) {
        legs.push(Leg::new(seq, Role::Target, Some(target_order(order.side, *price, share))));
    }
    Some(legs)
}

fn entry(order: &ManualOrder) -> PlannedOrder {
    let (kind, price, stop_price, callback_rate) = match order.entry {
        Entry::Market => (OrderType::Market, None, None, None),
        Entry::Limit(price) | Entry::TimedLimit { price, .. } => (OrderType::Limit, Some(price), None, None),
        Entry::Trailing { activation, callback_rate } => {
            (OrderType::TrailingStopMarket, None, Some(activation), Some(callback_rate))
        }
    };
    PlannedOrder {
        side: order.side,
        kind,
        amount: Some(order.amount),
        price,
        stop_price,
        trigger: PriceSource::Last,
        callback_rate,
        time_in_force: match order.entry {
            Entry::TimedLimit { time_in_force, .. } => time_in_force,
            _ => TimeInForce::Gtc,
        },
        reduce_only: false,
    }
}

/// A MARKET stop closes the whole position, whatever its size (no amount); a LIMIT stop has the entry's
/// amount. Both end with the position (`GTE_GTC`), as in the API document's examples.
pub(crate) fn stop_order(entry: Side, stop: Stop, amount: Decimal) -> PlannedOrder {
    PlannedOrder {
        side: entry.opposite(),
        kind: if stop.limit.is_some() { OrderType::Stop } else { OrderType::StopMarket },
        amount: stop.limit.map(|_| amount),
        price: stop.limit,
        stop_price: Some(stop.trigger),
        trigger: PriceSource::Last,
        callback_rate: None,
        time_in_force: TimeInForce::GteGtc,
        reduce_only: true,
    }
}

pub(crate) fn target_order(entry: Side, price: Decimal, amount: Decimal) -> PlannedOrder {
    PlannedOrder {
        kind: OrderType::TakeProfit,
        price: Some(price),
        stop_price: Some(price),
        ..PlannedOrder::closing(entry.opposite(), amount)
    }
}

/// Fits the stop and targets of `legs` to the amount that the entry actually filled.
pub(crate) fn fit_to_fill(legs: &mut [Leg], filled: Decimal, market: &Market) {
    let mut shares = fitted_targets(legs, filled, market).into_iter();
    for leg in legs {
        let wanted = leg.is_wanted_target();
        match (leg.role, &mut leg.order) {
            (Role::Stop, Some(order)) => order.amount = order.amount.map(|_| filled),
            (Role::Target, Some(order)) if wanted => {
                order.amount = Some(shares.next().unwrap_or(Decimal::ZERO));
            }
            _ => {}
        }
    }
}

/// Returns the amounts of the targets: equal ones, as in the order, or with the shares that their owner has given them
/// since. Calculated again after a restart, they are the same.
fn fitted_targets(legs: &[Leg], filled: Decimal, market: &Market) -> Vec<Decimal> {
    let wanted = || legs.iter().filter(|leg| leg.is_wanted_target());
    let entry = legs.iter().find(|leg| leg.role == Role::Entry).and_then(|leg| leg.order.as_ref()?.amount);
    if let Some(ordered) = entry
        && wanted().any(|leg| seq::TARGETS.contains(&leg.seq))
    {
        let amounts: Vec<_> = wanted().filter_map(|leg| leg.order.as_ref()?.amount).collect();
        let fit = amounts.iter().sum::<Decimal>() <= filled;
        return if fit { amounts } else { trade::fit_targets(&amounts, ordered, filled, market) };
    }
    // If too little filled for every target, only the first ones get a share.
    let count = wanted().count();
    (1..=count).rev().find_map(|n| sizing::target_shares(filled, n, market.lot)).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests;

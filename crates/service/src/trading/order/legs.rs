//! Plans everything an intent will send before anything is sent. Pure functions.

mod entry;
mod exits;
mod fit;

use super::seq;
use domain::{
    Decimal, Market, Micros, Order, OrderStatus, OrderType, Position, PositionSlot, Side, Symbol,
    TimeInForce, TradeType, sizing, ticket::ManualOrder, trade::PriceSource,
};
use entry::{entry, second_entry};
use exchange::{OrderRequest, Urgency};
pub(crate) use exits::{limit_close, stop_order, target_order};
pub(crate) use fit::fit_to_fill;
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
        /// Closes what both orders of an OCO entry filled beyond the trade's amount.
        Excess = "excess",
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
    /// When it ends, if it is good till a date. Earlier releases sent no such orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) good_till: Option<Micros>,
    pub(crate) reduce_only: bool,
    /// Whether it replaces all earlier stops of its trade, whatever their amounts: on a shared position a stop fits the trade's
    /// part. Earlier releases did not record it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) resizes: bool,
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
            good_till: None,
            reduce_only: true,
            resizes: false,
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
            // It is not reported with the order; the exchange knows it.
            good_till: None,
            reduce_only: order.reduce_only,
            resizes: false,
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
            good_till: self.good_till,
            reduce_only: self.reduce_only,
            urgency: match role {
                Role::Entry | Role::Add => Urgency::First,
                Role::Target => Urgency::Second,
                Role::Cancel | Role::Close | Role::Stop | Role::Rescue | Role::Excess => Urgency::Protection,
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
    legs.extend(second_entry(order).map(|planned| Leg::new(seq::SECOND_ENTRY, Role::Entry, Some(planned))));
    if let Some(stop) = order.stop {
        legs.push(Leg::new(seq::STOP, Role::Stop, Some(stop_order(order.side, stop, order.amount))));
    }
    let shares = sizing::target_shares(order.amount, order.targets.len(), market.lot)?;
    for ((share, price), seq) in shares.into_iter().zip(&order.targets).zip(seq::FIRST_TARGET..) {
        legs.push(Leg::new(seq, Role::Target, Some(target_order(order.side, *price, share))));
    }
    Some(legs)
}

#[cfg(test)]
pub(crate) mod tests;

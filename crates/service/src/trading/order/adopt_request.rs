//! The request that the intent of an adoption carries out.

use super::{legs::PlannedOrder, side::entered_by};
use domain::{
    Decimal, Micros, Order, Position, Symbol,
    ticket::{Entry, ManualOrder, Stop},
    trade::TargetShare,
};
use serde::{Deserialize, Serialize};

/// A position to adopt, as the exchange reported it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Adopting {
    /// The order that would have opened it.
    pub(crate) order: ManualOrder,
    /// Average entry price.
    pub(crate) price: Decimal,
    /// When the exchange had last changed it.
    pub(crate) at: Micros,
}

impl Adopting {
    pub(super) fn new(position: &Position, stop: Option<Stop>, targets: &[TargetShare]) -> Self {
        Self {
            order: ManualOrder {
                symbol: position.symbol.clone(),
                side: entered_by(position.side),
                entry: Entry::Market,
                amount: position.contracts,
                targets: targets.iter().map(|target| target.price).collect(),
                stop,
                risk_percent: None,
            },
            price: position.entry_price,
            at: position.at,
        }
    }

    /// Returns the position as the filled order that would have opened it, in an account in hedge mode if `hedged`.
    pub(super) fn entry(&self, client_order_id: String, symbol: &Symbol, hedged: bool) -> Order {
        let planned = PlannedOrder::adding(self.order.side, self.order.amount);
        Order {
            price: Some(self.price),
            average: Some(self.price),
            cost: self.price.checked_mul(self.order.amount).unwrap_or_default(),
            ..planned.assumed_filled(client_order_id, symbol, hedged, self.at)
        }
    }
}

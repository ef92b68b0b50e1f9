//! Conditional futures orders, as the engine stores them.

use super::{
    WorkingType,
    registry::RegistryEntry,
    terms::{FuturesTerms, PositionId, is_default},
    words::words,
};
use crate::market::Pair;
use domain::{Decimal, Micros, OrderType, Side, TimeInForce};
use serde::{Deserialize, Serialize};

words! {
    /// The status of a conditional order.
    AlgoStatus {
        /// Waiting for its trigger.
        New = "NEW",
        /// Triggered: the resulting order is in the book.
        Triggered = "TRIGGERED",
        /// Triggered, and the resulting order has ended.
        Finished = "FINISHED",
        /// Cancelled by its owner.
        Canceled = "CANCELED",
        /// Ended because its position is gone.
        Expired = "EXPIRED",
        /// Triggered, but the resulting order was rejected.
        Rejected = "REJECTED",
    }
}

/// A conditional order (futures).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlgoOrder {
    /// Its id, in an id space separate from plain orders (`algoId`).
    pub id: u64,
    /// The caller's order id (`clientAlgoId`).
    pub client_id: String,
    /// The perpetual.
    pub pair: Pair,
    /// Buy or sell.
    pub side: Side,
    /// Its conditional type.
    pub kind: OrderType,
    /// Time in force of this order and of the order it becomes.
    pub tif: TimeInForce,
    /// The amount; `None` if it closes the position.
    pub amount: Option<Decimal>,
    /// Limit price of the resulting order.
    pub price: Option<Decimal>,
    /// Trigger price; for an active trailing stop, the price at which it would trigger now.
    pub trigger_price: Option<Decimal>,
    /// The price from which a trailing stop starts to trail.
    pub activation_price: Option<Decimal>,
    /// Callback rate of a trailing stop, in percent.
    pub callback_rate: Option<Decimal>,
    /// Best price since the trailing stop was activated; `None` before activation.
    pub extreme: Option<Decimal>,
    /// The price that triggers it.
    pub working_type: WorkingType,
    /// The order may only reduce a position.
    pub reduce_only: bool,
    /// The order closes the entire position.
    pub close_position: bool,
    /// The current status.
    pub status: AlgoStatus,
    /// The id of the resulting order (`actualOrderId`).
    pub order_id: Option<u64>,
    /// Why the resulting order was rejected.
    pub failure: Option<String>,
    /// Time of acceptance.
    pub created: Micros,
    /// Time of the last change.
    pub updated: Micros,
    /// Time of the trigger.
    pub triggered: Option<Micros>,
    /// Terms of the order it becomes. Orders written before this field existed lack it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub terms: FuturesTerms,
}

impl AlgoOrder {
    /// The position that the order belongs to.
    pub(super) const fn position(&self) -> PositionId {
        PositionId { pair: self.pair, slot: self.terms.slot }
    }
}

impl RegistryEntry for AlgoOrder {
    fn id(&self) -> u64 {
        self.id
    }
    fn client_id(&self) -> &str {
        &self.client_id
    }
    fn is_open(&self) -> bool {
        self.status == AlgoStatus::New
    }
}

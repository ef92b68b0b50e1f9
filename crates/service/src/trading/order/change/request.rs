//! The requests that intents of changes carry out.

use domain::{CopyId, Decimal, IntentId, Side};
use serde::{Deserialize, Serialize};

/// A change of a trade's stop and take-profits, whose new legs are planned at the trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Protecting {
    /// The intent that opened the trade.
    pub(crate) trade: IntentId,
    pub(crate) stop: StopStep,
    /// The change of the take-profits; `None` if they stay.
    pub(crate) targets: Option<TargetStep>,
}

/// The change of a trade's stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StopStep {
    /// It stays as it is.
    Keep,
    /// The stop of this leg replaces all others.
    Move(u16),
    /// All stops are cancelled.
    Remove,
}

/// The change of a trade's take-profits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TargetStep {
    /// The legs to cancel.
    pub(crate) old: Vec<u16>,
    /// The legs to place.
    pub(crate) new: Vec<u16>,
}

/// The request to close a part of a position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reducing {
    /// The intent that opened the trade; `None` for a position that the desk did not open. Its take-profits are fitted
    /// to what is left.
    pub(crate) trade: Option<IntentId>,
    /// The side of the entry.
    pub(crate) side: Side,
    /// The amount to close in base units, at most.
    pub(crate) amount: Decimal,
    /// The amount that is left of the position then; of a shared position, of what is not another trade's.
    pub(crate) left: Decimal,
    /// The copy whose position a signal reduces; `None` if its owner does. Earlier releases did not record it.
    #[serde(default)]
    pub(crate) copy: Option<CopyId>,
    /// Whether it closes all of a trade that shares its position: its stop and take-profits are cancelled then. Earlier
    /// releases did not record it.
    #[serde(default)]
    pub(crate) whole: bool,
}

/// The request to increase a position. The order and the larger stop are legs of the trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Adding {
    /// The intent that opened the trade.
    pub(crate) trade: IntentId,
    /// The side of the entry.
    pub(crate) side: Side,
    /// The leg of the order.
    pub(crate) leg: u16,
    /// The amount to add in base units.
    pub(crate) amount: Decimal,
    /// The amount of the position before.
    pub(crate) held: Decimal,
    /// The average entry price of the position before.
    pub(crate) price: Decimal,
    /// The part of `held` that is the trade's.
    pub(crate) own: Decimal,
    /// The stop that replaces a smaller one before the order is sent.
    pub(crate) stop: StopStep,
    /// The legs of the take-profits to fit to the larger position.
    pub(crate) targets: Vec<u16>,
}

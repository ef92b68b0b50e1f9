//! Records of a spot trade's legs beyond their orders.

use crate::trading::order::legs::Leg;
use domain::Decimal;
use serde::{Deserialize, Serialize};

/// The records of a spot trade's leg beyond its order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SpotLeg {
    /// The commission that was taken from what the order bought, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) commission: Option<Commission>,
    /// Of a take-profit: the number of the stop with which it is a pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pair: Option<u16>,
}

/// The commission of an order that bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Commission {
    /// The filled amount that it is for, in base units.
    pub(crate) of: Decimal,
    /// The amount taken, in base units; zero if it was paid in another asset.
    pub(crate) amount: Decimal,
}

impl SpotLeg {
    /// A leg without these records.
    pub(crate) const EMPTY: Self = Self { commission: None, pair: None };

    /// Whether nothing is recorded.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }
}

impl Leg {
    /// Returns what its order has bought less the commission that was taken from it, in base units.
    pub(crate) fn received(&self) -> Decimal {
        let filled = self.placed.as_ref().map_or(Decimal::ZERO, |order| order.filled);
        filled - self.spot.commission.map_or(Decimal::ZERO, |commission| commission.amount)
    }

    /// Whether its order has bought something whose commission is not known.
    pub(super) fn lacks_commission(&self) -> bool {
        let filled = self.placed.as_ref().map_or(Decimal::ZERO, |order| order.filled);
        !filled.is_zero() && self.spot.commission.is_none_or(|commission| commission.of != filled)
    }
}

//! The entry of a new position.

use crate::{Decimal, Micros, TimeInForce};
use serde::{Deserialize, Serialize};

/// The entry of a new position, with the parameters of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// At the best available price.
    Market,
    /// At this price or better, until it is cancelled.
    Limit(Decimal),
    /// At this price or better, with a time in force.
    TimedLimit {
        /// Limit price.
        price: Decimal,
        /// IOC, FOK, or GTX (post-only).
        time_in_force: TimeInForce,
    },
    /// At this price or better, until a date.
    Until {
        /// Limit price.
        price: Decimal,
        /// When the exchange ends the order, in whole seconds.
        until: Micros,
    },
    /// Sent when the price reaches the trigger, from below to buy and from above to sell.
    Stop {
        /// Trigger price.
        trigger: Decimal,
        /// Limit price; `None` for a market order.
        limit: Option<Decimal>,
    },
    /// A limit order and a stop order of the same side, of which the first fill cancels the other. The desk cancels it: no
    /// exchange links futures orders.
    Oco {
        /// Price of the limit order.
        price: Decimal,
        /// Trigger price of the stop order, on the other side of the market's price.
        trigger: Decimal,
        /// Limit price of the stop order; `None` for a market order.
        limit: Option<Decimal>,
    },
    /// Activated at a price, entered when it reverses by the callback rate.
    Trailing {
        /// Activation price.
        activation: Decimal,
        /// Callback rate in percent, 0.1 to 5.
        callback_rate: Decimal,
    },
}

impl Entry {
    /// Returns the price at which the entry is expected to fill, if it has one: the limit, trigger or activation price.
    #[must_use]
    pub const fn price(self) -> Option<Decimal> {
        match self {
            Self::Market => None,
            Self::Limit(price)
            | Self::TimedLimit { price, .. }
            | Self::Until { price, .. }
            | Self::Oco { price, .. }
            | Self::Stop { limit: Some(price), .. }
            | Self::Stop { trigger: price, limit: None }
            | Self::Trailing { activation: price, .. } => Some(price),
        }
    }

    /// Returns the price at which the second order of an entry is expected to fill, if it has two.
    #[must_use]
    pub const fn second_price(self) -> Option<Decimal> {
        match self {
            Self::Oco { limit: Some(price), .. } | Self::Oco { trigger: price, limit: None, .. } => {
                Some(price)
            }
            _ => None,
        }
    }

    /// Returns every price at which the entry may be expected to fill; `last` is the market's last price.
    #[must_use]
    pub fn prices(self, last: Decimal) -> Vec<Decimal> {
        std::iter::once(self.price().unwrap_or(last)).chain(self.second_price()).collect()
    }
}

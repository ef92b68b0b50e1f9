//! A new spot order, as its owner requests it.

use crate::engine::{NewOrder, SpotOptions};
use serde::{Deserialize, Serialize};

/// A new spot order with its optional properties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotOrder {
    /// The order. `STOP_LOSS`, `STOP_LOSS_LIMIT`, `TAKE_PROFIT` and `TAKE_PROFIT_LIMIT` are the types
    /// `StopMarket`, `Stop`, `TakeProfitMarket` and `TakeProfit`; `trigger_price` is the stop price.
    pub order: NewOrder,
    /// Its optional properties.
    #[serde(default)]
    pub options: SpotOptions,
}

impl From<NewOrder> for SpotOrder {
    fn from(order: NewOrder) -> Self {
        Self { order, options: SpotOptions::default() }
    }
}

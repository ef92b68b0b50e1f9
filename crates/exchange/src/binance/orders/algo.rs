//! Futures conditional orders in Binance's format.

use super::words::{self, OrderWords};
use crate::binance::num::{self, Id, Num, nonzero};
use domain::{Decimal, Micros, Order, OrderType, Symbol};
use serde::Deserialize;

/// A response of the algo order endpoints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawAlgo {
    pub(super) symbol: String,
    algo_id: Id,
    #[serde(default, deserialize_with = "num::text")]
    client_algo_id: String,
    #[serde(default, deserialize_with = "num::text")]
    order_type: String,
    /// Some responses have the type under this name.
    #[serde(rename = "type", default, deserialize_with = "num::text")]
    plain_type: String,
    side: String,
    #[serde(default, deserialize_with = "num::text")]
    time_in_force: String,
    #[serde(default, deserialize_with = "num::maybe")]
    quantity: Option<Num>,
    algo_status: String,
    #[serde(default)]
    actual_order_id: Id,
    #[serde(default, deserialize_with = "num::maybe")]
    trigger_price: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    price: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    callback_rate: Option<Num>,
    #[serde(default, deserialize_with = "num::flag")]
    reduce_only: bool,
    #[serde(default, deserialize_with = "num::flag")]
    close_position: bool,
    #[serde(default, deserialize_with = "num::whole")]
    create_time: Option<i64>,
}

impl RawAlgo {
    /// The id of the resulting order.
    pub(super) fn actual(&self) -> Option<&str> {
        self.actual_order_id.known()
    }

    fn kind(&self) -> OrderType {
        let word = if self.order_type.is_empty() { &self.plain_type } else { &self.order_type };
        words::kind(word, true)
    }

    fn created(&self) -> Micros {
        Micros::from_millis(self.create_time.unwrap_or_default())
    }

    /// Converts a conditional order that is waiting, or that ended without a resulting order.
    pub(super) fn to_order(&self, symbol: Symbol) -> Order {
        OrderWords {
            id: self.algo_id.0.clone(),
            client_order_id: self.client_algo_id.clone(),
            at: self.created(),
            symbol,
            kind: self.kind(),
            time_in_force: words::time_in_force(&self.time_in_force),
            post_only: false,
            // An order that closes a position is reduce-only, whether or not the exchange reports it.
            reduce_only: self.reduce_only || self.close_position,
            side: words::side(&self.side),
            price: nonzero(self.price),
            stop_price: nonzero(self.trigger_price),
            callback_rate: nonzero(self.callback_rate),
            amount: nonzero(self.quantity),
            filled: Decimal::ZERO,
            cost: None,
            average: None,
            status: words::status(&self.algo_status),
        }
        .into_order()
    }

    /// The resulting order, under the client id and creation time of the conditional order.
    pub(super) fn became(&self, actual: Order) -> Order {
        Order {
            client_order_id: self.client_algo_id.clone(),
            at: self.created(),
            stop_price: nonzero(self.trigger_price).or(actual.stop_price),
            callback_rate: nonzero(self.callback_rate).or(actual.callback_rate),
            ..actual
        }
    }
}

//! Futures conditional orders in Binance's format.

use super::words::{self, OrderWords};
use crate::binance::num::{Id, Num, nonzero};
use domain::{Decimal, Micros, Order, Symbol};
use serde::Deserialize;

/// A response of the algo order endpoints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawAlgo {
    pub(super) symbol: String,
    algo_id: Id,
    client_algo_id: String,
    #[serde(alias = "type")]
    order_type: String,
    side: String,
    #[serde(default)]
    time_in_force: String,
    quantity: Option<Num>,
    algo_status: String,
    #[serde(default)]
    actual_order_id: Id,
    trigger_price: Option<Num>,
    price: Option<Num>,
    callback_rate: Option<Num>,
    #[serde(default)]
    reduce_only: bool,
    #[serde(default)]
    close_position: bool,
    #[serde(default)]
    create_time: i64,
}

impl RawAlgo {
    /// The id of the resulting order.
    pub(super) fn actual(&self) -> Option<&str> {
        self.actual_order_id.known()
    }

    /// Converts a conditional order that is waiting, or that ended without a resulting order.
    pub(super) fn to_order(&self, symbol: Symbol) -> Order {
        OrderWords {
            id: self.algo_id.0.clone(),
            client_order_id: self.client_algo_id.clone(),
            at: Micros::from_millis(self.create_time),
            symbol,
            kind: words::kind(&self.order_type, true),
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
            at: Micros::from_millis(self.create_time),
            stop_price: nonzero(self.trigger_price).or(actual.stop_price),
            callback_rate: nonzero(self.callback_rate).or(actual.callback_rate),
            ..actual
        }
    }
}

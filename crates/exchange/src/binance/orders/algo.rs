//! Futures conditional orders in Binance's format.

use super::words::{self, OrderWords};
use crate::binance::num::{self, Id, Num, nonzero};
use domain::{Decimal, Micros, Order, OrderStatus, OrderType, Side, Symbol};
use serde::Deserialize;

/// A response of the algo order endpoints.
#[derive(Deserialize)]
#[serde(try_from = "Fields")]
pub(super) struct RawAlgo {
    fields: Fields,
    kind: OrderType,
}

/// The fields of a response, as sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    symbol: String,
    algo_id: Id,
    #[serde(default, deserialize_with = "num::text")]
    client_algo_id: String,
    #[serde(default, deserialize_with = "num::text")]
    order_type: String,
    /// Some responses have the type under this name.
    #[serde(rename = "type", default, deserialize_with = "num::text")]
    plain_type: String,
    side: Side,
    #[serde(default, deserialize_with = "num::text")]
    position_side: String,
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

impl TryFrom<Fields> for RawAlgo {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        // Without a type it would count as a market order, and a stop as missing.
        let word = if fields.order_type.is_empty() { &fields.plain_type } else { &fields.order_type };
        if word.is_empty() {
            return Err("a conditional order without a type");
        }
        // Without an amount it would count as a stop for any position.
        if !fields.close_position && nonzero(fields.quantity).is_none() {
            return Err("a conditional order without an amount");
        }
        let kind = words::kind(word, true);
        Ok(Self { fields, kind })
    }
}

impl RawAlgo {
    /// Binance's name of the market.
    pub(super) fn market(&self) -> &str {
        &self.fields.symbol
    }

    /// The client order id.
    pub(super) fn client_id(&self) -> &str {
        &self.fields.client_algo_id
    }

    /// The id of the resulting order.
    pub(super) fn actual(&self) -> Option<&str> {
        self.fields.actual_order_id.known()
    }

    /// Whether the status is one that the exchange has documented.
    pub(super) fn has_known_status(&self) -> bool {
        words::known_status(&self.fields.algo_status).is_some()
    }

    fn created(&self) -> Micros {
        Micros::from_millis(self.fields.create_time.unwrap_or_default())
    }

    /// Converts a conditional order that is waiting, or that ended without a resulting order.
    pub(super) fn to_order(&self, symbol: Symbol) -> Order {
        self.with_status(symbol, words::status(&self.fields.algo_status))
    }

    /// Converts a conditional order that is no longer open and has no resulting order, regardless of its status.
    pub(super) fn to_ended_order(&self, symbol: Symbol) -> Order {
        self.with_status(symbol, OrderStatus::Canceled)
    }

    fn with_status(&self, symbol: Symbol, status: OrderStatus) -> Order {
        let fields = &self.fields;
        OrderWords {
            id: fields.algo_id.0.clone(),
            client_order_id: fields.client_algo_id.clone(),
            at: self.created(),
            symbol,
            kind: self.kind,
            time_in_force: words::time_in_force(&fields.time_in_force),
            post_only: false,
            // An order that closes a position is reduce-only, whether or not the exchange reports it.
            reduce_only: fields.reduce_only || fields.close_position,
            side: fields.side,
            position_side: words::slot(&fields.position_side),
            price: nonzero(fields.price),
            stop_price: nonzero(fields.trigger_price),
            callback_rate: nonzero(fields.callback_rate),
            amount: nonzero(fields.quantity),
            filled: Decimal::ZERO,
            cost: None,
            average: None,
            status,
        }
        .into_order()
    }

    /// The resulting order, under the client id and creation time of the conditional order.
    pub(super) fn became(&self, actual: Order) -> Order {
        let fields = &self.fields;
        Order {
            client_order_id: fields.client_algo_id.clone(),
            at: self.created(),
            stop_price: nonzero(fields.trigger_price).or(actual.stop_price),
            callback_rate: nonzero(fields.callback_rate).or(actual.callback_rate),
            ..actual
        }
    }
}

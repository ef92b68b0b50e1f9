//! Plain orders in Binance's format.

use super::words::{self, OrderWords};
use crate::binance::num::{self, Id, Num, nonzero, plain};
use domain::{Decimal, Micros, Order, Side, Symbol};
use serde::Deserialize;

/// A response of the order endpoints, spot and futures.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawOrder {
    pub(super) symbol: String,
    order_id: Id,
    #[serde(default, deserialize_with = "num::text")]
    client_order_id: String,
    /// Spot's response to a cancel has the order's id here, and that of the cancel in `clientOrderId`.
    orig_client_order_id: Option<String>,
    status: String,
    #[serde(default, deserialize_with = "num::text")]
    time_in_force: String,
    #[serde(rename = "type")]
    kind: String,
    side: Side,
    #[serde(default, deserialize_with = "num::maybe")]
    price: Option<Num>,
    orig_qty: Num,
    executed_qty: Num,
    #[serde(default, deserialize_with = "num::maybe")]
    cummulative_quote_qty: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    cum_quote: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    avg_price: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    stop_price: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    price_rate: Option<Num>,
    #[serde(default, deserialize_with = "num::flag")]
    reduce_only: bool,
    /// Only present for futures orders.
    position_side: Option<String>,
    #[serde(default, deserialize_with = "num::whole")]
    time: Option<i64>,
    #[serde(default, deserialize_with = "num::whole")]
    working_time: Option<i64>,
    #[serde(default, deserialize_with = "num::whole")]
    transact_time: Option<i64>,
    #[serde(default, deserialize_with = "num::whole")]
    update_time: Option<i64>,
}

impl RawOrder {
    pub(super) fn into_order(self, symbol: Symbol) -> Order {
        let futures = self.position_side.is_some() || self.cum_quote.is_some();
        // Spot reports a cost that is no longer known as a negative number.
        let cost = self.cummulative_quote_qty.or(self.cum_quote).map(plain);
        let at = [self.time, self.working_time, self.transact_time, self.update_time]
            .into_iter()
            .flatten()
            .find(|millis| *millis > 0);
        OrderWords {
            id: self.order_id.0,
            client_order_id: self
                .orig_client_order_id
                .filter(|id| !id.is_empty())
                .unwrap_or(self.client_order_id),
            at: Micros::from_millis(at.unwrap_or(0)),
            symbol,
            kind: words::kind(&self.kind, futures),
            time_in_force: words::time_in_force(&self.time_in_force),
            post_only: self.kind == "LIMIT_MAKER",
            reduce_only: self.reduce_only,
            side: self.side,
            position_side: words::slot(self.position_side.as_deref().unwrap_or_default()),
            price: nonzero(self.price),
            stop_price: nonzero(self.stop_price),
            callback_rate: nonzero(self.price_rate),
            amount: nonzero(Some(self.orig_qty)),
            filled: plain(self.executed_qty),
            cost: cost.filter(|cost| *cost >= Decimal::ZERO),
            average: nonzero(self.avg_price),
            status: words::status(&self.status),
        }
        .into_order()
    }
}

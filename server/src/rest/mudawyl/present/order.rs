//! Orders and fills: ccxt's unified structures without `info`, with the keys that the document shows for each.

use super::{Iso, Num};
use domain::Order;
use serde::Serialize;
use utoipa::ToSchema;

/// The document's `trades` and `fees` of an order are always empty: fills have an operation of their own.
type Nothing = [Num; 0];

/// A leg of "Create Manual Order".
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Created {
    /// A market or limit order.
    Entry(CreatedEntry),
    /// A stop loss, take profit or trailing stop.
    Conditional(CreatedConditional),
}

impl From<Order> for Created {
    fn from(order: Order) -> Self {
        if order.kind.conditional() { Self::Conditional(order.into()) } else { Self::Entry(order.into()) }
    }
}

/// A market or limit order, as in the first item of the example of "Create Manual Order".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs)] // the fields are ccxt's
pub struct CreatedEntry {
    pub id: String,
    pub client_order_id: String,
    pub symbol: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub time_in_force: &'static str,
    pub post_only: bool,
    pub reduce_only: bool,
    pub side: &'static str,
    pub price: Option<Num>,
    pub amount: Option<Num>,
    pub cost: Num,
    pub average: Option<Num>,
    pub filled: Num,
    pub remaining: Option<Num>,
    pub status: &'static str,
    #[schema(value_type = Vec<f64>)]
    pub trades: Nothing,
    #[schema(value_type = Vec<f64>)]
    pub fees: Nothing,
}

impl From<Order> for CreatedEntry {
    fn from(o: Order) -> Self {
        Self {
            id: o.id,
            client_order_id: o.client_order_id,
            symbol: o.symbol.to_string(),
            kind: o.kind.word(),
            time_in_force: o.time_in_force.word(),
            post_only: o.post_only,
            reduce_only: o.reduce_only,
            side: o.side.lower(),
            price: o.price.map(Num),
            amount: o.amount.map(Num),
            cost: Num(o.cost),
            average: o.average.map(Num),
            filled: Num(o.filled),
            remaining: o.remaining.map(Num),
            status: o.status.word(),
            trades: [],
            fees: [],
        }
    }
}

/// A conditional order, as in the other items of the example of "Create Manual Order".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs)] // the fields are ccxt's
pub struct CreatedConditional {
    pub id: String,
    pub client_order_id: String,
    pub timestamp: i64,
    pub datetime: Iso,
    pub symbol: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub time_in_force: &'static str,
    pub post_only: bool,
    pub reduce_only: bool,
    pub side: &'static str,
    pub price: Option<Num>,
    pub stop_price: Option<Num>,
    pub amount: Option<Num>,
    pub cost: Num,
    pub filled: Num,
    pub remaining: Option<Num>,
    pub status: &'static str,
    #[schema(value_type = Vec<f64>)]
    pub trades: Nothing,
    #[schema(value_type = Vec<f64>)]
    pub fees: Nothing,
}

impl From<Order> for CreatedConditional {
    fn from(o: Order) -> Self {
        Self {
            id: o.id,
            client_order_id: o.client_order_id,
            timestamp: o.at.millis(),
            datetime: Iso(o.at),
            symbol: o.symbol.to_string(),
            kind: o.kind.word(),
            time_in_force: o.time_in_force.word(),
            post_only: o.post_only,
            reduce_only: o.reduce_only,
            side: o.side.lower(),
            price: o.price.map(Num),
            stop_price: o.stop_price.map(Num),
            amount: o.amount.map(Num),
            cost: Num(o.cost),
            filled: Num(o.filled),
            remaining: o.remaining.map(Num),
            status: o.status.word(),
            trades: [],
            fees: [],
        }
    }
}

/// An item of "List Open Orders" and "List Order History".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are ccxt's
pub struct Listed {
    pub id: String,
    pub symbol: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub client_order_id: String,
    pub datetime: Iso,
    pub time_in_force: &'static str,
    pub post_only: bool,
    pub reduce_only: bool,
    pub side: &'static str,
    pub price: Option<Num>,
    pub stop_price: Option<Num>,
    pub amount: Option<Num>,
    pub cost: Num,
    pub average: Option<Num>,
    pub filled: Num,
    pub remaining: Option<Num>,
    pub status: &'static str,
    pub fee: Option<TradeFee>,
    #[schema(value_type = Vec<f64>)]
    pub trades: Nothing,
    #[schema(value_type = Vec<f64>)]
    pub fees: Nothing,
}

impl From<Order> for Listed {
    fn from(o: Order) -> Self {
        Self {
            id: o.id,
            symbol: o.symbol.to_string(),
            kind: o.kind.word(),
            client_order_id: o.client_order_id,
            datetime: Iso(o.at),
            time_in_force: o.time_in_force.word(),
            post_only: o.post_only,
            reduce_only: o.reduce_only,
            side: o.side.lower(),
            price: o.price.map(Num),
            stop_price: o.stop_price.map(Num),
            amount: o.amount.map(Num),
            cost: Num(o.cost),
            average: o.average.map(Num),
            filled: Num(o.filled),
            remaining: o.remaining.map(Num),
            status: o.status.word(),
            fee: None,
            trades: [],
            fees: [],
        }
    }
}

/// An item of "List Trade History".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are ccxt's
pub struct Trade {
    pub id: String,
    pub order: String,
    pub symbol: String,
    /// Order type; Binance does not report it for fills.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub datetime: Iso,
    pub side: &'static str,
    pub taker_or_maker: &'static str,
    pub price: Num,
    pub amount: Num,
    pub cost: Num,
    pub fee: TradeFee,
    pub fees: [TradeFeeItem; 1],
}

/// The fee of a fill.
#[derive(Debug, Serialize, ToSchema)]
#[allow(missing_docs)] // the fields are ccxt's
pub struct TradeFee {
    pub cost: Num,
    pub currency: String,
}

/// The fee of a fill as an item of `fees`.
#[derive(Debug, Serialize, ToSchema)]
#[allow(missing_docs)] // the fields are ccxt's
pub struct TradeFeeItem {
    pub currency: String,
    pub cost: Num,
}

impl From<domain::Trade> for Trade {
    fn from(t: domain::Trade) -> Self {
        Self {
            id: t.id,
            order: t.order,
            symbol: t.symbol.to_string(),
            kind: None,
            datetime: Iso(t.at),
            side: t.side.lower(),
            taker_or_maker: if t.maker { "maker" } else { "taker" },
            price: Num(t.price),
            amount: Num(t.amount),
            cost: Num(t.cost),
            fee: TradeFee { cost: Num(t.fee.cost), currency: t.fee.currency.clone() },
            fees: [TradeFeeItem { currency: t.fee.currency, cost: Num(t.fee.cost) }],
        }
    }
}

//! Changes of conditional futures orders, with Binance's one-letter field names.

use crate::binance::{
    num::{self, Id, Num, nonzero},
    orders::words::{self, OrderWords},
};
use domain::{Decimal, Micros, Order, Side, Symbol};
use serde::Deserialize;

/// The stage of a conditional order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Waiting for its trigger, or ended while waiting.
    Waiting,
    /// Triggered: its status is that of the resulting order.
    Working,
    /// The resulting order has ended, or the status is unknown: the order has to be queried.
    Ended,
}

/// The `o` of `ALGO_UPDATE`.
#[derive(Debug, Deserialize)]
pub(super) struct RawAlgoChange {
    pub(super) s: String,
    #[serde(default, deserialize_with = "num::text")]
    pub(super) caid: String,
    aid: Id,
    #[serde(rename = "o")]
    kind: String,
    #[serde(rename = "S")]
    side: Side,
    #[serde(default, deserialize_with = "num::text")]
    ps: String,
    #[serde(default, deserialize_with = "num::text")]
    f: String,
    #[serde(default, deserialize_with = "num::maybe")]
    q: Option<Num>,
    #[serde(rename = "X")]
    status: String,
    /// The id of the resulting order.
    #[serde(default)]
    pub(super) ai: Id,
    #[serde(default, deserialize_with = "num::maybe")]
    tp: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    p: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    cr: Option<Num>,
    #[serde(rename = "R", default, deserialize_with = "num::flag")]
    reduce_only: bool,
    #[serde(rename = "cp", default, deserialize_with = "num::flag")]
    closes_all: bool,
}

impl RawAlgoChange {
    /// The stage of the order.
    pub(super) fn stage(&self) -> Stage {
        match self.status.as_str() {
            "TRIGGERING" | "TRIGGERED" => Stage::Working,
            "FINISHED" => Stage::Ended,
            word if words::known_status(word).is_none() => Stage::Ended,
            _ => Stage::Waiting,
        }
    }

    /// The trigger price.
    pub(super) fn trigger(&self) -> Option<Decimal> {
        nonzero(self.tp)
    }

    /// The order while it waits, or after it ended waiting, with the time of the change.
    pub(super) fn into_order(self, symbol: Symbol, at: Micros) -> Order {
        OrderWords {
            id: self.aid.0,
            client_order_id: self.caid,
            at,
            symbol,
            kind: words::kind(&self.kind, true),
            time_in_force: words::time_in_force(&self.f),
            post_only: false,
            reduce_only: self.reduce_only || self.closes_all,
            side: self.side,
            position_side: words::slot(&self.ps),
            price: nonzero(self.p),
            stop_price: nonzero(self.tp),
            callback_rate: nonzero(self.cr),
            amount: nonzero(self.q),
            filled: Decimal::ZERO,
            cost: None,
            average: None,
            status: words::status(&self.status),
        }
        .into_order()
    }
}

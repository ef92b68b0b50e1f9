//! The part of a futures account that later releases added: the positions of hedge mode, amendments, adjustments
//! of isolated margin, and the timer that cancels orders.

use super::{
    naked::Meter,
    position::Perpetual,
    terms::{PositionId, PositionSlot, PriceMatch, is_default},
};
use crate::market::Pair;
use domain::{Decimal, Micros, TradeType};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// How many amendments, margin adjustments and transfers an account keeps; the oldest are dropped first.
const KEPT: usize = 10_000;

/// One change of a resting order's price or amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// Its id (`amendmentId`).
    pub id: u64,
    /// The order.
    pub order_id: u64,
    /// The order's client id.
    pub client_id: String,
    /// The perpetual.
    pub pair: Pair,
    /// Time of the change.
    pub at: Micros,
    /// The price before and after.
    pub price: (Decimal, Decimal),
    /// The amount before and after.
    pub amount: (Decimal, Decimal),
    /// How often the order has been changed, this time included.
    pub count: u32,
    /// The level of the book that the new price was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_match: Option<PriceMatch>,
}

/// One adjustment of a position's isolated margin by its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarginMove {
    /// The perpetual.
    pub pair: Pair,
    /// The position of that perpetual.
    pub slot: PositionSlot,
    /// Added (positive) or removed (negative).
    pub amount: Decimal,
    /// Time of the adjustment.
    pub at: Micros,
}

/// A transfer of USDT between spot and futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletTransfer {
    /// Its id (`tranId`).
    pub id: u64,
    /// The wallet that it came from.
    pub from: TradeType,
    /// The amount.
    pub amount: Decimal,
    /// Time of the transfer.
    pub at: Micros,
}

/// State that accounts written by earlier releases lack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct FuturesState {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) longs: BTreeMap<Pair, Perpetual>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) shorts: BTreeMap<Pair, Perpetual>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) naked_longs: Meter,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) naked_shorts: Meter,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) amendments: VecDeque<Amendment>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) margin_moves: VecDeque<MarginMove>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) transfers: VecDeque<WalletTransfer>,
    /// When the open orders of a perpetual are cancelled unless the timer is set again.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) countdowns: BTreeMap<Pair, Micros>,
    /// The account pays fees in BNB if it holds any. Accounts hold none.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) fee_burn: bool,
}

impl FuturesState {
    pub(super) fn keep_amendment(&mut self, amendment: Amendment) {
        keep(&mut self.amendments, amendment);
    }

    pub(super) fn keep_margin_move(&mut self, id: PositionId, amount: Decimal, at: Micros) {
        keep(&mut self.margin_moves, MarginMove { pair: id.pair, slot: id.slot, amount, at });
    }

    pub(super) fn keep_transfer(&mut self, transfer: WalletTransfer) {
        keep(&mut self.transfers, transfer);
    }
}

fn keep<T>(list: &mut VecDeque<T>, entry: T) {
    if list.len() == KEPT {
        list.pop_front();
    }
    list.push_back(entry);
}

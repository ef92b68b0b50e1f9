//! Terms of futures orders beyond price and amount: the position they belong to, an expiry date, a price
//! taken from the book, and self-trade prevention.

use super::{Reject, words::words};
use crate::market::Pair;
use domain::{Micros, Side, TimeInForce, time};
use serde::{Deserialize, Serialize};

/// Least time between the present and the date of a GTD order.
const SOONEST: i64 = 600 * time::SECOND;
/// The date of a GTD order is before this one, in milliseconds.
const LATEST: i64 = 253_402_300_799_000;

words! {
    /// The position of an order (`positionSide`).
    #[derive(Default)]
    PositionSlot {
        /// The only position of a market, in one-way mode.
        #[default]
        Both = "BOTH",
        /// The long position, in hedge mode.
        Long = "LONG",
        /// The short position, in hedge mode.
        Short = "SHORT",
    }
}

impl PositionSlot {
    /// Whether an order on `side` can only close this position, as the closing orders of hedge mode.
    #[must_use]
    pub const fn closes(self, side: Side) -> bool {
        matches!((self, side), (Self::Long, Side::Sell) | (Self::Short, Side::Buy))
    }
}

/// One of an account's positions on a perpetual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PositionId {
    /// The perpetual.
    pub pair: Pair,
    /// The position of that perpetual.
    pub slot: PositionSlot,
}

impl PositionId {
    /// The position of one-way mode.
    #[must_use]
    pub const fn both(pair: Pair) -> Self {
        Self { pair, slot: PositionSlot::Both }
    }
}

words! {
    /// A level of the book whose price an order takes (`priceMatch`).
    PriceMatch {
        /// The best price of the opposite side.
        Opponent = "OPPONENT",
        /// The fifth price of the opposite side.
        Opponent5 = "OPPONENT_5",
        /// The tenth price of the opposite side.
        Opponent10 = "OPPONENT_10",
        /// The twentieth price of the opposite side.
        Opponent20 = "OPPONENT_20",
        /// The best price of the order's own side.
        Queue = "QUEUE",
        /// The fifth price of the order's own side.
        Queue5 = "QUEUE_5",
        /// The tenth price of the order's own side.
        Queue10 = "QUEUE_10",
        /// The twentieth price of the order's own side.
        Queue20 = "QUEUE_20",
    }
}

impl PriceMatch {
    /// The side whose takers would meet the level, and the level's index from the best price.
    pub(super) const fn level(self, side: Side) -> (Side, usize) {
        match self {
            Self::Opponent => (side, 0),
            Self::Opponent5 => (side, 4),
            Self::Opponent10 => (side, 9),
            Self::Opponent20 => (side, 19),
            Self::Queue => (side.opposite(), 0),
            Self::Queue5 => (side.opposite(), 4),
            Self::Queue10 => (side.opposite(), 9),
            Self::Queue20 => (side.opposite(), 19),
        }
    }
}

words! {
    /// The order that expires when two orders of one account would match (`selfTradePreventionMode`). Here they
    /// never match, because the exchange is the counterparty of every trade.
    SelfTrade {
        /// No order expires.
        Off = "NONE",
        /// The taking order.
        ExpireTaker = "EXPIRE_TAKER",
        /// The resting order.
        ExpireMaker = "EXPIRE_MAKER",
        /// Both orders.
        ExpireBoth = "EXPIRE_BOTH",
    }
}

/// The terms of a futures order beyond price and amount. Orders written before these existed have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FuturesTerms {
    /// The position that it belongs to.
    #[serde(skip_serializing_if = "is_default")]
    pub slot: PositionSlot,
    /// When a GTD order expires. Its time in force is otherwise that of a GTC order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good_till: Option<Micros>,
    /// The level of the book that the price was, or will be, taken from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_match: Option<PriceMatch>,
    /// The requested self-trade prevention; the account's own if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_trade: Option<SelfTrade>,
}

impl FuturesTerms {
    /// No terms: an order in one-way mode without a date.
    pub const NONE: Self =
        Self { slot: PositionSlot::Both, good_till: None, price_match: None, self_trade: None };

    /// The terms of an order for one position.
    #[must_use]
    pub const fn of(slot: PositionSlot) -> Self {
        Self { slot, ..Self::NONE }
    }

    /// The name of a time in force; an order with a date is a GTD order.
    #[must_use]
    pub const fn tif_word(&self, tif: TimeInForce) -> &'static str {
        if self.good_till.is_some() { "GTD" } else { tif.word() }
    }

    /// The name of the price match; `NONE` without one.
    #[must_use]
    pub fn price_match_word(&self) -> &'static str {
        self.price_match.map_or("NONE", PriceMatch::word)
    }

    /// The name of the self-trade prevention mode.
    #[must_use]
    pub fn self_trade_word(&self) -> &'static str {
        self.self_trade.unwrap_or(SelfTrade::ExpireMaker).word()
    }

    /// The date of a GTD order in milliseconds since the Unix epoch; zero without one.
    #[must_use]
    pub fn good_till_millis(&self) -> i64 {
        self.good_till.map_or(0, Micros::millis)
    }

    /// Checks the date of a GTD order.
    pub(super) fn check_date(&self, now: Micros) -> Result<(), Reject> {
        match self.good_till {
            Some(at) if at <= now.plus(SOONEST) || at.millis() >= LATEST => Err(Reject::good_till_date()),
            _ => Ok(()),
        }
    }
}

/// Whether a value is its type's default, so that it is left out of what is written to disk.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

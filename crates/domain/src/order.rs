//! Orders and trades in ccxt's unified shapes.

use crate::{Decimal, Micros, PositionSlot, Symbol, key::words};
use serde::{Deserialize, Serialize};

words! {
    /// The side of an order, as API requests write it.
    pub Side {
        /// Buy.
        Buy = "BUY",
        /// Sell.
        Sell = "SELL",
    }
}

impl Side {
    /// Returns the opposite side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// Returns ccxt's name: `buy`, `sell`.
    #[must_use]
    pub const fn lower(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

words! {
    /// The order type, with ccxt's names for Binance's types.
    pub OrderType {
        /// Executes at the best available price.
        Market = "market",
        /// Executes at the limit price or better.
        Limit = "limit",
        /// A limit order triggered by an adverse price move.
        Stop = "stop",
        /// A market order triggered by an adverse price move.
        StopMarket = "stop_market",
        /// A limit order triggered by a favourable price move.
        TakeProfit = "take_profit",
        /// A market order triggered by a favourable price move.
        TakeProfitMarket = "take_profit_market",
        /// A market order triggered when the price reverses by the callback rate.
        TrailingStopMarket = "trailing_stop_market",
    }
}

impl OrderType {
    /// Returns whether it waits for a trigger before it rests in the order book.
    #[must_use]
    pub const fn conditional(self) -> bool {
        !matches!(self, Self::Market | Self::Limit)
    }
}

words! {
    /// How long an order stays open.
    pub TimeInForce {
        /// Good till cancelled.
        Gtc = "GTC",
        /// Immediate or cancel: fills what it can, the rest is cancelled.
        Ioc = "IOC",
        /// Fill or kill: fills completely and immediately, or not at all.
        Fok = "FOK",
        /// Post-only: never takes liquidity.
        Gtx = "GTX",
        /// Good till a date, unless it is cancelled before.
        Gtd = "GTD",
        /// Good till cancelled, or until the position is closed.
        GteGtc = "GTE_GTC",
    }
}

words! {
    /// The status of an order.
    pub OrderStatus {
        /// Resting in the book, or waiting for its trigger.
        Open = "open",
        /// Filled completely.
        Closed = "closed",
        /// Cancelled; may be partially filled.
        Canceled = "canceled",
        /// Ended by its time in force; may be partially filled.
        Expired = "expired",
        /// Never accepted.
        Rejected = "rejected",
    }
}

words! {
    /// How margin is assigned to positions.
    pub MarginMode {
        /// Each position has its own margin.
        Isolated = "ISOLATED",
        /// All positions share the account's margin.
        Crossed = "CROSSED",
    }
}

impl MarginMode {
    /// Returns ccxt's name: `isolated`, `cross`.
    #[must_use]
    pub const fn lower(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::Crossed => "cross",
        }
    }
}

/// An order as reported by the exchange. Amounts are in base units, prices and cost in quote units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The exchange's order id.
    pub id: String,
    /// Client order id: derived from intent and leg for our orders, arbitrary for those of other programs.
    pub client_order_id: String,
    /// When the exchange accepted the order.
    pub at: Micros,
    /// Trading pair.
    pub symbol: Symbol,
    /// Order type.
    pub kind: OrderType,
    /// How long it stays open.
    pub time_in_force: TimeInForce,
    /// Whether it may only add liquidity.
    pub post_only: bool,
    /// Whether it may only reduce a position. In hedge mode this follows from its side and that of its position.
    pub reduce_only: bool,
    /// Side of the order.
    pub side: Side,
    /// The position that it acts on. Spot orders have none, and the default.
    #[serde(default)]
    pub position_side: PositionSlot,
    /// Limit price; for a filled market order the average of its fills; `None` while a market order is
    /// unfilled.
    pub price: Option<Decimal>,
    /// Trigger price.
    pub stop_price: Option<Decimal>,
    /// Callback rate in percent (trailing stops).
    pub callback_rate: Option<Decimal>,
    /// Ordered amount; `None` for an order that closes the whole position.
    pub amount: Option<Decimal>,
    /// Total value of the fills.
    pub cost: Decimal,
    /// Average fill price.
    pub average: Option<Decimal>,
    /// Filled amount.
    pub filled: Decimal,
    /// Unfilled amount; `None` if `amount` is `None`.
    pub remaining: Option<Decimal>,
    /// Status of the order.
    pub status: OrderStatus,
}

impl Order {
    /// Returns whether the order has reached a final status.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.status != OrderStatus::Open
    }
}

/// The fee of a fill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// Amount of the fee.
    pub cost: Decimal,
    /// Asset in which it was charged.
    pub currency: String,
}

/// One fill of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// The exchange's trade id.
    pub id: String,
    /// The exchange's order id.
    pub order: String,
    /// Trading pair.
    pub symbol: Symbol,
    /// Time of the fill.
    pub at: Micros,
    /// Side of the order.
    pub side: Side,
    /// The position that it changed. Spot fills have none, and the default.
    #[serde(default)]
    pub position_side: PositionSlot,
    /// Whether our order was the maker, that is, resting in the book.
    pub maker: bool,
    /// Fill price.
    pub price: Decimal,
    /// Amount in base units.
    pub amount: Decimal,
    /// Price times amount.
    pub cost: Decimal,
    /// Fee charged for the fill.
    pub fee: Fee,
    /// Realized profit in quote units (futures; zero otherwise).
    pub realized: Decimal,
}

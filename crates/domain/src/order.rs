//! Orders and trades in ccxt's unified shapes.

use crate::{Decimal, Micros, Symbol, key::words};
use serde::{Deserialize, Serialize};

words! {
    /// Buy or sell, as requests write it.
    pub Side {
        /// Buy.
        Buy = "BUY",
        /// Sell.
        Sell = "SELL",
    }
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// ccxt's word: `buy`, `sell`.
    #[must_use]
    pub const fn lower(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

words! {
    /// What kind of order stands at the exchange, as ccxt names Binance's types.
    pub OrderType {
        /// At the best price now.
        Market = "market",
        /// At a price or better.
        Limit = "limit",
        /// A limit order once the trigger is reached against us.
        Stop = "stop",
        /// A market order once the trigger is reached against us.
        StopMarket = "stop_market",
        /// A limit order once the trigger is reached in our favour.
        TakeProfit = "take_profit",
        /// A market order once the trigger is reached in our favour.
        TakeProfitMarket = "take_profit_market",
        /// A market order once the price turns back by the callback rate.
        TrailingStopMarket = "trailing_stop_market",
    }
}

impl OrderType {
    /// Whether it waits for a trigger before it stands in the book.
    #[must_use]
    pub const fn conditional(self) -> bool {
        !matches!(self, Self::Market | Self::Limit)
    }
}

words! {
    /// How long an order stands.
    pub TimeInForce {
        /// Good till cancelled.
        Gtc = "GTC",
        /// Fills what it can at once, the rest is dropped.
        Ioc = "IOC",
        /// Fills wholly at once, or not at all.
        Fok = "FOK",
        /// Post only: never takes.
        Gtx = "GTX",
        /// Good till cancelled, or till the position is gone.
        GteGtc = "GTE_GTC",
    }
}

words! {
    /// Where an order stands in its life.
    pub OrderStatus {
        /// Working, or waiting for its trigger.
        Open = "open",
        /// Filled wholly.
        Closed = "closed",
        /// Cancelled; may have filled in part.
        Canceled = "canceled",
        /// Ended by its time in force; may have filled in part.
        Expired = "expired",
        /// Never taken.
        Rejected = "rejected",
    }
}

words! {
    /// Whether positions share the account's margin.
    pub MarginMode {
        /// Each position has margin of its own.
        Isolated = "ISOLATED",
        /// All positions share the account's margin.
        Crossed = "CROSSED",
    }
}

impl MarginMode {
    /// ccxt's word: `isolated`, `cross`.
    #[must_use]
    pub const fn lower(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::Crossed => "cross",
        }
    }
}

/// An order as the exchange tells it. Amounts are in base units, prices and cost in quote units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The exchange's id.
    pub id: String,
    /// Our id, derived from intent and leg, or whatever another program chose.
    pub client_order_id: String,
    /// When the exchange took it.
    pub at: Micros,
    /// The pair.
    pub symbol: Symbol,
    /// Its kind.
    pub kind: OrderType,
    /// How long it stands.
    pub time_in_force: TimeInForce,
    /// It may only make, never take.
    pub post_only: bool,
    /// It may only shrink a position.
    pub reduce_only: bool,
    /// Buy or sell.
    pub side: Side,
    /// Limit price; the average of the fills for a filled market order; none while a market order waits.
    pub price: Option<Decimal>,
    /// Trigger price.
    pub stop_price: Option<Decimal>,
    /// Percent that the price must turn back (trailing stops).
    pub callback_rate: Option<Decimal>,
    /// None for an order that closes whatever position there is.
    pub amount: Option<Decimal>,
    /// What the fills were worth.
    pub cost: Decimal,
    /// Average price of the fills.
    pub average: Option<Decimal>,
    /// How much has filled.
    pub filled: Decimal,
    /// How much has not; none where `amount` is none.
    pub remaining: Option<Decimal>,
    /// Where it stands.
    pub status: OrderStatus,
}

impl Order {
    /// Whether nothing more can happen to it.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.status != OrderStatus::Open
    }
}

/// What a fill cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// How much.
    pub cost: Decimal,
    /// In which asset.
    pub currency: String,
}

/// One fill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// The exchange's id of the fill.
    pub id: String,
    /// The exchange's id of the order.
    pub order: String,
    /// The pair.
    pub symbol: Symbol,
    /// When.
    pub at: Micros,
    /// Buy or sell.
    pub side: Side,
    /// Whether our order stood in the book before.
    pub maker: bool,
    /// At what price.
    pub price: Decimal,
    /// How much, in base units.
    pub amount: Decimal,
    /// Price times amount.
    pub cost: Decimal,
    /// What it cost.
    pub fee: Fee,
    /// Profit that it realised, in quote units (futures; zero otherwise).
    pub realized: Decimal,
}

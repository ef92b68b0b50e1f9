//! Orders, conditional orders and fills as the engine keeps them.

use super::registry::Entry;
use crate::market::{MarketId, Pair};
use domain::{Decimal, Micros, OrderType, Side, TimeInForce};
use serde::{Deserialize, Serialize};

/// Names an enum's values as Binance writes them.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Binance's word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// Reads Binance's word; case counts.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
pub(super) use words;

words! {
    /// Where an order stands.
    Status {
        /// In the book, nothing filled.
        New = "NEW",
        /// In the book, part filled.
        PartiallyFilled = "PARTIALLY_FILLED",
        /// Filled wholly.
        Filled = "FILLED",
        /// Cancelled by its owner.
        Canceled = "CANCELED",
        /// Ended by the engine: time in force, reduce-only, an empty book, a liquidation.
        Expired = "EXPIRED",
    }
}

impl Status {
    /// Whether it still stands in the book.
    #[must_use]
    pub const fn open(self) -> bool {
        matches!(self, Self::New | Self::PartiallyFilled)
    }
}

words! {
    /// Where a conditional order stands.
    AlgoStatus {
        /// Waiting for its trigger.
        New = "NEW",
        /// Triggered: the real order stands in the book.
        Triggered = "TRIGGERED",
        /// Triggered, and the real order has ended.
        Finished = "FINISHED",
        /// Cancelled by its owner.
        Canceled = "CANCELED",
        /// Its position is gone.
        Expired = "EXPIRED",
        /// Triggered, and the real order was refused.
        Rejected = "REJECTED",
    }
}

words! {
    /// Which price triggers.
    WorkingType {
        /// The last trade.
        Contract = "CONTRACT_PRICE",
        /// The mark price.
        Mark = "MARK_PRICE",
    }
}

/// What someone asks for. Conditional types (futures) become algo orders; a spot `LIMIT_MAKER` is a limit with GTX.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOrder {
    /// Where.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// Its type.
    pub kind: OrderType,
    /// How long it stands; GTC when not said.
    pub tif: Option<TimeInForce>,
    /// How much, in base units.
    pub amount: Option<Decimal>,
    /// How much, in quote units (spot market orders: `quoteOrderQty`).
    pub quote_amount: Option<Decimal>,
    /// Limit price.
    pub price: Option<Decimal>,
    /// Trigger price of a conditional order.
    pub trigger_price: Option<Decimal>,
    /// Where a trailing stop begins to trail; at once when not said.
    pub activation_price: Option<Decimal>,
    /// Percent that a trailing stop lets the price turn back.
    pub callback_rate: Option<Decimal>,
    /// Which price triggers.
    pub working_type: WorkingType,
    /// It may only shrink a position.
    pub reduce_only: bool,
    /// It closes whatever position there is, and has no amount.
    pub close_position: bool,
    /// The caller's id; the engine makes one when none is given.
    pub client_id: Option<String>,
}

impl NewOrder {
    /// A market order.
    #[must_use]
    pub const fn market(market: MarketId, side: Side, amount: Decimal) -> Self {
        Self {
            market,
            side,
            kind: OrderType::Market,
            tif: None,
            amount: Some(amount),
            quote_amount: None,
            price: None,
            trigger_price: None,
            activation_price: None,
            callback_rate: None,
            working_type: WorkingType::Contract,
            reduce_only: false,
            close_position: false,
            client_id: None,
        }
    }

    /// A limit order, good till cancelled.
    #[must_use]
    pub const fn limit(market: MarketId, side: Side, amount: Decimal, price: Decimal) -> Self {
        let mut order = Self::market(market, side, amount);
        order.kind = OrderType::Limit;
        order.tif = Some(TimeInForce::Gtc);
        order.price = Some(price);
        order
    }
}

/// An order that has been taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id, unique over all markets and increasing.
    pub id: u64,
    /// The caller's id.
    pub client_id: String,
    /// Where.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// Market or limit.
    pub kind: OrderType,
    /// The type asked for: that of the conditional order that became this one (`origType`).
    pub original_kind: OrderType,
    /// How long it stands.
    pub tif: TimeInForce,
    /// Limit price; none for a market order.
    pub price: Option<Decimal>,
    /// How much, in base units. Zero for a market order by quote amount that filled nothing.
    pub amount: Decimal,
    /// How much was asked for in quote units.
    pub quote_amount: Option<Decimal>,
    /// How much has filled.
    pub filled: Decimal,
    /// What the fills were worth (`cummulativeQuoteQty`).
    pub cost: Decimal,
    /// It may only shrink a position.
    pub reduce_only: bool,
    /// It closes whatever position there is.
    pub close_position: bool,
    /// Where it stands.
    pub status: Status,
    /// The conditional order that became this one.
    pub algo_id: Option<u64>,
    /// That order's trigger price.
    pub trigger_price: Option<Decimal>,
    /// Which price triggered.
    pub working_type: WorkingType,
    /// The engine placed it to liquidate.
    pub liquidation: bool,
    /// When it was taken.
    pub created: Micros,
    /// When it last changed.
    pub updated: Micros,
}

impl Order {
    /// How much has not filled.
    #[must_use]
    pub fn remaining(&self) -> Decimal {
        self.amount - self.filled
    }

    /// Average price of the fills; zero without any, as Binance writes it.
    #[must_use]
    pub fn average(&self) -> Decimal {
        if self.filled.is_zero() { Decimal::ZERO } else { (self.cost / self.filled).round_dp(8).normalize() }
    }
}

impl Entry for Order {
    fn id(&self) -> u64 {
        self.id
    }
    fn client_id(&self) -> &str {
        &self.client_id
    }
    fn is_open(&self) -> bool {
        self.status.open()
    }
}

/// A conditional order (futures).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlgoOrder {
    /// Its id, of a space of its own (`algoId`).
    pub id: u64,
    /// The caller's id (`clientAlgoId`).
    pub client_id: String,
    /// Which perpetual.
    pub pair: Pair,
    /// Buy or sell.
    pub side: Side,
    /// Its conditional type.
    pub kind: OrderType,
    /// How long it, or what it becomes, stands.
    pub tif: TimeInForce,
    /// How much; none when it closes the position.
    pub amount: Option<Decimal>,
    /// Limit price of what it becomes.
    pub price: Option<Decimal>,
    /// Trigger price; for an active trailing stop where it would trigger now.
    pub trigger_price: Option<Decimal>,
    /// Where a trailing stop begins to trail.
    pub activation_price: Option<Decimal>,
    /// Percent that a trailing stop lets the price turn back.
    pub callback_rate: Option<Decimal>,
    /// Best price since the trailing stop became active; none before.
    pub extreme: Option<Decimal>,
    /// Which price triggers.
    pub working_type: WorkingType,
    /// It may only shrink a position.
    pub reduce_only: bool,
    /// It closes whatever position there is.
    pub close_position: bool,
    /// Where it stands.
    pub status: AlgoStatus,
    /// The order that it became (`actualOrderId`).
    pub order_id: Option<u64>,
    /// Why it was refused when it triggered.
    pub failure: Option<String>,
    /// When it was taken.
    pub created: Micros,
    /// When it last changed.
    pub updated: Micros,
    /// When it triggered.
    pub triggered: Option<Micros>,
}

impl Entry for AlgoOrder {
    fn id(&self) -> u64 {
        self.id
    }
    fn client_id(&self) -> &str {
        &self.client_id
    }
    fn is_open(&self) -> bool {
        self.status == AlgoStatus::New
    }
}

/// One fill of one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// Its id, that of the public trade.
    pub id: u64,
    /// The order's id.
    pub order_id: u64,
    /// Where.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// At what price.
    pub price: Decimal,
    /// How much, in base units.
    pub amount: Decimal,
    /// Price times amount.
    pub quote: Decimal,
    /// What it cost.
    pub fee: Decimal,
    /// In which asset.
    pub fee_asset: String,
    /// Whether the order stood in the book before.
    pub maker: bool,
    /// Profit that it realised (futures).
    pub realized: Decimal,
    /// When.
    pub at: Micros,
}

//! The properties that only spot orders have: stop and trailing conditions, icebergs, labels, list membership.

use super::words::words;
use domain::{Decimal, Micros};
use serde::{Deserialize, Serialize};

words! {
    /// The action taken when an order would trade with another order of its account. Trades are always with the
    /// exchange here, so the mode is reported but never acts.
    SelfTradePrevention {
        /// No prevention.
        None = "NONE",
        /// The resting order expires.
        ExpireMaker = "EXPIRE_MAKER",
        /// The new order expires.
        ExpireTaker = "EXPIRE_TAKER",
        /// Both orders expire.
        ExpireBoth = "EXPIRE_BOTH",
        /// Both orders lose the amount that would have traded.
        Decrement = "DECREMENT",
        /// As `DECREMENT`, and the amount moves between accounts.
        Transfer = "TRANSFER",
    }
}

impl SelfTradePrevention {
    /// The mode of an order that names none.
    pub const DEFAULT: Self = Self::ExpireMaker;
    /// The modes that the markets accept.
    pub const ALLOWED: [Self; 4] = [Self::ExpireTaker, Self::ExpireMaker, Self::ExpireBoth, Self::Decrement];
}

words! {
    /// Why an order that had been accepted as part of a list was rejected (`r`).
    RejectReason {
        /// The balance does not suffice.
        Balance = "INSUFFICIENT_BALANCES",
        /// The stop price is on the wrong side of the last price.
        Trigger = "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
        /// A post-only order would execute as taker.
        Match = "WOULD_MATCH_IMMEDIATELY",
        /// The prices of an OCO are on the wrong sides of the last price.
        OcoPrices = "OCO_BAD_PRICES",
        /// Another reason.
        Other = "NONE",
    }
}

/// Where a spot order is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// In the book, or ended after it was there.
    #[default]
    Working,
    /// Waiting for its stop price or its trailing delta.
    Waiting,
    /// Waiting for the working order of its list to fill.
    Pending,
}

/// Optional properties of a new spot order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpotOptions {
    /// Price change that triggers a trailing order, in basis points (`trailingDelta`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailing_delta: Option<u32>,
    /// The visible amount of an iceberg order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iceberg: Option<Decimal>,
    /// The caller's label (`strategyId`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy_id: Option<u64>,
    /// The caller's second label (`strategyType`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy_type: Option<u64>,
    /// The self-trade prevention mode; the market's default if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_trade_prevention: Option<SelfTradePrevention>,
}

/// The state of a spot order beyond what futures orders have. A plain limit or market order has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpotTerms {
    /// Where it is in its life.
    pub phase: Phase,
    /// The properties that its owner has requested.
    pub options: SpotOptions,
    /// The price that the balance is locked at for a buy without a limit price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserve: Option<Decimal>,
    /// Best price since a trailing order became active; `None` before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extreme: Option<Decimal>,
    /// When a trailing order became active (`trailingTime`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailing_since: Option<Micros>,
    /// When it entered the book (`workingTime`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_since: Option<Micros>,
    /// The list it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<u64>,
    /// It is one of two open orders of an OCO, whose balance is locked by their list.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub paired: bool,
    /// How often it was amended.
    pub amends: u32,
    /// Its client id before the last amendment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amended_from: Option<String>,
    /// The id of the last amendment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<u64>,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reject: Option<RejectReason>,
}

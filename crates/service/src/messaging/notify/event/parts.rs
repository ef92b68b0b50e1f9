//! The contents of the larger events.

use domain::{CopyId, Decimal, ExchangeId, ExchangeKeyId, Micros, Side, Symbol, risk_rule};
use serde::{Deserialize, Serialize};

/// A trip of a risk rule, or an entry that it skips.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleNews {
    /// Name of the strategy or key, or e-mail address of the user, that the rule applies to.
    pub about: String,
    /// The account, if it concerns one.
    pub key: Option<ExchangeKeyId>,
    /// The bounded quantity.
    pub kind: risk_rule::Kind,
    /// The value that broke it.
    pub seen: Decimal,
    /// Threshold of the rule.
    pub limit: Decimal,
    /// Whether positions are closed.
    pub closing: bool,
    /// When entries are copied again by themselves.
    pub until: Option<Micros>,
    /// The reading before, with its time.
    pub first: Option<(Micros, Decimal)>,
    /// The skipped copy; `None` if the rule stays tripped.
    pub copy: Option<CopyId>,
}

/// Credentials that an exchange rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedCredentials {
    /// The exchange.
    pub exchange: ExchangeId,
    /// Start and end of the API key.
    pub api_key: String,
}

/// A filled order that Slipstream did not send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignFill {
    /// The account.
    pub key: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
    /// The side of the order.
    pub side: Side,
    /// The filled amount, in base units.
    pub amount: Decimal,
    /// The average price, if the exchange reports it.
    pub price: Option<Decimal>,
    /// Whether the exchange liquidated the position.
    pub liquidation: bool,
}

/// An order that the exchange accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// The account.
    pub key: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
    /// The side of the order.
    pub side: Side,
    /// The amount, in base units.
    pub amount: Option<Decimal>,
    /// The price, if the order has one.
    pub price: Option<Decimal>,
    /// The copy it belongs to.
    pub copy: Option<CopyId>,
}

/// An order that closed a position or part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The account.
    pub key: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
    /// The side of the closing order.
    pub side: Side,
    /// The amount, in base units.
    pub amount: Option<Decimal>,
    /// The average price.
    pub price: Option<Decimal>,
    /// Profit after fees, in USD.
    pub profit_usd: Option<Decimal>,
    /// Profit in percent of the position's entry value.
    pub profit_percent: Option<Decimal>,
    /// The copy it belongs to.
    pub copy: Option<CopyId>,
}

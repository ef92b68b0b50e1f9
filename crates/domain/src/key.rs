//! Exchange keys: what each may trade, and the state last seen at its exchange.

use crate::{ExchangeKeyId, Micros, PositionSlot, Side, validation::Problem};
use serde::{Deserialize, Serialize};

/// Defines an enum whose values have a fixed text, used on the wire and in the database.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $vis:vis $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        $vis enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every value, in the order of the API documents.
            $vis const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the text of this value on the wire and in the database.
            #[must_use]
            $vis const fn word(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// Parses the text of a value; case-sensitive.
            #[must_use]
            $vis fn parse(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.word())
            }
        }
    };
}
pub use words;

words! {
    /// A supported exchange.
    pub ExchangeId {
        /// Binance, or any server that implements its protocol, such as the sandbox.
        Binance = "BINANCE",
    }
}

impl ExchangeId {
    /// Returns the exchange's own name, as users read it; [`ExchangeId::word`] is for programs.
    #[must_use]
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::Binance => "Binance",
        }
    }
}

words! {
    /// The exchange market a key trades on.
    pub TradeType {
        /// Spot.
        Spot = "SPOT",
        /// USD-margined perpetual futures.
        Futures = "FUTURES",
    }
}

words! {
    /// The source of a key's trading decisions.
    pub StrategyType {
        /// The strategies that the key follows.
        Automated = "AUTOMATED",
        /// The key's owner.
        Manual = "MANUAL",
    }
}

words! {
    /// Result of the last request to the exchange with a key.
    pub ApiKeyStatus {
        /// The exchange accepted the key.
        Authorized = "AUTHORIZED",
        /// The exchange rejected the key, which has been disabled.
        Unauthorized = "UNAUTHORIZED",
        /// The exchange could not be reached.
        Failed = "FAILED",
    }
}

words! {
    /// The mode of a futures account at its exchange. [`AccountMode::problem`] names those that cannot be traded.
    pub AccountMode {
        /// One position per market, margin in a single asset. Also used for spot keys.
        OneWay = "ONE_WAY",
        /// A long and a short position per market at the same time.
        Hedge = "HEDGE",
        /// Margin shared across several assets.
        MultiAssets = "MULTI_ASSETS",
        /// Portfolio margin: the regular futures API does not accept orders.
        Portfolio = "PORTFOLIO",
    }
}

impl AccountMode {
    /// Returns the position of a market that an order of this side opens.
    #[must_use]
    pub const fn opened_by(self, side: Side) -> PositionSlot {
        PositionSlot::opened_by(side, matches!(self, Self::Hedge))
    }

    /// Returns the positions that a market of an account in this mode can have.
    #[must_use]
    pub const fn positions(self) -> &'static [PositionSlot] {
        match self {
            Self::Hedge => &[PositionSlot::Long, PositionSlot::Short],
            Self::OneWay | Self::MultiAssets | Self::Portfolio => &[PositionSlot::Both],
        }
    }

    /// Returns why an account in this mode cannot be traded, or `None` if it can.
    #[must_use]
    pub const fn problem(self) -> Option<Problem> {
        match self {
            Self::OneWay | Self::Hedge => None,
            Self::MultiAssets => Some(Problem::AccountMultiAssets),
            Self::Portfolio => Some(Problem::AccountPortfolio),
        }
    }
}

/// A user's credentials at an exchange, without the secret, so that they can be displayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeKey {
    /// Id of the key.
    pub id: ExchangeKeyId,
    /// The exchange that issued the key.
    pub exchange_id: ExchangeId,
    /// Spot or futures.
    pub trade_type: TradeType,
    /// Whether strategies or the owner decide what it trades.
    pub strategy_type: StrategyType,
    /// Whether the key is enabled. Disabled when the exchange rejects it.
    pub active: bool,
    /// The name its owner gave it.
    pub name: String,
    /// The public part of the credentials.
    pub api_key: String,
    /// Result of the last request to the exchange with this key.
    pub status: ApiKeyStatus,
    /// Whether it belongs to a sandbox account that Slipstream opened, which can be reset.
    pub sandbox: bool,
    /// Whether the exchange accepts it only from listed IP addresses. If not, the owner is warned.
    pub ip_restricted: bool,
    /// The account's mode, as of the last check.
    pub account_mode: AccountMode,
    /// Whether it may withdraw, as of the last check. If so, it takes no entries until its owner removes that
    /// permission at the exchange.
    pub may_withdraw: bool,
    /// When its trading permission expires at the exchange, as of the last check; `None` if the exchange
    /// gives no date.
    pub expires_at: Option<Micros>,
    /// Whether its owner also trades the account outside Slipstream and wants no notifications about those
    /// fills.
    pub traded_elsewhere: bool,
    /// When the key was connected.
    pub created_at: Micros,
    /// When the key was last changed.
    pub updated_at: Micros,
}

//! What an exchange key is for, and how it stands with its exchange.

use crate::{ExchangeKeyId, Micros, validation::Problem};
use serde::{Deserialize, Serialize};

/// Names an enum's values as the APIs and the database write them, and reads them back.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $vis:vis $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        $vis enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every value, in the order of the documents.
            $vis const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word for this value on the wire and in the database.
            #[must_use]
            $vis const fn word(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// Reads a word; case counts.
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
    /// An exchange we speak to.
    pub ExchangeId {
        /// Binance, or anything that speaks its protocol, as the sandbox does.
        Binance = "BINANCE",
    }
}

words! {
    /// Which of the exchange's markets a key trades on.
    pub TradeType {
        /// Spot.
        Spot = "SPOT",
        /// USD-margined perpetual futures.
        Futures = "FUTURES",
    }
}

words! {
    /// Who decides what a key trades.
    pub StrategyType {
        /// Strategies that the key follows.
        Automated = "AUTOMATED",
        /// The person.
        Manual = "MANUAL",
    }
}

words! {
    /// How the exchange last answered for a key.
    pub ApiKeyStatus {
        /// It let us in.
        Authorized = "AUTHORIZED",
        /// It refused the key: the key is switched off.
        Unauthorized = "UNAUTHORIZED",
        /// It could not be asked.
        Failed = "FAILED",
    }
}

words! {
    /// How a futures account is set up at its exchange. Only [`AccountMode::OneWay`] may be traded.
    pub AccountMode {
        /// One position per market, margin from one asset. Spot keys have this mode, too.
        OneWay = "ONE_WAY",
        /// A long and a short position per market at the same time.
        Hedge = "HEDGE",
        /// Margin from several assets together.
        MultiAssets = "MULTI_ASSETS",
        /// Portfolio margin: futures orders are not taken through the usual interface.
        Portfolio = "PORTFOLIO",
    }
}

impl AccountMode {
    /// Why an account in this mode is not traded; none where it is.
    #[must_use]
    pub const fn problem(self) -> Option<Problem> {
        match self {
            Self::OneWay => None,
            Self::Hedge => Some(Problem::AccountHedge),
            Self::MultiAssets => Some(Problem::AccountMultiAssets),
            Self::Portfolio => Some(Problem::AccountPortfolio),
        }
    }
}

/// A person's credentials at an exchange, as they may be shown: without the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeKey {
    /// Its id.
    pub id: ExchangeKeyId,
    /// At which exchange.
    pub exchange_id: ExchangeId,
    /// Spot or futures.
    pub trade_type: TradeType,
    /// Who decides what it trades.
    pub strategy_type: StrategyType,
    /// Switched on. Off when the exchange refuses the key.
    pub active: bool,
    /// The person's name for it.
    pub name: String,
    /// The public half.
    pub api_key: String,
    /// How the exchange last answered for it.
    pub status: ApiKeyStatus,
    /// It belongs to a sandbox account that we opened, which can be reset.
    pub sandbox: bool,
    /// The exchange takes it from listed addresses only; the person is warned where not.
    pub ip_restricted: bool,
    /// How its account is set up, as of the last check.
    pub account_mode: AccountMode,
    /// It may withdraw, as of the last check: it takes no entries until its owner removes that right at the exchange.
    pub may_withdraw: bool,
    /// When the exchange ends its right to trade, as of the last check; none when it names no date.
    pub expires_at: Option<Micros>,
    /// Its owner trades the account outside Slipstream, too, and does not want to be told of such fills.
    pub traded_elsewhere: bool,
    /// When it was connected.
    pub created_at: Micros,
    /// When it last changed.
    pub updated_at: Micros,
}

//! The classes of failure, which decide what may be done next.

use std::time::Duration;

/// Why the exchange did not give what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It does not let this key in (Binance -2014, -2015, -1022; HTTP 401). Mudawyl 1103.
    #[error("the exchange rejected the key")]
    Unauthorized,
    /// It has no such market (Binance -1121). Mudawyl 1300.
    #[error("the exchange has no such market")]
    UnknownSymbol,
    /// It said no, and nothing happened. Mudawyl 1500.
    #[error("the exchange rejected the request: {message} ({code})")]
    Refused {
        /// The exchange's code.
        code: i64,
        /// The exchange's words.
        message: String,
    },
    /// It asks us to slow down, or finds our clock wrong for the moment; nothing happened.
    #[error("exchange rate limit: retry after {0:?}")]
    Limited(Duration),
    /// The request's [`crate::Validity`] ended before the exchange took it: it was not sent, or refused for its timestamp.
    /// Nothing happened. Check again that the request is still wanted, and send it with a new validity.
    #[error("the request was not sent in time")]
    Expired,
    /// The request certainly never reached it (connection refused): may be tried again as it is.
    #[error("cannot reach the exchange")]
    Unreachable,
    /// It may or may not have happened (timeout, dropped connection, 5xx, -1006, -1007): look before any retry.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
}

impl Failure {
    /// Whether the request certainly had no effect.
    #[must_use]
    pub const fn nothing_happened(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// Whether trying again later may help.
    #[must_use]
    pub const fn passing(&self) -> bool {
        matches!(self, Self::Limited(_) | Self::Unreachable | Self::Unknown(_) | Self::Expired)
    }
}

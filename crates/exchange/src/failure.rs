//! Classification of exchange failures, which determines what the caller may do next.

use std::time::Duration;

/// Why the exchange did not fulfil a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeFailure {
    /// It does not let this key in (Binance -2014, -2015, -1022; HTTP 401). Mudawyl 1103.
    #[error("the exchange rejected the key")]
    Unauthorized,
    /// The market does not exist (Binance -1121). Error 1300 of the Mudawyl API.
    #[error("the exchange has no such market")]
    UnknownSymbol,
    /// The exchange rejected the request; it had no effect. Error 1500 of the Mudawyl API.
    #[error("the exchange rejected the request: {message} ({code})")]
    Refused {
        /// The exchange's error code.
        code: i64,
        /// The exchange's error message.
        message: String,
    },
    /// Rate limit, or a timestamp that the exchange rejects because of clock skew; the request had no effect.
    #[error("exchange rate limit: retry after {0:?}")]
    Limited(Duration),
    /// The request's [`crate::Validity`] ended before the exchange accepted it: it was not sent, or rejected
    /// for its timestamp. It had no effect. The caller has to check again that the request is still wanted,
    /// and send it with a new validity.
    #[error("the request was not sent in time")]
    Expired,
    /// The request certainly never reached it (connection refused): may be tried again as it is.
    #[error("cannot reach the exchange")]
    Unreachable,
    /// The request may or may not have taken effect (timeout, dropped connection, 5xx, -1006, -1007). Query
    /// the outcome before any retry.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
}

impl ExchangeFailure {
    /// Whether the request certainly had no effect.
    #[must_use]
    pub const fn nothing_happened(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// Whether an order was rejected because there is one with its client order id (Binance -4115, -4116).
    #[must_use]
    pub const fn is_duplicate(&self) -> bool {
        matches!(self, Self::Refused { code: -4115 | -4116, .. })
    }

    /// Whether the failure is transient, so that a later retry may succeed.
    #[must_use]
    pub const fn passing(&self) -> bool {
        matches!(self, Self::Limited(_) | Self::Unreachable | Self::Unknown(_) | Self::Expired)
    }
}

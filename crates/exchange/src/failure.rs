//! Classification of exchange failures, which determines what the caller may do next.

use std::time::Duration;

/// Why the exchange did not fulfil a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The key was rejected (Binance -2014, -2015, -1022; HTTP 401). Error 1103 of the Mudawyl API.
    #[error("the exchange refused the key")]
    Unauthorized,
    /// The market does not exist (Binance -1121). Error 1300 of the Mudawyl API.
    #[error("the exchange has no such market")]
    UnknownSymbol,
    /// The request was rejected and had no effect. Error 1500 of the Mudawyl API.
    #[error("the exchange refused: {message} ({code})")]
    Refused {
        /// The exchange's error code.
        code: i64,
        /// The exchange's error message.
        message: String,
    },
    /// A rate limit was reached, or the clocks disagree for the moment; the request had no effect.
    #[error("the exchange asks to wait {0:?}")]
    Limited(Duration),
    /// The request's [`crate::Validity`] ended before the exchange accepted it: it was not sent, or rejected
    /// for its timestamp. It had no effect. The caller has to check again that the request is still wanted,
    /// and send it with a new validity.
    #[error("the request was not sent in time")]
    Expired,
    /// The request certainly did not reach the exchange (connection refused) and may be retried unchanged.
    #[error("the exchange cannot be reached")]
    Unreachable,
    /// The request may or may not have taken effect (timeout, dropped connection, 5xx, -1006, -1007). Query
    /// the outcome before any retry.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
}

impl Failure {
    /// Whether the request certainly had no effect.
    #[must_use]
    pub const fn nothing_happened(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// Whether the failure is transient, so that a later retry may succeed.
    #[must_use]
    pub const fn passing(&self) -> bool {
        matches!(self, Self::Limited(_) | Self::Unreachable | Self::Unknown(_) | Self::Expired)
    }
}

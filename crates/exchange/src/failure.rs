//! Classification of exchange failures, which determines what the caller may do next.

use domain::order_failure::{FailureCause, OrderFailure};
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
        /// The exchange's error code; 0 for a cause of our own ([`ExchangeFailure::of_cause`]).
        code: i64,
        /// The exchange's error message; the cause's word if the cause is ours.
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

/// Binance's code for a position side that does not fit the account's position mode.
const MODE_DIFFERS: i64 = -4061;

impl ExchangeFailure {
    /// A rejection by ourselves, as which an order ends that the exchange did not answer about.
    #[must_use]
    pub fn of_cause(cause: FailureCause) -> Self {
        Self::Refused { code: 0, message: cause.word().to_owned() }
    }

    /// The rejection of an order that was planned for the other position mode than its account is in.
    #[must_use]
    pub fn of_mode() -> Self {
        let message = "Order's position side does not match user's setting.".to_owned();
        Self::Refused { code: MODE_DIFFERS, message }
    }

    /// Whether an order was rejected because its account is in the other position mode (Binance -4061).
    #[must_use]
    pub const fn is_of_mode(&self) -> bool {
        matches!(self, Self::Refused { code: MODE_DIFFERS, .. })
    }

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

/// The part of a failure that is stored and shown once it ended an order.
impl From<&ExchangeFailure> for OrderFailure {
    fn from(failure: &ExchangeFailure) -> Self {
        Self::Cause(match failure {
            ExchangeFailure::Refused { code, message } => {
                let ours = FailureCause::parse(message).filter(|_| *code == 0);
                return ours.map_or_else(|| Self::Answered(*code, message.clone()), Self::Cause);
            }
            ExchangeFailure::Unauthorized => FailureCause::KeyRejected,
            ExchangeFailure::UnknownSymbol => FailureCause::UnknownMarket,
            ExchangeFailure::Limited(_) => FailureCause::RateLimited,
            ExchangeFailure::Expired => FailureCause::Expired,
            ExchangeFailure::Unreachable => FailureCause::Unreachable,
            ExchangeFailure::Unknown(_) => FailureCause::OutcomeUnknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_of_our_own_are_kept() {
        for cause in FailureCause::ALL {
            let failure = OrderFailure::from(&ExchangeFailure::of_cause(*cause));
            assert_eq!(failure, OrderFailure::Cause(*cause));
        }
        let refused = |code, message: &str| ExchangeFailure::Refused { code, message: message.to_owned() };
        for (code, message) in [(-2019, "Margin is insufficient."), (0, "<html>"), (-1, "expired")] {
            let failure = OrderFailure::from(&refused(code, message));
            assert_eq!(failure, OrderFailure::Answered(code, message.to_owned()));
        }
    }
}

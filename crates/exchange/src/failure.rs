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

impl ExchangeFailure {
    /// A rejection by ourselves, as which an order ends that the exchange did not answer about.
    #[must_use]
    pub fn of_cause(cause: FailureCause) -> Self {
        Self::Refused { code: 0, message: cause.word().to_owned() }
    }

    /// Whether the request certainly had no effect.
    #[must_use]
    pub const fn nothing_happened(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// Whether an order was rejected because there is one with its client order id (Binance -4115, -4116; on spot -2010
    /// with a message of its own).
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Refused { code: -4115 | -4116, .. })
            || self.is_new_order_rejected("Duplicate order")
    }

    /// Whether a spot order was rejected because the account's free balance is smaller than the order.
    #[must_use]
    pub fn lacks_balance(&self) -> bool {
        self.is_new_order_rejected("Account has insufficient balance")
    }

    /// Whether the matching engine rejected a new spot order with a message that begins so: they share one code.
    fn is_new_order_rejected(&self, begins: &str) -> bool {
        matches!(self, Self::Refused { code: -2010, message } if message.starts_with(begins))
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
    fn rejections_of_one_code_differ_by_their_messages() {
        let of = |code, message: &str| {
            let failure = ExchangeFailure::Refused { code, message: message.to_owned() };
            (failure.is_duplicate(), failure.lacks_balance())
        };
        assert_eq!(of(-2010, "Duplicate order sent."), (true, false));
        assert_eq!(of(-4116, "ClientOrderId is duplicated."), (true, false));
        assert_eq!(of(-2010, "Account has insufficient balance for requested action."), (false, true));
        assert_eq!(of(-2010, "Order would trigger immediately."), (false, false));
    }

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

//! Classification of payment failures, which determines what the caller may do next.

use std::time::Duration;

/// The result of a request to the provider.
pub type PaymentResult<T> = Result<T, PaymentFailure>;

/// Why the provider did not fulfil a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentFailure {
    /// It does not let us in: the key is wrong, or may not do this.
    #[error("the payment provider rejected the API key")]
    Unauthorized,
    /// The card was declined; the request had no effect.
    #[error("the card was declined")]
    Declined,
    /// The object does not exist at the provider.
    #[error("not found at the payment provider")]
    Missing,
    /// The provider rejected the request; it had no effect.
    #[error("the payment provider rejected the request: {message} ({code})")]
    Refused {
        /// The provider's error code.
        code: String,
        /// The provider's error message.
        message: String,
    },
    /// It asks us to wait; nothing happened.
    #[error("payment provider rate limit: retry after {0:?}")]
    Limited(Duration),
    /// The request certainly never reached it.
    #[error("cannot reach the payment provider")]
    Unreachable,
    /// The request may or may not have taken effect; repeat it with the same idempotency key.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
}

impl PaymentFailure {
    /// Whether the failure is transient, so that a retry under the same key may succeed.
    #[must_use]
    pub const fn passing(&self) -> bool {
        matches!(self, Self::Limited(_) | Self::Unreachable | Self::Unknown(_))
    }
}

//! Classification of payment failures, which determines what the caller may do next.

use std::time::Duration;

/// The result of a request to the provider.
pub type Answer<T> = Result<T, Failure>;

/// Why the provider did not fulfil a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The API key is invalid or lacks the permission.
    #[error("the payment provider refused our key")]
    Unauthorized,
    /// The card was declined; the request had no effect.
    #[error("the card was declined")]
    Declined,
    /// The object does not exist.
    #[error("the payment provider has no such thing")]
    Missing,
    /// The request was rejected and had no effect.
    #[error("the payment provider refused: {message} ({code})")]
    Refused {
        /// The provider's error code.
        code: String,
        /// The provider's error message.
        message: String,
    },
    /// A rate limit was reached; the request had no effect.
    #[error("the payment provider asks to wait {0:?}")]
    Limited(Duration),
    /// The request certainly did not reach the provider.
    #[error("the payment provider cannot be reached")]
    Unreachable,
    /// The request may or may not have taken effect; repeat it with the same idempotency key.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
}

impl Failure {
    /// Whether the failure is transient, so that a retry under the same key may succeed.
    #[must_use]
    pub const fn passing(&self) -> bool {
        matches!(self, Self::Limited(_) | Self::Unreachable | Self::Unknown(_))
    }
}

//! The classes of failure, which decide what may be done next.

use std::time::Duration;

/// What the provider answers.
pub type Answer<T> = Result<T, Failure>;

/// Why the provider did not give what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It does not let us in: the key is wrong, or may not do this.
    #[error("the payment provider rejected the API key")]
    Unauthorized,
    /// The card was not charged, and nothing happened.
    #[error("the card was declined")]
    Declined,
    /// It has no such thing.
    #[error("not found at the payment provider")]
    Missing,
    /// It said no, and nothing happened.
    #[error("the payment provider rejected the request: {message} ({code})")]
    Refused {
        /// Its code.
        code: String,
        /// Its words.
        message: String,
    },
    /// It asks us to wait; nothing happened.
    #[error("payment provider rate limit: retry after {0:?}")]
    Limited(Duration),
    /// The request certainly never reached it.
    #[error("cannot reach the payment provider")]
    Unreachable,
    /// It may or may not have happened: ask again under the same idempotency key.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
}

impl Failure {
    /// Whether asking again later, under the same key, may help.
    #[must_use]
    pub const fn passing(&self) -> bool {
        matches!(self, Self::Limited(_) | Self::Unreachable | Self::Unknown(_))
    }
}

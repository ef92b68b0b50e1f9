//! The closed set of errors of use cases.

use domain::{
    Refusal,
    validation::{FieldProblem, Problem},
};
use exchange::ExchangeFailure;
use std::time::Duration;

/// Result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a use case failed or was rejected. Each HTTP surface maps it once.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A business rule rejects the request (Mudawyl 433).
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Fields that cannot be used, all together (422).
    #[error("invalid fields")]
    Fields(Vec<FieldProblem>),
    /// Not authenticated (401).
    #[error("unauthenticated")]
    Unauthenticated,
    /// Known, but the password was not given for a while (403).
    #[error("password confirmation required")]
    StepUp,
    /// Authenticated, but not allowed (403).
    #[error("forbidden")]
    Forbidden,
    /// The object does not exist or is not the caller's; the two cases are not distinguished (404).
    #[error("not found")]
    NotFound,
    /// Too many attempts (429).
    #[error("too many attempts")]
    TooMany {
        /// Seconds until the next attempt is accepted.
        retry_after_s: u64,
    },
    /// The exchange or the payment provider does not respond at present (503).
    #[error("temporarily unavailable")]
    Unavailable {
        /// Seconds after which a retry may succeed.
        retry_after_s: u64,
    },
    /// The idempotency key was already used with a different request (422).
    #[error("the idempotency key was used with another request")]
    IdempotencyMismatch,
    /// Internal error (500). Logged with the request's id; the caller gets no details.
    #[error("fault: {0:#}")]
    Fault(anyhow::Error),
}

impl Error {
    /// A problem of a single field.
    #[must_use]
    pub fn field(name: &str, problem: Problem) -> Self {
        Self::Fields(vec![FieldProblem::new(name, problem)])
    }

    /// Whether an order was refused because its account is in the other position mode than was known. The mode has been
    /// read again.
    #[must_use]
    pub fn is_of_mode(&self) -> bool {
        let changed = |problem: &FieldProblem| problem.problem == Problem::AccountModeChanged;
        matches!(self, Self::Fields(problems) if problems.iter().any(changed))
    }

    /// An internal error: cannot happen unless the program or the machine is broken.
    pub fn fault(why: impl std::fmt::Display + std::fmt::Debug + Send + Sync + 'static) -> Self {
        Self::Fault(anyhow::Error::msg(why))
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error.kind() {
            // Another writer held the database for longer than our timeout; a retry is right.
            store::StoreErrorKind::Busy => Self::Unavailable { retry_after_s: 1 },
            _ => Self::Fault(anyhow::Error::new(error)),
        }
    }
}

/// For reads, and for writes that certainly did not happen. The order pipeline inspects the [`ExchangeFailure`]
/// itself first.
impl From<ExchangeFailure> for Error {
    fn from(failure: ExchangeFailure) -> Self {
        match failure {
            ExchangeFailure::Unauthorized => Self::Refused(Refusal::KeyUnauthorized),
            ExchangeFailure::UnknownSymbol => Self::Refused(Refusal::SymbolInvalid),
            ExchangeFailure::Refused { .. } => Self::Refused(Refusal::ExchangeBadRequest),
            ExchangeFailure::Limited(wait) => Self::Unavailable { retry_after_s: seconds_until_retry(wait) },
            ExchangeFailure::Expired => Self::Unavailable { retry_after_s: 1 },
            ExchangeFailure::Unreachable | ExchangeFailure::Unknown(_) => {
                Self::Unavailable { retry_after_s: 2 }
            }
        }
    }
}

/// Seconds after which a retry may succeed: rounded up, because a retry before `wait` is over fails again; at
/// least 1.
pub(crate) fn seconds_until_retry(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up() {
        let waits = [0, 1, 999_999, 1_000_000, 1_000_001, 2_500_000].map(Duration::from_micros);
        assert_eq!(waits.map(seconds_until_retry), [1, 1, 1, 1, 2, 3]);
        let limited = Error::from(ExchangeFailure::Limited(Duration::from_millis(1_500)));
        assert!(matches!(limited, Error::Unavailable { retry_after_s: 2 }), "{limited:?}");
    }
}

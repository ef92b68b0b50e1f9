//! The errors that occur outside any handler.

use axum::http::StatusCode;
use service::Error;

/// An error outside any handler.
#[derive(Debug)]
pub(crate) enum SurfaceError {
    /// There is no such operation.
    NoRoute,
    /// The body exceeds the size limit.
    TooLarge,
    /// The request timed out.
    TookTooLong,
    /// The handler panicked.
    Broken,
    /// The error of a use case.
    Service(Error),
}

impl From<Error> for SurfaceError {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

impl SurfaceError {
    /// Status code and message.
    pub(crate) const fn plain(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoRoute => (StatusCode::NOT_FOUND, "route not found"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body is too large"),
            Self::TookTooLong => (StatusCode::GATEWAY_TIMEOUT, "took too long"),
            Self::Broken | Self::Service(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal server error"),
        }
    }
}

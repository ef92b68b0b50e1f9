//! The surface of a path, which determines the format of its error responses.

use super::{client::Caller, currencycloud, lumetrade, mudawyl, threecommas};
use axum::{
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::Permission;
use service::{Error, SharedDesk, pace};

/// One of the HTTP API surfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// `/v1`, and every path without a format of its own.
    Mudawyl,
    /// `/ver1` and `/public/api/ver1`.
    ThreeCommas,
    /// `/api/v1`.
    Lumetrade,
    /// `/v2`.
    Currencycloud,
}

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

impl Surface {
    /// The surface of a path, or of a route's template.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
        if starts(&["/ver1/", "/public/api/"]) {
            Self::ThreeCommas
        } else if starts(&["/api/v1/"]) {
            Self::Lumetrade
        } else if starts(&["/v2/"]) {
            Self::Currencycloud
        } else {
            Self::Mudawyl
        }
    }

    /// Formats the error response of this surface.
    pub(crate) fn error_response(self, error: SurfaceError) -> Response {
        match self {
            Self::Mudawyl => mudawyl::error::error_response(error),
            Self::ThreeCommas => threecommas::error::ThreeCommasFailure::from(error).into_response(),
            Self::Lumetrade => lumetrade::error::LumetradeFailure::from(error).into_response(),
            Self::Currencycloud => currencycloud::error::CurrencycloudFailure::from(error).into_response(),
        }
    }

    /// Middleware of this surface's routes for API clients; without a permission, every client may call them.
    pub(crate) async fn check(
        self,
        desk: SharedDesk,
        permission: Option<Permission>,
        request: Request,
        next: Next,
    ) -> Response {
        let admitted = match self {
            Self::ThreeCommas => threecommas::guard::admit(&desk, permission, request).await,
            Self::Lumetrade => lumetrade::guard::admit(&desk, permission, request).await,
            Self::Currencycloud => currencycloud::guard::admit(&desk, permission, request).await,
            Self::Mudawyl => Err(self.error_response(SurfaceError::Service(Error::Unauthenticated))),
        };
        let request = match admitted {
            Ok(request) => request,
            Err(response) => return response,
        };
        let counted = request
            .extensions()
            .get::<Caller>()
            .map(|Caller(p)| pace::count_user_request(&desk, p.actor.user));
        match counted {
            Some(Err(error)) => self.error_response(error.into()),
            _ => next.run(request).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_one_surface() {
        for (path, surface) in [
            ("/ver1/accounts", Surface::ThreeCommas),
            ("/public/api/ver1/accounts/{id}", Surface::ThreeCommas),
            ("/api/v1/accounts", Surface::Lumetrade),
            ("/v2/accounts/find", Surface::Currencycloud),
            ("/v1/priv/account", Surface::Mudawyl),
            ("/", Surface::Mudawyl),
        ] {
            assert_eq!(Surface::of(path), surface, "{path}");
        }
    }
}

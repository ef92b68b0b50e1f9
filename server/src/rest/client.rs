//! The API client that a request of the other surfaces authenticates as.

use super::{error_response::error_response, surface::Surface, surface_error::SurfaceError};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
    response::Response,
};
use service::{Error, identity::api_client::Program};

/// The authenticated API client. The route's middleware has already checked it and its permission.
#[derive(Clone, Debug)]
pub struct Caller(pub Program);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| {
            error_response(Surface::of(parts.uri.path()), SurfaceError::Service(Error::Unauthenticated))
        })
    }
}

/// The text of a header; `None` if it is missing, repeated or not text. Two keys are rejected like none.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let (first, more) = (all.next()?, all.next());
    if more.is_some() { None } else { first.to_str().ok() }
}

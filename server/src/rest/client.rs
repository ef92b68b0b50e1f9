//! The program that a request of the other surfaces speaks for.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
    response::Response,
};
use service::{Error, api_client::Program};

use super::surface::{Surface, Trouble};

/// The program that was let in. The door has checked it and its permission already.
#[derive(Clone, Debug)]
pub struct Caller(pub Program);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Surface::of(parts.uri.path()).tell(Trouble::Service(Error::Unauthenticated)))
    }
}

/// A header's text; nothing when it is missing, given twice, or no text. Two keys are no key.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let (first, more) = (all.next()?, all.next());
    if more.is_some() { None } else { first.to_str().ok() }
}

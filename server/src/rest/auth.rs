//! Authentication of `/v1`: a JWT in `Authorization`, never a cookie.

use super::mudawyl::error::MudawylFailure;
use crate::proxy;
use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::Role;
use service::{
    Actor, Error, Origin, SharedDesk,
    identity::token,
    platform::{
        pace,
        rejection::{self, Rejection},
    },
};

/// The authenticated user of a `/v1` request. The route's middleware has already checked the token and its
/// role.
#[derive(Clone, Debug)]
pub struct Trader(pub Actor);

impl<S: Send + Sync> FromRequestParts<S> for Trader {
    type Rejection = MudawylFailure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MudawylFailure> {
        let actor = parts.extensions.get::<Trader>().cloned();
        actor.ok_or(MudawylFailure::Service(Error::Unauthenticated))
    }
}

/// Middleware of every route that requires a role.
pub(crate) async fn check(desk: SharedDesk, role: Role, mut request: Request, next: Next) -> Response {
    let origin = proxy::origin(request.extensions(), request.headers());
    match admit(&desk, role, request.headers(), &origin).await {
        Ok(actor) => {
            request.extensions_mut().insert(Trader(actor));
            next.run(request).await
        }
        Err(error) => MudawylFailure::Service(error).into_response(),
    }
}

async fn admit(desk: &SharedDesk, role: Role, headers: &HeaderMap, origin: &Origin) -> Result<Actor, Error> {
    let token = bearer(headers).ok_or(Error::Unauthenticated)?;
    let actor = token::admit(desk, token, origin).await?;
    pace::count_user_request(desk, actor.user)?;
    if let Err(error) = actor.must(role) {
        rejection::note(desk, Rejection::Forbidden, Some(actor.user), origin);
        return Err(error);
    }
    Ok(actor)
}

/// The raw token, with or without a preceding `Bearer `.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    match text.split_once(' ') {
        None => Some(text).filter(|t| !t.is_empty()),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_with_and_without_its_scheme() {
        let read = |text: &str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, text.parse().unwrap())]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read("a.b.c").as_deref(), Some("a.b.c"));
        assert_eq!(read("Bearer a.b.c").as_deref(), Some("a.b.c"));
        assert_eq!(read("bearer  a.b.c ").as_deref(), Some("a.b.c"));
        assert_eq!(read("Basic dXNlcjpwYXNz"), None);
        assert_eq!(read(""), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}

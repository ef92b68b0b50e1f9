//! How a program signs in, and how `/v1` knows who it speaks for: a JWT in `Authorization`, never a cookie.

use super::mudawyl::{
    asked::{Asked, Place},
    error::{Failure, Message},
    validate::Check,
};
use crate::proxy::From;
use axum::{
    Json,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::{Role, account::Tokens, validation::Problem};
use serde::Serialize;
use serde_json::Value;
use service::{Actor, Error, SharedDesk, pace, token};
use utoipa::ToSchema;

/// The person that a `/v1` request speaks for. The door has checked the token and its role already.
#[derive(Clone, Debug)]
pub struct Trader(pub Actor);

impl<S: Send + Sync> FromRequestParts<S> for Trader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let actor = parts.extensions.get::<Trader>().cloned();
        actor.ok_or(Failure::Service(Error::Unauthenticated))
    }
}

/// Stands before every route that asks for a role.
pub(crate) async fn check(desk: SharedDesk, role: Role, mut request: Request, next: Next) -> Response {
    match admit(&desk, role, request.headers()).await {
        Ok(actor) => {
            request.extensions_mut().insert(Trader(actor));
            next.run(request).await
        }
        Err(error) => Failure::Service(error).into_response(),
    }
}

async fn admit(desk: &SharedDesk, role: Role, headers: &HeaderMap) -> Result<Actor, Error> {
    let token = bearer(headers).ok_or(Error::Unauthenticated)?;
    let actor = token::verify(desk, token).await?;
    pace::person(desk, actor.user)?;
    actor.must(role)?;
    Ok(actor)
}

/// The raw token, with or without `Bearer ` before it.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    match text.split_once(' ') {
        None => Some(text).filter(|t| !t.is_empty()),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
        Some(_) => None,
    }
}

/// E-mail and password.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInBody {
    /// Where mail reaches the person.
    #[schema(example = "ada@example.org", format = Email, max_length = 254)]
    email: String,
    /// 10 to 200 characters.
    #[schema(example = "correct horse battery", min_length = 10, max_length = 200)]
    password: String,
}

/// A refresh token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefreshBody {
    /// As the last answer gave it; works once.
    #[schema(example = "0Bz6cUvV4gQ3bWw9mJ0cTnq3yq1m3kq2dA5fZrX8hEs")]
    refresh_token: String,
}

/// The tokens of a signed-in program.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenAnswer {
    /// A JWT, for `Authorization`.
    #[schema(example = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl")]
    access_token: String,
    /// Works once, for a new pair. A second use ends the whole sign-in.
    #[schema(example = "0Bz6cUvV4gQ3bWw9mJ0cTnq3yq1m3kq2dA5fZrX8hEs")]
    refresh_token: String,
    /// Seconds until the access token expires.
    #[schema(example = 900)]
    expires_in: i64,
}

type Answer = Result<Json<TokenAnswer>, Failure>;

fn answer(tokens: Tokens) -> Json<TokenAnswer> {
    let Tokens { access_token, refresh_token, expires_in } = tokens;
    Json(TokenAnswer { access_token, refresh_token, expires_in })
}

/// Sign Up
///
/// Makes an account and answers its first tokens.
#[utoipa::path(
    post,
    path = "/v1/auth/sign-up",
    tag = "Sign-in",
    request_body = SignInBody,
    responses((status = 200, body = TokenAnswer))
)]
pub(crate) async fn sign_up(State(desk): State<SharedDesk>, From(origin): From, asked: Asked) -> Answer {
    let (email, password) = credentials(&asked)?;
    token::sign_up(&desk, origin, &email, &password).await.map(answer).map_err(|e| refuse(&asked, e))
}

/// Sign In
///
/// The same answer, after the same time, for an unknown e-mail and a wrong password.
#[utoipa::path(
    post,
    path = "/v1/auth/sign-in",
    tag = "Sign-in",
    request_body = SignInBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 401, description = "E-mail or password is wrong: which is not told.", body = Message),
    )
)]
pub(crate) async fn sign_in(State(desk): State<SharedDesk>, From(origin): From, asked: Asked) -> Answer {
    let (email, password) = credentials(&asked)?;
    token::sign_in(&desk, origin, &email, &password).await.map(answer).map_err(|e| refuse(&asked, e))
}

/// Refresh
///
/// Changes a refresh token for a new pair.
#[utoipa::path(
    post,
    path = "/v1/auth/refresh",
    tag = "Sign-in",
    request_body = RefreshBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 401, description = "The token is unknown, expired or spent.", body = Message),
    )
)]
pub(crate) async fn refresh(State(desk): State<SharedDesk>, From(origin): From, asked: Asked) -> Answer {
    let mut check = Check::new(&asked, Place::Body);
    let token = check.required("refreshToken", words);
    let token = check.finish(token)?;
    Ok(answer(token::refresh(&desk, origin, &token).await?))
}

fn credentials(asked: &Asked) -> Result<(String, String), Failure> {
    let mut check = Check::new(asked, Place::Body);
    let email = check.required("email", words);
    let password = check.required("password", words);
    check.finish(email.zip(password))
}

fn words(value: &Value) -> Result<String, Problem> {
    value.as_str().map(str::to_owned).ok_or(Problem::NotText)
}

/// A wrong sign-in is a 401, as from anyone we do not know. Nothing that was typed is sent back: it may be a password.
fn refuse(asked: &Asked, error: Error) -> Failure {
    match error {
        Error::Fields(problems) if problems.iter().any(|p| p.problem == Problem::WrongCredentials) => {
            Failure::Service(Error::Unauthenticated)
        }
        other => match asked.refuse(other) {
            Failure::Fields(mut errors) => {
                errors.iter_mut().filter(|e| e.param == "password").for_each(|e| e.value = None);
                Failure::Fields(errors)
            }
            failure => failure,
        },
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

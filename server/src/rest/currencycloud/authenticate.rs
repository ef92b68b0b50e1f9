//! Sign-in and sign-out.

use super::{
    error::{CurrencycloudFailure, HandlerResult, LOGIN_FAILED},
    guard::TOKEN,
};
use crate::{
    proxy,
    rest::{client::only, fields::Fields},
};
use axum::{
    Json,
    extract::{Request, State},
    http::HeaderMap,
};
use serde::Serialize;
use serde_json::{Value, json};
use service::{Error, SharedDesk, identity::api_client};
use utoipa::ToSchema;

/// The length of an API key, in characters.
const KEY: usize = 64;

/// An authentication token.
#[derive(Serialize, ToSchema)]
#[schema(as = CurrencycloudToken)]
pub(super) struct Token {
    /// Token for `X-Auth-Token`; expires after 30 minutes without use.
    #[schema(example = "ea6d13c7bc50feb46cf978d137bc01a2")]
    auth_token: String,
}

/// Credentials of an API client.
#[derive(ToSchema)]
#[schema(as = CurrencycloudLogin)]
#[allow(dead_code)] // read by the derive only
pub(super) struct Login {
    /// Login id of the API client.
    #[schema(example = "sl-46a19fb14e90")]
    login_id: String,
    /// Secret of the API client.
    #[schema(
        min_length = 64,
        max_length = 64,
        example = "543477161a91de81ad63ea6d13c7bc50feb46cf978d137bc01a2543477161a91"
    )]
    api_key: String,
}

/// Authenticate
///
/// Exchanges a login id and an API key for an authentication token. Accepts a form or multipart body.
#[utoipa::path(
    post,
    path = "/v2/authenticate/api",
    operation_id = "currencycloudSignIn",
    tag = "Currencycloud",
    request_body(content = Login, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = Token),
        (status = 401, description = "The login id or the API key is wrong; the response does not say which.", body = super::error::CurrencycloudError),
    )
)]
pub(super) async fn sign_in(State(desk): State<SharedDesk>, request: Request) -> HandlerResult<Token> {
    let origin = proxy::origin(request.extensions(), request.headers());
    if request.uri().query().is_some_and(|query| !query.is_empty()) {
        return Err(CurrencycloudFailure::extra(LOGIN_FAILED, "query"));
    }
    let fields =
        Fields::of_body(request).await.map_err(|why| CurrencycloudFailure::unreadable(LOGIN_FAILED, &why))?;
    if let Some(extra) = fields.names().find(|name| !["login_id", "api_key"].contains(name)) {
        return Err(CurrencycloudFailure::extra(LOGIN_FAILED, extra));
    }
    let (login, key) = (fields.get("login_id").unwrap_or(""), fields.get("api_key").unwrap_or(""));
    if key.chars().count() != KEY {
        return Err(CurrencycloudFailure::key_length());
    }
    match api_client::sign_in(&desk, &origin, login, key).await {
        Ok(auth_token) => Ok(Json(Token { auth_token })),
        Err(Error::Unauthenticated) => Err(CurrencycloudFailure::wrong_credentials()),
        Err(error) => Err(error.into()),
    }
}

/// Close Session
///
/// Revokes the authentication token.
#[utoipa::path(
    post,
    path = "/v2/authenticate/close_session",
    operation_id = "currencycloudSignOut",
    tag = "Currencycloud",
    responses((status = 200, body = Value))
)]
pub(super) async fn sign_out(State(desk): State<SharedDesk>, headers: HeaderMap) -> HandlerResult<Value> {
    api_client::sign_out(&desk, only(&headers, TOKEN).unwrap_or("")).await?;
    Ok(Json(json!({})))
}

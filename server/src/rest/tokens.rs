//! Sign-in for programs: the tokens of `/v1`, and the password behind them.

use super::{
    auth::Trader,
    mudawyl::{
        error::{Message, MudawylFailure, StepUpDue},
        raw_request::{FieldLocation, RawRequest},
        validate::Check,
    },
};
use crate::proxy::ClientOrigin;
use axum::{Json, extract::State, http::StatusCode};
use domain::{ApiClientId, account::Tokens, validation::Problem};
use serde::Serialize;
use serde_json::Value;
use service::{
    Error, SharedDesk,
    identity::{
        account::{self, PasswordChange},
        recovery::Keep,
        session, step_up, token,
    },
};
use utoipa::ToSchema;

/// E-mail and password.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInBody {
    /// E-mail address.
    #[schema(example = "ada@example.org", format = Email, max_length = 254)]
    email: String,
    /// Password, 10 to 200 characters.
    #[schema(example = "correct horse battery", min_length = 10, max_length = 200)]
    password: String,
}

/// A refresh token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefreshBody {
    /// Refresh token of the last response; works once.
    #[schema(example = "0Bz6cUvV4gQ3bWw9mJ0cTnq3yq1m3kq2dA5fZrX8hEs")]
    refresh_token: String,
}

/// Tokens of a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenAnswer {
    /// JWT for the `Authorization` header.
    #[schema(example = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl")]
    access_token: String,
    /// Works once, for a new pair of tokens. A second use ends the session.
    #[schema(example = "0Bz6cUvV4gQ3bWw9mJ0cTnq3yq1m3kq2dA5fZrX8hEs")]
    refresh_token: String,
    /// Seconds until the access token expires.
    #[schema(example = 900)]
    expires_in: i64,
}

/// Password of the signed-in user.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepUpBody {
    /// Current password.
    #[schema(example = "correct horse battery", max_length = 200)]
    password: String,
}

/// Scope of a sign-out.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignOutBody {
    /// Ends all sessions, API clients, webhooks and the linked chat too; needs a password confirmed within the last 10
    /// minutes. Without it, only the current session ends.
    #[schema(example = false)]
    everywhere: Option<bool>,
}

/// A password change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasswordBody {
    /// Current password.
    #[schema(example = "correct horse battery", max_length = 200)]
    current_password: String,
    /// New password, 10 to 200 characters, not easy to guess.
    #[schema(example = "an entirely new one", min_length = 10, max_length = 200)]
    new_password: String,
    /// Ids of API clients to keep; all are kept by default.
    keep_api_clients: Option<Vec<uuid::Uuid>>,
    /// Whether the Telegram chat stays linked; `true` by default.
    keep_chat: Option<bool>,
    /// Whether webhooks whose URL you have seen keep working; `true` by default.
    keep_webhooks: Option<bool>,
}

type HandlerResult = Result<Json<TokenAnswer>, MudawylFailure>;

fn answer(tokens: Tokens) -> Json<TokenAnswer> {
    let Tokens { access_token, refresh_token, expires_in } = tokens;
    Json(TokenAnswer { access_token, refresh_token, expires_in })
}

/// Sign Up
///
/// Creates an account and returns its first tokens.
#[utoipa::path(
    post,
    path = "/v1/auth/sign-up",
    tag = "Authentication",
    request_body = SignInBody,
    responses((status = 200, body = TokenAnswer))
)]
pub(crate) async fn sign_up(
    State(desk): State<SharedDesk>,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> HandlerResult {
    let (email, password) = credentials(&request)?;
    token::sign_up(&desk, origin, &email, &password).await.map(answer).map_err(|e| refuse(&request, e))
}

/// Sign In
///
/// Returns an access token and a refresh token. An unknown e-mail and a wrong password get the same response after the
/// same time.
#[utoipa::path(
    post,
    path = "/v1/auth/sign-in",
    tag = "Authentication",
    request_body = SignInBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 401, description = "The e-mail or the password is wrong; the response does not say which.", body = Message),
    )
)]
pub(crate) async fn sign_in(
    State(desk): State<SharedDesk>,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> HandlerResult {
    let (email, password) = credentials(&request)?;
    token::sign_in(&desk, origin, &email, &password).await.map(answer).map_err(|e| refuse(&request, e))
}

/// Refresh Tokens
///
/// Exchanges a refresh token for a new pair of tokens.
#[utoipa::path(
    post,
    path = "/v1/auth/refresh",
    tag = "Authentication",
    request_body = RefreshBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 401, description = "The token is unknown, expired or was already used.", body = Message),
    )
)]
pub(crate) async fn refresh(
    State(desk): State<SharedDesk>,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> HandlerResult {
    let mut check = Check::new(&request, FieldLocation::Body);
    let token = check.required("refreshToken", words);
    let token = check.finish(token)?;
    Ok(answer(token::refresh(&desk, origin, &token).await?))
}

/// Confirm Password
///
/// Confirms the password. Exchange keys, API clients, webhooks and sessions can be changed, and admins can act on users
/// and the server, for 10 minutes after a confirmation or a sign-in. Tokens of another issuer and API clients never need
/// a confirmation.
#[utoipa::path(
    post,
    path = "/v1/auth/step-up",
    tag = "Authentication",
    request_body = StepUpBody,
    responses((status = 204, description = "Confirmed: credentials can be changed for 10 minutes."))
)]
pub(crate) async fn step_up(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> Result<StatusCode, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let password = check.required("password", words);
    let password = check.finish(password)?;
    step_up::confirm(&desk, &actor, &origin, &password).await.map_err(|error| request.refuse(error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign Out
///
/// Ends the current session. Its access and refresh tokens stop working.
#[utoipa::path(
    post,
    path = "/v1/auth/sign-out",
    tag = "Authentication",
    request_body = SignOutBody,
    responses(
        (status = 204, description = "The session has ended."),
        StepUpDue,
    )
)]
pub(crate) async fn sign_out(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> Result<StatusCode, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let everywhere = check.optional("everywhere", truth);
    if check.finish(Some(everywhere))?.unwrap_or(false) {
        session::end_all(&desk, &actor, &origin).await?;
    } else {
        token::sign_out(&desk, &actor, &origin).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Change Password
///
/// Changes the password and ends all other sessions. API clients, webhooks and the linked chat keep working unless the
/// body excludes them.
#[utoipa::path(
    post,
    path = "/v1/auth/change-password",
    tag = "Authentication",
    request_body = PasswordBody,
    responses((status = 204, description = "The password was changed."))
)]
pub(crate) async fn change_password(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> Result<StatusCode, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let current = check.required("currentPassword", words);
    let new = check.required("newPassword", words);
    let clients = check.optional("keepApiClients", clients);
    let chat = check.optional("keepChat", truth);
    let webhooks = check.optional("keepWebhooks", truth);
    let (current, new) = check.finish(current.zip(new))?;
    let keep = Keep { clients, end_chat: chat == Some(false), end_webhooks: webhooks == Some(false) };
    let change = PasswordChange { current: &current, new: &new, keep: &keep };
    let changed = account::change_password(&desk, &actor, &origin, change).await;
    changed.map_err(|error| request.refuse(in_the_bodys_words(error)))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Renames the form fields of the use case to those of the body.
fn in_the_bodys_words(error: Error) -> Error {
    let Error::Fields(mut problems) = error else { return error };
    for problem in &mut problems {
        match problem.field.as_str() {
            "current" => problem.field = "currentPassword".to_owned(),
            "password" => problem.field = "newPassword".to_owned(),
            _ => {}
        }
    }
    Error::Fields(problems)
}

fn truth(value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or(Problem::NotBoolean)
}

fn clients(value: &Value) -> Result<Vec<ApiClientId>, Problem> {
    let items = value.as_array().ok_or(Problem::NotUuid)?;
    let id = |item: &Value| item.as_str().filter(|text| text.len() == 36)?.parse().ok();
    items.iter().map(id).collect::<Option<_>>().ok_or(Problem::NotUuid)
}

fn credentials(request: &RawRequest) -> Result<(String, String), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let email = check.required("email", words);
    let password = check.required("password", words);
    check.finish(email.zip(password))
}

fn words(value: &Value) -> Result<String, Problem> {
    value.as_str().map(str::to_owned).ok_or(Problem::NotText)
}

/// Maps a wrong sign-in to 401, as for any unauthenticated caller. No input is echoed, because it may be a
/// password.
fn refuse(request: &RawRequest, error: Error) -> MudawylFailure {
    match error {
        Error::Fields(problems) if problems.iter().any(|p| p.problem == Problem::WrongCredentials) => {
            MudawylFailure::Service(Error::Unauthenticated)
        }
        other => match request.refuse(other) {
            MudawylFailure::Fields(mut errors) => {
                errors.iter_mut().filter(|e| e.param == "password").for_each(|e| e.value = None);
                MudawylFailure::Fields(errors)
            }
            failure => failure,
        },
    }
}

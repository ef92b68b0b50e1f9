//! The Lumetrade account API (`/api/v1`).

pub(crate) mod error;
pub(crate) mod guard;

use super::{client::Caller, mudawyl::present::Num, surface::Surface};
use crate::{
    api_router::{ApiRouter, describing},
    proxy::ClientOrigin,
};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Path, Request, State},
    http::StatusCode,
};
use domain::{Permission, ledger::CurrencyAccount};
use error::LumetradeFailure;
use serde::{Deserialize, Serialize};
use service::{SharedDesk, money::ledger};
use utoipa::ToSchema;
use utoipa_axum::routes;

type HandlerResult<T> = Result<T, LumetradeFailure>;

/// Registers the routes of this surface.
#[must_use]
pub fn register(routes: ApiRouter) -> ApiRouter {
    let (read, write) = (Some(Permission::AccountsRead), Some(Permission::AccountsWrite));
    routes
        .program(Surface::Lumetrade, read, describing::<error::LumetradeError>(routes!(list)))
        .program(Surface::Lumetrade, write, routes!(create))
        .program(Surface::Lumetrade, read, routes!(show))
        .program(Surface::Lumetrade, read, routes!(in_currency))
}

/// An account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LumetradeAccount)]
pub(crate) struct LumetradeAccount {
    /// Account id used by external account endpoints.
    #[schema(example = "acc_8F4J2N")]
    id: String,
    /// Account currency.
    #[schema(example = "ZAR")]
    currency: String,
    /// Available account balance.
    #[schema(example = 2500)]
    balance: Num,
    /// Locked account balance.
    #[schema(example = 0)]
    locked_balance: Num,
}

impl From<CurrencyAccount> for LumetradeAccount {
    fn from(account: CurrencyAccount) -> Self {
        Self {
            id: account.public_id,
            currency: account.currency,
            balance: Num(account.available.decimal()),
            locked_balance: Num(account.locked.decimal()),
        }
    }
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[schema(as = LumetradeAccountBody)]
pub(crate) struct AccountBody {
    /// Currency code for the account to create.
    #[schema(example = "ZAR")]
    currency: String,
}

impl<S: Send + Sync> FromRequest<S> for AccountBody {
    type Rejection = LumetradeFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, LumetradeFailure> {
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            return Err(LumetradeFailure::validation("query parameters are not taken here"));
        }
        if super::fields::kind(request.headers()) != "application/json" {
            return Err(LumetradeFailure::validation("content type must be application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                LumetradeFailure::too_large()
            } else {
                LumetradeFailure::validation("body cannot be read")
            }
        })?;
        serde_json::from_slice(&bytes).map_err(|_| {
            LumetradeFailure::validation("body must be a JSON object with currency as text, once")
        })
    }
}

/// Create Account
///
/// Creates an account for the authenticated API key owner only when the requested currency is enabled in the owner's
/// effective jurisdiction.
#[utoipa::path(
    post,
    path = "/api/v1/accounts",
    operation_id = "lumetradeCreateAccount",
    tag = "Lumetrade",
    request_body = AccountBody,
    responses(
        (status = 201, body = LumetradeAccount),
        (status = 404, description = "The currency is not enabled in the owner's jurisdiction.", body = error::LumetradeError),
        (status = 409, description = "An account in this currency already exists.", body = error::LumetradeError),
    )
)]
async fn create(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    ClientOrigin(origin): ClientOrigin,
    body: AccountBody,
) -> HandlerResult<(StatusCode, Json<LumetradeAccount>)> {
    let account = ledger::open_account(&desk, &program.actor, &origin, &body.currency).await?;
    Ok((StatusCode::CREATED, Json(account.into())))
}

/// List Accounts
///
/// Returns all accounts of the API key owner.
#[utoipa::path(
    get,
    path = "/api/v1/accounts",
    operation_id = "lumetradeListAccounts",
    tag = "Lumetrade",
    responses((status = 200, body = Vec<LumetradeAccount>))
)]
async fn list(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
) -> HandlerResult<Json<Vec<LumetradeAccount>>> {
    let all = ledger::list_accounts(&desk, &program.actor).await?;
    Ok(Json(all.into_iter().map(LumetradeAccount::from).collect()))
}

/// Get Account
///
/// Returns an account by its id.
#[utoipa::path(
    get,
    path = "/api/v1/accounts/{id}",
    operation_id = "lumetradeGetAccount",
    tag = "Lumetrade",
    params(("id" = String, Path, description = "Account id, such as acc_8F4J2N.")),
    responses((status = 200, body = LumetradeAccount))
)]
async fn show(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    id: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> HandlerResult<Json<LumetradeAccount>> {
    let Path(id) = id.map_err(|_| LumetradeFailure::validation("the id is not readable text"))?;
    Ok(Json(ledger::find_account(&desk, &program.actor, &without_zeros(&id)).await?.into()))
}

/// Get Account by Currency
///
/// Returns the account in a currency.
#[utoipa::path(
    get,
    path = "/api/v1/accounts/currency/{currency}",
    operation_id = "lumetradeGetAccountByCurrency",
    tag = "Lumetrade",
    params(("currency" = String, Path, description = "Currency code, such as ZAR.")),
    responses((status = 200, body = LumetradeAccount))
)]
async fn in_currency(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    code: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> HandlerResult<Json<LumetradeAccount>> {
    let Path(code) = code.map_err(|_| LumetradeFailure::validation("the currency is not readable text"))?;
    Ok(Json(ledger::in_currency(&desk, &program.actor, &code).await?.into()))
}

/// Removes zero bytes, which Postgres does not accept and no id contains.
fn without_zeros(id: &str) -> String {
    id.replace('\0', "")
}

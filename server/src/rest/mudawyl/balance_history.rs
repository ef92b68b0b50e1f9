//! The daily balance history of an account.

use super::{
    error::{HandlerResult, MudawylFailure, PrivateErrors},
    present::BalanceDays,
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, timestamp, token, whole},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State};
use domain::{ExchangeKeyId, validation::Problem};
use service::{
    Actor, SharedDesk,
    trading::balance_history::{self, DAYS, MOST_DAYS},
};

/// List Exchange Key Balance History
///
/// This endpoint retrieves a snapshot of the active exchange key balance every day. Days are UTC, newest first. Days on
/// which the account could not be read are missing.
#[utoipa::path(
    get,
    path = "/v1/priv/account/exchange/key/{id}/balance/history",
    operation_id = "listKeyBalanceHistory",
    tag = "Account Exchange Key",
    params(
        ("id" = String, Path, description = "API_KEY_ID", format = Uuid),
        ("start" = Option<String>, Query, description = "First of `limit` days, UTC.", example = "2022-06-01"),
        ("limit" = Option<u16>, Query, description = "Number of days; 100 by default, at most 1000.", example = 100),
        ("nextToken" = Option<String>, Query, description = "`nextToken` of the previous page."),
    ),
    responses((status = 200, body = BalanceDays, example = json!(super::examples::balance_history())), PrivateErrors)
)]
pub(super) async fn list_key_balance_history(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<BalanceDays> {
    let (id, wanted) = days(&actor, &request)?;
    let page = balance_history::page(&desk, &actor, id, &wanted).await;
    Ok(Json(BalanceDays::from(page.map_err(|error| request.refuse_at(FieldLocation::Query, error))?)))
}

/// Parses the key and the range of days.
///
/// # Errors
/// 422 with all problems together.
fn days(
    actor: &Actor,
    request: &RawRequest,
) -> Result<(ExchangeKeyId, balance_history::BalanceHistoryRequest), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Query);
    let id = check.id();
    let start = check.optional("start", timestamp);
    let limit = check.optional("limit", whole(1, MOST_DAYS, Problem::NotLimit)).unwrap_or(DAYS);
    // Without the key, the owner of a page token cannot be determined.
    let knows = |text: &str| id.is_none_or(|id| balance_history::knows(actor, id, text));
    let token = check.optional("nextToken", token(knows));
    check.finish(id.map(|id| (id, balance_history::BalanceHistoryRequest { start, limit, token })))
}

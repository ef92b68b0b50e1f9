//! First-day limits of an exchange key. Not in the original document.

use super::{
    error::{EmptyResult, HandlerResult, StepUpDue},
    key::only_id,
    present::FirstDay,
    raw_request::RawRequest,
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State, http::StatusCode};
use service::{SharedDesk, trading::first_day};

/// Get First-Day Limits
///
/// Returns the first-day limits that apply to an exchange key, or `null` if there are none. A key that is connected in
/// live mode has them: new orders up to a value, on one market. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/account/exchange/key/{id}/first-day",
    operation_id = "getFirstDayLimits",
    tag = "Account Exchange Key",
    params(("id" = String, Path, description = "API_KEY_ID", format = Uuid)),
    responses((
        status = 200,
        body = Option<FirstDay>,
        example = json!({
            "capUsd": 100,
            "symbol": "BTC/USDT",
            "startedAt": "2026-01-01T00:00:00.000Z",
            "endsAt": null,
        })
    ))
)]
pub(super) async fn get_first_day_limits(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Option<FirstDay>> {
    let limits = first_day::get_limits(&desk, &actor, only_id(&request)?).await?;
    Ok(Json(limits.map(FirstDay::from)))
}

/// End First-Day Limits
///
/// Ends the first-day limits of an exchange key. The user is notified by e-mail. Not in the original document.
#[utoipa::path(
    delete,
    path = "/v1/priv/account/exchange/key/{id}/first-day",
    operation_id = "endFirstDayLimits",
    tag = "Account Exchange Key",
    params(("id" = String, Path, description = "API_KEY_ID", format = Uuid)),
    responses((status = 204, description = "The limits have ended."), StepUpDue)
)]
pub(super) async fn end_first_day_limits(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    first_day::end_limits(&desk, &actor, only_id(&request)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

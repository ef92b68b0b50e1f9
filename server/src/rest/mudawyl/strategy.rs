//! Public strategies and the performance of their live signals. Backtests are not included.

use super::{
    error::{HandlerResult, MudawylFailure},
    present::{ExecutionItem, Performance, Profiles, Ranges, Strategies},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, whole, word},
};
use crate::rest::words;
use axum::{Json, extract::State};
use domain::{
    StrategyId,
    strategy::{Interval, Kind},
    validation::Problem,
};
use service::{SharedDesk, following::strategy};

/// Default number of ranges of a history.
const RANGES: u16 = 30;
/// The maximum number of items of a response.
pub(in crate::rest) const MOST: u16 = 1_000;

/// List Strategy Risk Profile
///
/// Returns the risk profiles that a follow can use.
#[utoipa::path(
    get,
    path = "/v1/pub/strategy/profile/list",
    operation_id = "listRiskProfiles",
    tag = "Public Data",
    responses((status = 200, body = Profiles, example = json!(super::examples::risk_profiles())))
)]
pub(super) async fn list_risk_profiles(State(desk): State<SharedDesk>) -> HandlerResult<Profiles> {
    Ok(Json(Profiles::from(strategy::risk_profiles(&desk).await?)))
}

/// List Strategy Automated
///
/// Returns the automated strategies.
#[utoipa::path(
    get,
    path = "/v1/pub/strategy/list",
    operation_id = "listStrategies",
    tag = "Public Data",
    responses((status = 200, body = Strategies, example = json!(super::examples::strategies())))
)]
pub(super) async fn list_strategies(State(desk): State<SharedDesk>) -> HandlerResult<Strategies> {
    Ok(Json(Strategies::from(strategy::list_strategies(&desk).await?)))
}

/// List Strategy History
///
/// Returns the strategy's results by UTC day or month, newest first, the current one included. A trade counts in the
/// range in which it closed; a range without trades has `null` values.
#[utoipa::path(
    get,
    path = "/v1/pub/strategy/{id}/history",
    operation_id = "listStrategyHistory",
    tag = "Public Data",
    params(
        ("id" = String, Path, description = "STRATEGY_ID", format = Uuid),
        ("interval" = inline(Option<words::Interval>), Query, description = "1d or 1M; 1d by default.", example = "1d"),
        ("limit" = Option<u16>, Query, description = "Number of ranges; 30 by default, at most 1000.", example = 30, minimum = 1, maximum = 1000),
    ),
    responses((status = 200, body = Ranges, example = json!(super::examples::strategy_history())))
)]
pub(super) async fn list_strategy_history(
    State(desk): State<SharedDesk>,
    request: RawRequest,
) -> HandlerResult<Ranges> {
    let (id, interval, limit) = ranges(&request)?;
    Ok(Json(Ranges::from(strategy::history(&desk, id, Kind::Live, interval, limit).await?)))
}

/// Get Strategy Performance
///
/// This endpoint retrieves the total of the strategy history range. It covers the same range as List Strategy History
/// with the same parameters.
#[utoipa::path(
    get,
    path = "/v1/pub/strategy/{id}/performance",
    operation_id = "getStrategyPerformance",
    tag = "Public Data",
    params(
        ("id" = String, Path, description = "STRATEGY_ID", format = Uuid),
        ("interval" = inline(Option<words::Interval>), Query, description = "1d or 1M; 1d by default.", example = "1d"),
        ("limit" = Option<u16>, Query, description = "Number of ranges; 30 by default, at most 1000.", example = 30, minimum = 1, maximum = 1000),
    ),
    responses((status = 200, body = Performance, example = json!(super::examples::strategy_performance())))
)]
pub(super) async fn get_strategy_performance(
    State(desk): State<SharedDesk>,
    request: RawRequest,
) -> HandlerResult<Performance> {
    let (id, interval, limit) = ranges(&request)?;
    Ok(Json(Performance::from(strategy::performance(&desk, id, Kind::Live, interval, limit).await?)))
}

/// Get Strategy Execution
///
/// Returns how the strategy's newest signals were executed on the accounts that copy it: delay, slippage, reasons for
/// skipping, and the copies of each signal. Signals that reached fewer than three users count in no figure. Not in the
/// original document.
#[utoipa::path(
    get,
    path = "/v1/pub/strategy/{id}/execution",
    operation_id = "getStrategyExecution",
    tag = "Public Data",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 200, body = ExecutionItem))
)]
pub(super) async fn get_strategy_execution(
    State(desk): State<SharedDesk>,
    request: RawRequest,
) -> HandlerResult<ExecutionItem> {
    let mut check = Check::new(&request, FieldLocation::Query);
    let id = check.path_id();
    let id = check.finish(id)?;
    let (_, execution) = strategy::execution(&desk, None, id).await?;
    Ok(Json(ExecutionItem::from(execution)))
}

/// Parses the strategy and the ranges.
///
/// # Errors
/// 422 with all problems together.
pub fn ranges(request: &RawRequest) -> Result<(StrategyId, Interval, u16), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Query);
    let id = check.path_id();
    let interval = check.optional("interval", word(Interval::parse, Problem::NotInterval));
    let limit = check.optional("limit", whole(1, MOST, Problem::NotLimit));
    check.finish(id.map(|id| (id, interval.unwrap_or(Interval::Day), limit.unwrap_or(RANGES))))
}

//! Trade history: entries of strategies and manual entries.

use super::{
    error::{HandlerResult, MudawylFailure},
    present::{ManualTrades, StrategyTrades},
    raw_request::{FieldLocation, RawRequest},
    strategy::MOST,
    validate::{Check, timestamp, token, whole},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State};
use domain::validation::Problem;
use service::{
    Actor, SharedDesk,
    following::trade_history::{self, Filter, TradeHistoryPage, Which},
};

/// Default number of days of a history.
const DAYS: u16 = 30;

/// List Strategy Automated History
///
/// Returns the entries of automated strategies, newest first: those of the last `limit` days, or of `limit` days from
/// `start`.
#[utoipa::path(
    get,
    path = "/v1/priv/account/trade/strategy/history",
    operation_id = "listStrategyTrades",
    tag = "Account Trade History",
    params(
        ("start" = Option<String>, Query, description = "Start day or time, UTC.", example = "2022-06-01"),
        ("limit" = Option<u16>, Query, description = "Number of days; 30 by default, at most 1000.", example = 30, minimum = 1, maximum = 1000),
        ("nextToken" = Option<String>, Query, description = "`nextToken` of the previous page; it includes the range of days.", max_length = 200),
    ),
    responses((status = 200, body = StrategyTrades, example = json!(super::examples::strategy_trades())))
)]
pub(super) async fn list_strategy_trades(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<StrategyTrades> {
    Ok(Json(StrategyTrades::from(page(&desk, &actor, Which::Strategy, &request).await?)))
}

/// List Manual Trading History
///
/// Returns manual entries, newest first: those of the last `limit` days, or of `limit` days from `start`.
#[utoipa::path(
    get,
    path = "/v1/priv/account/trade/manual/history",
    operation_id = "listManualTrades",
    tag = "Account Trade History",
    params(
        ("start" = Option<String>, Query, description = "Start day or time, UTC.", example = "2022-06-01"),
        ("limit" = Option<u16>, Query, description = "Number of days; 30 by default, at most 1000.", example = 30, minimum = 1, maximum = 1000),
        ("nextToken" = Option<String>, Query, description = "`nextToken` of the previous page; it includes the range of days.", max_length = 200),
    ),
    responses((status = 200, body = ManualTrades, example = json!(super::examples::manual_trades())))
)]
pub(super) async fn list_manual_trades(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<ManualTrades> {
    Ok(Json(ManualTrades::from(page(&desk, &actor, Which::Manual, &request).await?)))
}

async fn page(
    desk: &SharedDesk,
    actor: &Actor,
    which: Which,
    request: &RawRequest,
) -> Result<TradeHistoryPage, MudawylFailure> {
    let wanted = days(request, |token| trade_history::knows(actor, which, token))?;
    let page = trade_history::page(desk, actor, which, &wanted, &Filter::default()).await;
    page.map_err(|error| request.refuse_at(FieldLocation::Query, error))
}

/// Parses the range of days; `knows` returns whether the desk issued a page token.
///
/// # Errors
/// 422 with all problems together.
pub fn days(
    request: &RawRequest,
    knows: impl Fn(&str) -> bool,
) -> Result<trade_history::TradeHistoryRequest, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Query);
    let start = check.optional("start", timestamp);
    let days = check.optional("limit", whole(1, MOST, Problem::NotLimit)).unwrap_or(DAYS);
    let token = check.optional("nextToken", token(knows));
    check.finish(Some(trade_history::TradeHistoryRequest { start, days, token }))
}

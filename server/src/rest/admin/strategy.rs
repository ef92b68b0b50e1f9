//! Strategies and their webhooks.

use super::{
    bodies::{StrategyBody, StrategyChangeBody},
    present::{Hook, OperatedItem, OperatedList},
};
use crate::rest::{
    auth::Trader,
    mudawyl::{
        error::{MudawylFailure, PrivateErrors},
        raw_request::{FieldLocation, RawRequest},
        validate::{Check, flag, symbol, text, word},
    },
};
use axum::{Json, extract::State, http::StatusCode};
use domain::{Frame, StrategyId, validation::Problem};
use serde_json::Value;
use service::{
    SharedDesk,
    following::strategy::{self, NewStrategy, StrategyChange},
};

type HandlerResult<T> = Result<Json<T>, MudawylFailure>;

/// List Strategies
///
/// Returns all strategies, inactive ones included.
#[utoipa::path(
    get,
    path = "/v1/admin/strategy",
    operation_id = "adminListStrategies",
    tag = "Admin",
    responses((status = 200, body = OperatedList))
)]
pub(super) async fn list_strategies(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<OperatedList> {
    let all = strategy::operated(&desk, &actor).await?;
    Ok(Json(OperatedList { items: all.into_iter().map(OperatedItem::from).collect() }))
}

/// Get Strategy
#[utoipa::path(
    get,
    path = "/v1/admin/strategy/{id}",
    operation_id = "adminGetStrategy",
    tag = "Admin",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 200, body = OperatedItem))
)]
pub(super) async fn get_strategy(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<OperatedItem> {
    Ok(Json(OperatedItem::from(strategy::operated_one(&desk, &actor, only_id(&request)?).await?)))
}

/// Create Strategy
///
/// Creates a strategy. It starts inactive.
#[utoipa::path(
    post,
    path = "/v1/admin/strategy",
    operation_id = "adminCreateStrategy",
    tag = "Admin",
    request_body = StrategyBody,
    responses((status = 200, body = OperatedItem), PrivateErrors)
)]
pub(super) async fn create_strategy(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<OperatedItem> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let name = check.required("name", text(owned));
    let description = check.optional("description", text(owned));
    let symbol = check.required("symbol", symbol);
    let frame = check.optional("timeframe", word(Frame::parse, Problem::NotFrame)).unwrap_or(Frame::M1);
    let definition = check.optional("definition", rules);
    let active = check.optional("active", flag).unwrap_or(false);
    let whole = || Some(NewStrategy { name: name?, description, symbol: symbol?, frame, definition, active });
    let new = check.finish(whole())?;
    let made = strategy::create_strategy(&desk, &actor, new).await.map_err(|error| request.refuse(error))?;
    Ok(Json(OperatedItem::from(made)))
}

/// Update Strategy
///
/// Changes only the fields that are sent; `active` activates or deactivates the strategy. New rules are backtested
/// again; the live record is kept.
#[utoipa::path(
    put,
    path = "/v1/admin/strategy/{id}",
    operation_id = "adminUpdateStrategy",
    tag = "Admin",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    request_body = StrategyChangeBody,
    responses((status = 200, body = OperatedItem))
)]
pub(super) async fn update_strategy(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<OperatedItem> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let id = check.path_id();
    let change = StrategyChange {
        name: check.optional("name", text(owned)),
        description: check.optional("description", text(owned)).map(Some),
        frame: check.optional("timeframe", word(Frame::parse, Problem::NotFrame)),
        definition: check.optional("definition", rules).map(Some),
        active: check.optional("active", flag),
    };
    let id = check.finish(id)?;
    let changed =
        strategy::update_strategy(&desk, &actor, id, change).await.map_err(|error| request.refuse(error))?;
    Ok(Json(OperatedItem::from(changed)))
}

/// Rotate Webhook Token
///
/// Creates the strategy's webhook or replaces its token. The token is shown only in this response; the previous token
/// stops working.
#[utoipa::path(
    post,
    path = "/v1/admin/strategy/{id}/hook",
    operation_id = "adminRotateHook",
    tag = "Admin",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 200, body = Hook))
)]
pub(super) async fn rotate_hook(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Hook> {
    let token = strategy::rotate_hook(&desk, &actor, only_id(&request)?).await?;
    let url = format!("{}/v1/hook/strategy/{token}", desk.settings.public_url);
    Ok(Json(Hook { token, url }))
}

/// Delete Webhook
///
/// Deletes the strategy's webhook. Its token stops working.
#[utoipa::path(
    delete,
    path = "/v1/admin/strategy/{id}/hook",
    operation_id = "adminRemoveHook",
    tag = "Admin",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 204, description = "The webhook was deleted."))
)]
pub(super) async fn remove_hook(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> Result<StatusCode, MudawylFailure> {
    strategy::remove_hook(&desk, &actor, only_id(&request)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn only_id(request: &RawRequest) -> Result<StrategyId, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Params);
    let id = check.path_id();
    check.finish(id)
}

fn owned(text: &str) -> Result<String, Problem> {
    Ok(text.to_owned())
}

/// Accepts the rules as a JSON object or as a string with JSON.
fn rules(value: &Value) -> Result<String, Problem> {
    match value {
        Value::Object(_) => Ok(value.to_string()),
        Value::String(text) => Ok(text.clone()),
        _ => Err(Problem::NotDefinition),
    }
}

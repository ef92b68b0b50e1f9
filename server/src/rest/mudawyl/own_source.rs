//! Private signal sources: a trader's own strategies, fed through a webhook. Not in the original document.

mod shapes;

use super::{
    error::{EmptyResult, HandlerResult, MudawylFailure, PrivateErrors, StepUpDue},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, decimal, flag, symbol, text},
};
use crate::rest::auth::Trader;
use ::strategy::alert::json::numbers;
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    StrategyId,
    own_source::{DEFAULT_DISTANCE, SourceRules},
};
use service::{
    SharedDesk,
    following::own_source::{self, NewSource, SourceChange},
};
use shapes::{
    CallItem, CallItems, SourceBody, SourceChangeBody, SourceItem, SourceItems, TestBody, TestResult, Webhook,
};

/// List Own Signal Sources
///
/// Returns the user's private signal sources: strategies that only the user sees and follows, fed through a webhook. Not
/// in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/strategy/source",
    operation_id = "listOwnSources",
    tag = "Strategy Automated",
    responses((status = 200, body = SourceItems))
)]
pub(super) async fn list_sources(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<SourceItems> {
    let sources = own_source::list_sources(&desk, &actor).await?;
    Ok(Json(SourceItems { items: sources.into_iter().map(SourceItem::from).collect() }))
}

/// Create Own Signal Source
///
/// Creates a private signal source. The URL of its webhook is shown only in this response. The plan limits their number
/// (2103). Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/strategy/source",
    operation_id = "createOwnSource",
    tag = "Strategy Automated",
    request_body = SourceBody,
    responses((status = 200, body = Webhook), PrivateErrors, StepUpDue)
)]
pub(super) async fn create_source(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Webhook> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let name = check.required("name", text(|name| Ok(name.to_owned())));
    let symbol = check.required("symbol", symbol);
    let rules = source_rules(&mut check).unwrap_or_default();
    let new = || Some(NewSource { name: name?, symbol: symbol?, rules });
    let new = check.finish(new())?;
    let created = own_source::create_source(&desk, &actor, new).await;
    let (source, token) = created.map_err(|error| request.refuse(error))?;
    Ok(Json(webhook(&desk, source.strategy.id, token)))
}

/// Get Own Signal Source
///
/// Returns one private signal source. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/strategy/source/{id}",
    operation_id = "getOwnSource",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 200, body = SourceItem))
)]
pub(super) async fn get_source(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<SourceItem> {
    let source = own_source::get_source(&desk, &actor, only_id(&request)?).await?;
    Ok(Json(SourceItem::from(source)))
}

/// Change Own Signal Source
///
/// Pauses or resumes a private signal source, or replaces its percentages. Not in the original document.
#[utoipa::path(
    put,
    path = "/v1/priv/strategy/source/{id}",
    operation_id = "changeOwnSource",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    request_body = SourceChangeBody,
    responses((status = 200, body = SourceItem))
)]
pub(super) async fn change_source(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<SourceItem> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let id = check.path_id();
    let change = SourceChange {
        active: check.optional("active", flag),
        rules: source_rules(&mut check),
        size_from_alert: check.optional("sizeFromAlert", flag),
    };
    let id = check.finish(id)?;
    let changed = own_source::change_source(&desk, &actor, id, change).await;
    Ok(Json(SourceItem::from(changed.map_err(|error| request.refuse(error))?)))
}

/// Remove Own Signal Source
///
/// Removes a private signal source and its webhook. Open positions keep their stops. Not in the original document.
#[utoipa::path(
    delete,
    path = "/v1/priv/strategy/source/{id}",
    operation_id = "removeOwnSource",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 204, description = "The source was removed."), StepUpDue)
)]
pub(super) async fn remove_source(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    own_source::remove_source(&desk, &actor, only_id(&request)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rotate Own Webhook Token
///
/// Creates the source's webhook or replaces its token. The previous token stops working. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/strategy/source/{id}/webhook",
    operation_id = "rotateOwnWebhook",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 200, body = Webhook), StepUpDue)
)]
pub(super) async fn rotate_token(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Webhook> {
    let id = only_id(&request)?;
    let token = own_source::rotate_token(&desk, &actor, id).await?;
    Ok(Json(webhook(&desk, id, token)))
}

/// Revoke Own Webhook
///
/// Revokes the webhook of a private signal source. Not in the original document.
#[utoipa::path(
    delete,
    path = "/v1/priv/strategy/source/{id}/webhook",
    operation_id = "revokeOwnWebhook",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 204, description = "The webhook was revoked."), StepUpDue)
)]
pub(super) async fn revoke_token(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    own_source::revoke_token(&desk, &actor, only_id(&request)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Request Source Approval
///
/// Asks the admins to make a private signal source public, so that everyone can follow it. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/strategy/source/{id}/approval",
    operation_id = "requestSourceApproval",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 200, body = SourceItem))
)]
pub(super) async fn request_approval(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<SourceItem> {
    let requested = own_source::request_approval(&desk, &actor, only_id(&request)?).await;
    Ok(Json(SourceItem::from(requested.map_err(|error| request.refuse(error))?)))
}

/// Withdraw Source Approval Request
///
/// Withdraws the open request to make a signal source public. Not in the original document.
#[utoipa::path(
    delete,
    path = "/v1/priv/strategy/source/{id}/approval",
    operation_id = "withdrawSourceApproval",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 200, body = SourceItem))
)]
pub(super) async fn withdraw_approval(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<SourceItem> {
    let source = own_source::withdraw_request(&desk, &actor, only_id(&request)?).await?;
    Ok(Json(SourceItem::from(source)))
}

/// List Own Webhook Calls
///
/// Returns the newest calls of a private signal source with their verdicts. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/strategy/source/{id}/call",
    operation_id = "listOwnWebhookCalls",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    responses((status = 200, body = CallItems))
)]
pub(super) async fn list_calls(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<CallItems> {
    let calls = own_source::list_calls(&desk, &actor, only_id(&request)?).await?;
    Ok(Json(CallItems { items: calls.into_iter().map(CallItem::from).collect() }))
}

/// Test Own Signal Source
///
/// Reads and checks an alert as the webhook does, and places no orders. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/strategy/source/{id}/test",
    operation_id = "testOwnSource",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    request_body = TestBody,
    responses((status = 200, body = TestResult))
)]
pub(super) async fn test_alert(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<TestResult> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let id = check.path_id();
    let alert = check.required("alert", text(|alert| Ok(alert.to_owned())));
    let (id, alert) = check.finish(id.zip(alert))?;
    let verdict = own_source::test_alert(&desk, &actor, id, alert.as_bytes()).await?;
    let reason = verdict.reason.map(|reason| reason.word());
    Ok(Json(TestResult { verdict: verdict.verdict.word(), reason }))
}

/// Reads the percentages; `None` if none of them was sent.
fn source_rules(check: &mut Check<'_>) -> Option<SourceRules> {
    let stop = check.optional("stopPercent", decimal);
    let targets = check.optional("targetPercents", numbers);
    let distance = check.optional("maxDistancePercent", decimal);
    if stop.is_none() && targets.is_none() && distance.is_none() {
        return None;
    }
    Some(SourceRules {
        stop_percent: stop,
        target_percents: targets.unwrap_or_default(),
        max_distance_percent: distance.unwrap_or(DEFAULT_DISTANCE),
    })
}

fn only_id(request: &RawRequest) -> Result<StrategyId, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Params);
    let id = check.path_id();
    check.finish(id)
}

fn webhook(desk: &SharedDesk, id: StrategyId, token: String) -> Webhook {
    let url = format!("{}/v1/hook/strategy/{token}", desk.settings.public_url.trim_end_matches('/'));
    Webhook { id: id.0, token, url }
}

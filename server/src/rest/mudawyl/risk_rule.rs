//! Risk rules: bounds that a trader sets on copying. Not in the original document.

mod shapes;

use super::{
    error::{EmptyResult, HandlerResult, MudawylFailure},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, decimal, id, whole, word},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    RiskRuleId,
    risk_rule::{Kind, LONGEST_COOL_DOWN, Level, RuleAction, RuleTerms, Scope},
    validation::Problem,
};
use service::{
    SharedDesk,
    following::risk::{self, NewRule, RuleChange},
};
use shapes::{PreviewItem, RuleBody, RuleChangeBody, RuleItem, RuleItems};

/// List Risk Rules
///
/// Returns the user's risk rules with their last trips. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/risk-rule",
    operation_id = "listRiskRules",
    tag = "Strategy Automated",
    responses((status = 200, body = RuleItems))
)]
pub(super) async fn list_rules(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<RuleItems> {
    let (rules, now) = (risk::list_rules(&desk, &actor).await?, desk.clock.now());
    Ok(Json(RuleItems { items: rules.iter().map(|rule| RuleItem::of(rule, now)).collect() }))
}

/// Create Risk Rule
///
/// Adds a risk rule for a follow, an exchange key, or all automated accounts. There is one of each kind and action. Not in
/// the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/risk-rule",
    operation_id = "createRiskRule",
    tag = "Strategy Automated",
    request_body = RuleBody,
    responses((status = 200, body = RuleItem))
)]
pub(super) async fn create_rule(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<RuleItem> {
    let new = new_rule(&request)?;
    let created = risk::create_rule(&desk, &actor, new).await;
    let rule = created.map_err(|error| request.refuse(error))?;
    Ok(Json(RuleItem::of(&rule, desk.clock.now())))
}

/// Preview Risk Rule
///
/// Returns what a risk rule would have done over the last 30 days, without adding it. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/risk-rule/preview",
    operation_id = "previewRiskRule",
    tag = "Strategy Automated",
    request_body = RuleBody,
    responses((status = 200, body = PreviewItem))
)]
pub(super) async fn preview_rule(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<PreviewItem> {
    let new = new_rule(&request)?;
    let preview = risk::preview(&desk, &actor, new).await;
    Ok(Json(PreviewItem::from(preview.map_err(|error| request.refuse(error))?)))
}

/// Change Risk Rule
///
/// Changes the threshold, the pause or the action of a risk rule. What is absent stays. A trip ends, and the rule is judged
/// anew. Not in the original document.
#[utoipa::path(
    patch,
    path = "/v1/priv/risk-rule/{id}",
    operation_id = "changeRiskRule",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "RISK_RULE_ID", format = Uuid)),
    request_body = RuleChangeBody,
    responses((status = 200, body = RuleItem))
)]
pub(super) async fn change_rule(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<RuleItem> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let id = check.path_id();
    let change = RuleChange {
        threshold: check.optional("threshold", decimal),
        cool_down_hours: check.optional("coolDownHours", hours()),
        action: check.optional("action", word(RuleAction::parse, Problem::NotInRange)),
    };
    let id = check.finish(id)?;
    let changed = risk::change_rule(&desk, &actor, id, change).await;
    let rule = changed.map_err(|error| request.refuse(error))?;
    Ok(Json(RuleItem::of(&rule, desk.clock.now())))
}

/// Remove Risk Rule
///
/// Removes a risk rule. Entries that it stops are copied again. Not in the original document.
#[utoipa::path(
    delete,
    path = "/v1/priv/risk-rule/{id}",
    operation_id = "removeRiskRule",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "RISK_RULE_ID", format = Uuid)),
    responses((status = 204, description = "The rule was removed."))
)]
pub(super) async fn remove_rule(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    risk::remove_rule(&desk, &actor, only_id(&request)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Resume Risk Rule
///
/// Ends the trip of a risk rule. Entries are copied again. Losses of trades that end from now on count, and open positions
/// in full. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/risk-rule/{id}/resume",
    operation_id = "resumeRiskRule",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "RISK_RULE_ID", format = Uuid)),
    responses((status = 200, body = RuleItem))
)]
pub(super) async fn resume_rule(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<RuleItem> {
    let rule = risk::resume_rule(&desk, &actor, only_id(&request)?).await?;
    Ok(Json(RuleItem::of(&rule, desk.clock.now())))
}

/// Reads a new rule.
///
/// # Errors
/// 422 with the problems of all fields together.
pub fn new_rule(request: &RawRequest) -> Result<NewRule, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let level = check.required("level", word(Level::parse, Problem::NotInRange));
    // An id that the level does not need is checked, too.
    let follow = match level {
        Some(Level::Follow) => check.required("followId", id(Problem::NotUuid)),
        _ => check.optional("followId", id(Problem::NotUuid)),
    };
    let key = match level {
        Some(Level::Key) => check.required("exchangeKeyId", id(Problem::NotUuid)),
        _ => check.optional("exchangeKeyId", id(Problem::NotUuid)),
    };
    let scope = level.and_then(|level| match level {
        Level::Follow => follow.map(Scope::Follow),
        Level::Key => key.map(Scope::Key),
        Level::Person => Some(Scope::Person),
    });
    let kind = check.required("kind", word(Kind::parse, Problem::NotInRange));
    let threshold = check.required("threshold", decimal);
    let cool_down_hours = check.optional("coolDownHours", hours());
    let action = check.required("action", word(RuleAction::parse, Problem::NotInRange));
    let new = || {
        let terms = RuleTerms { kind: kind?, threshold: threshold?, cool_down_hours, action: action? };
        Some(NewRule { scope: scope?, terms })
    };
    check.finish(new())
}

fn hours() -> impl FnOnce(&serde_json::Value) -> Result<u16, Problem> {
    whole(1, LONGEST_COOL_DOWN, Problem::NotCoolDown)
}

fn only_id(request: &RawRequest) -> Result<RiskRuleId, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Params);
    let id = check.path_id();
    check.finish(id)
}

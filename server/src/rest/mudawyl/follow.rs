//! Follows: exchange keys that copy strategies.

use super::{
    bodies::{FollowBody, FollowChangeBody},
    error::{HandlerResult, PrivateErrors},
    present::{FollowItem, FollowPerformanceItem, Follows, StoppedFollowItem, StoppedFollows},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, flag, id},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State};
use domain::{RiskProfileId, StrategyId, validation::Problem};
use service::{
    Actor, Error, SharedDesk,
    following::follow::{self, FollowChange, NewFollow},
};

/// The fields of both requests, in the document's order.
const FIELDS: &[&str] = &["id", "active", "strategyAutomatedId", "strategyRiskProfileId"];

/// List Exchange Key Follows
///
/// This endpoint retrieves the exchange API key list of the following automated strategy.
#[utoipa::path(
    get,
    path = "/v1/priv/strategy/follow/exchange/key/{id}",
    operation_id = "listFollows",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "API_KEY_ID of an AUTOMATED key.", format = Uuid)),
    responses((status = 200, body = Follows, example = json!(super::examples::follows())), PrivateErrors)
)]
pub(super) async fn list_follows(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Follows> {
    let mut check = Check::new(&request, FieldLocation::Params);
    let key = check.id();
    let key = check.finish(key)?;
    Ok(Json(Follows::from(follow::list_by_key(&desk, &actor, key).await?)))
}

/// Create Exchange Key Follow
///
/// This endpoint adds the following automated strategy to the exchange API key. The user subscription must allow
/// permission. The key must be active and AUTOMATED, and must not follow another strategy of the same symbol.
#[utoipa::path(
    post,
    path = "/v1/priv/strategy/follow/exchange/key/{id}",
    operation_id = "createFollow",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "API_KEY_ID of an AUTOMATED key.", format = Uuid)),
    request_body = FollowBody,
    responses((status = 200, body = FollowItem, example = json!(super::examples::follow())), PrivateErrors)
)]
pub(super) async fn create_follow(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<FollowItem> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let key = check.id();
    let active = check.optional("active", flag).unwrap_or(true);
    let strategy = check.required("strategyAutomatedId", id(Problem::NotActiveStrategy));
    let profile = check.required("strategyRiskProfileId", id(Problem::NotRiskProfile));
    known(&desk, &actor, &mut check, strategy, profile).await?;
    let whole = || {
        let (strategy, profile) = (strategy?, profile?);
        Some((key?, NewFollow { active, strategy, profile, max_leverage: None, daily_loss_limit_usd: None }))
    };
    let (key, new) = check.finish(whole()).map_err(|failure| failure.in_order(FIELDS))?;
    let follow =
        follow::create_follow(&desk, &actor, key, new).await.map_err(|error| request.refuse(error))?;
    Ok(Json(FollowItem::from(follow)))
}

/// Update Strategy Follow
///
/// Changes only the fields that are sent. To activate a follow, its key must be active and AUTHORIZED. A new strategy
/// must have the same exchange and symbol.
#[utoipa::path(
    put,
    path = "/v1/priv/strategy/follow/{id}",
    operation_id = "updateFollow",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_FOLLOW_ID", format = Uuid)),
    request_body = FollowChangeBody,
    responses((status = 200, body = FollowItem, example = json!(super::examples::updated_follow())), PrivateErrors)
)]
pub(super) async fn update_follow(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<FollowItem> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let follow = check.path_id();
    let active = check.optional("active", flag);
    let strategy = check.optional("strategyAutomatedId", id(Problem::NotActiveStrategy));
    let profile = check.optional("strategyRiskProfileId", id(Problem::NotRiskProfile));
    known(&desk, &actor, &mut check, strategy, profile).await?;
    let follow = check.finish(follow).map_err(|failure| failure.in_order(FIELDS))?;
    let change = FollowChange { active, strategy, profile, ..FollowChange::default() };
    let follow =
        follow::update_follow(&desk, &actor, follow, change).await.map_err(|error| request.refuse(error))?;
    Ok(Json(FollowItem::from(follow)))
}

/// List Stopped Follows
///
/// Returns the last 100 follows that were stopped, the last one first, with what they earned; the performance of each remains
/// available by its id. Follows of deleted keys are left out. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/strategy/follow/stopped",
    operation_id = "listStoppedFollows",
    tag = "Strategy Automated",
    responses((status = 200, body = StoppedFollows), PrivateErrors)
)]
pub(super) async fn list_stopped_follows(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<StoppedFollows> {
    let stopped = follow::list_stopped(&desk, &actor).await?;
    let mut earned = follow::performances(&desk, &actor).await?;
    let item = |follow: domain::follow::Follow| {
        let (performance, at) = (earned.remove(&follow.id).unwrap_or_default(), follow.stopped_at?);
        Some(StoppedFollowItem::new(follow, at, &performance))
    };
    Ok(Json(StoppedFollows { items: stopped.into_iter().filter_map(item).collect() }))
}

/// Get Follow Performance
///
/// Returns what a follow earned, also after it was stopped: its open, today's and total result, costs, equity curve, and the slippage and delay of its
/// entries against the signals. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/strategy/follow/{id}/performance",
    operation_id = "getFollowPerformance",
    tag = "Strategy Automated",
    params(("id" = String, Path, description = "STRATEGY_FOLLOW_ID", format = Uuid)),
    responses((status = 200, body = FollowPerformanceItem), PrivateErrors)
)]
pub(super) async fn get_follow_performance(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<FollowPerformanceItem> {
    let mut check = Check::new(&request, FieldLocation::Params);
    let id = check.path_id();
    let id = check.finish(id)?;
    let (_, performance) = follow::performance(&desk, &actor, id).await?;
    Ok(Json(FollowPerformanceItem::from(performance)))
}

/// Checks that strategy and profile exist, so that it is reported together with the other field problems.
async fn known(
    desk: &SharedDesk,
    actor: &Actor,
    check: &mut Check<'_>,
    strategy: Option<StrategyId>,
    profile: Option<RiskProfileId>,
) -> Result<(), Error> {
    for problem in follow::unknown_choices(desk, actor, strategy, profile).await? {
        check.fail(&problem.field, problem.problem);
    }
    Ok(())
}

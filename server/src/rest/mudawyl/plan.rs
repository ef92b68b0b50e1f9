//! Public plans.

use super::{error::HandlerResult, present::Plans};
use axum::{Json, extract::State};
use service::{SharedDesk, identity::plan};

/// List Subscriptions Plans
///
/// This endpoint list public subscription plans. It does not include private subscriptions. The cheapest plan comes
/// first.
#[utoipa::path(
    get,
    path = "/v1/pub/subscription/list",
    operation_id = "listPlans",
    tag = "Public Data",
    responses((status = 200, body = Plans, example = json!(super::examples::plans())))
)]
pub(super) async fn list_plans(State(desk): State<SharedDesk>) -> HandlerResult<Plans> {
    let plans = plan::list_plans(&desk).await?;
    Ok(Json(Plans::from(plans)))
}

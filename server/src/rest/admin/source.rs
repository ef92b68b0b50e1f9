//! Requests to make private signal sources public.

use crate::rest::{
    auth::Trader,
    mudawyl::{
        error::{MudawylFailure, StepUpDue},
        present::Iso,
        raw_request::{FieldLocation, RawRequest},
        validate::{Check, word},
    },
    words,
};
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    own_source::{ApprovalRequest, SourceDecision},
    validation::Problem,
};
use serde::Serialize;
use service::{SharedDesk, following::own_source};
use utoipa::ToSchema;
use uuid::Uuid;

/// An open request.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SourceApprovalRequest)]
pub(super) struct RequestItem {
    /// STRATEGY_ID.
    id: Uuid,
    /// Name of the source.
    #[schema(example = "BTC alerts #7F3A1C")]
    name: String,
    /// The market of its alerts.
    #[schema(example = "BTC/USDT")]
    symbol: String,
    /// The owner's e-mail address.
    #[schema(example = "ada@example.org")]
    owner: String,
    /// When its first alert was accepted.
    live_since: Option<Iso>,
    /// When it was requested.
    requested_at: Iso,
}

impl From<ApprovalRequest> for RequestItem {
    fn from(request: ApprovalRequest) -> Self {
        Self {
            id: request.strategy.0,
            name: request.name,
            symbol: request.symbol.to_string(),
            owner: request.email,
            live_since: request.live_since.map(Iso),
            requested_at: Iso(request.requested_at),
        }
    }
}

/// The open requests.
#[derive(Serialize, ToSchema)]
#[schema(as = SourceApprovalRequests)]
pub(super) struct RequestItems {
    /// The longest waiting first.
    items: Vec<RequestItem>,
}

/// A decision about a source.
#[derive(Serialize, ToSchema)]
#[schema(as = SourceDecisionBody, example = json!({"decision": "APPROVE"}))]
pub(super) struct DecisionBody {
    /// APPROVE or REJECT a request, or REVOKE an approval.
    #[schema(value_type = words::SourceDecision)]
    decision: String,
}

/// List Source Approval Requests
///
/// Returns the open requests to make private signal sources public.
#[utoipa::path(
    get,
    path = "/v1/admin/source/approval",
    operation_id = "adminListSourceRequests",
    tag = "Admin",
    responses((status = 200, body = RequestItems))
)]
pub(super) async fn list_requests(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> Result<Json<RequestItems>, MudawylFailure> {
    let requests = own_source::list_requests(&desk, &actor).await?;
    Ok(Json(RequestItems { items: requests.into_iter().map(RequestItem::from).collect() }))
}

/// Decide Source Approval
///
/// Approves or rejects a request, or makes a public source private again. An approved source is live from now on.
#[utoipa::path(
    post,
    path = "/v1/admin/strategy/{id}/approval",
    operation_id = "adminDecideSource",
    tag = "Admin",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    request_body = DecisionBody,
    responses((status = 204, description = "The decision was made."), StepUpDue)
)]
pub(super) async fn decide_source(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> Result<StatusCode, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let id = check.path_id();
    let decision = check.required("decision", word(SourceDecision::parse, Problem::NotInRange));
    let (id, decision) = check.finish(id.zip(decision))?;
    own_source::decide_source(&desk, &actor, id, decision).await?;
    Ok(StatusCode::NO_CONTENT)
}

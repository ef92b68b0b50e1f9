//! Plans that admins assign.

use super::bodies::AssignBody;
use crate::rest::{
    auth::Trader,
    mudawyl::{
        error::{Message, MudawylFailure, PrivateErrors},
        raw_request::{FieldLocation, RawRequest},
        validate::{Check, text},
    },
};
use axum::{Json, extract::State};
use domain::validation;
use serde::Serialize;
use service::{SharedDesk, identity::plan};
use utoipa::ToSchema;

/// A plan assignment.
#[derive(Serialize, ToSchema)]
pub(super) struct Assigned {
    /// E-mail of the user.
    email: String,
    /// Assigned plan; FREE if it was removed.
    #[schema(example = "EXPERT")]
    plan: String,
}

/// Assign Plan
///
/// Assigns a plan to a user, private plans included. The assigned plan applies beside a paid subscription; FREE removes
/// it.
#[utoipa::path(
    put,
    path = "/v1/admin/user/plan",
    operation_id = "adminAssignPlan",
    tag = "Admin",
    request_body = AssignBody,
    responses(
        (status = 200, body = Assigned),
        (status = 404, description = "No user has this e-mail.", body = Message),
        PrivateErrors,
    )
)]
pub(super) async fn assign_plan(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> Result<Json<Assigned>, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let email = check.required("email", text(validation::email));
    let name = check.required("plan", text(|name| Ok(name.to_owned())));
    let (email, name) = check.finish(email.zip(name))?;
    let given = plan::assign_as(&desk, &actor, &email, &name).await.map_err(|error| request.refuse(error))?;
    Ok(Json(Assigned { email, plan: given.name }))
}

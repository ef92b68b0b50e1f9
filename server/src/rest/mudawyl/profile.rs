//! A user's profile.

use super::{
    bodies::ProfileBody,
    error::{HandlerResult, PrivateErrors},
    present::ProfileItem,
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, raw},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State};
use service::{
    SharedDesk,
    identity::profile::{self, ProfileChange},
};

/// Get User Profile
///
/// Returns the user's profile, or `null` if none was saved yet.
#[utoipa::path(
    get,
    path = "/v1/priv/account/profile",
    operation_id = "getProfile",
    tag = "Account Profile",
    responses((status = 200, body = Option<ProfileItem>, example = json!(super::examples::profile())), PrivateErrors)
)]
pub(super) async fn get_profile(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<Option<ProfileItem>> {
    Ok(Json(profile::get(&desk, &actor).await?.map(ProfileItem::from)))
}

/// Put User Profile
///
/// Changes only the fields that are sent. An empty request changes nothing and creates no profile.
#[utoipa::path(
    put,
    path = "/v1/priv/account/profile",
    operation_id = "updateProfile",
    tag = "Account Profile",
    request_body = ProfileBody,
    responses(
        (status = 200, body = Option<ProfileItem>, example = json!(super::examples::updated_profile())),
        PrivateErrors,
    )
)]
pub(super) async fn update_profile(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Option<ProfileItem>> {
    let updated = profile::update(&desk, &actor, change(&request)).await;
    Ok(Json(updated.map_err(|error| request.refuse(error))?.map(ProfileItem::from)))
}

/// Parses the changes; the service validates them.
fn change(request: &RawRequest) -> ProfileChange {
    let mut check = Check::new(request, FieldLocation::Body);
    let mut field = |name: &str| check.optional(name, raw).map(Some);
    ProfileChange {
        last_name: field("lastName"),
        first_name: field("firstName"),
        country: field("country"),
        language: field("language"),
        time_zone: field("timezone"),
    }
}

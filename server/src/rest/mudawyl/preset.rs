//! Presets of the ticket. Not in the original document.

use super::{
    error::{EmptyResult, HandlerResult, MudawylFailure, PrivateErrors},
    present::{PresetItem, PresetItems},
    raw_request::{FieldLocation, RawRequest},
    trade_bodies::PresetBody,
    validate::{Check, decimal, text, whole},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    Decimal, PresetId,
    preset::{PresetSettings, PresetSize},
    validation::Problem,
};
use serde_json::Value;
use service::{SharedDesk, trading::preset};

/// List Presets
///
/// Returns the user's presets of the ticket by name. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/trade/preset",
    operation_id = "listPresets",
    tag = "Exchange Order",
    responses((status = 200, body = PresetItems))
)]
pub(super) async fn list_presets(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<PresetItems> {
    let presets = preset::list_presets(&desk, &actor).await?;
    Ok(Json(PresetItems { items: presets.into_iter().map(PresetItem::from).collect() }))
}

/// Save Preset
///
/// Saves settings of the ticket under a name: an `amount` or a `riskPercent`, and distances. A preset of this name is
/// replaced. A user has at most 20. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/trade/preset",
    operation_id = "savePreset",
    tag = "Exchange Order",
    request_body = PresetBody,
    responses((status = 200, body = PresetItem), PrivateErrors)
)]
pub(super) async fn save_preset(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<PresetItem> {
    let (name, settings) = preset_of(&request)?;
    let saved = preset::save_preset(&desk, &actor, &name, &settings).await;
    Ok(Json(PresetItem::from(saved.map_err(|error| request.refuse(error))?)))
}

/// Parses a preset's name and settings. The use case checks their ranges.
///
/// # Errors
/// 422 with the problems of the fields.
pub fn preset_of(request: &RawRequest) -> Result<(String, PresetSettings), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let name = check.required("name", text(|name| Ok(name.to_owned())));
    let (amount, risk) = (check.optional("amount", decimal), check.optional("riskPercent", decimal));
    let size = match (amount, risk) {
        (Some(amount), None) => Some(PresetSize::Amount(amount)),
        (None, Some(percent)) => Some(PresetSize::Risk(percent)),
        (Some(_), Some(_)) => {
            check.fail("riskPercent", Problem::Contradicts);
            None
        }
        (None, None) => {
            let given = |field| request.field(FieldLocation::Body, field).is_some();
            if !given("amount") && !given("riskPercent") {
                check.fail("amount", Problem::Required);
            }
            None
        }
    };
    let stop_percent = check.optional("stopPercent", decimal);
    let targets = check.optional("takeProfitPercents", percents).unwrap_or_default();
    let target_shares = check.optional("takeProfitShares", percents).unwrap_or_default();
    let leverage = check.optional("leverage", whole(1, 125, Problem::NotLeverage));
    let (name, size) = check.finish(name.zip(size))?;
    Ok((name, PresetSettings { size, stop_percent, target_percents: targets, target_shares, leverage }))
}

/// Delete Preset
///
/// Deletes a preset of the ticket. Not in the original document.
#[utoipa::path(
    delete,
    path = "/v1/priv/trade/preset/{id}",
    operation_id = "deletePreset",
    tag = "Exchange Order",
    params(("id" = String, Path, description = "PRESET_ID", format = Uuid)),
    responses((status = 204, description = "The preset is deleted."))
)]
pub(super) async fn delete_preset(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    let mut check = Check::new(&request, FieldLocation::Params);
    let id: Option<PresetId> = check.path_id();
    let id = check.finish(id)?;
    preset::delete_preset(&desk, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn percents(value: &Value) -> Result<Vec<Decimal>, Problem> {
    value.as_array().ok_or(Problem::NotNumber)?.iter().map(decimal).collect()
}

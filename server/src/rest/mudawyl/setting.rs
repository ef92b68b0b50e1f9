//! Leverage and margin type of a market.

use super::{
    bodies::{LeverageBody, MarginBody},
    error::{EmptyResult, MudawylFailure, PrivateErrors},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, whole, word},
};
use crate::rest::auth::Trader;
use axum::{extract::State, http::StatusCode};
use domain::{ExchangeKeyId, MarginMode, Symbol, validation::Problem};
use service::{SharedDesk, trading::order};

/// Change Futures Leverage
///
/// Sets the leverage of a symbol, from 1 to 125. The exchange rejects (1500) a leverage that the account's margin does
/// not allow.
#[utoipa::path(
    put,
    path = "/v1/priv/exchange/order/{id}/leverage",
    operation_id = "setLeverage",
    tag = "Exchange Order Execute",
    params(("id" = String, Path, description = "API_KEY_ID of a FUTURES key.", format = Uuid)),
    request_body = LeverageBody,
    responses((status = 204, description = "It is set."), PrivateErrors)
)]
pub(super) async fn set_leverage(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    let (id, symbol, leverage) = leverage_wanted(&request)?;
    order::set_leverage(&desk, &actor, id, &symbol, leverage).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change Futures Margin Type
///
/// Sets the margin type of a symbol. The exchange rejects (1500) the change while the symbol has a position or open
/// orders.
#[utoipa::path(
    put,
    path = "/v1/priv/exchange/order/{id}/margin",
    operation_id = "setMarginType",
    tag = "Exchange Order Execute",
    params(("id" = String, Path, description = "API_KEY_ID of a FUTURES key.", format = Uuid)),
    request_body = MarginBody,
    responses((status = 204, description = "It is set."), PrivateErrors)
)]
pub(super) async fn set_margin_type(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    let (id, symbol, mode) = margin_wanted(&request)?;
    order::set_margin_mode(&desk, &actor, id, &symbol, mode).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Parses the leverage to set, and for which key and market.
///
/// # Errors
/// 422 with all problems together.
pub fn leverage_wanted(request: &RawRequest) -> Result<(ExchangeKeyId, Symbol, u16), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let (id, symbol) = (check.id(), check.symbol());
    let leverage = check.required("leverage", whole(1, 125, Problem::NotLeverage));
    check.finish(id.zip(symbol).zip(leverage).map(|((id, symbol), leverage)| (id, symbol, leverage)))
}

/// Parses the margin type to set, and for which key and market.
///
/// # Errors
/// 422 with all problems together.
pub fn margin_wanted(request: &RawRequest) -> Result<(ExchangeKeyId, Symbol, MarginMode), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let (id, symbol) = (check.id(), check.symbol());
    let mode = check.required("type", word(MarginMode::parse, Problem::NotMarginType));
    check.finish(id.zip(symbol).zip(mode).map(|((id, symbol), mode)| (id, symbol, mode)))
}

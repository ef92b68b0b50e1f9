//! The futures position of a market.

use super::{
    bodies::{SupervisionBody, SymbolBody},
    error::{EmptyResult, HandlerResult, MudawylFailure, PrivateErrors},
    order::of_market,
    present::{Position, Protection},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, flag, position_side},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State, http::StatusCode};
use domain::{ExchangeKeyId, PositionSide, Symbol};
use service::{SharedDesk, trading::order};

/// Get Futures Open Position
///
/// Returns the open position of a symbol, or `null` if there is none. Of the two positions of an account in hedge mode it is
/// the long one; "List Trades" has both.
#[utoipa::path(
    get,
    path = "/v1/priv/exchange/position/{id}",
    operation_id = "getPosition",
    tag = "Exchange Order",
    params(
        ("id" = String, Path, description = "API_KEY_ID of a FUTURES key.", format = Uuid),
        ("symbol" = String, Query, description = "Symbol.", example = "BTC/USDT", pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$"),
    ),
    responses((status = 200, body = Option<Position>, example = json!(super::examples::position())), PrivateErrors)
)]
pub(super) async fn get_position(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Option<Position>> {
    let (id, symbol) = of_market(&request, FieldLocation::Query)?;
    let position = order::get_position(&desk, &actor, id, &symbol).await?;
    Ok(Json(position.map(Position::from)))
}

/// Cancel Futures Position
///
/// This endpoint will cancel futures position with any open orders. The position is closed at the market price; in hedge
/// mode both positions of the symbol are.
#[utoipa::path(
    delete,
    path = "/v1/priv/exchange/position/{id}",
    operation_id = "closePosition",
    tag = "Exchange Order Execute",
    params(("id" = String, Path, description = "API_KEY_ID of a FUTURES key.", format = Uuid)),
    request_body = SymbolBody,
    responses((status = 204, description = "The position is closed and its open orders are cancelled."), PrivateErrors)
)]
pub(super) async fn close_position(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    let (id, symbol) = of_market(&request, FieldLocation::Body)?;
    order::close_position(&desk, &actor, id, &symbol).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get Position Protection
///
/// Returns the protection state of the open position, or `null` if there is none. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/exchange/position/{id}/protection",
    operation_id = "getPositionProtection",
    tag = "Exchange Order",
    params(
        ("id" = String, Path, description = "API_KEY_ID of a FUTURES key.", format = Uuid),
        ("symbol" = String, Query, description = "Symbol.", example = "BTC/USDT", pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$"),
        ("positionSide" = Option<String>, Query, description = "`long` or `short`: one of the two positions of an account in hedge mode. Without it, the long one if it is open.", example = "long"),
    ),
    responses((status = 200, body = Option<Protection>), PrivateErrors)
)]
pub(super) async fn get_position_protection(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Option<Protection>> {
    let mut check = Check::new(&request, FieldLocation::Query);
    let (id, symbol) = (check.id(), check.symbol());
    let side = check.optional("positionSide", position_side);
    let (id, symbol) = check.finish(id.zip(symbol))?;
    let state = order::account_state(&desk, &actor, id, &symbol).await?;
    Ok(Json(state.protection_on(side).map(Protection::from)))
}

/// Set Position Supervision
///
/// Ends or resumes the supervision of the open position. Without supervision, Slipstream does not replace a missing
/// stop loss; orders at the exchange stay as they are. Not in the original document.
#[utoipa::path(
    put,
    path = "/v1/priv/exchange/position/{id}/protection",
    operation_id = "setPositionSupervision",
    tag = "Exchange Order Execute",
    params(("id" = String, Path, description = "API_KEY_ID of a FUTURES key.", format = Uuid)),
    request_body = SupervisionBody,
    responses((status = 204, description = "The supervision was changed."), PrivateErrors)
)]
pub(super) async fn set_position_supervision(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    let (id, symbol, side, supervised) = supervision_wanted(&request)?;
    let set = order::protection::set_supervised(&desk, &actor, id, (&symbol, side), supervised).await;
    set.map_err(|error| request.refuse(error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Parses the key, the market, the position that is meant and whether it should be supervised.
///
/// # Errors
/// 422 with all problems together.
pub(super) fn supervision_wanted(
    request: &RawRequest,
) -> Result<(ExchangeKeyId, Symbol, Option<PositionSide>, bool), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let (id, symbol) = (check.id(), check.symbol());
    let supervised = check.required("supervised", flag);
    let side = check.optional("positionSide", position_side);
    let wanted = id.zip(symbol).zip(supervised);
    check.finish(wanted.map(|((id, symbol), supervised)| (id, symbol, side, supervised)))
}

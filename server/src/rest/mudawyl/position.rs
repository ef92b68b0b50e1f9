//! The futures position of a market.

use super::{
    Answer, Done,
    asked::{Asked, Place},
    bodies::SymbolBody,
    error::PrivateErrors,
    order::of_market,
    present::Position,
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State, http::StatusCode};
use service::{SharedDesk, order};

/// Get Futures Open Position
///
/// `null` when there is none.
#[utoipa::path(
    get,
    path = "/v1/priv/exchange/position/{id}",
    operation_id = "getPosition",
    tag = "Exchange Order",
    params(
        ("id" = String, Path, description = "API_KEY_ID of a FUTURES key.", format = Uuid),
        ("symbol" = String, Query, description = "Pair.", example = "BTC/USDT", pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$"),
    ),
    responses((status = 200, body = Option<Position>, example = json!(super::examples::position())), PrivateErrors)
)]
pub(super) async fn show(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    asked: Asked,
) -> Answer<Option<Position>> {
    let (id, symbol) = of_market(&asked, Place::Query)?;
    let position = order::position(&desk, &actor, id, &symbol).await?;
    Ok(Json(position.map(Position::from)))
}

/// Cancel Futures Position
///
/// Closes the position at the market, with its open orders.
#[utoipa::path(
    delete,
    path = "/v1/priv/exchange/position/{id}",
    operation_id = "closePosition",
    tag = "Exchange Order Execute",
    params(("id" = String, Path, description = "API_KEY_ID of a FUTURES key.", format = Uuid)),
    request_body = SymbolBody,
    responses((status = 204, description = "There is no position and no open order any more."), PrivateErrors)
)]
pub(super) async fn close(State(desk): State<SharedDesk>, Trader(actor): Trader, asked: Asked) -> Done {
    let (id, symbol) = of_market(&asked, Place::Body)?;
    order::close_position(&desk, &actor, id, &symbol).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Fills.

use super::{
    error::{HandlerResult, PrivateErrors},
    order::of_market,
    present::Trade,
    raw_request::{FieldLocation, RawRequest},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State};
use service::{SharedDesk, trading::order};

/// List Trade History
///
/// Returns the account's fills of a symbol, newest first.
#[utoipa::path(
    get,
    path = "/v1/priv/exchange/trade/{id}/history",
    operation_id = "listTradeHistory",
    tag = "Exchange Order",
    params(
        ("id" = String, Path, description = "API_KEY_ID", format = Uuid),
        ("symbol" = String, Query, description = "Symbol.", example = "BTC/USDT", pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$"),
    ),
    responses((status = 200, body = Vec<Trade>, example = json!(super::examples::trade_history())), PrivateErrors)
)]
pub(super) async fn list_trade_history(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Vec<Trade>> {
    let (id, symbol) = of_market(&request, FieldLocation::Query)?;
    let trades = order::list_trades(&desk, &actor, id, &symbol).await?;
    Ok(Json(trades.into_iter().map(Trade::from).collect()))
}

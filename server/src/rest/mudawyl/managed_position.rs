//! Acts on positions: adopting one that was opened elsewhere, and closing all. Not in the original document.

use super::{
    error::{HandlerResult, MissingPosition, MudawylFailure, PrivateErrors},
    managed_trade::{Versioned, refused, versioned},
    order::once_of,
    present::{ClosedPositions, ManagedTradeDetails},
    protection_fields::{stop_of, targets_of},
    raw_request::{FieldLocation, RawRequest},
    trade_bodies::{AdoptBody, CloseAllBody},
    validate::{Check, flag, id, position_side, symbol},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State};
use domain::{
    ExchangeKeyId,
    trade::{StopChange, TradeChange},
    validation::Problem,
};
use service::{SharedDesk, trading::order};

/// Adopt Position
///
/// Makes a trade of a position that was opened outside Slipstream: its stop loss and take profits are placed, and it is
/// supervised from then on. Without a stop loss it needs `confirmNoStop`. Nothing is entered, closed or cancelled; if the
/// exchange rejects the stop loss (1500), nothing is adopted. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/trade/adopt",
    operation_id = "adoptPosition",
    tag = "Exchange Order Execute",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Key chosen by the caller, at most 200 characters.", max_length = 200),
    ),
    request_body = AdoptBody,
    responses((status = 200, body = ManagedTradeDetails), PrivateErrors, MissingPosition)
)]
pub(super) async fn adopt_position(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> Result<Versioned<ManagedTradeDetails>, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let key: Option<ExchangeKeyId> = check.required("exchangeKeyId", id(Problem::NotUuid));
    let symbol = check.symbol();
    let side = check.optional("positionSide", position_side);
    let confirmed = check.optional("confirmNoStop", flag).unwrap_or(false);
    let given = request.field(FieldLocation::Body, "stop").is_some();
    let stop = check.optional("stop", stop_of);
    let stop = stop.or_else(|| (confirmed && !given).then_some(StopChange::Remove { confirmed }));
    if stop.is_none() && !given {
        check.fail("stop", Problem::Required);
    }
    let targets = check.optional("takeProfits", targets_of);
    let once = once_of(&request, &mut check)?;
    let (key, symbol) = check.finish(key.zip(symbol))?;
    let once = once.map(|header| header.of(key.0, &request));
    let wish = TradeChange { stop, targets, ..TradeChange::default() };
    let adopted = order::adopt_position(&desk, &actor, key, (&symbol, side), wish, once).await;
    let adopted = adopted.map_err(|error| refused(&request, error))?;
    versioned(&desk, &actor, adopted).await
}

/// Close All Positions
///
/// Closes every position of a key at the market price, or only those of `symbol` or of `positionSide`, and cancels their
/// orders.
/// Orders on markets without a position stay. Returns the result for each position. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/trade/close-all",
    operation_id = "closeAllPositions",
    tag = "Exchange Order Execute",
    request_body = CloseAllBody,
    responses((status = 200, body = ClosedPositions), PrivateErrors, MissingPosition)
)]
pub(super) async fn close_all_positions(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<ClosedPositions> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let key: Option<ExchangeKeyId> = check.required("exchangeKeyId", id(Problem::NotUuid));
    let market = check.optional("symbol", symbol);
    let side = check.optional("positionSide", position_side);
    let key = check.finish(key)?;
    let closed = order::close_positions(&desk, &actor, key, market.as_ref(), side).await?;
    Ok(Json(ClosedPositions::from(closed.as_slice())))
}

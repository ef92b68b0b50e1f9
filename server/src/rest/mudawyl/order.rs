//! Orders: open orders, order history, and placing orders.

use super::{
    bodies::OrderBody,
    error::{FieldError, HandlerResult, IDEMPOTENCY_KEY, MudawylFailure, PrivateErrors},
    present::{Created, Listed},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, in_ticket_order},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State};
use domain::{ExchangeKeyId, Symbol, ticket::ManualOrder, validation::Problem};
use service::{
    Error, SharedDesk,
    trading::order::{self, IdempotencyKey},
};
use sha2::{Digest, Sha256};

const LONGEST_IDEMPOTENCY_KEY: usize = 200;

/// List Open Orders
///
/// Returns the open orders of a symbol, conditional orders included, newest first.
#[utoipa::path(
    get,
    path = "/v1/priv/exchange/order/{id}/list",
    operation_id = "listOpenOrders",
    tag = "Exchange Order",
    params(
        ("id" = String, Path, description = "API_KEY_ID", format = Uuid),
        ("symbol" = String, Query, description = "Symbol.", example = "BTC/USDT", pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$"),
    ),
    responses((status = 200, body = Vec<Listed>, example = json!(super::examples::open_orders())), PrivateErrors)
)]
pub(super) async fn list_open_orders(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Vec<Listed>> {
    let (id, symbol) = of_market(&request, FieldLocation::Query)?;
    let orders = order::list_open_orders(&desk, &actor, id, &symbol).await?;
    Ok(Json(orders.into_iter().map(Listed::from).collect()))
}

/// List Order History
///
/// Returns the orders of a symbol, newest first.
#[utoipa::path(
    get,
    path = "/v1/priv/exchange/order/{id}/history",
    operation_id = "listOrderHistory",
    tag = "Exchange Order",
    params(
        ("id" = String, Path, description = "API_KEY_ID", format = Uuid),
        ("symbol" = String, Query, description = "Symbol.", example = "BTC/USDT", pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$"),
    ),
    responses((status = 200, body = Vec<Listed>, example = json!(super::examples::order_history())), PrivateErrors)
)]
pub(super) async fn list_order_history(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Vec<Listed>> {
    let (id, symbol) = of_market(&request, FieldLocation::Query)?;
    let orders = order::list_history(&desk, &actor, id, &symbol).await?;
    Ok(Json(orders.into_iter().map(Listed::from).collect()))
}

/// Create Manual Order
///
/// This endpoint creates a manual trading order. It will clear active positions or open orders. The exchange API key
/// strategy type value must be MANUAL, and the trade type must be FUTURES.
///
/// Returns the legs of the order: entry, take profits and stop loss. A request that is repeated with the same
/// `Idempotency-Key` gets the first response again; without the header, every request creates a new order.
#[utoipa::path(
    post,
    path = "/v1/priv/exchange/order/{id}",
    operation_id = "createOrder",
    tag = "Exchange Order Execute",
    params(
        ("id" = String, Path, description = "API_KEY_ID of an active MANUAL FUTURES key.", format = Uuid),
        ("Idempotency-Key" = Option<String>, Header, description = "Key chosen by the caller, at most 200 characters.", max_length = 200),
    ),
    request_body = OrderBody,
    responses((status = 200, body = Vec<Created>, example = json!(super::examples::created_orders())), PrivateErrors)
)]
pub(super) async fn create_order(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Vec<Created>> {
    let (id, order, once) = ticket(&request)?;
    let placed = order::place_order(&desk, &actor, id, order, once).await;
    let legs = placed.map_err(|error| refused(&request, error))?;
    Ok(Json(legs.into_iter().map(Created::from).collect()))
}

/// Parses the key in the path and the market in the query or body.
pub(super) fn of_market(
    request: &RawRequest,
    place: FieldLocation,
) -> Result<(ExchangeKeyId, Symbol), MudawylFailure> {
    let mut check = Check::new(request, place);
    let (id, symbol) = (check.id(), check.symbol());
    check.finish(id.zip(symbol))
}

/// The key, the validated order, and the idempotency key if the request has one.
///
/// # Errors
/// 422 with all problems together; 400 for an idempotency key that is no readable text.
pub fn ticket(
    request: &RawRequest,
) -> Result<(ExchangeKeyId, ManualOrder, Option<IdempotencyKey>), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let (id, order) = (check.id(), check.ticket());
    let once = once_of(request, &mut check)?;
    let (id, order) = check.finish(id.zip(order))?;
    Ok((id, order, once.map(|key| key.of(id.0, request))))
}

/// The idempotency key in a request's header.
pub(super) struct IdempotencyHeader<'a>(&'a str);

impl IdempotencyHeader<'_> {
    /// The key for a request about the thing with this id.
    pub(super) fn of(&self, id: uuid::Uuid, request: &RawRequest) -> IdempotencyKey {
        let body_hash =
            Sha256::new().chain_update(id.as_bytes()).chain_update(request.canonical_body()).finalize();
        IdempotencyKey { key: self.0.to_owned(), body_hash: body_hash.into() }
    }
}

/// Reads the idempotency key, if the request has one, and checks its length.
///
/// # Errors
/// 400 for a header that is no readable text.
pub(super) fn once_of<'a>(
    request: &'a RawRequest,
    check: &mut Check<'_>,
) -> Result<Option<IdempotencyHeader<'a>>, MudawylFailure> {
    let once = request.header(IDEMPOTENCY_KEY)?;
    if once.is_some_and(|key| key.len() > LONGEST_IDEMPOTENCY_KEY) {
        check.reject(header_error(once, Problem::TooLong));
    }
    Ok(once.map(IdempotencyHeader))
}

fn refused(request: &RawRequest, error: Error) -> MudawylFailure {
    match error {
        Error::IdempotencyMismatch => {
            let key = request.header(IDEMPOTENCY_KEY).ok().flatten();
            MudawylFailure::Fields(vec![header_error(key, Problem::IdempotencyKeyReused)])
        }
        Error::Fields(problems) => {
            let mut problems = request.name(&problems);
            in_ticket_order(&mut problems);
            MudawylFailure::Fields(problems)
        }
        other => MudawylFailure::Service(other),
    }
}

fn header_error(key: Option<&str>, problem: Problem) -> FieldError {
    let value = key.map(|key| key.to_owned().into());
    FieldError {
        value,
        msg: problem.text(),
        param: IDEMPOTENCY_KEY.to_owned(),
        location: FieldLocation::Headers.name(),
    }
}

//! Trades: what an order made, and its changes while it is open. Not in the original document.

use super::{
    error::{EmptyResult, HandlerResult, MudawylFailure, PrivateErrors, StaleVersion},
    order::once_of,
    present::{ManagedTrade, ManagedTradeDetails, ManagedTrades},
    protection_fields::targets_of,
    raw_request::{FieldLocation, RawRequest},
    strategy::MOST,
    trade_automation::{automation_of, placed_stop_of},
    trade_bodies::{TradeChangeBody, TradeCloseBody},
    validate::{Check, decimal, flag, id, symbol, text, timestamp, token, whole},
};
use crate::rest::auth::Trader;
use axum::{
    Json,
    extract::State,
    http::{HeaderName, StatusCode, header},
};
use domain::{
    IntentId,
    trade::{StopChange, TradeChange},
    validation::{FieldProblem, Problem},
};
use serde_json::Value;
use service::{
    Error, SharedDesk,
    trading::order::{
        Part,
        trade::{self, TradeEdit, TradeListRequest},
    },
};

/// Default number of trades of a page.
const PAGE: u16 = 50;

/// A response with the version of what it shows.
pub(super) type Versioned<T> = ([(HeaderName, String); 1], Json<T>);

/// List Trades
///
/// Returns open trades (those whose entry rests included), or closed ones, newest first. An order that never filled is no
/// trade. Not in the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/trade",
    operation_id = "listTrades",
    tag = "Exchange Order",
    params(
        ("status" = Option<String>, Query, description = "`open` (default) or `closed`.", example = "open"),
        ("exchangeKeyId" = Option<String>, Query, description = "Only trades of this key.", format = Uuid),
        ("symbol" = Option<String>, Query, description = "Only trades of this symbol.", example = "BTC/USDT"),
        ("start" = Option<String>, Query, description = "Only trades ordered on this day or at this time, UTC, or later.", example = "2022-06-01"),
        ("limit" = Option<u16>, Query, description = "Number of trades; 50 by default, at most 1000.", example = 50, minimum = 1, maximum = 1000),
        ("nextToken" = Option<String>, Query, description = "`nextToken` of the previous page.", max_length = 200),
    ),
    responses((status = 200, body = ManagedTrades))
)]
pub(super) async fn list_managed_trades(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<ManagedTrades> {
    let mut check = Check::new(&request, FieldLocation::Query);
    let closed = check.optional("status", |value| match value.as_str() {
        Some("open") => Ok(false),
        Some("closed") => Ok(true),
        _ => Err(Problem::NotInRange),
    });
    let wanted = TradeListRequest {
        closed: closed.unwrap_or(false),
        key: check.optional("exchangeKeyId", id(Problem::NotUuid)),
        symbol: check.optional("symbol", symbol),
        start: check.optional("start", timestamp),
        limit: check.optional("limit", whole(1, MOST, Problem::NotLimit)).unwrap_or(PAGE),
        token: check.optional("nextToken", token(|token| trade::knows_token(&actor, token))),
    };
    let wanted = check.finish(Some(wanted))?;
    let page = trade::list_trades(&desk, &actor, &wanted).await?;
    let items = page.items.iter().map(ManagedTrade::from).collect();
    Ok(Json(ManagedTrades { items, next_token: page.next_token }))
}

/// Get Trade
///
/// Returns one trade with its stop loss, its take profits and the history of its changes. The `ETag` is its version. Not in
/// the original document.
#[utoipa::path(
    get,
    path = "/v1/priv/trade/{id}",
    operation_id = "getTrade",
    tag = "Exchange Order",
    params(("id" = String, Path, description = "TRADE_ID", format = Uuid)),
    responses((status = 200, body = ManagedTradeDetails))
)]
pub(super) async fn get_managed_trade(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> Result<Versioned<ManagedTradeDetails>, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Params);
    let id = check.path_id();
    let id = check.finish(id)?;
    versioned(&desk, &actor, id).await
}

/// Change Trade
///
/// Changes the stop loss and the take profits of an open trade, and the note and tags of any. What is absent stays. A
/// `stop` of `null` removes the stop loss and needs `confirmNoStop`; an empty list removes the take profits. `stop` also has
/// the settings of the automation: without a `price`, the stop loss stays where it is. With `If-Match`, a trade that was changed
/// since is not changed. Not in the original document.
#[utoipa::path(
    patch,
    path = "/v1/priv/trade/{id}",
    operation_id = "changeTrade",
    tag = "Exchange Order Execute",
    params(
        ("id" = String, Path, description = "TRADE_ID", format = Uuid),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the trade that the caller has seen."),
        ("Idempotency-Key" = Option<String>, Header, description = "Key chosen by the caller, at most 200 characters.", max_length = 200),
    ),
    request_body = TradeChangeBody,
    responses((status = 200, body = ManagedTradeDetails), PrivateErrors, StaleVersion)
)]
pub(super) async fn change_managed_trade(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> Result<Versioned<ManagedTradeDetails>, MudawylFailure> {
    let (id, edit) = edit_of(&request)?;
    let edited = trade::edit_trade(&desk, &actor, id, edit).await;
    edited.map_err(|error| refused(&request, error))?;
    versioned(&desk, &actor, id).await
}

/// Close Trade
///
/// Closes a share or an amount of an open trade at the market price. Its stop loss stays, and its take profits are fitted to
/// what is left. A `share` of 1 closes the position with its orders. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/trade/{id}/close",
    operation_id = "closeTrade",
    tag = "Exchange Order Execute",
    params(
        ("id" = String, Path, description = "TRADE_ID", format = Uuid),
        ("Idempotency-Key" = Option<String>, Header, description = "Key chosen by the caller, at most 200 characters.", max_length = 200),
    ),
    request_body = TradeCloseBody,
    responses((status = 204, description = "The part is closed."), PrivateErrors)
)]
pub(super) async fn close_managed_trade(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    let mut check = Check::new(&request, FieldLocation::Body);
    let id: Option<IntentId> = check.path_id();
    let (share, amount) = (check.optional("share", decimal), check.optional("amount", decimal));
    let part = match (share, amount) {
        (Some(share), None) => Some(Part::Share(share)),
        (None, Some(amount)) => Some(Part::Amount(amount)),
        (Some(_), Some(_)) => {
            check.fail("amount", Problem::Contradicts);
            None
        }
        (None, None) => {
            if request.field(FieldLocation::Body, "share").is_none()
                && request.field(FieldLocation::Body, "amount").is_none()
            {
                check.fail("share", Problem::Required);
            }
            None
        }
    };
    let once = once_of(&request, &mut check)?;
    let (id, part) = check.finish(id.zip(part))?;
    let once = once.map(|key| key.of(id.0, &request));
    let closed = trade::close_trade(&desk, &actor, id, part, once).await;
    closed.map_err(|error| refused(&request, error))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn versioned(
    desk: &SharedDesk,
    actor: &service::Actor,
    id: IntentId,
) -> Result<Versioned<ManagedTradeDetails>, MudawylFailure> {
    let view = trade::get_trade(desk, actor, id).await?;
    let tag = format!("\"{}\"", view.version);
    Ok(([(header::ETAG, tag)], Json(ManagedTradeDetails::from(&view))))
}

/// Maps the error of a change: a version that is not the current one is 412.
pub(super) fn refused(request: &RawRequest, error: Error) -> MudawylFailure {
    let stale = |problem: &FieldProblem| problem.problem == Problem::ChangedMeanwhile;
    match error {
        Error::Fields(problems) if problems.iter().any(stale) => MudawylFailure::Stale,
        other => request.refuse(other),
    }
}

/// Parses a trade's id and its change.
///
/// # Errors
/// 422 with the problems of the fields; 400 for a header that is not readable text.
pub fn edit_of(request: &RawRequest) -> Result<(IntentId, TradeEdit), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let id: Option<IntentId> = check.path_id();
    let confirmed = check.optional("confirmNoStop", flag).unwrap_or(false);
    let stop = if request.is_null(FieldLocation::Body, "stop") {
        Some(StopChange::Remove { confirmed })
    } else {
        check.optional("stop", placed_stop_of).flatten()
    };
    let automation = automation_of(request, &mut check);
    let targets = check.optional("takeProfits", targets_of);
    let note = check.optional("note", text(|note| Ok(note.to_owned())));
    let tags = check.optional("tags", tags_of);
    let once = once_of(request, &mut check)?;
    let id = check.finish(id)?;
    let edit = TradeEdit {
        change: TradeChange { stop, targets, automation },
        note,
        tags,
        version: version_of(request)?,
        idempotency: once.map(|key| key.of(id.0, request)),
    };
    Ok((id, edit))
}

/// A version that no trade has.
const NO_VERSION: i64 = -1;

/// The version in `If-Match`; `None` without one, or if any version will do (`*`).
pub(super) fn version_of(request: &RawRequest) -> Result<Option<i64>, MudawylFailure> {
    match request.header("if-match")?.map(str::trim) {
        None | Some("*") => Ok(None),
        // A tag of another form is the version of no trade. The use case refuses it after it has checked the fields.
        Some(tag) => Ok(Some(tag.trim_matches('"').parse().unwrap_or(NO_VERSION))),
    }
}

fn tags_of(value: &Value) -> Result<Vec<String>, Problem> {
    let list = value.as_array().ok_or(Problem::NotText)?;
    list.iter().map(|tag| tag.as_str().map(str::to_owned).ok_or(Problem::NotText)).collect()
}
